"""A paper of known questions, so that a test can say what stands at which place."""

from collections.abc import Collection, Hashable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.reply import Reply
from bot.conversation.state import State
from bot.domain.identity import campaign_day
from bot.domain.questions import Shelf
from bot.domain.quiz import Quiz
from bot.domain.wordings import add_questions
from bot.storage.tables import Answer, Attempt
from quiz_bank import Question
from tests.board import Picture, picture, show
from tests.builders import NOON, a_question
from tests.handlers.talking import Talker

USUAL = ("single", "single", "multiple", "judge", "single")
YESTERDAY = NOON - timedelta(days=1)


def five_questions(kinds: tuple[str, ...] = USUAL) -> list[Question]:
    """Questions whose right answers are B, AC, T or 2016, by kind."""
    return [a_question(f"P{place}", kind) for place, kind in enumerate(kinds, start=1)]


def a_paper(
    session: Session, member: bytes, questions: list[Question], begun_at: datetime = NOON
) -> None:
    """The member has begun this paper and answered nothing."""
    session.add(
        Attempt(
            member_key=member,
            contest_id=1,
            day=campaign_day(begun_at),
            questions=add_questions(session, questions),
            skipped=[],
            started_at=begun_at,
        )
    )
    session.flush()


def answered_wrongly(
    session: Session,
    member: bytes,
    questions: list[Question],
    places: Collection[int] = range(1, 99),
    at: datetime = YESTERDAY,
) -> None:
    """The member has answered a paper of these questions, those at `places` wrongly."""
    a_paper(session, member, questions, begun_at=at)
    quiz = Quiz(session, at, Shelf())
    sitting = quiz.sitting(member)
    assert sitting is not None
    for place, question in enumerate(questions, start=1):
        wrong = {"judge": ("F",), "multiple": ("B", "C")}.get(question.kind, ("A",))
        choice = wrong if place in places else question.answer
        sitting = quiz.answer(member, sitting, place, choice, bytes(32))


def answers(session: Session, member: bytes, at: datetime = NOON) -> dict[int, str]:
    """What has been graded of that day's paper, by place."""
    of_day = (Answer.member_key == member, Answer.day == campaign_day(at))
    rows = session.execute(select(Answer.place, Answer.choice).where(*of_day))
    return {row.place: row.choice for row in rows}


def at_question(talker: Talker, place: int, kinds: tuple[str, ...] = USUAL) -> Talker:
    """The talker on a paper of these kinds, with the question at `place` in view.

    All questions before it are answered rightly. The same way from the same database is gone
    once; after that, where it led is shown.
    """
    clock = (talker.now, talker.spoke_at)
    way = (picture(talker.session), talker.name, talker.state, clock, place, kinds)
    if way not in _led_to:
        _go(talker, place, kinds)
        clock = (talker.now, talker.spoke_at)
        _led_to[way] = (picture(talker.session), talker.state, talker.reply, clock)
    there, talker.state, talker.reply, (talker.now, talker.spoke_at) = _led_to[way]
    show(talker.session, there)
    return replace(talker)


_Clock = tuple[datetime, datetime | None]
_led_to: dict[Hashable, tuple[Picture, State, Reply, _Clock]] = {}


def _go(talker: Talker, place: int, kinds: tuple[str, ...]) -> None:
    questions = five_questions(kinds)
    a_paper(talker.session, talker.key, questions)
    talker.says("答题")
    for question in questions[: place - 1]:
        talker.says({"T": "对"}.get(question.answer[0], "".join(question.answer)))
