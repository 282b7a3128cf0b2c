"""How well a question asks: what the answers to it tell about the question itself.

Papers differ from member to member, so people are ranked by the rate at which they answered
all *other* questions rightly. It is counted per mille and leaves the question itself out: what
it does to the total would else look like agreement with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

EXTREME = 0.27
"""The part of the people at each end that is compared, after T. L. Kelley, "The selection of
upper and lower groups for the validation of test items", Journal of Educational Psychology 30
(1939), pages 17 to 24."""
LEAST = 30
"""Answers below which the figures are chance more than anything else; a convention of ours."""
HARD, EASY = 0.2, 0.95
"""A question that fewer answer rightly, or more, tells little; conventions of ours."""


@dataclass(frozen=True)
class Alike:
    """Answers that tell the same: right or not, by people who are as good at the rest."""

    correct: bool
    rest: int | None
    """How many of their other answers were right, per mille; None of people without others."""
    count: int


class Doubt(StrEnum):
    """Why a person should look at a question."""

    NEGATIVE = "negative"
    DISTRACTOR = "distractor"
    HARD = "hard"
    EASY = "easy"
    REPORTED = "reported"


@dataclass(frozen=True)
class Figures:
    """What the answers to one question tell about it; None where they tell nothing."""

    answers: int
    """The size of the sample."""
    facility: float | None
    discrimination: float | None
    point_biserial: float | None
    doubts: tuple[Doubt, ...]

    @property
    def is_small(self) -> bool:
        """Whether the sample is too small to rely on."""
        return self.answers < LEAST


def analyse(
    answers: Collection[Alike], wrong: Mapping[str, int], reports: int, closed: bool
) -> Figures:
    """All figures of a question.

    `wrong` has each wrong choice with how many took it, `reports` says how many people called
    the question faulty, `closed` whether wrong choices were laid before them.
    """
    count = sum(alike.count for alike in answers)
    figures = Figures(
        count, facility(answers), discrimination(answers), point_biserial(answers), ()
    )
    doubts = [] if figures.is_small else list(_doubts(figures, wrong if closed else {}))
    return Figures(
        count,
        figures.facility,
        figures.discrimination,
        figures.point_biserial,
        (*doubts, *([Doubt.REPORTED] if reports else [])),
    )


def facility(answers: Iterable[Alike]) -> float | None:
    """The share of right answers.

    The "item difficulty" p of classical test theory: F. M. Lord and M. R. Novick, "Statistical
    Theories of Mental Test Scores" (1968).
    """
    answers = list(answers)
    count = sum(alike.count for alike in answers)
    return _right(answers) / count if count else None


def discrimination(answers: Iterable[Alike]) -> float | None:
    """How much more often the best answer rightly than the weakest: from -1 to 1.

    The upper-lower index: the share of right answers among the best 27 % (see EXTREME) less
    that among the weakest. People of one rate who straddle the line count in proportion, so
    that no order among equals enters.
    """
    classes: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for alike in answers:
        if alike.rest is not None:
            classes[alike.rest][0] += alike.count
            classes[alike.rest][1] += alike.count * alike.correct
    ranked = [(count, right) for _, (count, right) in sorted(classes.items())]
    size = EXTREME * sum(count for count, _ in ranked)
    return _share(reversed(ranked), size) - _share(ranked, size) if size else None


def _share(classes: Iterable[tuple[int, int]], size: float) -> float:
    """The share of right answers among the first `size` people."""
    right, room = 0.0, size
    for count, correct in classes:
        taken = min(room, count)
        right += correct * taken / count
        room -= taken
        if room <= 0:
            break
    return right / size


def point_biserial(answers: Iterable[Alike]) -> float | None:
    """How well a right answer here goes with right answers elsewhere: from -1 to 1.

    The product-moment correlation of right or wrong with the rate of the rest; leaving the
    question out of the rest is the correction of S. Henrysson, "Correction of item-total
    correlations in item analysis", Psychometrika 28 (1963), pages 211 to 218. None when all
    answers, or all rates, are the same.
    """
    ranked = [
        (alike.correct, alike.rest, alike.count) for alike in answers if alike.rest is not None
    ]
    n = sum(count for *_, count in ranked)
    x = sum(count for correct, _, count in ranked if correct)
    y = sum(rest * count for _, rest, count in ranked)
    yy = sum(rest * rest * count for _, rest, count in ranked)
    xy = sum(rest * count for correct, rest, count in ranked if correct)
    # In whole numbers: the differences are exact, and zero is zero.
    spread = (n * x - x * x) * (n * yy - y * y)
    return (n * xy - x * y) / sqrt(spread) if spread else None


def _doubts(figures: Figures, wrong: Mapping[str, int]) -> Iterable[Doubt]:
    facility = figures.facility or 0.0
    if figures.discrimination is not None and figures.discrimination < 0:
        yield Doubt.NEGATIVE
    if wrong and max(wrong.values()) > facility * figures.answers:
        yield Doubt.DISTRACTOR
    if facility < HARD:
        yield Doubt.HARD
    if facility > EASY:
        yield Doubt.EASY


def _right(answers: Iterable[Alike]) -> int:
    return sum(alike.count for alike in answers if alike.correct)
