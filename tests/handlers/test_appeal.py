"""Appeals by chat: a sentence for another colleague, asked for where it is missing."""

import pytest
from sqlalchemy.orm import Session

from bot.conversation.state import Appealing
from bot.domain.entries import UNDO
from bot.domain.moderation import Reason
from tests.builders import a_member, a_waiting_motto
from tests.handlers.talking import Talker

WORDS = "当好一块砖，群众哪里需要就往哪里搬"
ASKED = (
    "请用一句话说说为什么不对，比如：这句是我自己写的。\n"
    "我转给另一位同志重新看。不申诉了，回复“算了”。"
)


@pytest.fixture
def author(session: Session) -> Talker:
    """A member whose motto, number 1001, was sent back a minute ago."""
    a_member(session, "zhang", 2)
    a_waiting_motto(session, "zhang", WORDS)
    author = Talker(session)
    author.services.moderation.decide(1001, 1, 1, Reason.UNFIT)
    author.now += UNDO
    return author


def appeals(author: Talker) -> list[str | None]:
    return [card.appeal for card in author.services.moderation.queue().mottos]


@pytest.mark.slow
@pytest.mark.parametrize("words", ["申诉：这句是我自己寫的", "申訴 这句是我自己寫的"])
def test_a_sentence_behind_the_word_is_passed_on(author: Talker, words: str) -> None:
    reply = author.says(words)

    assert reply == (
        "✔ 收到，1001号会请另一位同志重新看。\n"
        "结果会在您下次来的时候告诉您；想早点知道，回复“我的座右铭”。"
    )
    assert appeals(author) == ["这句是我自己寫的"]
    assert "您的申诉收到了，另一位同志正在重新看" in author.says("我的座右铭")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["申诉", "申诉。", "申诉 1"])
def test_the_word_alone_is_asked_about(author: Talker, words: str) -> None:
    assert author.says(words) == ASKED
    assert author.state == Appealing(1001)
    assert appeals(author) == []

    assert author.says("这句是我自己写的，没有抄").startswith("✔ 收到，")
    assert appeals(author) == ["这句是我自己写的，没有抄"]


@pytest.mark.slow
@pytest.mark.parametrize("words", ["好的", "嗯", "1", "。。", "👍"])
def test_a_nod_is_no_sentence(author: Talker, words: str) -> None:
    author.says("申诉")

    assert author.says(words) == ASKED
    assert author.state == Appealing(1001)
    assert appeals(author) == []


@pytest.mark.slow
@pytest.mark.parametrize("words", ["你们这个破系统乱审", "这句话太好了，真不该退"])
def test_anger_is_a_sentence_too(author: Talker, words: str) -> None:
    author.says("申诉")
    author.says(words)

    assert appeals(author) == [words]


@pytest.mark.slow
@pytest.mark.parametrize("words", ["算了", "不申诉了", "不"])
def test_who_leaves_it_has_appealed_for_nothing(author: Talker, words: str) -> None:
    author.says("申诉")

    assert author.says(words).startswith("好的，1001号还是原来的样子。")
    assert appeals(author) == []


@pytest.mark.parametrize("words", ["申诉", "申诉 我觉得不对"])
def test_without_a_verdict_it_is_said_what_an_appeal_is(session: Session, words: str) -> None:
    a_member(session, "li")
    a_waiting_motto(session, "li", WORDS)

    shown = Talker(session, "li").says(words)

    assert shown.startswith("座右铭没通过时，回复“申诉”加一句话，另一位同志会重新看。")


@pytest.mark.slow
def test_a_second_look_is_the_last(author: Talker) -> None:
    author.says("申诉 这句是我自己写的")
    author.services.moderation.decide(1001, 3, 2, Reason.UNFIT)
    author.now += UNDO

    mine = author.says("我的座右铭")
    again = author.says("申诉 还是不对")

    assert mine.endswith("[我自己改](发:修改座右铭)\n这是另一位同志重新看过的结果。")
    assert again.startswith("1001号已经由另一位同志重新看过了。")
