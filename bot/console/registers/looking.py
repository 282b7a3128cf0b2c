"""What a file of units or people holds, beside what the register has now."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.console.bringing import hash_of
from bot.domain.roster import Branch
from bot.domain.roster import Changes as RosterChanges
from bot.domain.services import Services
from bot.domain.unit_import import Changes as UnitChanges
from bot.domain.unit_import import Missing, compare
from bot.domain.uploads import Holds
from bot.unit_files.apart import roster_of, units_of
from bot.unit_files.checking import tree_errors
from bot.unit_files.roster_reading import check_against
from bot.unit_files.table import Held


@dataclass(frozen=True)
class Looked:
    """A file, and what would change; None while there is something to mend."""

    held: Held[Any]
    units: UnitChanges | None = None
    roster: RosterChanges | None = None
    missing: Sequence[Missing] = ()
    """Units of the register that a file of units does not have."""
    branches: dict[str, Branch] | None = None
    """The units that a roster names, by code."""

    @property
    def changes(self) -> bool:
        """Whether anything would be other than before."""
        if self.units:
            return bool(self.units.new or self.units.changed)
        return bool(self.roster and (self.roster.new or self.roster.gone))

    @property
    def seen(self) -> str:
        """A hash of what would change: who takes it in says what they saw."""
        told = [asdict(part) if part else None for part in (self.units, self.roster)]
        return hash_of(told)


def look(services: Services, holds: Holds, report: dict[str, Any]) -> Looked:
    """What the file that was read holds."""
    return _look_units(services, report) if holds is Holds.UNITS else _look_roster(services, report)


def _look_units(services: Services, report: dict[str, Any]) -> Looked:
    held = units_of(report)
    known = services.unit_import.known()
    if not held.errors:
        held.errors.extend(tree_errors(held, known))
    if held.errors:
        return Looked(held)
    changes = compare(held.said, known)
    return Looked(held, units=changes, missing=services.unit_import.missing(held.said))


def _look_roster(services: Services, report: dict[str, Any]) -> Looked:
    held = roster_of(report)
    branches = services.roster.branches()
    if not held.errors:
        check_against(held, branches)
    if held.errors:
        return Looked(held)
    return Looked(held, roster=services.roster.changes(held.said), branches=branches)
