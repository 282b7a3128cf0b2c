"""Files as people bring them, and what is said about them."""

from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from quiz_bank import Question
from quiz_bank.formats.found import Unreadable
from quiz_bank.formats.importing import Findings, find_questions

HEADER = ("题型", "题干", "选项A", "选项B", "选项C", "答案", "解析", "出处")
SOUND = ("单选题", "五中全会在哪里举行？", "北京", "上海", "昆山", "A", "在北京举行。", "公报")
JUDGE = ("判断题", "五中全会在北京举行。", "", "", "", "对", "在北京举行。", "公报")


def read(content: str | bytes) -> Findings:
    return find_questions(content.encode() if isinstance(content, str) else content)


def questions(content: str | bytes) -> list[Question]:
    """The questions of a file that has nothing else to report."""
    findings = read(content)
    assert not findings.errors
    assert not findings.unsupported
    return [found.question for found in findings.questions]


def errors(content: str | bytes) -> list[tuple[str, str]]:
    return [(error.place, error.message) for error in read(content).errors]


def unsupported(content: str | bytes) -> list[tuple[str, str]]:
    return [(one.place, one.kind) for one in read(content).unsupported]


def notices(content: str | bytes) -> list[tuple[str, str]]:
    return [(notice.place, notice.message) for notice in read(content).notices]


def refusal(content: str | bytes) -> str:
    """Why the file can't be read at all."""
    try:
        read(content)
    except Unreadable as trouble:
        return trouble.message
    raise AssertionError("it was read")


class Book:
    """An Excel workbook in the making; a cell of None stays empty."""

    def __init__(self) -> None:
        self._file = BytesIO()
        self.workbook = Workbook(self._file, {"in_memory": True})
        self.sheet: Any = None

    def add(self, name: str, *rows: tuple[Any, ...], first: int = 0) -> "Book":
        """A sheet of these rows."""
        self.sheet = self.workbook.add_worksheet(name)
        for number, row in enumerate(rows, first):
            for column, value in enumerate(row):
                if value not in (None, ""):
                    self.put(number, column, value)
        return self

    def put(self, row: int, column: int, value: Any, form: str = "") -> "Book":
        """A value in a cell, shown in this number format."""
        shown = self.workbook.add_format({"num_format": form}) if form else None
        if isinstance(value, str):
            self.sheet.write_string(row, column, value, shown)
        else:
            self.sheet.write(row, column, value, shown)
        return self

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        self.workbook.close()
        return self._file.getvalue()


def book(*rows: tuple[Any, ...]) -> bytes:
    """A workbook with one sheet of these rows."""
    return Book().add("题库", *rows).content
