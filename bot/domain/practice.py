"""Practice: what a member answered wrongly comes back until it is known. Nothing here scores.

A wrong answer of the quiz is itself the question's card, from its own transaction on. A row is
kept only once the card was practised or put aside; an answer given wrongly after that is a new
card in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.identity import campaign_day
from bot.domain.questions import Shelf
from bot.domain.quiz import Marked
from bot.domain.spacing import Memory, remember
from bot.storage.tables import Answer, Contest, PracticeCard, table_of
from quiz_bank import Question


@dataclass(frozen=True)
class Mistake:
    """A question that the member answered wrongly, and what has come of it since."""

    question_id: int
    """The row of its wording: the one that was asked."""
    question: Question
    day: date
    """The day of the paper that it was on, and its place there."""
    place: int
    marked: Marked
    """The wrong answer."""
    understood: bool
    """Whether it was answered rightly in practice since."""
    due_on: date
    memory: Memory | None
    """How well it is remembered; None before it is practised."""
    has_row: bool
    """Whether a row stands for it, be it that of an earlier mistake."""


@dataclass(frozen=True)
class Practised:
    """A practice answer."""

    marked: Marked
    days: int
    """In how many days the question comes back."""


_ANSWER, _CARD, _CONTEST = table_of(Answer), table_of(PracticeCard), table_of(Contest)
_SAME = and_(
    _CARD.c.member_key == _ANSWER.c.member_key, _CARD.c.question_id == _ANSWER.c.question_id
)
_MISTAKES = (
    select(
        _ANSWER.c.question_id,
        _ANSWER.c.day,
        _ANSWER.c.place,
        _ANSWER.c.choice,
        _ANSWER.c.answered_at,
        _CARD.c.practised_at,
        _CARD.c.correct,
        _CARD.c.stability,
        _CARD.c.difficulty,
        _CARD.c.due_on,
        _CONTEST.c.regrades,
    )
    .join_from(_ANSWER, _CONTEST, _CONTEST.c.id == _ANSWER.c.contest_id)
    .outerjoin(_CARD, _SAME)
    .where(_ANSWER.c.member_key == bindparam("member"), _ANSWER.c.correct.is_(False))
    .order_by(_ANSWER.c.day.desc(), _ANSWER.c.contest_id, _ANSWER.c.nth.desc(), _ANSWER.c.place)
)
_NEW_CARD = insert(_CARD)
_CHANGE_CARD = update(_CARD).where(
    _CARD.c.member_key == bindparam("member"), _CARD.c.question_id == bindparam("question")
)


class Practice:
    """The questions that a member answered wrongly."""

    def __init__(self, session: Session, now: datetime, shelf: Shelf) -> None:
        self._session, self._now, self._shelf = session, now, shelf

    def mistakes(self, member: bytes) -> list[Mistake]:
        """Every question answered wrongly and not put aside, those of the latest day first."""
        rows = self._session.execute(_MISTAKES, {"member": member}).all()
        latest: dict[int, Any] = {}
        for row in rows:
            latest.setdefault(row.question_id, row)
        regrades = max((row.regrades for row in rows), default=0)
        asked = self._shelf.questions(self._session, list(latest), regrades)
        found = zip(asked, latest.values(), strict=True)
        return [_mistake(question, row) for question, row in found if not _is_put_aside(row)]

    def find(self, member: bytes, question_id: int) -> Mistake | None:
        """The member's mistake with this question; None when there is none to practise."""
        mistakes = self.mistakes(member)
        return next((m for m in mistakes if m.question_id == question_id), None)

    def answer(
        self, member: bytes, mistake: Mistake, choice: Sequence[str], delivery: bytes
    ) -> Practised:
        """Judge a practice answer and settle when the question comes back."""
        correct = mistake.question.is_correct(choice)
        today = campaign_day(self._now)
        memory, due_on = remember(mistake.memory, correct, today)
        self._keep(
            member,
            mistake,
            delivery,
            correct=correct,
            stability=memory.stability,
            difficulty=memory.difficulty,
            due_on=due_on,
        )
        return Practised(Marked("".join(choice), correct, 0), (due_on - today).days)

    def put_aside(self, member: bytes, mistake: Mistake, delivery: bytes) -> None:
        """Ask the question no more, unless it is answered wrongly again."""
        self._keep(member, mistake, delivery, correct=mistake.understood, due_on=None)

    def _keep(self, member: bytes, mistake: Mistake, delivery: bytes, **facts: object) -> None:
        facts |= {"practised_at": self._now, "delivery_key": delivery}
        key = {"member": member, "question": mistake.question_id}
        if mistake.has_row:
            self._session.execute(_CHANGE_CARD.values(**facts), key)
        else:
            # Whoever adds the same card at the same moment is stopped by its key.
            row = {"member_key": member, "question_id": mistake.question_id, **facts}
            self._session.execute(_NEW_CARD, row)


def due(mistakes: Sequence[Mistake], today: date) -> list[Mistake]:
    """What is to be practised by today: what is not understood first, then what comes back."""
    waiting = [mistake for mistake in mistakes if mistake.due_on <= today]
    return sorted(waiting, key=lambda m: (m.understood, m.due_on if m.understood else today))


def hardest(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """The same from the hardest on, and what is soonest forgotten first among equals."""

    def ease(mistake: Mistake) -> tuple[float, float]:
        known = mistake.memory
        return (-known.difficulty, known.stability) if known else (0.0, 0.0)

    return sorted(mistakes, key=ease)


def _is_put_aside(row: Row[Any]) -> bool:
    return _counts(row) and row.due_on is None


def _counts(row: Row[Any]) -> bool:
    """Whether the row of the card is about this mistake, and not about one before it."""
    return row.practised_at is not None and row.practised_at >= row.answered_at


def _mistake(question: Question, row: Row[Any]) -> Mistake:
    counts = _counts(row)
    practised = counts and row.stability is not None
    return Mistake(
        question_id=row.question_id,
        question=question,
        day=row.day,
        place=row.place,
        marked=Marked(row.choice, False, 0),
        understood=counts and row.correct,
        due_on=row.due_on if counts else row.day,
        memory=Memory(row.stability, row.difficulty, campaign_day(row.practised_at))
        if practised
        else None,
        has_row=row.practised_at is not None,
    )
