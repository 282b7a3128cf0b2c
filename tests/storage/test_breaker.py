"""The breaker opens after failures in a row, and lets one in at a time to see."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.storage.breaker import Breaker


class Clock:
    """The time, as the test says."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def a_breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, patience=1.0, rest=5.0, clock=clock)


def an_open_breaker(clock: Clock) -> Breaker:
    breaker = a_breaker(clock)
    for _ in range(3):
        breaker.failed(0.1)
    return breaker


def test_it_opens_at_the_third_failure_in_a_row() -> None:
    breaker = a_breaker(Clock())
    seen = []

    for _ in range(3):
        seen.append((breaker.open, breaker.admits()))
        breaker.failed(0.1)

    assert seen == [(False, True)] * 3
    assert (breaker.open, breaker.admits()) == (True, False)


def test_an_answer_in_between_begins_the_count_anew() -> None:
    breaker = a_breaker(Clock())

    for _ in range(5):
        breaker.failed(0.1)
        breaker.failed(0.1)
        breaker.succeeded()

    assert not breaker.open


def test_one_failure_that_cost_long_is_enough() -> None:
    breaker = a_breaker(Clock())

    breaker.failed(1.2)

    assert breaker.open


@pytest.mark.slow
def test_after_its_rest_exactly_one_of_many_threads_may_try() -> None:
    clock = Clock()
    breaker = an_open_breaker(clock)
    clock.now += 5.1
    together = threading.Barrier(20)

    def ask(_: int) -> bool:
        together.wait()
        return breaker.admits()

    with ThreadPoolExecutor(20) as pool:
        admitted = list(pool.map(ask, range(20)))

    assert sum(admitted) == 1


def test_a_try_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = an_open_breaker(clock)
    clock.now += 5.1

    breaker.admits()
    seen = [breaker.open]
    breaker.succeeded()
    seen.append(breaker.open)

    assert seen == [True, False]
    assert all(breaker.admits() for _ in range(3))


def test_a_try_that_fails_costs_another_rest() -> None:
    clock = Clock()
    breaker = an_open_breaker(clock)
    clock.now += 5.1
    assert breaker.admits()
    clock.now += 0.1
    breaker.failed(0.1)

    clock.now += 4.9
    assert not breaker.admits()
    clock.now += 0.2
    assert breaker.admits()


def test_whoever_dies_while_trying_does_not_close_the_door_for_ever() -> None:
    clock = Clock()
    breaker = an_open_breaker(clock)
    clock.now += 5.1
    assert breaker.admits()

    clock.now += 5.1

    assert breaker.admits()
