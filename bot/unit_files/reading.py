"""The units of a file somebody brings: what is sound in its rows, and what to mend."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.domain.unit_import import Brought
from bot.unit_files import wording
from quiz_bank.checks import clip
from quiz_bank.formats import delimited, excel
from quiz_bank.formats.found import Note, Unreadable
from quiz_bank.formats.grid import HEADER_WITHIN, Cell, Grid, Unread, cell_at, spread, words_of
from quiz_bank.formats.header import columns_of, folded, names_of
from quiz_bank.formats.recognition import WORKBOOK, container_of, text_of
from quiz_bank.formats.wording import OTHER_FILES
from quiz_bank.formats.words import tidy

LONGEST_CODE, LONGEST_NAME = 32, 40
MOST_PEOPLE = 1_000_000

_SYNONYMS = folded(wording.HEADERS)
# It is also the scene of a QR code, which holds nothing but such.
_CODE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_CODE - 1}}}")
_HEADCOUNT = re.compile(r"[1-9][0-9]{0,6}")


@dataclass(frozen=True)
class Row:
    """A unit, and where in the file each of its items stands."""

    unit: Brought
    where: Callable[[str], str]


@dataclass
class UnitFile:
    """What a file holds. Its rows are of use only while there are no errors."""

    rows: list[Row] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)
    notices: list[Note] = field(default_factory=list)

    @property
    def units(self) -> list[Brought]:
        """The units alone."""
        return [row.unit for row in self.rows]


def read_units(content: bytes) -> UnitFile:
    """What the file holds: a workbook, or a table as text. Raises Unreadable."""
    file = UnitFile()
    container = container_of(content)
    if container in OTHER_FILES:
        raise Unreadable(wording.NOT_A_TABLE)
    if container == WORKBOOK:
        _read_workbook(content, file)
    else:
        text = text_of(content)
        delimiter = delimited.delimiter_of(text, _is_header)
        if delimiter is None:
            raise Unreadable(wording.NO_HEADER)
        _read_grid(delimited.as_grid(text, delimiter), file)
    if not file.rows and not file.errors:
        raise Unreadable(wording.NO_UNITS)
    file.errors.extend(_repeated(file.rows))
    return file


def _read_workbook(content: bytes, file: UnitFile) -> None:
    sheets = excel.sheets(content)
    headed = False
    for sheet in sheets:
        if sheet.grid is None or _read_grid(sheet.grid, file):
            headed = headed or sheet.grid is not None
            file.notices.extend(sheet.notes())
        elif sheet.grid.rows:
            file.notices.append(Note(sheet.place, wording.SHEET_WITHOUT_HEADER))
    if not headed:
        visible = any(sheet.grid for sheet in sheets)
        raise Unreadable(wording.NO_HEADER if visible else wording.ALL_HIDDEN)


def _is_header(row: Sequence[str], _under: Sequence[str] = ()) -> bool:
    return len(columns_of(names_of(row), _SYNONYMS)) > 1


def _read_grid(grid: Grid, file: UnitFile) -> bool:
    """Add the units of the grid; False if it has no header."""
    for index, (number, row) in enumerate(grid.rows[:HEADER_WITHIN]):
        if _is_header(words_of(row)):
            names = names_of(words_of(row))
            _check_header(grid.row(number), names, file)
            rows = _Rows(grid, names, file)
            for below, cells in grid.rows[index + 1 :]:
                rows.take(below, cells)
            return True
    return False


def _check_header(place: str, names: Sequence[str], file: UnitFile) -> None:
    columns = columns_of(names, _SYNONYMS)
    for key in ("code", "name"):
        if key not in columns:
            message = wording.NO_COLUMN.format(name=wording.NAMES[key])
            file.errors.append(Note(place, message))
    for at, name in enumerate(names):
        if at in columns.values() and names.count(name) > 1:
            file.errors.append(Note(place, wording.SAME_COLUMN.format(name=clip(name))))
        elif name and at not in columns.values() and name not in wording.NUMBERING_HEADERS:
            file.notices.append(Note(place, wording.UNKNOWN_COLUMN.format(name=clip(name))))


class _Rows:
    """Goes down the rows under a header."""

    def __init__(self, grid: Grid, names: Sequence[str], file: UnitFile) -> None:
        self._grid, self._names, self._file = grid, names, file
        self._columns = columns_of(names, _SYNONYMS)
        self._merged = dict(spread(grid))

    def take(self, number: int, cells: Sequence[Cell]) -> None:
        """One row: a unit, or nothing of ours."""
        given = {key: cell_at(cells, at) for key, at in self._columns.items()}
        if not any(given.values()) or names_of(words_of(cells)) == [*self._names]:
            return
        if "parent" in given and not given["parent"]:
            # One cell may say it of several units.
            given["parent"] = self._merged.get((number, self._columns["parent"]), "")
        where = partial(self._where, number)
        unit, errors = _unit(given, where)
        self._file.errors.extend(errors)
        self._file.rows.append(Row(unit, where))

    def _where(self, number: int, item: str) -> str:
        if item not in self._columns:
            return self._grid.row(number)
        return self._grid.cell(number, self._columns[item], wording.NAMES[item])


def _unit(given: Mapping[str, Cell], where: Callable[[str], str]) -> tuple[Brought, list[Note]]:
    """The unit as far as it can be told, and what is wrong with it."""
    errors: list[Note] = []

    def told(item: str, complaints: Callable[[str], Iterator[str]]) -> str | None:
        if item not in given:
            return None
        cell = given[item]
        if isinstance(cell, Unread):
            name, value = wording.NAMES[item], clip(cell.value)
            errors.append(Note(where(item), cell.sentence.format(item=name, value=value)))
            return ""
        words = tidy(cell)
        errors.extend(Note(where(item), message) for message in complaints(words))
        return words

    code, name = told("code", _against_code), told("name", _against_name)
    parent = told("parent", lambda _: iter(()))
    headcount = told("headcount", _against_headcount)
    people = int(headcount) if headcount and _HEADCOUNT.fullmatch(headcount) else 0
    known = None if headcount is None else people
    return Brought(code or "", name or "", parent, known), errors


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


def _repeated(rows: Sequence[Row]) -> Iterator[Note]:
    first: dict[str, Row] = {}
    for row in rows:
        code = row.unit.code
        if code and first.setdefault(code, row) is not row:
            place = first[code].where("code")
            yield Note(row.where("code"), wording.CODE_TWICE.format(code=clip(code), place=place))
