"""The rosters of a file somebody brings: who belongs to which unit, and what to mend."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.identity import full_name
from bot.domain.roster import Branch, Listed
from bot.unit_files import wording
from bot.unit_files.table import Form, Line, read_table
from quiz_bank.checks import clip
from quiz_bank.formats.found import Note

_FORM = Form(
    headers=wording.ROSTER_HEADERS,
    required=("code", "name"),
    shared="code",
    not_a_table=wording.NOT_A_ROSTER,
    no_header=wording.NO_ROSTER_HEADER,
    empty=wording.NOBODY,
    sheet_without_header=wording.SHEET_WITHOUT_ROSTER,
)


@dataclass(frozen=True)
class Row:
    """A person, and where in the file each item stands."""

    person: Listed
    where: Callable[[str], str]


@dataclass
class RosterFile:
    """What a file holds. Its rows are of use only while there are no errors."""

    rows: list[Row] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)
    notices: list[Note] = field(default_factory=list)

    @property
    def people(self) -> list[Listed]:
        """The people alone."""
        return [row.person for row in self.rows]


def read_roster(content: bytes) -> RosterFile:
    """What the file holds: a workbook, or a table as text. Raises Unreadable."""
    table = read_table(content, _FORM)
    file = RosterFile(errors=table.errors, notices=table.notices)
    file.rows = [Row(_person(line, file.errors), line.where) for line in table.lines]
    file.notices.extend(_namesakes(file))
    return file


def unknown_units(file: RosterFile, known: Mapping[str, Branch]) -> Iterator[Note]:
    """The units that nobody can join, each once."""
    codes = {branch.name: code for code, branch in known.items()}
    places = {row.person.code: row.where("code") for row in reversed(file.rows)}
    for code, place in places.items():
        if code not in known:
            yield Note(place, _nowhere(code, codes))
        elif known[code].has_branches:
            name = clip(known[code].name)
            yield Note(place, wording.HAS_BRANCHES.format(code=clip(code), name=name))


def other_headcounts(file: RosterFile, known: Mapping[str, Branch]) -> Iterator[Note]:
    """The units whose headcount is not that of their roster."""
    counted = Counter(person.code for person in file.people)
    places = {row.person.code: row.where("code") for row in reversed(file.rows)}
    for code, place in places.items():
        headcount = known[code].headcount
        if headcount not in (None, counted[code]):
            yield Note(
                place,
                wording.OTHER_HEADCOUNT.format(
                    name=clip(known[code].name), people=counted[code], headcount=headcount
                ),
            )


def _person(line: Line, errors: list[Note]) -> Listed:
    """The person as far as can be told; what is wrong is added."""
    code = line.told("code", _against_code, errors)
    name = line.told("name", _against_name, errors)
    return Listed(code or "", full_name(name or "") or "")


def _against_code(code: str) -> Iterator[str]:
    if not code:
        yield wording.NO_UNIT_CODE


def _against_name(name: str) -> Iterator[str]:
    if not name:
        yield wording.NO_PERSON
    elif full_name(name) is None or name in wording.SUMS:
        yield wording.NOT_A_NAME.format(name=clip(name))


def _nowhere(code: str, codes: Mapping[str, str]) -> str:
    if meant := codes.get(code):
        return wording.NAMES_THE_UNIT.format(name=clip(code), code=meant)
    return wording.UNKNOWN_UNIT.format(code=clip(code))


def _namesakes(file: RosterFile) -> Iterator[Note]:
    counted = Counter(file.people)
    places = {row.person: row.where("name") for row in file.rows}
    for person, count in counted.items():
        if count > 1 and person.name:
            yield Note(
                places[person], wording.SAME_NAME.format(name=clip(person.name), count=count)
            )
