"""Piles: entries that wait and nearly say the same, decided together; and whose desk they lie on.

An entry is put on a pile once and stays there, whatever comes later: piles don't move under the
hands of whoever decides. Only other words, or an appeal, which nobody may decide in passing,
take it off, or a colleague who sees that it says the same as another. An appeal lies alone.

A colleague who sits down takes a page of piles for ten minutes, and others get different ones.
A claim is a row, and its key leaves room for one to a pile. It only keeps two from doing the same
work: what decides between two who do it all the same is the version of each entry.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from bot.domain import audit
from bot.domain.alike import Likeness
from bot.domain.barred import Bar, bars, ensure_not_barred, is_barred
from bot.domain.entries import (
    MottoCard,
    MottoState,
    cards,
    decided_meanwhile,
    hold_all,
    id_of,
    read_card,
    subject_of,
    to_card,
)
from bot.domain.kernels import Kernels
from bot.domain.moderation import Moderation, Outcome, Reason, Seen
from bot.domain.mottos import Mottos
from bot.domain.refusals import NoSuchEntry, NotLike
from bot.storage.spoken import Query
from bot.storage.tables import Motto, PileClaim, table_of

PAGE = 20
"""Piles that lie on one desk at a time."""
CLAIM = timedelta(minutes=10)
"""How long they are kept for a colleague of whom nothing is heard."""
MOST = 200
"""Entries of a pile that are decided at once; the rest of it comes up again."""
_ENTRIES = 2**40
"""More than there ever are; the numbers of piles are below 2**53 for 8,000 versions of each."""
_TRIES = 3
"""Times that a colleague reaches for a page when others reach for the same."""

_MOTTO = table_of(Motto)
_WAITING = Motto.state == MottoState.WAITING
_FATES = (MottoState.WAITING, MottoState.APPROVED, MottoState.RETURNED)
_OLDEST = func.min(Motto.submitted_at)
_LYING = aliased(Motto)
_CLAIMED = exists().where(PileClaim.pile_id == Motto.pile_id)
_PUT = (
    update(_MOTTO)
    .where(
        _MOTTO.c.id == bindparam("entry"),
        _MOTTO.c.version == bindparam("seen"),
        _MOTTO.c.pile_id.is_(None),
    )
    .values(pile_id=bindparam("pile"))
)
_UNSORTED = Query(
    select(_MOTTO.c.id, _MOTTO.c.version, _MOTTO.c.round_id, _MOTTO.c.appealed_against)
    .where(_WAITING, _MOTTO.c.pile_id.is_(None))
    .order_by(_MOTTO.c.id)
)
# All of it stands in the index, in this order. An appeal lies alone.
_SORTED = (
    select(_MOTTO.c.id, _MOTTO.c.version, _MOTTO.c.round_id, _MOTTO.c.pile_id)
    .where(_WAITING, _MOTTO.c.pile_id > 0)
    .order_by(_MOTTO.c.pile_id, _MOTTO.c.id)
)


@dataclass(frozen=True)
class Placing:
    """Which entry, in which version, goes on which pile."""

    entry: int
    seen: int
    pile: int


@dataclass(frozen=True)
class Pile:
    """Entries that wait and are decided together, the oldest first."""

    cards: Sequence[MottoCard]
    count: int
    """How many there are in all; `cards` are those that are decided at once."""
    barred: Bar | None = None
    """Why the colleague before whom it lies may decide none of it.

    Of any other pile the entries that they may not decide are left to others.
    """

    @property
    def head(self) -> MottoCard:
        """The entry that stands for all."""
        return self.cards[0]

    @property
    def others(self) -> Sequence[MottoCard]:
        """The entries under the first."""
        return self.cards[1:]

    @property
    def seen(self) -> list[Seen]:
        """What whoever looks at it sees."""
        return [Seen(card.number, card.version) for card in self.cards]

    @property
    def wordings(self) -> list[str]:
        """The ways in which it is said, each once."""
        return list(dict.fromkeys(card.words for card in self.cards))


@dataclass(frozen=True)
class Desk:
    """What lies before a colleague, and what else there is."""

    piles: list[Pile]
    waiting: int
    """Entries, on whomever's desk."""
    piles_waiting: int
    oldest_at: datetime | None
    elsewhere: dict[int, int]
    """How many piles lie on the desks of others, by the id of the colleague."""

    @property
    def mottos(self) -> list[MottoCard]:
        """The entries that stand for their piles."""
        return [pile.head for pile in self.piles]


