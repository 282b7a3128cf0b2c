"""What marks and votes come to: exact, fair to all who were judged, and nothing counts as zero."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.panel_scoring import Judged, Method, Rule, grade, standings

MEAN = Rule(70, Method.MEAN, (1,))


def table(rule: Rule, sheets: dict[tuple[int, int], list[int]], **votes: int) -> list[Judged]:
    return standings(rule, sheets, {int(name[1:]): count for name, count in votes.items()})


def test_judges_and_voters_weigh_as_announced() -> None:
    lines = table(MEAN, {(1, 1): [9], (2, 1): [8], (1, 2): [6], (2, 2): [6]}, e1=30, e2=40)

    assert lines == [
        Judged(1, 1, total=8200, judges=8500, public=7500, votes=30),
        Judged(2, 2, total=7200, judges=6000, public=10000, votes=40),
    ]


def test_criteria_weigh_as_announced() -> None:
    assert grade([10, 4], [3, 1]) == Fraction(17, 2)


def test_a_mark_that_was_not_given_counts_neither_for_nor_against() -> None:
    both = table(MEAN, {(1, 1): [8], (2, 1): [8], (1, 2): [8]}, e1=5, e2=5)

    assert [line.rank for line in both] == [1, 1]
    assert table(MEAN, {(1, 1): [8]}, e1=0)[0].total == 5600
    assert table(MEAN, {}) == []


def test_the_best_and_the_worst_are_left_out_where_there_are_three() -> None:
    trimmed = Rule(100, Method.TRIMMED, (1,))
    sheets = {(judge, 1): [mark] for judge, mark in enumerate([1, 7, 8, 10])}

    assert table(trimmed, sheets)[0].judges == 7500
    assert table(trimmed, {(1, 1): [2], (2, 1): [4]})[0].judges == 3000


def test_a_harsh_judge_harms_nobody_where_marks_are_levelled() -> None:
    # The first two are judged by the harsh one, the others by the mild one, alike in all else.
    sheets = {(1, 1): [2], (1, 2): [4], (2, 3): [8], (2, 4): [10]}

    plain = {line.entry: line.judges for line in table(Rule(100, Method.MEAN, (1,)), sheets)}
    level = {line.entry: line.judges for line in table(Rule(100, Method.ZSCORE, (1,)), sheets)}

    assert plain[2] < plain[3]
    assert level[1] == level[3]
    assert level[2] == level[4]
    same = {(1, 1): [7], (1, 2): [7], (2, 1): [7], (2, 2): [7]}
    assert {line.judges for line in table(Rule(100, Method.ZSCORE, (1,)), same)} == {7000}


def test_who_ties_in_points_stands_where_the_judges_say() -> None:
    lines = table(Rule(50, Method.MEAN, (1,)), {(1, 1): [5], (1, 2): [10]}, e1=10, e2=5)

    assert [(line.entry, line.total) for line in lines] == [(2, 7500), (1, 7500)]
    assert [line.rank for line in lines] == [1, 2]


@pytest.mark.slow
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 4), st.integers(1, 5)),
        st.lists(st.integers(1, 10), min_size=2, max_size=2),
        min_size=1,
    ),
    st.sampled_from([Method.MEAN, Method.TRIMMED]),
)
def test_a_better_mark_never_lowers_an_entry(
    sheets: dict[tuple[int, int], list[int]], method: Method
) -> None:
    rule = Rule(60, method, (2, 1))
    place = next(iter(sheets))
    better = sheets | {place: [10, 10]}

    def total(some: dict[tuple[int, int], list[int]]) -> int:
        return next(line.total for line in standings(rule, some, {}) if line.entry == place[1])

    assert total(better) >= total(sheets)
    assert all(0 <= line.judges <= 10_000 for line in standings(rule, sheets, {}))
