"""Participation by unit in a contest: who has answered, of whom the roster has."""

from datetime import datetime

from sqlalchemy import Integer, and_, bindparam, case, cast, func, select
from sqlalchemy.orm import Session

from bot.domain.identity import campaign_day
from bot.domain.kept import Kept
from bot.domain.standings import LATEST
from bot.domain.unit_board import UnitBoard, UnitPlace, UnitRow, UnitSummary, UnitTable
from bot.storage.tables import Departed, Member, RosterName, Score, Unit, table_of

_SCORE, _MEMBER, _UNIT = table_of(Score), table_of(Member), table_of(Unit)
_ROSTER, _DEPARTED = table_of(RosterName), table_of(Departed)
_NAMES = (
    select(_MEMBER.c.unit_id, _MEMBER.c.name, func.count().label("accounts"))
    .join(_SCORE, _SCORE.c.member_key == _MEMBER.c.member_key)
    .where(_SCORE.c.contest_id == bindparam("contest"), _MEMBER.c.unit_id.is_not(None))
    .group_by(_MEMBER.c.unit_id, _MEMBER.c.name)
    .subquery()
)
_PEOPLE = case((_ROSTER.c.people < _NAMES.c.accounts, _ROSTER.c.people), else_=_NAMES.c.accounts)
"""Who has joined from two telephones is one person, where a roster tells."""
_PARTICIPANTS = (
    select(_NAMES.c.unit_id, func.sum(_PEOPLE).label("participants"))
    .select_from(_NAMES)
    .outerjoin(
        _ROSTER, and_(_ROSTER.c.unit_id == _NAMES.c.unit_id, _ROSTER.c.name == _NAMES.c.name)
    )
    .group_by(_NAMES.c.unit_id)
    .subquery()
)
_ROWS = (
    select(
        _UNIT.c.id, _UNIT.c.name, _UNIT.c.parent_id, _UNIT.c.headcount,
        cast(func.coalesce(_PARTICIPANTS.c.participants, 0), Integer),
        func.coalesce(_DEPARTED.c.people, 0),
    )
    .outerjoin(_PARTICIPANTS, _PARTICIPANTS.c.unit_id == _UNIT.c.id)
    .outerjoin(
        _DEPARTED,
        and_(_DEPARTED.c.unit_id == _UNIT.c.id, _DEPARTED.c.activity == bindparam("activity")),
    )
)  # fmt: skip


class Boards(Kept[int | None, UnitBoard]):
    """The boards of this process, by contest."""


def board_of(session: Session, contest: int | None) -> UnitBoard:
    """The board of this contest, counted now."""
    rows = session.execute(_ROWS, {"contest": contest, "activity": f"contest:{contest}"})
    return UnitBoard([UnitRow(*row) for row in rows])


class Participation:
    """The tables of units of a contest; of the latest where none is named."""

    def __init__(self, session: Session, now: datetime, boards: Boards | None = None) -> None:
        """Without boards at hand each question counts anew."""
        self._session, self._now = session, now
        self._boards = boards or Boards()

    def table(self, unit: int | None = None, contest: int | None = None) -> UnitTable:
        """The units under this one, or those at the top."""
        return self._board(contest).table(unit)

    def summary(self, unit: int) -> UnitSummary:
        """A unit with all below it. Raises KeyError for one that does not exist."""
        return self._board().summary(unit)

    def is_within(self, unit: int, root: int) -> bool:
        """Whether the unit is this root, or below it."""
        return self._board().is_within(unit, root)

    def place(self, unit: int, contest: int | None = None) -> UnitPlace | None:
        """Where the unit at the top stands that this one belongs to; None without a headcount."""
        return self._board(contest).place(unit)

    def _board(self, contest: int | None = None) -> UnitBoard:
        if contest is None:
            contest = self._session.scalar(LATEST, {"today": campaign_day(self._now)})
        return self._boards.of(contest, self._now, lambda: board_of(self._session, contest))
