"""Participation by unit in a contest: who has answered, of whom the roster has."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Integer, and_, bindparam, case, cast, delete, func, insert, select
from sqlalchemy.orm import Session

from bot.domain.identity import campaign_day
from bot.domain.kept import Kept
from bot.domain.standings import LATEST
from bot.domain.unit_board import UnitBoard, UnitPlace, UnitRow, UnitSummary, UnitTable
from bot.storage.directly import ask
from bot.storage.tables import (
    Contest,
    CountedUnits,
    Departed,
    Member,
    RosterName,
    Score,
    Unit,
    table_of,
)

LASTS = timedelta(minutes=3)
"""How long a count of the worker's is good, which comes each minute."""

_COUNTED = table_of(CountedUnits)
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
_ROWS = select(
    _UNIT.c.id, _UNIT.c.name, _UNIT.c.parent_id.label("parent"), _UNIT.c.headcount,
    func.coalesce(_DEPARTED.c.people, 0).label("departed"),
).outerjoin(
    _DEPARTED,
    and_(_DEPARTED.c.unit_id == _UNIT.c.id, _DEPARTED.c.activity == bindparam("activity")),
)  # fmt: skip
_COUNTED_ROWS = _ROWS.add_columns(
    cast(func.coalesce(_PARTICIPANTS.c.participants, 0), Integer).label("participants")
).outerjoin(_PARTICIPANTS, _PARTICIPANTS.c.unit_id == _UNIT.c.id)
_KEPT = select(_COUNTED.c.participants).where(
    _COUNTED.c.contest_id == bindparam("contest"), _COUNTED.c.counted_at > bindparam("since")
)


class Boards(Kept[int | None, UnitBoard]):
    """The boards of this process, by contest."""


def board_of(session: Session, contest: int | None) -> UnitBoard:
    """The board of this contest, counted now."""
    values = {"contest": contest, "activity": f"contest:{contest}"}
    return UnitBoard([UnitRow(**row) for row in session.execute(_COUNTED_ROWS, values).mappings()])


class UnitCounts:
    """What the worker counts of large contests, since no reply has the time."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def asked_for(self) -> list[int]:
        """The contests whose board people look at: today's, and the latest."""
        today = campaign_day(self._now)
        latest = self._session.scalars(LATEST, {"today": today})
        running = self._session.scalars(
            select(Contest.id).where(Contest.first_day <= today, Contest.last_day >= today)
        )
        return sorted({*latest, *running})

    def count(self, contest: int) -> Mapping[str, int] | None:
        """How many took part, by the id of their unit; None where a reply counts as well."""
        board = board_of(self._session, contest)
        return board.participants if board.is_long else None

    def keep(self, contest: int, participants: Mapping[str, int] | None) -> None:
        """Put this count in place of the last."""
        mine = CountedUnits.contest_id == contest
        self._session.execute(delete(CountedUnits).where(mine))
        if participants is not None:
            self._session.execute(
                insert(CountedUnits).values(
                    contest_id=contest, participants=participants, counted_at=self._now
                )
            )

    def board(self, contest: int | None) -> UnitBoard:
        """The board by the worker's count; counted now where there is none, or an old one."""
        values = {"contest": contest, "since": self._now - LASTS}
        participants = ask(self._session, _KEPT, values).scalar()
        if participants is None:
            return board_of(self._session, contest)
        rows = ask(self._session, _ROWS, {"activity": f"contest:{contest}"}).mappings()
        return UnitBoard(
            [UnitRow(**row, participants=participants.get(str(row["id"]), 0)) for row in rows]
        )


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
        counts = UnitCounts(self._session, self._now)
        return self._boards.of(contest, self._now, lambda: counts.board(contest))
