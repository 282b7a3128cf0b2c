"""Ladders: how many people stand where, counted once in a while and kept at hand."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from bot.domain.kept import Kept

LONG = 500
"""People on a ladder that takes long enough to count to keep it at hand."""


@dataclass(frozen=True)
class Scope:
    """Among whom we rank: the people of a contest, or of one district in it."""

    contest: int | None
    district: int | None
    joined_only: bool = False
    """Whether those of no unit stand apart; in a district nobody is."""
    bracket: int | None = None
    """Only the people of this one, in a contest that ranks by brackets; of all districts."""

    @property
    def values(self) -> dict[str, Any]:
        """What a statement for this scope has to be told."""
        among = {"district": self.district, "bracket": self.bracket}
        told = {name: number for name, number in among.items() if number is not None}
        return {"contest": self.contest} | told


class Ladder:
    """How many people stand on each rung: a rung is so many points on so many days."""

    def __init__(self, rungs: Iterable[tuple[int, int, int]]) -> None:
        """Rungs are points, days, and the people who stand there."""
        climbed = sorted(rungs, reverse=True)
        self._rungs = [(-points, -days) for points, days, _ in climbed]
        self._above = list(accumulate((people for *_, people in climbed), initial=0))

    @property
    def people(self) -> int:
        """How many stand on the ladder."""
        return self._above[-1]

    @property
    def is_long(self) -> bool:
        """Whether it takes long to count."""
        return self.people > LONG

    def above(self, points: int, days: int) -> int:
        """How many stand on higher rungs."""
        return self._above[bisect_left(self._rungs, (-points, -days))]


class Ladders(Kept[Scope, Ladder]):
    """The long ladders of this process, counted anew when they are half a minute old.

    To count who stands higher takes longer the more take part. Half a minute old, a ladder may
    place somebody a little wrong; the points and the neighbours shown are always the latest.
    """
