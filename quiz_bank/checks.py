"""One `[[question]]` table of a file: the question it describes, or everything wrong with it."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
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


class Table:
    """A table as somebody wrote it, and our complaints about it so far."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table
        self.complaints: list[str] = []

    def complain(self, sentence: str, **facts: object) -> None:
        """Say what is wrong and how to mend it."""
        self.complaints.append(sentence.format(**facts))

    def refuse_unknown_keys(self, known: Sequence[str]) -> None:
        """Complain about keys that mean nothing to us; most are slips of the pen."""
        for key in sorted(self._table.keys() - set(known)):
            likely = next(iter(get_close_matches(key.lower(), known, n=1)), None)
            self.complaints.append(wording.unknown_key(clip(key), known, likely))

    def text(self, key: str, default: str | None = None) -> str:
        """The words under this key, one line of them; without a default there must be some."""
        name = wording.NAMES[key]
        value = self._table.get(key, default)
        if isinstance(value, date) and not isinstance(value, datetime) and key == "date":
            value = value.isoformat()
        if value is None:
            self.complain(wording.MISSING, key=key, name=name)
            return ""
        if value == "" and default is None:
            self.complain(wording.EMPTY, key=key, name=name)
            return ""
        return self.line(value, key, name, LONGEST.get(key))

    def line(self, value: object, key: str, name: str, limit: int | None) -> str:
        """The value as one readable line of at most `limit` characters."""
        if not isinstance(value, str):
            self.complain(wording.NOT_TEXT, key=key, name=name)
            return ""
        words = value.strip(" \u3000")
        if value and not words:
            self.complain(wording.EMPTY, key=key, name=name)
        if limit and len(words) > limit:
            self.complain(wording.TOO_LONG, key=key, name=name, length=len(words), limit=limit)
        if any(map(_is_odd, words)):
            self.complain(wording.ODD_CHARACTERS, key=key, name=name)
        return words


class Draft(Table):
    """A question as somebody wrote it."""

    def question(self, topic: str | None, documents: Collection[str]) -> Question | None:
        """The question, or None when there are complaints.

        `topic` is that of the file, for questions that name none.
        """
        self.refuse_unknown_keys(KEYS)
        kind = self._kind()
        options = self._options(kind)
        question = Question(
            code=self._code(),
            kind=kind or Kind.BLANK,
            stem=self.text("stem"),
            options=options,
            answer=self._answer(kind, LETTERS[: len(options)]),
            explanation=self.text("explanation"),
            source=self._source(documents),
            place=self.text("place"),
            date=self.text("date", default=""),
            topic=self.text("topic", default=topic),
            difficulty=self._difficulty(),
        )
        return None if self.complaints else question

    def _code(self) -> str:
        code = self.text("code")
        if code and not CODE.fullmatch(code):
            self.complain(wording.BAD_CODE, code=clip(code))
        return code

    def _kind(self) -> Kind | None:
        kind = self.text("kind").lower()
        if kind in list(Kind):
            return Kind(kind)
        if kind:
            self.complain(wording.BAD_KIND, kind=clip(kind))
        return None

    def _source(self, documents: Collection[str]) -> str:
        source = self.text("source")
        if source and source not in documents:
            self.complain(wording.UNKNOWN_DOCUMENT, title=clip(source))
        return source

    def _difficulty(self) -> int:
        difficulty = self._table.get("difficulty")
        # True is an int to Python, and 2.0 equals 2.
        if type(difficulty) is int and difficulty in (1, 2, 3):
            return difficulty
        self.complain(wording.BAD_DIFFICULTY)
        return 0

    def _options(self, kind: Kind | None) -> tuple[str, ...]:
        given = self._table.get("options", [])
        if kind and kind not in CHOICES:
            if given:
                self.complain(wording.OPTIONS_UNWANTED, kind=wording.KINDS[kind])
            return ()
        if not isinstance(given, list):
            self.complain(wording.OPTIONS_NOT_LIST)
            return ()
        if kind and not 2 <= len(given) <= len(LETTERS):
            self.complain(wording.OPTIONS_COUNT, count=len(given), kind=wording.KINDS[kind])
        return self._different([self._option(*pair) for pair in zip(LETTERS, given, strict=False)])

    def _option(self, letter: str, value: object) -> str:
        name = wording.option(letter)
        if value == "":
            self.complain(wording.EMPTY, key="options", name=name)
        return self.line(value, "options", name, LONGEST_OPTION)

    def _different(self, options: Sequence[str]) -> tuple[str, ...]:
        for (first, one), (second, other) in combinations(zip(LETTERS, options, strict=False), 2):
            if one and _look(one) == _look(other):
                self.complain(wording.SAME_OPTIONS, first=first, second=second)
        return tuple(options)

    def _answer(self, kind: Kind | None, letters: str) -> tuple[str, ...]:
        given = self._table.get("answer")
        if given in (None, "", []):
            sentence = wording.MISSING if given is None else wording.EMPTY
            self.complain(sentence, key="answer", name=wording.NAMES["answer"])
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
            self.complain(wording.ANSWER_NOT_LETTERS)
            return ()
        joined = unicodedata.normalize("NFKC", "".join(parts)).upper()
        chosen = sorted(set(re.sub(r"[\s,、]", "", joined)))
        strays = "".join(letter for letter in chosen if letter not in LETTERS)
        if strays or not chosen:
            self.complain(wording.ANSWER_NOT_LETTERS)
        elif outside := "".join(letter for letter in chosen if letter not in letters):
            if letters:
                self.complain(wording.ANSWER_OUTSIDE, letters=outside, last=letters[-1])
        elif kind is Kind.SINGLE and len(chosen) > 1:
            self.complain(wording.SINGLE_NEEDS_ONE, count=len(chosen))
        elif kind is Kind.MULTIPLE and len(chosen) < 2:
            self.complain(wording.MULTIPLE_NEEDS_MORE)
        return tuple(chosen)

    def _judged(self, given: object) -> tuple[str, ...]:
        words = given[0] if isinstance(given, list) and len(given) == 1 else given
        meant = wording.JUDGED.get(words.strip().upper()) if isinstance(words, str) else None
        if meant is None:
            self.complain(wording.JUDGE_NEEDS_WORD)
            return ()
        return (meant,)

    def _wordings(self, given: object) -> tuple[str, ...]:
        parts = _strings(given)
        if parts is None:
            self.complain(wording.BLANK_NOT_TEXT)
            return ()
        name = wording.NAMES["answer"]
        words = tuple(self.line(part, "answer", name, LONGEST_BLANK) for part in parts)
        if not all(map(fold, words)):
            self.complain(wording.BLANK_EMPTY)
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
