"""Grief, danger and anger are heard before anything else, and a colleague hears of them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.state import Idle, Naming, State, Telling, WritingMotto
from bot.storage.tables import Motto, Ticket
from tests.builders import a_member
from tests.handlers.papers import answers, at_question
from tests.handlers.talking import Talker, taps
from tests.rows import thinned

GRIEF = (
    "我妈妈去世了，我这几天没心情答题", "我父亲走了", "老伴病危，在医院", "我住院了，没法答题",
    "我得了癌症", "心里难受", "这几天我很难过",
)  # fmt: skip
DANGER = ("活着没意思，不想活了", "我想自杀", "救命啊", "我男人打我，家暴")
ANGER = (
    "你们这个破系统老是点不开", "太烂了", "什么破题", "垃圾公众号", "我要投诉你们的活动",
    "气死我了", "这个活动太形式主义了", "真无聊", "又打不开了，烦死了",
)  # fmt: skip
MOTTOS = (
    "弯腰捡起一片垃圾，心里留下一片干净", "群众难过的坎，就是我的事", "反对形式主义，干在实处",
    "把群众当亲人，不让一户没了依靠", "活着干，死了算，永远跟党走", "不骗人不坑人，清白一生",
    "老人病了有人问，孩子哭了有人抱", "什么东西都可以丢，良心不能丢", "我是谁，为了谁，依靠谁",
    "宁可自己累倒，不让群众难受", "孩子走了的路，我再走一遍",
)  # fmt: skip


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


@pytest.mark.parametrize("words", thinned(GRIEF, quick=3))
@pytest.mark.parametrize("state", [Idle(), Naming(2), WritingMotto(), Telling()])
def test_grief_gets_a_kind_line_and_a_colleague_and_no_quiz(
    session: Session, zhang: Talker, state: State, words: str
) -> None:
    zhang.state = state

    shown = zhang.says(words)

    assert shown.startswith("听您这么说，我们心里也不好受，请您多保重。\n")
    assert "联系" in shown
    assert taps(zhang.reply) == []
    assert session.execute(select(Ticket.topic, Ticket.words)).one() == ("urgent", words)


@pytest.mark.parametrize("words", DANGER)
def test_danger_hears_at_once_whom_to_call(session: Session, zhang: Talker, words: str) -> None:
    shown = zhang.says(words)

    assert "110" in shown
    assert "120" in shown
    assert session.scalars(select(Ticket.topic)).one() == "urgent"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["single", "judge", "blank"])
def test_grief_in_the_quiz_is_no_answer_and_no_question_follows(
    session: Session, zhang: Talker, kind: str
) -> None:
    there = at_question(zhang, 1, (kind, "single"))

    shown = there.says(GRIEF[0])

    assert "第1题" not in shown
    assert answers(session, zhang.key) == {}
    assert "第1题" in there.says("答题")


@pytest.mark.parametrize("words", ANGER)
def test_anger_is_passed_on_and_its_cause_asked_for(
    session: Session, zhang: Talker, words: str
) -> None:
    shown = zhang.says(words)
    told = zhang.says("第三题的图片看不见")

    assert shown.startswith("给您添麻烦了。请说说是哪件事，我转给工作人员。\n")
    assert told.startswith("✔ 转给工作人员了")
    assert session.scalars(select(Ticket.words).order_by(Ticket.words)).all() == sorted(
        [words, "第三题的图片看不见"]
    )


@pytest.mark.parametrize("kind", ["single", "blank"])
def test_anger_in_the_quiz_is_no_answer_and_there_is_a_way_back(
    session: Session, zhang: Talker, kind: str
) -> None:
    there = at_question(zhang, 1, (kind, "single"))

    assert there.says(ANGER[0]).endswith("题还给您留着：[接着答题](发:答题)")
    assert answers(session, zhang.key) == {}


def test_who_was_asked_to_tell_is_not_asked_again(session: Session, zhang: Talker) -> None:
    zhang.says("联系")

    assert zhang.says(ANGER[0]).startswith("✔ 转给工作人员了")
    assert zhang.state == Idle()


@pytest.mark.parametrize("words", thinned(MOTTOS, quick=4))
def test_a_motto_with_hard_words_is_still_a_motto(
    session: Session, zhang: Talker, words: str
) -> None:
    assert zhang.says(words).startswith("这是要交的座右铭吗？")
    assert session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize("words", thinned([*GRIEF, *DANGER, *ANGER], quick=6))
def test_none_of_these_is_offered_as_a_motto(session: Session, zhang: Talker, words: str) -> None:
    assert "座右铭" not in zhang.says(words)
    assert session.scalars(select(Motto)).all() == []
