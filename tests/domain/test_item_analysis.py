"""Item analysis over real answers, on each engine."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.domain import item_analysis
from bot.domain.item_analysis import Item, ItemAnalysis
from bot.domain.tickets import Tickets
from bot.storage.database import Sessions
from bot.storage.tables import Answer, Attempt, Score, StoredQuestion
from quiz_bank.analysis import Doubt
from tests.builders import NOON, a_member, key, said

DAY = date(2026, 12, 5)
CONTEST = 1


def answered(session: Session, name: str, *choices: str, apart: int = 20) -> None:
    """A member's paper of Q000 and so on (all ask for B), answered every 20 seconds."""
    member = a_member(session, name)
    questions = [
        session.query(StoredQuestion).filter_by(code=f"Q{place:03}").one()
        for place in range(len(choices))
    ]
    session.add(
        Attempt(
            member_key=member, contest_id=CONTEST, day=DAY, questions=[q.id for q in questions],
            skipped=[], started_at=NOON, finished_at=None,
        )
    )  # fmt: skip
    session.flush()
    for place, (question, choice) in enumerate(zip(questions, choices, strict=True), start=1):
        session.add(
            Answer(
                member_key=member, contest_id=CONTEST, day=DAY, place=place,
                question_id=question.id, choice=choice, correct=choice == "B",
                points=2 * (choice == "B"), delivery_key=bytes(32),
                answered_at=NOON + timedelta(seconds=apart * place),
            )
        )  # fmt: skip
    session.flush()


def item(items: Sequence[Item], code: str) -> Item:
    return next(one for one in items if one.question.code == code)


def some_papers(session: Session) -> None:
    """Of three who answer the rest rightly two miss Q000; of three who don't, one does."""
    for n, choices in enumerate(("BBB", "ABB", "CBB", "BAA", "BAA", "AAA")):
        answered(session, f"m{n}", *choices)


@pytest.mark.slow
def test_the_figures_come_from_the_rest_of_each_paper(sessions: Sessions) -> None:
    with sessions.begin() as session:
        some_papers(session)

        items = ItemAnalysis(session).items(CONTEST)

    found = item(items, "Q000")
    assert [one.question.code for one in items] == ["Q000", "Q001", "Q002"]
    assert found.choices == {"A": 2, "B": 3, "C": 1}
    assert (found.figures.answers, found.figures.facility) == (6, 0.5)
    # A third of the best and two thirds of the weakest are right.
    assert found.figures.discrimination == pytest.approx(-1 / 3)
    assert found.figures.point_biserial == pytest.approx(-1 / 3)
    assert found.number == 1


@pytest.mark.slow
def test_the_rate_of_the_rest_leaves_the_question_itself_out(session: Session) -> None:
    answered(session, "one", "B")
    answered(session, "two", "B", "A")

    figures = item(ItemAnalysis(session).items(CONTEST), "Q000").figures

    assert (figures.facility, figures.discrimination) == (1.0, 0.0)
    assert figures.point_biserial is None


@pytest.mark.slow
def test_the_usual_time_is_from_one_answer_to_the_next(session: Session) -> None:
    answered(session, "quick", "B", "B", apart=10)
    answered(session, "slow", "B", "B", apart=40)
    answered(session, "usual", "B", "B", apart=20)

    [asked] = ItemAnalysis(session).of_question(2)

    assert (asked.contest.title, asked.item.question.code) == ("我们的十三五", "Q001")
    assert (asked.usual_time, asked.timed) == (timedelta(seconds=20), 3)


@pytest.mark.slow
def test_answers_that_came_in_one_message_are_not_timed(session: Session) -> None:
    answered(session, "bundled", "B", "B", apart=0)

    [asked] = ItemAnalysis(session).of_question(1)

    assert (asked.usual_time, asked.timed) == (None, 0)


@pytest.mark.slow
def test_members_who_call_one_question_faulty_are_counted_once_each(session: Session) -> None:
    some_papers(session)
    tickets = Tickets(session, NOON)
    for name, words in (
        ("m1", "[Q000] 答案是C"), ("m1", "[Q000] 真的是C"), ("m2", "[Q000] 不对"),
        ("m3", "[Q000 Q001] 有一题不对"), ("m3", "答案不对"),
    ):  # fmt: skip
        tickets.open(key(name), "question", words, said(words).delivery)

    items = ItemAnalysis(session).items(CONTEST)

    assert (item(items, "Q000").reports, item(items, "Q001").reports) == (2, 0)
    assert item(items, "Q000").figures.doubts == (Doubt.REPORTED,)


@pytest.mark.slow
def test_a_report_that_a_colleague_has_closed_raises_no_doubt(session: Session) -> None:
    some_papers(session)
    tickets, delivery = Tickets(session, NOON), said("x").delivery
    tickets.open(key("m1"), "question", "[Q000] 不对", delivery)
    tickets.close(delivery, 1)

    assert item(ItemAnalysis(session).items(CONTEST), "Q000").figures.doubts == ()


def test_a_question_that_nobody_answered_has_no_figures(session: Session) -> None:
    assert ItemAnalysis(session).items(CONTEST) == []
    assert ItemAnalysis(session).of_question(1) == []


@pytest.mark.slow
def test_of_too_many_answers_those_of_some_people_are_looked_at(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(200):
        answered(session, f"m{n}", "B" if n % 2 else "A")
        member = key(f"m{n}")
        score = {"points": 0, "days": 1, "reached_at": NOON}
        session.add(Score(member_key=member, contest_id=CONTEST, **score))
    analysis = ItemAnalysis(session)
    assert analysis.sample(CONTEST) is None
    # The contest has five questions a day, and everybody came for one day.
    monkeypatch.setattr(item_analysis, "MOST", 250)

    sample = analysis.sample(CONTEST)

    assert sample is not None
    assert sample.percent == 25
    (some,), (everybody,) = analysis.items(CONTEST, sample), analysis.items(CONTEST)
    assert everybody.figures.answers == 200
    assert 30 <= some.figures.answers <= 70
    assert some.figures.answers == sum(some.choices.values())
    (asked,) = analysis.of_question(everybody.number or 0)
    assert (asked.sample, asked.item.choices) == (sample, some.choices)
