"""What answers tell about a question: by hand, and whatever the answers are."""

from math import isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_bank.analysis import (
    LEAST,
    Alike,
    Doubt,
    analyse,
    discrimination,
    facility,
    point_biserial,
)

ALIKE = st.lists(
    st.builds(
        Alike,
        st.booleans(),
        st.none() | st.integers(0, 1_000),
        st.integers(min_value=1, max_value=50),
    ),
    max_size=40,
)


def ten(*right: int) -> list[Alike]:
    """Ten people, whose rates elsewhere are 0, 100 to 900 per mille; these answered rightly."""
    return [Alike(rest in right, rest, 1) for rest in range(0, 1_000, 100)]


# ------------------------------------------------------------ by hand


def test_the_figures_are_those_worked_out_by_hand() -> None:
    answers = ten(100, 700, 900)

    # 27 % of ten are 2.7: the best 900, 800 and 0.7 of 700 hold 1.7 right answers, the weakest
    # 0, 100 and 0.7 of 200 hold 1. In sums, x is 3, y 4500, y² 2850000 and xy 1700:
    # 3500 over the root of 21 times 8250000.
    assert facility(answers) == 0.3
    assert discrimination(answers) == pytest.approx(0.7 / 2.7)
    assert point_biserial(answers) == pytest.approx(0.265908, abs=1e-6)


def test_who_is_good_and_answers_rightly_makes_a_question_that_tells_them_apart() -> None:
    answers = ten(500, 600, 700, 800, 900)

    assert discrimination(answers) == 1.0
    # With x 5 and xy 3500 the other sums stay: 12500 over the root of 25 times 8250000.
    assert point_biserial(answers) == pytest.approx(0.870388, abs=1e-6)


def test_equals_at_the_line_count_in_proportion() -> None:
    # Ten at the top of whom half are right, ten at the bottom all wrong: of both 5.4 count.
    answers = [Alike(True, 800, 5), Alike(False, 800, 5), Alike(False, 200, 10)]

    assert discrimination(answers) == pytest.approx(0.5)


def test_people_without_other_answers_count_for_facility_alone() -> None:
    answers = [Alike(True, None, 7), Alike(False, None, 3)]

    assert facility(answers) == 0.7
    assert discrimination(answers) is None
    assert point_biserial(answers) is None


# ------------------------------------------------------------ whatever they are


@pytest.mark.slow
@given(ALIKE)
def test_every_figure_stays_within_its_bounds(answers: list[Alike]) -> None:
    figures = analyse(answers, {}, 0, closed=True)

    assert figures.facility is None or 0 <= figures.facility <= 1
    assert figures.discrimination is None or -1 - 1e-9 <= figures.discrimination <= 1 + 1e-9
    assert figures.point_biserial is None or -1 - 1e-9 <= figures.point_biserial <= 1 + 1e-9


@pytest.mark.slow
@given(ALIKE, st.randoms())
def test_no_order_of_the_answers_matters(answers: list[Alike], random: Random) -> None:
    shuffled = list(answers)
    random.shuffle(shuffled)

    assert analyse(answers, {}, 0, True) == analyse(shuffled, {}, 0, True)


@pytest.mark.slow
@given(ALIKE)
def test_a_key_turned_round_turns_the_sign(answers: list[Alike]) -> None:
    turned = [Alike(not one.correct, one.rest, one.count) for one in answers]
    before, after = analyse(answers, {}, 0, True), analyse(turned, {}, 0, True)

    for one, other in (
        (before.discrimination, after.discrimination),
        (before.point_biserial, after.point_biserial),
    ):
        assert (one is None) == (other is None)
        assert one is None or other is None or isclose(one, -other, abs_tol=1e-9)


@pytest.mark.slow
@given(ALIKE, st.integers(2, 5))
def test_the_same_people_several_times_over_tell_the_same(answers: list[Alike], times: int) -> None:
    more = [Alike(one.correct, one.rest, one.count * times) for one in answers]

    for figure in (facility, discrimination, point_biserial):
        one, other = figure(answers), figure(more)
        assert (one is None) == (other is None)
        assert one is None or other is None or isclose(one, other, abs_tol=1e-9)


# ------------------------------------------------------------ doubts


def some(right: int, wrong: int, best_are_right: bool = True) -> list[Alike]:
    good, weak = (900, 100) if best_are_right else (100, 900)
    return [Alike(True, good, right), Alike(False, weak, wrong)]


@pytest.mark.parametrize(
    ("answers", "wrong", "doubts"),
    [
        (some(60, 40), {"A": 40}, ()),
        (some(60, 40, best_are_right=False), {"A": 40}, (Doubt.NEGATIVE,)),
        (some(40, 60), {"A": 50, "C": 10}, (Doubt.DISTRACTOR,)),
        (some(40, 60), {"A": 30, "C": 30}, ()),
        (some(19, 81), {"A": 18}, (Doubt.HARD,)),
        (some(20, 80), {"A": 20}, ()),
        (some(96, 4), {"A": 4}, (Doubt.EASY,)),
        (some(95, 5), {"A": 5}, ()),
        (some(1, LEAST - 2), {"A": LEAST - 2}, ()),
        (some(1, LEAST - 1), {"A": LEAST - 1}, (Doubt.DISTRACTOR, Doubt.HARD)),
    ],
)
def test_a_question_is_doubted_for_a_reason_and_with_enough_answers(
    answers: list[Alike], wrong: dict[str, int], doubts: tuple[Doubt, ...]
) -> None:
    assert analyse(answers, wrong, 0, closed=True).doubts == doubts


def test_words_filled_in_wrongly_by_many_are_no_distractor() -> None:
    assert analyse(some(40, 60), {"2015": 60}, 0, closed=False).doubts == ()


def test_a_report_is_reason_enough_however_few_have_answered() -> None:
    assert analyse(some(1, 1), {}, 1, closed=True).doubts == (Doubt.REPORTED,)
