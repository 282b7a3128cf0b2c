"""A question as the form has it: the question it describes, or what is wrong at which field."""

from typing import Any

from bot.console.bank.forms import WordingForm
from quiz_bank import Kind, Question
from quiz_bank import wording as items
from quiz_bank.checks import Draft
from quiz_bank.formats.meaning import judged
from quiz_bank.formats.words import tidy
from quiz_bank.question import CHOICES

Errors = dict[str, list[str]]
"""What is wrong, by field: a key of a question, or the letter of an option."""

_LINES = ("stem", "explanation", "source", "place", "date", "topic")


def worded(form: WordingForm, code: str) -> tuple[Question | None, Errors]:
    """The question, or None and what is wrong."""
    draft = Draft(_table(form, code), items.named)
    question = draft.question(complete=False)
    errors: Errors = {}
    for complaint in draft.complaints:
        errors.setdefault(complaint.item, []).append(complaint.message)
    return question, errors


def typed(question: Question) -> dict[str, str]:
    """The fields of the form that describe this question."""
    fields = {key: getattr(question, key) for key in _LINES}
    fields |= zip(question.letters, question.options, strict=True)
    return fields | {
        "kind": question.kind.value,
        "answer": _typed_answer(question),
        "difficulty": str(question.difficulty),
    }


def _typed_answer(question: Question) -> str:
    match question.kind:
        case Kind.JUDGE:
            return next(word for word, it in items.JUDGED.items() if it == question.answer[0])
        case Kind.BLANK:
            return "\n".join(question.answer)
        case _:
            return "".join(question.answer)


def _table(form: WordingForm, code: str) -> dict[str, Any]:
    table: dict[str, Any] = {key: tidy(getattr(form, key)) for key in _LINES}
    table |= {"code": code, "kind": form.kind, "answer": _answer(form)}
    if form.kind in CHOICES:
        table["options"] = [tidy(option) for option in form.options]
    if form.difficulty.isdecimal():
        table["difficulty"] = int(form.difficulty)
    return table


def _answer(form: WordingForm) -> str | list[str]:
    if form.kind == Kind.BLANK:
        return [words for words in map(tidy, form.answer.split("\n")) if words]
    if form.kind == Kind.JUDGE:
        return judged(form.answer) or form.answer
    return tidy(form.answer)
