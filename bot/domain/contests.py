"""A contest as its organiser decided it, and what follows from that for a day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol, Self

from sqlalchemy import bindparam, case, insert, select
from sqlalchemy.orm import Session

from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.scoring import Counting, Scoring
from bot.storage.tables import AttemptSlot, Contest

MAKE_UP_DAYS = 7
"""How many days back a missed day can be made up."""


@dataclass(frozen=True)
class ContestPlan:
    """What an organiser decides about a contest."""

    title: str
    first_day: date
    last_day: date
    points_each: int
    new_paper_hour: int
    until_hour: int | None = None
    """Papers are begun from the hour of the new paper up to this one; all day long without it."""
    make_up: bool = False
    """Whether a missed day may be made up, one a week."""
    questions_a_day: int = 5
    closed_days: int = 0
    """On how many of the last days nobody sees who stands where."""
    partial_credit: bool = False
    """Whether some of several right options earn half."""
    daily_cap: int | None = None
    """The most that a day counts; as much as its papers earn without one."""
    attempts: int = 1
    """How often a day's questions may be taken, each time another paper."""
    counting: Counting = Counting.BEST
    joined_only: bool = False
    """Whether only who is bound to a unit stands on the board of people."""
    brackets: tuple[str, ...] = ()
    """The groups that are ranked apart, of which each member chooses one before the first answer;
    none: all are ranked together."""
    report_limit: int = 5
    """How many members call a question faulty before its points are withheld; 0: never."""

    @classmethod
    def of(cls, row: Contest) -> Self:
        """The plan of a contest that is kept."""
        return cls(
            row.title, row.first_day, row.last_day, row.points_each, row.new_paper_hour,
            row.until_hour, row.make_up, row.questions_a_day, row.closed_days, row.partial_credit,
            row.daily_cap, row.attempts, Counting(row.counting), row.joined_only,
            tuple(row.brackets), row.report_limit,
        )  # fmt: skip

    @property
    def scoring(self) -> Scoring:
        """How it counts."""
        return scoring_of(self)

    @property
    def points_a_day(self) -> int:
        """The most that a day counts."""
        return self.scoring.of_day([self.points_each * self.questions_a_day])

    def opens_in(self, now: datetime) -> timedelta | None:
        """How long nobody can begin a paper from `now` on; None while everybody can."""
        local = now.astimezone(CAMPAIGN_ZONE)
        if self.until_hour is None or self.new_paper_hour <= local.hour < self.until_hour:
            return None
        opens = local.replace(hour=self.new_paper_hour, minute=0, second=0, microsecond=0)
        return (opens if local < opens else opens + timedelta(days=1)) - local


class _Counts(Protocol):
    """A contest, its plan, or a row with these columns of it."""

    @property
    def points_each(self) -> int: ...
    @property
    def partial_credit(self) -> bool: ...
    @property
    def daily_cap(self) -> int | None: ...
    @property
    def counting(self) -> str: ...
    @property
    def questions_a_day(self) -> int: ...


def scoring_of(contest: _Counts) -> Scoring:
    """How a contest counts."""
    return Scoring(
        contest.points_each, contest.partial_credit, contest.daily_cap,
        Counting(contest.counting), contest.questions_a_day,
    )  # fmt: skip


def make_room_for_attempts(session: Session, contest: int, most: int) -> None:
    """Let a day's questions of this contest be taken so often: there is no slot for more."""
    slots = [{"contest_id": contest, "nth": nth} for nth in range(1, most + 1)]
    session.execute(insert(AttemptSlot), slots)


def contest_in_force(session: Session, today: date) -> Contest | None:
    """The contest that runs, of several the one that began last; where none runs, the one that
    was the last to run, or the one to begin first where none has begun yet.
    """
    begun = Contest.first_day <= today
    over = case((Contest.last_day < today, 1), else_=0)
    latest = (over, Contest.first_day.desc(), Contest.id.desc())
    asked = select(Contest).where(begun).order_by(*latest).limit(1)
    return session.scalars(asked).first() or next_contest(session, today)


_RUNNING = (
    select(Contest)
    .where(Contest.first_day <= bindparam("today"), Contest.last_day >= bindparam("today"))
    .order_by(Contest.first_day, Contest.id)
)


def running_contests(session: Session, today: date) -> list[Contest]:
    """All contests that run today, the one that began first at the head."""
    return list(session.scalars(_RUNNING, {"today": today}))


def next_contest(session: Session, today: date) -> Contest | None:
    """The contest to begin first after today."""
    asked = select(Contest).where(Contest.first_day > today).order_by(Contest.first_day).limit(1)
    return session.scalars(asked).first()


def board_freezes_at(last_day: date, closed_days: int) -> datetime:
    """The midnight at which the boards of a contest freeze: with no closed days, that of its end.

    ICPC's term: what is shown then stays, and what comes later is shown with the result.
    """
    first = last_day - timedelta(days=closed_days - 1)
    return datetime.combine(first, time(), CAMPAIGN_ZONE)


def is_board_closed(last_day: date, closed_days: int, now: datetime) -> bool:
    """Whether this is one of the days at the end on which the boards are frozen."""
    return board_freezes_at(last_day, closed_days) <= now < board_freezes_at(last_day, 0)


def week_of(day: date) -> date:
    """The Monday of the week."""
    return day - timedelta(days=day.weekday())
