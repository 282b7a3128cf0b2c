"""The cells of a workbook's visible sheets: run as a program of its own, with little memory.

It reads the file from its input and writes JSON to its output. A hostile file may make the
library that reads it ask for any amount of memory: then this process ends, and nothing else does.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from quiz_bank.formats import wording
from quiz_bank.formats.found import Unreadable
from quiz_bank.formats.number_formats import shown_day, shown_number
from quiz_bank.formats.package import (
    HEADER_ROOM,
    MOST_COLUMNS,
    MOST_ROWS,
    SheetFacts,
    open_package,
    sheet_facts,
)

MEMORY = 150 * 2**20
"""Addresses, not memory in use: Python and its libraries take a good part of them.

The largest workbook that is read, 5 MB and 20,000 questions, takes 115 MB.
"""
SECONDS = 25
MOST_CHARACTERS = 8_000_000

Value = int | float | str | bool | time | date | datetime | timedelta


def main() -> None:
    """Tell what the workbook holds, or why it will not do."""
    _confine()
    content = sys.stdin.buffer.read()
    try:
        answer = {"sheets": list(_sheets(content))}
    except Unreadable as trouble:
        answer = {"trouble": trouble.message}  # type: ignore[dict-item]
    json.dump(answer, sys.stdout)


def _confine() -> None:
    # Windows has no such limits; there the files of one's own office must do.
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sheets(content: bytes) -> Iterator[dict[str, Any]]:
    package = open_package(content) if content.startswith(b"PK") else None
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        for sheet in workbook.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible is not SheetVisibleEnum.Visible:
                yield {"name": sheet.name, "hidden": True}
                continue
            # Before the values: they are laid out as a full rectangle, however large.
            facts = sheet_facts(package, sheet.name) if package else None
            yield _sheet(workbook.get_sheet_by_name(sheet.name), facts)
    except PasswordError as error:
        raise Unreadable(wording.ENCRYPTED) from error
    except CalamineError as error:
        raise Unreadable(wording.BROKEN_WORKBOOK) from error


def _sheet(sheet: CalamineSheet, facts: SheetFacts | None) -> dict[str, Any]:
    if sheet.total_height > MOST_ROWS + HEADER_ROOM:
        raise Unreadable(wording.TOO_MANY_ROWS.format(limit=MOST_ROWS))
    if sheet.total_width > MOST_COLUMNS:
        raise Unreadable(wording.TOO_MANY_COLUMNS.format(limit=MOST_COLUMNS))
    rows, guessed, characters = [], [], 0
    values = sheet.to_python(skip_empty_area=False) if sheet.start else []
    for row, line in enumerate(values):
        cells = [_cell(value, (row, column), facts) for column, value in enumerate(line)]
        if any(cells):
            rows.append((row + 1, cells))
            characters += sum(len(cell) for cell in cells if isinstance(cell, str))
        if facts is None:
            guessed += [
                cell for cell, value in zip(cells, line, strict=True) if type(value) is not str
            ]
        if characters > MOST_CHARACTERS:
            raise Unreadable(wording.TOO_HEAVY)
    return {
        "name": sheet.name,
        "rows": rows,
        "merged": list(_merged(sheet)),
        "pictures": sorted(row + 1 for row in facts.pictures) if facts else [],
        "guessed": [len(guessed), *guessed[:1]],
    }


def _merged(sheet: CalamineSheet) -> Iterator[tuple[int, int, int]]:
    for (first, left), (last, right) in sheet.merged_cell_ranges or ():
        if last > first and right - left < MOST_COLUMNS and last < MOST_ROWS + HEADER_ROOM:
            for column in range(left, right + 1):
                yield first + 1, last + 1, column


def _cell(value: Value, at: tuple[int, int], facts: SheetFacts | None) -> str | tuple[str, str]:
    """The words of a cell; of one that can't be told, why, and what stands there."""
    if value == "":
        return ""
    if facts and at in facts.formulas:
        return "FORMULA", ""
    if isinstance(value, str):
        return value
    shown = _shown(value, facts.formats.get(at, "") if facts else "")
    return ("NUMBER_FORMAT", str(value)) if shown is None else shown


def _shown(value: Value, code: str) -> str | None:
    match value:
        case bool():
            return str(value).upper()
        case int() | float():
            return shown_number(value, code)
        case date():
            return shown_day(value, code or wording.EXCEL_DAYS[31])
        case _:
            return None


if __name__ == "__main__":
    main()
