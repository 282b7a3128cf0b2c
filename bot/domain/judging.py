"""Judging: what a judge is shown and marks, one entry at a time, in an order of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from bot.domain.entries import MottoState, Sent, id_of, number_of, read_card
from bot.domain.giving_out import place_of
from bot.domain.panel_plan import Criterion, criteria_of
from bot.domain.panel_scoring import FULL, Method
from bot.domain.refusals import Refusal
from bot.storage.tables import (
    Motto,
    Panel,
    PanelJudge,
    PanelMark,
    PanelSheet,
    Round,
)


@dataclass(eq=False)
class NoSuchSheet(Refusal):
    """The entry is not this judge's to see."""


@dataclass(eq=False)
class JudgingOver(Refusal):
    """The judging is closed; what was saved before counts."""


@dataclass(frozen=True)
class Stack:
    """What a judge has to do for one round."""

    title: str
    numbers: tuple[int, ...]
    """Of the entries, in the judge's own order."""
    done: frozenset[int]
    """Those with all their marks, and those that their authors have taken back."""
    closed: bool

    @property
    def next(self) -> int | None:
        """The first that is not done."""
        return next((number for number in self.numbers if number not in self.done), None)


@dataclass(frozen=True)
class Sheet:
    """An entry without its author, and the marks so far."""

    number: int
    words: str | None
    """None when its author has taken it back."""
    sent: Sent | None
    """What a unit sent in under these words."""
    criteria: tuple[Criterion, ...]
    marks: Mapping[int, int]
    """By the place of the criterion, from 1."""
    saved_at: datetime | None
    stack: Stack


class Judging:
    """The sheets of judges."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def stacks(self, judge: int) -> list[Stack]:
        """All that the judge has, or had, to mark, the latest round first."""
        rounds = self._session.scalars(
            select(PanelJudge.round_id)
            .join(Panel, Panel.round_id == PanelJudge.round_id)
            .where(
                PanelJudge.staff_id == judge,
                or_(Panel.method != Method.PAIRWISE, Panel.begun_at.is_(None)),
            )
            .order_by(PanelJudge.round_id.desc())
        )
        return [self._stack(judge, round_id) for round_id in rounds.all()]

    def sheet(self, judge: int, number: int) -> Sheet:
        """The entry of this number. Raises NoSuchSheet unless it was given to this judge."""
        round_id = self._round_of(judge, number)
        card = read_card(self._session, number)
        standing = card if card is not None and card.state is MottoState.APPROVED else None
        marks = self._session.execute(
            select(PanelMark.place, PanelMark.mark, PanelMark.marked_at).where(
                PanelMark.staff_id == judge, PanelMark.motto_id == id_of(number)
            )
        ).all()
        return Sheet(
            number,
            standing.words if standing else None,
            standing.sent if standing else None,
            criteria_of(self._session, round_id),
            {mark.place: mark.mark for mark in marks},
            max((mark.marked_at for mark in marks), default=None),
            self._stack(judge, round_id),
        )

    def save(self, judge: int, number: int, marks: Mapping[int, int]) -> None:
        """Keep these marks in place of those before. Raises NoSuchSheet and JudgingOver."""
        round_id = self._round_of(judge, number)
        if not open_panel(self._session, round_id):
            raise JudgingOver
        # A page that saves by itself and its button may come at once: one after the other.
        self._session.execute(
            select(PanelSheet.motto_id)
            .where(PanelSheet.staff_id == judge, PanelSheet.motto_id == id_of(number))
            .with_for_update()
        )
        known = range(1, len(criteria_of(self._session, round_id)) + 1)
        kept = {place: mark for place, mark in marks.items() if place in known}
        if not all(1 <= mark <= FULL for mark in kept.values()):
            raise NoSuchSheet
        mine = and_(PanelMark.staff_id == judge, PanelMark.motto_id == id_of(number))
        self._session.execute(delete(PanelMark).where(mine, PanelMark.place.in_(kept)))
        if kept:
            here = {"round_id": round_id, "staff_id": judge, "motto_id": id_of(number)}
            rows = [
                here | {"place": place, "mark": mark, "marked_at": self._now}
                for place, mark in kept.items()
            ]
            self._session.execute(insert(PanelMark), rows)

    def _round_of(self, judge: int, number: int) -> int:
        found = self._session.scalars(
            select(PanelSheet.round_id).where(
                PanelSheet.staff_id == judge, PanelSheet.motto_id == id_of(number)
            )
        ).first()
        if found is None:
            raise NoSuchSheet
        return found

    def _stack(self, judge: int, round_id: int) -> Stack:
        panel = self._session.execute(
            select(Panel.seed, Panel.closed_at, Round.title)
            .join(Round, Round.id == Panel.round_id)
            .where(Panel.round_id == round_id)
        ).one()
        rows = self._session.execute(
            select(PanelSheet.motto_id, Motto.state, func.count(PanelMark.place))
            .outerjoin(Motto, Motto.id == PanelSheet.motto_id)
            .outerjoin(
                PanelMark,
                and_(
                    PanelMark.round_id == PanelSheet.round_id,
                    PanelMark.staff_id == PanelSheet.staff_id,
                    PanelMark.motto_id == PanelSheet.motto_id,
                ),
            )
            .where(PanelSheet.round_id == round_id, PanelSheet.staff_id == judge)
            .group_by(PanelSheet.motto_id, Motto.state)
        ).all()
        order = sorted((row[0] for row in rows), key=lambda id_: place_of(panel.seed, judge, id_))
        whole = len(criteria_of(self._session, round_id))
        done = frozenset(
            number_of(entry)
            for entry, state, count in rows
            if count == whole or state != MottoState.APPROVED
        )
        return Stack(panel.title, tuple(map(number_of, order)), done, panel.closed_at is not None)


def open_panel(session: Session, round_id: int) -> bool:
    """Whether judges may still say something; whoever closes the judging waits for us."""
    closed = session.execute(
        select(Panel.closed_at).where(Panel.round_id == round_id).with_for_update(read=True)
    ).first()
    return closed is not None and closed[0] is None
