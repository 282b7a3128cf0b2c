"""The tree of a file's units beside the register: parents that nobody knows, and circles."""

from collections.abc import Iterator, Mapping

from bot.domain.unit_import import Entry, circles, strays
from bot.unit_files import wording
from bot.unit_files.reading import UnitFile
from quiz_bank.checks import clip
from quiz_bank.formats.found import Note


def parents_elsewhere(file: UnitFile) -> list[Note]:
    """The parents that only the register may know."""
    places = _places(file)
    return [
        Note(places[unit.code], wording.PARENT_ELSEWHERE.format(parent=clip(unit.parent or "")))
        for unit in strays(file.said, {})
    ]


def tree_errors(file: UnitFile, known: Mapping[str, Entry]) -> Iterator[Note]:
    """What keeps the units from standing in one tree with those of the register."""
    codes = {entry.name: code for code, entry in known.items()}
    codes |= {unit.name: unit.code for unit in file.said}
    places = _places(file)
    for unit in strays(file.said, known):
        yield Note(places[unit.code], _nowhere(unit.parent or "", codes))
    yield from circle_errors(file, known)


def circle_errors(file: UnitFile, known: Mapping[str, Entry]) -> Iterator[Note]:
    """The units that would stand above themselves, each circle once."""
    places = _places(file)
    for circle in circles(file.said, known):
        first = next(code for code in circle if code in places)
        at = circle.index(first)
        way = wording.ARROW.join([*circle[at:], *circle[:at], first])
        message = wording.CIRCLE.format(way=way) if len(circle) > 1 else wording.OWN_PARENT
        yield Note(places[first], message)


def _nowhere(parent: str, codes: Mapping[str, str]) -> str:
    if code := codes.get(parent):
        return wording.NAMES_THE_PARENT.format(parent=clip(parent), code=code)
    return wording.NO_PARENT.format(parent=clip(parent))


def _places(file: UnitFile) -> dict[str, str]:
    """Where each unit says what stands above it, by its code."""
    return {row.said.code: row.places["parent"] for row in file.rows}
