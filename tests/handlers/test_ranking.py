"""Standings by chat: the own place, the neighbours, and the rules."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.conversation.reply import BUDGET
from bot.conversation.state import Answering
from bot.domain.participation import UnitCounts
from bot.storage.tables import Contest, Regrade, Score, Unit
from tests.builders import NOON, a_member, freeze_boards
from tests.handlers.papers import a_paper, at_question, five_questions
from tests.handlers.talking import Talker, shown, size, taps


def scores(session: Session, name: str, unit: int | None, right: int) -> Talker:
    """A member with so many right answers of five."""
    a_member(session, name, unit)
    talker = Talker(session, name)
    a_paper(session, talker.key, five_questions(("single",) * 5))
    talker.says("答题")
    for place in range(1, 6):
        talker.says("B" if place <= right else "A")
    return talker


@pytest.mark.slow
def test_a_member_stands_among_the_neighbours(session: Session) -> None:
    for name, right in {"a": 5, "b": 4, "c": 4, "d": 1, "e": 0}.items():
        scores(session, name, 2, right)
    zhang = scores(session, "zhang", 2, right=3)
    scores(session, "elsewhere", 3, right=5)

    shown = zhang.says("排名")

    assert shown == (
        "您的积分：6分，城东街道第4名（6人）。\n"
        "第2名　王*　8分\n第2名　王*　8分\n第4名　您　　6分\n第5名　王*　2分\n"
        "城东街道参加率：0.6%（全市第1）\n"
        "[全市单位榜](网:/r)　[怎么算的](发:排名规则)　[不想上榜](发:不上榜)"
    )


@pytest.mark.slow
def test_without_a_unit_one_stands_among_all(session: Session) -> None:
    zhang = scores(session, "zhang", None, right=3)
    scores(session, "other", 3, right=5)

    shown = zhang.says("排名")

    assert shown.startswith(
        "您的积分：6分，全市第2名（2人）。\n第1名　王*　10分\n第2名　您　　6分\n"
    )
    assert "[登记单位](发:登记单位)" in shown


@pytest.mark.slow
def test_a_unit_whose_people_nobody_has_counted_has_no_rate(session: Session) -> None:
    zhang = scores(session, "zhang", 3, right=3)
    assert "农业局参加率：0.8%（全市第1）" in zhang.says("排名")

    session.execute(update(Unit).values(headcount=None))

    assert "参加率" not in zhang.says("排名")


@pytest.mark.slow
def test_the_people_of_a_small_unit_see_the_rate_of_the_small_ones_together(
    session: Session,
) -> None:
    session.execute(update(Unit).where(Unit.id == 3).values(headcount=4))
    zhang = scores(session, "zhang", 3, right=3)

    assert "不满10人的单位合起来参加率：25.0%（全市第1）" in zhang.says("排名")


@pytest.mark.slow
def test_a_rate_that_the_worker_counted_says_of_when_it_is(session: Session) -> None:
    zhang = scores(session, "zhang", 3, right=3)
    UnitCounts(session, NOON).keep(1, {"3": 12})

    assert "农业局参加率：10.0%（全市第1，12月5日12:00统计）" in zhang.says("排名")


@pytest.mark.slow
def test_a_neighbour_with_as_many_points_is_explained(session: Session) -> None:
    zhang = scores(session, "zhang", 2, right=3)
    scores(session, "other", 2, right=3)

    assert "　6分（同分，参加天数多的在前）" in zhang.says("排名")


@pytest.mark.parametrize("words", ["排名", "我的", "积分", "名次", "paiming"])
def test_before_the_first_answer_there_is_a_way_to_get_points(session: Session, words: str) -> None:
    a_member(session, "zhang")
    zhang = Talker(session)

    assert zhang.says(words).startswith("您还没有积分")
    assert taps(zhang.reply)


def test_the_rules_are_those_of_the_contest(session: Session) -> None:
    a_member(session, "zhang")

    shown = Talker(session).says("怎么算的")

    assert "个人：答对1题2分，每天最多10分；多选题全部选对才得分。快慢不算分。同一道题" in shown
    assert "名次随时更新，12月31日答完定榜。" in shown
    assert "单位：看参加率（参加的人÷名册人数），不看总分" in shown


@pytest.mark.slow
def test_the_longest_rules_fit_a_reply(session: Session) -> None:
    a_member(session, "zhang")
    session.execute(
        update(Contest).values(
            until_hour=22, make_up=True, closed_days=14, partial_credit=True, daily_cap=9,
            attempts=5, joined_only=True,
        )
    )  # fmt: skip
    zhang = Talker(session)

    assert "7点到22点之间开始答" in zhang.says("规则")
    assert "漏答：每周（周一到周日）可以补答1天" in zhang.says("规则")
    assert size(zhang.reply) <= BUDGET


@pytest.mark.slow
def test_while_the_board_is_closed_the_own_points_are_told(session: Session) -> None:
    zhang = scores(session, "zhang", 2, right=4)
    session.execute(update(Contest).values(last_day=date(2026, 12, 6), closed_days=3))

    assert zhang.says("排名") == (
        "您的积分：8分。\n已经封榜，12月6日答完揭晓；封榜以后才开始答的，揭晓时一起排上。\n"
        "[答题](发:答题)　[全市单位榜](网:/r)　[怎么算的](发:排名规则)"
    )


@pytest.mark.slow
def test_on_a_frozen_board_the_place_is_of_then_and_the_points_are_of_now(session: Session) -> None:
    scores(session, "zhang", 2, right=4)
    session.execute(update(Contest).values(last_day=date(2026, 12, 6), closed_days=1))
    freeze_boards(session, NOON + timedelta(days=1))
    session.execute(update(Score).values(points=18))
    tomorrow = Talker(session, now=NOON + timedelta(days=1))

    assert tomorrow.says("排名").startswith(
        "您的积分：18分。\n12月6日零点起封榜，那时您在城东街道第1名（1人），12月6日答完揭晓：\n"
        "第1名　您　　8分\n"
    )
    assert size(tomorrow.reply) <= BUDGET


@pytest.mark.slow
def test_a_guest_is_told_how_to_get_a_place_where_only_units_are_ranked(session: Session) -> None:
    session.execute(update(Contest).values(joined_only=True))
    guest = scores(session, "zhang", None, right=4)

    assert "今天5题做完了，答对4题，得8分。" in shown(guest.reply)
    assert guest.says("排名").startswith(
        "您的积分：8分。\n这次竞赛登记了单位的才排名：[登记单位](发:登记单位)，马上排上。"
    )


@pytest.mark.slow
def test_the_summary_of_a_paper_keeps_a_closed_board_closed(session: Session) -> None:
    session.execute(update(Contest).values(last_day=date(2026, 12, 6), closed_days=3))
    zhang = scores(session, "zhang", 2, right=4)

    assert "今天5题做完了，答对4题，得8分。" in shown(zhang.reply)
    assert "排第" not in shown(zhang.reply)


@pytest.mark.slow
def test_a_mended_key_is_told_of_with_its_reason_and_without_the_answer(session: Session) -> None:
    a_member(session, "zhang")
    session.execute(update(Contest).values(until_hour=22, make_up=True))
    zhang = Talker(session)
    assert zhang.says("更正").startswith("这场竞赛还没有更正过题目。")
    for question in (1, 2, 3, 4):
        regrade = Regrade(
            question_id=question, step=1, answer=["C"], explanation="", only_adds=True,
            reason="原文" * 30, proposed_by=1, proposed_at=NOON, released_by=2, released_at=NOON,
        )  # fmt: skip
        session.add(regrade)
    session.flush()

    zhang.says("规则")
    assert size(zhang.reply) <= BUDGET
    told = zhang.taps("题目更正")

    assert told.startswith("12月5日更正了“题目Q003？”的答案。原因：原文原文")
    assert "分数只加不减，原来得了分的不扣回。" in told
    assert size(zhang.reply) <= BUDGET


@pytest.mark.slow
@pytest.mark.parametrize("words", ["不上榜", "不想上榜", "退榜"])
def test_who_wants_to_be_on_no_board_is_seen_by_nobody_else(session: Session, words: str) -> None:
    zhang, other = scores(session, "zhang", 2, right=4), scores(session, "other", 2, right=3)

    zhang.says(words)

    assert "张*" not in other.says("排名")
    assert "城东街道第2名（2人）" in other.says("排名")
    own = zhang.says("排名")
    assert "城东街道第1名（2人）" in own
    assert "您没有上榜，这个名次只有您自己看得到。" in own
    assert zhang.taps("我要上榜").startswith("✔ 好的，积分榜上有您")
    assert "张*" in other.says("排名")


@pytest.mark.slow
def test_a_word_about_boards_leaves_the_question_where_it_is(session: Session) -> None:
    at_second = at_question(Talker(session), 2)

    at_second.says("不上榜")

    assert at_second.state == Answering(2)
