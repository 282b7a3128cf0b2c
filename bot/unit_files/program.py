"""`bot import units`: reads a file, reports, and brings the units into the register."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bot.domain import audit
from bot.domain.unit_import import Missing, Outcome, UnitImport
from bot.reports import CLEAN, FAULTY, UNREADABLE, content_of, print_table, reading_bar, told
from bot.unit_files import wording
from bot.unit_files.checking import circle_errors, parents_elsewhere, tree_errors
from bot.unit_files.reading import UnitFile, read_units
from quiz_bank.formats.found import Note, Unreadable

MOST_MISSING = 20
"""Units that are named because the file has not got them."""


@dataclass(frozen=True)
class ImportUnits:
    """One file on its way into the register, all or nothing."""

    file: Path

    def rehearse(self) -> int:
        """Report on the file alone; the exit code."""
        read = self._read()
        if read is None:
            return UNREADABLE
        if not read.errors:
            read.errors.extend(circle_errors(read, {}))
            read.notices.extend(parents_elsewhere(read))
        self._report(read)
        click.echo(wording.REHEARSED)
        return FAULTY if read.errors else CLEAN

    def perform(self, register: UnitImport) -> int:
        """Report, and import if there is nothing to mend; the exit code."""
        read = self._read()
        if read is None:
            return UNREADABLE
        if not read.errors:
            read.errors.extend(tree_errors(read, register.known()))
        self._report(read)
        if read.errors:
            return FAULTY
        _tell(register.bring_in(read.units, audit.SYSTEM), len(read.rows))
        return CLEAN

    def _read(self) -> UnitFile | None:
        """What the file holds; None, and the reason told, if it can't be read at all."""
        try:
            with reading_bar():
                return read_units(content_of(self.file))
        except Unreadable as trouble:
            click.echo(told(self.file, Note(trouble.place, trouble.message)), err=True)
            return None

    def _report(self, read: UnitFile) -> None:
        click.echo(wording.READ.format(file=self.file.name, count=len(read.rows)))
        print_table(wording.NOTICES, read.notices)
        print_table(wording.FAULTS.format(count=len(read.errors)), read.errors)


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
