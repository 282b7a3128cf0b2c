"""Participation by unit in the latest contest: who has answered, of whom the roster has."""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.domain.kept import Kept
from bot.domain.standings import LATEST
from bot.domain.unit_board import UnitBoard, UnitPlace, UnitRow, UnitTable
from bot.storage.tables import Member, Score, Unit, table_of

_SCORE, _MEMBER, _UNIT = table_of(Score), table_of(Member), table_of(Unit)
_PARTICIPANTS = (
    select(_MEMBER.c.unit_id, func.count().label("participants"))
    .join(_SCORE, _SCORE.c.member_key == _MEMBER.c.member_key)
    .where(_SCORE.c.contest_id == bindparam("contest"), _MEMBER.c.unit_id.is_not(None))
    .group_by(_MEMBER.c.unit_id)
    .subquery()
)
_ROWS = (
    select(
        _UNIT.c.id, _UNIT.c.name, _UNIT.c.parent_id, _UNIT.c.headcount,
        func.coalesce(_PARTICIPANTS.c.participants, 0),
    )
    .outerjoin(_PARTICIPANTS, _PARTICIPANTS.c.unit_id == _UNIT.c.id)
)  # fmt: skip


class Boards(Kept[int | None, UnitBoard]):
    """The boards of this process, by contest."""


class Participation:
    """The tables of units of the latest contest."""

    def __init__(self, session: Session, now: datetime, boards: Boards | None = None) -> None:
        """Without boards at hand each question counts anew."""
        self._session, self._now = session, now
        self._boards = boards or Boards()

    def table(self, unit: int | None = None) -> UnitTable:
        """The units under this one, or those at the top."""
        return self._board().table(unit)

    def place(self, unit: int) -> UnitPlace | None:
        """Where the unit at the top stands that this one belongs to; None without a headcount."""
        return self._board().place(unit)

    def _board(self) -> UnitBoard:
        contest = self._session.scalar(LATEST)

        def count() -> UnitBoard:
            rows = self._session.execute(_ROWS, {"contest": contest})
            return UnitBoard([UnitRow(*row) for row in rows])

        return self._boards.of(contest, self._now, count)
