"""When a question comes back: days grow with right answers, and begin anew with a wrong one."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.spacing import Memory, remember

MONDAY = date(2026, 12, 7)


def days_between(*answers: bool) -> list[int]:
    """In how many days the question comes back after each answer, given on the day it is due."""
    memory: Memory | None = None
    today, days = MONDAY, []
    for right in answers:
        memory, due_on = remember(memory, right, today)
        days.append((due_on - today).days)
        today = due_on
    return days


def test_after_the_first_right_answer_it_comes_back_in_a_few_days_and_then_much_later() -> None:
    assert days_between(True, True, True) == [2, 11, 46]


def test_after_a_wrong_answer_it_comes_back_soon() -> None:
    assert days_between(False) == [1]
    assert days_between(True, True, True, False)[-1] <= 7


def test_what_was_forgotten_once_comes_back_sooner_than_what_was_always_known() -> None:
    assert days_between(False, True, True)[-1] < days_between(True, True, True)[-1]


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_it_always_comes_back_on_another_day_and_without_chance(answers: list[bool]) -> None:
    days = days_between(*answers)

    assert all(day >= 1 for day in days)
    assert days == days_between(*answers)


@given(st.integers(0, 400), st.booleans())
def test_practised_early_or_late_it_is_measured_all_the_same(later: int, right: bool) -> None:
    memory, _ = remember(None, True, MONDAY)

    after, due_on = remember(memory, right, MONDAY + timedelta(days=later))

    assert after.stability > 0
    assert 1 <= after.difficulty <= 10
    assert due_on > MONDAY + timedelta(days=later)


def test_nothing_waits_or_looks_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's cards sleep a millisecond to be given an id; ours have one."""

    def forbidden(*_: object) -> None:
        raise AssertionError("it waits")

    monkeypatch.setattr(time, "sleep", forbidden)

    remember(remember(None, False, MONDAY)[0], True, MONDAY)
