"""A question that is wrong itself: which one is meant, and what is said while it is checked."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversation.state import Telling
from bot.storage.tables import Contest, QuestionReport, StoredQuestion, Ticket
from tests.builders import a_member
from tests.handlers.papers import YESTERDAY, answered_wrongly, at_question, five_questions
from tests.handlers.talking import Talker


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


def id_of(session: Session, code: str) -> int:
    return session.scalars(select(StoredQuestion.id).where(StoredQuestion.code == code)).one()


def reported(session: Session) -> list[str]:
    """The codes of the questions that count as called faulty."""
    return list(
        session.scalars(
            select(StoredQuestion.code).join(
                QuestionReport, QuestionReport.question_id == StoredQuestion.id
            )
        )
    )


def letter(session: Session) -> str:
    return session.scalars(select(Ticket.words)).one()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "then", "codes", "counts"),
    [
        ("题目有错", "答案不对", "P3", ["P3"]),
        ("这题有错", "第1题应该选C", "P1", ["P1"]),
        ("第2题有错", "选项都不对", "P2", ["P2"]),
        ("第二题有错误", "是第三题", "P3", ["P3"]),
        ("第5题有错", "答案不对", "P3", ["P3"]),
        ("题目有错", "第4题不对", "P1 P2 P3 P4 P5", []),
    ],
)
def test_the_question_that_is_named_counts_or_else_the_one_in_view_but_none_that_was_not_seen(
    session: Session, zhang: Talker, first: str, then: str, codes: str, counts: list[str]
) -> None:
    at_third = at_question(zhang, 3)

    at_third.says(first)
    at_third.says(then)

    assert letter(session) == f"[{codes}] {then}"
    assert reported(session) == counts


def test_we_say_which_question_we_take_it_for(session: Session, zhang: Talker) -> None:
    at_third = at_question(zhang, 3)

    said = at_third.says("题目有错")

    assert "说说第3题哪里不对" in said
    assert "说的是别的题，请写上第几题" in said
    assert at_third.state == Telling("question", "P3", id_of(session, "P3"))


@pytest.mark.slow
def test_below_the_summary_nobody_knows_which_one_is_meant_until_it_is_said(
    session: Session, zhang: Talker
) -> None:
    at_last = at_question(zhang, 5)
    at_last.says("B")

    assert "是第几题、哪里不对" in at_last.says("题目有错")
    at_last.says("有一题不对")

    assert letter(session) == "[P1 P2 P3 P4 P5] 有一题不对"
    assert reported(session) == []


@pytest.mark.slow
def test_a_mistake_that_was_looked_at_is_the_one(session: Session, zhang: Talker) -> None:
    answered_wrongly(session, zhang.key, five_questions(), places=[2])
    zhang.says("错题")
    zhang.says("1")

    assert "说说这道题哪里不对" in zhang.says("题目有错")
    zhang.says("答案好像是A，请核对")

    assert reported(session) == ["P2"]


def withheld(session: Session, code: str) -> None:
    """So many have called the question faulty that its points are withheld."""
    session.execute(update(Contest).values(report_limit=2))
    for name in ("li", "wang"):
        member = a_member(session, name)
        answered_wrongly(session, member, five_questions(), at=YESTERDAY)
        talker = Talker(session, name)
        talker.says(f"第{code[1]}题有错")
        talker.says("答案不对")


@pytest.mark.slow
def test_who_answers_meanwhile_hears_that_it_is_being_checked(
    session: Session, zhang: Talker
) -> None:
    withheld(session, "P2")
    at_second = at_question(zhang, 2)

    said = at_second.says("B")

    assert said.startswith("✔ 答对了，是B。\n这道题有人说有错，正在核对，该得的分稍后补上。\n")
    at_second.says("AC")
    at_second.says("对")
    assert "答对5题，得8分，还有1题核对后补上。" in at_second.says("B")


@pytest.mark.slow
def test_who_answers_several_at_once_hears_which_of_them_are_checked(
    session: Session, zhang: Talker
) -> None:
    withheld(session, "P2")
    at_first = at_question(zhang, 1, ("single",) * 5)
    at_first.says("BBBBB")

    said = at_first.says("都交")

    assert "第2题有人说有错，正在核对，该得的分稍后补上。" in said


@pytest.mark.slow
def test_a_question_of_which_others_complain_in_vain_is_none_of_theirs(
    session: Session, zhang: Talker
) -> None:
    withheld(session, "P2")

    said = at_question(zhang, 1).says("B")

    assert "核对" not in said
