"""`bot import roster`: reads a file, reports, and puts its names on the units' rosters."""

from collections.abc import Sequence

import click

from bot.domain import audit
from bot.domain.roster import Listed, Outcome, Roster, Unsettled
from bot.reports import CLEAN, FAULTY, UNREADABLE
from bot.unit_files import wording
from bot.unit_files.bringing import Bringing
from bot.unit_files.roster_reading import RosterFile, check_against, read_roster

MOST_UNSETTLED = 50
"""Names that are shown because somebody has to settle them."""


class ImportRoster(Bringing[Listed]):
    """One file on its way onto the rosters."""

    def perform(self, roster: Roster) -> int:
        """Report, and import if there is nothing to mend; the exit code."""
        held = self._read()
        if held is None:
            return UNREADABLE
        if not held.errors:
            check_against(held, roster.branches())
        self._report(held)
        if held.errors:
            return FAULTY
        _tell(roster.bring_in(held.said, audit.SYSTEM), roster.unsettled())
        return CLEAN

    def _held_by(self, content: bytes) -> RosterFile:
        return read_roster(content)

    def _counted(self, name: str, count: int) -> str:
        return wording.ROSTER_READ.format(file=name, count=count)


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
    doubt = wording.doubt(one)
    return wording.UNSETTLED_LINE.format(code=one.code, unit=one.unit, name=one.name, doubt=doubt)
