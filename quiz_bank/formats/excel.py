"""Excel workbooks: read in a process of its own, and written so that no cell is a formula."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

import quiz_bank
from quiz_bank import wording as items
from quiz_bank.formats import wording
from quiz_bank.formats.found import Note, Reading, Unreadable
from quiz_bank.formats.grid import Cell, Grid, Unread, read_grid
from quiz_bank.formats.package import open_package
from quiz_bank.question import LETTERS, Kind, Question

PATIENCE = 28
"""Seconds for the most complex workbook that is still read."""


def read(content: bytes) -> Reading:
    """The questions of every visible sheet that has a header. Raises Unreadable."""
    reading = Reading()
    headed = [_read_sheet(sheet, reading) for sheet in sheets(content)]
    if True not in headed:
        raise Unreadable(wording.NO_SHEET if False in headed else wording.ALL_HIDDEN)
    return reading


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; one that is hidden has no grid."""

    name: str
    grid: Grid | None
    guessed: tuple[int, str]
    """In how many cells the file does not say how a number is shown, and what one of them holds."""

    @property
    def place(self) -> str:
        """How the sheet is called."""
        return wording.IN_SHEET.format(sheet=self.name)

    def notes(self) -> Iterator[Note]:
        """What is good to know of a sheet that was read, or was not because it is hidden."""
        if self.grid is None:
            yield Note(self.place, wording.HIDDEN_SHEET)
        elif self.guessed[0]:
            count, value = self.guessed
            yield Note(self.place, wording.OLD_WORKBOOK.format(count=count, value=value))


def sheets(content: bytes) -> list[Sheet]:
    """The sheets of a workbook, whatever stands in them. Raises Unreadable."""
    if content.startswith(b"PK"):
        open_package(content).close()
    return [_sheet(found) for found in _found(content)]


def _found(content: bytes) -> list[dict[str, Any]]:
    """What the program in `workbook` finds."""
    root = str(Path(quiz_bank.__file__).parent.parent)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "quiz_bank.formats.workbook"],
            input=content,
            capture_output=True,
            env=os.environ | {"PYTHONPATH": root},
            timeout=PATIENCE,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise Unreadable(wording.TOO_HEAVY) from error
    answer = json.loads(done.stdout)
    if "trouble" in answer:
        raise Unreadable(answer["trouble"])
    return list(answer["sheets"])


def _sheet(found: dict[str, Any]) -> Sheet:
    if found.get("hidden"):
        return Sheet(found["name"], None, (0, ""))
    grid = Grid(
        [(number, [_cell(cell) for cell in cells]) for number, cells in found["rows"]],
        found["name"],
        [tuple(merged) for merged in found["merged"]],
        frozenset(found["pictures"]),
    )
    count, *examples = found["guessed"]
    return Sheet(found["name"], grid, (count, "".join(map(str, examples))))


def _read_sheet(sheet: Sheet, reading: Reading) -> bool | None:
    """Whether the sheet has a header; None when it is hidden."""
    headed = read_grid(sheet.grid, reading) if sheet.grid else None
    if headed is not False:
        reading.notices.extend(sheet.notes())
    elif sheet.grid and sheet.grid.rows:
        reading.notices.append(Note(sheet.place, wording.SHEET_WITHOUT_HEADER))
    return headed


def _cell(cell: str | list[str]) -> Cell:
    return cell if isinstance(cell, str) else Unread(getattr(wording, cell[0]), cell[1])


def _answer_words(question: Question) -> str:
    """The answer in one cell; several wordings of a blank stand on a line each."""
    match question.kind:
        case Kind.JUDGE:
            return wording.JUDGED[question.answer[0]]
        case Kind.BLANK:
            return "\n".join(question.answer)
        case _:
            return "".join(question.answer)


Column = tuple[str, int, Callable[[Question], str]]
COLUMNS: tuple[Column, ...] = (
    (wording.HEADERS["code"][0], 12, lambda question: question.code),
    (wording.HEADERS["kind"][0], 9, lambda question: wording.KIND_NAMES[question.kind]),
    (wording.HEADERS["stem"][0], 50, lambda question: question.stem),
    *(
        (items.named(letter), 20, lambda question, at=at: "".join(question.options[at : at + 1]))
        for at, letter in enumerate(LETTERS)
    ),
    (wording.HEADERS["answer"][0], 12, _answer_words),
    (wording.HEADERS["explanation"][0], 50, lambda question: question.explanation),
    (wording.HEADERS["source"][0], 30, lambda question: question.source),
    (wording.HEADERS["place"][0], 16, lambda question: question.place),
    (wording.HEADERS["date"][0], 12, lambda question: question.date),
    (wording.HEADERS["topic"][0], 12, lambda question: question.topic),
    (
        wording.HEADERS["difficulty"][0],
        6,
        lambda question: wording.DIFFICULTY_NAMES[question.difficulty],
    ),
)
"""The name of each column, its width in characters, and what stands in it."""


def write(questions: Iterable[Question]) -> bytes:
    """A workbook of these questions, as our template has it."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet(wording.SHEET)
        bold = workbook.add_format({"bold": True})
        # Text, so that Excel leaves 007 alone when somebody mends the cell.
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        sheet.freeze_panes(1, 0)
        for at, (name, width, _) in enumerate(COLUMNS):
            sheet.set_column(at, at, width, text)
            sheet.write_string(0, at, name, bold)
        for row, question in enumerate(questions, 1):
            for at, (_, _, words_of) in enumerate(COLUMNS):
                if words := words_of(question):
                    # `write` would make a formula of what begins with an equals sign.
                    sheet.write_string(row, at, words, text)
    return file.getvalue()
