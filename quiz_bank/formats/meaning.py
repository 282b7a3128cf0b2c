"""What people mean by their words for a kind, an answer or a difficulty."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from quiz_bank.checks import Complaint, clip
from quiz_bank.formats import wording
from quiz_bank.formats.found import Sketch, Unsupported, nowhere
from quiz_bank.formats.words import plain
from quiz_bank.question import LETTERS, Kind, fold

UNDECIDED = ""
"""The kind of a question whose answer has to tell it."""

_KINDS = {
    name: kind
    for kinds in (wording.KINDS, wording.ENGLISH_KINDS)
    for kind, names in kinds.items()
    for name in names
}
_JUDGED = dict.fromkeys(wording.TRUE, "T") | dict.fromkeys(wording.FALSE, "F")
_DIFFICULTIES = {word: level for level, words in wording.DIFFICULTIES.items() for word in words}
_LETTERS = re.compile(r"[a-z](?:[,、;/|.]?[a-z])*")


@dataclass
class Loose:
    """A question in people's own words, still by item."""

    place: str
    kind: str = ""
    options: list[str] = field(default_factory=list)
    answer: str | Sequence[str] = ""
    difficulty: str = ""
    others: dict[str, str] = field(default_factory=dict)
    """Stem, explanation and the like, which mean what they say."""
    where: Callable[[str], str | None] = nowhere
    complaints: list[Complaint] = field(default_factory=list)


def kind_of(words: str) -> str | None:
    """The kind these words name: one of ours, one no chat can hold, UNDECIDED, or None."""
    name = plain(words)
    return _KINDS.get(name, _KINDS.get(name.removesuffix(wording.KIND_END)))


def judged(words: str) -> str | None:
    """T or F, if the words say one of them."""
    return _JUDGED.get(plain(words))


def settle(loose: Loose) -> Sketch | Unsupported:
    """The question in our words, as far as they can be made out."""
    kind = _kind(loose)
    if kind not in [*Kind, UNDECIDED]:
        return Unsupported(loose.place, kind)
    kind = kind or _inferred(loose)
    words: dict[str, Any] = {key: value for key, value in loose.others.items() if value}
    words["stem"] = loose.others.get("stem", "")
    match kind:
        case Kind.JUDGE:
            words["answer"], options = _judgement(loose)
        case Kind.BLANK:
            words["answer"], options = _wordings(loose.answer), loose.options
        case _:
            words["answer"], options = _letters(loose), loose.options
    if len(options) > len(LETTERS):
        return Unsupported(loose.place, "too_many_options")
    words |= {"kind": kind, "options": options} | _difficulty(loose)
    return Sketch(loose.place, words, loose.where, tuple(loose.complaints))


def _kind(loose: Loose) -> str:
    kind = kind_of(loose.kind) if loose.kind else UNDECIDED
    if kind is None:
        message = wording.BAD_KIND.format(kind=clip(loose.kind))
        loose.complaints.append(Complaint("kind", message))
        return UNDECIDED
    return kind


def _inferred(loose: Loose) -> str:
    """The kind of a question that does not say: its options and its answer tell."""
    answer = loose.answer if isinstance(loose.answer, str) else ""
    if len(loose.options) == 2 and all(map(judged, loose.options)):
        return Kind.JUDGE
    if loose.options or (plain(answer).isascii() and _is_letters(answer) and not judged(answer)):
        several = _is_letters(answer) and len(re.sub(r"[^a-z]", "", plain(answer))) > 1
        return Kind.MULTIPLE if several else Kind.SINGLE
    return Kind.JUDGE if judged(answer) else Kind.BLANK


def _judgement(loose: Loose) -> tuple[str, list[str]]:
    """T, F or what stood there instead, and the options if they are more than right and wrong."""
    answer = loose.answer if isinstance(loose.answer, str) else "".join(loose.answer)
    meanings = [judged(option) for option in loose.options]
    if meanings and None not in meanings:
        by_letter = dict(zip(LETTERS.lower(), meanings, strict=False))
        return by_letter.get(plain(answer)) or judged(answer) or answer, []
    return judged(answer) or answer, loose.options


def _wordings(answer: str | Sequence[str]) -> list[str]:
    lines = answer.split("\n") if isinstance(answer, str) else list(answer)
    return [line for line in map(str.strip, lines) if line]


def _letters(loose: Loose) -> str | list[str]:
    """The letters of the answer, also where it repeats the words of an option."""
    if not isinstance(loose.answer, str):
        return list(loose.answer)
    if not _is_letters(loose.answer):
        for letter, option in zip(LETTERS, loose.options, strict=False):
            if fold(option) and fold(option) == fold(loose.answer):
                return letter
    return loose.answer


def _is_letters(answer: str) -> bool:
    return bool(_LETTERS.fullmatch(plain(answer)))


def _difficulty(loose: Loose) -> dict[str, int]:
    if not loose.difficulty:
        return {}
    if level := _DIFFICULTIES.get(plain(loose.difficulty)):
        return {"difficulty": level}
    message = wording.BAD_DIFFICULTY.format(difficulty=clip(loose.difficulty))
    loose.complaints.append(Complaint("difficulty", message))
    return {}
