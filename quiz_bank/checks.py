"""One question as a file has it: the question it describes, or everything wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from difflib import get_close_matches
from itertools import combinations
from typing import Any

from quiz_bank import wording
from quiz_bank.question import CHOICES, LETTERS, Kind, Question, fold

KEYS = tuple(field.name for field in fields(Question))
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LONGEST = {
    "stem": 90,
    "explanation": 120,
    "source": 60,
    "place": 40,
    "date": 20,
    "topic": 20,
    "title": 60,
}
"""Characters that fit a chat reply of 2,048 bytes together with everything else in it."""
LONGEST_OPTION = LONGEST_BLANK = 40
MOST_WORDINGS = 20
USUAL_DIFFICULTY = 2
"""Of a question that says nothing about it."""


@dataclass(frozen=True)
class Complaint:
    """What is wrong with an item (a key of ours, or an option's letter), and how to mend it."""

    item: str
    message: str


class Table:
    """A table as somebody wrote it, and our complaints about it so far.

    `called` says how its items are called where it was written.
    """

    def __init__(
        self, table: Mapping[str, Any], called: Callable[[str], str] = wording.keyed
    ) -> None:
        self._table, self._called = table, called
        self.complaints: list[Complaint] = []

    def complain(self, item: str, sentence: str, **facts: object) -> None:
        """Say what is wrong and how to mend it."""
        message = sentence.format(item=self._called(item), **facts)
        self.complaints.append(Complaint(item, message))

    def refuse_unknown_keys(self, known: Sequence[str]) -> None:
        """Complain about keys that mean nothing to us; most are slips of the pen."""
        for key in sorted(self._table.keys() - set(known)):
            likely = next(iter(get_close_matches(key.lower(), known, n=1)), None)
            self.complaints.append(Complaint("", wording.unknown_key(clip(key), known, likely)))

    def text(self, key: str, default: str | None = None) -> str:
        """The words under this key, one line of them; without a default there must be some."""
        value = self._table.get(key, default)
        if isinstance(value, date) and not isinstance(value, datetime) and key == "date":
            value = value.isoformat()
        if value is None:
            self.complain(key, wording.MISSING)
            return ""
        if value == "" and default is None:
            self.complain(key, wording.EMPTY)
            return ""
        return self.line(value, key, LONGEST.get(key))

    def line(self, value: object, item: str, limit: int | None) -> str:
        """The value as one readable line of at most `limit` characters."""
        if not isinstance(value, str):
            self.complain(item, wording.NOT_TEXT)
            return ""
        words = value.strip()
        if value and not words:
            self.complain(item, wording.EMPTY)
        if limit and len(words) > limit:
            self.complain(item, wording.TOO_LONG, length=len(words), limit=limit)
        if not words.isprintable() and any(map(_is_odd, words)):
            self.complain(item, wording.ODD_CHARACTERS)
        return words


class Draft(Table):
    """A question as somebody wrote it."""

    def question(
        self, documents: Collection[str] | None = None, complete: bool = True
    ) -> Question | None:
        """The question, or None when there are complaints.

        Its source must be one of the documents, if any are given. One that need not be complete
        may lack what only matters when it is published; `code` is empty then.
        """
        self.refuse_unknown_keys(KEYS)
        lacking = None if complete else ""
        kind = self._kind()
        options = self._options(kind)
        question = Question(
            code=self._code(lacking),
            kind=kind or Kind.BLANK,
            stem=self.text("stem"),
            options=options,
            answer=self._answer(kind, LETTERS[: len(options)]),
            explanation=self.text("explanation", lacking),
            source=self._source(documents, lacking),
            place=self.text("place", lacking),
            date=self.text("date", default=""),
            topic=self.text("topic", lacking),
            difficulty=self._difficulty(None if complete else USUAL_DIFFICULTY),
        )
        return None if self.complaints else question

    def _code(self, lacking: str | None) -> str:
        code = self.text("code", lacking)
        if code and not CODE.fullmatch(code):
            self.complain("code", wording.BAD_CODE, code=clip(code))
        return code

    def _kind(self) -> Kind | None:
        kind = self.text("kind").lower()
        if kind in list(Kind):
            return Kind(kind)
        if kind:
            self.complain("kind", wording.BAD_KIND, kind=clip(kind))
        return None

    def _source(self, documents: Collection[str] | None, lacking: str | None) -> str:
        source = self.text("source", lacking)
        if source and documents is not None and source not in documents:
            self.complain("source", wording.UNKNOWN_DOCUMENT, title=clip(source))
        return source

    def _difficulty(self, usual: int | None) -> int:
        difficulty = self._table.get("difficulty", usual)
        # True is an int to Python, and 2.0 equals 2.
        if type(difficulty) is int and difficulty in (1, 2, 3):
            return difficulty
        self.complain("difficulty", wording.BAD_DIFFICULTY)
        return 0

    def _options(self, kind: Kind | None) -> tuple[str, ...]:
        given = self._table.get("options", [])
        if kind and kind not in CHOICES:
            if given:
                self.complain("options", wording.OPTIONS_UNWANTED, kind=wording.KINDS[kind])
            return ()
        if not isinstance(given, list):
            self.complain("options", wording.OPTIONS_NOT_LIST)
            return ()
        if kind and not 2 <= len(given) <= len(LETTERS):
            count, name = len(given), wording.KINDS[kind]
            self.complain("options", wording.OPTIONS_COUNT, count=count, kind=name)
        return self._different([self._option(*pair) for pair in zip(LETTERS, given, strict=False)])

    def _option(self, letter: str, value: object) -> str:
        if value == "":
            self.complain(letter, wording.EMPTY)
        return self.line(value, letter, LONGEST_OPTION)

    def _different(self, options: Sequence[str]) -> tuple[str, ...]:
        for (first, one), (second, other) in combinations(zip(LETTERS, options, strict=False), 2):
            if one and _look(one) == _look(other):
                self.complain(second, wording.SAME_OPTIONS, first=first, second=second)
        return tuple(options)

    def _answer(self, kind: Kind | None, letters: str) -> tuple[str, ...]:
        given = self._table.get("answer")
        if given in (None, "", []):
            self.complain("answer", wording.MISSING if given is None else wording.EMPTY)
            return ()
        match kind:
            case Kind.SINGLE | Kind.MULTIPLE:
                return self._letters(given, letters, kind)
            case Kind.JUDGE:
                return self._judged(given)
            case Kind.BLANK:
                return self._wordings(given)
            case None:
                return ()

    def _letters(self, given: object, letters: str, kind: Kind) -> tuple[str, ...]:
        parts = _strings(given)
        if parts is None:
            self.complain("answer", wording.ANSWER_NOT_LETTERS)
            return ()
        joined = unicodedata.normalize("NFKC", "".join(parts)).upper()
        chosen = sorted(set(re.sub(r"[\s,、;/|.]", "", joined)))
        strays = "".join(letter for letter in chosen if letter not in LETTERS)
        if strays or not chosen:
            self.complain("answer", wording.ANSWER_NOT_LETTERS)
        elif outside := "".join(letter for letter in chosen if letter not in letters):
            if letters:
                last = letters[-1]
                self.complain("answer", wording.ANSWER_OUTSIDE, letters=outside, last=last)
        elif kind is Kind.SINGLE and len(chosen) > 1:
            self.complain("answer", wording.SINGLE_NEEDS_ONE, count=len(chosen))
        elif kind is Kind.MULTIPLE and len(chosen) < 2:
            self.complain("answer", wording.MULTIPLE_NEEDS_MORE)
        return tuple(chosen)

    def _judged(self, given: object) -> tuple[str, ...]:
        words = given[0] if isinstance(given, list) and len(given) == 1 else given
        meant = wording.JUDGED.get(words.strip().upper()) if isinstance(words, str) else None
        if meant is None:
            self.complain("answer", wording.JUDGE_NEEDS_WORD)
            return ()
        return (meant,)

    def _wordings(self, given: object) -> tuple[str, ...]:
        parts = _strings(given)
        if parts is None:
            self.complain("answer", wording.BLANK_NOT_TEXT)
            return ()
        if len(parts) > MOST_WORDINGS:
            self.complain("answer", wording.BLANK_TOO_MANY, limit=MOST_WORDINGS)
        words = tuple(self.line(part, "answer", LONGEST_BLANK) for part in parts)
        if not all(map(fold, words)):
            self.complain("answer", wording.BLANK_EMPTY)
        return words


def clip(words: str, length: int = 40) -> str:
    """The words, short enough and clean enough to repeat in a complaint."""
    return "".join("·" if _is_odd(letter) else letter for letter in words[:length])


def _strings(given: object) -> list[str] | None:
    """One text or a list of them as a list; None for anything else."""
    parts: list[object] = given if isinstance(given, list) else [given]
    strings = [part for part in parts if isinstance(part, str)]
    return strings if len(strings) == len(parts) else None


def _is_odd(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category.startswith("C") or category in ("Zl", "Zp")


def _look(option: str) -> str:
    """What two options share when a reader could not tell them apart."""
    return "".join(unicodedata.normalize("NFKC", option).casefold().split())
