"""The units of a file somebody brings: what is sound in its rows, and what to mend."""

import re
from collections.abc import Iterator, Sequence

from bot.domain.unit_import import Brought
from bot.unit_files import wording
from bot.unit_files.table import Form, Held, Line, Row, read_rows
from quiz_bank.checks import clip
from quiz_bank.formats.found import Note

LONGEST_CODE, LONGEST_NAME = 32, 40
MOST_PEOPLE = 1_000_000

_FORM = Form(
    headers=wording.HEADERS,
    required=("code", "name"),
    shared="parent",
    not_a_table=wording.NOT_A_TABLE,
    no_header=wording.NO_HEADER,
    empty=wording.NO_UNITS,
    sheet_without_header=wording.SHEET_WITHOUT_HEADER,
)
# It is also the scene of a QR code, which holds nothing but such.
_CODE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_CODE - 1}}}")
_HEADCOUNT = re.compile(r"[1-9][0-9]{0,6}")


UnitFile = Held[Brought]


def read_units(content: bytes) -> UnitFile:
    """What the file holds: a workbook, or a table as text. Raises Unreadable."""
    file = read_rows(content, _FORM, _unit)
    file.errors.extend(_repeated(file.rows))
    return file


def _unit(line: Line, errors: list[Note]) -> Brought:
    code = line.told("code", _against_code, errors)
    name = line.told("name", _against_name, errors)
    parent = line.told("parent", lambda _: iter(()), errors)
    headcount = line.told("headcount", _against_headcount, errors)
    people = int(headcount) if headcount and _HEADCOUNT.fullmatch(headcount) else 0
    known = None if headcount is None else people
    return Brought(code or "", name or "", parent, known)


def _against_code(code: str) -> Iterator[str]:
    if not code:
        yield wording.NO_CODE
    elif not _CODE.fullmatch(code):
        yield wording.BAD_CODE.format(code=clip(code), limit=LONGEST_CODE)


def _against_name(name: str) -> Iterator[str]:
    if not name:
        yield wording.NO_NAME
    elif not name.isprintable():
        yield wording.ODD_NAME
    elif len(name) > LONGEST_NAME:
        yield wording.NAME_TOO_LONG.format(length=len(name), limit=LONGEST_NAME)


def _against_headcount(headcount: str) -> Iterator[str]:
    if headcount and not (_HEADCOUNT.fullmatch(headcount) and int(headcount) <= MOST_PEOPLE):
        yield wording.BAD_HEADCOUNT.format(value=clip(headcount), limit=MOST_PEOPLE)


def _repeated(rows: Sequence[Row[Brought]]) -> Iterator[Note]:
    first: dict[str, str] = {}
    for row in rows:
        code, here = row.said.code, row.places["code"]
        place = first.setdefault(code, here)
        if code and place != here:
            yield Note(here, wording.CODE_TWICE.format(code=clip(code), place=place))
