"""Standings: points, then days taken part, then who got there first; ties share a place.

Who wants to stand on no board has a place all the same, and is the only one to see it: nobody
else's place changes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from bot.domain.identity import campaign_day, mask
from bot.domain.ladders import Ladder, Ladders, Scope
from bot.domain.units import UnitCard
from bot.storage.tables import Contest, Member, Score, Unit, table_of

ABOVE, BELOW = 2, 1
"""How many neighbours a member sees on each side."""

Standing = tuple[int, int, datetime]
"""What ranks a member: points, days, and when the points were reached."""
_Row = Row[Any]


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
    listed: bool = True
    """Whether others see the member on the boards."""


_SCORE, _MEMBER, _UNIT = table_of(Score), table_of(Member), table_of(Unit)
_PARENT = _UNIT.alias("parent")
LATEST = (
    select(Contest.id)
    .where(Contest.first_day <= bindparam("today"))
    .order_by(Contest.first_day.desc())
    .limit(1)
)
"""The contest that standings are about: the one that began last, whatever is planned."""

_STANDING = (_SCORE.c.points, _SCORE.c.days, _SCORE.c.reached_at)
# The key comes last, so that people who tie always stand in the same order.
_ORDER_DOWN = (
    _SCORE.c.points.desc(),
    _SCORE.c.days.desc(),
    _SCORE.c.reached_at,
    _SCORE.c.member_key,
)
_ORDER_UP = (_SCORE.c.points, _SCORE.c.days, _SCORE.c.reached_at.desc(), _SCORE.c.member_key.desc())

_POINTS: BindParameter[int] = bindparam("points")
_DAYS: BindParameter[int] = bindparam("days")
_REACHED_AT: BindParameter[datetime] = bindparam("reached_at")
_HIGHER = and_(
    # It follows from the rest, and is the part that an index can look up.
    _SCORE.c.points >= _POINTS,
    or_(
        _SCORE.c.points > _POINTS,
        _SCORE.c.days > _DAYS,
        and_(_SCORE.c.days == _DAYS, _SCORE.c.reached_at < _REACHED_AT),
    ),
)
"""Who stands strictly higher: more points, or as many on more days, or earlier."""
_LOWER = and_(
    _SCORE.c.points <= _POINTS,
    or_(
        _SCORE.c.points < _POINTS,
        _SCORE.c.days < _DAYS,
        and_(_SCORE.c.days == _DAYS, _SCORE.c.reached_at >= _REACHED_AT),
    ),
    _SCORE.c.member_key != bindparam("member"),
)
"""Who stands no higher, the member apart."""
_LISTED = or_(_MEMBER.c.unlisted.is_(None), ~_MEMBER.c.unlisted)
"""Of somebody who was erased there may be no row."""
_RUNG = (_SCORE.c.points, _SCORE.c.days)
_EARLIER_ON_RUNG = and_(
    _SCORE.c.points == _POINTS, _SCORE.c.days == _DAYS, _SCORE.c.reached_at < _REACHED_AT
)


def _people(*columns: ColumnElement[Any]) -> Select[Any]:
    """Scores with their members and units."""
    return (
        select(*columns)
        .select_from(_SCORE)
        .outerjoin(_MEMBER, _MEMBER.c.member_key == _SCORE.c.member_key)
        .outerjoin(_UNIT, _MEMBER.c.unit_id == _UNIT.c.id)
        .outerjoin(_PARENT, _UNIT.c.parent_id == _PARENT.c.id)
    )


_PLACE = (
    *_STANDING, _SCORE.c.member_key, _MEMBER.c.name, _MEMBER.c.unlisted,
    func.coalesce(_PARENT.c.name, _UNIT.c.name).label("unit"),
)  # fmt: skip
_ME = _people(
    *_PLACE, _SCORE.c.contest_id, func.coalesce(_PARENT.c.id, _UNIT.c.id).label("district")
).where(_SCORE.c.member_key == bindparam("member"), _SCORE.c.contest_id == LATEST.scalar_subquery())


@dataclass(frozen=True)
class _Scoped:
    """A statement that ranks among all members, and the same within a district."""

    everybody: Select[Any]
    district: Select[Any]

    @classmethod
    def of(cls, people: Select[Any], everybody: Select[Any] | None = None) -> Self:
        """`everybody` where all members can be asked for without looking at their units."""
        contest = _SCORE.c.contest_id == bindparam("contest")
        district = bindparam("district", type_=Integer)
        within = or_(_UNIT.c.id == district, _UNIT.c.parent_id == district)
        everybody = people if everybody is None else everybody
        return cls(everybody.where(contest), people.where(contest, within))

    def within(self, scope: Scope) -> Select[Any]:
        """The statement for this scope."""
        return self.everybody if scope.district is None else self.district


_AHEAD = _Scoped.of(_people(*_PLACE).where(_HIGHER, _LISTED).order_by(*_ORDER_UP).limit(ABOVE))
_BEHIND = _Scoped.of(_people(*_PLACE).where(_LOWER, _LISTED).order_by(*_ORDER_DOWN).limit(BELOW))
_TOP = _Scoped.of(_people(*_PLACE).order_by(*_ORDER_DOWN).limit(bindparam("limit")))
_EARLIER = _Scoped.of(
    _people(func.count()).where(_EARLIER_ON_RUNG), select(func.count()).where(_EARLIER_ON_RUNG)
)
_RUNGS = _Scoped.of(
    _people(*_RUNG, func.count().label("people")).group_by(*_RUNG),
    select(*_RUNG, func.count().label("people")).group_by(*_RUNG),
)


class Standings:
    """The tables of honour of the latest contest, by person."""

    def __init__(self, session: Session, now: datetime, ladders: Ladders | None = None) -> None:
        """Without ladders at hand each question counts anew."""
        self._session, self._now = session, now
        self._ladders = ladders or Ladders()

    def neighbourhood(self, member: bytes) -> Neighbourhood | None:
        """Where the member stands within the own district; None before the first answer."""
        me = self._session.execute(
            _ME, {"member": member, "today": campaign_day(self._now)}
        ).first()
        if me is None:
            return None
        district = UnitCard(me.district, me.unit, me.unit) if me.district else None
        scope = Scope(me.contest_id, me.district)
        values = scope.values | {
            "member": member, "points": me.points, "days": me.days, "reached_at": me.reached_at
        }  # fmt: skip
        ahead = self._session.execute(_AHEAD.within(scope), values).all()
        behind = self._session.execute(_BEHIND.within(scope), values).all()
        rows = [*reversed(ahead), me, *behind]
        ranks = {standing: self._rank(scope, standing) for standing in set(map(_standing, rows))}
        # Some may have come since the people were counted.
        mine = ranks[_standing(me)] = max(ranks[_standing(me)], 1 + len(ahead))
        out_of = max(self._ladder(scope).people, len(rows))
        around = [_to_place(row, ranks[_standing(row)], row.member_key == member) for row in rows]
        out_of = max(out_of, mine)
        return Neighbourhood(district, mine, out_of, me.points, around, listed=not me.unlisted)

    def top(self, limit: int, district: int | None = None) -> list[Place]:
        """The first places among all, or within the district of this id; who is unlisted is not
        among them.
        """
        scope = Scope(self._session.scalar(LATEST, {"today": campaign_day(self._now)}), district)
        rows = self._session.execute(_TOP.within(scope), scope.values | {"limit": limit})
        places: list[Place] = []
        rank, before = 0, None
        for position, row in enumerate(rows, start=1):
            if before != _standing(row):
                rank, before = position, _standing(row)
            if not row.unlisted:
                places.append(_to_place(row, rank))
        return places

    def _rank(self, scope: Scope, standing: Standing) -> int:
        """One more than stand strictly higher."""
        points, days, reached_at = standing
        values = {"points": points, "days": days, "reached_at": reached_at}
        earlier = self._session.scalar(_EARLIER.within(scope), scope.values | values) or 0
        return 1 + self._ladder(scope).above(points, days) + earlier

    def _ladder(self, scope: Scope) -> Ladder:
        def count() -> Ladder:
            rungs = self._session.execute(_RUNGS.within(scope), scope.values)
            return Ladder([(row.points, row.days, row.people) for row in rungs])

        return self._ladders.of(scope, self._now, count)


def _standing(row: _Row) -> Standing:
    return row.points, row.days, row.reached_at


def _to_place(row: _Row, rank: int, is_me: bool = False) -> Place:
    return Place(rank, mask(row.name), row.unit, row.points, row.days, is_me)
