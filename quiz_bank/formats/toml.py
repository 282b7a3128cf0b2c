"""TOML as our own files are written: read, and written so that it reads the same."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeGuard

from quiz_bank import wording
from quiz_bank.checks import Table, clip
from quiz_bank.documents import shipped_documents
from quiz_bank.formats.found import Note, Reading, Sketch, Unreadable
from quiz_bank.question import Kind, Question

MOST_POINTS = 30
"""Full stops in a line. For a key of n parts tomllib takes n² bytes and more: 500 KB of `a.a.a` on
one line used up all memory there was."""


def read(text: str) -> Reading:
    """The questions of a file. Raises Unreadable."""
    content = _parse(text)
    reading = Reading(called=wording.keyed)
    head = Table(content)
    head.refuse_unknown_keys(("topic", "document", "question"))
    topic = {"topic": head.text("topic")} if "topic" in content else {}
    _note(reading, wording.HEAD, head)
    titles = _titles(content.get("document", []), reading)
    reading.documents = frozenset([*shipped_documents(), *titles])
    for ordinal, table in enumerate(_questions(content.get("question", []), reading), 1):
        reading.add(Sketch(_place(ordinal, table), topic | table))
    return reading


def write(questions: Iterable[Question]) -> str:
    """The file of these questions, with the documents they quote that are not our own."""
    kept = list(questions)
    cited = dict.fromkeys(question.source for question in kept if question.source)
    titles = [title for title in cited if title not in shipped_documents()]
    tables = [_table("document", [("title", title)]) for title in titles]
    tables += [_table("question", _items(question)) for question in kept]
    return "\n".join(tables)


def _items(question: Question) -> Iterator[tuple[str, str | int | Sequence[str]]]:
    """What stands in the file, in the order of the shipped ones."""
    yield "code", question.code
    yield "kind", question.kind.value
    yield "difficulty", question.difficulty
    yield "stem", question.stem
    if question.options:
        yield "options", question.options
    yield "answer", question.answer if question.kind is Kind.BLANK else "".join(question.answer)
    yield "explanation", question.explanation
    yield "source", question.source
    yield "place", question.place
    yield "date", question.date
    yield "topic", question.topic


def _table(name: str, items: Iterable[tuple[str, str | int | Sequence[str]]]) -> str:
    # What JSON writes of texts, whole numbers and lists of texts is TOML too.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in items if value]
    return "\n".join([f"[[{name}]]", *lines, ""])


def _parse(text: str) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_POINTS:
            place = wording.LINE.format(line=number)
            raise Unreadable(wording.TOO_MANY_POINTS.format(limit=MOST_POINTS), place)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise Unreadable(wording.TOO_DEEP) from error
    except ValueError as error:
        # Not only TOMLDecodeError: a number of 5,000 digits is a plain ValueError.
        raise _unreadable(str(error)) from error


def _unreadable(reason: str) -> Unreadable:
    """What tomllib says in English, in words for people who never heard of TOML."""
    message = wording.WRITTEN_TWICE if "overwrite" in reason else wording.BAD_TOML
    if spot := re.search(r"at line (\d+), column (\d+)", reason):
        return Unreadable(message, wording.SPOT.format(line=spot[1], column=spot[2]))
    at_end = "at end of document" in reason
    return Unreadable(message, wording.END if at_end else wording.WHOLE_FILE)


def _titles(documents: object, reading: Reading) -> list[str]:
    """The titles of the documents that the file adds to our own."""
    if not _are_tables(documents):
        reading.errors.append(Note(wording.HEAD, wording.DOCUMENT_NOT_LIST))
        return []
    tables = [Table(document) for document in documents]
    titles = [table.text("title") for table in tables]
    for ordinal, table in enumerate(tables, 1):
        table.refuse_unknown_keys(("title",))
        _note(reading, wording.NTH_DOCUMENT.format(ordinal=ordinal), table)
    return titles


def _questions(questions: object, reading: Reading) -> list[dict[str, Any]]:
    if not _are_tables(questions):
        reading.errors.append(Note(wording.WHOLE_FILE, wording.QUESTION_NOT_LIST))
        return []
    if not questions:
        reading.errors.append(Note(wording.WHOLE_FILE, wording.NO_QUESTIONS))
    return questions


def _note(reading: Reading, place: str, table: Table) -> None:
    reading.errors += [Note(place, complaint.message) for complaint in table.complaints]


def _are_tables(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _place(ordinal: int, table: dict[str, Any]) -> str:
    code = table.get("code")
    if isinstance(code, str) and (code := clip(code.strip())):
        return wording.NTH_QUESTION_WITH_CODE.format(ordinal=ordinal, code=code)
    return wording.NTH_QUESTION.format(ordinal=ordinal)
