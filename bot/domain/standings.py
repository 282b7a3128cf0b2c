"""Standings: points, then days taken part, then who got there first; ties share a place.

Who wants to stand on no board has a place all the same, and is the only one to see it: nobody
else's place changes. Where a contest ranks only who is bound to a unit, the others have no place.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from bot.domain.frozen import AMONG_ALL, Frozen, FrozenBoards, board_named
from bot.domain.identity import campaign_day, mask
from bot.domain.ladders import Ladder, Ladders, Scope
from bot.domain.ranking import Ranking, downwards, standing_of, upwards
from bot.domain.refusals import BoardClosed, OnlyJoinedStand
from bot.domain.units import UnitCard
from bot.storage.directly import ask
from bot.storage.spoken import Query
from bot.storage.tables import Contest, Member, Score, Unit, table_of

ABOVE, BELOW = 2, 1
"""How many neighbours a member sees on each side."""

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
    bracket: str | None = None
    """Within which we rank, wherever the member belongs to."""
    frozen: Frozen | None = None
    """Of when the places are; None: of now. The own points always are of now."""


class Standee(NamedTuple):
    """A line of the whole table, for those who report on a contest."""

    rank: int | None
    """None for who has no place."""
    district: str | None
    """The district's or department's name."""
    unit: int | None
    """The id of the unit the member is bound to."""
    branch: str | None
    """Its name, if it belongs to another."""
    name: str | None
    """As it was registered: whoever passes it on decides whether to mask it."""
    unlisted: bool
    """Whether the member wants to stand on no board that others read."""
    points: int
    days: int
    reached_at: datetime
    member: bytes
    bracket: str | None = None
    """In which the rank counts; None where all are ranked together."""


Statement = TypeVar("Statement")

_CONTEST, _SCORE = table_of(Contest), table_of(Score)
_MEMBER, _UNIT = table_of(Member), table_of(Unit)
_PARENT = _UNIT.alias("parent")
_HAS_BEGUN = _CONTEST.c.first_day <= bindparam("today")
_IS_MEANT = _CONTEST.c.id == bindparam("meant")
_BY_FORCE = (
    case((_CONTEST.c.last_day < bindparam("today"), 1), else_=0),
    _CONTEST.c.first_day.desc(),
    _CONTEST.c.id.desc(),
)
_BOARD = select(_CONTEST.c.id, _CONTEST.c.last_day, _CONTEST.c.closed_days, _CONTEST.c.joined_only)
_LATEST = _BOARD.where(_HAS_BEGUN).order_by(*_BY_FORCE).limit(1)
LATEST = select(_CONTEST.c.id).where(_HAS_BEGUN).order_by(*_BY_FORCE).limit(1)
"""The contest that standings are about where none is named: the one that runs and began last,
or else the last to have begun, whatever is planned.
"""

_STANDING = (_SCORE.c.points, _SCORE.c.days, _SCORE.c.reached_at)

_POINTS: BindParameter[int] = bindparam("points")
_DAYS: BindParameter[int] = bindparam("days")
_REACHED_AT: BindParameter[datetime] = bindparam("reached_at")
# Each condition is a stretch of an index that begins next to the member, so that a database
# leaves it as soon as it has enough; joined by OR they are searched from far away.
_RUNG_OF_MINE = (_SCORE.c.points == _POINTS) & (_SCORE.c.days == _DAYS)
_HIGHER = (
    _RUNG_OF_MINE & (_SCORE.c.reached_at < _REACHED_AT),
    (_SCORE.c.points == _POINTS) & (_SCORE.c.days > _DAYS),
    _SCORE.c.points > _POINTS,
)
"""Who stands strictly higher: was there earlier, or has as many points on more days, or more."""
_LOWER = (
    _RUNG_OF_MINE
    & (_SCORE.c.reached_at >= _REACHED_AT)
    & (_SCORE.c.member_key != bindparam("member")),
    (_SCORE.c.points == _POINTS) & (_SCORE.c.days < _DAYS),
    _SCORE.c.points < _POINTS,
)
"""Who stands no higher, the member apart."""
_RUNG = (_SCORE.c.points, _SCORE.c.days)


def _people(of: Any, *columns: Any) -> Select[Any]:
    """Scores, or rows made of some, with their members and units."""
    return (
        select(*columns)
        .select_from(of)
        .outerjoin(_MEMBER, _MEMBER.c.member_key == of.c.member_key)
        .outerjoin(_UNIT, _MEMBER.c.unit_id == _UNIT.c.id)
        .outerjoin(_PARENT, _UNIT.c.parent_id == _PARENT.c.id)
    )


_NAMED = (
    _MEMBER.c.name, _MEMBER.c.unlisted, func.coalesce(_PARENT.c.name, _UNIT.c.name).label("unit")
)  # fmt: skip
_PLACE = (*_STANDING, _SCORE.c.member_key, *_NAMED)
_ME = (
    _people(
        _SCORE, *_PLACE, _SCORE.c.contest_id,
        func.coalesce(_PARENT.c.id, _UNIT.c.id).label("district"),
        _CONTEST.c.last_day, _CONTEST.c.closed_days, _CONTEST.c.joined_only, _CONTEST.c.brackets,
        _SCORE.c.bracket,
    )
    .join(_CONTEST, _CONTEST.c.id == _SCORE.c.contest_id)
    .where(_SCORE.c.member_key == bindparam("member"))
)  # fmt: skip
_ME_IN_LATEST = Query(_ME.where(_CONTEST.c.id == LATEST.scalar_subquery()))
_ME_IN_MEANT = Query(_ME.where(_IS_MEANT))


_IN_CONTEST = _SCORE.c.contest_id == bindparam("contest")
_IS_JOINED = _SCORE.c.district_id.is_not(None)
_IN_DISTRICT = _SCORE.c.district_id == bindparam("district", type_=Integer)
_IN_BRACKET = _SCORE.c.bracket == bindparam("bracket", type_=Integer)

_AHEAD, _MYSELF, _BEHIND = range(3)
"""The parts of a neighbourhood, in their order."""


@dataclass(frozen=True)
class _Scoped(Generic[Statement]):
    """A statement that ranks among all members, among those of units, within a district, and
    within a bracket: of all its members, or of those of units.
    """

    everybody: Statement
    joined: Statement
    district: Statement
    bracket: Statement
    joined_bracket: Statement

    def within(self, scope: Scope) -> Statement:
        """The statement for this scope."""
        if scope.bracket is not None:
            return self.joined_bracket if scope.joined_only else self.bracket
        if scope.district is not None:
            return self.district
        return self.joined if scope.joined_only else self.everybody


_OWN = _MEMBER.alias("own")
# A look for each neighbour, since a join might begin with everybody.
_UNLISTED = select(_OWN.c.unlisted).where(_OWN.c.member_key == _SCORE.c.member_key)
_LISTED = func.coalesce(_UNLISTED.scalar_subquery(), false()) == false()
"""Of somebody who was erased there may be no row."""
_MYSELF_AMONG = (_IN_CONTEST, _SCORE.c.member_key == bindparam("member"))


def _nearest(
    stretches: Iterable[ColumnElement[bool]],
    order: Callable[[Any], tuple[ColumnElement[Any], ...]],
    limit: int,
) -> Select[Any]:
    """The first of those who are listed, in stretches that follow each other."""
    columns = (*_STANDING, _SCORE.c.member_key)
    firsts = (
        select(*columns).where(stretch, _LISTED).order_by(*order(_SCORE.c)).limit(limit)
        for stretch in stretches
    )
    found = union_all(*(select(first.subquery()) for first in firsts)).subquery()
    return select(found).order_by(*order(found.c)).limit(limit)


def _around(*among: ColumnElement[bool]) -> Select[Any]:
    """The member and the neighbours, and how many of each one's rung were there sooner.

    They are chosen by their scores alone, and named only then.
    """
    ahead, behind = ([and_(*among, stretch) for stretch in each] for each in (_HIGHER, _LOWER))
    parts = {
        _AHEAD: _nearest(ahead, upwards, ABOVE),
        _MYSELF: select(*_STANDING, _SCORE.c.member_key).where(*_MYSELF_AMONG),
        _BEHIND: _nearest(behind, downwards, BELOW),
    }
    found = [(part, chosen.subquery()) for part, chosen in parts.items()]
    near = union_all(*(select(literal(n).label("part"), each) for n, each in found)).subquery()
    sooner = select(func.count()).where(
        *among,
        _SCORE.c.points == near.c.points,
        _SCORE.c.days == near.c.days,
        _SCORE.c.reached_at < near.c.reached_at,
    )
    rows = _people(near, near, sooner.scalar_subquery().label("sooner"), *_NAMED)
    return rows.order_by(near.c.part, *downwards(near.c))


def _rungs(*scope: ColumnElement[bool]) -> Select[Any]:
    """How many stand on each rung."""
    return select(*_RUNG, func.count().label("people")).where(*scope).group_by(*_RUNG)


def _top(*among: ColumnElement[bool]) -> Select[Any]:
    """The first of these, named only once they are chosen."""
    columns = (*_STANDING, _SCORE.c.member_key)
    first = select(*columns).where(*among).order_by(*downwards(_SCORE.c))
    chosen = first.limit(bindparam("limit")).subquery()
    return _people(chosen, chosen, *_NAMED).order_by(*downwards(chosen.c))


_AMONG = (
    (_IN_CONTEST,), (_IN_CONTEST, _IS_JOINED), (_IN_CONTEST, _IN_DISTRICT),
    (_IN_CONTEST, _IN_BRACKET), (_IN_CONTEST, _IN_BRACKET, _IS_JOINED),
)  # fmt: skip
_AROUND = _Scoped(*(Query(_around(*among)) for among in _AMONG))
_RUNGS = _Scoped(*(_rungs(*among) for among in _AMONG))
_TOPS = _Scoped(*(_top(*among) for among in _AMONG))
_EVERYBODY = (
    _people(
        _SCORE, *_PLACE, _SCORE.c.bracket, _UNIT.c.id.label("unit_id"),
        _UNIT.c.name.label("own"), _UNIT.c.parent_id,
    )
    .where(_IN_CONTEST)
    .order_by(*downwards(_SCORE.c))
    .execution_options(yield_per=1_000)
)  # fmt: skip
_ALL_OF_DISTRICT = _EVERYBODY.where(_IN_DISTRICT)


class Standings:
    """The tables of honour of a contest, by person; of the latest where none is named."""

    def __init__(self, session: Session, now: datetime, ladders: Ladders | None = None) -> None:
        """Without ladders at hand each question counts anew."""
        self._session, self._now = session, now
        self._ladders = ladders or Ladders()

    def neighbourhood(self, member: bytes, contest: int | None = None) -> Neighbourhood | None:
        """Where the member stands within the own district; None before the first answer.

        While the boards are frozen it is where the member stood when they froze. Raises
        BoardClosed, then also for who had no place by then, or OnlyJoinedStand.
        """
        asked = _ME_IN_MEANT if contest else _ME_IN_LATEST
        me = asked.first(self._session, self._meaning(contest) | {"member": member})
        if me is None:
            return None
        boards = FrozenBoards(self._session, me.contest_id)
        if frozen := boards.shown(self._now, me.last_day, me.closed_days, me.points):
            return _when_frozen(boards, frozen, member, me)
        if me.joined_only and me.district is None:
            raise OnlyJoinedStand(me.points)
        district = UnitCard(me.district, me.unit, me.unit) if me.district else None
        scope = Scope(
            me.contest_id, None if me.bracket else me.district, me.joined_only, me.bracket
        )
        values = scope.values | {
            "member": member, "points": me.points, "days": me.days, "reached_at": me.reached_at
        }  # fmt: skip
        rows = _AROUND.within(scope).all(self._session, values)
        by_part = {row.part: row for row in rows}
        if (myself := by_part.get(_MYSELF)) is None:
            # Erased between the two statements: nobody is locked by who only looks.
            return None
        ladder = self._ladder(scope)
        ranks = {
            standing_of(row): 1 + ladder.above(row.points, row.days) + row.sooner for row in rows
        }
        # Some may have come since the people were counted.
        ahead = sum(row.part == _AHEAD for row in rows)
        mine = ranks[standing_of(myself)] = max(ranks[standing_of(myself)], 1 + ahead)
        out_of = max(ladder.people, len(rows), mine)
        around = [_to_place(row, ranks[standing_of(row)], row is myself) for row in rows]
        return Neighbourhood(
            district, mine, out_of, myself.points, around, not me.unlisted, _bracket_of(me)
        )

    def top(
        self,
        limit: int,
        district: int | None = None,
        contest: int | None = None,
        bracket: int | None = None,
    ) -> list[Place]:
        """The first places among all, or within this bracket or district; who is unlisted is not
        among them. Those of a frozen board are the first by then. Raises BoardClosed.
        """
        asked = _BOARD.where(_IS_MEANT, _HAS_BEGUN) if contest else _LATEST
        board = self._session.execute(asked, self._meaning(contest)).first()
        if board is None:
            return []
        boards = FrozenBoards(self._session, board.id)
        if boards.shown(self._now, board.last_day, board.closed_days):
            lines = boards.first(board_named(district, bracket), limit)
            return [_to_place(row, row.rank) for row in lines if not row.unlisted]
        scope = Scope(board.id, None if bracket else district, board.joined_only, bracket)
        rows = self._session.execute(_TOPS.within(scope), scope.values | {"limit": limit})
        ranking = Ranking()
        ranked = [(row, ranking.next(standing_of(row))) for row in rows]
        return [_to_place(row, rank) for row, rank in ranked if not row.unlisted]

    def everybody(self, contest: int, district: int | None = None) -> Iterator[Standee]:
        """Everybody's place in this contest, in the own bracket where there are some; a thousand
        rows at a time.
        """
        asked = _EVERYBODY if district is None else _ALL_OF_DISTRICT
        held = self._session.get_one(Contest, contest)
        rankings: dict[int | None, Ranking] = defaultdict(Ranking)
        for row in self._session.execute(asked, Scope(contest, district).values):
            stands = row.unit_id is not None or not held.joined_only
            place = rankings[row.bracket].next(standing_of(row)) if stands else None
            branch = row.own if row.parent_id else None
            bracket = held.brackets[row.bracket - 1] if row.bracket else None
            yield Standee(
                place, row.unit, row.unit_id, branch, row.name, bool(row.unlisted),
                *standing_of(row), row.member_key, bracket,
            )  # fmt: skip

    def _meaning(self, contest: int | None) -> dict[str, Any]:
        today = {"today": campaign_day(self._now)}
        return today | {"meant": contest} if contest else today

    def frozen(self, contest: int | None = None) -> Frozen | None:
        """Of when the boards of this contest, or of the latest, are; None: of now.

        Raises BoardClosed.
        """
        asked = _BOARD.where(_IS_MEANT, _HAS_BEGUN) if contest else _LATEST
        board = self._session.execute(asked, self._meaning(contest)).first()
        if board is None:
            return None
        boards = FrozenBoards(self._session, board.id)
        return boards.shown(self._now, board.last_day, board.closed_days)

    def _ladder(self, scope: Scope) -> Ladder:
        def count() -> Ladder:
            rungs = ask(self._session, _RUNGS.within(scope), scope.values)
            return Ladder([(row.points, row.days, row.people) for row in rungs])

        return self._ladders.of(scope, self._now, count)


def _when_frozen(boards: FrozenBoards, frozen: Frozen, member: bytes, me: _Row) -> Neighbourhood:
    """Where the member stood when the boards froze."""
    if (mine := boards.mine(member)) is None:
        raise BoardClosed(me.last_day, me.points)
    ahead, behind = boards.around(mine, ABOVE, BELOW)
    around = [_to_place(row, row.rank, row is mine) for row in (*ahead, mine, *behind)]
    in_district = mine.board != AMONG_ALL and not me.bracket
    district = UnitCard(mine.district_id, mine.unit, mine.unit) if in_district else None
    out_of = boards.people(mine.board)
    return Neighbourhood(
        district, mine.rank, out_of, me.points, around, not me.unlisted, _bracket_of(me), frozen
    )


def _bracket_of(me: _Row) -> str | None:
    return me.brackets[me.bracket - 1] if me.bracket else None


def _to_place(row: _Row, rank: int, is_me: bool = False) -> Place:
    return Place(rank, mask(row.name), row.unit, row.points, row.days, is_me)
