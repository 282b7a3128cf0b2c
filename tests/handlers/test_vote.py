"""Voting by chat: looking is guessed freely, a vote only where one was asked for."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.reply import BUDGET
from bot.conversation.state import Answering, Browsing, Confirming, Idle
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.domain.votes import LATE
from bot.storage.tables import Quarantine, QuarantinedVote, Round, Unit, Vote
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key
from tests.handlers.papers import answers, at_question
from tests.handlers.talking import Talker, links, size, taps

pytestmark = pytest.mark.slow

WORDS = (
    "愿做一块砖，哪里需要哪里搬",
    "群众的事，一刻也不等",
    "台账可以晚点，老人等不了",
    "清清白白做人，干净做事",
)
SECOND_ENTRIES = (
    "2", "２", "②", "二", "选二", "第二个", "选第二个", "第2条", "2号", "二号", "看2", "2。",
)  # fmt: skip
VOTES_FOR_THIRD = (
    "投3号", "投3", "我投3", "给3号投票", "3号投一票", "投③", "投三号", "投 3 号", "投给3号",
    "投票给3号", "我要投3号", "投第3条", "我想投第三个", "投3号吧", "投３号。", "給3號投票",
    "3号一票", "投一票给3号",
)  # fmt: skip
VOTES_FOR_NUMBER = (
    "投{n}号", "投{n}", "{n}投一票", "我投{n}号", "给{n}号投一票", "投 {n} 号", "投给{n}",
    "{n}号投票",
)  # fmt: skip
LIKE_ANSWERS = (
    "B", "b", "Ｂ", "B。", "B吧", "选B", "我选b", "应该是B", "答案B", "A B", "AB", "A、B", "A和B",
    "a,b", "第一题 A", "1A", "1、A", "1.A",
)  # fmt: skip
NO_VOTE = (
    "3", "B", "好", "不投3号", "别投3号", "3投票", "3 投票", "投3票", "投三票", "投3号和4号",
    "我投了3号", "谁投3号", "三号", "投不投3号", "帮我投5票", "帮忙给3号拉票", "投", "投它",
    "投票", "1001", "1001号", "看1001", "选3", "第3条", "怎么投票", "我想给3号投票怎么弄",
    "投100号", "撤回3号", "结果", "？", "。。。",
)  # fmt: skip


@pytest.fixture
def numbers(session: Session) -> list[int]:
    for name, unit in (("a", 2), ("b", 3), ("c", 3), ("d", None)):
        a_member(session, name, unit)
    return [
        an_approved_motto(session, name, words) for name, words in zip("abcd", WORDS, strict=True)
    ]


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang", 2)
    return Talker(session)


@pytest.fixture
def looking(zhang: Talker, numbers: list[int]) -> Talker:
    """A member who has the list in view."""
    zhang.says("投票")
    return zhang


def listed(talker: Talker) -> tuple[int, ...]:
    assert isinstance(talker.state, Browsing)
    return talker.state.numbers


def given(session: Session) -> list[int]:
    return [id_ + 1000 for id_ in session.scalars(select(Vote.motto_id))]


# ------------------------------------------------------------ the list


@pytest.mark.parametrize("words", ["投票", "我要投票", "投漂", "去投票", "我想投票，怎么投票呀"])
def test_the_list_shows_three_entries_each_with_its_tap(
    zhang: Talker, numbers: list[int], words: str
) -> None:
    reply = zhang.says(words)

    lines = reply.splitlines()
    assert lines[0] == "座右铭评选，12月20日24点截止。您今天还能投3票，每条每天1票。"
    for number, line in zip(listed(zhang), lines[1:4], strict=True):
        assert line.startswith(f"{number} {WORDS[number - 1001]}（")
        assert line.endswith(f"）[投](发:投{number}号)")
    second = listed(zhang)[1]
    ways = "[换一批](发:换一批)　[找一条](发:找座右铭)　[我投的](发:我的投票)"
    assert lines[4] == ways
    assert lines[5] == f"也可以回复：投2（第2条），或投{second}；一次选好几条，回复“网页投票”。"


def test_the_next_batch_begins_where_the_last_ended(looking: Talker, numbers: list[int]) -> None:
    first = listed(looking)

    looking.says("换一批")

    assert listed(looking)[0] not in first
    assert set(first) | {listed(looking)[0]} == set(numbers)


@pytest.mark.parametrize("words", ["不知道", "不会", "跳过", "下一题", "下一页"])
def test_what_skips_a_question_turns_the_page(looking: Talker, words: str) -> None:
    first = listed(looking)

    looking.says(words)

    assert listed(looking) != first


@pytest.mark.parametrize("words", ["上一题", "刚才那个"])
def test_what_goes_back_shows_the_page_before(looking: Talker, words: str) -> None:
    first = listed(looking)
    looking.says("换一批")

    looking.says(words)

    assert listed(looking) == first


def test_an_empty_wall_invites_to_write(zhang: Talker) -> None:
    assert "还没有审核通过的座右铭" in zhang.says("投票")
    assert any(tap.sends == "写座右铭" for tap in taps(zhang.reply))


def test_the_own_entry_is_shown_without_a_tap(zhang: Talker, session: Session) -> None:
    own = an_approved_motto(session, "zhang", "当好一块砖，哪里需要哪里搬")

    reply = zhang.says("投票")

    assert f"{own} 当好一块砖，哪里需要哪里搬（城东街道 张*）您写的" in reply
    assert f"投{own}号" not in reply


@pytest.mark.parametrize("words", ["。。。", "😀", "/::)", "[微笑]"])
def test_a_message_without_words_brings_the_same_list(looking: Talker, words: str) -> None:
    before = looking.state

    reply = looking.says(words)

    assert looking.state == before
    assert all(f"[投](发:投{number}号)" in reply for number in listed(looking))


# ------------------------------------------------------------ looking, not voting


def test_a_bare_number_shows_that_place_of_the_list(
    looking: Talker, session: Session, subtests: pytest.Subtests
) -> None:
    for words in SECOND_ENTRIES:
        with subtests.test(words), looking.undone() as member:
            second = listed(member)[1]

            reply = member.says(words)

            assert reply.startswith(f"第2条，{second}号（")
            assert f"“{WORDS[second - 1001]}”" in reply
            assert f"[投它](发:投{second}号)" in reply
            assert given(session) == []


def test_by_voice_the_third_is_the_third_of_the_list(looking: Talker, session: Session) -> None:
    third = listed(looking)[2]

    reply = looking.says("三号。", spoken=True)

    assert reply.startswith(f"听到您说“三号”，第3条，{third}号（")
    assert given(session) == []


def test_nothing_but_plain_words_votes(
    looking: Talker, session: Session, subtests: pytest.Subtests
) -> None:
    for words in NO_VOTE:
        with subtests.test(words), looking.undone() as member:
            member.says(words)

            assert given(session) == []


@pytest.mark.parametrize("words", ["投3号和4号", "不投3号", "投3票", "我投了3号"])
def test_a_number_that_is_no_plain_vote_brings_the_list(looking: Talker, words: str) -> None:
    reply = looking.says(words)

    assert reply.startswith("一次投一条。")
    assert len(listed(looking)) == 3


def test_a_letter_after_a_list_asks_what_is_meant(
    looking: Talker, session: Session, subtests: pytest.Subtests
) -> None:
    for words in LIKE_ANSWERS:
        with subtests.test(words), looking.undone() as member:
            reply = member.says(words)

            assert reply == "您是想答题还是投票？\n[答题](发:答题)　[投票](发:投票)"
            assert isinstance(member.state, Browsing)
            assert given(session) == []


@pytest.mark.parametrize("words", ["1001", "1001号", "１００１", "看1001"])
def test_a_number_alone_shows_its_entry(
    zhang: Talker, numbers: list[int], session: Session, words: str
) -> None:
    reply = zhang.says(words)

    assert reply == (
        "1001号（城东街道 王*）：\n“愿做一块砖，哪里需要哪里搬”\n"
        "[投它](发:投1001号)　[换一批](发:换一批)"
    )
    assert given(session) == []


def test_an_unknown_number_is_answered_with_a_list(zhang: Talker, numbers: list[int]) -> None:
    reply = zhang.says("1999")

    assert reply.startswith("没有找到1999号")
    assert len(listed(zhang)) == 3


def test_the_author_of_an_entry_sees_how_it_stands(zhang: Talker, numbers: list[int]) -> None:
    zhang.says("投稿 当好一块砖，哪里需要哪里搬")
    zhang.says("交")

    assert "正在审核" in zhang.says("1005")


def test_a_list_of_ten_minutes_ago_is_asked_about(looking: Talker, session: Session) -> None:
    looking.now += timedelta(minutes=10, seconds=1)

    looked = looking.says("2")

    assert looked.startswith("您说的2号是哪一条？")
    assert given(session) == []


def test_a_list_older_than_ten_minutes_takes_no_vote_by_place(
    looking: Talker, session: Session
) -> None:
    looking.now += timedelta(minutes=10, seconds=1)

    reply = looking.says("投2号")

    assert reply.startswith("您说的2号是哪一条？")
    assert given(session) == []


# ------------------------------------------------------------ voting


def test_words_that_say_so_vote_for_a_place(
    looking: Talker, session: Session, subtests: pytest.Subtests
) -> None:
    for words in VOTES_FOR_THIRD:
        with subtests.test(words), looking.undone() as member:
            third = listed(member)[2]

            reply = member.says(words)

            assert given(session) == [third]
            assert reply.startswith(
                f"✔ 已投给{third}号：“{WORDS[third - 1001]}”。\n今天还能投2票。回执："
            )
            assert f"投错了：[撤回](发:撤回{third}号)" in reply


def test_words_that_say_so_vote_for_a_number_from_anywhere(
    zhang: Talker, numbers: list[int], session: Session, subtests: pytest.Subtests
) -> None:
    for words in VOTES_FOR_NUMBER:
        with subtests.test(words), zhang.undone() as member:
            member.says(words.format(n=1002))

            assert given(session) == [1002]
            assert member.state == Idle()


@pytest.mark.parametrize("words", ["投１００２", "投一〇〇二号", "给1002號投票"])
def test_width_and_script_of_a_number_make_no_difference(
    zhang: Talker, numbers: list[int], session: Session, words: str
) -> None:
    zhang.says(words)

    assert given(session) == [1002]


def test_the_receipt_shows_four_signs_and_my_votes_all_ten(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    receipt = zhang.says("投1002号")
    tracker = session.scalars(select(Vote.tracker)).one()

    mine = zhang.says("我的投票")

    assert f"回执：{tracker[:4]}\n" in receipt
    assert tracker not in receipt
    assert f"12月5日 1002号 {WORDS[1]}　回执{tracker}" in mine


def test_a_vote_by_voice_repeats_what_was_heard(looking: Talker, session: Session) -> None:
    reply = looking.says("投三号。", spoken=True)

    assert reply.startswith("听到您说“投三号”，✔ 已投给")
    assert len(given(session)) == 1


def test_a_place_without_a_list_is_asked_about(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    reply = zhang.says("投3号")

    assert reply.startswith("您说的3号是哪一条？")
    assert isinstance(zhang.state, Browsing)
    assert given(session) == []


@pytest.mark.parametrize("words", ["投它", "投这条", "投一票"])
def test_who_does_not_say_which_is_asked_and_then_a_bare_number_votes(
    looking: Talker, session: Session, words: str
) -> None:
    first = listed(looking)[0]

    asked = looking.says(words)
    looking.says("1")

    assert asked == "请回复要投第几条，比如：1。"
    assert given(session) == [first]


def test_a_bare_number_votes_only_right_after_it_was_asked_for(
    looking: Talker, session: Session
) -> None:
    looking.says("投它")
    looking.says("我的投票")

    looking.says("1")

    assert given(session) == []


def test_who_does_not_say_which_without_a_list_sees_one(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    reply = zhang.says("投一票")
    zhang.says("2")

    assert reply.startswith("请回复要投第几条，比如：1。\n")
    assert len(given(session)) == 1


# ------------------------------------------------------------ what the rules say


def test_a_second_vote_for_an_entry_has_to_wait_for_tomorrow(
    looking: Talker, session: Session
) -> None:
    looking.says("投1001")

    reply = looking.says("投1001号")

    assert reply == (
        "1001号（城东街道 王*）：\n“愿做一块砖，哪里需要哪里搬”\n"
        "您今天已经投过它了，明天可以再投。\n"
        "[换一批](发:换一批)　[我投的](发:我的投票)"
    )
    assert looking.says("1001") == reply
    assert given(session) == [1001]


def test_after_three_votes_the_day_is_over(zhang: Talker, numbers: list[int]) -> None:
    receipts = [zhang.says(f"投{number}号") for number in numbers[:3]]

    spent = zhang.says(f"投{numbers[3]}号")

    assert "今天3票都投完了，谢谢您！回执：" in receipts[2]
    assert spent == (
        "今天3票都投完了，谢谢您！明天0点后可以再投。\n"
        "[看我投的](发:我的投票)　[看看大家的](发:看座右铭)"
    )
    assert zhang.says("投票") == spent


def test_on_the_last_day_nobody_is_sent_to_tomorrow(zhang: Talker, numbers: list[int]) -> None:
    zhang.now = CLOSES - timedelta(hours=1)
    for number in numbers[:3]:
        zhang.says(f"投{number}号")

    assert "明天" not in zhang.says("投票")
    assert "明天" not in zhang.says("1001")


def test_nobody_votes_for_themselves(zhang: Talker, session: Session) -> None:
    own = an_approved_motto(session, "zhang", "当好一块砖，哪里需要哪里搬")

    assert "按规则不投自己" in zhang.says(f"投{own}号")
    assert "按规则不投自己" in zhang.says(f"{own}")
    assert given(session) == []


@pytest.mark.parametrize("words", ["帮我投5票", "帮忙刷票", "能代投吗", "请大家帮我投一票"])
def test_votes_are_not_given_in_bulk(
    zhang: Talker, numbers: list[int], session: Session, words: str
) -> None:
    reply = zhang.says(words)

    assert reply.startswith("一人一号，按规则每天3票；刷来的票会单独放着，不计入结果。")
    assert given(session) == []


def test_an_unknown_number_is_no_vote(zhang: Talker, numbers: list[int], session: Session) -> None:
    reply = zhang.says("投1999号")

    assert reply.startswith("没有找到1999号")
    assert len(listed(zhang)) == 3
    assert given(session) == []


# ------------------------------------------------------------ before and after


def test_before_voting_opens_the_day_is_named(zhang: Talker, numbers: list[int]) -> None:
    zhang.session.get_one(Round, 1).opens_at = NOON + timedelta(days=2, hours=-12)

    assert zhang.says("投票").startswith("投票12月7日开始，到时回复“投票”。")
    assert "[投它]" not in zhang.says("1001")


@pytest.mark.parametrize("words", ["投票", "投1001号", "撤回1001号", "结果", "换一批", "帮我投5票"])
def test_after_closing_the_result_is_promised(
    zhang: Talker, numbers: list[int], session: Session, words: str
) -> None:
    zhang.now = CLOSES

    reply = zhang.says(words)

    assert reply.startswith("投票12月20日24点结束了。结果公示后，回复“结果”就能看。")
    assert given(session) == []


def test_a_vote_sent_in_time_counts_although_it_arrives_after_closing(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    zhang.now = CLOSES + timedelta(seconds=10)

    reply = zhang.says("投1001号", sent_at=CLOSES - timedelta(seconds=1))

    assert reply.startswith("✔ 已投给1001号")
    assert given(session) == [1001]


def test_a_vote_too_many_sent_in_time_is_no_vote_too_late(
    zhang: Talker, numbers: list[int]
) -> None:
    zhang.now = CLOSES - timedelta(seconds=4)
    for number in numbers[:3]:
        zhang.says(f"投{number}号")

    zhang.now = CLOSES + timedelta(seconds=2)
    reply = zhang.says(f"投{numbers[3]}号", sent_at=CLOSES - timedelta(seconds=1))

    assert reply.startswith("今天3票都投完了")


def test_while_voting_is_open_the_result_is_still_to_come(
    zhang: Talker, numbers: list[int]
) -> None:
    assert zhang.says("结果").startswith("投票还在进行，12月20日24点截止。")


def test_the_result_is_told_once_all_may_see_it(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    zhang.says("投1002号")
    zhang.now = CLOSES + LATE
    zhang.services.sealing.seal(1)
    assert zhang.says("结果").startswith("投票12月20日24点结束了。")

    zhang.services.outcomes.publicise(1, staff_id=1)

    told = zhang.says("结果")

    assert told.startswith("《座右铭评选》结果：\n第1名　1002号　1票\n“群众的事，一刻也不等")
    assert told.count("\n第") == 3
    assert told.endswith(
        "正在公示，12月23日24点截止。有意见，请回复“联系”。\n"
        "[看全部](网:/results)　[我投的](发:我的投票)"
    )


# ------------------------------------------------------------ taking a vote back


def test_a_bare_withdrawal_asks_first(zhang: Talker, numbers: list[int], session: Session) -> None:
    zhang.says("投1002号")

    reply = zhang.says("撤回")

    assert reply == (
        "您最近投的是1002号（今天12:00）。\n[撤回这一票](发:撤回1002号)　[不撤](发:算了)\n"
        "撤回后，今天可以改投别的。"
    )
    assert given(session) == [1002]


@pytest.mark.parametrize(
    "words", ["撤回1002号", "撤回1002", "撤回投给1002号的票", "确定", "撤回这一票"]
)
def test_a_named_or_confirmed_withdrawal_is_done(
    zhang: Talker, numbers: list[int], session: Session, words: str
) -> None:
    zhang.says("投1002号")
    zhang.says("撤回")

    reply = zhang.says(words)

    assert reply.startswith("✔ 投给1002号的票撤回了。今天还能投3票。")
    assert given(session) == []


@pytest.mark.parametrize("words", ["算了", "不撤", "再想想", "撤回", "撤回1号"])
def test_a_vote_stays_until_its_withdrawal_is_confirmed(
    zhang: Talker, numbers: list[int], session: Session, words: str
) -> None:
    zhang.says("投1002号")
    zhang.says("撤回")

    zhang.says(words)

    assert given(session) == [1002]


@pytest.mark.parametrize("words", ["改", "选错了", "刚才选错"])
def test_who_changes_their_mind_after_a_vote_is_asked(
    looking: Talker, session: Session, words: str
) -> None:
    looking.says("投1号")

    reply = looking.says(words)

    assert reply.startswith("您最近投的是")
    assert isinstance(looking.state, Confirming)
    assert len(given(session)) == 1


def test_a_vote_of_another_day_is_named_by_its_day(zhang: Talker, numbers: list[int]) -> None:
    zhang.says("投1002号")
    zhang.now += timedelta(days=1)

    reply = zhang.says("撤回")

    assert reply.startswith("您最近投的是1002号（12月5日12:00）。")
    assert "那天的票不能再投" in reply


def test_what_was_never_given_cannot_be_taken_back(zhang: Talker, numbers: list[int]) -> None:
    assert zhang.says("撤回1001号").startswith("没有找到这一票")
    assert zhang.says("撤回").startswith("您还没有投过票。")
    assert zhang.says("我的投票").startswith("您还没有投过票。")


# ------------------------------------------------------------ while a question is on show


def test_a_vote_by_number_keeps_the_question_and_says_how_to_return(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    zhang.says("答题")
    question = zhang.state

    reply = zhang.says("投1001号")

    assert given(session) == [1001]
    assert zhang.state == question
    assert reply.endswith("题还给您留着：[接着答题](发:答题)")


@pytest.mark.parametrize("kind", ["single", "multiple", "judge", "blank"])
@pytest.mark.parametrize("words", ["投3号", "3号投一票", "给3号投票"])
def test_a_vote_by_place_keeps_the_question_and_shows_the_list(
    zhang: Talker, numbers: list[int], session: Session, kind: str, words: str
) -> None:
    there = at_question(zhang, 1, (kind, "single"))

    reply = there.says(words)

    assert reply.startswith("您说的3号是哪一条？")
    assert reply.count("[投](发:投") == 3
    assert reply.endswith("题还给您留着：[接着答题](发:答题)")
    assert len(links(there.reply)) <= 6
    assert given(session) == []
    assert answers(session, zhang.key) == {}


@pytest.mark.parametrize("kind", ["single", "blank"])
def test_a_number_after_that_list_shows_an_entry_and_answers_no_question(
    zhang: Talker, numbers: list[int], session: Session, kind: str
) -> None:
    there = at_question(zhang, 1, (kind, "single"))
    there.says("投3号")

    assert "[投它]" in there.says("3")
    assert answers(session, zhang.key) == {}
    assert "第1题" in there.says("答题")


@pytest.mark.parametrize("words", ["投" + "9" * 30, "投1和2", "投9" + "0" * 20 + "号"])
def test_a_muddled_vote_is_no_answer_to_a_blank(
    zhang: Talker, numbers: list[int], session: Session, words: str
) -> None:
    there = at_question(zhang, 1, ("blank", "single"))

    assert there.says(words).startswith("一次投一条。")
    assert answers(session, zhang.key) == {}


def test_the_list_puts_the_quiz_aside(zhang: Talker, numbers: list[int]) -> None:
    zhang.says("答题")
    question = zhang.state

    zhang.says("投票")
    listed(zhang)
    zhang.says("答题")

    assert isinstance(question, Answering)
    assert zhang.state == question


# ------------------------------------------------------------ room


def test_the_longest_list_fits_whole(session: Session) -> None:
    session.get_one(Unit, 1).name = "中" * 40
    for name in "abc":
        a_member(session, name, 2)
        an_approved_motto(session, name, "为" * 30)
    a_member(session, "zhang", 2)
    zhang = Talker(session)

    for words in (
        "投票",
        "投3号",
        "投1号",
        "1001",
        "看座右铭",
        "2",
        "我的投票",
        "投1999号",
        "撤回",
    ):
        reply = zhang.says(words)
        assert size(zhang.reply) <= BUDGET, words
        assert len(reply.splitlines()) <= 12
        assert len(links(zhang.reply)) <= 6


# ------------------------------------------------------------ this one, and which to take back


def test_this_one_means_the_entry_just_looked_at(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    zhang.says("投票")
    zhang.says("2")
    shown = zhang.says("3")

    receipt = zhang.says("投它")

    assert given(session) == [int(shown[4:8])]
    assert receipt.startswith(f"✔ 已投给{shown[4:8]}号")


@pytest.mark.parametrize("between", ["谢谢", "换一批", "投1", "偷他"])
def test_which_one_is_asked_when_no_entry_is_in_view(
    zhang: Talker, numbers: list[int], session: Session, between: str
) -> None:
    zhang.says("投票")
    zhang.says("2")
    zhang.says(between)
    before = given(session)

    assert zhang.says("投它") == "请回复要投第几条，比如：1。"
    assert given(session) == before


def test_who_has_a_vote_and_a_motto_is_asked_which_to_take_back(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    mine = an_approved_motto(session, "zhang", "清清白白做人，踏踏实实做事")
    zhang.says(f"投{numbers[0]}号")

    asked = zhang.says("撤回")

    assert asked.startswith("您想撤回哪一样？\n")
    assert f"（{mine}号）" in asked
    assert zhang.taps("撤回投票").startswith(f"您最近投的是{numbers[0]}号")
    zhang.says("撤回")
    assert zhang.taps("撤回座右铭").startswith(f"{mine}号撤回后就不再公开")
    assert given(session) == [numbers[0]]


def test_who_has_only_a_motto_takes_back_that(zhang: Talker, session: Session) -> None:
    mine = an_approved_motto(session, "zhang", "清清白白做人，踏踏实实做事")

    zhang.says("我的座右铭")

    assert zhang.says("撤回").startswith(f"{mine}号撤回后就不再公开")


def test_a_vote_can_be_taken_back_by_its_place_in_the_list(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    zhang.says("投票")
    zhang.says("投1")
    first = given(session)[0]
    zhang.says("投2")

    asked = zhang.says("撤回1")

    assert asked.startswith(f"您要撤回投给{first}号的票")
    zhang.says("确定")
    assert first not in given(session)
    assert len(given(session)) == 1


@pytest.mark.parametrize("words", ["投9999", "9999", "看9999号"])
def test_a_number_that_nobody_has_is_called_so_when_all_votes_are_given(
    zhang: Talker, numbers: list[int], words: str
) -> None:
    for number in numbers[:3]:
        zhang.says(f"投{number}号")

    assert zhang.says(words).startswith("没有找到9999号")


def test_asking_us_to_cast_it_is_a_vote_of_ones_own(
    zhang: Talker, numbers: list[int], session: Session
) -> None:
    assert zhang.says(f"帮我投{numbers[1]}号").startswith("✔ 已投给")
    assert given(session) == [numbers[1]]


# ------------------------------------------------------------ votes that are looked into


def set_apart(session: Session, *names: str) -> None:
    """Two colleagues have set apart what these members voted."""
    session.add(
        Quarantine(
            id=1, round_id=1, motto_id=1, day=NOON.date(), signals={}, proposed_by=1,
            proposed_at=NOON,
        )
    )  # fmt: skip
    session.flush()
    members = [key(name) for name in names]
    trackers = session.scalars(select(Vote.tracker).where(Vote.member_key.in_(members))).all()
    session.add_all(QuarantinedVote(tracker=tracker, quarantine_id=1) for tracker in trackers)
    session.flush()
    open_services(session, NOON, Shelf()).quarantines.confirm(1, 2)


def test_who_says_that_the_vote_was_theirs_hears_what_that_does(
    zhang: Talker, numbers: list[int]
) -> None:
    zhang.says(f"投{numbers[0]}号")
    assert "没有在核对的" in zhang.says("是我投的")
    set_apart(zhang.session, "zhang")

    assert "（在核对，暂不计入）" in zhang.says("我的投票")
    reply = zhang.says("是我投的")

    assert f"12月5日投给{numbers[0]}号的票，您说是本人投的" in reply
    assert "两位工作人员核对以后决定计不计入" in reply
    assert zhang.services.quarantines.case(1).claimed == 1


def test_who_never_voted_and_says_it_was_me_is_shown_how_to_vote(zhang: Talker) -> None:
    assert "您还没有投过票" in zhang.says("是我投的")
