"""Belonging to a unit: found by a few characters, joined after consent, the same for all."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.conversation.state import FindingUnit, Idle, Naming, PickingUnit, Telling
from bot.domain.roster import Listed, Roster
from bot.storage.tables import Consent, Member, Ticket, Unit
from handlers import wording
from handlers.joining import CONSENT
from tests.builders import NOON, a_member, key
from tests.handlers.papers import at_question
from tests.handlers.talking import Talker, size, taps
from tests.rows import thinned


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    session.add_all(
        [
            Unit(id=11, code="CD-XX", name="新安小学支部", parent_id=1),
            Unit(id=12, code="HX", name="河西区"),
            Unit(id=13, code="HX-XA", name="新安村支部", parent_id=12),
            Unit(id=14, code="TCL", name="TCL公司支部"),
        ]
    )
    session.flush()
    return Talker(session)


def profile(talker: Talker) -> tuple[int | None, str | None]:
    row = talker.session.execute(select(Member.unit_id, Member.name)).one()
    return row.unit_id, row.name


@pytest.mark.slow
def test_a_unit_is_found_picked_and_joined(session: Session, zhang: Talker) -> None:
    asked = zhang.says("登记单位")
    listed = zhang.says("新安")
    picked = zhang.says("2")
    joined = zhang.says("张三")

    assert asked == (
        "登记只要两步，约1分钟。\n"
        "我们只记：您的单位、姓名。用来统计参加情况、防止重复计算。\n"
        "不要身份证号，不要手机号。活动结束90天后删除；您随时可以回复“删除我的数据”。\n"
        "[看完整说明](网:/p)\n同意的话，请回复单位名称里的几个字，比如：新安社区。\n"
        "不想登记也能答题，只是不计入单位。"
    )
    assert listed == (
        "找到3个，请点一个，或回复数字：\n1 [河西区·新安村支部](发:单位1)\n"
        "2 [城东街道·新安社区支部](发:单位2)\n3 [城东街道·新安小学支部](发:单位3)\n"
        "都不是？换几个字再发一次，或回复“没有”。"
    )
    assert picked.startswith("您选的是：城东街道·新安社区支部。\n请发您的姓名（两三个字就行）。\n")
    assert joined == (
        "✔ 登记好了：城东街道·新安社区支部，张三。\n"
        "系统会和支部核对，有问题再告诉您，不影响现在参加。\n"
        "接着做：[今天的题](发:答题)　写错了：[改单位](发:改单位)"
    )
    assert profile(zhang) == (2, "张三")
    assert zhang.state == Idle()


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", thinned(["3", "３", "③", "三", "第三个", "选三", "单位3", "3。", "第3个"], quick=3)
)
def test_many_ways_to_pick_from_the_list(zhang: Talker, words: str) -> None:
    zhang.says("登记单位")
    zhang.says("新安")

    zhang.says(words)

    assert zhang.state == Naming(11)


@pytest.mark.slow
def test_consent_is_stored_before_the_first_personal_datum(session: Session, zhang: Talker) -> None:
    written: list[str] = []
    statements = session.get_bind()
    event.listen(statements, "before_cursor_execute", lambda *call: written.append(str(call[2])))
    for words in ("登记单位", "农业局", "张三"):
        zhang.says(words)

    wrote = [sql for sql in written if sql.startswith(("INSERT", "UPDATE"))]
    assert "consent" in wrote[0]
    assert "member" in wrote[1]
    assert session.scalars(select(Consent.text_version)).all() == [CONSENT]


def test_the_notice_and_its_number_change_together() -> None:
    notice = wording.joining_begins().parts[0]

    # Who changes the notice gives it a new number in joining.py: members agreed to this one.
    assert CONSENT == "2026-11"
    assert notice == (
        "登记只要两步，约1分钟。\n我们只记：您的单位、姓名。用来统计参加情况、防止重复计算。\n"
        "不要身份证号，不要手机号。活动结束90天后删除；您随时可以回复“删除我的数据”。\n"
    )


@pytest.mark.slow
def test_a_single_unit_found_goes_straight_to_the_name(zhang: Talker) -> None:
    zhang.says("登记单位")

    assert zhang.says("我是农业局的").startswith("您选的是：农业局。")
    assert zhang.taps("换单位").startswith("登记只要两步")


def test_a_name_with_capitals_is_found_too(zhang: Talker) -> None:
    zhang.says("登记单位")

    assert "您选的是：TCL公司支部" in zhang.says("TCL公司")


def test_other_characters_search_again(zhang: Talker) -> None:
    zhang.says("登记单位")
    zhang.says("新安")

    assert zhang.says("河西").startswith("您选的是：河西区·新安村支部")


@pytest.mark.slow
def test_nothing_found_asks_for_other_characters(zhang: Talker) -> None:
    zhang.says("登记单位")

    shown = zhang.says("月亮上的支部")

    assert shown.startswith("没找到名称里有“月亮上的支部”的单位。")
    assert zhang.state == FindingUnit()


@pytest.mark.slow
def test_many_found_are_listed_in_part(session: Session, zhang: Talker) -> None:
    session.add_all(Unit(id=100 + n, code=f"V{n}", name=f"长{n}村" + "很" * 36) for n in range(9))
    session.flush()
    zhang.says("登记单位")

    shown = zhang.says("长")

    assert shown.startswith("找到的有点多，先列5个，")
    assert len(taps(zhang.reply)) == 5
    assert size(zhang.reply) <= 1_400


@pytest.mark.slow
def test_of_units_with_the_longest_names_fewer_are_listed(session: Session, zhang: Talker) -> None:
    session.get_one(Unit, 1).name = "区" * 40
    long = [Unit(id=100 + n, code=f"V{n}", name=f"{n}" + "长" * 39, parent_id=1) for n in range(5)]
    session.add_all(long)
    session.flush()
    zhang.says("登记单位")

    shown = zhang.says("长长")

    assert shown.startswith("找到的有点多，先列4个，")
    assert len(taps(zhang.reply)) == 4
    assert size(zhang.reply) <= 1_400
    assert zhang.says("4").startswith("您选的是：" + "区" * 40 + "·3长")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["4", "9", "单位9"])
def test_a_number_beyond_the_list_shows_it_again(zhang: Talker, words: str) -> None:
    zhang.says("登记单位")
    zhang.says("新安")

    assert zhang.says(words).startswith("没有这个数字，请点下面的一个：\n找到3个")
    assert isinstance(zhang.state, PickingUnit)


@pytest.mark.slow
@pytest.mark.parametrize("search", ["", "新安"])
def test_a_unit_that_we_lack_becomes_a_ticket(session: Session, zhang: Talker, search: str) -> None:
    zhang.says("登记单位")
    if search:
        zhang.says(search)

    asked = zhang.says("没有")
    told = zhang.says("海边镇渔业社区支部")

    assert asked == "请发单位全称，我们加上后告诉您。先答题吧：[今天的题](发:答题)"
    assert "我们核对后加上" in told
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.topic, ticket.words) == ("unit", "海边镇渔业社区支部")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["不写", "不想写", "不写了", "我不想写", "匿名"])
def test_a_name_is_not_needed(zhang: Talker, words: str) -> None:
    zhang.state = Naming(3)

    assert zhang.says(words).startswith("✔ 登记好了：农业局。\n")
    assert profile(zhang) == (3, None)


@pytest.mark.parametrize(
    "words", ["3", "B", "zhang", "张", "张三2", "〇〇", "。。。", "没有", "都没有"]
)
def test_what_is_no_name_is_asked_for_again(zhang: Talker, words: str) -> None:
    zhang.state = Naming(3)

    zhang.says(words)

    assert zhang.state == Naming(3)
    assert profile(zhang) == (None, None)


@pytest.mark.parametrize("name", ["连熙", "白志", "欧阳佚名", "阿依古丽·买买提"])
def test_a_name_that_sounds_like_a_keyword_is_a_name(zhang: Talker, name: str) -> None:
    zhang.state = Naming(3)

    zhang.says(name)

    assert profile(zhang) == (3, name)


@pytest.mark.slow
@pytest.mark.parametrize("words", ["第二个", "明白就行", "达提", "张三是我", "不是张三"])
def test_words_that_may_be_no_name_become_one_only_when_they_are_said_to_be(
    zhang: Talker, words: str
) -> None:
    zhang.state = Naming(3)

    asked = zhang.says(words)

    assert asked.startswith(f"“{words}”是您的姓名吗？")
    assert profile(zhang) == (None, None)
    zhang.says(f"姓名是{words}")
    assert profile(zhang) == (3, words)


@pytest.mark.slow
def test_whoever_says_yes_to_that_hears_how_to_say_the_name(zhang: Talker) -> None:
    """The name itself is kept nowhere before it is plain that it is one."""
    zhang.state = Naming(3)
    zhang.says("佴三")

    told = zhang.says("是的")

    assert "也可以这样发：姓名是张三。" in told
    assert zhang.state == Naming(3)
    zhang.says("姓名是佴三")
    assert profile(zhang) == (3, "佴三")


@pytest.mark.slow
def test_a_new_name_is_asked_about_in_the_same_way(zhang: Talker) -> None:
    zhang.state = Naming(3)
    zhang.says("张三")
    zhang.says("改名")

    assert zhang.says("等你回话").startswith("“等你回话”是您的姓名吗？")
    assert profile(zhang) == (3, "张三")
    zhang.taps("姓名是等你回话")
    assert profile(zhang) == (3, "等你回话")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["农业局，张三", "农业局", "浓业局", "我是农业局的"])
def test_a_unit_is_found_though_its_name_is_misheard_or_not_alone(
    zhang: Talker, words: str
) -> None:
    zhang.says("登记单位")

    assert zhang.says(words).startswith("您选的是：农业局。\n请发您的姓名")


@pytest.mark.slow
def test_a_name_that_nobody_asked_for_changes_nothing(zhang: Talker) -> None:
    assert zhang.says("姓名是张三").startswith("我们记着您的：")
    assert profile(zhang) == (None, None)


@pytest.mark.parametrize("words", ["答题", "投票", "算了", "帮助"])
def test_a_keyword_is_no_name(zhang: Talker, words: str) -> None:
    zhang.state = Naming(3)

    zhang.says(words)

    assert profile(zhang) == (None, None)


@pytest.mark.slow
def test_answers_given_before_count(session: Session, zhang: Talker) -> None:
    at_fourth = at_question(zhang, 4)
    at_fourth.state = Naming(3)

    assert "\n您刚才答的3题已算上。\n" in at_fourth.says("张三")


@pytest.mark.slow
def test_the_words_are_the_same_for_a_namesake(session: Session, zhang: Talker) -> None:
    a_member(session, "li", 3)
    li = Talker(session, "li")
    for talker in (zhang, li):
        talker.state = Naming(3)

    assert zhang.says("李小四") == li.says("李小四")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["李四", "王五", "赵六", "钱七"], ids=["on it", "twice", "taken", "not"]
)
def test_nobody_can_tell_from_the_words_who_is_on_the_roster(
    session: Session, zhang: Talker, name: str
) -> None:
    """Byte for byte the same for a match, a namesake, a name already bound, and a miss."""
    people = [Listed("NY", one) for one in ("李四", "王五", "王五", "赵六")]
    Roster(session, NOON).bring_in(people, "system")
    a_member(session, "first")
    zhang.services.members.join(key("first"), 3, "赵六")
    zhang.says("登记单位")
    zhang.says("农业局")

    joined, kept = zhang.says(name), zhang.says("我的资料")

    assert (
        joined.encode().replace(name.encode(), b"?")
        == (
            "✔ 登记好了：农业局，?。\n系统会和支部核对，有问题再告诉您，不影响现在参加。\n"
            "接着做：[今天的题](发:答题)　写错了：[改单位](发:改单位)"
        ).encode()
    )
    assert kept.splitlines()[1:3] == ["单位：农业局", f"姓名：{name}（公开时写“{name[0]}*”）"]


@pytest.mark.slow
def test_a_third_change_within_thirty_days_is_for_the_secretary(
    session: Session, zhang: Talker
) -> None:
    for unit in ("农业局", "新安社区", "农业局"):
        zhang.says("登记单位")
        zhang.says(unit)
        zhang.says("张三")

    refused = zhang.says("改单位")

    assert refused.startswith(
        "30天里已经改过两次单位，1月4日以后才能再改。\n单位还不对，请联系支部书记。"
    )
    assert profile(zhang) == (3, "张三")
    assert zhang.says("改名").startswith("您登记的姓名：张三。")
    zhang.services.members.scanned(zhang.key, 2)
    assert zhang.says("单位对") == refused


@pytest.mark.slow
def test_who_belongs_to_a_unit_may_change_it(session: Session, zhang: Talker) -> None:
    zhang.services.members.join(zhang.key, 3, "张三")

    asked = zhang.says("改单位")

    assert asked.startswith("您现在登记的是：农业局。\n要改，请回复新单位名称里的几个字")
    assert zhang.says("算了").startswith("好的。")
    assert profile(zhang) == (3, "张三")


@pytest.mark.slow
def test_a_stale_tap_on_a_unit_begins_anew(zhang: Talker) -> None:
    assert zhang.says("单位2").startswith("登记只要两步")
    assert zhang.says("单位对").startswith("登记只要两步")


def test_a_day_later_the_list_is_no_more(session: Session, zhang: Talker) -> None:
    zhang.now = NOON + timedelta(days=2)

    assert zhang.says("单位1").startswith("登记只要两步")


def test_telling_us_a_unit_survives_a_face(zhang: Talker) -> None:
    zhang.state = Telling("unit")

    assert zhang.says("[微笑]").startswith("请打几个字")
    assert zhang.state == Telling("unit")


@pytest.mark.parametrize("words", ["同意", "好的", "可以", "行", "嗯", "是的", "对", "OK"])
def test_agreeing_is_neither_a_unit_nor_a_name(zhang: Talker, session: Session, words: str) -> None:
    zhang.says("登记单位")
    assert zhang.says(words).startswith("好，请回复单位名称里的几个字")

    zhang.state = Naming(2)

    assert zhang.says(words).startswith("请只发姓名")
    assert zhang.state == Naming(2)
    assert session.scalars(select(Member.name).where(Member.member_key == zhang.key)).one() is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "typed", ["xasq", "XASQ", "xinanshequ", "Xin An She Qu", "我是xinanshequ的"]
)
def test_a_unit_is_found_by_its_letters(zhang: Talker, typed: str) -> None:
    zhang.says("登记单位")

    assert "您选的是：城东街道·新安社区支部。" in zhang.says(typed)


@pytest.mark.slow
def test_letters_that_fit_several_units_list_them_as_characters_do(zhang: Talker) -> None:
    zhang.says("登记单位")
    by_characters = zhang.says("新安")

    assert zhang.says("xinan") == zhang.says("xa") == by_characters
