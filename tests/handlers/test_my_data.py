"""Members see what we keep about them, put it right, take it along, and have it erased."""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.state import Answering, Confirming, Idle, Renaming
from bot.storage.tables import DataPass, Member, Person
from handlers.my_data import ERASE
from tests.builders import a_member, an_approved_motto
from tests.handlers.babble import PLACES
from tests.handlers.talking import Talker, taps
from tests.rows import thinned

ASKED = (
    "删除后：\n1 单位、姓名、答题记录、座右铭都删掉，不能恢复；\n"
    "2 您投过的票还算数，但再也查不出是谁投的；\n3 支部统计里，您参加过这件事只剩一个数字。\n"
    "确定请回复：确定删除\n不删：回复“算了”。"
)


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang", unit=2)
    return Talker(session)


def known(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.slow
def test_members_may_see_what_we_keep(zhang: Talker, session: Session) -> None:
    assert zhang.says("我的资料") == (
        "我们记着您的：\n单位：城东街道·新安社区支部\n姓名：张三（公开时写“张*”）\n"
        "还没有答题、座右铭、投票的记录\n"
        "[改单位](发:改单位)　[要一份](发:导出我的)　[隐私说明](网:/p)\n"
        "不想留了：回复“删除我的数据”。"
    )
    a_member(session, "li")
    number = an_approved_motto(session, "li", "清清白白做人，堂堂正正办事")
    an_approved_motto(session, "zhang", "愿做一块砖，哪里需要哪里搬")
    zhang.says(f"投{number}号")
    zhang.says("第1题A")
    zhang.says("A")
    assert re.search(r"\n答题1天、积分\d、座右铭1002号、投票1张\n", zhang.says("我的资料"))


@pytest.mark.slow
def test_who_has_said_nothing_is_told_so(session: Session) -> None:
    a_member(session, "li")

    assert "\n单位：还没登记\n姓名：没有写\n" in Talker(session, "li").says("我的资料")


# ------------------------------------------------------------ putting it right


@pytest.mark.slow
def test_a_name_is_put_right_without_a_new_binding(zhang: Talker, session: Session) -> None:
    assert zhang.says("改名").startswith("您登记的姓名：张三。\n请发新的姓名")
    assert zhang.says("好的").startswith("请只发姓名")
    assert zhang.says("13号").startswith("请只发姓名")
    assert zhang.state == Renaming()

    assert zhang.says("我叫章三").startswith("✔ 姓名改好了：章三。")
    assert session.scalars(select(Member.name)).one() == "章三"
    assert zhang.services.members.profile(zhang.key).unit is not None


def test_a_name_may_be_taken_out(zhang: Talker, session: Session) -> None:
    zhang.says("改名")

    assert zhang.says("不写").startswith("✔ 姓名去掉了。")
    assert session.scalars(select(Member.name)).one() is None


@pytest.mark.slow
def test_names_are_not_tried_out_one_after_the_other(zhang: Talker, session: Session) -> None:
    for name in ("李四", "王五"):
        zhang.says("改名")
        zhang.says(name)

    zhang.says("改名")
    refused = zhang.says("赵六")
    zhang.says("改名")
    taken_out = zhang.says("不写")
    asked_again = zhang.says("改名")

    assert refused.startswith("30天里已经写过三次姓名，1月4日以后才能再改。\n不写姓名也一样参加")
    assert taken_out.startswith("✔ 姓名去掉了。")
    assert asked_again == refused
    assert session.scalars(select(Member.name)).one() is None


def test_who_belongs_to_no_unit_begins_with_that(session: Session) -> None:
    a_member(session, "li")

    assert Talker(session, "li").says("改名").startswith("登记只要两步")


def test_the_name_stays_when_the_member_thinks_better_of_it(
    zhang: Talker, session: Session
) -> None:
    zhang.says("改名")
    zhang.says("算了")

    assert session.scalars(select(Member.name)).one() == "张三"


# ------------------------------------------------------------ taking it along


@pytest.mark.parametrize("words", ["导出我的", "要一份"])
def test_a_link_opens_all_we_keep_and_names_nobody(
    zhang: Talker, session: Session, words: str
) -> None:
    shown = zhang.says(words)

    found = re.search(r"\[打开我的资料\]\(网:/mine\?t=([\w-]{43})\)", shown)
    assert found
    assert zhang.services.passes.redeem(found[1]) == zhang.key
    assert "o-zhang" not in shown
    assert zhang.key.hex() not in shown


def test_there_is_one_link_at_a_time(zhang: Talker, session: Session) -> None:
    for _ in range(2):
        zhang.says("导出我的")

    assert session.scalar(select(func.count()).select_from(DataPass)) == 1


# ------------------------------------------------------------ having it erased


@pytest.mark.slow
def test_it_takes_the_words_in_full_and_no_tap(zhang: Talker, session: Session) -> None:
    assert zhang.says("删除我的数据") == ASKED
    assert taps(zhang.reply) == []
    assert known(session) == 1

    shown = zhang.says("确定删除。")

    assert re.fullmatch(
        r"✔ 已删除。凭证：D-1205-[2-9A-HJ-NP-Z]{4}。\n以后再来，就当您是新朋友。谢谢您参加冬训。",
        shown,
    )
    assert zhang.state == Idle()
    assert known(session) == 0


@pytest.mark.parametrize(
    "words",
    [
        "确定", "删除", "删", "是", "是的", "对", "好的", "嗯", "确认删除", "确定删", "删吧",
        "确定删除我的数据", "同意", "哗啦啦",
    ],
)  # fmt: skip
def test_anything_near_the_words_erases_nothing(
    zhang: Talker, session: Session, words: str
) -> None:
    zhang.says("删除我的数据")

    assert zhang.says(words) == "还没有删。要删，请打全这四个字：确定删除\n不删：回复“算了”。"
    assert zhang.state == Confirming(ERASE)
    assert known(session) == 1


def test_the_words_must_be_typed(zhang: Talker, session: Session) -> None:
    zhang.says("删除我的数据")

    assert "还没有删。" in zhang.says("确定删除", spoken=True)
    assert known(session) == 1


@pytest.mark.parametrize("words", ["算了", "不删", "不删了", "再想想"])
def test_who_thinks_better_of_it_keeps_all(zhang: Talker, session: Session, words: str) -> None:
    zhang.says("删除我的数据")

    assert zhang.says(words).startswith("好的，都给您留着，什么也没有删。")
    assert zhang.state == Idle()
    assert known(session) == 1


def test_something_else_in_between_takes_the_question_back(zhang: Talker, session: Session) -> None:
    zhang.says("删除我的数据")
    zhang.says("我的资料")

    assert zhang.says("确定删除") == ASKED
    assert known(session) == 1


@pytest.mark.slow
@pytest.mark.parametrize("state", thinned(PLACES, quick=8), ids=str)
def test_members_may_ask_for_it_wherever_they_stand(zhang: Talker, state: object) -> None:
    with zhang.undone() as talker:
        talker.state = state  # type: ignore[assignment]
        assert talker.says("删除我的数据") == ASKED
        assert talker.says("确定删除").startswith("✔ 已删除。")


@pytest.mark.parametrize("state", thinned(PLACES, quick=8), ids=str)
def test_the_words_alone_erase_nobody(zhang: Talker, session: Session, state: object) -> None:
    if state == Confirming(ERASE):
        return
    with zhang.undone() as talker:
        talker.state = state  # type: ignore[assignment]
        assert talker.says("确定删除") == ASKED
        assert known(session) == 1


def test_the_words_sent_twice_before_they_were_asked_for_erase_nobody(
    zhang: Talker, session: Session
) -> None:
    zhang.says("确定删除")

    assert zhang.says("确定删除", sent_at=zhang.now) == ASKED
    assert known(session) == 1
    assert zhang.says("确定删除").startswith("✔ 已删除。")


@pytest.mark.slow
def test_in_the_middle_of_a_paper_it_works_too(zhang: Talker, session: Session) -> None:
    zhang.says("答题")
    zhang.state = Answering(1)
    zhang.says("删除我的数据")

    assert zhang.says("确定删除").startswith("✔ 已删除。")
    assert known(session) == 0
