"""Results: all that a contest came to, read at one moment for those who report on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.identity import mask
from bot.domain.item_analysis import Item, ItemAnalysis
from bot.domain.participation import board_of
from bot.domain.standings import Standee, Standings
from bot.domain.unit_board import UnitBoard, UnitCount, UnitTable
from bot.storage.tables import Answer, Contest, Score, Unit


class NoSuchContest(Exception):
    """There is no contest of this number, or no district."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to have of the results."""

    contest: int
    district: int | None = None
    """Only the people and units of this one."""
    full_names: bool = False
    """Whether names stand as they were registered; else only the family name can be read."""


@dataclass(frozen=True)
class Frame:
    """What the results are about."""

    title: str
    first_day: date
    last_day: date
    district: str | None
    full_names: bool
    at: datetime
    """The moment at which everything was read."""
    people: int
    """Who answered at least one question, in all districts."""
    brackets: tuple[str, ...]
    """The groups that are ranked apart; none where all are ranked together."""
    answers: int
    right: int
    """Answers to the contest's questions in all, and how many of them were right."""


class PersonLine(NamedTuple):
    """A person as the report names them."""

    rank: int | None
    """None for who has no place."""
    district: str | None
    branch: str | None
    unit: int | None
    name: str | None
    unlisted: bool
    """Whether they want to stand on no board: their name then stands in full lists alone."""
    points: int
    days: int
    reached_at: datetime
    bracket: str | None = None
    """In which the rank counts."""


class Results:
    """The results of a contest, on a session that sees one moment of the database."""

    def __init__(self, session: Session, now: datetime, wanted: Wanted) -> None:
        self._session, self._now, self.wanted = session, now, wanted
        self._board: UnitBoard | None = None

    def frame(self) -> Frame:
        """What they are about. Raises NoSuchContest."""
        contest = self._session.get(Contest, self.wanted.contest)
        district = self._session.get(Unit, self.wanted.district) if self.wanted.district else None
        if contest is None or (self.wanted.district and (district is None or district.parent_id)):
            raise NoSuchContest
        answers = self._session.execute(
            select(Answer.correct, func.count())
            .where(Answer.contest_id == contest.id)
            .group_by(Answer.correct)
        )
        graded = {bool(correct): count for correct, count in answers}
        people = select(func.count()).where(Score.contest_id == contest.id)
        return Frame(
            title=contest.title,
            first_day=contest.first_day,
            last_day=contest.last_day,
            district=district.name if district else None,
            full_names=self.wanted.full_names,
            at=self._now,
            people=self._session.scalar(people) or 0,
            brackets=tuple(contest.brackets),
            answers=sum(graded.values()),
            right=graded.get(True, 0),
        )

    def people(self) -> Iterator[PersonLine]:
        """Everybody who answered, the highest place first."""
        standings = Standings(self._session, self._now)
        for one in standings.everybody(self.wanted.contest, self.wanted.district):
            yield PersonLine(
                one.rank, one.district, one.branch, one.unit, self._name(one), one.unlisted,
                one.points, one.days, one.reached_at, one.bracket,
            )  # fmt: skip

    def first(self, most: int) -> dict[str | None, list[PersonLine]]:
        """Who may be read at the top: so many of all, or of each bracket, in their order."""
        contest = self._session.get_one(Contest, self.wanted.contest)
        first: dict[str | None, list[PersonLine]] = {
            bracket: [] for bracket in contest.brackets or (None,)
        }
        for line in self.people():
            lines = first.get(line.bracket, [])
            if line.rank and not line.unlisted and len(lines) < most:
                lines.append(line)
                if all(len(each) == most for each in first.values()):
                    break
        return first

    def units(self) -> list[UnitCount]:
        """The units, each after the one it belongs to."""
        return list(self._units().counts(self.wanted.district))

    def table(self) -> UnitTable:
        """The units that the report compares: the districts, or what belongs to the one."""
        return self._units().table(self.wanted.district)

    def questions(self) -> Sequence[Item]:
        """The questions that were answered, with their figures over all districts."""
        return ItemAnalysis(self._session).items(self.wanted.contest)

    def _units(self) -> UnitBoard:
        if self._board is None:
            self._board = board_of(self._session, self.wanted.contest)
        return self._board

    def _name(self, one: Standee) -> str | None:
        if self.wanted.full_names:
            return one.name
        return None if one.unlisted else mask(one.name)
