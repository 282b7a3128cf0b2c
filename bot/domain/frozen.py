"""Frozen boards as they are shown: places that were worked out once, and are only read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.contests import is_board_closed
from bot.domain.identity import campaign_day
from bot.domain.refusals import BoardClosed
from bot.storage.directly import ask
from bot.storage.tables import BoardFreeze, FrozenPlace, Member, Unit, table_of

AMONG_ALL = ""
"""The board of all who have a place."""


def board_named(district: int | None, bracket: int | None = None) -> str:
    """The board of the people of this bracket or district, or else of all."""
    if bracket is not None:
        return f"bracket:{bracket}"
    return AMONG_ALL if district is None else f"unit:{district}"


@dataclass(frozen=True)
class Frozen:
    """Since when boards are frozen, and the day after which all is shown."""

    at: datetime
    last_day: date

    @property
    def day(self) -> date:
        """The day that began with it."""
        return campaign_day(self.at)


_FREEZE = table_of(BoardFreeze)
_PLACE, _MEMBER, _UNIT = table_of(FrozenPlace), table_of(Member), table_of(Unit)
_STATE = select(_FREEZE.c.at, _FREEZE.c.lifted_at).where(
    _FREEZE.c.contest_id == bindparam("contest"), _FREEZE.c.taken_at.is_not(None)
)
_LINES: Select[Any] = (
    select(
        _PLACE.c.board, _PLACE.c.position, _PLACE.c.rank, _PLACE.c.points, _PLACE.c.days,
        _PLACE.c.district_id, _MEMBER.c.name, _MEMBER.c.unlisted, _UNIT.c.name.label("unit"),
    )
    .outerjoin(_MEMBER, _MEMBER.c.member_key == _PLACE.c.member_key)
    .outerjoin(_UNIT, _UNIT.c.id == _PLACE.c.district_id)
    .where(_PLACE.c.contest_id == bindparam("contest"))
)  # fmt: skip
# A board of some says more than that of all, and sorts after it; that of a bracket, where there
# is one, is the one that counts.
_MINE = _LINES.where(_PLACE.c.member_key == bindparam("member")).order_by(
    case((_PLACE.c.board.like("bracket:%"), 0), else_=1), _PLACE.c.board.desc()
)
_ON_BOARD = _LINES.where(_PLACE.c.board == bindparam("board"))
_LISTED = or_(_MEMBER.c.unlisted.is_(None), ~_MEMBER.c.unlisted)
_AHEAD = (
    _ON_BOARD.where(_PLACE.c.position < bindparam("rank"), _LISTED)
    .order_by(_PLACE.c.position.desc())
    .limit(bindparam("limit"))
)
_BEHIND = (
    _ON_BOARD.where(
        _PLACE.c.position >= bindparam("rank"), _PLACE.c.position != bindparam("position"), _LISTED
    )
    .order_by(_PLACE.c.position)
    .limit(bindparam("limit"))
)
_FIRST = _ON_BOARD.order_by(_PLACE.c.position).limit(bindparam("limit"))
_LAST = select(func.max(_PLACE.c.position)).where(
    _PLACE.c.contest_id == bindparam("contest"), _PLACE.c.board == bindparam("board")
)


class FrozenBoards:
    """The boards of a contest as they were when they froze."""

    def __init__(self, session: Session, contest: int) -> None:
        self._session, self._contest = session, {"contest": contest}

    def shown(
        self, now: datetime, last_day: date, closed_days: int, points: int | None = None
    ) -> Frozen | None:
        """What all see instead of how they stand now; None: that itself, as outside the last days.

        Raises BoardClosed, with these points, in the minute before the snapshot is taken.
        """
        if not is_board_closed(last_day, closed_days, now):
            return None
        row = ask(self._session, _STATE, self._contest).first()
        if row is None:
            raise BoardClosed(last_day, points)
        return None if row.lifted_at else Frozen(row.at, last_day)

    def mine(self, member: bytes) -> Row[Any] | None:
        """The member's line on the narrowest of the boards; None for who was on none."""
        return ask(self._session, _MINE, self._contest | {"member": member}).first()

    def around(self, me: Row[Any], above: int, below: int) -> tuple[list[Row[Any]], list[Row[Any]]]:
        """The lines that others may see: those next above, and those who tie or are next below."""
        place = self._contest | {"board": me.board, "rank": me.rank, "position": me.position}
        ahead = ask(self._session, _AHEAD, place | {"limit": above}).all()
        behind = ask(self._session, _BEHIND, place | {"limit": below}).all()
        return [*reversed(ahead)], [*behind]

    def first(self, board: str, limit: int) -> list[Row[Any]]:
        """The first lines of a board, those of who is unlisted among them."""
        on = self._contest | {"board": board, "limit": limit}
        return [*ask(self._session, _FIRST, on)]

    def people(self, board: str) -> int:
        """How many had a place on this board."""
        last: int = ask(self._session, _LAST, self._contest | {"board": board}).scalar_one()
        return last
