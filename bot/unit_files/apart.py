"""A file of units or of people read by a program of its own."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from bot.domain.roster import Listed
from bot.domain.sent_entries import Draft
from bot.domain.unit_import import Brought
from bot.domain.uploads import Holds
from bot.unit_files import wording
from bot.unit_files.entry_reading import EntryFile, read_entries
from bot.unit_files.reading import UnitFile, read_units
from bot.unit_files.roster_reading import RosterFile, read_roster
from bot.unit_files.table import Held, Row, Said
from quiz_bank.formats import confined
from quiz_bank.formats.confined import Report
from quiz_bank.formats.found import Note, Progress, Unreadable

MOST_AT_ONCE = 5_000
"""Lines that can be looked over, and taken in without keeping members waiting."""

_READERS: Mapping[str, Callable[[bytes], Held[Any]]] = {
    Holds.UNITS: read_units,
    Holds.ROSTER: read_roster,
    Holds.ENTRIES: read_entries,
}


def read_units_apart(content: bytes, progress: Progress) -> Report:
    """What the file holds, as `units_of` reads it. Raises Unreadable."""
    return confined.ask("bot.unit_files.apart", content, progress, Holds.UNITS)


def read_roster_apart(content: bytes, progress: Progress) -> Report:
    """What the file holds, as `roster_of` reads it. Raises Unreadable."""
    return confined.ask("bot.unit_files.apart", content, progress, Holds.ROSTER)


def read_entries_apart(content: bytes, progress: Progress) -> Report:
    """What the file holds, as `entries_of` reads it. Raises Unreadable."""
    return confined.ask("bot.unit_files.apart", content, progress, Holds.ENTRIES)


def units_of(told: Report) -> UnitFile:
    """The units that were told of."""
    return _held(told, Brought)


def roster_of(told: Report) -> RosterFile:
    """The people who were told of."""
    return _held(told, Listed)


def entries_of(told: Report) -> EntryFile:
    """The entries that were told of."""
    return _held(told, Draft)


def _held(told: Report, kind: Callable[..., Said]) -> Held[Said]:
    return Held(
        [Row(kind(**row["said"]), row["places"]) for row in told["rows"]],
        [Note(**note) for note in told["errors"]],
        [Note(**note) for note in told["notices"]],
    )


def find(what: str, content: bytes) -> Report:
    """What the file holds; of endless notes the first. Raises Unreadable."""
    held = _READERS[what](content)
    if (count := len(held.rows)) > MOST_AT_ONCE:
        raise Unreadable(wording.TOO_MANY_LINES.format(count=count, limit=MOST_AT_ONCE))
    return {
        "rows": [{"said": asdict(row.said), "places": row.places} for row in held.rows],
        "errors": [asdict(note) for note in confined.first(held.errors)],
        "notices": [asdict(note) for note in confined.first(held.notices)],
    }


if __name__ == "__main__":
    confined.answer(lambda content, _: find(sys.argv[1], content))
