"""Answers: graded by the rule, once, on their day; a score is what they add up to."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select

from bot.domain.contests import MAKE_UP_DAYS, scoring_of, week_of
from bot.domain.identity import campaign_day
from bot.domain.invariants.rule import Key, Rule, Survey, rows, stream
from bot.domain.keys import mended_keys, with_key
from bot.domain.quiz import PAUSE
from bot.domain.scoring import Grade, Graded, Scoring
from bot.storage.tables import (
    Answer,
    Attempt,
    Contest,
    Member,
    Person,
    PracticeCard,
    Regrade,
    Score,
    StoredQuestion,
    Unit,
    Withholding,
)
from quiz_bank import Question

_OF_A_PAPER = (Answer.member_key, Answer.contest_id, Answer.day, Answer.nth)
_KEY = (*_OF_A_PAPER, Answer.place)
_EARNED = Answer.points + Answer.withheld
"""What an answer deserves, be it that a part waits for somebody to look at the question."""


def _misgraded(survey: Survey) -> Iterable[Key]:
    """Grade anew what was asked and chosen; like answers are graded once for all."""
    questions = {
        id_: Question.from_dict(content)
        for id_, content in survey.session.execute(
            select(StoredQuestion.id, StoredQuestion.content)
        )
    }
    mended = mended_keys(survey.session)
    kinds = (Answer.contest_id, Answer.question_id, Answer.choice, Answer.correct, _EARNED)
    scoring = _scoring(survey)
    wrong = [
        (contest, id_, choice, *grade)
        for contest, id_, choice, *grade in stream(survey, select(*kinds).group_by(*kinds))
        if id_ not in mended
        and (question := questions.get(id_))
        and scoring[contest].grade_kept(question, choice) != tuple(grade)
    ]
    for kind in wrong:
        same = [column == value for column, value in zip(kinds, kind, strict=True)]
        yield from stream(survey, select(*_KEY).where(*same))
    for id_ in mended:
        yield from _misgraded_by_mended(survey, id_, questions[id_])


def _misgraded_by_mended(survey: Survey, id_: int, question: Question) -> Iterable[Key]:
    """The same where the key was mended: what an answer deserves hangs on when it was given."""
    found = select(Regrade).where(Regrade.question_id == id_, Regrade.released_at.is_not(None))
    steps = survey.session.scalars(found.order_by(Regrade.step)).all()
    if any(step.finished_at is None for step in steps):
        # Its answers are just following the new key.
        return
    graded = select(*_KEY, Answer.choice, Answer.correct, _EARNED, Answer.answered_at)
    scoring = _scoring(survey)
    for *key, choice, correct, points, at in stream(
        survey, graded.where(Answer.question_id == id_)
    ):
        if _deserved(scoring[key[1]], question, steps, choice, at) != (correct, points):
            yield key


def _deserved(
    scoring: Scoring, question: Question, steps: Sequence[Regrade], choice: str, at: datetime
) -> Grade:
    """The grade of an answer given then after all that was mended."""
    due = scoring.grade_kept(question, choice)
    for step in steps:
        anew = scoring.grade_kept(with_key(question, (tuple(step.answer), "")), choice)
        mercy = step.only_adds and step.released_at is not None and at < step.released_at
        due = due if mercy and anew.points < due.points else anew
    return due


def _scoring(survey: Survey) -> dict[int, Scoring]:
    return {row.id: scoring_of(row) for row in survey.session.scalars(select(Contest))}


def _not_the_sum(survey: Survey) -> Iterable[Key]:
    scoring = _scoring(survey)
    whose = (Answer.member_key, Answer.contest_id)
    same = and_(Score.member_key == Answer.member_key, Score.contest_id == Answer.contest_id)
    answers = (
        select(*whose, Answer.day, Answer.nth, Answer.answered_at, Answer.points)
        .add_columns(Score.points, Score.days, Score.reached_at)
        .outerjoin(Score, same)
        .order_by(*whose)
    )
    for key, rows_ in groupby(stream(survey, answers), key=lambda row: tuple(row[:2])):
        graded = list(rows_)
        if scoring[key[1]].total(Graded(*row[2:6]) for row in graded) != tuple(graded[0][6:]):
            yield key
    # Of a member who was erased the score of a contest that is over is left, and no answer.
    is_there = exists().where(Person.member_key == Score.member_key)
    scored = select(Score.member_key, Score.contest_id).where(is_there, ~exists().where(same))
    yield from stream(survey, scored)


def _elsewhere() -> Select[*tuple[Any, ...]]:
    """Scores that stand in another district than their member's unit, or of a guest in any."""
    district = func.coalesce(Unit.parent_id, Unit.id)
    astray = or_(
        Score.district_id != district,
        Score.district_id.is_(None) != district.is_(None),
    )
    return (
        select(Score.member_key, Score.contest_id)
        .outerjoin(Member, Member.member_key == Score.member_key)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .where(astray)
    )


