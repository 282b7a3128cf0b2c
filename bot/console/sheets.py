"""A list as a file: CSV, or a workbook; whatever is written in it, no cell is a formula."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

from xlsxwriter import Workbook

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet may take for a formula (OWASP, CSV injection)."""

Cell = str | int | None


@dataclass(frozen=True)
class Sheet:
    """A list with its columns: what each is called, and how many characters wide it is."""

    name: str
    columns: Mapping[str, int]
    rows: Sequence[Sequence[Cell]]


def to_csv(sheet: Sheet, note: str) -> bytes:
    """A text file with commas; the note stands under the rows."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(sheet.columns)
    writer.writerows([_harmless(cell) for cell in row] for row in sheet.rows)
    writer.writerow([_harmless(note)])
    # Excel takes a file without this mark for one in the system's own letters.
    return file.getvalue().encode("utf-8-sig")


def to_workbook(sheet: Sheet, note: str) -> bytes:
    """A workbook of one sheet."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet(sheet.name)
        page.write_row(0, 0, sheet.columns, workbook.add_format({"bold": True}))
        page.freeze_panes(1, 0)
        for at, width in enumerate(sheet.columns.values()):
            page.set_column(at, at, width)
        for place, row in enumerate([*sheet.rows, [note]], start=1):
            for at, cell in enumerate(row):
                if isinstance(cell, int):
                    page.write_number(place, at, cell)
                elif cell:
                    # `write` would make a formula of what begins with an equals sign.
                    page.write_string(place, at, cell)
    return file.getvalue()


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


WRITERS: Mapping[str, Callable[[Sheet, str], bytes]] = {"csv": to_csv, "xlsx": to_workbook}
"""By the ending of the file."""
