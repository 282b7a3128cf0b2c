"""Units by their rate of participation: order, shared places, and small units put together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import sqrt

from bot.domain.ranking import Ranking

SMALL = 10
"""A unit of fewer people is not ranked by itself, but together with the others of its table."""
LONG = 2_000
"""People and units that take long enough to count to keep their board at hand."""

_Z = 1.96
"""The bound holds in 95 of 100 cases."""


@dataclass(frozen=True)
class Turnout:
    """How many took part, of how many on the roster; never more than all of them."""

    participants: int
    headcount: int

    @property
    def percent(self) -> str:
        """The rate as people read it, rounded down: only all are 100%."""
        tenths = self.participants * 1000 // self.headcount
        return "100%" if tenths == 1000 else f"{tenths / 10:.1f}%"

    @property
    def surely(self) -> float:
        """What the rate is at least: Wilson's lower bound, which trusts few people less.

        Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212.
        """
        if not self.participants:
            return 0.0
        rate, square = self.participants / self.headcount, _Z * _Z / self.headcount
        margin = _Z * sqrt((rate * (1 - rate) + square / 4) / self.headcount)
        return (rate + square / 2 - margin) / (1 + square)


@dataclass(frozen=True)
class UnitRow:
    """A unit as it is stored, and how many bound to itself took part."""

    id: int
    name: str
    parent: int | None
    headcount: int | None
    participants: int
    departed: int = 0
    """How many more took part and had their data erased since."""


@dataclass(frozen=True)
class Contender:
    """What has a place: a unit, or the small units of a table together."""

    units: tuple[int, ...]
    names: tuple[str, ...]
    turnout: Turnout
    is_pool: bool = False
    has_branches: bool = False


@dataclass(frozen=True)
class UnitPlace:
    """A line of a table; those that tie share their rank."""

    rank: int
    of: Contender
    counted_at: datetime | None = None
    """When it was counted; None for just now, and in a table, which says it once."""

    @property
    def turnout(self) -> Turnout:
        """Who took part of whom."""
        return self.of.turnout

    @property
    def name(self) -> str | None:
        """The unit's name; None for the small units together."""
        return None if self.of.is_pool else self.of.names[0]


@dataclass(frozen=True)
class UnitCount:
    """A unit with all below it, as a report lists it."""

    id: int
    name: str
    above: int | None
    parent: str | None
    """The id and the name of what it belongs to."""
    headcount: int | None
    participants: int
    rank: int | None
    """Among its neighbours; None without a headcount, shared by the small ones together."""


@dataclass(frozen=True)
class UnitTable:
    """The units under one unit, or those at the top."""

    places: list[UnitPlace]
    unknown: list[str]
    """The names of units whose people nobody has counted."""
    departed: int = 0
    """How many took part in these units and had their data erased since. No rate has them: who
    comes and goes again and again would fill a unit."""
    counted_at: datetime | None = None
    """When it was counted; None for just now."""

    @property
    def has_begun(self) -> bool:
        """Whether anybody took part."""
        return any(place.turnout.participants for place in self.places)


@dataclass(frozen=True)
class UnitSummary:
    """A unit with all below it: how many there are, if that is known, and how many took part."""

    name: str
    parent: int | None
    headcount: int | None
    participants: int

    @property
    def turnout(self) -> Turnout | None:
        """The rate; None without a headcount."""
        if not self.headcount:
            return None
        return Turnout(min(self.participants, self.headcount), self.headcount)


def ranked(units: Iterable[Contender]) -> list[UnitPlace]:
    """The places of these units, whatever the order in which they come."""
    alone = [unit for unit in units if not _is_small(unit)]
    return _places([*alone, *_together([unit for unit in units if _is_small(unit)])])


def _is_small(unit: Contender) -> bool:
    return unit.turnout.headcount < SMALL


def _together(small: Sequence[Contender]) -> list[Contender]:
    """The small units as one."""
    if not small:
        return []
    members = sorted(small, key=lambda unit: (unit.names, unit.units))
    turnout = Turnout(
        sum(unit.turnout.participants for unit in members),
        sum(unit.turnout.headcount for unit in members),
    )
    ids = tuple(id_ for unit in members for id_ in unit.units)
    names = tuple(name for unit in members for name in unit.names)
    return [Contender(ids, names, turnout, is_pool=True)]


def _places(contenders: Sequence[Contender]) -> list[UnitPlace]:
    # Names and ids come last, so that those who tie always stand in the same order.
    ordered = sorted(contenders, key=lambda one: (-one.turnout.surely, one.names, one.units))
    ranking = Ranking()
    return [UnitPlace(ranking.next(one.turnout.surely), one) for one in ordered]