def _kept_back() -> Select[*tuple[Any, ...]]:
    """Points wait for nobody: the question was not withheld, or all have got theirs."""
    withheld = exists().where(
        Withholding.question_id == Answer.question_id, Withholding.finished_at.is_(None)
    )
    return select(*_KEY).where(Answer.withheld != 0, or_(~withheld, Answer.withheld < 0))


def _answered_twice() -> Select[*tuple[Any, ...]]:
    columns = (*_OF_A_PAPER, Answer.question_id)
    return select(*columns).group_by(*columns).having(func.count() > 1)


_PAPER = and_(
    Attempt.member_key == Answer.member_key,
    Attempt.contest_id == Answer.contest_id,
    Attempt.day == Answer.day,
    Attempt.nth == Answer.nth,
)


def _too_often() -> Select[*tuple[Any, ...]]:
    key = (Attempt.member_key, Attempt.contest_id, Attempt.day, Attempt.nth)
    allowed = select(*key).join(Contest, Contest.id == Attempt.contest_id)
    return allowed.where(or_(Attempt.nth < 1, Attempt.nth > Contest.attempts))


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
            Attempt.made_up_in,
            func.min(Answer.answered_at),
            func.max(Answer.answered_at),
            Contest.first_day,
            Contest.last_day,
        )
        .join(Attempt, _PAPER)
        .join(Contest, Contest.id == Answer.contest_id)
        .group_by(
            *_OF_A_PAPER,
            Attempt.started_at,
            Attempt.made_up_in,
            Contest.first_day,
            Contest.last_day,
        )
    )
    for *key, started, made_up_in, first, last, first_day, last_day in stream(survey, papers):
        day, began = key[2], campaign_day(started)
        in_time = started <= first and last < started + PAUSE
        in_contest = first_day <= day <= began <= last_day
        if not (in_time and in_contest and _is_its_day(day, began, made_up_in)):
            yield tuple(key)


def _is_its_day(day: date, began: date, made_up_in: date | None) -> bool:
    """Whether a paper begun then may count for this day."""
    if made_up_in is None:
        return day == began
    late = (began - day).days
    return 1 <= late <= MAKE_UP_DAYS and made_up_in == week_of(began)


RULES = (
    Rule("I11", "answer_misgraded", "answer", _misgraded),
    Rule("I11", "score_not_the_sum", "score", _not_the_sum),
    Rule("I11", "score_elsewhere", "score", rows(_elsewhere())),
    Rule("I11", "points_kept_back", "answer", rows(_kept_back())),
    Rule("I12", "question_answered_twice", "answer", rows(_answered_twice())),
    Rule("I12", "attempt_too_many", "attempt", rows(_too_often())),
    Rule("I13", "answer_out_of_time", "answer", _out_of_time),
    Rule("I22", "practice_without_answer", "practice_card", rows(_never_answered())),
    Rule(
        "I22", "answer_without_paper", "answer", rows(select(*_KEY).where(~exists().where(_PAPER)))
    ),
)
