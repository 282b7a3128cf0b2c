"""`bot import questions`: reads a file, reports, and brings the questions into the bank."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from bot import wording
from bot.domain import audit
from bot.domain.bank import BankState, QuestionBank
from bot.domain.question_import import COLLIDES, Compared, Standing, compare, to_bring
from quiz_bank import wording as items
from quiz_bank.formats.found import Note, Unreadable
from quiz_bank.formats.importing import Findings, find_questions
from quiz_bank.formats.recognition import LARGEST_MB
from quiz_bank.formats.wording import UNSUPPORTED, UNSUPPORTED_HOW

CLEAN, FAULTY, UNREADABLE = 0, 1, 2
"""What the program says to whoever called it."""
MOST_ROWS = 200
"""Rows of a table on the screen; the JSON has all."""


@dataclass(frozen=True)
class Import:
    """One file on its way into the bank.

    `leave_out` gives up what no chat can hold, `revise` lets it rewrite what the bank has. They
    come as drafts unless `publish` says otherwise.
    """

    file: Path
    leave_out: bool
    revise: bool
    publish: bool
    as_json: bool

    def rehearse(self) -> int:
        """Report on the file alone; the exit code."""
        findings = self._read()
        if findings is None:
            return UNREADABLE
        self._report(findings)
        if not self.as_json:
            click.echo(wording.REHEARSED)
        return CLEAN if self._is_clean(findings) else FAULTY

    def perform(self, bank: QuestionBank) -> int:
        """Report, and import all or nothing; the exit code."""
        findings = self._read()
        if findings is None:
            return UNREADABLE
        compared = compare(bank.questions(), findings.questions, self.revise)
        findings = _with_errors(findings, [*_collisions(compared), *self._unfit(compared)])
        self._report(findings)
        if not self._is_clean(findings):
            return FAULTY
        state = BankState.PUBLISHED if self.publish else BankState.DRAFT
        bank.bring_in(to_bring(compared), state, audit.SYSTEM)
        if not self.as_json:
            click.echo(_outcome(compared, self.publish))
        return CLEAN

    def _read(self) -> Findings | None:
        """What the file holds; None, and the reason told, if it can't be read at all."""
        try:
            return self._find(_content(self.file))
        except Unreadable as trouble:
            if self.as_json:
                _print_json(_unread(trouble))
            else:
                click.echo(self._told(Note(trouble.place, trouble.message)), err=True)
            return None

    def _told(self, note: Note) -> str:
        return items.PROBLEM.format(file=self.file.name, place=note.place, message=note.message)

    def _find(self, content: bytes) -> Findings:
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(wording.READING_FILE, total=None)
            return find_questions(
                content,
                lambda done, total: bar.update(
                    task, description=wording.CHECKING, completed=done, total=total
                ),
            )

    def _unfit(self, compared: Sequence[Compared]) -> list[Note]:
        """What keeps them from being published, if that is asked for."""
        return [
            Note(one.found.place, wording.UNFIT.format(items=_named(one.found.question.lacks)))
            for one in compared
            if self.publish and one.found.question.lacks
        ]

    def _is_clean(self, findings: Findings) -> bool:
        return not findings.errors and (self.leave_out or not findings.unsupported)

    def _report(self, findings: Findings) -> None:
        if self.as_json:
            _print_json(findings.to_dict())
            # What is only good to know has no place in the JSON, and is still not kept back.
            for note in findings.notices:
                click.echo(self._told(note), err=True)
        else:
            self._print(findings)

    def _print(self, findings: Findings) -> None:
        lacking = [
            Note(found.place, _lacks(found.question.lacks))
            for found in findings.questions
            if found.question.lacks
        ]
        click.echo(_summary(self.file.name, findings))
        _print_table(wording.QUESTIONS_NOTICES, findings.notices)
        _print_table(wording.QUESTIONS_LACK.format(count=len(lacking)), lacking)
        unsupported = [Note(one.place, _unsupported(one.kind)) for one in findings.unsupported]
        _print_table(wording.QUESTIONS_UNSUPPORTED.format(count=len(unsupported)), unsupported)
        _print_table(wording.QUESTIONS_BAD.format(count=len(findings.errors)), findings.errors)
        if unsupported and not self.leave_out and not findings.errors:
            click.echo(wording.QUESTIONS_STAY_OUT)


def _content(file: Path) -> bytes:
    """The bytes of the file, but never much more than we would read. Raises Unreadable."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_MB * 2**20 + 1)
    except FileNotFoundError as error:
        raise Unreadable(items.MISSING_FILE) from error
    except OSError as error:
        raise Unreadable(items.UNREADABLE) from error


def _with_errors(findings: Findings, errors: Sequence[Note]) -> Findings:
    return replace(findings, errors=(*findings.errors, *errors))


def _collisions(compared: Sequence[Compared]) -> list[Note]:
    """An error for each question that the bank has already."""
    return [Note(one.found.place, _collision(one)) for one in compared if one.standing in COLLIDES]


def _collision(compared: Compared) -> str:
    other = compared.other.code if compared.other else ""
    if compared.standing is Standing.CODE_TAKEN and compared.found.has_code:
        return wording.CODE_IN_BANK.format(code=other)
    return wording.STEM_IN_BANK.format(code=other)


def _summary(name: str, findings: Findings) -> str:
    counts = Counter(found.question.kind for found in findings.questions)
    kinds = [
        wording.QUESTIONS_OF_KIND.format(kind=items.KINDS[kind], count=count)
        for kind, count in counts.items()
    ]
    return wording.QUESTIONS_READ.format(
        file=name,
        count=len(findings.questions),
        kinds="，".join(kinds) or wording.NO_QUESTIONS_OF_ANY_KIND,
    )


def _lacks(keys: Iterable[str]) -> str:
    return wording.LACKS.format(items=_named(keys))


def _named(keys: Iterable[str]) -> str:
    return "、".join(map(items.named, keys))


def _unsupported(kind: str) -> str:
    return UNSUPPORTED_HOW.format(name=UNSUPPORTED.get(kind, kind))


def _outcome(compared: Sequence[Compared], publish: bool) -> str:
    counts = Counter(one.standing for one in compared)
    told = wording.QUESTIONS_PUBLISHED if publish else wording.QUESTIONS_DRAFTED
    return told.format(
        count=len(compared),
        new=counts[Standing.NEW],
        revised=counts[Standing.REVISED],
        same=counts[Standing.SAME],
    )


def _print_table(title: str, notes: Sequence[Note]) -> None:
    if not notes:
        return
    click.echo(title)
    # Folded, not cut: the end of a line says how to mend it.
    columns = [Column(name, overflow="fold") for name in (wording.PLACE, wording.REASON)]
    table = Table(*columns, show_lines=True)
    for note in notes[:MOST_ROWS]:
        # Text, so that [brackets] of the file are no markup.
        table.add_row(Text(note.place), Text(note.message))
    Console(file=sys.stdout).print(table)
    if len(notes) > MOST_ROWS:
        click.echo(wording.MORE_ROWS.format(count=len(notes) - MOST_ROWS))


def _unread(trouble: Unreadable) -> dict[str, Any]:
    error = {"place": trouble.place, "message": trouble.message}
    return {"questions": [], "unsupported": [], "errors": [error]}


def _print_json(report: dict[str, Any]) -> None:
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))
