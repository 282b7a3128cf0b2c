"""The ways the register of staff says no: facts, without words, for operator and colleagues."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.passwords import Flaw


class StaffRefusal(Exception):
    """The register says no; a member never hears of it."""


@dataclass(eq=False)
class TooManyFailures(StaffRefusal):
    """Ten tries failed within five minutes; the next one is heard at `until`."""

    until: datetime


@dataclass(eq=False)
class WrongCode(StaffRefusal):
    """No such code is valid: mistyped, used, out of date or replaced."""


@dataclass(eq=False)
class AlreadySetUp(StaffRefusal):
    """The console has its first account."""


@dataclass(eq=False)
class UnfitName(StaffRefusal):
    """A name has 1 to 32 characters that can be seen."""


@dataclass(eq=False)
class NameTaken(StaffRefusal):
    """Someone else has this name."""


@dataclass(eq=False)
class UnfitPassword(StaffRefusal):
    """The password is not fit for keeping."""

    flaw: Flaw


@dataclass(eq=False)
class NoSuchColleague(StaffRefusal):
    """Nobody has an account of this name."""


@dataclass(eq=False)
class OwnAccount(StaffRefusal):
    """Nobody changes the role of, or closes, their own account."""


@dataclass(eq=False)
class LastOwner(StaffRefusal):
    """Somebody must be left who can let others in."""


@dataclass(eq=False)
class UnfitUnit(StaffRefusal):
    """A secretary needs a unit that exists."""
