"""A score is the fold of graded answers: whatever their order, however they were counted up."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scoring import Grade, Graded, Scoring, Total
from tests.builders import NOON, a_question

SCORINGS = st.builds(
    Scoring, st.integers(1, 5), st.booleans(), st.none() | st.integers(1, 12)
)  # fmt: skip
ANSWERS = st.lists(
    st.builds(
        Graded,
        st.integers(1, 3).map(lambda day: date(2026, 12, day)),
        st.integers(0, 40).map(lambda minutes: NOON + timedelta(minutes=minutes)),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=12,
)


@given(SCORINGS, ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(
    scoring: Scoring, answers: list[Graded], dice: "object"
) -> None:
    shuffled = list(answers)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    assert scoring.total(shuffled) == scoring.total(answers)


@given(SCORINGS, ANSWERS)
def test_counted_up_answer_by_answer_it_is_the_same(
    scoring: Scoring, answers: list[Graded]
) -> None:
    """As a turn does it: what a day counts now, less what it counted before."""
    earned: dict[date, int] = defaultdict(int)
    points, reached_at = 0, min(answer.answered_at for answer in answers)
    for answer in sorted(answers, key=lambda one: one.answered_at):
        before = scoring.of_day(earned[answer.day])
        earned[answer.day] += answer.points
        if counted := scoring.of_day(earned[answer.day]) - before:
            points, reached_at = points + counted, answer.answered_at

    assert scoring.total(answers) == Total(points, len(earned), reached_at)


@given(SCORINGS, ANSWERS, st.integers(0, 11), st.integers(0, 5))
def test_a_better_grade_never_costs_a_point(
    scoring: Scoring, answers: list[Graded], which: int, points: int
) -> None:
    one = answers[which % len(answers)]
    better = one._replace(points=max(one.points, points))
    others = [answer for at, answer in enumerate(answers) if at != which % len(answers)]

    assert scoring.total([*others, better]).points >= scoring.total(answers).points


@pytest.mark.parametrize(
    ("kind", "choice", "grade"),
    [
        ("multiple", "AC", Grade(True, 5)),
        ("multiple", "CA", Grade(True, 5)),
        ("multiple", "A", Grade(False, 2)),
        ("multiple", "AB", Grade(False, 0)),
        ("multiple", "ABCD", Grade(False, 0)),
        ("multiple", "", Grade(False, 0)),
        ("single", "B", Grade(True, 5)),
        ("single", "", Grade(False, 0)),
        ("judge", "F", Grade(False, 0)),
        ("blank", "2016", Grade(True, 5)),
        ("blank", "", Grade(False, 0)),
    ],
)
def test_half_is_for_some_of_several_right_options_and_nothing_else(
    kind: str, choice: str, grade: Grade
) -> None:
    question = a_question("Q", kind)

    assert Scoring(5, partial_credit=True).grade_kept(question, choice) == grade
    whole = Scoring(5).grade_kept(question, choice)
    assert whole == (grade if grade.correct else Grade(False, 0))
