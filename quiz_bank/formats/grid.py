"""Questions in the rows of a table that has a header: Excel and CSV alike."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from xlsxwriter.utility import xl_col_to_name

from quiz_bank import wording as items
from quiz_bank.checks import Complaint, clip
from quiz_bank.formats import wording
from quiz_bank.formats.found import Note, Reading, Unsupported
from quiz_bank.formats.header import Header, as_header
from quiz_bank.formats.meaning import Loose, kind_of, settle
from quiz_bank.formats.options import split_options
from quiz_bank.formats.words import tidy

HEADER_WITHIN = 30
"""Rows of titles and hints that may stand above the header."""
SPREAD = ("kind", "explanation", "source", "place", "date", "topic", "difficulty")
"""What a cell merged over several rows says of every one of them."""

_NUMBERING = re.compile(r"[（(]?\w{1,2}[)）、.．]\s*")
_SEPARATORS = re.compile(r"[\n|｜]|[;；]")


@dataclass(frozen=True)
class Unread:
    """A cell whose words can't be told: a sentence of `wording`, and what stands there."""

    sentence: str
    value: str = ""


Cell = str | Unread


@dataclass(frozen=True)
class Grid:
    """The rows of a sheet that hold anything, each with the number under which people see it."""

    rows: Sequence[tuple[int, Sequence[Cell]]]
    sheet: str = ""
    merged: Sequence[tuple[int, int, int]] = ()
    """Cells merged downwards: the first row and the last, as people count, and the column."""
    pictures: frozenset[int] = frozenset()
    """The rows on which a picture lies."""

    def row(self, number: int) -> str:
        """How a row is called."""
        if not self.sheet:
            return wording.LINE.format(line=number)
        return wording.ROW.format(sheet=self.sheet, row=number)

    def cell(self, number: int, column: int, name: str) -> str:
        """How a cell is called."""
        letters = xl_col_to_name(column)
        if not self.sheet:
            return wording.LINE_COLUMN.format(line=number, column=letters, name=name)
        return wording.CELL.format(sheet=self.sheet, row=number, column=letters, name=name)


def read_grid(grid: Grid, reading: Reading) -> bool:
    """Add the questions of the grid to the reading; False if it has no header."""
    for index, (number, row) in enumerate(grid.rows[:HEADER_WITHIN]):
        under = grid.rows[index + 1][1] if index + 1 < len(grid.rows) else ()
        if header := as_header(words_of(row), words_of(under)):
            _note_columns(grid, number, header, reading)
            rows = _Rows(grid, header, reading)
            for below, cells in grid.rows[index + header.rows :]:
                rows.take(below, cells)
            return True
    return False


def _note_columns(grid: Grid, number: int, header: Header, reading: Reading) -> None:
    place = grid.row(number)
    for name in header.unknown:
        message = wording.UNKNOWN_COLUMN.format(name=clip(name))
        reading.notices.append(Note(place, message))
    for name in header.twice:
        reading.errors.append(Note(place, wording.SAME_COLUMN.format(name=clip(name))))
    if "answer" not in header.columns:
        message = wording.NO_COLUMN.format(name=items.named("answer"))
        reading.errors.append(Note(place, message))


