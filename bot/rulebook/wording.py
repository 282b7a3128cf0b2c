"""The sentences of the printed rules: each setting of a contest or selection says what it means."""

from datetime import date, datetime, time, timedelta

from bot.domain.contests import MAKE_UP_DAYS, ContestPlan, board_freezes_at
from bot.domain.identity import CAMPAIGN_ZONE, campaign_day
from bot.domain.moderation import Waits
from bot.domain.panel_scoring import Method
from bot.domain.regrading import Correction
from bot.domain.rounds import Eligibility, Kind, RoundPlan
from bot.domain.scoring import Counting

METHODS = {
    Method.MEAN: "取各位评委的平均分",
    Method.TRIMMED: "去掉一个最高分、一个最低分，再平均",
    Method.ZSCORE: "先折算每位评委的手紧手松（标准分），再平均",
    Method.PAIRWISE: "不打分，评委两条两条地比，按输赢算强弱（布拉德利–特里模型）",
}
"""How the marks of several judges become one."""


def points(hundredths: int) -> str:
    """Points of judges and voters, with two decimals."""
    return f"{hundredths / 100:.2f}"


def contest_rules(plan: ContestPlan) -> tuple[str, ...]:
    """What a contest promises, a paragraph to a subject, without marks or links."""
    return (_times(plan), _points(plan), _missed(plan), *_brackets(plan), _order(plan))


def counts_as(counting: Counting) -> str:
    """Which of a day's attempts counts."""
    match counting:
        case Counting.FIRST:
            return "按第一次的得分算"
        case Counting.BEST:
            return "按得分最高的一次算"
        case Counting.LAST:
            return "按最后做完的一次算"


def round_rules(plan: RoundPlan) -> tuple[str, ...]:
    """What a selection promises, a paragraph to a subject, without marks or links."""
    return (_votes_between(plan), _who_votes(plan), _how_often(plan), _change(plan), _winner(plan))


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


_STEPS = {
    timedelta(hours=1): "1小时内",
    timedelta(hours=6): "6小时内",
    timedelta(hours=12): "半天内",
    timedelta(days=1): "1天内",
    timedelta(days=2): "2天内",
    timedelta(days=3): "3天内",
    timedelta(days=7): "一周内",
}


def review_promise(waits: Waits | None) -> str:
    """When authors may expect a decision: what nine of ten got lately, rounded up.

    Where there is nothing to tell it from, only the order in which entries are looked at.
    """
    if waits is None:
        return "按先后审"
    step = next((step for step in _STEPS if waits.nine_of_ten <= step), None)
    return f"一般{_STEPS[step]}有结果" if step else "交的人多，要等一周以上"


def _times(plan: ContestPlan) -> str:
    days = f"时间：{_day(plan.first_day)}到{_day(plan.last_day)}，每天{plan.questions_a_day}题，"
    if plan.until_hour is None:
        return days + "全天都能答；过了零点接着做的，算开始那天的。没做完的留24小时。"
    hours = f"{plan.new_paper_hour}点到{plan.until_hour}点之间开始答"
    return days + hours + "；到点前开始的，可以接着做完，算开始那天的。没做完的留24小时。"


def _points(plan: ContestPlan) -> str:
    return _worth(plan) + _reported(plan)


def _reported(plan: ContestPlan) -> str:
    if not plan.report_limit:
        return ""
    return f"同一道题有{plan.report_limit}人说有错，先不给分，核对后补上。"


def _worth(plan: ContestPlan) -> str:
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


def _brackets(plan: ContestPlan) -> tuple[str, ...]:
    if not plan.brackets:
        return ()
    groups = len(plan.brackets)
    return (f"分组：分{groups}组排名，第一次答题前自己选一组，答了题不能改。",)


