"""`bot import questions`: reads a file, reports, and brings the questions into the bank."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from bot import wording
from bot.domain import audit
from bot.domain.bank import BankState, QuestionBank
from bot.domain.question_import import COLLIDES, Compared, Standing, compare, to_bring
from bot.reports import CLEAN, FAULTY, UNREADABLE, content_of, print_table, reading_bar, told
from quiz_bank import wording as items
from quiz_bank.formats.found import Note, Unreadable
from quiz_bank.formats.importing import Findings, find_questions
from quiz_bank.formats.wording import UNSUPPORTED, UNSUPPORTED_HOW


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
            return self._find(content_of(self.file))
        except Unreadable as trouble:
            if self.as_json:
                _print_json(_unread(trouble))
            else:
                click.echo(told(self.file, Note(trouble.place, trouble.message)), err=True)
            return None

    def _find(self, content: bytes) -> Findings:
        with reading_bar() as progress:
            return find_questions(content, progress)

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
                click.echo(told(self.file, note), err=True)
        else:
            self._print(findings)

    def _print(self, findings: Findings) -> None:
        lacking = [
            Note(found.place, _lacks(found.question.lacks))
            for found in findings.questions
            if found.question.lacks
        ]
        click.echo(_summary(self.file.name, findings))
        print_table(wording.QUESTIONS_NOTICES, findings.notices)
        print_table(wording.QUESTIONS_LACK.format(count=len(lacking)), lacking)
        unsupported = [Note(one.place, _unsupported(one.kind)) for one in findings.unsupported]
        print_table(wording.QUESTIONS_UNSUPPORTED.format(count=len(unsupported)), unsupported)
        print_table(wording.QUESTIONS_BAD.format(count=len(findings.errors)), findings.errors)
        if unsupported and not self.leave_out and not findings.errors:
            click.echo(wording.QUESTIONS_STAY_OUT)


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


def _unread(trouble: Unreadable) -> dict[str, Any]:
    error = {"place": trouble.place, "message": trouble.message}
    return {"questions": [], "unsupported": [], "errors": [error]}


def _print_json(report: dict[str, Any]) -> None:
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))
