"""What is no words, thanks, and what nobody should send: each is answered, once, kindly."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.message import Kind
from bot.conversation.reply import Silence
from bot.conversation.state import Answering, Idle, Lost, MenuShown, Naming, Telling
from bot.storage.tables import Base, Ticket, Vote
from tests.builders import a_member, an_approved_motto, pushed
from tests.handlers.papers import answers, at_question
from tests.handlers.talking import Talker, taps
from tests.rows import thinned

STICKERS = (
    "【收到不支持的消息类型，暂无法显示】",
    "【收到不支持的消息類型，暫無法顯示】",
    "[Unsupported Message]",
)
WORDLESS = (
    Kind.IMAGE,
    Kind.VOICE,
    Kind.VIDEO,
    Kind.LOCATION,
    Kind.LINK,
    Kind.FILE,
    Kind.UNSUPPORTED,
)
PHONE, IDENTITY = "13812345678", "32052319500101123X"


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


def test_a_picture_is_not_understood_and_not_kept(zhang: Talker) -> None:
    assert zhang.sends(pushed(Kind.IMAGE)) == (
        "照片收到了，但我看不懂照片里的字。要交座右铭，请把那句话打出来，或者按住说话。"
    )


@pytest.mark.parametrize(
    "kind", [Kind.LINK, Kind.LOCATION, Kind.VIDEO, Kind.FILE, Kind.UNSUPPORTED]
)
def test_what_is_of_no_use_is_answered_with_what_is(zhang: Talker, kind: Kind) -> None:
    shown = zhang.sends(pushed(kind))

    assert shown == "这个我用不上，没有保存。您想[答题](发:答题)还是[投票](发:投票)？"


def test_speech_unheard_is_asked_for_in_writing(zhang: Talker) -> None:
    assert zhang.sends(pushed(Kind.VOICE)).startswith("我听不清这段语音。麻烦您打几个字")
    assert taps(zhang.reply)


@pytest.mark.parametrize("words", STICKERS)
def test_a_sticker_is_thanked_for(zhang: Talker, words: str) -> None:
    assert zhang.says(words).startswith("收到您的表情，谢谢！\n")
    assert taps(zhang.reply)


@pytest.mark.parametrize("kind", thinned(WORDLESS, quick=4))
@pytest.mark.parametrize("place", [2, 3])
def test_whatever_has_no_words_keeps_the_question(zhang: Talker, place: int, kind: Kind) -> None:
    there = at_question(zhang, place)

    shown = there.sends(pushed(kind))

    assert f"\n现在是第{place}题：" in shown
    assert there.state == Answering(place)


def test_speech_unheard_in_the_quiz_asks_for_a_letter(zhang: Talker) -> None:
    shown = at_question(zhang, 2).sends(pushed(Kind.VOICE))

    assert shown.startswith("我听不清这段语音。麻烦您点蓝字，或打一个字母。\n现在是第2题：")


@pytest.mark.parametrize("words", STICKERS)
def test_a_sticker_keeps_the_question(zhang: Talker, words: str) -> None:
    shown = at_question(zhang, 3).says(words)

    assert shown.startswith("收到您的表情，谢谢！\n现在是第3题：")


@pytest.mark.slow
def test_a_sticker_keeps_the_list(session: Session, zhang: Talker) -> None:
    for name in ("a", "b"):
        a_member(session, name)
        an_approved_motto(session, name, f"清清白白做人，踏实做事{name}")
    zhang.says("投票")
    listed = zhang.state

    shown = zhang.says(STICKERS[0])

    assert shown.startswith("收到您的表情，谢谢！\n1")
    assert zhang.state == listed


@pytest.mark.parametrize("words", ["。。。", "[微笑]", "👍", "/:strong", "~"])
def test_nothing_but_a_face_is_answered_with_the_same_question(zhang: Talker, words: str) -> None:
    there = at_question(zhang, 2)

    assert there.says(words).startswith("现在是第2题：")
    assert there.state == Answering(2)


@pytest.mark.parametrize("words", ["。。。", "[微笑]", "😀"])
def test_nothing_but_a_face_out_of_the_blue_gets_a_friendly_line(zhang: Talker, words: str) -> None:
    assert zhang.says(words).startswith("在呢。")


@pytest.mark.parametrize(
    "words",
    ["谢谢", "好的", "收到", "👍", "[强]", "/:strong", "谢谢您！", "好的，谢谢", "嗯嗯", "OK"],
)
def test_thanks_are_returned_once(zhang: Talker, words: str) -> None:
    assert zhang.says(words) == "不客气。"
    assert zhang.says(words) == ""
    assert zhang.reply == Silence()


@pytest.mark.slow
def test_thanks_are_returned_again_after_ten_minutes(zhang: Talker) -> None:
    said = []
    for _ in range(5):
        said.append(zhang.says("谢谢"))
        zhang.says("帮助")
        zhang.now += timedelta(minutes=4)

    assert said == ["不客气。", "", "", "不客气。", ""]


@pytest.mark.slow
def test_thanks_in_the_midst_of_something_count_too(zhang: Talker) -> None:
    zhang.says("谢谢")
    there = at_question(zhang, 2)

    assert there.says("谢谢") == ""
    assert there.state == Answering(2)
    assert there.says("B").startswith("✔ 答对了")


@pytest.mark.slow
def test_after_thanks_everything_works_as_before(zhang: Talker) -> None:
    zhang.says("谢谢")

    for words, opening in {"B": "今天5题", "2": "请发您自己的话", "你好": "不急，"}.items():
        assert replace(zhang).says(words).startswith(opening)


def test_thanks_end_being_at_a_loss(zhang: Talker) -> None:
    zhang.state = Lost()

    zhang.says("谢谢")

    assert zhang.says("呜啦呜啦").startswith("我没看懂，")


def test_thanks_change_nothing_in_what_is_open(zhang: Talker) -> None:
    for state in (Answering(2), MenuShown(), Naming(2)):
        zhang.state = state
        assert zhang.says("谢谢").startswith("不客气。")
        assert zhang.state == state
        zhang.now += timedelta(minutes=10)


def test_thanks_do_not_let_the_member_forget_what_waits(zhang: Talker) -> None:
    zhang.state = Naming(2)

    assert zhang.says("谢谢") == "不客气。\n刚才的事还没做完，接着做就行。不做了，回复“算了”。"


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", thinned(["谢谢", "好的", "嗯", "👍", "对", "哦", PHONE, *STICKERS], quick=3)
)
def test_a_number_after_other_words_no_longer_votes(
    session: Session, zhang: Talker, words: str
) -> None:
    for name in ("a", "b"):
        a_member(session, name)
        an_approved_motto(session, name, f"清清白白做人，踏实做事{name}")
    zhang.says("投票")
    zhang.says("投一票")

    zhang.says(words)

    assert "[投它]" in zhang.says("1")
    assert session.scalars(select(Vote)).all() == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", thinned(WORDLESS, quick=2))
def test_nor_does_it_after_a_push_without_words(
    session: Session, zhang: Talker, kind: Kind
) -> None:
    a_member(session, "a")
    an_approved_motto(session, "a", "清清白白做人，踏实做事")
    zhang.says("投票")
    zhang.says("投一票")

    zhang.sends(pushed(kind))
    zhang.says("1")

    assert session.scalars(select(Vote)).all() == []


@pytest.mark.parametrize("words", ["哈哈", "加油", "厉害", "真棒", "唉"])
def test_cheers_out_of_the_blue_get_a_friendly_line(zhang: Talker, words: str) -> None:
    assert zhang.says(words).startswith("在呢。")


def test_an_event_that_nobody_waits_for_changes_nothing(zhang: Talker) -> None:
    zhang.state = Answering(2, "A")

    zhang.sends(pushed(Kind.EVENT))

    assert zhang.reply == Silence()
    assert zhang.state == Answering(2, "A")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [PHONE, f"我的手机{PHONE}", IDENTITY, "138 1234 5678", f"投{PHONE}"]
)
@pytest.mark.parametrize("state", [Idle(), Naming(2), MenuShown()])
def test_private_numbers_are_neither_kept_nor_repeated(
    session: Session, zhang: Talker, state: Idle | Naming | MenuShown, words: str
) -> None:
    zhang.state = state

    shown = zhang.says(words)

    assert shown.startswith("您发的像是证件号或手机号，我没有保存。这里不需要这些。\n")
    assert not holds(session, "12345678")
    assert "1234" not in shown


@pytest.mark.slow
def test_a_private_number_keeps_the_question(session: Session, zhang: Talker) -> None:
    there = at_question(zhang, 2)

    assert "\n现在是第2题：" in there.says(PHONE)
    assert answers(session, zhang.key) == {1: "B"}


def test_a_colleague_reads_the_sentence_without_the_number(session: Session, zhang: Talker) -> None:
    zhang.state = Telling()

    shown = zhang.says(f"点不开，打我{PHONE}")

    assert "我没有保存" in shown
    assert "✔ 转给工作人员了" in shown
    assert session.scalars(select(Ticket.words)).one() == "点不开，打我*"


def holds(session: Session, piece: str) -> bool:
    """Whether any row of any table holds this piece of text."""
    tables = Base.metadata.tables.values()
    return any(piece in str(row) for table in tables for row in session.execute(select(table)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", thinned(WORDLESS, quick=2))
def test_a_push_without_words_at_a_list_brings_no_more_than_six_taps(
    session: Session, zhang: Talker, kind: Kind
) -> None:
    for name in "abcd":
        a_member(session, name)
        an_approved_motto(session, name, f"清清白白做人，踏实做事{name}")
    for words in ("投票", "看座右铭"):
        zhang.says(words)

        zhang.sends(pushed(kind))

        assert 0 < len(taps(zhang.reply)) <= 6
