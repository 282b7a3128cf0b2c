"""What an answer earns, and what the answers of a member add up to.

A score is this fold of the graded answers and nothing else: in whatever order they came, and
however often one was graded anew, the same answers make the same score.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from quiz_bank import Kind, Question


class Counting(StrEnum):
    """Which of the attempts of a day counts."""

    FIRST = "first"
    BEST = "best"
    LAST = "last"
    """The last that was finished; one that is left half done costs nothing."""


class Grade(NamedTuple):
    """How an answer was judged."""

    correct: bool
    points: int


class Graded(NamedTuple):
    """An answer as far as it matters to a score."""

    day: date
    """The day of its paper."""
    nth: int
    """The attempt of that day it belongs to."""
    answered_at: datetime
    points: int


_IN_TIME = attrgetter("answered_at", "nth", "points")


class Total(NamedTuple):
    """What answers add up to."""

    points: int
    days: int
    reached_at: datetime
    """When the points last changed; with none, when the first answer was given."""


@dataclass(frozen=True)
class Scoring:
    """How a contest counts."""

    points_each: int
    partial_credit: bool = False
    """Whether some of several right options earn half, rounded down, as long as none is wrong."""
    daily_cap: int | None = None
    """The most that a day counts; as much as its papers earn without one."""
    counting: Counting = Counting.BEST
    questions_a_day: int = 5
    """How many answers finish a paper."""

    @property
    def points_in_part(self) -> int:
        """What some of several right options earn."""
        return self.points_each // 2 if self.partial_credit else 0

    def grade(self, question: Question, choice: Collection[str]) -> Grade:
        """The grade of a choice; letters may come as one string."""
        if question.is_correct(choice):
            return Grade(True, self.points_each)
        return Grade(False, self.points_in_part if question.is_correct_in_part(choice) else 0)

    def grade_kept(self, question: Question, choice: str) -> Grade:
        """The grade of a choice as it is kept: letters as one string, like the words of a blank."""
        return self.grade(question, (choice,) if question.kind is Kind.BLANK else choice)

    def of_day(self, papers: Sequence[int], finished: bool = True) -> int:
        """What a day counts whose papers have earned so much, the first attempt first.

        `finished` says whether the last of them is; those before it always are.
        """
        earned = self._of_attempts(papers, finished) if papers else 0
        return earned if self.daily_cap is None else min(earned, self.daily_cap)

    def _of_attempts(self, papers: Sequence[int], finished: bool) -> int:
        match self.counting:
            case Counting.FIRST:
                return papers[0]
            case Counting.BEST:
                return max(papers)
            case Counting.LAST:
                return papers[-1 if finished or len(papers) == 1 else -2]

    def total(self, answers: Iterable[Graded]) -> Total:
        """What these answers of a member add up to: there is at least one, in any order."""
        by_day: dict[date, list[Graded]] = defaultdict(list)
        for answer in answers:
            by_day[answer.day].append(answer)
        days = [self._day(of_day) for of_day in by_day.values()]
        changed = [moment for _, moment in days if moment is not None]
        first = min(answer.answered_at for of_day in by_day.values() for answer in of_day)
        return Total(sum(points for points, _ in days), len(days), max(changed, default=first))

    def _day(self, answers: Sequence[Graded]) -> tuple[int, datetime | None]:
        """What a day counts, and when that last changed."""
        counts, changed = 0, None
        earned: dict[int, int] = {}
        given: dict[int, int] = {}
        for at, nth, points in sorted(map(_IN_TIME, answers)):
            earned[nth] = earned.get(nth, 0) + points
            given[nth] = given.get(nth, 0) + 1
            papers = [earned[each] for each in sorted(earned)]
            now = self.of_day(papers, given[max(given)] >= self.questions_a_day)
            if now != counts:
                counts, changed = now, at
        return counts, changed
