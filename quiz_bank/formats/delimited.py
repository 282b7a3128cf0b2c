"""Tables as text: CSV with commas or semicolons, and cells copied out of Excel, with tabs."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence

from quiz_bank.formats import wording
from quiz_bank.formats.found import Reading, Unreadable
from quiz_bank.formats.grid import HEADER_WITHIN, Cell, Grid, Unread, read_grid
from quiz_bank.formats.header import as_header
from quiz_bank.formats.package import HEADER_ROOM, MOST_COLUMNS, MOST_ROWS

IsHeader = Callable[[Sequence[str], Sequence[str]], object]
"""Whether a row is a header, given the row below it."""

_DELIMITERS = ",\t;"
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
"""How some programs write 007 so that Excel keeps the zeros."""
_FORMULA = re.compile(r"[=+\-@][A-Za-z]+[^()|!]*[(|!]")
_BEGINNING = 100_000
_LONGEST_HEADER = 2_000


def delimiter_of(text: str, is_header: IsHeader = as_header) -> str | None:
    """What parts the cells of a table with such a header; None if the text is no such table."""
    beginning = text[:_BEGINNING]
    return next((sign for sign in _DELIMITERS if _has_header(beginning, sign, is_header)), None)


def read(text: str, delimiter: str) -> Reading:
    """The questions of the table. Raises Unreadable."""
    reading = Reading()
    read_grid(as_grid(text, delimiter), reading)
    return reading


def as_grid(text: str, delimiter: str) -> Grid:
    """The rows of the table, whatever stands in them. Raises Unreadable."""
    rows = []
    for number, cells in enumerate(_records(text, delimiter), 1):
        if number > MOST_ROWS + HEADER_ROOM:
            raise Unreadable(wording.TOO_MANY_ROWS.format(limit=MOST_ROWS))
        if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
            raise Unreadable(wording.TOO_MANY_COLUMNS.format(limit=MOST_COLUMNS))
        if any(cells):
            rows.append((number, [_cell(cell) for cell in cells[:MOST_COLUMNS]]))
    return Grid(rows)


def _has_header(text: str, delimiter: str, is_header: IsHeader) -> bool:
    lines = [line[:_LONGEST_HEADER] for line in text.split("\n")[: HEADER_WITHIN + 1]]
    rows = list(csv.reader(lines, delimiter=delimiter))
    following = [*rows[1:], []]
    return any(map(is_header, rows, following))


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    # Line ends within a cell are kept only if the lines are given with theirs.
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        place = wording.LINE.format(line=reader.line_num)
        raise Unreadable(wording.BROKEN_CSV, place) from error


def _cell(words: str) -> Cell:
    words = words.strip()
    if kept := _KEPT_AS_TEXT.fullmatch(words):
        return kept[1]
    if _FORMULA.match(words):
        return Unread(wording.LOOKS_LIKE_FORMULA, words[0])
    return words
