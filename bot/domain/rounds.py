"""A selection as its organiser decided it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from bot.storage.tables import Round


class Kind(StrEnum):
    """What the entries of a selection are."""

    MOTTO = "motto"
    """A sentence of a member's own."""
    LESSON = "lesson"
    """A micro lesson: units send in who speaks about what, and where it can be watched."""
    PROJECT = "project"
    """The case of a project, told by the unit that sends it in."""


class Eligibility(StrEnum):
    """Who may vote."""

    ANYONE = "anyone"
    """Everybody who follows the account."""
    BOUND = "bound"
    """Who belongs to a unit."""
    ROSTER = "roster"
    """Who belongs to a unit and is on its roster. The roster is asked only when the round is
    sealed (bot/domain/uncounted.py): a stranger who tries names out learns nothing, and a
    secretary has time to settle what does not fit."""


@dataclass(frozen=True)
class RoundPlan:
    """What an organiser decides about a selection."""

    title: str
    collects_from: datetime
    collects_until: datetime
    opens_at: datetime
    closes_at: datetime
    votes: int
    """Of one member: on a day, or in all."""
    own_entry_allowed: bool
    own_unit_allowed: bool = True
    eligibility: Eligibility = Eligibility.ANYONE
    in_all: bool = False
    per_entry: int | None = None
    """How many votes an entry can have of one member; None: one each day."""
    least: int = 1
    """Who gives fewer votes in all, or in a group, has given none there."""
    standings_from: datetime | None = None
    """From when on all see who stands where while voting goes on; None: only with the result."""
    kind: Kind = Kind.MOTTO
    groups: int = 1
    """In how many groups the entries stand; where there are several, `votes` are for each."""

    def shows_standings(self, now: datetime) -> bool:
        """Whether all see now how voting goes."""
        return self.standings_from is not None and self.standings_from <= now < self.closes_at

    @classmethod
    def of(cls, row: Round, slots: int) -> Self:
        """The plan of a selection that is kept, and that has so many slots."""
        return cls(
            row.title, row.collects_from, row.collects_until, row.opens_at, row.closes_at,
            slots // row.groups,
            row.own_entry_allowed, row.own_unit_allowed, Eligibility(row.eligibility), row.in_all,
            row.per_entry, row.least, row.standings_from, Kind(row.kind), row.groups,
        )  # fmt: skip
