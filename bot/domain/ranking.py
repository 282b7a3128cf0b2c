"""The printed order of the boards of people, and who shares a rank: the one place that has it.

More points stand higher, then more days taken part, then who was there first; ties share a rank.
"""

from collections.abc import Hashable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement

Standing = tuple[int, int, datetime]
"""What ranks a member: points, days, and when the points were reached."""


class Stands(Protocol):
    """A member's score, or a row or a total with these columns of it."""

    @property
    def points(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def reached_at(self) -> datetime: ...


def standing_of(one: Stands) -> Standing:
    """What ranks this one: who has the same stands on the same rank."""
    return one.points, one.days, one.reached_at


def height(one: Stands, member: bytes) -> tuple[int, int, datetime, bytes]:
    """What to sort by, the highest first.

    The key comes last, so that people who tie always stand in the same order.
    """
    return -one.points, -one.days, one.reached_at, member


def downwards(of: Any) -> tuple[ColumnElement[Any], ...]:
    """The same in SQL, for the columns of a score; the indexes lie in this order."""
    return of.points.desc(), of.days.desc(), of.reached_at, of.member_key


def upwards(of: Any) -> tuple[ColumnElement[Any], ...]:
    """The lowest first."""
    return of.points, of.days, of.reached_at.desc(), of.member_key.desc()


class Ranking:
    """Gives ranks to those who come, the highest first; after a tie of two the next is third."""

    def __init__(self) -> None:
        self.people = 0
        """How many have come."""
        self._rank = 0
        self._last: Hashable = None

    def next(self, standing: Hashable) -> int:
        """The rank of the one who comes next: who stands like the one before shares it."""
        self.people += 1
        if standing != self._last:
            self._rank, self._last = self.people, standing
        return self._rank
