"""The tally of a round: SQL counts the votes, Redis shows the latest count to every process."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from bot.domain.entries import MottoCard, cards_by_id, current_round, id_of
from bot.domain.families import approved, bears_card, counted
from bot.domain.outcomes import quarantined_of
from bot.domain.refusals import NoRound
from bot.domain.sealing import Sealing
from bot.storage.memory import Memory
from bot.storage.tables import Motto, Round, Vote, WithdrawnVote

FRESH = timedelta(seconds=2)
"""How old a count may be that is shown to somebody."""
IN_FLIGHT = timedelta(seconds=5)
"""No transaction takes longer: a vote accepted before that is in SQL for all to see."""
PAGE = 50
"""Entries on one page of the poll."""


@dataclass(frozen=True)
class Count:
    """How many votes each entry had at one moment, by the id of the entry."""

    as_of: datetime
    votes: Mapping[int, int]
    quarantined: Mapping[int, int] = field(default_factory=dict)
    """How many of them do not count."""

    @property
    def moment(self) -> str:
        """`as_of` in letters that sort as time does."""
        return self.as_of.isoformat(timespec="microseconds")

    def to_json(self) -> str:
        facts = {"counts": dict(self.votes), "quarantined": dict(self.quarantined)}
        return json.dumps({"as_of": self.moment, **facts})

    @classmethod
    def from_json(cls, words: bytes | str) -> "Count | None":
        """None for what is no count, or one of another version of ours."""
        try:
            kept = json.loads(words)
            votes = {int(id_): int(count) for id_, count in kept["counts"].items()}
            aside = {int(id_): int(n) for id_, n in kept.get("quarantined", {}).items()}
            return cls(datetime.fromisoformat(kept["as_of"]), votes, aside)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None


@dataclass(frozen=True)
class Ranked:
    """An entry's votes and its rank, which it shares with all that have as many."""

    rank: int
    entry: int
    votes: int


@dataclass(frozen=True)
class Line:
    """One entry of the poll."""

    rank: int
    votes: int
    """Those that count: by them it is ranked."""
    quarantined: int
    """Those that do not, beside them."""
    card: MottoCard


@dataclass(frozen=True)
class Poll:
    """How the round in force stands, or what it came to: one page, most votes first."""

    title: str
    opens_at: datetime
    closes_at: datetime
    as_of: datetime
    sealed: bool
    """Whether this is the result, which stands since `as_of`."""
    lines: list[Line]
    page: int
    pages: int
    entries: int
    votes: int
    """Those that count."""
    quarantined: int


