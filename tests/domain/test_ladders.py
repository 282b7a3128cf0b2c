"""Ladders: a long one is counted once for half a minute, a short one each time."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ladders import LONG, Ladder, Ladders, Scope
from tests.builders import NOON

EVERYBODY = Scope(1, None)
RUNG = st.tuples(st.integers(0, 9), st.integers(1, 5), st.integers(1, 30))


@pytest.mark.slow
@given(st.lists(RUNG, unique_by=lambda rung: rung[:2]), st.integers(0, 9), st.integers(1, 5))
def test_above_a_rung_stand_all_with_more_points_or_days(
    rungs: list[tuple[int, int, int]], points: int, days: int
) -> None:
    ladder = Ladder(rungs)

    assert ladder.people == sum(people for *_, people in rungs)
    assert ladder.above(points, days) == sum(n for p, d, n in rungs if (p, d) > (points, days))


def counting(*people: int) -> tuple[Callable[[], Ladder], Mock]:
    count = Mock(side_effect=[Ladder([(10, 1, n)]) for n in people])
    return count, count


def test_a_long_ladder_is_kept_for_half_a_minute() -> None:
    ladders, (count, counted) = Ladders(), counting(LONG + 1, LONG + 2)

    first = ladders.of(EVERYBODY, NOON, count)
    again = ladders.of(EVERYBODY, NOON + timedelta(seconds=29), count)
    later = ladders.of(EVERYBODY, NOON + timedelta(seconds=30), count)

    assert [first.people, again.people, later.people] == [LONG + 1, LONG + 1, LONG + 2]
    assert counted.call_count == 2


def test_a_short_ladder_is_always_the_latest() -> None:
    ladders, (count, _) = Ladders(), counting(2, 3)

    assert ladders.of(EVERYBODY, NOON, count).people == 2
    assert ladders.of(EVERYBODY, NOON, count).people == 3


def test_a_district_has_a_ladder_of_its_own() -> None:
    ladders, (count, _) = Ladders(), counting(LONG + 1, LONG + 2)

    ladders.of(EVERYBODY, NOON, count)

    assert ladders.of(Scope(1, 7), NOON, count).people == LONG + 2
