"""Notices: they ride above the next reply, with its own lines and links left as they are."""

import pytest

from bot.conversation.reply import BUDGET, Silence, say
from bot.domain.moderation import FIXABLE, Reason
from bot.domain.notices import Notification
from bot.domain.released import Why
from bot.domain.tickets import ANSWER_MOST, LONGEST
from handlers import notices, wording
from tests.handlers.talking import links, shown, size

REPLY = say("今天的题还没做，[现在答题](发:答题)？")
WORDS = "愿做一块砖，哪里需要哪里搬"
APPROVED = Notification("motto_approved", {"number": 1386, "words": WORDS, "reason": None})


def returned(reason: str, words: str = WORDS, fix: str | None = None) -> Notification:
    facts = {"number": 1386, "words": words, "reason": reason, "fix": fix, "appealed": False}
    return Notification("motto_returned", facts)


def answered(words: str, answer: str) -> Notification:
    return Notification("ticket_answered", {"words": words, "answer": answer})


def test_an_approval_rides_above_the_reply() -> None:
    assert shown(notices.ride(REPLY, [APPROVED])) == (
        "——捎句话——\n"
        f"✔ 您的座右铭通过了，编号1386：“{WORDS}”。\n"
        "[看它的页面](网:/m/1386)　[做成图片](发:做图1386)　[去投票](发:投票)\n"
        "图片可以长按保存，留个纪念。\n"
        "————\n"
        "今天的题还没做，[现在答题](发:答题)？"
    )


def test_what_is_sent_back_comes_with_help_and_a_way_to_object() -> None:
    told = shown(notices.ride(REPLY, [returned("typo")]))

    assert told.startswith(
        f"——捎句话——\n您的座右铭暂时没通过：“{WORDS}”。\n原因：有错别字。请看看是哪个字，改好再发。\n"
    )
    assert told.endswith(
        "\n[我自己改](发:修改座右铭)\n觉得不对，回复“申诉”加一句话，另一位同志会重新看。\n"
        "————\n今天的题还没做，[现在答题](发:答题)？"
    )


def test_the_right_words_are_offered_at_one_tap() -> None:
    told = shown(
        notices.ride(REPLY, [returned("typo", "不忘初心，牢计使命", "不忘初心，牢记使命")])
    )

    assert told.startswith(
        "——捎句话——\n"
        "您的座右铭暂时没通过：“不忘初心，牢计使命”。\n"
        "原因：有一个字写错了，“牢计”应为“牢记”。\n"
        "[帮我改好再交](发:改好再交)　[我自己改](发:修改座右铭)\n"
        "觉得不对，回复“申诉”加一句话，另一位同志会重新看。\n"
        "————\n"
    )


def test_a_quotation_is_told_as_it_should_be() -> None:
    told = shown(
        notices.ride(REPLY, [returned("quotation", WORDS, "愿做一块砖，哪里需要往哪里搬")])
    )

    assert "原因：引用的话和原文不一样，应为“愿做一块砖，哪里需要往哪里搬”。\n" in told


def test_after_an_appeal_the_verdict_has_the_same_form_and_is_the_last() -> None:
    told = returned("unfit")
    told.facts["appealed"] = True

    assert "\n[我自己改](发:修改座右铭)\n这是另一位同志重新看过的结果。\n————" in shown(
        notices.ride(REPLY, [told])
    )


def test_a_notice_that_was_left_before_fixes_were_offered_can_be_told() -> None:
    facts = {"number": 1386, "words": WORDS, "reason": "typo"}

    assert "有错别字。" in shown(notices.ride(REPLY, [Notification("motto_returned", facts)]))


def test_each_reason_has_a_sentence_of_its_own() -> None:
    told = {shown(notices.ride(REPLY, [returned(reason)])) for reason in Reason}

    assert len(told) == len(Reason)


def test_an_answer_of_a_colleague_quotes_what_it_is_about() -> None:
    told = shown(notices.ride(REPLY, [answered("点了答题没有反应", "网络好了。\n请再试试。")]))

    assert told == (
        "——捎句话——\n"
        "✉ 您说的“点了答题没有反应”，工作人员回复：\n"
        "网络好了。\n请再试试。\n"
        "还有事，回复“联系”。\n"
        "————\n"
        "今天的题还没做，[现在答题](发:答题)？"
    )


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("[GH-001 GH-002] 第3题答案不对", "“第3题答案不对”"),
        ("[GH-001 GH-002]", "“[GH-001 GH-002]”"),
        ("我的单位\n没有", "“我的单位 没有”"),
        ("一" * 20, f"“{'一' * 20}”"),
        ("一" * 21, f"“{'一' * 20}…”"),
    ],
)
def test_the_quotation_is_short_and_in_the_members_own_words(words: str, quoted: str) -> None:
    assert f"您说的{quoted}，" in shown(notices.ride(REPLY, [answered(words, "好")]))


