"""Moderation: the queue of waiting mottos, decisions about them, and taking one back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.barred import ensure_may_undo, ensure_not_barred, may_undo
from bot.domain.entries import (
    UNDO,
    MottoCard,
    MottoState,
    all_decided_meanwhile,
    cards,
    cards_by_id,
    cause_of,
    change_held,
    current_round,
    hold_all,
    id_of,
    number_of,
    read_card,
    sealed_at,
    subject_of,
    to_card,
)
from bot.domain.mottos import check_words
from bot.domain.notices import Notices
from bot.domain.refusals import DecidedMeanwhile, NoRound, NoSuchEntry, UndoTooLate
from bot.domain.released import Why, release_all
from bot.domain.second_looks import ADMIT, REMOVE, Cause, Look, SecondLooks, is_in_sample
from bot.storage.tables import Audit, Motto

_APPROVE, _RETURN = "motto.approve", "motto.return"
_FIRST, _SECOND = "motto.first_look", "motto.second_look"
"""The first of two approves; the second does not."""
_UNDO = "motto.undo"
_REOPEN = "motto.reopen"
"""Undone when its author has long been told."""
_DECIDED = (MottoState.APPROVED, MottoState.RETURNED)
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
class Outcome:
    """What became of a decision about several entries."""

    done: list[Seen]
    """In the versions they came to."""
    late: dict[int, DecidedMeanwhile]
    """Those that had changed since they were seen, by their number; nothing was done to them."""
    held: frozenset[int] = frozenset()
    """The numbers of those that wait on all the same: it takes another colleague too."""

    @property
    def final(self) -> int:
        """How many it takes nobody else for."""
        return len(self.done) - len(self.held)


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
    blind: bool
    """Whether one of them waits for a second who must not know the verdict: for this one, maybe."""


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


@dataclass(frozen=True)
class _Verdict:
    """What a colleague decides about several entries."""

    by: int
    state: MottoState
    reason: Reason | None
    pile: tuple[int, int] | None
    """The number of the first, and how many there are; None for one alone."""

    def facts(self, card: MottoCard, fix: str | None = None) -> dict[str, Any]:
        """What the trail tells of it at this entry."""
        told: dict[str, Any] = {"before": card.state, "after": self.state, "reason": self.reason}
        if fix:
            told["fix"] = fix
        if self.pile:
            told["pile"], told["of"] = self.pile
        return told


class Moderation:
    """The review desk."""

    def __init__(
        self, session: Session, now: datetime, quotes_leader: Callable[[str], bool] = lambda _: True
    ) -> None:
        """`quotes_leader` tells words that two have to approve; without it that is all."""
        self._session, self._now, self._quotes_leader = session, now, quotes_leader
        self._looks = SecondLooks(session, now)

    def queue(self, limit: int = 20) -> Queue:
        """The mottos that wait, oldest first."""
        waiting = Motto.state == MottoState.WAITING
        rows = self._session.execute(
            cards().where(waiting).order_by(Motto.submitted_at, Motto.id).limit(limit)
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
    ) -> int:
        """Decide about one entry as `decide_all` does. The version it came to."""
        return self.decide_all([Seen(number, version)], staff_id, reason, fix).done[0].version

    def decide_all(
        self,
        seen: Sequence[Seen],
        staff_id: int,
        reason: Reason | None = None,
        fix: str | None = None,
    ) -> Outcome:
        """Approve entries, or send them back for a reason, each in the version that was seen.

        `fix` are the right words, offered to the authors. Audit rows and notices are written with
        it; the notices are due when undoing is over, and who sent an entry in for a unit reads it
        at the console. The statements it takes do not grow with the
        entries: whoever writes at the same time waits for all of them. Raises NoSuchEntry,
        DecidedMeanwhile when all have changed since, NotTheirs about any, and MottoTooShort or
        MottoTooLong about the fix; nothing is done then.

        Of an entry that quotes a leader it takes two who approve: until then it stays where it is.
        """
        entries = [card for card in self._hold(seen) if card.state is MottoState.WAITING]
        late = self._late(seen, entries)
        ensure_not_barred(self._session, [card.number for card in entries], staff_id)
        fix = check_words(fix) if fix and reason in FIXABLE else None
        verdict = _Verdict(
            staff_id, MottoState.RETURNED if reason else MottoState.APPROVED, reason,
            (seen[0].number, len(seen)) if len(seen) > 1 else None,
        )  # fmt: skip
        looks = self._looks.at_all(entries)
        first = [card for card in entries if not reason and self._takes_two(card, looks)]
        second = [look for look in looks.values() if look.second_by is None]
        second = [look for look in second if look.first is not verdict.state]
        held = {card.number for card in first} | {look.card.number for look in second}
        decided = [card for card in entries if card.number not in held]
        self._look_first(first, verdict)
        self._look_second(second, verdict)
        self._decide(decided, verdict, fix, looks)
        done = [Seen(card.number, card.version + 1) for card in entries]
        return Outcome(done, late, frozenset(held))

    def undo(self, number: int, version: int, staff_id: int) -> None:
        """Take back the decision about one entry as `undo_all` does."""
        self.undo_all([Seen(number, version)], staff_id)

    def undo_all(self, seen: Sequence[Seen], staff_id: int) -> Outcome:
        """Take back decisions whose authors have not been told.

        Raises NoSuchEntry, DecidedMeanwhile when all have changed since, NotTheirs about any, and
        UndoTooLate when an author has been told: take back then what was done until here.
        """
        entries = self._hold(seen)
        looks = self._looks.at_all(entries)
        decided = [card for card in entries if card.state in _DECIDED]
        held = [look for look in looks.values() if look.card.state is MottoState.WAITING]
        entries = [*decided, *(look.card for look in held)]
        late = self._late(seen, entries)
        ensure_may_undo(self._session, [card.number for card in entries], staff_id)
        times = [card.decided_at for card in decided]
        times += [look.looked_at or look.due_at for look in held]
        if any(at is None or self._now >= at + UNDO for at in times) or self._settled(decided):
            raise UndoTooLate
        # The entries first, then the notices, as their authors do: two that take them in
        # different orders wait for each other.
        actor = audit.staff(staff_id)
        facts = {
            card.number: {"before": card.state, "after": MottoState.WAITING} for card in entries
        }
        again = {"state": MottoState.WAITING, "reason": None, "fix": None, "decided_at": None}
        waiting = [look.card for look in held]
        change_held(self._session, self._now, waiting, actor, _UNDO, facts)
        change_held(self._session, self._now, decided, actor, _UNDO, facts, **again)
        causes = [
            (author, cause_of(card.number, card.version)) for card, author in self._authors(decided)
        ]
        if not self._notices().take_back_all(causes):
            raise UndoTooLate
        self._looks.take_back(entries)
        release_all(self._session, self._now, decided, actor, Why.UNDONE)
        return Outcome([Seen(card.number, card.version + 1) for card in entries], late)

    def may_be_reopened(self, card: MottoCard) -> bool:
        """Whether the entry is decided for good, and could still be decided anew."""
        if card.state not in _DECIDED or card.decided_at is None:
            return False
        sealed = self._session.scalar(
            select(sealed_at(Motto.round_id)).where(Motto.id == id_of(card.number))
        )
        return sealed is None and self._now >= card.decided_at + UNDO

    def reopen(self, number: int, version: int, staff_id: int) -> None:
        """Put an entry back among those that wait, when its decision can be undone no more.

        It leaves the wall, and its votes go. It is decided as at first, and its author hears of
        that decision. Raises NoSuchEntry, OwnMotto or OwnDecision, or DecidedMeanwhile, also when
        its votes are sealed.
        """
        entries = self._hold([Seen(number, version)])
        if not entries or not self.may_be_reopened(entries[0]):
            raise all_decided_meanwhile(self._session, [number])[number]
        ensure_may_undo(self._session, [number], staff_id)
        actor = audit.staff(staff_id)
        facts = {number: {"before": entries[0].state, "after": MottoState.WAITING}}
        again = {"state": MottoState.WAITING, "reason": None, "fix": None, "decided_at": None}
        change_held(
            self._session, self._now, entries, actor, _REOPEN, facts,
            submitted_at=self._now, pile_id=None, **again,
        )  # fmt: skip
        for card, author in self._authors(entries):
            self._notices().take_back(author, cause_of(card.number, card.version))
        release_all(self._session, self._now, entries, actor, Why.UNDONE)

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
                Motto.state.in_(_DECIDED),
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
        blind = self._looks.is_blind({row.number: row.version for row in standing}, staff_id)
        in_time = bool(standing) and not blind and self._now < first.at + UNDO
        undoable = in_time and may_undo(self._session, list(decided), staff_id)
        facts = first.facts
        return Decision(
            card, MottoState(facts.get("look") or facts["after"]), "look" in facts,
            facts["reason"], first.version, first.actor, first.at, facts.get("of", 1),
            standing, undoable, blind,
        )  # fmt: skip

    def _first(self, card: MottoCard) -> Verdict:
        """The decision that the appeal is against: the last of whoever may not decide now."""
        facts, by, at = self._session.execute(
            select(Audit.facts, Audit.actor, Audit.at)
            .where(
                Audit.subject == subject_of(card.number),
                Audit.action.in_([_RETURN, REMOVE]),
                Audit.actor == audit.staff(card.appealed_against or 0),
            )
            .order_by(Audit.id.desc())
            .limit(1)
        ).one()
        return Verdict(facts["reason"], facts.get("fix"), by, at)

    def _takes_two(self, card: MottoCard, looks: Mapping[int, Look]) -> bool:
        """Whether the first who approves it has to wait for a second."""
        return card.number not in looks and self._quotes_leader(card.words)

    def _look_first(self, entries: Sequence[MottoCard], verdict: "_Verdict") -> None:
        """The first of two approves: the entries wait on, for another colleague."""
        self._hold_on(entries, verdict, _FIRST)
        self._looks.begin(entries, Cause.LEADER, verdict.by, verdict.state)

    def _look_second(self, looks: Sequence[Look], verdict: "_Verdict") -> None:
        """The second does not approve: the entries wait on, for who settles it."""
        entries = [look.card for look in looks]
        self._hold_on(entries, verdict, _SECOND)
        self._looks.answer(looks, verdict.by, verdict.state, verdict.reason)
        self._looks.follow(entries)

    def _hold_on(self, entries: Sequence[MottoCard], verdict: "_Verdict", action: str) -> None:
        told = {"after": MottoState.WAITING, "look": verdict.state}
        facts = {card.number: verdict.facts(card) | told for card in entries}
        change_held(self._session, self._now, entries, audit.staff(verdict.by), action, facts)

    def _decide(
        self,
        entries: Sequence[MottoCard],
        verdict: "_Verdict",
        fix: str | None,
        looks: Mapping[int, Look],
    ) -> None:
        """Bring the entries to their verdict; their authors hear of it when undoing is over."""
        actor, state = audit.staff(verdict.by), verdict.state
        action = _RETURN if verdict.reason else _APPROVE
        values = {"state": state, "reason": verdict.reason, "decided_at": self._now}
        # For who has written just these words they are no fix.
        fixes = {card.number: fix if card.words != fix else None for card in entries}
        facts = {card.number: verdict.facts(card, fixes[card.number]) for card in entries}
        for words in dict.fromkeys(fixes.values()):
            alike = [card for card in entries if fixes[card.number] == words]
            change_held(self._session, self._now, alike, actor, action, facts, fix=words, **values)
        answered = [looks[card.number] for card in entries if card.number in looks]
        self._looks.answer(answered, verdict.by, state, verdict.reason)
        chosen = [
            card for card in entries if card.number not in looks and is_in_sample(card.number)
        ]
        self._looks.begin(chosen, Cause.SAMPLE, verdict.by, state)
        told = [
            (
                author,
                cause_of(card.number, card.version + 1),
                {
                    "number": card.number,
                    "words": card.words,
                    "reason": verdict.reason,
                    "fix": fixes[card.number],
                    "appealed": card.appeal is not None,
                },
            )
            for card, author in self._authors(entries)
        ]
        self._notices().leave_each(told, f"motto_{state}", self._now + UNDO)

    def _hold(self, seen: Sequence[Seen]) -> list[MottoCard]:
        """The entries that are as they were seen, and stay so until we commit."""
        versions = hold_all(self._session, [one.number for one in seen])
        for one in seen:
            if one.number not in versions:
                raise NoSuchEntry(one.number)
        same = {one.number: None for one in seen if versions[one.number] == one.version}
        ids = [id_of(number) for number in same]
        found = {card.number: card for card in cards_by_id(self._session, ids)}
        return [found[number] for number in same]

    def _late(
        self, seen: Sequence[Seen], entries: Sequence[MottoCard]
    ) -> dict[int, DecidedMeanwhile]:
        """What became of those that were seen and are not among the entries; raised if all are."""
        there = {card.number for card in entries}
        gone = [one.number for one in seen if one.number not in there]
        late = all_decided_meanwhile(self._session, gone) if gone else {}
        if not there:
            raise late[seen[0].number]
        return late

    def _settled(self, entries: Sequence[MottoCard]) -> bool:
        """Whether one of them came to where it stands by who settled what two disputed."""
        versions = {subject_of(card.number): card.version for card in entries}
        rows = self._session.execute(
            select(Audit.subject, Audit.version).where(
                Audit.subject.in_(versions), Audit.action == ADMIT
            )
        )
        return any(versions[subject] == version for subject, version in rows)

    def _authors(self, entries: Sequence[MottoCard]) -> list[tuple[MottoCard, bytes]]:
        """The entries whose authors are told of it by chat, each with its author."""
        told = [card for card in entries if not card.sent]
        ids = [id_of(card.number) for card in told]
        rows = self._session.execute(select(Motto.id, Motto.author).where(Motto.id.in_(ids)))
        authors = {number_of(id_): author for id_, author in rows}
        return [(card, authors[card.number]) for card in told]

    def _notices(self) -> Notices:
        return Notices(self._session, self._now)


def _number(subject: str) -> int:
    return int(subject.partition(":")[2])


def _of(waits: Sequence[timedelta], tenths: int) -> timedelta:
    """Within what time so many of ten came."""
    return waits[min(len(waits) * tenths // 10, len(waits) - 1)]
