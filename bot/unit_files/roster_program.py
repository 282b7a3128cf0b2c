"""`bot import roster`: reads a file, reports, and puts its names on the units' rosters."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bot.domain import audit
from bot.domain.roster import Outcome, Roster, Unsettled
from bot.reports import CLEAN, FAULTY, UNREADABLE, content_of, print_table, reading_bar, told
from bot.unit_files import wording
from bot.unit_files.roster_reading import (
    RosterFile,
    other_headcounts,
    read_roster,
    unknown_units,
)
from quiz_bank.formats.found import Note, Unreadable

MOST_UNSETTLED = 50
"""Names that are shown because somebody has to settle them."""


@dataclass(frozen=True)
class ImportRoster:
    """One file on its way onto the rosters, all or nothing."""

    file: Path

    def rehearse(self) -> int:
        """Report on the file alone; the exit code."""
        read = self._read()
        if read is None:
            return UNREADABLE
        self._report(read)
        click.echo(wording.REHEARSED)
        return FAULTY if read.errors else CLEAN

    def perform(self, roster: Roster) -> int:
        """Report, and import if there is nothing to mend; the exit code."""
        read = self._read()
        if read is None:
            return UNREADABLE
        if not read.errors:
            known = roster.branches()
            read.errors.extend(unknown_units(read, known))
            if not read.errors:
                read.notices.extend(other_headcounts(read, known))
        self._report(read)
        if read.errors:
            return FAULTY
        _tell(roster.bring_in(read.people, audit.SYSTEM), roster.unsettled())
        return CLEAN

    def _read(self) -> RosterFile | None:
        """What the file holds; None, and the reason told, if it can't be read at all."""
        try:
            with reading_bar():
                return read_roster(content_of(self.file))
        except Unreadable as trouble:
            click.echo(told(self.file, Note(trouble.place, trouble.message)), err=True)
            return None

    def _report(self, read: RosterFile) -> None:
        click.echo(wording.ROSTER_READ.format(file=self.file.name, count=len(read.rows)))
        print_table(wording.NOTICES, read.notices)
        print_table(wording.FAULTS.format(count=len(read.errors)), read.errors)


def _tell(outcome: Outcome, unsettled: Sequence[Unsettled]) -> None:
    click.echo(
        wording.ROSTER_IMPORTED.format(
            units=outcome.units, new=outcome.new, gone=outcome.gone, same=outcome.same
        )
    )
    if unsettled:
        click.echo(wording.UNSETTLED.format(count=len(unsettled)))
        click.echo("\n".join(map(_line, unsettled[:MOST_UNSETTLED])))
    if len(unsettled) > MOST_UNSETTLED:
        click.echo(wording.MORE_UNSETTLED.format(count=len(unsettled) - MOST_UNSETTLED))


def _line(one: Unsettled) -> str:
    doubt = wording.DOUBTS[one.doubt].format(accounts=one.accounts, people=one.people)
    return wording.UNSETTLED_LINE.format(code=one.code, unit=one.unit, name=one.name, doubt=doubt)
