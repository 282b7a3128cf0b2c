"""`bot import units`: reads a file, reports, and brings the units into the register."""

from collections.abc import Sequence

import click

from bot.domain import audit
from bot.domain.unit_import import Brought, Missing, Outcome, UnitImport
from bot.reports import CLEAN, FAULTY, UNREADABLE
from bot.unit_files import wording
from bot.unit_files.bringing import Bringing
from bot.unit_files.checking import circle_errors, parents_elsewhere, tree_errors
from bot.unit_files.reading import UnitFile, read_units

MOST_MISSING = 20
"""Units that are named because the file has not got them."""


class ImportUnits(Bringing[Brought]):
    """One file on its way into the register."""

    def perform(self, register: UnitImport) -> int:
        """Report, and import if there is nothing to mend; the exit code."""
        held = self._read()
        if held is None:
            return UNREADABLE
        if not held.errors:
            held.errors.extend(tree_errors(held, register.known()))
        self._report(held)
        if held.errors:
            return FAULTY
        _tell(register.bring_in(held.said, audit.SYSTEM), len(held.rows))
        return CLEAN

    def _held_by(self, content: bytes) -> UnitFile:
        return read_units(content)

    def _counted(self, name: str, count: int) -> str:
        return wording.READ.format(file=name, count=count)

    def _check_alone(self, held: UnitFile) -> None:
        held.errors.extend(circle_errors(held, {}))
        held.notices.extend(parents_elsewhere(held))


def _tell(outcome: Outcome, count: int) -> None:
    click.echo(
        wording.IMPORTED.format(
            count=count, new=outcome.new, changed=outcome.changed, same=outcome.same
        )
    )
    if outcome.missing:
        click.echo(wording.MISSING.format(count=len(outcome.missing)))
        # Those that members belong to first: they are what somebody may want to look into.
        click.echo("\n".join(_lines(sorted(outcome.missing, key=lambda unit: -unit.members))))


def _lines(missing: Sequence[Missing]) -> list[str]:
    lines = [
        (wording.MISSING_LINE_WITH_MEMBERS if unit.members else wording.MISSING_LINE).format(
            code=unit.code, name=unit.name, members=unit.members
        )
        for unit in missing[:MOST_MISSING]
    ]
    if len(missing) > MOST_MISSING:
        lines.append(wording.MORE_MISSING.format(count=len(missing) - MOST_MISSING))
    return lines
