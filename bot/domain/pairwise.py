"""Comparing two at a time: who compares which pairs, and the strengths that it comes to.

Strengths are those of Bradley and Terry, found by the MM algorithm (Hunter 2004, "MM algorithms
for generalized Bradley-Terry models", Annals of Statistics 32). choix has it too, and brings
numpy and scipy along to every installation; in plain Python, whose arithmetic is the same on each
machine, a stranger comes to the same digits with the thirty lines of bot/recount/paired.txt.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

Pair = tuple[int, int]
NOTIONAL = 1
"""Comparisons won, and lost, against an entry of strength 1 that is none: each has as many.
Without them who won, or lost, all of them would have no strength at all."""
_CLOSE, _MOST_STEPS = 1e-13, 20_000


def strengths(wins: Mapping[Pair, int], entries: Iterable[int] = ()) -> dict[int, float]:
    """The strength of each entry, by how often the first of a pair was found better.

    Those of `entries` that were compared with none have strength 1, of which nothing is known.
    """
    won: Counter[int] = Counter()
    met: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for (better, other), times in sorted(wins.items()):
        won[better] += times
        met[better][other] += times
        met[other][better] += times
    now = dict.fromkeys(sorted({*met, *entries}), 1.0)
    for _ in range(_MOST_STEPS):
        then = now
        now = {one: _stronger(one, won[one], met[one], then) for one in then}
        if all(abs(now[one] - then[one]) <= _CLOSE * then[one] for one in now):
            break
    return now


def points(wins: Mapping[Pair, int], entries: Iterable[int] = ()) -> dict[int, int]:
    """In hundredths of a point: how likely each is found better than an entry of strength 1."""
    # Rounded twice, so that the last bits of a number decide nothing.
    return {
        one: round(round(10_000 * strength / (1 + strength), 6))
        for one, strength in strengths(wins, entries).items()
    }


def _stronger(one: int, won: int, met: Mapping[int, int], then: Mapping[int, float]) -> float:
    share = 2 * NOTIONAL / (then[one] + 1)
    for other, times in sorted(met.items()):
        share += times / (then[one] + then[other])
    return (won + NOTIONAL) / share


def paired(
    judges_of: Mapping[int, Sequence[int]],
    times: int,
    place: Callable[[int, int], bytes],
) -> list[tuple[int, int, int]]:
    """Who compares which two: judge, and the entries, the smaller number first.

    `judges_of` says who may see an entry; each is compared `times` times, or once more, as far as
    there are judges who may see both. The entries stand in a ring, once for two comparisons, each
    time in another order by `place`: so all are compared with all others by way of some.
    """
    load: Counter[int] = Counter()
    given: dict[tuple[int, int, int], None] = {}
    for pair in _rings(list(judges_of), times, place):
        _give(given, load, judges_of, pair, place)
    while bridge := _bridge(judges_of, parts(judges_of, (pair[1:] for pair in given))):
        _give(given, load, judges_of, bridge, place)
    return list(given)


def parts(entries: Iterable[int], pairs: Iterable[Sequence[int]]) -> list[set[int]]:
    """The entries in parts that no comparison joins, the largest first."""
    part_of = {entry: {entry} for entry in entries}
    for one, other in pairs:
        joined = part_of[one] | part_of[other]
        if len(joined) > len(part_of[one]):
            part_of |= dict.fromkeys(joined, joined)
    distinct = {id(part): part for part in part_of.values()}
    return sorted(distinct.values(), key=lambda part: (-len(part), min(part)))


def _rings(
    entries: Sequence[int], times: int, place: Callable[[int, int], bytes]
) -> Iterator[Pair]:
    for lap in range((times + 1) // 2):
        ring = sorted(entries, key=lambda entry: place(-lap, entry))
        yield from zip(ring, [*ring[1:], *ring[:1]], strict=True)


def _give(
    given: dict[tuple[int, int, int], None],
    load: Counter[int],
    judges_of: Mapping[int, Sequence[int]],
    pair: Pair,
    place: Callable[[int, int], bytes],
) -> None:
    """Give the pair to whom has least to do, if somebody may see both and has not got it yet."""
    first, second = sorted(pair)
    free = [
        judge
        for judge in judges_of[first]
        if judge in judges_of[second] and (judge, first, second) not in given
    ]
    if free and first != second:
        judge = min(free, key=lambda one: (load[one], place(one, first)))
        load[judge] += 1
        given[judge, first, second] = None


def _bridge(judges_of: Mapping[int, Sequence[int]], apart: Sequence[set[int]]) -> Pair | None:
    """Two entries of different parts that somebody may compare; None where there are none."""
    for one_part, other_part in combinations(apart, 2):
        for two in product(sorted(one_part), sorted(other_part)):
            if set(judges_of[two[0]]) & set(judges_of[two[1]]):
                return two
    return None
