"""The results as tables: a workbook of three sheets, and the same as CSV files.

In neither can a cell be a formula: what a member wrote as a name is nothing to be carried out.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from xlsxwriter import Workbook

from bot.domain.item_analysis import Item
from bot.domain.results import Frame, PersonLine
from bot.domain.unit_board import UnitCount
from bot.results import wording

Cell = str | int | float | None
Columns = Sequence[tuple[str, int]]

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEADER = 0


class Table:
    """One of the three tables, written row by row into a sheet and a CSV file at once."""

    def __init__(self, sheet: Any, file: TextIO, columns: Columns, bold: Any) -> None:
        self._sheet, self._csv, self._row = sheet, csv.writer(file), _HEADER
        sheet.freeze_panes(1, 0)
        for at, (_, width) in enumerate(columns):
            sheet.set_column(at, at, width)
        self.write([name for name, _ in columns], bold)

    def write(self, cells: Sequence[Cell], form: Any = None) -> None:
        """Add a row."""
        for at, cell in enumerate(cells):
            if isinstance(cell, str):
                # `write` would make a formula of what begins with an equals sign.
                self._sheet.write_string(self._row, at, cell, form)
            elif cell is not None:
                self._sheet.write_number(self._row, at, cell, form)
        self._csv.writerow([tame(cell) for cell in cells])
        self._row += 1


class Tables:
    """The workbook and the CSV files, open for writing."""

    def __init__(self, workbook: Workbook, files: Sequence[TextIO]) -> None:
        bold = workbook.add_format({"bold": True})
        self._workbook, self._files, self._bold = workbook, files, bold
        self._people, self._units, self._questions = (
            Table(workbook.add_worksheet(name), file, columns, bold)
            for name, file, columns in zip(
                (wording.PEOPLE, wording.UNITS, wording.QUESTIONS),
                files,
                (wording.PEOPLE_COLUMNS, wording.UNIT_COLUMNS, wording.QUESTION_COLUMNS),
                strict=True,
            )
        )

    def add_person(self, line: PersonLine) -> None:
        """A row of the people."""
        self._people.write((
            line.rank, line.district or wording.NO_UNIT, line.branch or "",
            wording.name(line), line.points, line.days,
            wording.exact(line.reached_at), line.bracket or "",
        ))  # fmt: skip

    def add_unit(self, unit: UnitCount, mean: float | None) -> None:
        """A row of the units, with what its people scored on average."""
        self._units.write((
            unit.rank, unit.name, unit.parent or "", unit.headcount, unit.participants,
            wording.rate(unit.participants, unit.headcount),
            None if mean is None else round(mean, 1),
        ))  # fmt: skip

    def add_question(self, item: Item) -> None:
        """A row of the questions."""
        figures = item.figures
        self._questions.write((
            item.question.code, item.question.stem, wording.answer(item), figures.answers,
            wording.share(figures.facility), wording.index(figures.discrimination),
            wording.index(figures.point_biserial), wording.doubts(item), item.reports,
        ))  # fmt: skip

    def flush(self) -> None:
        """Bring all rows of the CSV files to the disk."""
        for file in self._files:
            file.flush()

    def say(self, frame: Frame, code: str) -> None:
        """The sheet about the workbook itself."""
        sheet = self._workbook.add_worksheet(wording.ABOUT)
        sheet.set_column(0, 0, 12)
        sheet.set_column(1, 1, 90)
        for row, (name, words) in enumerate(wording.about(frame, code)):
            sheet.write_string(row, 0, name, self._bold)
            sheet.write_string(row, 1, words)


@contextmanager
def tables(workbook: Path, files: Sequence[Path]) -> Iterator[Tables]:
    """Write a workbook and its three CSV files; rows go to the disk as they come."""
    options = {"constant_memory": True, "tmpdir": str(workbook.parent)}
    # Excel takes a CSV file for GBK unless it begins with the mark of UTF-8.
    opened = [file.open("w", encoding="utf-8-sig", newline="") for file in files]
    try:
        with Workbook(str(workbook), options) as book:
            written = Tables(book, opened)
            yield written
    finally:
        for file in opened:
            file.close()


def tame(cell: Cell) -> Cell:
    """A cell of a CSV file, which a spreadsheet would take for a formula by its first character."""
    if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA):
        return f"'{cell}"
    return cell
