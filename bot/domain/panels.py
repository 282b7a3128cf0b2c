"""Panels: judges mark what most voted for, and their marks and the votes make one result.

The rule stands before the votes are sealed. Then each entry is given to so many judges, none of
whom belongs to a unit that had a hand in it. Nobody sees who leads before the judging is closed.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.entries import MottoCard, MottoState, cards_by_id, id_of, number_of
from bot.domain.giving_out import share_out
from bot.domain.kept_lists import Latest
from bot.domain.panel_plan import PanelPlan, UnfitPanel, digest_of, flaws_of, plan_of
from bot.domain.panel_scoring import Judged
from bot.domain.refusals import Refusal
from bot.domain.roles import Role
from bot.domain.sealing import Sealing
from bot.domain.verdicts import Comparisons, Drift, Marks, verdicts_of
from bot.storage.locks import claim
from bot.storage.tables import (
    Motto,
    Panel,
    PanelCriterion,
    PanelHand,
    PanelJudge,
    PanelMark,
    PanelPair,
    PanelSheet,
    Round,
    Staff,
    Unit,
)


@dataclass(eq=False)
class NoSuchPanel(Refusal):
    """There is no such round, or no panel for it, or no such judge."""


@dataclass(eq=False)
class PanelFixed(Refusal):
    """It is too late for that: the rule stands once the votes are sealed, the judges once they
    have begun, the result once they have ended.
    """


@dataclass(eq=False)
class NotYet(Refusal):
    """The votes are not sealed, or there is nothing to judge."""


@dataclass(eq=False)
class TooFewJudges(Refusal):
    """Some entries would have, or have, too few judges: by their numbers."""

    numbers: tuple[int, ...]


@dataclass(eq=False)
class FewerJudges(Refusal):
    """Some entries would have fewer judges than the rule says: by their numbers."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class PanelView:
    """A round, and the panel for it."""

    round_id: int
    title: str
    sealed: bool
    plan: PanelPlan | None
    begun_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class JudgeProgress:
    """How far a judge has got, and how they mark; not whom."""

    staff_id: int
    name: str
    unit: str | None
    assigned: int
    done: int
    drift: Drift


@dataclass(frozen=True)
class JudgedLine:
    """An entry of a result that judges and voters made together."""

    judged: Judged
    card: MottoCard


