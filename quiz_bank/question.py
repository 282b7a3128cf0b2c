"""What a question is, and how an answer to it is judged."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from quiz_bank import wording
from quiz_bank.documents import cited

LETTERS = "ABCDEFGH"
"""What options are called, by position; no question has more."""


class Kind(StrEnum):
    """What is asked for: one option, several, true or false, a few words."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"
    BLANK = "blank"


CHOICES = (Kind.SINGLE, Kind.MULTIPLE)
"""The kinds that have options."""


@dataclass(frozen=True)
class Question:
    """One question.

    `answer` is one letter (single), the letters in order (multiple), T or F (judge), or every
    wording that is accepted (blank). `difficulty` is 1 (easy) to 3 (hard).
    """

    code: str
    kind: Kind
    stem: str
    options: tuple[str, ...]
    answer: tuple[str, ...]
    explanation: str
    source: str
    place: str
    date: str
    topic: str
    difficulty: int

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of the options; empty when there are none."""
        return tuple(LETTERS[: len(self.options)])

    @property
    def citation(self) -> str:
        """Where the answer stands, as people cite it: title, place, and date if it has one."""
        return wording.cite(cited(self.source), self.place, self.date)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it needs before it may be published."""
        return tuple(key for key in ("explanation", "source") if not getattr(self, key))

    def is_correct(self, choice: Collection[str]) -> bool:
        """Whether the choice (letters, T or F, or the words filled in) is the answer.

        Several letters must be exactly the right ones. Of words it is the wording that counts,
        not width, case, spaces or punctuation.
        """
        if self.kind is not Kind.BLANK:
            return set(choice) == set(self.answer)
        accepted = {fold(words) for words in self.answer}
        return bool(choice) and all(fold(words) in accepted for words in choice)

    def is_correct_in_part(self, choice: Collection[str]) -> bool:
        """Whether the choice has some of several right letters, and none that is wrong."""
        return self.kind is Kind.MULTIPLE and set() < set(choice) < set(self.answer)

    def to_dict(self) -> dict[str, Any]:
        """The question in JSON's own types."""
        return asdict(self) | {
            "kind": self.kind.value,
            "options": list(self.options),
            "answer": list(self.answer),
        }

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """The question that `to_dict` was asked of. Raises KeyError or ValueError on other data."""
        return cls(
            code=facts["code"],
            kind=Kind(facts["kind"]),
            stem=facts["stem"],
            options=tuple(facts["options"]),
            answer=tuple(facts["answer"]),
            explanation=facts["explanation"],
            source=facts["source"],
            place=facts["place"],
            date=facts["date"],
            topic=facts["topic"],
            difficulty=facts["difficulty"],
        )


def fold(words: str) -> str:
    """What two wordings share when only width, case, spaces and punctuation differ."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    # 6.5 and 65 are different answers: a point between digits is not punctuation.
    return re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_", "", plain)
