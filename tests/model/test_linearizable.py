"""The checker of histories accepts what can have happened, and nothing else."""

from math import inf

import pytest

from tests.model.linearizable import (
    Answer,
    Asks,
    Call,
    Says,
    members_who_saw_the_impossible,
)

LIMIT = 3


def vote(number: int, made: float, answered: float, answer: Answer | None = Says.VOTED) -> Call:
    return Call("zhang", Asks.VOTE, number, made, answered, answer)


def take_back(number: int, made: float, answered: float, answer: Answer | None) -> Call:
    return Call("zhang", Asks.TAKE_BACK, number, made, answered, answer)


def voted_for(numbers: set[int], made: float, answered: float) -> Call:
    return Call("zhang", Asks.LIST, 0, made, answered, frozenset(numbers))


def set_aside(number: int, made: float, answered: float) -> Call:
    return Call(None, Asks.SET_ASIDE, number, made, answered, Says.DONE)


def admit(number: int, made: float, answered: float) -> Call:
    return Call(None, Asks.ADMIT, number, made, answered, Says.DONE)


POSSIBLE = {
    "nothing": [],
    "three votes": [vote(1, 0, 1), vote(2, 2, 3), vote(3, 4, 5), vote(4, 6, 7, Says.SPENT)],
    "twice at once": [vote(1, 0, 9), vote(1, 1, 8, Says.ALREADY)],
    "a place made free at once": [
        *(vote(n, n, n + 0.5) for n in (1, 2, 3)),
        vote(4, 5, 9),
        take_back(1, 6, 8, Says.TAKEN_BACK),
    ],
    "unheard and done": [vote(1, 0, inf, None), vote(1, 5, 6, Says.ALREADY)],
    "unheard and not done": [vote(1, 0, inf, None), vote(1, 5, 6)],
    "unheard and done late": [vote(1, 0, inf, None), voted_for(set(), 1, 2), voted_for({1}, 3, 4)],
    "reworded meanwhile": [vote(1, 0, 5), set_aside(1, 1, 4), voted_for(set(), 6, 7)],
    "reworded, then approved": [
        set_aside(1, 0, 1), vote(1, 2, 3, Says.NO_SUCH), admit(1, 4, 5), vote(1, 6, 7),
    ],
}  # fmt: skip
IMPOSSIBLE = {
    "a fourth vote": [vote(n, n, n + 0.5) for n in (1, 2, 3, 4)],
    "two successes for one vote": [vote(1, 0, 9), vote(1, 1, 8)],
    "a vote that vanished": [vote(1, 0, 1), voted_for(set(), 2, 3)],
    "a vote nobody gave": [voted_for({1}, 0, 1)],
    "no votes left while there were": [vote(1, 0, 1), vote(2, 2, 3, Says.SPENT)],
    "already voted, before the vote": [vote(1, 0, 1, Says.ALREADY), vote(1, 2, 3)],
    "taken back twice": [
        vote(1, 0, 1), take_back(1, 2, 9, Says.TAKEN_BACK), take_back(1, 3, 8, Says.TAKEN_BACK),
    ],
    "unheard, done and undone": [
        vote(1, 0, inf, None), voted_for({1}, 1, 2), voted_for(set(), 3, 4),
    ],
    "a vote that outlived the words": [vote(1, 0, 1), set_aside(1, 2, 3), voted_for({1}, 4, 5)],
    "a vote for words that were gone": [set_aside(1, 0, 1), vote(1, 2, 3)],
}  # fmt: skip


@pytest.mark.parametrize("calls", POSSIBLE.values(), ids=POSSIBLE)
def test_what_can_have_happened_fits_a_row(calls: list[Call]) -> None:
    assert members_who_saw_the_impossible(calls, LIMIT) == []


@pytest.mark.parametrize("calls", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_have_happened_fits_none(calls: list[Call]) -> None:
    assert members_who_saw_the_impossible(calls, LIMIT) == ["zhang"]


def test_each_member_has_a_row_of_their_own() -> None:
    history = [vote(1, 0, 1), Call("li", Asks.VOTE, 1, 2, 3, Says.ALREADY)]

    assert members_who_saw_the_impossible(history, LIMIT) == ["li"]


def test_an_entry_that_was_closed_at_first_takes_no_votes_until_it_is_admitted() -> None:
    history = [vote(1, 0, 1, Says.NO_SUCH), admit(1, 2, 3), vote(1, 4, 5)]

    assert members_who_saw_the_impossible(history, LIMIT, closed=[1]) == []
    assert members_who_saw_the_impossible(history, LIMIT) == ["zhang"]


@pytest.mark.slow
def test_twelve_calls_at_once_are_decided_at_once() -> None:
    history = [vote(n % 6, 0, 9, None) for n in range(11)] + [voted_for({1, 2, 3, 4}, 0, 9)]

    assert members_who_saw_the_impossible(history, LIMIT) == ["zhang"]
