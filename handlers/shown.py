"""A question on show, be it of the day's paper or of a practice: what both have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.message import Message
from bot.conversation.reply import Text, join
from bot.conversation.router import Step
from bot.conversation.state import State, is_unseen
from bot.domain.services import Services
from handlers import wording
from quiz_bank import Question


@dataclass(frozen=True, kw_only=True)
class Shown(ABC):
    """The open question that a member has in view, and the letters noted for it."""

    message: Message
    services: Services
    picked: str = ""
    since: int = 0
    """As in the state."""

    @property
    @abstractmethod
    def question(self) -> Question:
        """The question itself."""

    @property
    @abstractmethod
    def called(self) -> wording.Called:
        """What it is called."""

    @property
    @abstractmethod
    def is_first(self) -> bool:
        """Whether nothing has been answered before it."""

    @abstractmethod
    def waiting(self, picked: str = "") -> State:
        """Where a member stands who has it in view, with these letters noted."""

    @abstractmethod
    def grade(self, choice: Sequence[str]) -> Step:
        """Judge the choice for good, and go on."""

    @abstractmethod
    def skip(self) -> Step:
        """Pass it over."""

    @abstractmethod
    def look_back(self) -> Step:
        """Show the question before it with its result; nothing changes."""

    @property
    def is_unseen(self) -> bool:
        """Whether the message was sent before the question can have been seen."""
        return is_unseen(self.waiting(), self.message.sent_at)

    def again(self, opening: Text) -> Step:
        """Show it once more, below `opening`."""
        question = wording.question_again(self.question, self.called, self.picked)
        parts = [opening, question] if opening.parts else [question]
        return Step(join(parts), self.waiting(self.picked))
