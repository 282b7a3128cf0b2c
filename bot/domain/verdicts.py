"""Verdicts: all that the judges of a round have said, be it marks or which of two is better."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from json import dumps

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.pairwise import Pair, parts, points
from bot.domain.panel_plan import PanelPlan
from bot.domain.panel_scoring import (
    Judged,
    Method,
    Rule,
    combined,
    grade,
    mean,
    spread,
    standings,
)
from bot.storage.tables import PanelCriterion, PanelMark, PanelPair, PanelSheet

TELLING = 3
"""Sheets of a judge from which on a mean says something."""


@dataclass(frozen=True)
class Drift:
    """How a judge marks, beside others; nothing while it would say little."""

    mean: Fraction | None = None
    """On the scale of the marks."""
    spread: Fraction | None = None
    apart: Fraction | None = None
    """By how much the marks are above those of others for the same entries."""


@dataclass(frozen=True)
class Marks:
    """The marks of each whole sheet by judge and entry, in the order of the criteria."""

    sheets: Mapping[tuple[int, int], Sequence[int]]
    given_out: Counter[int]
    """How many sheets each judge has got."""

    @property
    def done(self) -> Counter[int]:
        """How many sheets each judge has filled in."""
        return Counter(judge for judge, _ in self.sheets)

    @property
    def digest(self) -> str:
        """One hash of all of them, by which the trail knows them again."""
        return _digest([[*place, *marks] for place, marks in sorted(self.sheets.items())])

    def drifts(self, rule: Rule) -> dict[int, Drift]:
        """How each judge differs from others."""
        grades = {place: grade(marks, rule.criteria) for place, marks in self.sheets.items()}
        return {judge: _drift(judge, grades) for judge in self.done}

    def by_seat(self, seats: Mapping[int, int]) -> "Marks":
        """The same by the seats of the judges."""
        sheets = {(seats[judge], entry): marks for (judge, entry), marks in self.sheets.items()}
        return Marks(sheets, Counter())

    def lacking(self, entries: Collection[int], plan: PanelPlan) -> list[int]:
        """Those of these entries that too few have marked for a result."""
        given = Counter(entry for _, entry in self.sheets)
        return sorted(entry for entry in entries if given[entry] < plan.least)

    def standings(self, rule: Rule, votes: Mapping[int, int]) -> list[Judged]:
        """What marks and votes come to."""
        return standings(rule, self.sheets, votes)


@dataclass(frozen=True)
class Comparisons:
    """The better of two, by judge and both; None where nothing was said yet."""

    better: Mapping[tuple[int, int, int], int | None]
    entries: Collection[int]
    """All that take part: also those whose rivals were all taken back before anybody compared."""

    @property
    def given_out(self) -> Counter[int]:
        """How many pairs each judge has got."""
        return Counter(judge for judge, *_ in self.better)

    @property
    def done(self) -> Counter[int]:
        """Of how many pairs each judge has said which is better."""
        return Counter(judge for (judge, *_), better in self.better.items() if better)

    @property
    def digest(self) -> str:
        """One hash of all of them, by which the trail knows them again."""
        return _digest([[*pair, better] for pair, better in sorted(self.better.items()) if better])

    def drifts(self, rule: Rule) -> dict[int, Drift]:
        """Nothing: who compares is neither mild nor harsh."""
        return {}

    def by_seat(self, seats: Mapping[int, int]) -> "Comparisons":
        """The same by the seats of the judges."""
        return Comparisons(
            {
                (seats[judge], first, second): better
                for (judge, first, second), better in self.better.items()
            },
            self.entries,
        )

    def lacking(self, entries: Collection[int], plan: PanelPlan) -> list[int]:
        """Those of these entries that no comparison joins with most others, though one could."""
        said = {pair[1:] for pair, better in self.better.items() if better}
        could = {
            entry
            for (_, *two), better in self.better.items()
            if not better and set(two) <= set(entries)
            for entry in two
        }
        joined = {entry for two in said for entry in two} | set(entries)
        apart = parts(joined, said)
        lost = {entry for part in apart[1:] for entry in part}
        if apart and len(apart[0]) == 1:
            lost = joined
        return sorted(lost & could & set(entries))

    def wins(self) -> dict[Pair, int]:
        """How often the first of a pair was found better than the second."""
        return Counter(
            (better, first if better == second else second)
            for (_, first, second), better in self.better.items()
            if better
        )

    def standings(self, rule: Rule, votes: Mapping[int, int]) -> list[Judged]:
        """What comparisons and votes come to."""
        return combined(rule, points(self.wins(), self.entries), votes)


def verdicts_of(session: Session, round_id: int, plan: PanelPlan) -> Marks | Comparisons:
    """All that was said."""
    if plan.method is Method.PAIRWISE:
        pairs = select(PanelPair).where(PanelPair.round_id == round_id)
        better = {
            (row.staff_id, row.first_id, row.second_id): row.better_id
            for row in session.scalars(pairs.execution_options(populate_existing=True))
        }
        seen = select(PanelSheet.motto_id).where(PanelSheet.round_id == round_id).distinct()
        return Comparisons(better, set(session.scalars(seen)))
    given_out = select(PanelSheet.staff_id).where(PanelSheet.round_id == round_id)
    return Marks(_whole_sheets(session, round_id), Counter(session.scalars(given_out)))


def _whole_sheets(session: Session, round_id: int) -> dict[tuple[int, int], list[int]]:
    rows = session.execute(
        select(PanelMark.staff_id, PanelMark.motto_id, PanelMark.mark)
        .where(PanelMark.round_id == round_id)
        .order_by(PanelMark.staff_id, PanelMark.motto_id, PanelMark.place)
    )
    sheets: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for judge, entry, mark in rows:
        sheets[judge, entry].append(mark)
    count = select(func.count()).where(PanelCriterion.round_id == round_id)
    whole = session.scalar(count)
    return {place: marks for place, marks in sheets.items() if len(marks) == whole}


def _drift(judge: int, grades: Mapping[tuple[int, int], Fraction]) -> Drift:
    own = {entry: given for (who, entry), given in grades.items() if who == judge}
    if len(own) < TELLING:
        return Drift()
    others: defaultdict[int, list[Fraction]] = defaultdict(list)
    for (who, entry), given in grades.items():
        if who != judge:
            others[entry].append(given)
    gaps = [given - mean(others[entry]) for entry, given in own.items() if others[entry]]
    values = list(own.values())
    return Drift(mean(values), spread(values), mean(gaps) if gaps else None)


def _digest(lines: Sequence[Sequence[int | None]]) -> str:
    return sha256(dumps(lines).encode()).hexdigest()
