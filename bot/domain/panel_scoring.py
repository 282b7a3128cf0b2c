"""What a panel's marks come to, in exact numbers, so that a stranger comes to the same.

Points go from 0 to 100 and are counted in hundredths. The independent program in the recount pack
(bot/recount/judged.txt) says the same once more.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

FULL = 10
"""The best mark; the least is 1."""


class Method(StrEnum):
    """How the marks of several judges become one."""

    MEAN = "mean"
    TRIMMED = "trimmed"
    """The mean without the best and the worst."""
    ZSCORE = "zscore"
    """The mean of what each judge gives measured by that judge's own mean and spread, put on the
    scale of the whole panel: a harsh judge harms nobody."""
    PAIRWISE = "pairwise"
    """No marks: each judge says which of two is better (bot/domain/pairwise.py)."""


@dataclass(frozen=True)
class Rule:
    """What is announced before the voting ends."""

    weight: int
    """Of the judges, in hundredths; the rest is the public vote's."""
    method: Method
    criteria: tuple[int, ...]
    """The weight of each criterion."""


@dataclass(frozen=True)
class Judged:
    """What an entry came to, in hundredths of a point."""

    rank: int
    entry: int
    total: int
    judges: int
    public: int
    votes: int


Sheets = Mapping[tuple[int, int], Sequence[int]]
"""The marks that a judge gave an entry, by judge and entry; whole sheets alone."""


def standings(rule: Rule, sheets: Sheets, votes: Mapping[int, int]) -> list[Judged]:
    """The entries that were judged, the best first; who ties in points is where the judges say.

    Whoever did not judge an entry counts neither for nor against it.
    """
    panel = {entry: _hundredths(points) for entry, points in _of_panel(rule, sheets).items()}
    return combined(rule, panel, votes)


def combined(rule: Rule, panel: Mapping[int, int], votes: Mapping[int, int]) -> list[Judged]:
    """The same by what judges gave each entry, in hundredths of a point."""
    most = max((votes.get(entry, 0) for entry in panel), default=0)
    lines = []
    for entry, judges in panel.items():
        public = round(Fraction(10_000 * votes.get(entry, 0), most)) if most else 0
        total = round(Fraction(rule.weight * judges + (100 - rule.weight) * public, 100))
        lines.append(Judged(0, entry, total, judges, public, votes.get(entry, 0)))
    lines.sort(key=lambda line: (-line.total, -line.judges, line.entry))
    return _ranked(lines)


def mean(values: Sequence[Fraction]) -> Fraction:
    """Their mean; at least one."""
    return sum(values, Fraction()) / len(values)


def spread(values: Sequence[Fraction]) -> Fraction:
    """Their standard deviation, to 28 digits."""
    middle = mean(values)
    variance = mean([(value - middle) ** 2 for value in values])
    return Fraction((Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt())


def grade(marks: Sequence[int], weights: Sequence[int]) -> Fraction:
    """A sheet as one mark: its criteria weighed."""
    weighed = sum(mark * weight for mark, weight in zip(marks, weights, strict=True))
    return Fraction(weighed, sum(weights))


def _of_panel(rule: Rule, sheets: Sheets) -> dict[int, Fraction]:
    grades = {place: grade(marks, rule.criteria) for place, marks in sheets.items()}
    if rule.method is Method.ZSCORE and grades:
        grades = _levelled(grades)
    by_entry: defaultdict[int, list[Fraction]] = defaultdict(list)
    for (_, entry), given in grades.items():
        by_entry[entry].append(given)
    trims = rule.method is Method.TRIMMED
    return {
        entry: mean(sorted(given)[1:-1] if trims and len(given) > 2 else given)
        for entry, given in by_entry.items()
    }


def _levelled(grades: Mapping[tuple[int, int], Fraction]) -> dict[tuple[int, int], Fraction]:
    """Each grade as far from the panel's mean as it was from its judge's, by their spreads."""
    by_judge: defaultdict[int, list[Fraction]] = defaultdict(list)
    for (judge, _), given in grades.items():
        by_judge[judge].append(given)
    own = {judge: (mean(given), spread(given)) for judge, given in by_judge.items()}
    middle, width = mean(list(grades.values())), spread(list(grades.values()))
    levelled = {}
    for (judge, entry), given in grades.items():
        own_middle, own_width = own[judge]
        # Who gives everybody the same says nothing about anybody.
        apart = (given - own_middle) / own_width if own_width else Fraction()
        levelled[judge, entry] = middle + width * apart
    return levelled


def _hundredths(points: Fraction) -> int:
    return round(points * 10_000 / FULL)


def _ranked(lines: Sequence[Judged]) -> list[Judged]:
    ranked: list[Judged] = []
    for place, line in enumerate(lines, start=1):
        before = ranked[-1] if ranked else None
        shares = before and (before.total, before.judges) == (line.total, line.judges)
        rank = before.rank if before and shares else place
        ranked.append(Judged(rank, line.entry, line.total, line.judges, line.public, line.votes))
    return ranked
