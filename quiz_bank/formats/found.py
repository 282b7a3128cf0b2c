"""What a reader finds in a file: sketches of questions, what no chat can hold, what to mend."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from quiz_bank import wording
from quiz_bank.checks import Complaint
from quiz_bank.formats.wording import TOO_MANY_QUESTIONS

MOST_QUESTIONS = 20_000
Progress = Callable[[int, int], None]
"""Told how much is done, and how much there is."""


class Unreadable(Exception):
    """A file of which we can tell no question."""

    def __init__(self, message: str, place: str = wording.WHOLE_FILE) -> None:
        super().__init__(message)
        self.message, self.place = message, place


@dataclass(frozen=True)
class Note:
    """Something to tell about a place in the file."""

    place: str
    message: str


@dataclass(frozen=True)
class Unsupported:
    """A question of a kind that no chat can hold, by one of the names in `wording.UNSUPPORTED`."""

    place: str
    kind: str


def nowhere(item: str) -> None:
    """Where an item stands when all that is known is where the question stands."""


@dataclass(frozen=True)
class Sketch:
    """A question as the file has it, not checked yet.

    `words` has what `checks.Draft` takes, `where` tells where an item stands if that can be told
    better than by `place`, `complaints` has what the reader could not make out.
    """

    place: str
    words: Mapping[str, Any]
    where: Callable[[str], str | None] = nowhere
    complaints: tuple[Complaint, ...] = ()

    def place_of(self, item: str) -> str:
        """Where the item stands, as closely as the file allows."""
        return self.where(item) or self.place


@dataclass
class Reading:
    """Everything a reader found. `errors` are those that belong to no sketch."""

    sketches: list[Sketch] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)
    notices: list[Note] = field(default_factory=list)
    documents: Collection[str] | None = None
    """The titles that a source must be one of; None where any will do."""
    called: Callable[[str], str] = wording.named
    """How the items of a question are called in this format."""

    def add(self, found: Sketch | Unsupported | Note) -> None:
        """Keep what was found: a question, one that no chat can hold, or an error.

        Raises Unreadable when there is no end of them.
        """
        if len(self.sketches) + len(self.unsupported) >= MOST_QUESTIONS:
            raise Unreadable(TOO_MANY_QUESTIONS.format(limit=MOST_QUESTIONS))
        match found:
            case Sketch():
                self.sketches.append(found)
            case Unsupported():
                self.unsupported.append(found)
            case Note():
                self.errors.append(found)
