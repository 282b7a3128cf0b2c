"""The rosters of a file somebody brings: who belongs to which unit, and what to mend."""

from collections import Counter
from collections.abc import Iterator, Mapping

from bot.domain.identity import full_name
from bot.domain.roster import Branch, Listed
from bot.unit_files import wording
from bot.unit_files.table import Form, Held, Line, read_rows
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


RosterFile = Held[Listed]


def read_roster(content: bytes) -> RosterFile:
    """What the file holds: a workbook, or a table as text. Raises Unreadable."""
    file = read_rows(content, _FORM, _person)
    file.notices.extend(_namesakes(file))
    return file


def check_against(file: RosterFile, known: Mapping[str, Branch]) -> None:
    """Add what is wrong, and what is odd, beside the units there are."""
    file.errors.extend(_unknown_units(file, known))
    if not file.errors:
        file.notices.extend(_other_headcounts(file, known))


def _unknown_units(file: RosterFile, known: Mapping[str, Branch]) -> Iterator[Note]:
    """The units that nobody can join, each once."""
    codes = {branch.name: code for code, branch in known.items()}
    places = {row.said.code: row.places["code"] for row in reversed(file.rows)}
    for code, place in places.items():
        if code not in known:
            yield Note(place, _nowhere(code, codes))
        elif known[code].has_branches:
            name = clip(known[code].name)
            yield Note(place, wording.HAS_BRANCHES.format(code=clip(code), name=name))


def _other_headcounts(file: RosterFile, known: Mapping[str, Branch]) -> Iterator[Note]:
    """The units whose headcount is not that of their roster."""
    counted = Counter(person.code for person in file.said)
    places = {row.said.code: row.places["code"] for row in reversed(file.rows)}
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
    counted = Counter(file.said)
    places = {row.said: row.places["name"] for row in file.rows}
    for person, count in counted.items():
        if count > 1 and person.name:
            yield Note(
                places[person], wording.SAME_NAME.format(name=clip(person.name), count=count)
            )