class _Rows:
    """Goes down the rows under a header."""

    def __init__(self, grid: Grid, header: Header, reading: Reading) -> None:
        self._grid, self._header, self._reading = grid, header, reading
        self._merged = dict(spread(grid))
        self._heading = ""
        shared = {at for key, at in header.columns.items() if key in SPREAD}
        self._own = {*header.columns.values(), *header.options.values()} - shared

    def take(self, number: int, cells: Sequence[Cell]) -> None:
        """One row: a question, a heading of some, or the header again."""
        filled = {at for at, cell in enumerate(cells) if cell}
        alone = next(iter(filled)) if len(filled) == 1 else None
        if self._header.is_repeated_by(words_of(cells)):
            return
        if alone is not None and self._is_heading(cells[alone]):
            self._heading = _heading(cells[alone])
        elif not self._own & filled:
            self._note_stray(number, [cells[at] for at in sorted(filled)])
        elif number in self._grid.pictures:
            self._reading.add(Unsupported(self._grid.row(number), "picture"))
        else:
            self._reading.add(settle(self._loose(number, cells)))

    def _is_heading(self, cell: Cell) -> bool:
        return kind_of(_heading(cell)) is not None

    def _note_stray(self, number: int, cells: Sequence[Cell]) -> None:
        words = " ".join(tidy(words) for words in words_of(cells))
        if words:
            message = wording.UNREAD_TEXT.format(words=clip(words))
            self._reading.notices.append(Note(self._grid.row(number), message))

    def _loose(self, number: int, cells: Sequence[Cell]) -> Loose:
        loose = Loose(self._grid.row(number), where=partial(self._where, number))
        texts = {
            key: self._text(number, cells, key, at, loose)
            for key, at in self._header.columns.items()
        }
        loose.options = self._options(cells, texts.pop("options", ""), loose)
        loose.kind = tidy(texts.pop("kind", "")) or self._heading
        loose.answer = texts.pop("answer", "")
        loose.difficulty = tidy(texts.pop("difficulty", ""))
        loose.others = {key: tidy(words) for key, words in texts.items()}
        return loose

    def _where(self, number: int, item: str) -> str | None:
        at = self._header.columns.get(item, self._header.options.get(item))
        return None if at is None else self._grid.cell(number, at, items.named(item))

    def _text(self, number: int, cells: Sequence[Cell], key: str, at: int, loose: Loose) -> str:
        cell = cell_at(cells, at)
        if not cell and key in SPREAD:
            cell = self._merged.get((number, at), "")
        return _read(cell, key, loose)

    def _options(self, cells: Sequence[Cell], together: str, loose: Loose) -> list[str]:
        if not self._header.options:
            return _apart(together)
        last = max(self._header.options)
        letters = [chr(code) for code in range(ord("A"), ord(last) + 1)]
        given = [cell_at(cells, self._header.options.get(letter, len(cells))) for letter in letters]
        while given and not given[-1]:
            given.pop()
        for letter, cell in zip(letters, given, strict=False):
            if not cell:
                message = wording.GAP_IN_OPTIONS.format(letter=letter)
                loose.complaints.append(Complaint(letter, message))
        return [
            tidy(_read(cell, letter, loose)) for letter, cell in zip(letters, given, strict=False)
        ]


def _heading(cell: Cell) -> str:
    return _NUMBERING.sub("", tidy(cell), count=1) if isinstance(cell, str) else ""


def words_of(cells: Sequence[Cell]) -> list[str]:
    """The words of a row; those that can't be told are none."""
    return [cell if isinstance(cell, str) else "" for cell in cells]


def cell_at(cells: Sequence[Cell], column: int) -> Cell:
    """What stands in the column; a short row goes on with nothing."""
    return cells[column] if column < len(cells) else ""


def _read(cell: Cell, item: str, loose: Loose) -> str:
    if isinstance(cell, str):
        return cell
    message = cell.sentence.format(item=items.named(item), value=clip(cell.value))
    loose.complaints.append(Complaint(item, message))
    return ""


def _apart(together: str) -> list[str]:
    """Options that share a cell: by letter, else by line or another separator."""
    _, options = split_options(" ".join(together.split("\n")))
    if options or not together:
        return [tidy(option) for option in options]
    return [tidy(part) for part in _SEPARATORS.split(together) if part.strip()]


def spread(grid: Grid) -> Iterator[tuple[tuple[int, int], Cell]]:
    """What a merged cell says of each of its rows, by row and column."""
    rows = dict(grid.rows)
    for first, last, column in grid.merged:
        cell = cell_at(rows.get(first, ()), column)
        for number in range(first + 1, last + 1) if cell else ():
            yield (number, column), cell
