"""The printed rules say what the settings mean."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.domain.contests import ContestPlan
from bot.domain.moderation import Waits
from bot.domain.scoring import Counting
from bot.rulebook import beginning, contest_rules, deadline, review_promise

REPORTED = "同一道题有5人说有错，先不给分，核对后补上。"
PLAN = ContestPlan("冬训知识竞赛", date(2026, 12, 1), date(2026, 12, 31), 2, 7)


def test_a_plain_contest_is_told_in_four_paragraphs() -> None:
    assert contest_rules(PLAN) == (
        "时间：12月1日到12月31日，每天5题，全天都能答；过了零点接着做的，算开始那天的。没做完的留24小时。",
        "个人：答对1题2分，每天最多10分；多选题全部选对才得分。快慢不算分。" + REPORTED,
        "漏答：漏掉的不扣分，也不能补。",
        "排名：总分高的在前；同分看参加天数，再看谁先到分；都一样，名次并列。名次随时更新，12月31日答完定榜。",
    )


def test_each_setting_is_told_where_it_is_set() -> None:
    plan = replace(
        PLAN, report_limit=0, until_hour=22, make_up=True, questions_a_day=8, closed_days=3
    )

    times, points, missed, order = contest_rules(plan)

    assert "每天8题" in times
    assert points.endswith("每天最多16分；多选题全部选对才得分。快慢不算分。")
    assert order.endswith(
        "最后3天封榜，榜停在12月29日零点，自己的积分照常看；"
        "12月31日答完揭晓，后来的得分、更正一起算。"
    )
    assert "7点到22点之间开始答；到点前开始的，可以接着做完" in times
    assert missed == (
        "漏答：每周（周一到周日）可以补答1天，补前7天里漏掉的最近一天，一样算分，也算连续参加。"
    )


def test_what_counts_in_part_and_at_most_is_told_in_points() -> None:
    plan = replace(PLAN, points_each=3, partial_credit=True, daily_cap=12)

    assert contest_rules(plan)[1] == (
        "个人：答对1题3分，每天最多12分；"
        "多选题全部选对得3分，少选但没有选错的得1分，有选错的不得分。快慢不算分。" + REPORTED
    )


def test_several_attempts_say_which_of_them_counts() -> None:
    told = [
        contest_rules(replace(PLAN, attempts=2, make_up=True, counting=counting))
        for counting in Counting
    ]

    assert "每天可以答2次，每次另抽一套题，按第一次的得分算；" in told[0][1]
    assert "按得分最高的一次算；" in told[1][1]
    assert "按最后做完的一次算；" in told[2][1]
    assert told[0][2].endswith("补答的只答1次。")


def test_who_is_of_no_unit_is_told_where_only_units_are_ranked() -> None:
    order = contest_rules(replace(PLAN, joined_only=True))[3]

    assert "没登记单位的不排名，登记后马上排上。名次随时更新" in order


def test_a_cap_above_what_a_day_can_earn_promises_nothing() -> None:
    assert "每天最多10分" in contest_rules(replace(PLAN, daily_cap=900))[1]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (0.2, "一般1小时内有结果"),
        (1.1, "一般6小时内有结果"),
        (24, "一般1天内有结果"),
        (24.1, "一般2天内有结果"),
        (24 * 7, "一般一周内有结果"),
        (24 * 8, "交的人多，要等一周以上"),
    ],
)
def test_authors_are_promised_what_nine_of_ten_got_lately(hours: float, told: str) -> None:
    assert review_promise(Waits(50, timedelta(0), timedelta(hours=hours))) == told


def test_where_nothing_is_known_no_time_is_promised() -> None:
    assert review_promise(None) == "按先后审"


@pytest.mark.parametrize(
    ("at", "ends", "begins"),
    [
        ("2026-12-21T00:00:00+08:00", "12月20日24点", "12月21日"),
        ("2026-12-21T00:00:20+08:00", "12月20日24点", "12月21日"),
        ("2026-12-20T18:00:00+08:00", "12月20日18点", "12月20日18点"),
        ("2026-12-20T08:30:00+08:00", "12月20日8点30分", "12月20日8点30分"),
        ("2026-12-31T16:00:00+00:00", "12月31日24点", "1月1日"),
    ],
)
def test_an_end_at_midnight_is_the_24th_hour_of_the_day_before(
    at: str, ends: str, begins: str
) -> None:
    moment = datetime.fromisoformat(at)

    assert (deadline(moment), beginning(moment)) == (ends, begins)


def test_brackets_are_told_of_before_the_order_within_them() -> None:
    *_, brackets, _ = contest_rules(replace(PLAN, brackets=("在职党员组", "离退休组")))

    assert brackets == "分组：分2组排名，第一次答题前自己选一组，答了题不能改。"
