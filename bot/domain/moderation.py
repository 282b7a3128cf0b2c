"""Moderation: the queue of waiting mottos, decisions about them, and taking one back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.barred import ensure_may_undo, ensure_not_barred, may_undo
from bot.domain.entries import (
    UNDO,
    MottoCard,
    MottoState,
    cards,
    cause_of,
    change_state,
    current_round,
    decided_meanwhile,
    id_of,
    number_of,
    read_card,
    subject_of,
    to_card,
)
from bot.domain.mottos import check_words
from bot.domain.notices import Notices
from bot.domain.refusals import NoRound, NoSuchEntry, UndoTooLate
from bot.domain.released import Why, release_votes
from bot.domain.second_looks import Cause, SecondLooks, is_in_sample
from bot.storage.tables import Audit, Motto

_APPROVE, _RETURN = "motto.approve", "motto.return"
_FIRST, _SECOND = "motto.first_look", "motto.second_look"
"""The first of two approves; the second does not."""
_DECISIONS = (_APPROVE, _RETURN, _FIRST, _SECOND)
_LOOKED_AT = 400
"""Rows of the trail that are read to list the latest decisions: a pile has one for each entry."""
_LATELY = timedelta(hours=1)
_LAST_DAYS = timedelta(days=7)
_USUAL, _FEWEST = 500, 10
"""Decisions of the last days from which the wait is told, and how many it takes at least."""


class Reason(StrEnum):
    """Why a motto is sent back; each has its own sentence of help for the author."""

    TYPO = "typo"
    QUOTATION = "quotation"
    LENGTH = "length"
    NOT_A_MOTTO = "not_a_motto"
    PERSONAL = "personal"
    UNFIT = "unfit"
    DUPLICATE = "duplicate"


FIXABLE = frozenset({Reason.TYPO, Reason.QUOTATION})
"""Reasons with which a moderator may offer the right words."""


@dataclass(frozen=True)
class Verdict:
    """A decision to send an entry back, which its author did not accept."""

    reason: str
    fix: str | None
    by: str
    """`staff:3`, as in the audit trail."""
    at: datetime


@dataclass(frozen=True)
class Seen:
    """An entry as somebody saw it."""

    number: int
    version: int


@dataclass(frozen=True)
class Queue:
    """What waits for review: the oldest first, and how much there is in all."""

    mottos: list[MottoCard]
    waiting: int
    oldest_at: datetime | None
    appealed: dict[int, Verdict]
    """By the number of the entry, the decisions against which there are appeals."""


@dataclass(frozen=True)
class Decision:
    """A decision that was taken, about one entry or a pile, as the console lists it."""

    card: MottoCard
    """The first of the entries as it stands now."""
    verdict: MottoState
    by_two: bool
    """Whether it takes another colleague before the entry leaves the desk."""
    reason: str | None
    version: int
    """The version to which the decision brought that entry."""
    by: str
    """`staff:3`, as in the audit trail."""
    at: datetime
    count: int
    """How many entries were decided together."""
    standing: tuple[Seen, ...]
    """Those that nothing has been done to since; undoing names them."""
    undoable: bool


@dataclass(frozen=True)
class Pace:
    """How a colleague gets on: decisions within the last hour, and how long one takes them."""

    entries: int
    piles: int
    each: timedelta | None
    """None before there are enough to tell."""


@dataclass(frozen=True)
class Waits:
    """How long authors of the last seven days have waited for a decision."""

    count: int
    """Of how many entries it is told."""
    half: timedelta
    nine_of_ten: timedelta


@dataclass(frozen=True)
class Deed:
    """Something that was done to an entry."""

    action: str
    by: str
    at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True)
class History:
    """An entry as it stands, and all that was done to it, the latest first."""

    card: MottoCard
    deeds: list[Deed]


class Moderation:
    """The review desk."""

    def __init__(
        self, session: Session, now: datetime, quotes_leader: Callable[[str], bool] = lambda _: True
    ) -> None:
        """`quotes_leader` tells words that two have to approve; without it that is all."""
        self._session, self._now, self._quotes_leader = session, now, quotes_leader
        self._looks = SecondLooks(session, now)

    def queue(self, limit: int = 20, staff_id: int | None = None) -> Queue:
        """The mottos that wait, oldest first; last those that this colleague may not decide."""
        waiting = Motto.state == MottoState.WAITING
        barred = case((Motto.appealed_against == staff_id, 1), else_=0)
        rows = self._session.execute(
            cards().where(waiting).order_by(barred, Motto.submitted_at, Motto.id).limit(limit)
        )
        mottos = [to_card(row) for row in rows]
        count, oldest = self._session.execute(
            select(func.count(Motto.id), func.min(Motto.submitted_at)).where(waiting)
        ).one()
        return Queue(mottos, count, oldest, self.appealed(mottos))

    def appealed(self, entries: Iterable[MottoCard]) -> dict[int, Verdict]:
        """By the number of the entry, the decisions against which there are appeals."""
        return {card.number: self._first(card) for card in entries if card.appeal is not None}

    def decide(
        self,
        number: int,
        version: int,
        staff_id: int,
        reason: Reason | None = None,
        fix: str | None = None,
        together: tuple[int, int] | None = None,
    ) -> int:
        """Approve the motto, or send it back for a reason. The version it came to.

        `version` is the one the moderator saw, `fix` the right words, offered to the author,
        `together` the number of the first of a pile and how many are decided with it.
        Audit row and the author's notice are written with it; the notice is due when undoing
        is over; who sent it in for a unit reads it at the console. Raises NoSuchEntry,
        DecidedMeanwhile when the entry has changed since, NotTheirs, and MottoTooShort or
        MottoTooLong about the fix.

        Of an entry that quotes a leader it takes two who approve: until then it stays where it is.
        """
        card = self._seen(number, version, MottoState.WAITING)
        ensure_not_barred(self._session, card, staff_id)
        state = MottoState.RETURNED if reason else MottoState.APPROVED
        facts: dict[str, Any] = {"before": card.state, "after": state, "reason": reason}
        fix = check_words(fix) if fix and reason in FIXABLE else None
        if fix == card.words:
            fix = None
        if fix:
            facts["fix"] = fix
        if together:
            facts["pile"], facts["of"] = together
        look = self._looks.at(number, version)
        if look is None and not reason and self._quotes_leader(card.words):
            after = self._look(card, staff_id, _FIRST, facts)
            self._looks.begin(number, after, Cause.LEADER, staff_id, state)
            return after
        if look and look.second_by is None and state is not look.first:
            # The entry first: where another was faster, nothing may be left on the look.
            after = self._look(card, staff_id, _SECOND, facts)
            self._looks.answer(number, version, staff_id, state, reason)
            self._looks.follow(number, version, after)
            return after
        after = change_state(
            self._session,
            self._now,
            card,
            audit.staff(staff_id),
            _RETURN if reason else _APPROVE,
            facts,
            state=state,
            reason=reason,
            fix=fix,
            decided_at=self._now,
        )
        if look:
            self._looks.answer(number, version, staff_id, state, reason)
        elif is_in_sample(number):
            self._looks.begin(number, after, Cause.SAMPLE, staff_id, state)
        if card.sent:
            return after
        self._notices().leave(
            self._author(number),
            cause_of(number, after),
            f"motto_{state}",
            {
                "number": number,
                "words": card.words,
                "reason": reason,
                "fix": fix,
                "appealed": card.appeal is not None,
            },
            self._now + UNDO,
        )
        return after

    def undo(self, number: int, version: int, staff_id: int) -> None:
        """Take back a decision whose author has not been told.

        Raises NoSuchEntry, DecidedMeanwhile when the entry has changed since, UndoTooLate,
        NotTheirs.
        """
        look = self._looks.at(number, version)
        card = self._seen(
            number, version, MottoState.APPROVED, MottoState.RETURNED,
            *([MottoState.WAITING] if look else []),
        )  # fmt: skip
        ensure_may_undo(self._session, number, staff_id)
        if look and card.state is MottoState.WAITING:
            self._undo_look(card, look.looked_at or look.due_at, staff_id)
            return
        if card.decided_at is None or self._now >= card.decided_at + UNDO:
            raise UndoTooLate
        # The entry first, then the notice, as its author does: two that take them in
        # different orders wait for each other.
        change_state(
            self._session,
            self._now,
            card,
            audit.staff(staff_id),
            "motto.undo",
            {"before": card.state, "after": MottoState.WAITING},
            state=MottoState.WAITING,
            reason=None,
            fix=None,
            decided_at=None,
        )
        told = not self._notices().take_back(self._author(number), cause_of(number, version))
        if told and not card.sent:
            raise UndoTooLate
        self._looks.take_back(number, version, version + 1)
        release_votes(self._session, self._now, card, audit.staff(staff_id), Why.UNDONE)

    def recent(self, staff_id: int, limit: int = 10) -> list[Decision]:
        """The latest decisions, newest first, also those taken back or overtaken since.

        What this colleague may not decide they may not undo either.
        """
        rows = self._session.execute(
            select(Audit.subject, Audit.version, Audit.facts, Audit.actor, Audit.at)
            .where(Audit.action.in_(_DECISIONS))
            .order_by(Audit.id.desc())
            .limit(_LOOKED_AT)
        )
        taken: dict[tuple[Any, ...], list[Row[Any]]] = {}
        for row in rows:
            pile = row.facts.get("pile")
            key = (pile, row.actor, row.at) if pile else (row.subject, row.version)
            if key not in taken and len(taken) == limit:
                break
            taken.setdefault(key, []).append(row)
        return [self._decision(together[::-1], staff_id) for together in taken.values()]

    def pace(self, staff_id: int) -> Pace:
        """How the colleague has been getting on."""
        rows = self._session.execute(
            select(Audit.at, Audit.facts)
            .where(
                Audit.action.in_(_DECISIONS),
                Audit.actor == audit.staff(staff_id),
                Audit.at > self._now - _LATELY,
            )
            .order_by(Audit.id.desc())
            .limit(_LOOKED_AT)
        ).all()
        moments = sorted({row.at for row in rows})
        gaps = sorted(later - earlier for earlier, later in pairwise(moments))
        return Pace(len(rows), len(moments), gaps[len(gaps) // 2] if len(gaps) >= 4 else None)

    def waits(self) -> Waits | None:
        """How long a decision has taken in the last seven days; None before there are ten.

        Whoever still waits, and for longer than nine of ten did, counts with their time so far: a
        desk that nobody sits at must not look faster than it is.
        """
        try:
            entries = Motto.round_id == current_round(self._session, self._now).id
        except NoRound:
            return None
        decided = self._session.execute(
            select(Motto.submitted_at, Motto.decided_at)
            .where(
                entries,
                Motto.state.in_([MottoState.APPROVED, MottoState.RETURNED]),
                Motto.decided_at > self._now - _LAST_DAYS,
            )
            .order_by(Motto.decided_at.desc())
            .limit(_USUAL)
        )
        waits = sorted(at - since for since, at in decided if at)
        if len(waits) < _FEWEST:
            return None
        so_far = self._session.scalars(
            select(Motto.submitted_at)
            .where(
                entries,
                Motto.state == MottoState.WAITING,
                Motto.submitted_at < self._now - _of(waits, 9),
            )
            .order_by(Motto.submitted_at)
            .limit(_USUAL)
        )
        waits = sorted([*waits, *(self._now - since for since in so_far)])
        return Waits(len(waits), _of(waits, 5), _of(waits, 9))

    def history(self, number: int) -> History:
        """All that happened to an entry. Raises NoSuchEntry."""
        if (card := read_card(self._session, number)) is None:
            raise NoSuchEntry(number)
        rows = self._session.execute(
            select(Audit.action, Audit.actor, Audit.at, Audit.facts)
            .where(Audit.subject == subject_of(number))
            .order_by(Audit.id.desc())
        )
        return History(card, [Deed(*row) for row in rows])

    def _decision(self, rows: Sequence[Row[Any]], staff_id: int) -> Decision:
        """What was decided together, as the rows of the trail tell it."""
        decided = {_number(row.subject): row.version for row in rows}
        first = rows[0]
        card = read_card(self._session, _number(first.subject))
        assert card is not None, "an entry is never deleted"
        versions = self._session.execute(
            select(Motto.id, Motto.version).where(Motto.id.in_([id_of(n) for n in decided]))
        )
        standing = tuple(
            Seen(number_of(id_), version)
            for id_, version in versions
            if decided[number_of(id_)] == version
        )
        in_time = bool(standing) and self._now < first.at + UNDO
        undoable = in_time and may_undo(self._session, list(decided), staff_id)
        facts = first.facts
        return Decision(
            card, MottoState(facts.get("look") or facts["after"]), "look" in facts,
            facts["reason"], first.version, first.actor, first.at, facts.get("of", 1),
            standing, undoable,
        )  # fmt: skip

    def _first(self, card: MottoCard) -> Verdict:
        """The decision that the appeal is against: the last of whoever may not decide now."""
        facts, by, at = self._session.execute(
            select(Audit.facts, Audit.actor, Audit.at)
            .where(
                Audit.subject == subject_of(card.number),
                Audit.action.in_([_RETURN, "motto.remove"]),
                Audit.actor == audit.staff(card.appealed_against or 0),
            )
            .order_by(Audit.id.desc())
            .limit(1)
        ).one()
        return Verdict(facts["reason"], facts.get("fix"), by, at)

    def _look(self, card: MottoCard, staff_id: int, action: str, facts: dict[str, Any]) -> int:
        """Write down what one of two says: the entry waits on, for another colleague."""
        told = facts | {"after": MottoState.WAITING, "look": facts["after"]}
        actor = audit.staff(staff_id)
        return change_state(self._session, self._now, card, actor, action, told)

    def _undo_look(self, card: MottoCard, at: datetime, staff_id: int) -> None:
        if self._now >= at + UNDO:
            raise UndoTooLate
        facts = {"before": card.state, "after": MottoState.WAITING}
        actor = audit.staff(staff_id)
        after = change_state(self._session, self._now, card, actor, "motto.undo", facts)
        self._looks.take_back(card.number, card.version, after)

    def _seen(self, number: int, version: int, *states: MottoState) -> MottoCard:
        card = read_card(self._session, number)
        if card is None:
            raise NoSuchEntry(number)
        if card.version != version or card.state not in states:
            raise decided_meanwhile(self._session, number)
        return card

    def _author(self, number: int) -> bytes:
        return self._session.scalars(select(Motto.author).where(Motto.id == id_of(number))).one()

    def _notices(self) -> Notices:
        return Notices(self._session, self._now)


def _number(subject: str) -> int:
    return int(subject.partition(":")[2])


def _of(waits: Sequence[timedelta], tenths: int) -> timedelta:
    """Within what time so many of ten came."""
    return waits[min(len(waits) * tenths // 10, len(waits) - 1)]