def _order(plan: ContestPlan) -> str:
    order = "排名：总分高的在前；同分看参加天数，再看谁先到分；都一样，名次并列。"
    if plan.joined_only:
        order += "没登记单位的不排名，登记后马上排上。"
    last_day = _day(plan.last_day)
    if plan.closed_days:
        freezes = _day(campaign_day(board_freezes_at(plan.last_day, plan.closed_days)))
        return order + (
            f"名次随时更新；最后{plan.closed_days}天封榜，榜停在{freezes}零点，自己的积分照常看；"
            f"{last_day}答完揭晓，后来的得分、更正一起算。"
        )
    return order + f"名次随时更新，{last_day}答完定榜。"


def _votes_between(plan: RoundPlan) -> str:
    return (
        f"时间：{beginning(plan.collects_from)}到{deadline(plan.collects_until)}{_COLLECTED[plan.kind]}，"
        f"{beginning(plan.opens_at)}到{deadline(plan.closes_at)}投票。"
    )


_COLLECTED = {
    Kind.MOTTO: "征集",
    Kind.LESSON: "各单位报送微党课",
    Kind.PROJECT: "各单位报送项目案例",
}
_ELIGIBLE = {
    Eligibility.ANYONE: "关注本公众号的都能投。",
    Eligibility.BOUND: "登记了单位的才能投。",
    Eligibility.ROSTER: "登记了单位和姓名的才能投；截止时和支部报来的名册核对，对不上的票不计入，"
    "同一个名字多投的不计入。",
}


def _who_votes(plan: RoundPlan) -> str:
    who = "谁能投：" + _ELIGIBLE[plan.eligibility]
    # What a unit sent in is nobody's own.
    own = [] if plan.own_entry_allowed or plan.kind is not Kind.MOTTO else ["自己的"]
    own += [] if plan.own_unit_allowed else ["本单位的"]
    return who + (f"不能投{'和'.join(own)}。" if own else "")


def _how_often(plan: RoundPlan) -> str:
    if plan.groups > 1:
        few = (
            f"；一组里少于{plan.least}条的，这一组的票不计入，封票时才看" if plan.least > 1 else ""
        )
        span = f"{plan.least}到{plan.votes}" if plan.least < plan.votes else str(plan.votes)
        return f"投几票：分{plan.groups}组，每人每组投{span}条，每条1票{few}。"
    if not plan.in_all:
        most = f"，同一条一共最多{plan.per_entry}票" if plan.per_entry else ""
        return f"投几票：每人每天{plan.votes}票，每条每天1票{most}；零点换新票，没投完的不留。"
    least = (
        f"，至少投{plan.least}条，少于{plan.least}条的不计入，封票时才看" if plan.least > 1 else ""
    )
    return f"投几票：每人一共{plan.votes}票，每条1票{least}。"


def _change(plan: RoundPlan) -> str:
    again = "改投别的" if plan.in_all else "当天改投别的"
    return f"改票：截止以前随时可以撤回，{again}。每一票都有回执，封票以后可以自己查、自己重数。"


def _winner(plan: RoundPlan) -> str:
    order = "名次：票多的在前，票数相同名次并列；有评委打分的，按投票截止前公布的评委规则排；"
    shown = (
        f"{beginning(plan.standings_from)}起公布实时名次；"
        if plan.standings_from
        else "投票期间不公布名次；"
    )
    return order + shown + "截止后公示三天，没有问题再发布。"


def deadline(at: datetime) -> str:
    """The end of a time, in China, to the minute: midnight is the 24th hour of the day before."""
    local = at.astimezone(CAMPAIGN_ZONE).replace(second=0, microsecond=0)
    if local.time() == time():
        return _day(local.date() - timedelta(days=1)) + "24点"
    return _day(local.date()) + clock(local)


def clock(local: datetime) -> str:
    """The time of day as one says it: 18点, 8点30分."""
    return f"{local.hour}点" + (f"{local.minute}分" if local.minute else "")


def beginning(at: datetime) -> str:
    """The beginning of a time, in China: the day, and the hour unless it is midnight."""
    local = at.astimezone(CAMPAIGN_ZONE).replace(second=0, microsecond=0)
    return _day(local.date()) + (clock(local) if local.time() != time() else "")


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
