"""What an answer earns, and what the answers of a member add up to.

A score is this fold of the graded answers and nothing else: in whatever order they came, and
however often one was graded anew, the same answers make the same score.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from quiz_bank import Kind, Question


class Grade(NamedTuple):
    """How an answer was judged."""

    correct: bool
    points: int


class Graded(NamedTuple):
    """An answer as far as it matters to a score."""

    day: date
    """The day of its paper."""
    answered_at: datetime
    points: int


class Total(NamedTuple):
    """What answers add up to."""

    points: int
    days: int
    reached_at: datetime
    """When the points last grew; with none, when the first answer was given."""


@dataclass(frozen=True)
class Scoring:
    """How a contest counts."""

    points_each: int
    partial_credit: bool = False
    """Whether some of several right options earn half, rounded down, as long as none is wrong."""
    daily_cap: int | None = None
    """The most that a day's paper counts; as much as it earns without one."""

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

    def of_day(self, earned: int) -> int:
        """What a day counts whose answers have earned so much."""
        return earned if self.daily_cap is None else min(earned, self.daily_cap)

    def total(self, answers: Iterable[Graded]) -> Total:
        """What these answers of a member add up to: there is at least one, in any order."""
        in_order = sorted(answers)
        points, days, grown = 0, 0, []
        for _, of_day in groupby(in_order, key=lambda answer: answer.day):
            earned, days = 0, days + 1
            for answer in of_day:
                before, earned = self.of_day(earned), earned + answer.points
                if self.of_day(earned) > before:
                    grown.append(answer.answered_at)
            points += self.of_day(earned)
        first = min(answer.answered_at for answer in in_order)
        return Total(points, days, max(grown, default=first))