class Piles:
    """The piles of the review desk."""

    def __init__(
        self,
        session: Session,
        now: datetime,
        moderation: Moderation | None = None,
        kernels: Kernels | None = None,
    ) -> None:
        self._session, self._now = session, now
        self._moderation = moderation or Moderation(session, now)
        self._kernels = kernels or Kernels()

    def sort(self, most: int | None = None) -> list[Placing]:
        """Which pile each entry belongs on that lies on none yet. Only reads; `place` writes it.

        Apart, since comparing thousands takes longer than anybody may keep a writer's place.
        Whoever keeps one all the same gives `most`: when more than that wait, nothing is sorted.
        """
        self._session.flush()
        unsorted = _UNSORTED.all(self._session, {})
        if not unsorted or (most is not None and self._more_wait_than(most)):
            return []
        # Not by the ORM, which takes longer for thousands of rows than all that is done with them.
        lying = self._session.connection().execute(_SORTED).all()
        kernels = self._kernels.of(self._session, [*lying, *unsorted])
        known: dict[int, Likeness] = defaultdict(Likeness)
        for (_, _, round_id, pile), told in zip(lying, kernels[: len(lying)], strict=True):
            if told is not None:
                known[round_id].put(told, pile)
        placings = []
        for row, told in zip(unsorted, kernels[len(lying) :], strict=True):
            if told is None:
                continue
            pile = -row.id
            if row.appealed_against is None:
                pile = known[row.round_id].find(told) or _begun(row.id, row.version)
                known[row.round_id].put(told, pile)
            placings.append(Placing(row.id, row.version, pile))
        return placings

    def place(self, placings: Iterable[Placing]) -> None:
        """Put the entries on their piles; one that has changed meanwhile is left for next time."""
        if rows := [vars(placing) for placing in placings]:
            self._session.connection().execute(_PUT, rows)

    def take(self, staff_id: int, seat: bytes, first: Collection[int] = ()) -> None:
        """Fill the colleague's desk from the oldest that nobody has, and keep it ten minutes more.

        Piles with one of the entries of the ids `first` are taken before older ones.
        `seat` is the page it is shown on: `leave` gives back only what is shown there.
        """
        self._session.execute(
            delete(PileClaim).where(
                or_(
                    PileClaim.until <= self._now,
                    and_(PileClaim.staff_id == staff_id, ~_lies_for(staff_id, PileClaim.pile_id)),
                )
            )
        )
        for _ in range(_TRIES):
            mine = self._session.scalars(
                select(PileClaim.pile_id)
                .where(PileClaim.staff_id == staff_id)
            ).all()  # fmt: skip
            try:
                with self._session.begin_nested():
                    self._claim(staff_id, seat, self._free(staff_id, PAGE - len(mine), first))
                break
            except IntegrityError:
                # A colleague was faster with one of them. What they took is seen next time.
                continue
        self._session.execute(
            update(PileClaim)
            .where(PileClaim.staff_id == staff_id)
            .values(until=self._now + CLAIM, seat=seat)
        )

    def leave(self, staff_id: int, seat: bytes | None = None) -> None:
        """Give back what lies on the colleague's desk; with `seat` only if shown there last."""
        mine = PileClaim.staff_id == staff_id
        where = mine if seat is None else and_(mine, PileClaim.seat == seat)
        self._session.execute(delete(PileClaim).where(where))

    def desk(self, staff_id: int | None, first: Collection[int] = ()) -> Desk:
        """What lies on the colleague's desk, in the order in which it was taken.

        What was taken at once begins with the piles of the ids `first`. At its end is what they
        may not decide themselves. For nobody in particular it is the oldest of all.
        """
        piles = self._lying(staff_id, first) if staff_id else self._oldest(PAGE, first)
        count, oldest = self._session.execute(
            select(func.count(Motto.id), _OLDEST).where(_WAITING)
        ).one()
        heaps = self._session.scalar(
            select(func.count(func.distinct(Motto.pile_id))).where(_WAITING)
        )
        elsewhere = self._session.execute(
            select(PileClaim.staff_id, func.count())
            .where(
                PileClaim.staff_id != (staff_id or 0),
                PileClaim.until > self._now,
                _lies(PileClaim.pile_id),
            )
            .group_by(PileClaim.staff_id)
        )
        others = {id_: number for id_, number in elsewhere}  # noqa: C416
        return Desk(self._piles(piles, staff_id), count, heaps or 0, oldest, others)

    def around(self, number: int, staff_id: int) -> Pile | None:
        """The pile, for this colleague, on which the entry waits; None when it does not wait."""
        pile = self._session.scalar(
            select(Motto.pile_id).where(Motto.id == id_of(number), _WAITING)
        )
        found = self._piles([pile], staff_id) if pile is not None else []
        return found[0] if found else None

    def decide(
        self,
        seen: Sequence[Seen],
        staff_id: int,
        reason: Reason | None = None,
        fix: str | None = None,
    ) -> Outcome:
        """Decide all of a pile that were seen; each author is told, each entry has its audit row.

        `fix` as the head has it, or had it when it was seen, is no fix for any of them.
        Raises as `Moderation.decide_all` does.
        """
        if fix and self._is_of_head(fix, seen[0].number):
            fix = None
        return self._moderation.decide_all(seen, staff_id, reason, fix)

    def follow(self, seen: Sequence[Seen], number: int, staff_id: int) -> Outcome | None:
        """Do with a pile as with the entry of this number, which says the same.

        What was decided is decided alike, for the same reason. What waits has the pile put on its
        own, so that both are decided together; None then. Raises NotLike, or as `decide`.
        """
        head, other = read_card(self._session, seen[0].number), read_card(self._session, number)
        if head is None:
            raise NoSuchEntry(seen[0].number)
        if other is None or not self._may_follow([one.number for one in seen], other):
            raise NotLike(number)
        if other.state is MottoState.WAITING:
            self._join(seen, other, staff_id)
            return None
        reason = Reason(other.reason) if other.reason else None
        return self._moderation.decide_all(seen, staff_id, reason, other.fix)

    def undo(self, seen: Sequence[Seen], staff_id: int) -> Outcome:
        """Take back a decision about several entries. Raises as `undo_all` does.

        When an author has been told it stands for all of them, also where that is caught.
        """
        with self._session.begin_nested():
            return self._moderation.undo_all(seen, staff_id)

    def _may_follow(self, numbers: Sequence[int], other: MottoCard) -> bool:
        """Whether these may share the fate of the other."""
        if other.number in numbers or other.state not in _FATES:
            return False
        ids = [id_of(number) for number in (*numbers, other.number)]
        rows = self._session.execute(
            select(Motto.round_id, Motto.pile_id, Motto.appealed_against).where(Motto.id.in_(ids))
        ).all()
        appealed = any(row.appealed_against is not None for row in rows)
        rounds, piles = ({row[at] for row in rows} for at in (0, 1))
        return not appealed and len(rounds) == 1 and (len(piles) > 1 or piles == {None})

    def _join(self, seen: Sequence[Seen], other: MottoCard, staff_id: int) -> None:
        """Put what was seen on the pile of the other, and note who did."""
        numbers = [one.number for one in seen]
        ensure_not_barred(self._session, [*numbers, other.number], staff_id)
        versions = hold_all(self._session, [*numbers, other.number])
        for one in (*seen, Seen(other.number, other.version)):
            if versions.get(one.number) != one.version:
                raise decided_meanwhile(self._session, one.number)
        ids = [id_of(number) for number in (*numbers, other.number)]
        pile = self._session.scalar(select(Motto.pile_id).where(Motto.id == ids[-1]))
        together = update(Motto).where(Motto.id.in_(ids), _WAITING)
        self._session.execute(together.values(pile_id=pile or _begun(ids[-1], other.version)))
        facts = {"to": other.number, "of": len(seen)}
        actor, subject = audit.staff(staff_id), subject_of(seen[0].number)
        audit.record(self._session, self._now, actor, "entry.join", subject, facts)

    def _is_of_head(self, words: str, number: int) -> bool:
        head = read_card(self._session, number)
        former = Mottos(self._session, self._now).former_words(number)
        return head is not None and words in (head.words, former)

    def _more_wait_than(self, most: int) -> bool:
        beyond = select(Motto.id).where(_WAITING).order_by(Motto.submitted_at).offset(most).limit(1)
        return self._session.scalar(beyond) is not None

    def _free(self, staff_id: int, count: int, first: Collection[int]) -> list[int]:
        """The oldest piles that nobody has and the colleague may decide."""
        found = self._session.scalars(
            select(Motto.pile_id)
            .where(_WAITING, Motto.pile_id.is_not(None), ~_CLAIMED, ~is_barred(staff_id))
            .group_by(Motto.pile_id)
            .order_by(_behind(first), _OLDEST, Motto.pile_id)
            .limit(max(0, count))
        )
        return [pile for pile in found if pile is not None]

    def _claim(self, staff_id: int, seat: bytes, piles: Sequence[int]) -> None:
        # In the order of their keys, so that two who reach for the same don't wait for each other.
        rows = [
            {"pile_id": pile, "staff_id": staff_id, "seat": seat, "taken_at": self._now,
             "until": self._now + CLAIM}
            for pile in sorted(piles)
        ]  # fmt: skip
        if rows:
            self._session.execute(insert(PileClaim), rows)

    def _lying(self, staff_id: int, first: Collection[int]) -> list[int]:
        mine = self._session.scalars(
            select(PileClaim.pile_id)
            .join(Motto, and_(Motto.pile_id == PileClaim.pile_id, _WAITING))
            .where(
                PileClaim.staff_id == staff_id, PileClaim.until > self._now, ~is_barred(staff_id)
            )
            .group_by(PileClaim.pile_id, PileClaim.taken_at)
            .order_by(PileClaim.taken_at, _behind(first), _OLDEST, PileClaim.pile_id)
        )
        barred = self._session.scalars(
            select(Motto.pile_id)
            .where(_WAITING, is_barred(staff_id), ~_lies_for(staff_id, Motto.pile_id))
            .group_by(Motto.pile_id)
            .order_by(_OLDEST, Motto.pile_id)
            .limit(PAGE)
        )
        return [pile for pile in (*mine, *barred) if pile is not None]

    def _oldest(self, count: int, first: Collection[int]) -> list[int]:
        found = self._session.scalars(
            select(Motto.pile_id)
            .where(_WAITING, Motto.pile_id.is_not(None))
            .group_by(Motto.pile_id)
            .order_by(_behind(first), _OLDEST, Motto.pile_id)
            .limit(count)
        )
        return [pile for pile in found if pile is not None]

    def _piles(self, ids: Sequence[int], staff_id: int | None) -> list[Pile]:
        rows = self._session.execute(
            cards().where(_WAITING, Motto.pile_id.in_(ids)).order_by(Motto.submitted_at, Motto.id)
        )
        found: dict[int, list[MottoCard]] = {id_: [] for id_ in ids}
        for row in rows:
            found[row[0].pile_id].append(to_card(row))
        numbers = [card.number for lying in found.values() for card in lying]
        barred = bars(self._session, numbers, staff_id) if staff_id else {}
        return [_pile(lying, barred) for lying in found.values() if lying]


def _pile(lying: Sequence[MottoCard], barred: Mapping[int, Bar]) -> Pile:
    """The pile as it lies before somebody who may not decide the entries of these numbers."""
    free = [card for card in lying if card.number not in barred]
    if free:
        return Pile(free[:MOST], len(free))
    return Pile(lying[:MOST], len(lying), barred[lying[0].number])


def _begun(entry: int, version: int) -> int:
    """The number of the pile that begins with this entry as it is in this version.

    In other words it begins another pile: those that lay with the old ones may still wait there.
    """
    return entry + (version - 1) * _ENTRIES


def _behind(first: Collection[int]) -> Any:
    """Whether nothing on a pile is among the entries that go first: a column to order piles by."""
    return func.min(case((Motto.id.in_(first), 0), else_=1))


def _lies(pile: Any) -> Any:
    """Whether something waits on this pile."""
    return exists().where(_LYING.pile_id == pile, _LYING.state == MottoState.WAITING)


def _lies_for(staff_id: int, pile: Any) -> Any:
    """Whether something waits on this pile that the colleague may decide."""
    return exists().where(
        _LYING.pile_id == pile, _LYING.state == MottoState.WAITING, ~is_barred(staff_id, _LYING)
    )
