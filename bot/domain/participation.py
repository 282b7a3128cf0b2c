"""Participation by unit in a contest: who has answered, of whom the roster has."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from bot.domain.frozen import AMONG_ALL, FrozenBoards
from bot.domain.identity import campaign_day
from bot.domain.kept import Kept
from bot.domain.standings import LATEST
from bot.domain.unit_board import UnitBoard, UnitPlace, UnitRow, UnitSummary, UnitTable
from bot.storage.directly import ask
from bot.storage.tables import (
    Contest,
    CountedUnits,
    Departed,
    FrozenPlace,
    FrozenTurnout,
    Member,
    RosterName,
    Score,
    Unit,
    table_of,
)

_COUNTED = table_of(CountedUnits)
_SCORE, _MEMBER, _UNIT = table_of(Score), table_of(Member), table_of(Unit)
_ROSTER, _DEPARTED = table_of(RosterName), table_of(Departed)
_FROZEN, _TURNOUT = table_of(FrozenPlace), table_of(FrozenTurnout)
_CONTEST = table_of(Contest)
_ROWS = select(
    _UNIT.c.id, _UNIT.c.name, _UNIT.c.parent_id.label("parent"), _UNIT.c.headcount,
    func.coalesce(_DEPARTED.c.people, 0).label("departed"),
).outerjoin(
    _DEPARTED,
    and_(_DEPARTED.c.unit_id == _UNIT.c.id, _DEPARTED.c.activity == bindparam("activity")),
)  # fmt: skip


def _counted(taken_part: Table, *where: ColumnElement[bool]) -> Select[Any]:
    """Each unit, and how many bound to it are among those who have taken part."""
    names = (
        select(_MEMBER.c.unit_id, _MEMBER.c.name, func.count().label("accounts"))
        .join(taken_part, taken_part.c.member_key == _MEMBER.c.member_key)
        .where(
            taken_part.c.contest_id == bindparam("contest"), _MEMBER.c.unit_id.is_not(None), *where
        )
        .group_by(_MEMBER.c.unit_id, _MEMBER.c.name)
        .subquery()
    )
    # Who has joined from two telephones is one person, where a roster tells.
    people = case((_ROSTER.c.people < names.c.accounts, _ROSTER.c.people), else_=names.c.accounts)
    listed = and_(_ROSTER.c.unit_id == names.c.unit_id, _ROSTER.c.name == names.c.name)
    participants = (
        select(names.c.unit_id, func.sum(people).label("participants"))
        .select_from(names)
        .outerjoin(_ROSTER, listed)
        .group_by(names.c.unit_id)
        .subquery()
    )
    return _ROWS.add_columns(
        cast(func.coalesce(participants.c.participants, 0), Integer).label("participants")
    ).outerjoin(participants, participants.c.unit_id == _UNIT.c.id)


_COUNTED_ROWS = _counted(_SCORE)
_ROWS_AT_FREEZE = _counted(_FROZEN, _FROZEN.c.board == AMONG_ALL)
_FROZEN_ROWS = select(
    _UNIT.c.id, _UNIT.c.name, _UNIT.c.parent_id.label("parent"), _TURNOUT.c.headcount,
    func.coalesce(_TURNOUT.c.participants, 0).label("participants"),
    func.coalesce(_TURNOUT.c.departed, 0).label("departed"),
).outerjoin(
    _TURNOUT,
    and_(_TURNOUT.c.unit_id == _UNIT.c.id, _TURNOUT.c.contest_id == bindparam("contest")),
)  # fmt: skip
_CLOSING = select(_CONTEST.c.id, _CONTEST.c.last_day, _CONTEST.c.closed_days)
_OF_LATEST = _CLOSING.where(_CONTEST.c.id == LATEST.scalar_subquery())
_OF_MEANT = _CLOSING.where(_CONTEST.c.id == bindparam("meant"))
_KEPT = select(_COUNTED.c.participants, _COUNTED.c.counted_at).where(
    _COUNTED.c.contest_id == bindparam("contest")
)


class Boards(Kept[int | None, UnitBoard]):
    """The boards of this process, by contest."""


def board_of(session: Session, contest: int | None) -> UnitBoard:
    """The board of this contest, counted now."""
    return UnitBoard(_read(session, _COUNTED_ROWS, contest))


def turnout_at_freeze(session: Session, contest: int) -> list[UnitRow]:
    """The units as they count for a snapshot, in which the places of people are kept by now."""
    return _read(session, _ROWS_AT_FREEZE, contest)


def _read(session: Session, units: Select[Any], contest: int | None) -> list[UnitRow]:
    values = {"contest": contest, "activity": f"contest:{contest}"}
    return [UnitRow(**row) for row in session.execute(units, values).mappings()]


class UnitCounts:
    """What the worker counts of large contests, since no reply has the time."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def asked_for(self) -> list[int]:
        """The contests whose board people look at: today's, and the latest.

        Those of yesterday are among them, since they went on until midnight.
        """
        today = campaign_day(self._now)
        yesterday = today - timedelta(days=1)
        latest = self._session.scalars(LATEST, {"today": today})
        running = self._session.scalars(
            select(Contest.id).where(Contest.first_day <= today, Contest.last_day >= yesterday)
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
        """The board by the worker's count; counted now where there is none.

        An old one is better than none: to count takes longer than a reply may on a busy database.
        """
        kept = ask(self._session, _KEPT, {"contest": contest}).first()
        if kept is None:
            return board_of(self._session, contest)
        participants = kept.participants
        rows = ask(self._session, _ROWS, {"activity": f"contest:{contest}"}).mappings()
        return UnitBoard(
            [UnitRow(**row, participants=participants.get(str(row["id"]), 0)) for row in rows],
            kept.counted_at,
        )


class Participation:
    """The tables of units of a contest; of the latest where none is named.

    While its boards are frozen they are as they were then, unless for colleagues (`live`).
    """

    def __init__(
        self, session: Session, now: datetime, boards: Boards | None = None, *, live: bool = False
    ) -> None:
        """Without boards at hand each question counts anew."""
        self._session, self._now, self._live = session, now, live
        self._boards = boards or Boards()

    def table(self, unit: int | None = None, contest: int | None = None) -> UnitTable:
        """The units under this one, or those at the top. Raises BoardClosed."""
        return self._board(contest).table(unit)

    def summary(self, unit: int) -> UnitSummary:
        """A unit with all below it. Raises KeyError for one that does not exist."""
        return self._board().summary(unit)

    def is_within(self, unit: int, root: int) -> bool:
        """Whether the unit is this root, or below it."""
        return self._board().is_within(unit, root)

    def place(self, unit: int, contest: int | None = None) -> UnitPlace | None:
        """Where the unit at the top stands that this one belongs to; None without a headcount.

        Raises BoardClosed.
        """
        return self._board(contest).place(unit)

    def _board(self, contest: int | None = None) -> UnitBoard:
        asked = _OF_LATEST if contest is None else _OF_MEANT
        values = {"today": campaign_day(self._now), "meant": contest}
        found = ask(self._session, asked, values).first()
        if found is None:
            return self._of_now(contest)
        frozen = FrozenBoards(self._session, found.id)
        if not self._live and frozen.shown(self._now, found.last_day, found.closed_days):
            return UnitBoard(_read(self._session, _FROZEN_ROWS, found.id))
        return self._of_now(found.id)

    def _of_now(self, contest: int | None) -> UnitBoard:
        counts = UnitCounts(self._session, self._now)
        return self._boards.of(contest, self._now, lambda: counts.board(contest))
