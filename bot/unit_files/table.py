"""A table under a header, out of a workbook or a text: what its lines say, and what is odd."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Generic, TypeVar

from bot.unit_files import wording
from quiz_bank.checks import clip
from quiz_bank.formats import delimited, excel
from quiz_bank.formats.found import Note, Unreadable
from quiz_bank.formats.grid import HEADER_WITHIN, Cell, Grid, Unread, cell_at, spread, words_of
from quiz_bank.formats.header import Synonyms, columns_of, folded, names_of
from quiz_bank.formats.recognition import WORKBOOK, container_of, text_of
from quiz_bank.formats.wording import OTHER_FILES
from quiz_bank.formats.words import tidy

Complaints = Callable[[str], Iterator[str]]
Said = TypeVar("Said")


@dataclass(frozen=True)
class Form:
    """What the table should look like, and what is said of a file that does not."""

    headers: Synonyms
    """How a column may be called, by what stands in it; ours come first."""
    required: tuple[str, ...]
    shared: str
    """What one merged cell may say of several lines."""
    not_a_table: str
    no_header: str
    empty: str
    sheet_without_header: str

    @cached_property
    def names(self) -> dict[str, str]:
        """What we call each column."""
        return {key: names[0] for key, names in self.headers.items()}

    @cached_property
    def synonyms(self) -> Mapping[str, Sequence[str]]:
        """The headers as they compare with those of a file."""
        return folded(self.headers)


@dataclass(frozen=True)
class Line:
    """A line below the header: what stands in its columns, and where each stands."""

    given: Mapping[str, Cell]
    where: Callable[[str], str]
    names: Mapping[str, str]

    def told(self, item: str, complaints: Complaints, errors: list[Note]) -> str | None:
        """The words of this column, what is wrong with them added; None without the column."""
        if item not in self.given:
            return None
        cell = self.given[item]
        if isinstance(cell, Unread):
            name, value = self.names[item], clip(cell.value)
            errors.append(Note(self.where(item), cell.sentence.format(item=name, value=value)))
            return ""
        words = tidy(cell)
        errors.extend(Note(self.where(item), message) for message in complaints(words))
        return words


@dataclass
class Table:
    """The lines of a file. They are of use only while there are no errors."""

    lines: list[Line] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)
    notices: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Row(Generic[Said]):
    """What a line says, and where in the file each part of it stands."""

    said: Said
    places: Mapping[str, str]


@dataclass
class Held(Generic[Said]):
    """What a file holds. Its rows are of use only while there are no errors."""

    rows: list[Row[Said]] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)
    notices: list[Note] = field(default_factory=list)

    @property
    def said(self) -> list[Said]:
        """What the lines say, without where."""
        return [row.said for row in self.rows]


def read_rows(content: bytes, form: Form, told: Callable[[Line, list[Note]], Said]) -> Held[Said]:
    """What the file holds: a workbook, or a table as text. Raises Unreadable.

    `told` makes out what a line says as far as can be told, and adds what is wrong with it.
    """
    table = _read_table(content, form)
    held = Held[Said](errors=table.errors, notices=table.notices)
    for line in table.lines:
        places = {item: line.where(item) for item in form.headers}
        held.rows.append(Row(told(line, held.errors), places))
    return held


def _read_table(content: bytes, form: Form) -> Table:
    reading = _Reading(form)
    container = container_of(content)
    if container in OTHER_FILES:
        raise Unreadable(form.not_a_table)
    if container == WORKBOOK:
        reading.workbook(content)
    else:
        text = text_of(content)
        delimiter = delimited.delimiter_of(text, reading.is_header)
        if delimiter is None:
            raise Unreadable(form.no_header)
        reading.grid(delimited.as_grid(text, delimiter))
    if not reading.table.lines and not reading.table.errors:
        raise Unreadable(form.empty)
    return reading.table


class _Reading:
    """Collects the lines of all grids of a file."""

    def __init__(self, form: Form) -> None:
        self._form, self.table = form, Table()

    def workbook(self, content: bytes) -> None:
        sheets = excel.sheets(content)
        headed = False
        for sheet in sheets:
            if sheet.grid is None or self.grid(sheet.grid):
                headed = headed or sheet.grid is not None
                self.table.notices.extend(sheet.notes())
            elif sheet.grid.rows:
                note = Note(sheet.place, self._form.sheet_without_header)
                self.table.notices.append(note)
        if not headed:
            visible = any(sheet.grid for sheet in sheets)
            raise Unreadable(self._form.no_header if visible else wording.ALL_HIDDEN)

    def grid(self, grid: Grid) -> bool:
        """Add the lines of the grid; False if it has no header."""
        for index, (number, row) in enumerate(grid.rows[:HEADER_WITHIN]):
            if self.is_header(words_of(row)):
                names = names_of(words_of(row))
                self._check_header(grid.row(number), names)
                below = _Below(grid, names, self._form)
                lines = (below.line(*numbered) for numbered in grid.rows[index + 1 :])
                self.table.lines.extend(line for line in lines if line)
                return True
        return False

    def is_header(self, row: Sequence[str], _under: Sequence[str] = ()) -> bool:
        return len(columns_of(names_of(row), self._form.synonyms)) > 1

    def _check_header(self, place: str, names: Sequence[str]) -> None:
        columns, table = columns_of(names, self._form.synonyms), self.table
        for key in self._form.required:
            if key not in columns:
                message = wording.NO_COLUMN.format(name=self._form.names[key])
                table.errors.append(Note(place, message))
        for at, name in enumerate(names):
            if at in columns.values() and names.count(name) > 1:
                table.errors.append(Note(place, wording.SAME_COLUMN.format(name=clip(name))))
            elif name and at not in columns.values() and name not in wording.NUMBERING_HEADERS:
                table.notices.append(Note(place, wording.UNKNOWN_COLUMN.format(name=clip(name))))


class _Below:
    """Goes down the rows under a header."""

    def __init__(self, grid: Grid, names: Sequence[str], form: Form) -> None:
        self._grid, self._names, self._form = grid, names, form
        self._columns = columns_of(names, form.synonyms)
        self._merged = dict(spread(grid))

    def line(self, number: int, cells: Sequence[Cell]) -> Line | None:
        """One row, or None where it says nothing."""
        given = {key: cell_at(cells, at) for key, at in self._columns.items()}
        if not any(given.values()) or names_of(words_of(cells)) == [*self._names]:
            return None
        shared = self._form.shared
        if shared in given and not given[shared]:
            given[shared] = self._merged.get((number, self._columns[shared]), "")
        return Line(given, partial(self._where, number), self._form.names)

    def _where(self, number: int, item: str) -> str:
        if item not in self._columns:
            return self._grid.row(number)
        return self._grid.cell(number, self._columns[item], self._form.names[item])