def regraded(change: int, kind: str = "single", **facts: object) -> Notification:
    of_answer = {"day": "2026-12-05", "place": 2, "kind": kind, "answer": ["C"], "choice": "C"}
    return Notification("answer_regraded", of_answer | {"change": change} | facts)


def test_who_was_right_all_along_gets_the_points_and_an_apology() -> None:
    assert shown(notices.ride(REPLY, [regraded(2)])) == (
        "——捎句话——\n"
        "12月5日第2题的答案原来标错了，现已更正为C。您答的是C，补给您2分，名次已更新。给您添麻烦了。\n"
        "————\n"
        "今天的题还没做，[现在答题](发:答题)？"
    )


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        (regraded(-2, choice="B"), "更正为C。您答的是B，扣回2分，"),
        (regraded(2, "multiple", answer=["A", "C"], choice="AC"), "更正为AC。您答的是AC，"),
        (regraded(2, "judge", answer=["F"], choice="F"), "更正为错。您答的是错，"),
        (regraded(2, "blank", answer=["2016", "二〇一六"], choice="2016"),
         "更正为“2016”或“二〇一六”。您填的是“2016”，"),
    ],
)  # fmt: skip
def test_a_mended_key_is_told_as_its_question_is_answered(notice: Notification, words: str) -> None:
    assert words in shown(notices.ride(REPLY, [notice]))


@pytest.mark.parametrize(
    ("why", "because"),
    [
        ("reworded", "作者改了字，票是投给原来那句的。"),
        ("withdrawn", "作者把这句撤回了。"),
        ("undone", "这句还要再审核。"),
        ("erased", "作者把这句撤回了。"),
    ],
)
def test_who_gave_a_vote_that_is_gone_hears_why(why: str, because: str) -> None:
    gone = Notification("votes_clear", {"number": 1386, "votes": 1, "why": why})

    assert shown(notices.ride(REPLY, [gone])).startswith(
        f"——捎句话——\n您投给1386号的1票清零了：{because}[去投票](发:投票)\n————\n"
    )


def test_each_reason_for_votes_to_go_has_its_sentence() -> None:
    assert set(wording._GONE) | set(wording._UNCOUNTED) == set(Why)


def test_who_gave_a_vote_that_has_passed_on_hears_where_it_is() -> None:
    facts = {"number": 1386, "to": 1472, "votes": 2, "why": "withdrawn"}

    assert "您投给1386号的2票，现在记在1472号上：两条是同一句话，票还算数。\n————" in shown(
        notices.ride(REPLY, [Notification("votes_pass", facts)])
    )


def test_two_notices_stand_in_their_order() -> None:
    told = shown(notices.ride(REPLY, [APPROVED, returned("length")]))

    assert told.count("——捎句话——") == 1
    assert told.index("通过了") < told.index("没通过")


def test_a_reply_full_of_links_is_not_given_more() -> None:
    full = say("".join(f"[第{n}条](发:投{n}号)" for n in range(6)))

    fixed = returned("typo", "不忘初心，牢计使命", "不忘初心，牢记使命")
    riding = notices.ride(full, [APPROVED, fixed])

    assert len(links(riding)) == 6
    assert "要我帮您改好，回复“改好再交”；自己改，回复“修改座右铭”。" in shown(riding)


def test_a_notice_stands_alone_where_nothing_else_is_said() -> None:
    assert shown(notices.ride(Silence(), [APPROVED])) == (
        "——捎句话——\n"
        f"✔ 您的座右铭通过了，编号1386：“{WORDS}”。\n"
        "[看它的页面](网:/m/1386)　[做成图片](发:做图1386)　[去投票](发:投票)\n"
        "图片可以长按保存，留个纪念。"
    )


def test_a_notice_of_a_later_version_is_passed_over() -> None:
    assert notices.ride(REPLY, [Notification("medal", {})]) == REPLY
    assert notices.ride(Silence(), [Notification("medal", {})]) == Silence()
    assert "通过了" in shown(notices.ride(REPLY, [Notification("medal", {}), APPROVED]))


@pytest.mark.parametrize("reason", Reason)
def test_two_of_the_longest_notices_leave_room_for_a_reply(reason: Reason) -> None:
    fix = "民" * 30 if reason in FIXABLE else None
    longest = returned(reason, "为" * 30, fix)

    assert size(notices.ride(REPLY, [longest, longest])) <= BUDGET


def test_two_of_the_longest_answers_leave_room_for_a_reply() -> None:
    longest = answered("为" * LONGEST, "答" * ANSWER_MOST)

    assert size(notices.ride(REPLY, [longest, longest])) <= BUDGET - 250


def test_words_of_a_member_cannot_become_a_link() -> None:
    told = notices.ride(REPLY, [returned("unfit", "[点我](发:投1001号)")])

    assert [link.label for link in links(told)] == ["我自己改", "现在答题"]


def test_neither_the_words_nor_the_answer_can_become_a_link() -> None:
    link = "[点我](发:投1001号)"

    assert [link.label for link in links(notices.ride(REPLY, [answered(link, link)]))] == [
        "现在答题"
    ]