class Panels:
    """The panels of rounds, for their organisers and for all who may see a result."""

    def __init__(
        self, session: Session, now: datetime, judged: Latest[list[Judged]] | None = None
    ) -> None:
        """Without a `judged` that is shared each table is worked out for itself."""
        self._session, self._now, self._judged = session, now, judged or Latest()

    # ------------------------------------------------------------ looking

    def of(self, round_id: int) -> PanelView:
        """The panel of this round. Raises NoSuchPanel where there is no such round."""
        round_ = self._session.get(Round, round_id, populate_existing=True)
        if round_ is None:
            raise NoSuchPanel
        sealed = round_.sealed_at is not None
        panel = self._session.get(Panel, round_id, populate_existing=True)
        if panel is None:
            return PanelView(round_id, round_.title, sealed, None, None, None)
        plan = plan_of(self._session, panel)
        return PanelView(round_id, round_.title, sealed, plan, panel.begun_at, panel.closed_at)

    def is_open(self, round_id: int) -> bool:
        """Whether the round waits for its judges."""
        view = self.of(round_id)
        return view.plan is not None and view.closed_at is None

    def judges(self, round_id: int) -> list[JudgeProgress]:
        """The judges, by name, and how far each has got."""
        rows = self._session.execute(
            select(Staff.id, Staff.name, Unit.name)
            .join(PanelJudge, PanelJudge.staff_id == Staff.id)
            .outerjoin(Unit, Unit.id == Staff.unit_id)
            .where(PanelJudge.round_id == round_id)
            .order_by(Staff.name)
        ).all()
        plan = self.of(round_id).plan
        if plan is None:
            return []
        said = verdicts_of(self._session, round_id, plan)
        given_out, done, drifts = said.given_out, said.done, said.drifts(plan.rule)
        return [
            JudgeProgress(id_, name, unit, given_out[id_], done[id_], drifts.get(id_, Drift()))
            for id_, name, unit in rows
        ]

    def free_judges(self, round_id: int) -> list[tuple[int, str]]:
        """The accounts of judges who are not on this panel."""
        taken = select(PanelJudge.staff_id).where(PanelJudge.round_id == round_id)
        rows = self._session.execute(
            select(Staff.id, Staff.name)
            .where(Staff.role == Role.JUDGE, Staff.disabled_at.is_(None), Staff.id.not_in(taken))
            .order_by(Staff.name)
        )
        return [(id_, name) for id_, name in rows]

    def table(self, round_id: int) -> list[JudgedLine] | None:
        """The result that judges and voters made; None where there is no panel, or it is open."""
        view = self.of(round_id)
        if view.plan is None or view.closed_at is None:
            return None
        votes = Sealing(self._session, self._now).result(round_id).counted
        plan, panel = view.plan, self._session.get_one(Panel, round_id)
        # Exact fractions take their time, and everybody asks. The seed is this panel's alone, its
        # rule and marks are fixed; votes may still go into quarantine, or come out of it.
        lines = self._judged.of(
            (panel.seed, frozenset(votes.items())),
            lambda: verdicts_of(self._session, round_id, plan).standings(plan.rule, votes),
        )
        found = cards_by_id(self._session, [line.entry for line in lines])
        cards = {id_of(card.number): card for card in found}
        return [JudgedLine(line, cards[line.entry]) for line in lines]

    def verdicts(self, round_id: int) -> Marks | Comparisons:
        """All that was said, by the seats of the judges, which name nobody. Raises NoSuchPanel."""
        rows = self._session.execute(
            select(PanelJudge.staff_id, PanelJudge.seat).where(PanelJudge.round_id == round_id)
        )
        seats = {staff: seat or 0 for staff, seat in rows}
        said = verdicts_of(self._session, round_id, plan_in(self._planned(round_id)))
        return said.by_seat(seats)

    # ------------------------------------------------------------ organising

    def settle(self, round_id: int, plan: PanelPlan, by: int) -> None:
        """Lay down the rule, or another in its place. Raises UnfitPanel and PanelFixed."""
        # Nobody seals meanwhile: the rule is there before the result.
        claim(self._session, round_id)
        self._lock(round_id)
        if self.of(round_id).sealed:
            raise PanelFixed
        if flaws := flaws_of(plan):
            raise UnfitPanel(flaws)
        row = {
            "weight": plan.weight, "method": plan.method, "per_entry": plan.per_entry,
            "finalists": plan.finalists,
        }  # fmt: skip
        here = Panel.round_id == round_id
        changed = self._session.execute(update(Panel).where(here).values(**row))
        if not changed.rowcount:  # type: ignore[attr-defined]
            seed = secrets.token_bytes(16)
            self._session.execute(insert(Panel).values(round_id=round_id, seed=seed, **row))
        self._session.execute(delete(PanelCriterion).where(PanelCriterion.round_id == round_id))
        criteria = [
            {
                "round_id": round_id, "place": place, "title": one.title, "weight": one.weight,
                "anchors": one.anchors,
            }
            for place, one in enumerate(plan.criteria, start=1)
        ]  # fmt: skip
        self._session.execute(insert(PanelCriterion), criteria)
        facts = row | {"criteria": len(criteria), "rule": digest_of(plan)}
        self._record(round_id, by, "panel.settle", facts)

    def appoint(self, round_id: int, staff_id: int, by: int) -> None:
        """Let a colleague judge. Raises NoSuchPanel and PanelFixed."""
        self._before_begin(round_id)
        account = self._session.get(Staff, staff_id)
        if account is None or account.role != Role.JUDGE or account.disabled_at is not None:
            raise NoSuchPanel
        have = self._session.get(PanelJudge, (round_id, staff_id))
        if have is None:
            row = {"round_id": round_id, "staff_id": staff_id}
            self._session.execute(insert(PanelJudge).values(row))
            self._record(round_id, by, "panel.appoint", {"judge": staff_id})

    def dismiss(self, round_id: int, staff_id: int, by: int) -> None:
        """Let a colleague judge no more. Raises NoSuchPanel and PanelFixed."""
        self._before_begin(round_id)
        gone = self._session.execute(
            delete(PanelJudge).where(
                PanelJudge.round_id == round_id, PanelJudge.staff_id == staff_id
            )
        )
        if gone.rowcount:  # type: ignore[attr-defined]
            self._record(round_id, by, "panel.dismiss", {"judge": staff_id})

    def begin(self, round_id: int, by: int, *, with_fewer: bool = False) -> None:
        """Give each finalist to its judges. A second time changes nothing.

        Raises NoSuchPanel, NotYet, TooFewJudges, and FewerJudges where entries would have fewer
        judges than was announced and the organiser has not said that it shall be so.
        """
        self._lock(round_id)
        view = self._planned(round_id)
        if view.begun_at is not None:
            return
        if not view.sealed:
            raise NotYet
        shares = share_out(self._session, self._now, round_id, plan_in(view))
        if not shares.sheets and not shares.lacking:
            raise NotYet
        if shares.lacking:
            raise TooFewJudges(shares.lacking)
        if shares.short and not with_fewer:
            raise FewerJudges(shares.short)
        self._seat(round_id)
        self._session.execute(insert(PanelSheet), shares.sheets)
        if shares.hands:
            self._session.execute(insert(PanelHand), shares.hands)
        if shares.pairs:
            self._session.execute(insert(PanelPair), shares.pairs)
        self._session.execute(
            update(Panel).where(Panel.round_id == round_id).values(begun_at=self._now)
        )
        given_out = len(shares.pairs or shares.sheets)
        facts = {"sheets": given_out, "short": len(shares.short)}
        self._record(round_id, by, "panel.begin", facts)

    def close(self, round_id: int, by: int) -> None:
        """End the judging: from now on the result can be seen. A second time changes nothing.

        Sheets that were not filled in count for nothing. Raises NoSuchPanel, NotYet, and
        TooFewJudges while an entry has not been judged by enough.
        """
        self._lock(round_id)
        view = self._planned(round_id)
        if view.closed_at is not None:
            return
        if view.begun_at is None:
            raise NotYet
        plan = plan_in(view)
        said = verdicts_of(self._session, round_id, plan)
        judged = select(PanelSheet.motto_id).where(PanelSheet.round_id == round_id)
        still = Motto.state == MottoState.APPROVED
        standing = self._session.scalars(select(Motto.id).where(Motto.id.in_(judged), still)).all()
        if lacking := said.lacking(standing, plan):
            raise TooFewJudges(tuple(map(number_of, lacking)))
        if isinstance(said, Comparisons):
            compared = {entry for pair in said.wins() for entry in pair}
            self._drop(round_id, set(said.entries) - compared - set(standing))
        self._session.execute(
            update(Panel).where(Panel.round_id == round_id).values(closed_at=self._now)
        )
        given = said.done.total()
        missing = said.given_out.total() - given
        facts = {"sheets": given, "missing": missing, "marks": said.digest}
        self._record(round_id, by, "panel.close", facts)

    def cancel(self, round_id: int, by: int) -> None:
        """Have no panel: the votes alone decide. Raises NoSuchPanel and PanelFixed."""
        self._lock(round_id)
        view = self._planned(round_id)
        if view.closed_at is not None:
            raise PanelFixed
        sheets = verdicts_of(self._session, round_id, plan_in(view)).done.total()
        for kind in (
            PanelMark,
            PanelPair,
            PanelHand,
            PanelSheet,
            PanelJudge,
            PanelCriterion,
            Panel,
        ):
            self._session.execute(delete(kind).where(kind.round_id == round_id))
        self._session.expire_all()
        self._record(round_id, by, "panel.cancel", {"sheets": sheets})

    # ------------------------------------------------------------ within

    def _lock(self, round_id: int) -> None:
        """Judges who save wait for us, and we for them."""
        self._session.execute(
            select(Panel.round_id).where(Panel.round_id == round_id).with_for_update()
        )

    def _planned(self, round_id: int) -> PanelView:
        view = self.of(round_id)
        if view.plan is None:
            raise NoSuchPanel
        return view

    def _before_begin(self, round_id: int) -> None:
        self._lock(round_id)
        if self._planned(round_id).begun_at is not None:
            raise PanelFixed

    def _drop(self, round_id: int, gone: Collection[int]) -> None:
        """Forget that these were to be compared: taken back before anybody did, they have no place
        in the result, now or later.
        """
        pair_of = or_(PanelPair.first_id.in_(gone), PanelPair.second_id.in_(gone))
        self._session.execute(delete(PanelPair).where(PanelPair.round_id == round_id, pair_of))
        for kind in (PanelHand, PanelSheet):
            of_them = (kind.round_id == round_id, kind.motto_id.in_(gone))
            self._session.execute(delete(kind).where(*of_them))

    def _seat(self, round_id: int) -> None:
        """Give each judge a number that tells nobody who it is."""
        seats = list(
            self._session.scalars(
                select(PanelJudge.staff_id).where(PanelJudge.round_id == round_id)
            )
        )
        secrets.SystemRandom().shuffle(seats)
        for seat, staff_id in enumerate(seats, start=1):
            self._session.execute(
                update(PanelJudge)
                .where(PanelJudge.round_id == round_id, PanelJudge.staff_id == staff_id)
                .values(seat=seat)
            )

    def _record(self, round_id: int, by: int, action: str, facts: Mapping[str, Any]) -> None:
        actor, subject = audit.staff(by), f"round:{round_id}"
        audit.record(self._session, self._now, actor, action, subject, dict(facts))


def plan_in(view: PanelView) -> PanelPlan:
    """The rule of a panel that has one."""
    assert view.plan is not None, "it was planned"
    return view.plan
