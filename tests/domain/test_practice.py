"""Practice: each wrong answer comes back until it is known, and no score ever changes by it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.practice import Mistake, Practice, due, hardest
from bot.domain.questions import Shelf
from bot.domain.quiz import Marked, Quiz
from bot.domain.services import open_services
from bot.domain.wordings import add_questions
from bot.storage.database import Sessions
from bot.storage.tables import Answer, Attempt, PracticeCard, Score
from quiz_bank import Question
from tests.builders import NOON, a_member, a_question, key, said
from tests.handlers.papers import answered_wrongly, five_questions
from tests.races import while_it_is_open

DAY = timedelta(days=1)
TODAY = date(2026, 12, 5)
DELIVERY = bytes(32)


@pytest.fixture
def member(session: Session) -> bytes:
    return a_member(session)


def practice_at(session: Session, moment: datetime = NOON) -> Practice:
    return Practice(session, moment, Shelf())


def wrong_at(
    session: Session, member: bytes, *places: int, at: datetime = NOON, codes: str = "P"
) -> list[Question]:
    """The member answers a paper, wrongly at these places; its questions."""
    questions = [a_question(f"{codes}{q.code}", q.kind.value) for q in five_questions()]
    answered_wrongly(session, member, questions, places, at)
    return questions


def codes_of(mistakes: list[Mistake]) -> list[str]:
    return [mistake.question.code for mistake in mistakes]


def answer(session: Session, member: bytes, code: str, right: bool, at: datetime = NOON) -> int:
    """The member practises this question; in how many days it comes back."""
    practice = practice_at(session, at)
    mistake = next(m for m in practice.mistakes(member) if m.question.code == code)
    choice = mistake.question.answer if right else ("E",)
    return practice.answer(member, mistake, choice, DELIVERY).days


# ------------------------------------------------------------ what there is to practise


@pytest.mark.slow
def test_a_wrong_answer_is_to_be_practised_from_its_own_moment_on(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 2)

    [mistake] = practice_at(session).mistakes(member)

    assert (mistake.question.code, mistake.day, mistake.place) == ("PP2", TODAY, 2)
    assert mistake.marked == Marked("A", False, 0)
    assert not mistake.understood
    assert due([mistake], TODAY) == [mistake]


@pytest.mark.slow
def test_a_wrong_answer_that_is_undone_leaves_nothing_to_practise(
    session: Session, member: bytes
) -> None:
    savepoint = session.begin_nested()
    wrong_at(session, member, 2)
    savepoint.rollback()

    assert practice_at(session).mistakes(member) == []


def test_a_plain_answer_of_the_quiz_writes_nothing_more_than_before(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 1, 2)

    assert session.scalar(select(func.count()).select_from(PracticeCard)) == 0


@pytest.mark.slow
def test_mistakes_of_all_days_are_there_the_latest_day_first(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 1, at=NOON - 3 * DAY, codes="old")
    wrong_at(session, member, 2, 4, at=NOON)

    assert codes_of(practice_at(session).mistakes(member)) == ["PP2", "PP4", "oldP1"]


def test_nobody_sees_the_mistakes_of_another(session: Session, member: bytes) -> None:
    wrong_at(session, a_member(session, "li"), 1)

    assert practice_at(session).mistakes(member) == []


@pytest.mark.slow
def test_a_question_answered_wrongly_on_two_days_is_one_mistake(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 1, at=NOON - DAY)
    wrong_at(session, member, 1, at=NOON)

    [mistake] = practice_at(session).mistakes(member)

    assert mistake.day == TODAY


@pytest.mark.slow
def test_the_wording_that_was_asked_is_kept_when_the_question_is_reworded(
    session: Session, member: bytes
) -> None:
    [first, *_] = wrong_at(session, member, 1)
    add_questions(session, [a_question(first.code, stem="改过的题目？", answer=("A",))])

    [mistake] = practice_at(session).mistakes(member)

    assert mistake.question == first


# ------------------------------------------------------------ how it comes back


@pytest.mark.slow
def test_a_right_answer_brings_it_back_in_a_few_days(session: Session, member: bytes) -> None:
    wrong_at(session, member, 1)

    assert answer(session, member, "PP1", right=True) == 2

    [mistake] = practice_at(session).mistakes(member)
    assert mistake.understood
    assert [bool(due([mistake], TODAY + n * DAY)) for n in range(4)] == [False, False, True, True]


def test_a_wrong_answer_brings_it_back_tomorrow_and_it_is_not_understood(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 1)

    assert answer(session, member, "PP1", right=False) == 1

    [mistake] = practice_at(session).mistakes(member)
    assert not mistake.understood
    assert due([mistake], TODAY) == []
    assert due([mistake], TODAY + DAY) == [mistake]


@pytest.mark.slow
def test_what_was_right_and_then_wrong_is_not_understood_any_more(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 1)
    answer(session, member, "PP1", right=True)

    answer(session, member, "PP1", right=False, at=NOON + 2 * DAY)

    [mistake] = practice_at(session, NOON + 2 * DAY).mistakes(member)
    assert not mistake.understood


def test_it_comes_back_on_a_day_of_the_campaign_be_the_hour_early_or_late(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 1)
    answer(
        session, member, "PP1", right=False, at=datetime(2026, 12, 5, 15, 59, tzinfo=NOON.tzinfo)
    )

    [mistake] = practice_at(session).mistakes(member)

    assert mistake.due_on == date(2026, 12, 6)


@pytest.mark.slow
def test_each_right_answer_in_time_makes_the_wait_longer(session: Session, member: bytes) -> None:
    wrong_at(session, member, 1)
    now, waits = NOON, []
    for _ in range(3):
        waits.append(answer(session, member, "PP1", right=True, at=now))
        now += timedelta(days=waits[-1])

    assert waits == sorted(set(waits))


@pytest.mark.slow
def test_put_aside_it_is_asked_no_more(session: Session, member: bytes) -> None:
    wrong_at(session, member, 1, 2)
    practice = practice_at(session)
    practice.put_aside(member, practice.mistakes(member)[0], DELIVERY)

    assert codes_of(practice.mistakes(member)) == ["PP2"]
    assert practice.find(member, practice.mistakes(member)[0].question_id) is not None


@pytest.mark.slow
def test_put_aside_after_practice_it_is_asked_no_more(session: Session, member: bytes) -> None:
    wrong_at(session, member, 1)
    answer(session, member, "PP1", right=True)
    practice = practice_at(session, NOON + DAY)

    practice.put_aside(member, practice.mistakes(member)[0], DELIVERY)

    assert practice_at(session, NOON + 400 * DAY).mistakes(member) == []


@pytest.mark.slow
@pytest.mark.parametrize("aside", [True, False])
def test_answered_wrongly_again_in_the_quiz_it_is_a_new_mistake(
    session: Session, member: bytes, aside: bool
) -> None:
    wrong_at(session, member, 1)
    answer(session, member, "PP1", right=True)
    if aside:
        practice = practice_at(session)
        practice.put_aside(member, practice.mistakes(member)[0], DELIVERY)

    wrong_at(session, member, 1, at=NOON + DAY)

    [mistake] = practice_at(session, NOON + DAY).mistakes(member)
    assert not mistake.understood
    assert mistake.memory is None
    assert due([mistake], TODAY + DAY) == [mistake]
    assert answer(session, member, "PP1", right=True, at=NOON + DAY) == 2


@pytest.mark.slow
def test_an_answer_that_is_judged_right_after_all_is_no_mistake(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 1)
    given = session.scalars(select(Answer).where(Answer.place == 1)).one()
    given.correct = True
    session.flush()

    assert practice_at(session).mistakes(member) == []


# ------------------------------------------------------------ in which order


@pytest.mark.slow
def test_what_is_not_understood_is_asked_before_what_comes_back(
    session: Session, member: bytes
) -> None:
    wrong_at(session, member, 1, 2, at=NOON - 4 * DAY, codes="old")
    answer(session, member, "oldP2", right=True, at=NOON - 4 * DAY)
    answer(session, member, "oldP1", right=True, at=NOON - 3 * DAY)
    wrong_at(session, member, 3, 4)

    waiting = due(practice_at(session).mistakes(member), TODAY)

    assert codes_of(waiting) == ["PP3", "PP4", "oldP2", "oldP1"]


@pytest.mark.slow
def test_the_hardest_are_those_that_went_wrong_most(session: Session, member: bytes) -> None:
    wrong_at(session, member, 1, 2, 3)
    answer(session, member, "PP1", right=True)
    for day in (0, 1):
        answer(session, member, "PP2", right=False, at=NOON + day * DAY)
    answer(session, member, "PP3", right=False)

    assert codes_of(hardest(practice_at(session).mistakes(member))) == ["PP2", "PP3", "PP1"]


# ------------------------------------------------------------ never scored


def everything_that_counts(session: Session) -> list[Row[tuple[object, ...]]]:
    tables = (Score.__table__, Answer.__table__, Attempt.__table__)
    return [row for table in tables for row in session.execute(select(table)).all()]


@pytest.mark.slow
@pytest.mark.parametrize("right", [True, False])
def test_practice_changes_no_score_no_answer_and_no_paper(
    session: Session, member: bytes, right: bool
) -> None:
    wrong_at(session, member, 1, 2)
    before = everything_that_counts(session)

    answer(session, member, "PP1", right=right)
    practice = practice_at(session, NOON + DAY)
    practice.put_aside(member, practice.mistakes(member)[0], DELIVERY)

    assert everything_that_counts(session) == before


@pytest.mark.slow
def test_after_the_contest_all_goes_on(session: Session, member: bytes) -> None:
    wrong_at(session, member, 1)
    january = datetime(2027, 1, 20, 4, tzinfo=NOON.tzinfo)

    assert answer(session, member, "PP1", right=True, at=january) == 2


# ------------------------------------------------------------ on each engine


def one_wrong(session: Session) -> None:
    """The member answers the first question of a paper of the campaign wrongly."""
    quiz = Quiz(session, NOON, Shelf())
    sitting, _ = quiz.start(a_member(session))
    quiz.answer(key("zhang"), sitting, 1, ("E",), DELIVERY)


def practise_the_one(session: Session, at: datetime) -> int:
    practice = practice_at(session, at)
    [mistake] = practice.mistakes(key("zhang"))
    return practice.answer(key("zhang"), mistake, mistake.question.answer, DELIVERY).days


@pytest.mark.slow
def test_how_well_a_question_is_known_survives_each_engine(sessions: Sessions) -> None:
    waits = []
    with sessions.begin() as session:
        one_wrong(session)
    for day in (0, 2, 13):
        with sessions.begin() as session:
            waits.append(practise_the_one(session, NOON + day * DAY))
    with sessions() as session:
        [stability] = session.scalars(select(PracticeCard.stability))

    assert waits == [2, 11, 46]
    assert stability == pytest.approx(46.28021728755693, rel=1e-12)


@pytest.mark.slow
def test_two_first_answers_at_one_instant_are_one_card(sessions: Sessions) -> None:
    with sessions.begin() as session:
        one_wrong(session)
        [mistake] = practice_at(session).mistakes(key("zhang"))

    def practised(session: Session) -> object:
        practice = open_services(session, NOON, Shelf()).practice
        return practice.answer(key("zhang"), mistake, ("B",), said("练1B").delivery)

    with pytest.raises(IntegrityError):
        while_it_is_open(sessions, practised, practised)

    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(PracticeCard)) == 1