class UnitBoard:
    """The tables of all units, from one count of who took part."""

    def __init__(self, rows: Sequence[UnitRow], counted_at: datetime | None = None) -> None:
        """`counted_at` is when it was counted, unless that was just now."""
        self._counted_at = counted_at
        self._rows = {row.id: row for row in rows}
        self._under: dict[int | None, list[int]] = {}
        for row in rows:
            self._under.setdefault(row.parent, []).append(row.id)
        self._downwards = self._from_the_top()
        self._headcounts, self._participants = self._sums()
        self._gone = self._departed_below()
        self._top = self._tops()
        self._all = self.table(None)
        self._place = {unit: place for place in self._all.places for unit in place.of.units}
        self.is_long = len(rows) + sum(row.participants for row in rows) > LONG

    @property
    def participants(self) -> Mapping[str, int]:
        """How many bound to a unit itself took part, by its id; without those of nobody."""
        return {str(row.id): row.participants for row in self._rows.values() if row.participants}

    def table(self, unit: int | None) -> UnitTable:
        """The units under this one; those without a parent for None."""
        under = self._under.get(unit, [])
        counted = [self._contender(each) for each in under if self._headcounts[each]]
        unknown = sorted(self._rows[each].name for each in under if not self._headcounts[each])
        return UnitTable(ranked(counted), unknown, self._departed(unit), self._counted_at)

    def _departed_below(self) -> Mapping[int, int]:
        gone: dict[int, int] = {}
        for unit in reversed(self._downwards):
            below = sum(gone[each] for each in self._under.get(unit, []))
            gone[unit] = self._rows[unit].departed + below
        return gone

    def _departed(self, unit: int | None) -> int:
        return self._gone.get(unit, 0) if unit else sum(row.departed for row in self._rows.values())

    def is_within(self, unit: int, root: int) -> bool:
        """Whether the unit is this root, or below it."""
        at: int | None = unit
        while at is not None and at in self._rows:
            if at == root:
                return True
            at = self._rows[at].parent
        return False

    def summary(self, unit: int) -> UnitSummary:
        """A unit with all below it. Raises KeyError for one that does not exist."""
        row = self._rows[unit]
        return UnitSummary(row.name, row.parent, self._headcounts[unit], self._participants[unit])

    def place(self, unit: int) -> UnitPlace | None:
        """Where the unit at the top stands that this one belongs to; None without a headcount."""
        place = self._place.get(self._top.get(unit, unit))
        return replace(place, counted_at=self._counted_at) if place else None

    def counts(self, top: int | None = None) -> Iterator[UnitCount]:
        """The units, each after its parent; only this one and those below it, if one is named."""
        ranks: dict[int, int] = {}
        for above in {row.parent for row in self._rows.values()}:
            places = self.table(above).places
            ranks |= {unit: place.rank for place in places for unit in place.of.units}
        for unit in self._downwards:
            if top is None or self._top[unit] == top:
                row, headcount = self._rows[unit], self._headcounts[unit]
                parent = self._rows[row.parent].name if row.parent else None
                yield UnitCount(
                    unit, row.name, row.parent, parent, headcount, self._participants[unit],
                    ranks.get(unit),
                )  # fmt: skip

    def _contender(self, unit: int) -> Contender:
        headcount = self._headcounts[unit] or 0
        turnout = Turnout(min(self._participants[unit], headcount), headcount)
        return Contender(
            (unit,), (self._rows[unit].name,), turnout, has_branches=unit in self._under
        )

    def _from_the_top(self) -> list[int]:
        """Every unit after its parent."""
        order = list(self._under.get(None, []))
        for unit in order:
            order.extend(self._under.get(unit, []))
        return order

    def _sums(self) -> tuple[Mapping[int, int | None], Mapping[int, int]]:
        """Headcount and participants of each unit with all below it.

        Who states no headcount has that of its branches, if all of them have one.
        """
        headcounts: dict[int, int | None] = {}
        participants: dict[int, int] = {}
        for unit in reversed(self._downwards):
            row, under = self._rows[unit], self._under.get(unit, [])
            below = [headcounts[each] or 0 for each in under]
            headcounts[unit] = row.headcount or (sum(below) if all(below) else None)
            participants[unit] = row.participants + sum(participants[each] for each in under)
        return headcounts, participants

    def _tops(self) -> dict[int, int]:
        tops: dict[int, int] = {}
        for unit in self._downwards:
            parent = self._rows[unit].parent
            tops[unit] = unit if parent is None else tops[parent]
        return tops
