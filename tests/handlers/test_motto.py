"""Mottos by chat: offered, previewed, handed in, changed and withdrawn, never by a guess."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold
from bot.conversation.reply import BUDGET
from bot.conversation.router import Tier
from bot.conversation.state import (
    Answering,
    Browsing,
    Confirming,
    ConfirmingMotto,
    Idle,
    Lost,
    MenuShown,
    OfferedMotto,
    State,
    WritingMotto,
)
from bot.domain.entries import UNDO, MottoCard, MottoState
from bot.domain.moderation import Reason
from bot.storage.tables import Audit, Motto, Unit, Vote
from handlers import TOPICS, own_motto, vote, wording
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, said
from tests.handlers.talking import Talker, links, shown, size, taps

pytestmark = pytest.mark.slow

ORIGINAL, OTHER = "当好一块砖，群众哪里需要就往哪里搬", "愿做一块砖，哪里需要哪里搬"
SHARED = "不忘初心，牢记使命"


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang", 2)
    return Talker(session)


@pytest.fixture
def author(zhang: Talker) -> Talker:
    """A member whose motto, number 1001, waits for review."""
    zhang.says(ORIGINAL)
    zhang.says("交")
    return zhang


@pytest.fixture
def praised(author: Talker, session: Session) -> Talker:
    """A member whose motto was approved an hour ago and has two votes."""
    author.services.moderation.decide(1001, 1, staff_id=1)
    author.now += timedelta(hours=1)
    for name in ("li", "wang"):
        a_member(session, name)
        Talker(session, name, now=author.now).says("投1001号")
    return author


def entry(talker: Talker) -> MottoCard:
    card = talker.services.mottos.mine(talker.key)
    assert card is not None
    return card


def has_entry(talker: Talker) -> bool:
    return talker.services.mottos.mine(talker.key) is not None


# ------------------------------------------------------------ J5: out of the blue


def test_a_sentence_that_looks_like_a_motto_is_offered_as_one(zhang: Talker) -> None:
    reply = zhang.says(ORIGINAL)

    assert reply == (
        f"这是要交的座右铭吗？\n“{ORIGINAL}”\n\n"
        "[就交这句](发:交座右铭)　[我换一句](发:换一句)　[不是，随便说说](发:不交)"
    )
    assert not has_entry(zhang)


def test_the_offer_tells_how_many_wrote_the_same(zhang: Talker, session: Session) -> None:
    for name in ("a", "b", "c"):
        an_approved_motto(session, name, SHARED)

    reply = zhang.says("不忘初心 牢記使命！")

    assert reply == (
        "这是要交的座右铭吗？\n“不忘初心 牢記使命！”\n\n"
        "有3位党员写了同一句，会合在一张卡片上，署上大家的名字。\n"
        "想参加“原创”评选，可以写一句您自己的话（8到30个字）。\n"
        "[就交这句](发:交座右铭)　[我换一句](发:换一句)　[不是，随便说说](发:不交)"
    )
    assert zhang.says("是").startswith("有3位党员写了同一句，会合在一张卡片上")


@pytest.mark.parametrize(
    "words",
    [
        "入党为什么，当官做什么，身后留什么", "密切联系群众，永远跟党走",
        "當好一塊磚，群眾哪裡需要就往哪裡搬", "群众的事没有小事，365天都在岗",
        "我是谁，为了谁，依靠谁？", "为人民服务是我一生的追求",
    ],
)  # fmt: skip
def test_mottos_of_many_kinds_are_recognised(zhang: Talker, words: str) -> None:
    assert zhang.says(words).startswith("这是要交的座右铭吗？")


@pytest.mark.parametrize(
    "words",
    [
        "请问这个活动什么时候结束", "怎么改我的单位名称啊", "第2题的答案我觉得不对劲",
        "我想看看排名在什么地方", "这里可以报名参加宣讲吗", "为民服务", "12月5日我没有收到题目",
        "在吗在吗",
    ],
)  # fmt: skip
def test_questions_and_scraps_are_not_taken_for_mottos(zhang: Talker, words: str) -> None:
    zhang.says(words)

    assert not isinstance(zhang.state, OfferedMotto)


@pytest.mark.parametrize(
    ("words", "length"), [("为人民服务啊", "您这句有6个字"), ("为民" * 23, "您这句有46个字")]
)
def test_a_sentence_of_the_wrong_length_is_asked_about(
    zhang: Talker, words: str, length: str
) -> None:
    reply = zhang.says(words)

    assert reply.startswith("这是座右铭吗？")
    assert length in reply
    assert not isinstance(zhang.state, OfferedMotto)


def test_an_offered_sentence_can_be_handed_in_at_once(zhang: Talker) -> None:
    zhang.says(ORIGINAL)

    reply = zhang.taps("就交这句")

    assert reply.startswith("✔ 收到，您的编号是 1001 号，正在审核，按先后审。")
    assert entry(zhang).words == ORIGINAL


@pytest.mark.parametrize("words", ["不是，随便说说", "不交", "算了", "不是"])
def test_an_offer_can_be_declined(zhang: Talker, words: str) -> None:
    zhang.says(ORIGINAL)

    reply = zhang.says(words)

    assert reply.startswith("好的")
    assert zhang.state == Idle()
    assert not has_entry(zhang)


@pytest.mark.parametrize("words", ["是", "是的", "对"])
def test_to_say_yes_is_not_yet_to_hand_in(zhang: Talker, words: str) -> None:
    zhang.says(ORIGINAL)

    assert zhang.says(words).startswith("您的座右铭（17个字）：")
    assert not has_entry(zhang)


def test_during_a_question_the_member_is_asked_first(zhang: Talker) -> None:
    zhang.says("答题")

    asked = zhang.says(ORIGINAL)
    preview = zhang.taps("是座右铭")

    assert asked == (
        f"正在答题，这句要交座右铭吗？\n“{ORIGINAL}”\n[是座右铭](发:是座右铭)　[接着答题](发:答题)"
    )
    assert preview.startswith("您的座右铭（17个字）：")
    assert not has_entry(zhang)


def test_the_question_comes_back_after_the_offer(zhang: Talker) -> None:
    zhang.says("答题")
    question = zhang.state
    zhang.says(ORIGINAL)

    zhang.taps("接着答题")

    assert isinstance(question, Answering)
    assert zhang.state == question


# ------------------------------------------------------------ J5: writing


@pytest.mark.parametrize(
    "words", ["座右铭", "写座右铭", "写一句座右铭", "做右铭", "投稿", "座右銘怎么交"]
)
def test_the_keyword_invites_to_write(zhang: Talker, words: str) -> None:
    reply = zhang.says(words)

    assert reply.startswith("请发您自己的话，8到30个字。\n比如您平时怎么要求自己、怎么为群众办事。")
    assert zhang.state == WritingMotto()


def test_the_motto_is_shown_as_it_will_stand(zhang: Talker) -> None:
    zhang.says("座右铭")

    reply = zhang.says(ORIGINAL)

    assert reply == (
        f"您的座右铭（17个字）：\n“{ORIGINAL}”\n署名：城东街道　张*\n"
        "[交](发:交)　[改几个字](发:换一句)\n"
        "署名想改：[写全名](发:署全名)　[不署名](发:不署名)\n交了以后，工作人员看过才会公开。"
    )
    assert not has_entry(zhang)


@pytest.mark.parametrize(
    ("words", "shown_as", "signature"),
    [("署全名", "张三", "full"), ("不署名", "匿名", "none"), ("署姓", "张*", "masked")],
)
def test_the_signature_can_be_chosen(
    zhang: Talker, words: str, shown_as: str, signature: str
) -> None:
    zhang.says("座右铭")
    zhang.says(ORIGINAL)

    preview = zhang.says(words)
    zhang.says("交")

    assert f"署名：城东街道　{shown_as}\n" in preview
    assert entry(zhang).signature == signature


def test_without_a_unit_the_motto_is_anonymous_for_now(session: Session) -> None:
    a_member(session, "li")
    li = Talker(session, "li")
    li.says("座右铭")

    preview = li.says(ORIGINAL)

    assert "署名：匿名\n" in preview
    assert "[登记单位](发:登记单位)" in preview


@pytest.mark.parametrize("words", ["交", "交座右铭", "就交这句", "交了", "提交"])
def test_handing_in_gives_the_number(zhang: Talker, words: str) -> None:
    zhang.says("座右铭")
    zhang.says(ORIGINAL)

    reply = zhang.says(words)

    assert reply == (
        "✔ 收到，您的编号是 1001 号，正在审核，按先后审。\n"
        "结果会在您下次来的时候告诉您；想早点知道，回复“我的座右铭”。\n"
        "[看看大家的](发:看座右铭)　[答题](发:答题)"
    )
    assert zhang.state == Idle()


def test_what_is_stored_is_what_was_written(zhang: Talker) -> None:
    zhang.says("座右铭")
    zhang.says("  當好一塊磚，\n群眾哪裡需要就往哪裡搬！ ")
    zhang.says("交")

    assert entry(zhang).words == "當好一塊磚， 群眾哪裡需要就往哪裡搬！"


def test_the_full_stop_of_the_voice_is_not_the_members(zhang: Talker) -> None:
    zhang.says("座右铭")
    zhang.says(ORIGINAL + "。", spoken=True)
    zhang.says("交")

    assert entry(zhang).words == ORIGINAL


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ("张三", "这句有2个字，座右铭要8到30个字。"),
        ("为民", "这句有2个字，座右铭要8到30个字。"),
        ("😀😀😀😀😀😀😀😀😀", "请用文字写，8到30个字"),
        ("[鼓掌][鼓掌]", "请用文字写，8到30个字"),
        ("！！！！！！！！！！", "请用文字写，8到30个字"),
        ("当" * 46, "这句有46个字，最多30个字。帮您数好了，前30个字到“当当当当当当当当”。"),
    ],
)  # fmt: skip
def test_words_that_cannot_stand_are_asked_for_once_more(
    zhang: Talker, words: str, opening: str
) -> None:
    zhang.says("座右铭")

    reply = zhang.says(words)

    assert reply.startswith(opening)
    assert zhang.state == WritingMotto()


def test_a_keyword_wins_over_the_words_of_a_motto(zhang: Talker, session: Session) -> None:
    an_approved_motto(session, "a", SHARED)
    zhang.says("座右铭")

    zhang.says("我要投票")

    assert isinstance(zhang.state, Browsing)


def test_another_sentence_replaces_the_draft(zhang: Talker) -> None:
    zhang.says("座右铭")
    zhang.says(OTHER)

    zhang.says(ORIGINAL)
    zhang.says("交")

    assert entry(zhang).words == ORIGINAL


@pytest.mark.parametrize("words", ["换一句", "我换一句", "改几个字"])
def test_a_draft_can_be_written_anew(zhang: Talker, words: str) -> None:
    zhang.says("座右铭")
    zhang.says(OTHER)

    zhang.says(words)

    assert zhang.state == WritingMotto()


@pytest.mark.parametrize(
    "words",
    ["投稿 ", "投稿：", "投稿", "我的座右铭是：", "座右銘："],
)  # fmt: skip
def test_a_prefix_goes_straight_to_the_preview(zhang: Talker, words: str) -> None:
    reply = zhang.says(words + ORIGINAL)

    assert f"“{ORIGINAL}”\n署名：" in reply
    assert zhang.state == ConfirmingMotto(ORIGINAL)


def test_after_collecting_nothing_is_offered_or_asked_for(zhang: Talker) -> None:
    zhang.now = CLOSES

    offered = zhang.says(ORIGINAL)
    asked = zhang.says("写座右铭")

    assert offered.startswith("座右铭现在不收新的了。")
    assert asked.startswith("座右铭从11月5日12点收到12月20日24点，现在不收新的。")
    assert zhang.state == Idle()


# ------------------------------------------------------------ J5: a second one


def test_a_second_motto_is_asked_about(author: Talker) -> None:
    reply = author.says(OTHER)

    assert reply == (
        f"每人1句，您已交1001号。新的一句是：\n“{OTHER}”\n"
        "[换成这句](发:换成这句)　[还用原来的](发:不交)"
    )
    assert entry(author).words == ORIGINAL


@pytest.mark.parametrize(
    ("label", "words", "state"),
    [("换成这句", OTHER, MottoState.WAITING), ("还用原来的", ORIGINAL, MottoState.WAITING)],
)
def test_the_author_decides_which_of_the_two_stands(
    author: Talker, label: str, words: str, state: MottoState
) -> None:
    author.says(OTHER)

    author.taps(label)

    assert (entry(author).words, entry(author).state, entry(author).number) == (words, state, 1001)


def test_to_hand_in_a_second_one_does_not_replace_the_first(author: Talker) -> None:
    author.says(OTHER)

    author.says("交")

    assert entry(author).words == ORIGINAL


# ------------------------------------------------------------ one's own


def test_my_motto_tells_how_it_stands(author: Talker) -> None:
    reply = author.says("我的座右铭")

    assert reply.startswith(f"您的座右铭，1001号：\n“{ORIGINAL}”\n正在审核，按先后审。\n")
    assert author.says("座右铭") == reply


def test_the_verdict_shows_only_when_it_can_no_longer_be_undone(author: Talker) -> None:
    author.services.moderation.decide(1001, 1, staff_id=1)

    before = author.says("我的座右铭")
    author.now += UNDO
    after = author.says("我的座右铭")

    assert "正在审核" in before
    assert "已经通过，大家都能看到，现在有0票。" in after
    assert "[看它的页面](网:/m/1001)" in after


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_comes_with_its_own_help(author: Talker, reason: Reason) -> None:
    author.services.moderation.decide(1001, 1, staff_id=1, reason=reason)
    author.now += UNDO

    reply = author.says("我的座右铭")

    helps = {shown(wording.motto_of_mine(entry(author), MottoState.RETURNED, 0, ""))}
    assert helps == {reply}
    assert reason.value in wording._HELP_FOR
    assert len(set(wording._HELP_FOR.values())) == len(Reason)
    assert "[我自己改](发:修改座右铭)" in reply


def test_without_a_motto_there_is_none_to_show_or_change(zhang: Talker) -> None:
    for words in (
        "我的座右铭",
        "修改座右铭",
        "撤回我的座右铭",
        "恢复1386",
        "确定撤回1386",
        "恢复原句",
    ):
        assert zhang.says(words).startswith("您还没有交过座右铭。"), words


TYPO, RIGHT = "不忘初心，牢计使命", "不忘初心，牢记使命"


@pytest.fixture
def returned(zhang: Talker) -> Talker:
    """A member whose motto was sent back for a wrong letter, with the right words offered."""
    zhang.says(f"投稿 {TYPO}")
    zhang.says("交")
    zhang.services.moderation.decide(1001, 1, 1, Reason.TYPO, RIGHT)
    zhang.now += UNDO
    return zhang


def test_the_right_words_are_offered_with_the_reason(returned: Talker) -> None:
    assert returned.says("我的座右铭") == (
        f"您的座右铭，1001号：\n“{TYPO}”\n"
        "暂时没通过。原因：有一个字写错了，“牢计”应为“牢记”。\n"
        "[帮我改好再交](发:改好再交)　[我自己改](发:修改座右铭)\n"
        "觉得不对，回复“申诉”加一句话，另一位同志会重新看。"
    )


@pytest.mark.parametrize("words", ["改好再交", "帮我改好再交"])
def test_one_tap_hands_the_right_words_in(returned: Talker, words: str) -> None:
    reply = returned.says(words)

    assert reply.startswith(f"✔ 换好了，1001号：“{RIGHT}”。重新排队审核")
    assert (entry(returned).words, entry(returned).state) == (RIGHT, MottoState.WAITING)
    assert returned.says(words).startswith(f"您的座右铭，1001号：\n“{RIGHT}”\n正在审核")
    assert entry(returned).version == 3


def test_without_an_offer_the_tap_shows_how_the_entry_stands(author: Talker) -> None:
    author.services.moderation.decide(1001, 1, 1, Reason.TYPO, RIGHT)

    assert "正在审核" in author.says("改好再交")
    author.now += UNDO
    author.says("修改座右铭")
    author.says(OTHER)

    assert author.says("改好再交").startswith(f"您的座右铭，1001号：\n“{OTHER}”\n正在审核")


@pytest.mark.parametrize(
    ("words", "fix", "why"),
    [
        ("不忘初心，牢计使命", "不忘初心，牢记使命", "有一个字写错了，“牢计”应为“牢记”。"),
        ("布忘初心，牢记使命", "不忘初心，牢记使命", "有一个字写错了，“布忘”应为“不忘”。"),
        ("不忘初心，牢使命啊", "不忘初心，牢记使命啊", "有几处写错了，“牢”应为“牢记”。"),
        ("忘初心，牢记使命啊", "不忘初心，牢记使命啊", "有几处写错了，“忘”应为“不忘”。"),
        ("初新，牢计使命", "初心，牢记使命", "有几处写错了，“初新，牢计”应为“初心，牢记”。"),
        ("不忘初心，牢记使明", "不忘初心，牢记使命", "有一个字写错了，“使明”应为“使命”。"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_shown_with_the_letter_beside_it(words: str, fix: str, why: str) -> None:
    assert shown(wording._why(words, "typo", fix)) == f"原因：{why}"


# ------------------------------------------------------------ J6: other words


def test_to_change_the_words_shows_those_that_stand(author: Talker) -> None:
    reply = author.says("修改座右铭")

    assert reply == (
        f"1001号现在是：\n“{ORIGINAL}”（审核中）\n"
        "请直接发新的一句（8到30个字）。发来后还要再看一遍。\n不改了，回复“算了”。"
    )


def test_the_new_words_stand_at_once_and_can_be_taken_back(author: Talker) -> None:
    author.says("修改座右铭")

    reply = author.says(OTHER)
    changed = entry(author).words
    author.taps("恢复原来那句")

    assert reply == (
        f"✔ 换好了，1001号：“{OTHER}”。重新排队审核，按先后审。\n"
        "改回去：[恢复原来那句](发:恢复原句)"
    )
    assert (changed, entry(author).words) == (OTHER, ORIGINAL)


@pytest.mark.parametrize("words", ["算了", "不改了", "不改"])
def test_who_leaves_it_keeps_the_words(author: Talker, words: str) -> None:
    author.says("修改座右铭")

    assert author.says(words).startswith("好的，1001号还是原来的样子。")
    assert (entry(author).words, author.state) == (ORIGINAL, Idle())


def test_the_same_words_change_nothing(author: Talker) -> None:
    author.says("修改座右铭")

    assert author.says(ORIGINAL).startswith("1001号本来就是这句")
    assert entry(author).version == 1


def test_a_question_in_place_of_new_words_is_previewed_first(author: Talker) -> None:
    author.says("修改座右铭")

    reply = author.says("我不想改了怎么办怎么办")

    assert "换上以后，1001号要重新审核。" in reply
    assert entry(author).words == ORIGINAL


def test_votes_are_cleared_only_after_a_plain_warning(praised: Talker) -> None:
    warning = praised.says("修改座右铭")
    asked = praised.taps("要改")
    before = praised.services.mottos.votes_for(1001)
    praised.says(OTHER)

    assert warning == (
        "1001号已有2票。改字要重新审核，票会清零，确定吗？\n[要改](发:确定修改)　[不改](发:算了)"
    )
    assert asked.startswith("1001号现在是：")
    assert before == 2
    assert praised.services.mottos.votes_for(1001) == 0
    assert entry(praised).words == OTHER


def test_a_second_motto_does_not_clear_votes_without_the_warning(praised: Talker) -> None:
    praised.says(OTHER)

    warning = praised.taps("换成这句")
    kept = praised.services.mottos.votes_for(1001)
    praised.taps("要改")

    assert warning.startswith("1001号已有2票。")
    assert kept == 2
    assert (praised.services.mottos.votes_for(1001), entry(praised).words) == (0, OTHER)


def test_votes_that_came_while_the_author_wrote_are_spoken_of_too(
    author: Talker, session: Session
) -> None:
    author.services.moderation.decide(1001, 1, staff_id=1)
    author.says("修改座右铭")
    a_member(session, "li")
    Talker(session, "li").says("投1001号")

    assert author.says(OTHER).startswith("1001号已有1票。")
    assert entry(author).words == ORIGINAL


def test_the_words_before_can_only_come_back_if_there_were_some(author: Talker) -> None:
    assert author.says("恢复原句").startswith("1001号没有改过")


def test_votes_that_come_after_the_warning_go_with_the_others(
    praised: Talker, session: Session
) -> None:
    praised.says("修改座右铭")
    praised.says("要改")
    a_member(session, "chen")
    Talker(session, "chen", now=praised.now).says("投1001号")

    assert praised.says(OTHER).startswith("✔ 换好了")
    assert praised.services.mottos.votes_for(1001) == 0


# ------------------------------------------------------------ J6: another signature


def test_another_signature_stands_at_once_and_keeps_the_votes(praised: Talker) -> None:
    asked = praised.says("改署名")
    done = praised.taps("写全名")

    assert asked == (
        "1001号现在的署名：城东街道　张*\n署名想改：[写全名](发:署全名)　[不署名](发:不署名)"
    )
    assert done == (
        "✔ 署名改好了，1001号：城东街道　张三。审核结果和票数都不变。\n[我的座右铭](发:我的座右铭)"
    )
    assert (entry(praised).signed, entry(praised).state) == ("张三", MottoState.APPROVED)
    assert praised.services.mottos.votes_for(1001) == 2


def test_the_same_words_under_another_signature_are_not_reviewed_again(praised: Talker) -> None:
    praised.state = ConfirmingMotto(ORIGINAL, "none", 1001, warned=True)

    assert praised.says("交").startswith("✔ 署名改好了，1001号：城东街道　匿名。")
    assert entry(praised).state is MottoState.APPROVED


def test_without_a_motto_there_is_no_signature_to_change(zhang: Talker) -> None:
    for words in ("改署名", "署全名", "不署名"):
        assert zhang.says(words).startswith("您还没有交过座右铭。"), words


def test_who_gave_no_name_is_shown_how_to_sign(session: Session) -> None:
    a_member(session, "li")
    an_approved_motto(session, "li", ORIGINAL)
    li = Talker(session, "li")

    for words in ("改署名", "署全名"):
        assert li.says(words).endswith("想署上单位和姓，先[登记单位](发:登记单位)。")


# ------------------------------------------------------------ J5: the same words as others


@pytest.fixture
def joined(zhang: Talker, session: Session) -> Talker:
    """A member whose motto, number 1003, says what two others said before."""
    for name in ("li", "wang"):
        an_approved_motto(session, name, SHARED)
    an_approved_motto(session, "zhang", SHARED)
    for name in ("a", "b"):
        a_member(session, name)
        Talker(session, name).says("投1003号")
    return zhang


def test_ones_own_entry_shows_the_card_that_it_has_joined(joined: Talker) -> None:
    assert joined.says("我的座右铭") == (
        f"您的座右铭，1003号：\n“{SHARED}”\n"
        "和另外2位党员写的是同一句，合在1001号卡片上。\n"
        "已经通过，大家都能看到，现在有2票。\n"
        "[看它的页面](网:/m/1001)　[做成图片](发:做图1001)　[看看大家的](发:看座右铭)\n"
        "[修改](发:修改座右铭)　[改署名](发:改署名)　[撤回](发:撤回我的座右铭)"
    )


def test_other_words_need_no_warning_while_others_say_the_same(joined: Talker) -> None:
    assert joined.says("修改座右铭").startswith("1003号现在是：")
    assert joined.says(OTHER).startswith("✔ 换好了，1003号")
    assert joined.services.mottos.votes_for(1001) == 2


def test_withdrawing_from_a_card_leaves_it_to_the_others(joined: Talker) -> None:
    assert joined.says("撤回我的座右铭") == (
        "1003号撤回后就不再公开、不再参加评选。\n"
        "同一句还有2位党员署名，卡片和票都留着。\n"
        "[确定撤回](发:确定撤回1003)　[再想想](发:算了)\n30天内可以恢复，回复“恢复1003”。"
    )
    joined.says("确定撤回")
    assert joined.services.mottos.votes_for(1001) == 2


def test_a_card_of_several_is_one_line_and_votes_for_any_number_are_for_it(
    joined: Talker, session: Session
) -> None:
    a_member(session, "chen")
    chen = Talker(session, "chen")

    listed = chen.says("投票")
    voted = chen.says("投1003号")
    looked = chen.says("1002")
    taken_back = chen.says("撤回1003号")

    assert f"1001 {SHARED}（匿名等3人）[投](发:投1001号)\n" in listed
    assert f"✔ 已投给1001号：“{SHARED}”（和1003号是同一句，合在一张卡片上）。\n" in voted
    assert looked.startswith(f"1001号（匿名等3人）：\n“{SHARED}”\n您今天已经投过它了")
    assert taken_back.startswith("✔ 投给1001号的票撤回了。")


def test_the_card_that_one_has_signed_is_ones_own(joined: Talker) -> None:
    assert f"1001 {SHARED}（匿名等3人）您写的\n" in joined.says("投票")
    assert joined.says("投1001号").startswith("1001号是您自己写的，按规则不投自己。")
    assert joined.says("1002").endswith(
        "这是您自己写的，按规则不投自己。\n[换一批](发:换一批)　[我的座右铭](发:我的座右铭)"
    )


# ------------------------------------------------------------ J10: withdrawing


def test_withdrawing_says_what_it_means_and_asks(praised: Talker) -> None:
    reply = praised.says("撤回我的座右铭")

    assert reply == (
        "1001号撤回后就不再公开、不再参加评选，已有的2票作废。\n"
        "[确定撤回](发:确定撤回1001)　[再想想](发:算了)\n30天内可以恢复，回复“恢复1001”。"
    )
    assert entry(praised).state is MottoState.APPROVED


@pytest.mark.parametrize("words", ["确定撤回1001", "确定撤回", "确定"])
def test_a_confirmed_withdrawal_is_done(praised: Talker, words: str) -> None:
    praised.says("撤回我的座右铭")

    praised.says(words)

    assert entry(praised).state is MottoState.WITHDRAWN
    assert praised.services.mottos.votes_for(1001) == 0


@pytest.mark.parametrize("words", ["再想想", "算了", "不撤", "撤回", "好"])
def test_nothing_is_withdrawn_without_confirmation(praised: Talker, words: str) -> None:
    praised.says("撤回我的座右铭")

    praised.says(words)

    assert entry(praised).state is MottoState.APPROVED


def test_a_withdrawn_motto_comes_back_for_review(author: Talker) -> None:
    author.says("确定撤回1001")

    reply = author.says("恢复1001")

    assert reply.startswith("✔ 1001号恢复了，重新排队审核")
    assert entry(author).state is MottoState.WAITING


def test_after_thirty_days_it_is_too_late(author: Talker) -> None:
    author.says("确定撤回1001")
    author.now += timedelta(days=31)

    assert author.says("恢复1001").startswith("1001号撤回已经超过30天")


@pytest.mark.parametrize("words", ["确定撤回1002", "恢复1002"])
def test_nobody_touches_the_entry_of_another(author: Talker, session: Session, words: str) -> None:
    other = an_approved_motto(session, "li", SHARED)

    assert author.says(words).startswith("1002号不是您的，您的是1001号。")
    assert author.services.mottos.public(other) is not None


# ------------------------------------------------------------ the others'


def test_the_wall_shows_the_newest_and_a_number_shows_one(zhang: Talker, session: Session) -> None:
    for name in "abcde":
        an_approved_motto(session, name, SHARED + name)

    wall = zhang.says("看座右铭")
    one = zhang.says("2")

    assert wall.startswith("大家的座右铭，最新的4条：\n1005 ")
    assert "[看全部](网:/m)" in wall
    assert one.startswith("第2条，1004号（匿名）：")


def test_an_empty_wall_says_so(zhang: Talker) -> None:
    assert zhang.says("看座右铭").startswith("还没有审核通过的座右铭")


def test_to_find_one_needs_its_number_or_the_wall(zhang: Talker) -> None:
    assert "[看全部](网:/m)" in zhang.says("找座右铭")


# ------------------------------------------------------------ whatever is said

STATES: tuple[State, ...] = (
    Idle(), MenuShown(), Lost(), Answering(2), OfferedMotto(OTHER), WritingMotto(),
    WritingMotto(1001), WritingMotto(1001, warned=True), ConfirmingMotto(OTHER),
    ConfirmingMotto(OTHER, "full", 1001), ConfirmingMotto(OTHER, "none", 1001, warned=True),
    Confirming(own_motto.REWORD, 1001), Confirming(own_motto.WITHDRAW, 1001),
    Confirming(vote.TAKE_BACK, 1002), Confirming("of another version", 7),
    Browsing((1002, 1003), "00ff", shown_at=NOON.isoformat()),
    Browsing((1002, 1003), "", choosing=True, shown_at=NOON.isoformat()), Browsing((1002,)),
)  # fmt: skip
PIECES = (
    "投", "票", "号", "3", "1002", "９", "二", "撤回", "确定", "恢复", "座右铭", "交", "改", "算了",
    "是", "B", "投稿", "申诉", "换一批", "下一题", "[微笑]", "。", "\n", " ", "为人民服务到永远",
    "不", "帮我", "给", "一票", "修改", "我的", "看", "{words}", "[a](发:b)", "<a href=x>",
    "\u202e", "\x00", "😀", "!" * 40,
)  # fmt: skip
ANYTHING = st.one_of(
    st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
)


def may_vote(plain: str, state: State) -> bool:
    """Whether the words say that a vote is given or taken back, or answer our asking for one."""
    choosing = isinstance(state, Browsing) and state.choosing
    return bool(re.search(r"投|票|撤|确", plain)) or choosing


def may_change(plain: str, state: State) -> bool:
    """Whether the words say that an entry is made or changed, or are those we asked for."""
    awaited = isinstance(state, WritingMotto) and state.number
    return bool(re.search(r"交|换|改|撤|恢|确|就", plain)) or bool(awaited)


@contextmanager
def undone(session: Session) -> Iterator[None]:
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def facts(session: Session) -> tuple[int, int, int]:
    """How many votes, how many entries, how many changes of entries there are."""
    votes, entries, changes = (
        session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Vote, Motto, Audit)
    )
    return votes, entries, changes


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=ANYTHING, state=st.sampled_from(STATES), spoken=st.booleans())
def test_whatever_is_said_is_answered_and_only_plain_words_count(
    campaign: Talker, words: str, state: State, spoken: bool
) -> None:
    with undone(campaign.session):
        before = facts(campaign.session)
        talker = Talker(campaign.session, state=state)

        talker.says(words, spoken=spoken)

        after = facts(campaign.session)
        plain = fold(words).text
        assert after[0] == before[0] or may_vote(plain, state)
        assert after[1:] == before[1:] or may_change(plain, state)


@pytest.fixture(params=["author", "newcomer"])
def campaign(session: Session, request: pytest.FixtureRequest) -> Talker:
    """A member with or without an entry (1001), and three others to vote for."""
    a_member(session, "zhang", 2)
    if request.param == "author":
        an_approved_motto(session, "zhang", ORIGINAL)
    else:
        an_approved_motto(session, "somebody", ORIGINAL)
    for name in "abc":
        an_approved_motto(session, name, SHARED + name)
    talker = Talker(session)
    talker.says("投1002号")
    return talker


# ------------------------------------------------------------ room, and typed twins


def test_every_reply_fits_and_every_tap_can_be_typed(session: Session) -> None:
    session.get_one(Unit, 1).name = "中" * 40
    a_member(session, "zhang", 2)
    for name in "abcd":
        a_member(session, name, 2)
        an_approved_motto(session, name, "为" * 30)
    zhang = Talker(session)

    for words in SCRIPT:
        reply = zhang.says(words)
        assert size(zhang.reply) <= BUDGET, words
        assert len(reply.splitlines()) <= 12, words
        assert len(links(zhang.reply)) <= 6, words
        for tap in taps(zhang.reply):
            assert understood(tap.sends), tap


SCRIPT = [
    "座右铭", "为" * 30, "署全名", "不署名", "交", "我的座右铭", "人" * 30, "换成这句", "恢复原句",
    "修改座右铭", "算了", "看座右铭", "1", "投票", "换一批", "投1001号", "投1001号", "我的投票",
    "撤回", "撤回1001号", "找座右铭", "结果", "投9999号", "投它", "撤回我的座右铭", "确定撤回1005",
    "我的座右铭", "恢复1005", "帮我投5票", "B", "民" * 46, "申诉",
]  # fmt: skip


def understood(words: str) -> bool:
    """Whether the words mean something by themselves, with nothing in view."""
    return any(
        route.fits(said(words), Idle())
        for topic in TOPICS
        for route in topic.router.routes
        if route.tier < Tier.SOUND
    )


# ------------------------------------------------------------ politeness decides nothing

MINE_TO_BE = "清清白白做人，踏踏实实做事"
POLITE = ("好的", "好", "行", "可以", "嗯", "是的", "对", "没问题", "收到", "OK")


@pytest.mark.parametrize("words", POLITE)
def test_a_polite_word_hands_in_nothing(zhang: Talker, session: Session, words: str) -> None:
    zhang.says(f"投稿 {MINE_TO_BE}")

    shown = zhang.says(words)

    assert shown == "还没有办，等您一句话。\n要办，回复“确定”；不办了，回复“算了”。"
    assert session.scalars(select(Motto)).all() == []
    assert zhang.says("确定").startswith("✔ 收到，您的编号是")


@pytest.mark.parametrize("words", POLITE)
def test_a_polite_word_withdraws_nothing(zhang: Talker, session: Session, words: str) -> None:
    number = an_approved_motto(session, "zhang", MINE_TO_BE)
    zhang.says("撤回我的座右铭")

    assert zhang.says(words).startswith("还没有办，")
    assert session.scalars(select(Motto.state)).one() == "approved"
    assert zhang.says("算了").startswith(f"好的，{number}号还是原来的样子。")


@pytest.mark.parametrize("words", POLITE)
def test_a_polite_word_to_the_invitation_gets_it_again(zhang: Talker, words: str) -> None:
    invitation = zhang.says("写座右铭")

    assert zhang.says(words) == invitation


@pytest.mark.parametrize(
    "words", ["hello world", "AAAAAAAA", "你们这个破系统老是点不开", "今天天气怎么样啊"]
)
def test_what_hardly_is_a_motto_replaces_none_without_a_yes(
    zhang: Talker, session: Session, words: str
) -> None:
    an_approved_motto(session, "zhang", MINE_TO_BE)
    zhang.says("修改座右铭")

    zhang.says(words)

    assert session.scalars(select(Motto.words)).one() == MINE_TO_BE
