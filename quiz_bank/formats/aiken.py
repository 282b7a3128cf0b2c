"""Aiken: a line of question, options by letter, and `ANSWER: B`."""

import re

from quiz_bank.formats import wording
from quiz_bank.formats.found import Note, Reading
from quiz_bank.formats.meaning import Loose, settle
from quiz_bank.formats.words import tidy
from quiz_bank.question import Kind

_OPTION = re.compile(r"([A-Za-z])[.)．）、]\s*(.*)")
_ANSWER = re.compile(r"ANSWER\s*[:：]\s*(.*)", re.IGNORECASE)


def looks_like(text: str) -> bool:
    """Whether some line tells an answer as Aiken does."""
    return bool(re.search(r"(?im)^\s*answer\s*[:：]", text))


def read(text: str) -> Reading:
    """The questions of a file."""
    reading = Reading()
    question = _Question()
    for number, line in enumerate(text.split("\n"), 1):
        words = tidy(line)
        if answer := _ANSWER.fullmatch(words):
            question.end(answer[1], number, reading)
            question = _Question()
        elif words:
            if question.options and not _OPTION.fullmatch(words):
                question.give_up(reading)
                question = _Question()
            question.add(words, number)
    question.give_up(reading)
    return reading


class _Question:
    """The lines of a question so far."""

    def __init__(self) -> None:
        self.options: list[str] = []
        self._stem: list[str] = []
        self._line = 0

    def add(self, words: str, number: int) -> None:
        """One more line: of the question, or an option."""
        self._line = self._line or number
        option = _OPTION.fullmatch(words)
        if option and self._stem and ord(option[1].upper()) - ord("A") == len(self.options):
            self.options.append(option[2])
        else:
            self._stem.append(words)

    def end(self, answer: str, number: int, reading: Reading) -> None:
        """The answer has come."""
        if not self._stem:
            place = wording.LINE.format(line=number)
            reading.errors.append(Note(place, wording.AIKEN_NO_OPTIONS))
            return
        letters = re.sub(r"[^A-Za-z]", "", answer)
        loose = Loose(self._place, options=self.options, answer=answer)
        loose.kind = Kind.MULTIPLE if len(letters) > 1 else Kind.SINGLE
        loose.others["stem"] = tidy("\n".join(self._stem))
        reading.add(settle(loose))

    def give_up(self, reading: Reading) -> None:
        """No answer has come."""
        if self._stem:
            reading.errors.append(Note(self._place, wording.AIKEN_NO_ANSWER))

    @property
    def _place(self) -> str:
        return wording.LINE.format(line=self._line)
