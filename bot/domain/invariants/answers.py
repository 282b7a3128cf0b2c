"""Answers: graded by the rule, once, on their day; a score is what they add up to."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select

from bot.domain.identity import campaign_day
from bot.domain.invariants.rule import Key, Rule, Survey, rows, stream
from bot.domain.quiz import PAUSE
from bot.storage.tables import Answer, Attempt, Contest, Person, PracticeCard, Score, StoredQuestion
from quiz_bank import Kind, Question

_OF_A_PAPER = (Answer.member_key, Answer.contest_id, Answer.day)
_KEY = (*_OF_A_PAPER, Answer.place)


def _misgraded(survey: Survey) -> Iterable[Key]:
    """Grade anew what was asked and chosen; like answers are graded once for all."""
    questions = {
        id_: Question.from_dict(content)
        for id_, content in survey.session.execute(
            select(StoredQuestion.id, StoredQuestion.content)
        )
    }
    kinds = (Answer.contest_id, Answer.question_id, Answer.choice, Answer.correct, Answer.points)
    graded = select(Contest.points_each, *kinds).join(Contest, Contest.id == Answer.contest_id)
    wrong = [
        kind
        for worth, *kind in stream(survey, graded.group_by(Contest.points_each, *kinds))
        if (question := questions.get(kind[1])) and not _is_right(question, worth, *kind[2:])
    ]
    for kind in wrong:
        same = [column == value for column, value in zip(kinds, kind, strict=True)]
        yield from stream(survey, select(*_KEY).where(*same))


def _is_right(question: Question, worth: int, choice: str, correct: bool, points: int) -> bool:
    """Whether the grade is the one the answer deserves; a choice of letters is one string."""
    chosen: Sequence[str] = (choice,) if question.kind is Kind.BLANK else choice
    return correct == question.is_correct(chosen) and points == (worth if correct else 0)


def _sums() -> Any:
    """What each member's answers add up to, and when the last point was won."""
    won_at = func.max(case((Answer.points > 0, Answer.answered_at)))
    return (
        select(
            Answer.member_key,
            Answer.contest_id,
            func.sum(Answer.points).label("points"),
            func.count(Answer.day.distinct()).label("days"),
            func.coalesce(won_at, func.min(Answer.answered_at)).label("reached_at"),
        )
        .group_by(Answer.member_key, Answer.contest_id)
        .subquery()
    )


def _not_the_sum(survey: Survey) -> Iterable[Key]:
    sums = _sums()
    same = and_(Score.member_key == sums.c.member_key, Score.contest_id == sums.c.contest_id)
    differs = or_(
        sums.c.points.is_(None),
        Score.points != sums.c.points,
        Score.days != sums.c.days,
        Score.reached_at != sums.c.reached_at,
    )
    scored = select(Score.member_key, Score.contest_id).outerjoin(sums, same)
    # Of a member who was erased the score of a contest that is over is left, and no answer.
    whose = exists().where(Person.member_key == Score.member_key)
    yield from stream(survey, scored.where(differs, whose))
    answered = select(sums.c.member_key, sums.c.contest_id).outerjoin(Score, same)
    yield from stream(survey, answered.where(Score.member_key.is_(None)))


def _answered_twice() -> Select[*tuple[Any, ...]]:
    columns = (*_OF_A_PAPER, Answer.question_id)
    return select(*columns).group_by(*columns).having(func.count() > 1)


_PAPER = and_(
    Attempt.member_key == Answer.member_key,
    Attempt.contest_id == Answer.contest_id,
    Attempt.day == Answer.day,
)


def _never_answered() -> Select[*tuple[Any, ...]]:
    """Only what was asked in the quiz can have been answered wrongly there."""
    asked = and_(
        Answer.member_key == PracticeCard.member_key,
        Answer.question_id == PracticeCard.question_id,
    )
    key = (PracticeCard.member_key, PracticeCard.question_id)
    return select(*key).where(~exists().where(asked))


def _out_of_time(survey: Survey) -> Iterable[Key]:
    papers = (
        select(
            *_OF_A_PAPER,
            Attempt.started_at,
            func.min(Answer.answered_at),
            func.max(Answer.answered_at),
            Contest.first_day,
            Contest.last_day,
        )
        .join(Attempt, _PAPER)
        .join(Contest, Contest.id == Answer.contest_id)
        .group_by(*_OF_A_PAPER, Attempt.started_at, Contest.first_day, Contest.last_day)
    )
    for member, contest, day, started, first, last, first_day, last_day in stream(survey, papers):
        in_time = started <= first and last < started + PAUSE
        on_its_day = campaign_day(started) == day and first_day <= day <= last_day
        if not (in_time and on_its_day):
            yield member, contest, day


RULES = (
    Rule("I11", "answer_misgraded", "answer", _misgraded),
    Rule("I11", "score_not_the_sum", "score", _not_the_sum),
    Rule("I12", "question_answered_twice", "answer", rows(_answered_twice())),
    Rule("I13", "answer_out_of_time", "answer", _out_of_time),
    Rule("I22", "practice_without_answer", "practice_card", rows(_never_answered())),
    Rule(
        "I22", "answer_without_paper", "answer", rows(select(*_KEY).where(~exists().where(_PAPER)))
    ),
)
