"""Brackets: each member chooses one before the first answer, and is ranked among its people."""

from dataclasses import replace
from datetime import timedelta
from sqlite3 import Connection

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.domain.certificates import AwardPlan, Certificates
from bot.domain.planning import Flaw, Planning, Unfit
from bot.domain.questions import Shelf
from bot.domain.quiz import Quiz
from bot.domain.refusals import BracketFixed, BracketNeeded
from bot.domain.services import open_services
from bot.domain.standings import Standings
from bot.h5.wording import cited
from bot.storage.database import Sessions
from bot.storage.tables import Contest, Member
from tests.builders import NOON, a_member, freeze_boards, key, said
from tests.domain.test_planning import CONTEST, ORGANISER

SERVING, RETIRED = "在职党员组", "离退休组"


@pytest.fixture
def contest(session: Session) -> Session:
    """A contest of two brackets."""
    with_brackets(session)
    return session


def with_brackets(session: Session) -> None:
    session.execute(update(Contest).values(brackets=[SERVING, RETIRED]))


def quiz_of(session: Session) -> Quiz:
    return open_services(session, NOON, Shelf()).quiz


def takes_part(session: Session, name: str, bracket: int, right: int) -> None:
    """Choose a bracket, and answer the first so many of the five questions rightly."""
    a_member(session, name, 3)
    quiz = quiz_of(session)
    quiz.choose_bracket(key(name), 1, bracket)
    sitting, _ = quiz.start(key(name))
    while (place := sitting.current) is not None:
        choice = sitting.question(place).answer if place <= right else ("",)
        sitting = quiz.answer(key(name), sitting, place, choice, said("").delivery)


@pytest.mark.slow
def test_before_the_first_paper_a_bracket_is_chosen(contest: Session) -> None:
    a_member(contest, "zhang")
    quiz = quiz_of(contest)

    with pytest.raises(BracketNeeded) as refused:
        quiz.start(key("zhang"))

    assert refused.value.brackets == (SERVING, RETIRED)
    assert quiz.choose_bracket(key("zhang"), 1, 3) is None
    assert quiz.choose_bracket(key("zhang"), 1, 2) == RETIRED
    assert quiz.start(key("zhang"))[1] is False


@pytest.mark.slow
def test_it_can_be_chosen_anew_until_the_first_answer_and_not_after(contest: Session) -> None:
    takes_part(contest, "zhang", 1, right=3)
    a_member(contest, "li")
    quiz = quiz_of(contest)
    quiz.choose_bracket(key("li"), 1, 1)
    quiz.start(key("li"))

    assert quiz.choose_bracket(key("li"), 1, 2) == RETIRED
    with pytest.raises(BracketFixed) as refused:
        quiz.choose_bracket(key("zhang"), 1, 2)
    assert refused.value.name == SERVING


def check_the_places(session: Session) -> None:
    takes_part(session, "zhang", 1, right=5)
    takes_part(session, "li", 2, right=4)
    takes_part(session, "wang", 2, right=3)
    standings = Standings(session, NOON)

    assert [[p.points for p in standings.top(9, bracket=bracket)] for bracket in (1, 2)] == [
        [10], [8, 6],
    ]  # fmt: skip
    mine = standings.neighbourhood(key("wang"))
    assert mine is not None
    assert (mine.bracket, mine.rank, mine.out_of) == (RETIRED, 2, 2)
    assert [place.rank for place in mine.around] == [1, 2]
    assert [(one.bracket, one.rank) for one in standings.everybody(1)] == [
        (SERVING, 1), (RETIRED, 1), (RETIRED, 2),
    ]  # fmt: skip


@pytest.mark.slow
def test_each_is_ranked_among_the_people_of_the_own_bracket(contest: Session) -> None:
    check_the_places(contest)


@pytest.mark.slow
def test_the_people_of_a_bracket_are_counted_by_the_index_alone(contest: Session) -> None:
    """Row by row a city's people take a third of a second, every half a minute."""
    takes_part(contest, "zhang", 1, right=5)
    contest.flush()
    asked: list[str] = []
    driver = contest.connection().connection.driver_connection
    assert isinstance(driver, Connection)

    driver.set_trace_callback(asked.append)
    Standings(contest, NOON).neighbourhood(key("zhang"))
    driver.set_trace_callback(None)

    (count,) = [words for words in asked if "GROUP BY score.points" in words]
    plan = driver.execute(f"EXPLAIN QUERY PLAN {count}").fetchall()
    assert "COVERING INDEX ix_score_standing" in str(plan)


@pytest.mark.slow
def test_every_engine_ranks_alike(sessions: Sessions) -> None:
    with sessions.begin() as session:
        with_brackets(session)
        session.execute(update(Contest).values(joined_only=True))
        check_the_places(session)


@pytest.mark.slow
def test_the_boards_of_brackets_freeze_too(contest: Session) -> None:
    check_the_places(contest)
    day = timedelta(days=1)
    contest.execute(update(Contest).values(last_day=(NOON + day).date(), closed_days=1))
    freeze_boards(contest, NOON + day)

    frozen = Standings(contest, NOON + day)

    assert [place.points for place in frozen.top(9, bracket=2)] == [8, 6]
    mine = frozen.neighbourhood(key("wang"))
    assert mine is not None
    assert (mine.bracket, mine.rank, mine.out_of) == (RETIRED, 2, 2)


@pytest.mark.parametrize(
    "names", [("独一组",), ("甲", "甲"), ("甲", "乙" * 9), ("甲", ""), tuple("甲乙丙丁戊己")]
)
def test_brackets_are_few_and_told_apart(session: Session, names: tuple[str, ...]) -> None:
    with pytest.raises(Unfit) as refused:
        Planning(session, NOON).add_contest(replace(CONTEST, brackets=names), ORGANISER)

    assert refused.value.flaws == {"brackets": Flaw.BRACKETS}


@pytest.mark.slow
def test_once_it_has_begun_the_brackets_of_a_contest_stay(contest: Session) -> None:
    planning = Planning(contest, NOON)
    plan = planning.contest(1).plan
    assert plan.brackets == (SERVING, RETIRED)

    with pytest.raises(Unfit) as refused:
        planning.change_contest(1, 0, replace(plan, brackets=()), ORGANISER)

    assert refused.value.flaws == {"brackets": Flaw.BEGUN}


@pytest.mark.slow
def test_certificates_go_to_the_first_of_each_bracket_and_name_it(contest: Session) -> None:
    takes_part(contest, "zhang", 1, right=5)
    takes_part(contest, "zhao", 1, right=4)
    takes_part(contest, "li", 2, right=2)
    over = NOON + timedelta(days=40)
    # The third comes before the first of the other bracket, and ends nothing.
    plan = AwardPlan("contest:1", "一等奖", first_rank=1, last_rank=1, issuer="市委组织部")
    for name in ("zhang", "zhao", "li"):
        contest.execute(update(Member).where(Member.member_key == key(name)).values(name=name))

    number = Certificates(contest, over).issue(plan, ORGANISER)

    lines = Certificates(contest, over).lines(number)
    assert [(line.bracket, line.rank, line.name) for line in lines] == [
        (SERVING, 1, "zhang"), (RETIRED, 1, "li"),
    ]  # fmt: skip
    (own,) = Certificates(contest, over).of(key("li"))
    assert "获得离退休组第1名" in cited(own)
