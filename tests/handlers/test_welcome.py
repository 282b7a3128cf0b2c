"""First words, the menu, and help: whoever comes or is at a loss finds a way on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.message import Kind
from bot.conversation.reply import Silence
from bot.conversation.state import Answering, Browsing, Idle, Lost, MenuShown, Naming, Telling
from bot.storage.tables import Member, Person, Ticket
from tests.builders import NOON, a_member, pushed
from tests.handlers.papers import at_question
from tests.handlers.talking import Talker, taps

MENU = (
    "先看看也行：\n1 [答题](发:答题)　每天几道题，约3分钟\n"
    "2 [座右铭](发:座右铭)　写一句，看看大家的\n"
    "3 [投票](发:投票)　选出您心中的好句子\n4 [听宣讲](发:宣讲)　时间表排好了在这里查\n"
    "点蓝字，或回复前面的数字。"
)


@pytest.fixture
def new(session: Session) -> Talker:
    """Somebody whose first push this is: the turn has just entered them."""
    a_member(session, "zhang")
    return Talker(session)


@pytest.fixture
def known(session: Session) -> Talker:
    """The same a day later."""
    a_member(session, "zhang")
    return Talker(session, now=NOON + timedelta(days=1))


def test_who_follows_by_a_branchs_code_is_asked_whether_it_is_theirs(new: Talker) -> None:
    shown = new.sends(pushed(Kind.FOLLOW, "CD-XA"))

    assert shown == (
        "您好，欢迎参加全市党员冬训。\n您是扫“城东街道·新安社区支部”的码来的，对吗？\n"
        "[对，就是这个支部](发:单位对)　[不是](发:换单位)\n\n" + MENU
    )
    assert new.state == MenuShown()


@pytest.mark.parametrize("scene", ["", "last_trade_no_4200", "no such unit"])
def test_who_follows_without_a_known_code_may_join_later(new: Talker, scene: str) -> None:
    shown = new.sends(pushed(Kind.FOLLOW, scene))

    assert shown == (
        "您好，欢迎参加全市党员冬训。\n"
        "先[登记单位](发:登记单位)，成绩才能算到您单位；也可以先答题、后登记。\n\n" + MENU
    )


@pytest.mark.slow
@pytest.mark.parametrize("words", ["对", "是的", "单位对", "对，就是这个支部"])
def test_a_yes_to_the_units_code_asks_for_the_name(new: Talker, words: str) -> None:
    new.sends(pushed(Kind.FOLLOW, "CD-XA"))

    assert "您的单位是：城东街道·新安社区支部" in new.says(words)
    assert new.state == Naming(2)


@pytest.mark.slow
@pytest.mark.parametrize("words", ["不是", "不对", "换单位"])
def test_a_no_to_the_units_code_asks_for_the_units_name(new: Talker, words: str) -> None:
    new.sends(pushed(Kind.FOLLOW, "CD-XA"))

    assert "请回复单位名称里的几个字" in new.says(words)


@pytest.mark.slow
def test_who_comes_back_is_welcomed_back_and_asked_nothing(known: Talker, session: Session) -> None:
    known.services.members.join(known.key, 3, "张三")

    shown = known.sends(pushed(Kind.FOLLOW))

    assert shown == "欢迎回来，您的记录都在。\n\n" + MENU


def test_who_leaves_hears_nothing_and_loses_nothing(session: Session, known: Talker) -> None:
    known.sends(pushed(Kind.UNFOLLOW))

    assert known.reply == Silence()
    assert session.scalars(select(Person.following)).one() is False
    assert len(session.scalars(select(Member)).all()) == 1


@pytest.mark.slow
def test_a_follower_who_scans_a_code_is_asked_whether_it_is_theirs(known: Talker) -> None:
    assert "您是扫“农业局”的码来的，对吗？" in known.sends(pushed(Kind.SCAN, "NY"))
    assert "您的单位是：农业局" in known.says("对")


@pytest.mark.slow
def test_the_code_of_ones_own_unit_asks_nothing(known: Talker) -> None:
    known.services.members.join(known.key, 3, None)

    assert known.sends(pushed(Kind.SCAN, "NY")).startswith("您登记的就是农业局")


@pytest.mark.slow
def test_the_code_of_another_unit_offers_a_change(known: Talker) -> None:
    known.services.members.join(known.key, 3, None)

    shown = known.sends(pushed(Kind.SCAN, "CD-XA"))

    assert "您登记的是农业局" in shown
    assert "您的单位是：城东街道·新安社区支部" in known.says("单位对")


def test_an_unknown_code_shows_the_menu(known: Talker) -> None:
    assert known.sends(pushed(Kind.SCAN, "lecture-31")).startswith("不急，您想做哪件事？")


@pytest.mark.parametrize(
    "words",
    [
        "？",
        "?",
        "帮助",
        "怎么弄",
        "菜单",
        "你好",
        "在吗",
        "人工",
        "幫助",
        "不知道",
        "下一题",
        "怎么办",
    ],
)
def test_help_is_the_menu(known: Talker, words: str) -> None:
    shown = known.says(words)

    assert shown == (
        "不急，您想做哪件事？\n1 [答题](发:答题)　2 [座右铭](发:座右铭)\n"
        "3 [投票](发:投票)　4 [听宣讲](发:宣讲)\n5 [我的成绩](发:我的)　6 [换大字](发:大字)\n"
        "点蓝字，或回复数字。\n要问人：回复“联系”，工作日8:30到17:30有人答。"
    )
    assert known.state == Idle()


@pytest.mark.parametrize("state", [Idle(), MenuShown(), Lost()])
@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ("1", "今天5题"),
        ("２", "请发您自己的话"),
        ("②", "请发您自己的话"),
        ("选二", "请发您自己的话"),
        ("第二个", "请发您自己的话"),
        ("3", "还没有审核通过的座右铭"),
        ("4", "宣讲的时间表还没有排好"),
        ("五", "您还没有积分"),
        ("6", "以后给您的页面"),
        ("7", "不急，您想做哪件事？"),
    ],
)
def test_a_bare_number_is_a_line_of_the_menu(
    session: Session, known: Talker, state: Idle | MenuShown | Lost, words: str, opening: str
) -> None:
    known.state = state

    assert known.says(words).startswith(opening)


@pytest.mark.parametrize(
    ("key", "opening"),
    [
        ("MENU_QUIZ_START", "今天5题"),
        ("MENU_MOTTO", "请发您自己的话"),
        ("MENU_RANK", "您还没有积分"),
        ("MENU_JOIN", "登记只要两步"),
        ("MENU_HELP", "不急，"),
        ("LEFT_OVER_FROM_LAST_YEAR", "不急，"),
        ("", "不急，"),
    ],
)
def test_a_key_of_the_accounts_menu_does_what_its_words_do(
    known: Talker, key: str, opening: str
) -> None:
    assert known.sends(pushed(Kind.CLICK, key)).startswith(opening)


def test_contact_asks_for_a_sentence_that_becomes_a_ticket(session: Session, known: Talker) -> None:
    known.says("联系")
    asked = known.state
    told = known.says("我的手机点不了蓝字")

    assert asked == Telling()
    assert told.startswith("✔ 转给工作人员了，最晚明天中午回您。")
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.topic, ticket.words) == ("help", "我的手机点不了蓝字")
    assert known.state == Idle()


def test_a_keyword_instead_of_the_sentence_is_a_keyword(session: Session, known: Talker) -> None:
    known.says("联系")

    assert known.says("答题").startswith("今天5题")
    assert session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize("words", ["换大字", "大字", "字太小", "看不清"])
def test_larger_letters_are_remembered(session: Session, known: Talker, words: str) -> None:
    shown = known.says(words)

    assert shown == (
        "以后给您的页面都用大字，每页少放几样。\n"
        "聊天里的字，要在微信里调：我 → 设置 → 通用 → 关怀模式，打开就行。\n"
        "[看大字版座右铭](网:/m?size=larger)　换回来：回复“小字”。"
    )
    assert session.scalars(select(Member.larger)).one()
    assert known.says("小字").endswith("要大字：回复“换大字”。")
    assert not session.scalars(select(Member.larger)).one()


@pytest.mark.slow
def test_a_word_about_letters_leaves_the_question_where_it_is(session: Session) -> None:
    at_second = at_question(Talker(session), 2)

    at_second.says("字太小")

    assert at_second.state == Answering(2)


@pytest.mark.parametrize("words", ["宣讲"])
def test_what_is_still_to_come_leads_on(known: Talker, words: str) -> None:
    known.says(words)

    assert taps(known.reply)


def test_help_in_the_quiz_keeps_the_question(session: Session, known: Talker) -> None:
    at_second = at_question(Talker(session), 2)

    assert "现在是第2题：" in at_second.says("帮助")
    assert at_second.state == Answering(2)


def test_help_leaves_a_list(known: Talker) -> None:
    lister = replace(known, state=Browsing((1001,), shown_at=NOON.isoformat()))

    lister.says("帮助")

    assert isinstance(lister.state, MenuShown)
