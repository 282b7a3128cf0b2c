"""The sentences of the printed rules: each setting of a contest says what it means."""

from datetime import date

from bot.domain.contests import MAKE_UP_DAYS, ContestPlan
from bot.domain.identity import campaign_day
from bot.domain.regrading import Correction
from bot.domain.scoring import Counting


def contest_rules(plan: ContestPlan) -> tuple[str, ...]:
    """What a contest promises, a paragraph to a subject, without marks or links."""
    return (_times(plan), _points(plan), _missed(plan), _order(plan))


def counts_as(counting: Counting) -> str:
    """Which of a day's attempts counts."""
    match counting:
        case Counting.FIRST:
            return "按第一次的得分算"
        case Counting.BEST:
            return "按得分最高的一次算"
        case Counting.LAST:
            return "按最后做完的一次算"


STEM_TOLD = 24
"""Characters by which a question is recognised."""


def correction(one: Correction) -> str:
    """What everybody reads about a mended key."""
    stem = one.stem if len(one.stem) <= STEM_TOLD else f"{one.stem[:STEM_TOLD]}…"
    why = f"原因：{one.reason.rstrip('。')}。" if one.reason else ""
    points = (
        "分数只加不减，原来得了分的不扣回。"
        if one.only_adds
        else "分数按更正后的答案重算，有加有减。"
    )
    return f"{_day(campaign_day(one.at))}更正了“{stem}”的答案。{why}{points}"


def _times(plan: ContestPlan) -> str:
    days = f"时间：{_day(plan.first_day)}到{_day(plan.last_day)}，每天{plan.questions_a_day}题，"
    if plan.until_hour is None:
        return days + "全天都能答；过了零点接着做的，算开始那天的。没做完的留24小时。"
    hours = f"{plan.new_paper_hour}点到{plan.until_hour}点之间开始答"
    return days + hours + "；到点前开始的，可以接着做完，算开始那天的。没做完的留24小时。"


def _points(plan: ContestPlan) -> str:
    points = f"个人：答对1题{plan.points_each}分，每天最多{plan.points_a_day}分；"
    if plan.attempts > 1:
        points += f"每天可以答{plan.attempts}次，每次另抽一套题，{counts_as(plan.counting)}；"
    if plan.partial_credit:
        part = f"少选但没有选错的得{plan.scoring.points_in_part}分，有选错的不得分"
        return points + f"多选题全部选对得{plan.points_each}分，{part}。快慢不算分。"
    return points + "多选题全部选对才得分。快慢不算分。"


def _missed(plan: ContestPlan) -> str:
    if plan.make_up:
        return (
            f"漏答：每周（周一到周日）可以补答1天，补前{MAKE_UP_DAYS}天里漏掉的最近一天，"
            "一样算分，也算连续参加。" + ("补答的只答1次。" if plan.attempts > 1 else "")
        )
    return "漏答：漏掉的不扣分，也不能补。"


def _order(plan: ContestPlan) -> str:
    order = "排名：总分高的在前；同分看参加天数，再看谁先到分；都一样，名次并列。"
    if plan.joined_only:
        order += "没登记单位的不排名，登记后马上排上。"
    last_day = _day(plan.last_day)
    if plan.closed_days:
        closed = f"最后{plan.closed_days}天封榜，只看得到自己的积分，"
        return order + f"名次随时更新，{closed}{last_day}答完揭晓。"
    return order + f"名次随时更新，{last_day}答完定榜。"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