class Board:
    """The counts that this process has seen or published. One for all its threads.

    Redis is asked first. Where it has nothing fresh, whoever comes first counts and the
    others wait for that. Nobody sees an older count after a later one.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._counting, self._noting = threading.Lock(), threading.Lock()
        self._latest: dict[int, Count] = {}

    def read(self, round_id: int, now: datetime, recount: Callable[[], Count]) -> Count:
        """A count that is fresh at `now`."""
        published = self.published(round_id)
        if published and published.as_of < now + FRESH:
            self._note(round_id, published, now)
        if found := self._fresh(round_id, now):
            return found
        with self._counting:
            return self._fresh(round_id, now) or self._note(round_id, recount(), now)

    def publish(self, round_id: int, count: Count) -> None:
        """Show the count to every process, unless a later one is shown already."""
        self._memory.keep_tally(round_id, count.to_json(), count.moment)

    def published(self, round_id: int) -> Count | None:
        """What every process is shown now."""
        words = self._memory.tally(round_id)
        return Count.from_json(words) if words else None

    def _fresh(self, round_id: int, now: datetime) -> Count | None:
        found = self._latest.get(round_id)
        return found if found and abs(now - found.as_of) < FRESH else None

    def _note(self, round_id: int, count: Count, now: datetime) -> Count:
        """The later of this one and the one known, unless a clock that was set back made that."""
        with self._noting:
            known = self._latest.get(round_id)
            if known is None or not count.as_of < known.as_of < now + FRESH:
                self._latest[round_id] = count
            return self._latest[round_id]


class Tally:
    """Counts the votes that stand."""

    def __init__(self, session: Session, now: datetime, board: Board | None = None) -> None:
        """Without a board each question is a count of its own."""
        self._session, self._now, self._board = session, now, board

    def of(self, round_id: int) -> Count:
        """How the round stands, or stood two seconds ago at most."""
        if self._board is None:
            return self.recount(round_id)
        return self._board.read(round_id, self._now, lambda: self.recount(round_id))

    def recount(self, round_id: int) -> Count:
        """How the round stands by the rows themselves."""
        rows = self._session.execute(
            select(Vote.motto_id, func.count())
            .where(Vote.round_id == round_id)
            .group_by(Vote.motto_id)
        )
        votes = {row[0]: row[1] for row in rows}
        return Count(self._now, votes, quarantined_of(self._session, round_id))

    def poll(self, page: int = 1, round_id: int | None = None, size: int = PAGE) -> Poll:
        """How the round in force, or this one, stands; the result, once it is sealed.

        A page has `size` lines. A page beyond the last is the last. Raises NoRound.
        """
        current = self._round(round_id)
        if current.sealed_at is None:
            count = self.of(current.id)
            entries = self._cards(current.id)
        else:
            result = Sealing(self._session, self._now).result(current.id)
            count = Count(result.sealed_at, result.votes, result.quarantined)
            entries = list(count.votes)
        aside = {id_: count.quarantined.get(id_, 0) for id_ in entries}
        votes = {id_: count.votes.get(id_, 0) - aside[id_] for id_ in entries}
        pages = max(1, -(-len(votes) // size))
        page = min(max(1, page), pages)
        return Poll(
            title=current.title,
            opens_at=current.opens_at,
            closes_at=current.closes_at,
            as_of=count.as_of,
            sealed=current.sealed_at is not None,
            lines=self._lines(rank(votes)[(page - 1) * size : page * size], aside),
            page=page,
            pages=pages,
            entries=len(votes),
            votes=sum(votes.values()),
            quarantined=sum(aside.values()),
        )

    def result(self, round_id: int, most: int | None = None, also: int | None = None) -> list[Line]:
        """The lines of a sealed round, the first rank first, and that of one entry by its number.

        Raises NotSealed.
        """
        result = Sealing(self._session, self._now).result(round_id)
        ranked = rank(result.counted)
        best = ranked[:most]
        if also is not None:
            best += [entry for entry in ranked[len(best) :] if entry.entry == id_of(also)]
        return self._lines(best, result.quarantined)

    def publish(self, board: Board) -> None:
        """Count every open round for all to see."""
        for round_id in self._open():
            board.publish(round_id, self.recount(round_id))

    def drift(self, board: Board) -> dict[int, int]:
        """By how many votes what is shown of each open round is wrong; 0 when it is right."""
        shown = {round_id: board.published(round_id) for round_id in self._open()}
        return {id_: self._error(id_, count) for id_, count in shown.items() if count}

    def _error(self, round_id: int, count: Count) -> int:
        """A vote on its way, or on its way back, at that moment may be counted or not."""
        least, most = self._bounds(round_id, count.as_of - IN_FLIGHT, count.as_of + IN_FLIGHT)
        entries = most.keys() | count.votes.keys()
        said = {id_: count.votes.get(id_, 0) for id_ in entries}
        return sum(max(least[id_] - said[id_], said[id_] - most[id_], 0) for id_ in entries)

    def _bounds(
        self, round_id: int, before: datetime, after: datetime
    ) -> tuple[Counter[int], Counter[int]]:
        """By entry, the votes that stood all the while and those that stood at any time in it."""
        # Not by the index on the round, since each row found there would be another leap.
        stand = select(Vote.motto_id, Vote.accepted_at, null().label("withdrawn_at")).where(
            Vote.round_id + 0 == round_id
        )
        stood = select(
            WithdrawnVote.motto_id, WithdrawnVote.accepted_at, WithdrawnVote.withdrawn_at
        ).where(WithdrawnVote.round_id == round_id)
        given = union_all(stand, stood).subquery().c
        all_the_while = and_(
            given.accepted_at <= before,
            or_(given.withdrawn_at.is_(None), given.withdrawn_at > after),
        )
        at_any_time = and_(
            given.accepted_at <= after,
            or_(given.withdrawn_at.is_(None), given.withdrawn_at > before),
        )
        rows = self._session.execute(
            select(given.motto_id, _number_of(all_the_while), _number_of(at_any_time)).group_by(
                given.motto_id
            )
        ).all()
        least = Counter({row[0]: int(row[1]) for row in rows})
        return least, Counter({row[0]: int(row[2]) for row in rows})

    def _open(self) -> list[int]:
        """The rounds whose votes may change."""
        return list(
            self._session.scalars(
                select(Round.id).where(Round.opens_at <= self._now, Round.sealed_at.is_(None))
            )
        )

    def _round(self, round_id: int | None) -> Any:
        found = (
            self._session.get(Round, round_id)
            if round_id
            else current_round(self._session, self._now)
        )
        if found is None:
            raise NoRound
        return found

    def _cards(self, round_id: int) -> list[int]:
        """The entries that bear a card."""
        of_round = Motto.round_id == round_id
        return list(
            self._session.scalars(select(Motto.id).where(of_round, approved(Motto), bears_card()))
        )

    def _lines(self, ranked: list[Ranked], aside: Mapping[int, int]) -> list[Line]:
        ids = [entry.entry for entry in ranked]
        found = counted(self._session, cards_by_id(self._session, ids))
        cards = {id_of(card.number): card for card in found}
        return [
            Line(entry.rank, entry.votes, aside.get(entry.entry, 0), cards[entry.entry])
            for entry in ranked
        ]


def _number_of(rows: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((rows, 1), else_=0))


def rank(votes: Mapping[int, int]) -> list[Ranked]:
    """The entries, most votes first; after two that share rank 1 comes rank 3."""
    ranked: list[Ranked] = []
    for place, (id_, count) in enumerate(
        sorted(votes.items(), key=lambda entry: (-entry[1], entry[0])), start=1
    ):
        shares = ranked and ranked[-1].votes == count
        ranked.append(Ranked(ranked[-1].rank if shares else place, id_, count))
    return ranked
