"""A question as a member sees it in the chat: asked, and answered wrongly."""

from dataclasses import dataclass
from datetime import datetime

from bot.console.bank import wording as words
from bot.conversation.reply import Page, Prose, Tap, Text
from bot.domain.identity import campaign_day
from bot.domain.quiz import Marked, Sitting
from bot.domain.scoring import Scoring
from handlers import wording
from quiz_bank import Kind, Question


@dataclass(frozen=True)
class Piece:
    """Some words of a reply, blue when they can be tapped."""

    words: str
    blue: bool


def asked(question: Question, now: datetime) -> list[Piece]:
    """The reply that asks the question."""
    sitting = Sitting(
        contest=0, day=campaign_day(now), nth=1, questions=(question,), answers={}, skipped=(),
        started_at=now, question_ids=(0,), scoring=Scoring(0),
    )  # fmt: skip
    return _pieces(wording.question(sitting, 1))


def answered(question: Question) -> list[Piece]:
    """The reply to a wrong answer: it has everything that can be said."""
    return _pieces(wording.verdict(question, Marked(_wrong(question), False, 0)))


def _pieces(text: Text) -> list[Piece]:
    return [_piece(part) for part in text.parts]


def _piece(part: str | Prose | Tap | Page) -> Piece:
    match part:
        case Tap(label) | Page(label):
            return Piece(label, blue=True)
        case Prose(prose):
            return Piece(prose, blue=False)
        case str():
            return Piece(part, blue=False)


def _wrong(question: Question) -> str:
    if question.kind is Kind.BLANK:
        return words.WRONG_WORDS
    if question.kind is Kind.JUDGE:
        return "F" if question.answer == ("T",) else "T"
    others = [letter for letter in question.letters if letter not in question.answer]
    return others[0] if others else question.letters[0]
