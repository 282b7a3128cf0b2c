"""Comparing two at a time: the likeliest strengths, and pairs that hang together."""

from collections import Counter
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.giving_out import place_of
from bot.domain.pairwise import NOTIONAL, paired, parts, points, strengths

SEED = bytes(range(16))
place = partial(place_of, SEED)
entries = st.integers(1, 6)
a_pair = st.tuples(entries, entries).filter(lambda pair: pair[0] != pair[1])


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.dictionaries(a_pair, st.integers(1, 5), min_size=1, max_size=12))
def test_no_other_strengths_make_what_was_said_likelier(wins: dict[tuple[int, int], int]) -> None:
    found = strengths(wins)

    # The likelihood is concave: where it no longer rises in any direction it is the greatest.
    for one, strength in found.items():
        won = sum(times for (better, _), times in wins.items() if better == one)
        due = 2 * NOTIONAL * strength / (strength + 1)
        for pair, times in wins.items():
            if one in pair:
                due += times * strength / (found[pair[0]] + found[pair[1]])
        assert due == pytest.approx(won + NOTIONAL, rel=1e-7)


@pytest.mark.slow
def test_known_cases() -> None:
    assert points({}) == {}
    assert points({(1, 2): 1}, entries=[2, 3]) == {1: 6290, 2: 3710, 3: 5000}
    assert points({(1, 2): 1, (2, 3): 1, (3, 1): 1}) == {1: 5000, 2: 5000, 3: 5000}
    # The weaker has one over the stronger's, which is the root of p³ = p² + 2.
    assert strengths({(1, 2): 1})[1] == pytest.approx(1.6956208)
    assert points({(1, 2): 1}) == {1: 6290, 2: 3710}
    more = [points({(1, 2): times})[1] for times in (1, 2, 10, 100)]
    assert more == sorted(more)
    assert more[-1] < 10_000


@st.composite
def panels(draw: st.DrawFn) -> dict[int, list[int]]:
    """Who may see which entry: everybody but those of its district."""
    judges = draw(st.dictionaries(st.integers(1, 5), st.integers(1, 3), min_size=1))
    return {
        entry: [judge for judge, own in sorted(judges.items()) if own != district]
        for entry, district in enumerate(draw(st.lists(st.integers(1, 4), max_size=8)), start=1)
    }


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(panels(), st.integers(2, 5))
def test_pairs_respect_recusal_and_join_all_that_can_be_joined(
    judges_of: dict[int, list[int]], times: int
) -> None:
    pairs = paired(judges_of, times, place)

    assert len(set(pairs)) == len(pairs)
    for judge, first, second in pairs:
        assert first < second
        assert judge in judges_of[first]
        assert judge in judges_of[second]
    possible = [
        (one, other)
        for one in judges_of
        for other in judges_of
        if one < other and set(judges_of[one]) & set(judges_of[other])
    ]
    assert parts(judges_of, (two for _, *two in pairs)) == parts(judges_of, possible)


def test_the_work_is_shared_evenly_and_each_is_compared_as_often_as_announced() -> None:
    pairs = paired({entry: [1, 2, 3, 4] for entry in range(1, 31)}, 6, place)

    assert set(Counter(judge for judge, *_ in pairs).values()) <= {22, 23}
    assert set(Counter(entry for _, *two in pairs for entry in two).values()) == {6}
