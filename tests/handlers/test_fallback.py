"""Never a dead end: whatever is said, wherever one stands, there is an answer and a way on."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.message import Kind
from bot.conversation.reply import Silence
from bot.conversation.state import (
    Answering,
    Browsing,
    Bundled,
    ConfirmingMotto,
    Idle,
    Lost,
    State,
    Telling,
)
from bot.storage.tables import Ticket, Vote
from tests.builders import a_member, an_approved_motto, pushed, said
from tests.handlers.asked_for import is_readable, is_thanks
from tests.handlers.babble import PLACES
from tests.handlers.papers import (
    a_paper,
    answered_wrongly,
    answers,
    at_question,
    five_questions,
)
from tests.handlers.talking import Talker, taps

COMMANDS = (
    "答题", "投票", "座右铭", "排名", "帮助", "登记单位", "错题", "联系", "宣讲", "都交", "交",
    "退出", "算了", "不知道", "上一题", "改", "谢谢", "👍", "单位对", "单位1", "第1题A", "1A2B",
    "投1001号", "投1号", "撤回", "我的座右铭", "题目有错", "删除我的数据", "没有", "不写",
    "13812345678",
)  # fmt: skip
WORDS = st.one_of(
    st.text(max_size=80),
    st.text(
        "答题投票座右铭单位第一二三题号选我是的对错改不会？。ABCDabcd1234567890 、,", max_size=14
    ),
    st.sampled_from(COMMANDS),
)
STATES = st.sampled_from(PLACES)


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


def test_the_first_time_there_are_suggestions_and_the_second_time_a_person(
    session: Session, zhang: Talker
) -> None:
    first = zhang.says("哗啦啦")
    lost = zhang.state
    second = zhang.says("呜啦啦")

    assert first.startswith("我没看懂，您想做下面哪件事？")
    assert lost == Lost()
    assert second == (
        "我可能没听懂，让工作人员帮您吧。\n请用一句话说说遇到了什么事，我转给他们，最晚明天中午回您。\n"
        "不用了：回复“算了”。"
    )
    assert zhang.says("算了") == "好的。要做别的，回复“帮助”。"
    assert zhang.state == Idle()


def test_what_a_lost_member_tells_reaches_a_person(session: Session, zhang: Talker) -> None:
    for words in ("哗啦啦", "呜啦啦", "点了没反应"):
        zhang.says(words)

    assert session.scalars(select(Ticket.words)).all() == ["点了没反应"]


def test_something_understood_in_between_begins_anew(zhang: Talker) -> None:
    *_, shown = [zhang.says(words) for words in ("哗啦啦", "排名", "呜啦啦")]

    assert shown.startswith("我没看懂")


def test_spoken_words_are_repeated_when_they_are_not_understood(zhang: Talker) -> None:
    assert zhang.says("呜啦啦。", spoken=True).startswith("听到您说“呜啦啦”，我没看懂")


@pytest.mark.slow
def test_in_the_quiz_the_same_question_follows(zhang: Talker) -> None:
    at_second = at_question(zhang, 2)

    for _ in range(3):
        shown = at_second.says("呜啦啦")

        assert shown.startswith("我没看懂，您点下面的蓝字就行。")
        assert "\n现在是第2题：" in shown
    assert at_second.state == Answering(2)


@pytest.mark.parametrize(
    "words", ["退出", "不答了", "回头再说", "算了", "对", "√", "错", "×", "不是"]
)
def test_leaving_nothing_is_agreed_to(zhang: Talker, words: str) -> None:
    assert zhang.says(words) == "好的。要做别的，回复“帮助”。"


@pytest.mark.parametrize("words", ["改", "选错了", "刚才选错"])
def test_changing_nothing_in_particular_asks_what(zhang: Talker, words: str) -> None:
    assert zhang.says(words).startswith("您想改哪一样？")
    assert taps(zhang.reply)


def test_a_draft_is_kept_when_a_word_is_not_understood(zhang: Talker) -> None:
    draft = ConfirmingMotto("清清白白做人，踏实做事")
    zhang.state = draft

    zhang.says("呜啦啦")

    assert zhang.state == draft


def test_members_stand_in_every_kind_of_state_below() -> None:
    assert {type(place) for place in PLACES} == set(State.__args__)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=WORDS, state=STATES, spoken=st.booleans())
def test_any_words_anywhere_get_an_answer_that_fits(
    session: Session, words: str, state: State, spoken: bool
) -> None:
    with given_much_to_do(session).undone() as zhang:
        zhang.state = state

        zhang.says(words, spoken=spoken)

        assert_an_answer(zhang)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(list(Kind)), raw=st.text(max_size=40), state=STATES)
def test_any_push_anywhere_gets_an_answer_that_fits(
    session: Session, kind: Kind, raw: str, state: State
) -> None:
    with given_much_to_do(session).undone() as zhang:
        zhang.state = state

        zhang.sends(pushed(kind, raw))

        if kind not in (Kind.EVENT, Kind.UNFOLLOW):
            assert_an_answer(zhang)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8))
def test_a_whole_conversation_never_ends_in_silence(session: Session, said: list[str]) -> None:
    with given_much_to_do(session).undone() as zhang:
        for words in said:
            zhang.says(words)

            assert_an_answer(zhang, words)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from("ABCDEFGHabcd对错√×"), STATES)
def test_a_letter_answers_nothing_but_a_question_on_show(
    session: Session, letter: str, state: State
) -> None:
    with given_much_to_do(session).undone() as zhang:
        zhang.state = state

        zhang.says(letter)

        if not isinstance(state, Answering | Bundled):
            assert answers(session, zhang.key) == {}


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 9).map(str), STATES)
def test_a_bare_number_never_votes_unless_we_asked_for_one(
    session: Session, number: str, state: State
) -> None:
    with given_much_to_do(session).undone() as zhang:
        zhang.state = state

        zhang.says(number)

        if not (isinstance(state, Browsing) and state.choosing):
            assert session.scalar(select(func.count()).select_from(Vote)) == 0


def given_much_to_do(session: Session) -> Talker:
    """A member with mistakes and an open paper, in a campaign with a motto to vote for."""
    zhang: Any = getattr(session, "zhang", None)
    if zhang is None:
        for name in ("zhang", "author"):
            a_member(session, name)
        an_approved_motto(session, "author", "清清白白做人，踏实做事")
        zhang = Talker(session)
        questions = five_questions(("single", "multiple", "judge", "blank", "single"))
        answered_wrongly(session, zhang.key, questions)
        a_paper(session, zhang.key, questions)
        session.zhang = zhang  # type: ignore[attr-defined]
    return zhang  # type: ignore[no-any-return]


def assert_an_answer(talker: Talker, words: str = "") -> None:
    """The reply says something, fits, and can be read on a telephone."""
    if isinstance(talker.reply, Silence):
        assert is_thanks(said(words)), words
    else:
        assert is_readable(talker.reply)


@pytest.mark.parametrize(
    "words", ["2", "10", "-1", "A", "AB", "选A", "第二个", "好的", "哈哈", "确定"]
)
def test_a_letter_a_number_or_a_nod_is_no_letter_to_a_colleague(
    session: Session, zhang: Talker, words: str
) -> None:
    zhang.state = Telling()

    assert zhang.says(words).startswith("请打几个字，")
    assert zhang.state == Telling()
    assert session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize(
    "words", ["你是谁", "今天天气真好呀", "给我讲个笑话", "美国总统是谁？", "你觉得房价会涨吗"]
)
def test_small_talk_hears_what_we_are_good_for(zhang: Talker, words: str) -> None:
    assert zhang.says(words) == (
        "我只会[答题](发:答题)、[座右铭](发:座右铭)、[投票](发:投票)和[宣讲](发:宣讲)。"
        "要问别的，回复“联系”。"
    )


@pytest.mark.slow
def test_small_talk_in_the_quiz_keeps_the_question(zhang: Talker) -> None:
    there = at_question(zhang, 2)

    assert "\n现在是第2题：" in there.says("你是谁")
    assert there.state == Answering(2)
