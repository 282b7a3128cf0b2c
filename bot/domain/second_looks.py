"""Second looks: what a second colleague has to see as well, and how often two agree.

- An entry that quotes a leader is approved by two: after the first it still waits, for another
  colleague. Where they disagree, an owner or an organiser who is neither of them decides.
- What stands among the fifty with most votes, and what is made a poster, hangs already: the
  second looks at it afterwards.
- Of all other decisions about 2 % are looked at anew, chosen by the number of the entry, so that
  nobody can choose them. Whoever looks afterwards does not learn what the first decided.

A look is about one version of an entry: with other words it is void. Its key leaves room for one to
a version, and constraints keep the first from being the second, and either from settling it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.barred import ensure_not_barred, is_barred
from bot.domain.entries import (
    UNDO,
    MottoCard,
    MottoState,
    cards,
    cards_by_id,
    cause_of,
    change_state,
    id_of,
    number_of,
    read_card,
    subject_of,
    to_card,
)
from bot.domain.notices import Notices
from bot.domain.refusals import DecidedMeanwhile, NoSuchEntry
from bot.domain.released import Why, release_votes
from bot.domain.tally import Tally
from bot.storage.tables import Audit, Motto, SecondLook, table_of

ADMIT, REMOVE = "motto.admit", "motto.remove"
"""What is done to an entry when the second was right."""
ONE_OF = 50
"""Of so many entries one is looked at anew without anybody asking for it: 2 %."""
LATELY = timedelta(days=30)
"""Of which looks the agreement is told."""
PAGE = 20
_SURE = 1.96
"""Standard deviations for 95 %."""


class Cause(StrEnum):
    """Why an entry is looked at twice."""

    LEADER = "leader"
    TOP = "top"
    POSTER = "poster"
    SAMPLE = "sample"


@dataclass(frozen=True)
class Look:
    """What two colleagues said of an entry."""

    card: MottoCard
    cause: Cause
    first_by: int
    first: MottoState
    second_by: int | None
    second: MottoState | None
    reason: str | None
    """Why the second sends it back."""
    due_at: datetime
    looked_at: datetime | None


@dataclass(frozen=True)
class Agreement:
    """How often the second said what the first had, among those chosen by chance."""

    count: int
    same: int

    @property
    def between(self) -> tuple[float, float]:
        """Between which shares it lies with 95 % certainty (Wilson); with no look, anywhere."""
        if not self.count:
            return 0.0, 1.0
        share, n = self.same / self.count, self.count
        middle = share + _SURE**2 / (2 * n)
        spread = _SURE * math.sqrt(share * (1 - share) / n + _SURE**2 / (4 * n * n))
        whole = 1 + _SURE**2 / n
        return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


_LOOK = table_of(SecondLook)
_THIS = and_(SecondLook.motto_id == Motto.id, SecondLook.version == Motto.version)
"""A look at the entry as it stands."""
_AT = and_(_LOOK.c.motto_id == bindparam("entry"), _LOOK.c.version == bindparam("seen"))
_OPEN = SecondLook.second_by.is_(None)
_DIFFER = SecondLook.second != SecondLook.first
_AFTERWARDS = SecondLook.cause != Cause.LEADER


def is_in_sample(number: int) -> bool:
    """Whether the entry of this number is one of the 2 %."""
    digest = sha256(f"second look {number}".encode()).digest()
    return int.from_bytes(digest[:4]) % ONE_OF == 0


class SecondLooks:
    """What waits for a second colleague, and what came of it."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ with the decisions themselves

    def at(self, number: int, version: int) -> Look | None:
        """The look at this version of an entry."""
        found = self._looks(_is(number, version))
        return found[0] if found else None

    def at_all(self, entries: Sequence[MottoCard]) -> dict[int, Look]:
        """The looks at these entries in the versions they are in, by their numbers."""
        ids = [id_of(card.number) for card in entries]
        found = self._looks(_THIS, Motto.id.in_(ids))
        return {look.card.number: look for look in found}

    def begin(
        self, entries: Sequence[MottoCard], cause: Cause, first_by: int, first: MottoState
    ) -> None:
        """The first has decided about these, as they stood before; a second has to look at each.

        Afterwards means after the decision can be undone.
        """
        due = self._now if cause is Cause.LEADER else self._now + UNDO
        same = {"cause": cause, "first_by": first_by, "first": first, "due_at": due}
        rows = [
            {"motto_id": id_of(card.number), "version": card.version + 1, **same}
            for card in entries
        ]
        if rows:
            self._session.execute(insert(SecondLook), rows)

    def answer(
        self, looks: Sequence[Look], by: int, verdict: MottoState, reason: str | None
    ) -> None:
        """The second has decided about these entries, or another about what two dispute."""
        second = [look for look in looks if look.second_by is None]
        third = [look for look in looks if look.second_by is not None]
        said = {"second_by": by, "second": verdict, "reason": reason, "looked_at": self._now}
        self._change([(look.card, look.card.version) for look in second], said)
        settled = {"settled_by": by, "settled_at": self._now}
        self._change([(look.card, look.card.version) for look in third], settled)

    def follow(self, entries: Sequence[MottoCard]) -> None:
        """The looks go on with the next versions: these came to them without being decided."""
        self._change([(card, card.version) for card in entries], {}, follow=True)

    def take_back(self, entries: Sequence[MottoCard]) -> None:
        """The decisions that led to these versions are undone, and each comes to its next."""
        cards = {id_of(card.number): card for card in entries}
        rows = self._session.execute(select(*_LOOK.c).where(_LOOK.c.motto_id.in_(cards))).all()
        begun: list[dict[str, int]] = []
        second: list[tuple[MottoCard, int]] = []
        third: list[tuple[MottoCard, int]] = []
        for row in rows:
            card = cards[row.motto_id]
            if row.version == card.version and row.second_by is None:
                begun.append({"entry": row.motto_id, "seen": row.version})
            elif row.cause == Cause.LEADER and row.version in (card.version, card.version - 1):
                (second if row.settled_by is None else third).append((card, row.version))
        if begun:
            self._session.connection().execute(delete(_LOOK).where(_AT), begun)
        open_again = {"second_by": None, "second": None, "reason": None, "looked_at": None}
        self._change(second, open_again, follow=True)
        self._change(third, {"settled_by": None, "settled_at": None}, follow=True)

    def of(self, entries: Sequence[MottoCard]) -> dict[int, Look]:
        """By their numbers, the looks at those entries that wait for another colleague."""
        ids = [id_of(card.number) for card in entries]
        looks = self._looks(_THIS, Motto.id.in_(ids), Motto.state == MottoState.WAITING)
        return {look.card.number: look for look in looks}

    # ------------------------------------------------------------ afterwards

    def ask(self, number: int, cause: Cause) -> None:
        """Have an approved entry looked at by a second, unless one has or is about to."""
        card = read_card(self._session, number)
        if card is None or card.state is not MottoState.APPROVED:
            return
        actor = self._session.scalar(
            select(Audit.actor).where(
                Audit.subject == subject_of(number), Audit.version == card.version
            )
        )
        first = audit.colleague(actor or "")
        if first is None or self.at(number, card.version) or self._by_two(number, card.version):
            return
        try:
            with self._session.begin_nested():
                before = replace(card, version=card.version - 1)
                self.begin([before], cause, first, MottoState.APPROVED)
        except IntegrityError:
            # Somebody else has asked in the same instant.
            return

    def unasked(self) -> list[int]:
        """The numbers of the fifty with most votes that no second has been asked to look at."""
        lines = Tally(self._session, self._now).poll().lines
        voted = [line.card for line in lines if line.votes]
        looks = self._session.execute(
            select(_LOOK.c.motto_id, _LOOK.c.version, _LOOK.c.second).where(
                _LOOK.c.motto_id.in_([id_of(card.number) for card in voted])
            )
        )
        seconds = {(number_of(id_), version): second for id_, version, second in looks}
        return [
            card.number
            for card in voted
            if (card.number, card.version) not in seconds
            and seconds.get((card.number, card.version - 1)) is None
        ]

    def waiting(self, staff_id: int) -> list[MottoCard]:
        """What this colleague can look at as the second, without the first verdict."""
        rows = self._session.execute(
            cards().where(self._waits_for(staff_id)).order_by(Motto.id).limit(PAGE)
        )
        return [to_card(row) for row in rows]

    def count(self, staff_id: int) -> int:
        """How many there are for this colleague."""
        counted = select(func.count(Motto.id)).where(self._waits_for(staff_id))
        return self._session.scalar(counted) or 0

    def is_blind(self, versions: Mapping[int, int], staff_id: int) -> bool:
        """Whether one of these entries, by their numbers, waits in this version for a second look.

        One that must not know what the first decided, and that this colleague may give.
        """
        open_ = select(SecondLook.motto_id, SecondLook.version).where(
            SecondLook.motto_id.in_([id_of(number) for number in versions]),
            _OPEN, _AFTERWARDS, SecondLook.first_by != staff_id,
        )  # fmt: skip
        rows = self._session.execute(open_)
        return any(versions[number_of(id_)] == version for id_, version in rows)

    def look(
        self, number: int, version: int, staff_id: int, verdict: MottoState, reason: str | None
    ) -> None:
        """Say what one would have decided; the entry stays as it is.

        Raises NoSuchEntry, OwnMotto, or DecidedMeanwhile when somebody has looked already, the
        entry has changed, or one was the first oneself.
        """
        card = self._card(number)
        ensure_not_barred(self._session, [number], staff_id)
        looked = self._session.execute(
            update(SecondLook)
            .where(
                _is(number, version), _OPEN, _AFTERWARDS, SecondLook.first_by != staff_id,
                SecondLook.due_at <= self._now,
            )
            .values(second_by=staff_id, second=verdict, reason=reason, looked_at=self._now)
        )  # fmt: skip
        if card.version != version or not looked.rowcount:  # type: ignore[attr-defined]
            raise DecidedMeanwhile(card.state, "", None)
        self._record(number, staff_id, "entry.look", {"look": verdict, "reason": reason})

    def disputed(self) -> list[Look]:
        """Where two disagree about an entry, which stands as the first decided."""
        return self._looks(_THIS, _DIFFER, _AFTERWARDS, SecondLook.settled_by.is_(None))

    def settle(self, number: int, version: int, staff_id: int, verdict: MottoState) -> None:
        """Decide between the two; where the second was right, the entry changes and votes go.

        Raises NoSuchEntry, OwnMotto, or DecidedMeanwhile when that is done, the entry has changed,
        or one is one of the two.
        """
        card, look = self._card(number), self.at(number, version)
        ensure_not_barred(self._session, [number], staff_id)
        settled = self._session.execute(
            update(SecondLook)
            .where(
                _is(number, version), _DIFFER, _AFTERWARDS, SecondLook.settled_by.is_(None),
                SecondLook.first_by != staff_id, SecondLook.second_by != staff_id,
            )
            .values(settled_by=staff_id, settled_at=self._now)
        )  # fmt: skip
        stale = look is None or card.version != version
        if look is None or stale or not settled.rowcount:  # type: ignore[attr-defined]
            raise DecidedMeanwhile(card.state, "", None)
        if verdict is look.first:
            self._record(number, staff_id, "entry.uphold", {"look": verdict})
        else:
            self._turn(card, staff_id, verdict, look.reason)

    def agreement(self) -> Agreement:
        """How often two agreed in the last thirty days, among those chosen by chance."""
        rows = self._session.execute(
            select(_DIFFER, func.count())
            .where(
                SecondLook.cause == Cause.SAMPLE,
                SecondLook.second.is_not(None),
                SecondLook.looked_at > self._now - LATELY,
            )
            .group_by(_DIFFER)
        )
        counts = {bool(differ): count for differ, count in rows}
        return Agreement(sum(counts.values()), counts.get(False, 0))

    # ------------------------------------------------------------ inside

    def _by_two(self, number: int, version: int) -> bool:
        """Whether two have approved it before it hung."""
        before = self.at(number, version - 1)
        return before is not None and before.second is not None

    def _turn(
        self, card: MottoCard, staff_id: int, verdict: MottoState, reason: str | None
    ) -> None:
        """Bring the entry to the other verdict; its author hears of this one only."""
        approved = verdict is MottoState.APPROVED
        actor, why = audit.staff(staff_id), None if approved else reason
        # Whoever joins a card comes last. What is taken down was decided when it was: its author
        # may object at once, and nobody takes this back as if it were a first decision.
        decided_at = self._now if approved else card.decided_at
        after = change_state(
            self._session,
            self._now,
            card,
            actor,
            ADMIT if approved else REMOVE,
            {"before": card.state, "after": verdict, "reason": why},
            state=verdict,
            reason=why,
            fix=None,
            decided_at=decided_at,
        )
        if card.sent:
            return
        author = select(Motto.author).where(Motto.id == id_of(card.number))
        member = self._session.scalars(author).one()
        notices = Notices(self._session, self._now)
        notices.take_back(member, cause_of(card.number, card.version))
        told = {
            "number": card.number, "words": card.words, "reason": why, "fix": None,
            "appealed": card.appeal is not None,
        }  # fmt: skip
        notices.leave(member, cause_of(card.number, after), f"motto_{verdict}", told, self._now)
        if not approved:
            release_votes(self._session, self._now, card, actor, Why.UNDONE)

    def _change(
        self,
        looks: Sequence[tuple[MottoCard, int]],
        values: Mapping[str, object],
        *,
        follow: bool = False,
    ) -> None:
        """Change the looks at these versions of entries; on `follow` they go to the next of each.

        The next is that after the version of the card.
        """
        rows = [
            {"entry": id_of(card.number), "seen": version, "next": card.version + 1}
            for card, version in looks
        ]
        changed = update(_LOOK).where(_AT).values(dict(values))
        if follow:
            changed = changed.values(version=bindparam("next"))
        if rows:
            self._session.connection().execute(changed, rows)

    def _looks(self, *conditions: Any) -> list[Look]:
        looks = select(*_LOOK.c).join(Motto, Motto.id == _LOOK.c.motto_id).where(*conditions)
        rows = self._session.execute(looks.order_by(_LOOK.c.motto_id)).all()
        found = cards_by_id(self._session, [row.motto_id for row in rows])
        there = {card.number: card for card in found}
        return [_look(there[number_of(row.motto_id)], row) for row in rows]

    def _waits_for(self, staff_id: int) -> ColumnElement[bool]:
        due = and_(_THIS, _OPEN, _AFTERWARDS, SecondLook.due_at <= self._now)
        others = select(SecondLook.motto_id).where(due, SecondLook.first_by != staff_id)
        return and_(others.exists(), ~is_barred(staff_id))

    def _card(self, number: int) -> MottoCard:
        if (card := read_card(self._session, number)) is None:
            raise NoSuchEntry(number)
        return card

    def _record(self, number: int, by: int, action: str, facts: dict[str, Any]) -> None:
        actor, subject = audit.staff(by), subject_of(number)
        audit.record(self._session, self._now, actor, action, subject, facts)


def _is(number: int, version: int) -> ColumnElement[bool]:
    return and_(SecondLook.motto_id == id_of(number), SecondLook.version == version)


def _look(card: MottoCard, row: Any) -> Look:
    return Look(
        card, Cause(row.cause), row.first_by, MottoState(row.first), row.second_by,
        MottoState(row.second) if row.second else None, row.reason, row.due_at, row.looked_at,
    )  # fmt: skip
