"""The trail as a file: CSV, or a workbook; whatever is written in it, no cell is a formula."""

import csv
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO, StringIO

from xlsxwriter import Workbook

from bot.console.trail import wording

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet may take for a formula (OWASP, CSV injection)."""
_WIDTHS = (8, 20, 14, 18, 18, 30, 30, 60)

Rows = Sequence[Sequence[str]]


def to_csv(rows: Rows, note: str) -> bytes:
    """A text file with commas; the note stands under the rows."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(wording.HEAD)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    writer.writerow([_harmless(note)])
    # Excel takes a file without this mark for one in the system's own letters.
    return file.getvalue().encode("utf-8-sig")


def to_workbook(rows: Rows, note: str) -> bytes:
    """A workbook of one sheet."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet(wording.SHEET)
        sheet.write_row(0, 0, wording.HEAD, workbook.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for at, width in enumerate(_WIDTHS):
            sheet.set_column(at, at, width)
        for place, row in enumerate([*rows, [note]], start=1):
            for at, cell in enumerate(row):
                # `write` would make a formula of what begins with an equals sign.
                sheet.write_string(place, at, cell)
    return file.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


WRITERS: Mapping[str, Callable[[Rows, str], bytes]] = {"csv": to_csv, "xlsx": to_workbook}
"""By the ending of the file."""
