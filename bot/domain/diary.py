"""The diary of a contest: day by day who answered, what was posted, how many votes were given."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.domain.identity import CAMPAIGN_ZONE, campaign_day
from bot.domain.kept import Kept
from bot.storage.tables import Answer, Contest, Motto, Vote

LONG = 20_000
"""Answers and mottos that take long enough to count to keep their diary at hand."""


@dataclass(frozen=True)
class Day:
    """What a day came to."""

    day: date
    people: int
    """Who answered at least one question of this day's papers."""
    joined: int
    """Who had answered by then, this day included."""
    answers: int
    right: int
    mottos: int
    votes: int


@dataclass(frozen=True)
class Diary:
    """The days of a contest up to now, the first day first."""

    days: Sequence[Day]

    @property
    def is_long(self) -> bool:
        """Whether it takes long enough to count to keep it at hand."""
        return sum(day.answers + day.mottos for day in self.days) > LONG


class Diaries(Kept[int, Diary]):
    """The diaries of this process, by contest."""


class DiaryDesk:
    """Keeps the diaries."""

    def __init__(self, session: Session, now: datetime, kept: Diaries) -> None:
        self._session, self._now, self._kept = session, now, kept

    def of(self, contest: int) -> Diary:
        """The diary of this contest. Who was erased is in it no more, but for the votes."""
        return self._kept.of(contest, self._now, lambda: self._written(contest))

    def _written(self, contest: int) -> Diary:
        row = self._session.get_one(Contest, contest)
        last = min(row.last_day, campaign_day(self._now))
        days = [row.first_day + timedelta(n) for n in range((last - row.first_day).days + 1)]
        if not days:
            return Diary([])
        answered, newcomers = self._answered(contest), self._newcomers(contest)
        joined = accumulate(newcomers[day] for day in days)
        mottos = self._counted(Motto.submitted_at, days)
        # Not by the day in which a vote's slot lies: a round may have one for all of its days.
        votes = self._counted(Vote.accepted_at, days)
        written = []
        for day, so_far in zip(days, joined, strict=True):
            people, answers, right = answered.get(day, (0, 0, 0))
            written.append(Day(day, people, so_far, answers, right, mottos[day], votes[day]))
        return Diary(written)

    def _answered(self, contest: int) -> dict[date, tuple[int, int, int]]:
        """By day: who answered, how many answers, how many right ones."""
        right = func.sum(case((Answer.correct, 1), else_=0))
        rows = self._session.execute(
            select(Answer.day, func.count(Answer.member_key.distinct()), func.count(), right)
            .where(Answer.contest_id == contest)
            .group_by(Answer.day)
        )
        return {day: (people, answers, int(right)) for day, people, answers, right in rows}

    def _newcomers(self, contest: int) -> Counter[date]:
        first = (
            select(func.min(Answer.day).label("day"))
            .where(Answer.contest_id == contest)
            .group_by(Answer.member_key)
            .subquery()
        )
        rows = self._session.execute(select(first.c.day, func.count()).group_by(first.c.day))
        return Counter({day: count for day, count in rows})  # noqa: C416

    def _counted(
        self, moment: InstrumentedAttribute[datetime], days: Sequence[date]
    ) -> Counter[date]:
        """How many rows there are of each day, by the moment at which they came."""
        ends = [_midnight(day + timedelta(days=1)) for day in days]
        place = case(*((moment < end, n) for n, end in enumerate(ends))).label("place")
        come = select(place).where(moment >= _midnight(days[0]), moment < ends[-1]).subquery()
        rows = self._session.execute(select(come.c.place, func.count()).group_by(come.c.place))
        return Counter({days[n]: count for n, count in rows})


def _midnight(day: date) -> datetime:
    """The moment at which the campaign's day begins."""
    return datetime.combine(day, time(), CAMPAIGN_ZONE)
