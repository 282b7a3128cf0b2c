"""Which question a member calls faulty: the one that is named, or else the one in view.

Only what the member has been shown can be meant, and what cannot be told for sure counts for no
question: a colleague reads the words all the same.
"""

from dataclasses import dataclass
from typing import Self

from bot.conversation.message import Message
from bot.conversation.state import (
    Answering,
    Filling,
    MistakesShown,
    Practised,
    Practising,
    PractisingWords,
    State,
    Telling,
)
from bot.domain.practice import Mistake
from bot.domain.quiz import Sitting
from bot.domain.services import Services
from handlers import reading, wording
from handlers.practising import mistake_at

QUESTION = "question"
"""The topic of a ticket about a question."""


@dataclass(frozen=True)
class Faulty:
    """A single question that is called faulty."""

    question_id: int
    """The row of its wording."""
    code: str
    place: int = 0
    """Its place on the paper; 0 for one that was answered wrongly some time."""

    @classmethod
    def of_paper(cls, paper: Sitting | None, place: int) -> Self | None:
        """The question at this place; None when the member has not seen it."""
        if paper is None or not 1 <= place <= _seen(paper):
            return None
        return cls(paper.question_ids[place - 1], paper.question(place).code, place)

    @classmethod
    def of_mistake(cls, found: Mistake | None) -> Self | None:
        """The question of a mistake, if there is one."""
        return cls(found.question_id, found.question.code) if found else None

    @property
    def name(self) -> str:
        """What it is called, to the member."""
        return wording.on_paper(self.place).name if self.place else wording.THIS_QUESTION


def named(message: Message, services: Services) -> Faulty | None:
    """The question of the latest paper whose place the words name; None when they name none."""
    if not (place := reading.place_named(message.text)):
        return None
    return Faulty.of_paper(services.quiz.latest(message.member), place)


def in_view(message: Message, state: State, services: Services) -> Faulty | None:
    """The question that the member looks at."""
    match state:
        case Answering() | Filling():
            return Faulty.of_paper(services.quiz.sitting(message.member), state.place)
        case MistakesShown(looked_at=id_):
            return Faulty.of_mistake(services.practice.find(message.member, id_))
        case Practising() | PractisingWords() | Practised():
            return Faulty.of_mistake(mistake_at(state.place, state, message, services))
    return None


def told(message: Message, state: Telling, services: Services) -> tuple[str, int]:
    """The codes that the words are about, and the wording when it is a single one."""
    if reading.place_named(message.text):
        about = named(message, services)
        return (about.code, about.question_id) if about else (_codes(message, services), 0)
    return state.codes or _codes(message, services), state.question


def _codes(message: Message, services: Services) -> str:
    """The codes of the latest paper's questions."""
    paper = services.quiz.latest(message.member)
    return " ".join(question.code for question in paper.questions) if paper else ""


def _seen(paper: Sitting) -> int:
    """The farthest place that the member has been shown."""
    return max(*paper.answers, *paper.skipped, paper.current or 0, 0)
