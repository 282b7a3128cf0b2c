"""A score is the fold of graded answers: whatever their order, however they were counted up."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scoring import Counting, Grade, Graded, Scoring, Total
from tests.builders import NOON, a_question

QUESTIONS = 3
SCORINGS = st.builds(
    Scoring,
    st.integers(1, 5),
    st.booleans(),
    st.none() | st.integers(1, 12),
    st.sampled_from(Counting),
    st.just(QUESTIONS),
)


@st.composite
def answers_of_a_member(draw: st.DrawFn) -> list[Graded]:
    """On some days some attempts, all but the last of a day finished, in the order of time."""
    answers, at = [], NOON
    for day in range(1, draw(st.integers(1, 3)) + 1):
        attempts = draw(st.integers(1, 3))
        for nth in range(1, attempts + 1):
            given_ = QUESTIONS if nth < attempts else draw(st.integers(1, QUESTIONS))
            for _ in range(given_):
                at += timedelta(seconds=draw(st.integers(0, 2)))
                answers.append(Graded(date(2026, 12, day), nth, at, draw(st.integers(0, 5))))
            at += timedelta(seconds=1)
    return answers


ANSWERS = answers_of_a_member()


@pytest.mark.slow
@given(SCORINGS, ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(
    scoring: Scoring, answers: list[Graded], dice: Random
) -> None:
    shuffled = list(answers)
    dice.shuffle(shuffled)

    assert scoring.total(shuffled) == scoring.total(answers)


@pytest.mark.slow
@given(SCORINGS, ANSWERS)
def test_counted_up_answer_by_answer_it_is_the_same(
    scoring: Scoring, answers: list[Graded]
) -> None:
    """As turns do it: what a day counts now, less what it counted before."""
    papers: dict[date, list[list[int]]] = defaultdict(list)
    points, reached_at = 0, answers[0].answered_at
    for answer in answers:
        before = counted(scoring, papers[answer.day])
        if len(papers[answer.day]) < answer.nth:
            papers[answer.day].append([])
        papers[answer.day][-1].append(answer.points)
        if change := counted(scoring, papers[answer.day]) - before:
            points, reached_at = points + change, answer.answered_at

    assert scoring.total(answers) == Total(points, len(papers), reached_at)


def counted(scoring: Scoring, papers: list[list[int]]) -> int:
    earned = [sum(paper) for paper in papers]
    return scoring.of_day(earned, len(papers[-1]) == QUESTIONS) if papers else 0


@pytest.mark.slow
@given(SCORINGS, ANSWERS)
def test_what_counts_is_the_attempt_that_the_rule_names(
    scoring: Scoring, answers: list[Graded]
) -> None:
    expected = 0
    for day in {answer.day for answer in answers}:
        papers: dict[int, list[int]] = defaultdict(list)
        for answer in answers:
            if answer.day == day:
                papers[answer.nth].append(answer.points)
        finished = [nth for nth, paper in papers.items() if len(paper) == QUESTIONS]
        which = {
            Counting.FIRST: [1],
            Counting.BEST: list(papers),
            Counting.LAST: [max(finished, default=1)],
        }[scoring.counting]
        earned = max(sum(papers[nth]) for nth in which)
        expected += earned if scoring.daily_cap is None else min(earned, scoring.daily_cap)

    assert scoring.total(answers).points == expected


@pytest.mark.slow
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


@given(SCORINGS)
def test_a_day_without_an_answer_counts_nothing(scoring: Scoring) -> None:
    assert scoring.of_day([]) == 0
