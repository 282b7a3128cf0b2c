"""Reads files of questions, and explains what is wrong with a file and how to mend it."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeGuard

from quiz_bank import wording
from quiz_bank.bank import Bank
from quiz_bank.checks import Draft, Table, clip
from quiz_bank.documents import shipped_documents
from quiz_bank.question import Question, fold

LARGEST_KB = 512
"""A file of 40 questions has about 20 KB."""
MOST_POINTS = 30
"""Full stops in a line. For a key of n parts tomllib takes n² bytes and more: 500 KB of `a.a.a` on
one line used up all memory there was."""


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file: where, why, and how to mend it, for people."""

    file: str
    place: str
    message: str

    def __str__(self) -> str:
        return wording.PROBLEM.format(file=self.file, place=self.place, message=self.message)


@dataclass(frozen=True)
class Loaded:
    """What files hold: their sound questions, and every problem with the others."""

    questions: tuple[Question, ...]
    problems: tuple[Problem, ...]


class BrokenBank(Exception):
    """A shipped file of questions was edited and has problems now."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def load_file(path: Path | Traversable) -> Loaded:
    """The questions of one TOML file. Whatever is wrong with it is a problem, never an error."""
    return load_files([path])


def load_content(name: str, content: bytes) -> Loaded:
    """The questions of a file that stands in memory, under the name it has for people."""
    reader = _Reader()
    reader.read(name, content)
    return reader.loaded


def load_files(paths: Iterable[Path | Traversable]) -> Loaded:
    """The questions of several files, among which codes and stems must differ."""
    reader = _Reader()
    for path in paths:
        reader.open(path)
    return reader.loaded


def load_shipped() -> Bank:
    """Every question that comes with us. Raises BrokenBank, with all problems at once."""
    folder = files("quiz_bank").joinpath("questions")
    shipped = [path for path in folder.iterdir() if path.name.endswith(".toml")]
    loaded = load_files(sorted(shipped, key=lambda path: path.name))
    if loaded.problems:
        raise BrokenBank(loaded.problems)
    return Bank(loaded.questions)


class _Reader:
    """Goes through files and keeps what it finds."""

    def __init__(self) -> None:
        self._questions: list[Question] = []
        self._problems: list[Problem] = []
        self._file = ""
        self._codes: dict[str, str] = {}
        self._stems: dict[str, str] = {}

    @property
    def loaded(self) -> Loaded:
        """What was found so far."""
        return Loaded(tuple(self._questions), tuple(self._problems))

    def open(self, path: Path | Traversable) -> None:
        """Go through the file at this path."""
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_KB * 1024 + 1)
        except FileNotFoundError:
            self._give_up(path.name, wording.MISSING_FILE)
        except OSError:
            self._give_up(path.name, wording.UNREADABLE)
        else:
            self.read(path.name, content)

    def read(self, name: str, content: bytes) -> None:
        """Go through a file of this name and content."""
        try:
            tables = _parse(_decode(content))
        except _Unreadable as trouble:
            self._give_up(name, trouble.message, trouble.place)
        else:
            self._go_through(name, tables)

    def _give_up(self, name: str, message: str, place: str = wording.WHOLE_FILE) -> None:
        self._file = clip(name)
        self._complain(place, message)

    def _go_through(self, name: str, content: dict[str, Any]) -> None:
        self._file = clip(name)
        head = Table(content)
        head.refuse_unknown_keys(("topic", "document", "question"))
        topic = head.text("topic") if "topic" in content else None
        self._complain(wording.HEAD, *head.complaints)
        documents = {*shipped_documents(), *self._titles(content.get("document", []))}
        self._go_through_questions(content.get("question", []), topic, documents)

    def _titles(self, documents: object) -> list[str]:
        """The titles of the documents that the file adds to our own."""
        if not _are_tables(documents):
            self._complain(wording.HEAD, wording.DOCUMENT_NOT_LIST)
            return []
        tables = [Table(document) for document in documents]
        titles = [table.text("title") for table in tables]
        for ordinal, table in enumerate(tables, 1):
            table.refuse_unknown_keys(("title",))
            self._complain(wording.NTH_DOCUMENT.format(ordinal=ordinal), *table.complaints)
        return titles

    def _go_through_questions(
        self, questions: object, topic: str | None, documents: set[str]
    ) -> None:
        if not _are_tables(questions):
            self._complain(wording.WHOLE_FILE, wording.QUESTION_NOT_LIST)
        elif not questions:
            self._complain(wording.WHOLE_FILE, wording.NO_QUESTIONS)
        else:
            for ordinal, table in enumerate(questions, 1):
                self._question(_place(ordinal, table), table, topic, documents)

    def _question(
        self, place: str, table: dict[str, Any], topic: str | None, documents: set[str]
    ) -> None:
        draft = Draft(table)
        question = draft.question(topic, documents)
        repeats = self._repeats(place, table)
        self._complain(place, *draft.complaints, *repeats)
        if question and not repeats:
            self._questions.append(question)

    def _repeats(self, place: str, table: dict[str, Any]) -> list[str]:
        """What an earlier question, sound or not, has already."""
        code, stem = (_words(table.get(key)) for key in ("code", "stem"))
        here = wording.elsewhere(self._file, place)
        complaints = []
        if code and (taken := self._codes.setdefault(code.casefold(), here)) is not here:
            complaints.append(wording.CODE_TAKEN.format(code=clip(code), place=taken))
        if stem and (taken := self._stems.setdefault(fold(stem), here)) is not here:
            complaints.append(wording.STEM_TAKEN.format(place=taken))
        return complaints

    def _complain(self, place: str, *messages: str) -> None:
        self._problems += [Problem(self._file, place, message) for message in messages]


class _Unreadable(Exception):
    """A file of which we can tell no question."""

    def __init__(self, message: str, place: str = wording.WHOLE_FILE) -> None:
        super().__init__(message)
        self.message, self.place = message, place


def _decode(content: bytes) -> str:
    if len(content) > LARGEST_KB * 1024:
        raise _Unreadable(wording.TOO_BIG.format(limit=LARGEST_KB))
    try:
        # Notepad opens a file with a byte order mark, which TOML does not know.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable(wording.NOT_UTF8) from error


def _parse(text: str) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_POINTS:
            place = wording.LINE.format(line=number)
            raise _Unreadable(wording.TOO_MANY_POINTS.format(limit=MOST_POINTS), place)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _Unreadable(wording.TOO_DEEP) from error
    except ValueError as error:
        # Not only TOMLDecodeError: a number of 5,000 digits is a plain ValueError.
        raise _unreadable(str(error)) from error


def _unreadable(reason: str) -> _Unreadable:
    """What tomllib says in English, in words for people who never heard of TOML."""
    message = wording.WRITTEN_TWICE if "overwrite" in reason else wording.BAD_TOML
    if spot := re.search(r"at line (\d+), column (\d+)", reason):
        return _Unreadable(message, wording.SPOT.format(line=spot[1], column=spot[2]))
    at_end = "at end of document" in reason
    return _Unreadable(message, wording.END if at_end else wording.WHOLE_FILE)


def _are_tables(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _place(ordinal: int, table: dict[str, Any]) -> str:
    if code := clip(_words(table.get("code"))):
        return wording.NTH_QUESTION_WITH_CODE.format(ordinal=ordinal, code=code)
    return wording.NTH_QUESTION.format(ordinal=ordinal)


def _words(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
