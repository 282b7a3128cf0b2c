"""Standings: points, then days taken part, then who got there first; ties share a place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.domain.identity import mask
from bot.domain.units import UnitCard, Units
from bot.storage.tables import Contest, Member, Score, Unit

ABOVE, BELOW = 2, 1
"""How many neighbours a member sees on each side."""

Standing = tuple[int, int, datetime]
"""What ranks a member: points, days, and when the points were reached."""
Scope = list[ColumnElement[bool]]
"""Among whom we rank."""
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Place:
    """One line of a table of honour; the name is masked, None for a member without one."""

    rank: int
    name: str | None
    unit: str | None
    """The district's or department's name."""
    points: int
    days: int
    is_me: bool = False


@dataclass(frozen=True)
class Neighbourhood:
    """A member's own place, and those next to it."""

    district: UnitCard | None
    """Within which we rank; None among all members."""
    rank: int
    out_of: int
    points: int
    around: list[Place]


class Standings:
    """The tables of honour of the latest contest, by person."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def neighbourhood(self, member: bytes) -> Neighbourhood | None:
        """Where the member stands within the own district; None before the first answer."""
        contest = self._contest()
        mine = self._standing_of(member, contest)
        if mine is None:
            return None
        district = self._district_of(member)
        scope = _scope(contest, district.id if district else None)
        myself = Score.member_key == member
        ahead = self._rows([*scope, _ahead_of(mine)], _ORDER_UP, ABOVE)
        me = self._rows([*scope, myself], _ORDER_DOWN, 1)
        behind = self._rows([*scope, ~_ahead_of(mine), ~myself], _ORDER_DOWN, BELOW)
        rows = [*reversed(ahead), *me, *behind]
        ranks, out_of = self._ranks(scope, {_standing(row) for row in rows})
        around = [_to_place(row, ranks[_standing(row)], row.member_key == member) for row in rows]
        return Neighbourhood(district, ranks[mine], out_of, mine[0], around)

    def top(self, limit: int, district: int | None = None) -> list[Place]:
        """The first places among all, or within the district of this id."""
        rows = self._rows(_scope(self._contest(), district), _ORDER_DOWN, limit)
        places: list[Place] = []
        for position, row in enumerate(rows, start=1):
            tied = places and _standing(rows[position - 2]) == _standing(row)
            places.append(_to_place(row, places[-1].rank if tied else position))
        return places

    def _rows(self, scope: Scope, order: tuple[Any, ...], limit: int) -> list[_Row]:
        """The people of the scope in this order, no more than `limit`."""
        parent = aliased(Unit)
        unit = func.coalesce(parent.name, Unit.name).label("unit")
        query = (
            select(*_STANDING, Score.member_key, Member.name, unit)
            .outerjoin(Member, Member.member_key == Score.member_key)
            .outerjoin(Unit, Member.unit_id == Unit.id)
            .outerjoin(parent, Unit.parent_id == parent.id)
        )
        return list(self._session.execute(query.where(*scope).order_by(*order).limit(limit)))

    def _ranks(
        self, scope: Scope, standings: Iterable[Standing]
    ) -> tuple[dict[Standing, int], int]:
        """The rank of each standing, and how many people the scope has: one pass for all."""
        asked = list(standings)
        ahead = [func.count(case((_ahead_of(standing), 1))) for standing in asked]
        people, *counts = self._session.execute(select(func.count(), *ahead).where(*scope)).one()
        return {standing: 1 + count for standing, count in zip(asked, counts, strict=True)}, people

    def _contest(self) -> int | None:
        return self._session.scalar(select(Contest.id).order_by(Contest.first_day.desc()).limit(1))

    def _standing_of(self, member: bytes, contest: int | None) -> Standing | None:
        row = self._session.execute(
            select(*_STANDING).where(Score.member_key == member, Score.contest_id == contest)
        ).first()
        return _standing(row) if row else None

    def _district_of(self, member: bytes) -> UnitCard | None:
        row = self._session.execute(
            select(Unit.id, Unit.parent_id)
            .join(Member, Member.unit_id == Unit.id)
            .where(Member.member_key == member)
        ).first()
        return Units(self._session).card(row.parent_id or row.id) if row else None


_STANDING = (Score.points, Score.days, Score.reached_at)
# The key comes last, so that people who tie always stand in the same order.
_ORDER_DOWN = (Score.points.desc(), Score.days.desc(), Score.reached_at, Score.member_key)
_ORDER_UP = (Score.points, Score.days, Score.reached_at.desc(), Score.member_key.desc())


def _scope(contest: int | None, district: int | None) -> Scope:
    scope = [Score.contest_id == contest]
    if district is not None:
        below = or_(Unit.id == district, Unit.parent_id == district)
        people = select(Member.member_key).where(Member.unit_id.in_(select(Unit.id).where(below)))
        scope.append(Score.member_key.in_(people))
    return scope


def _ahead_of(standing: Standing) -> ColumnElement[bool]:
    """Who stands strictly higher: more points, or as many on more days, or earlier."""
    points, days, reached_at = standing
    return or_(
        Score.points > points,
        and_(Score.points == points, Score.days > days),
        and_(Score.points == points, Score.days == days, Score.reached_at < reached_at),
    )


def _standing(row: _Row) -> Standing:
    return row.points, row.days, row.reached_at


def _to_place(row: _Row, rank: int, is_me: bool = False) -> Place:
    return Place(rank, mask(row.name), row.unit, row.points, row.days, is_me)
