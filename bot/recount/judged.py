"""The part of the pack that is there when judges have judged: their marks, and what came of them.

Who gave which marks, the pack does not say: judges have numbers in it.
"""

from collections.abc import Iterable
from pathlib import Path

from bot.domain.entries import number_of
from bot.domain.panel_plan import PanelPlan
from bot.domain.panels import Panels
from bot.domain.verdicts import Comparisons, Marks
from bot.recount import wording
from bot.recount.tables import as_csv

_PROGRAM = Path(__file__).with_name("judged.txt")
_PROGRAM_OF_PAIRS = Path(__file__).with_name("paired.txt")


def judged(panels: Panels, round_id: int) -> Iterable[tuple[str, bytes]]:
    """The files by their names; none where the votes alone made the result."""
    plan, table = panels.of(round_id).plan, panels.table(round_id)
    if plan is None or table is None:
        return
    criteria = " ".join(str(one.weight) for one in plan.criteria)
    rule = [["method", plan.method], ["weight", str(plan.weight)], ["criteria", criteria]]
    lines = [
        list(map(str, (one.rank, number_of(one.entry), one.total, one.judges, one.public)))
        for one in (line.judged for line in table)
    ]
    yield wording.JUDGED_FILE, wording.judged_readme(plan).encode()
    yield "judged.csv", as_csv(wording.JUDGED, lines)
    match panels.verdicts(round_id):
        case Marks() as said:
            yield "marks.csv", _marks(said, plan)
            yield "judged.py", _PROGRAM.read_bytes()
        case Comparisons() as said:
            numbers = " ".join(map(str, sorted(map(number_of, said.entries))))
            rule.append(["entries", numbers])
            yield "comparisons.csv", _comparisons(said)
            yield "judged.py", _PROGRAM_OF_PAIRS.read_bytes()
    yield "panel.csv", as_csv(wording.RULE, rule)


def _marks(said: Marks, plan: PanelPlan) -> bytes:
    lines = [
        [str(seat), str(number_of(entry)), *map(str, given)]
        for (seat, entry), given in sorted(said.sheets.items())
    ]
    return as_csv((*wording.MARKS, *(one.title for one in plan.criteria)), lines)


def _comparisons(said: Comparisons) -> bytes:
    lines = [
        [str(seat), str(number_of(better)), str(number_of(first + second - better))]
        for (seat, first, second), better in sorted(said.better.items())
        if better
    ]
    return as_csv(wording.COMPARISONS, lines)
