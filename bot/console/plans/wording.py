"""The sentences of the pages about contests and selections."""

from datetime import date, datetime

from bot.domain.contests import ContestPlan
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.planning import (
    ATTEMPTS_MOST,
    BRACKET_LONGEST,
    BRACKETS_MOST,
    CAP_MOST,
    CLOSED_MOST,
    GROUPS_MOST,
    IN_ALL_MOST,
    POINTS_MOST,
    QUESTIONS_MOST,
    REPORTS_MOST,
    SEVERAL_MOST,
    TITLE_MOST,
    VOTES_MOST,
    Flaw,
    PlannedContest,
    PlannedRound,
)
from bot.domain.rounds import Eligibility, Kind, RoundPlan
from bot.domain.scoring import Counting

_FLAWS = {
    Flaw.UNREADABLE: "没看懂，请按提示的样子填。",
    Flaw.TITLE: f"请写名称，1 到 {TITLE_MOST} 个字。",
    Flaw.PAST: "这个时间已经过了，请往后选。",
    Flaw.ORDER: "先后不对：结束要在开始之后。",
    Flaw.TOO_LONG: "时间太长，最多 400 天。",
    Flaw.OVERLAP: "这段时间里已经有另一场了，请错开；同一时间只办一场，大家不会弄混。",
    Flaw.CROWDED: f"有的日子已经有 {SEVERAL_MOST} 个竞赛了，请错开：再多，大家就选不过来了。",
    Flaw.NO_HALF: "一题只有 1 分，分不出一半。请把“每题几分”改成 2 分以上，或者不勾这一项。",
    Flaw.NARROWER: "已经开始，答题的钟点只能放宽，不能缩短：有人正等着那时候来答。",
    Flaw.BEGUN: "已经开始，这一项不能再改：大家正按原来的规则参加。",
    Flaw.BRACKETS: f"请写 2 到 {BRACKETS_MOST} 个组，用顿号隔开，名称各不相同，"
    f"最多 {BRACKET_LONGEST} 个字；不分组就空着。",
    Flaw.FROZEN: "已经封榜，或者这样一改，封榜的时间就过去了：封榜以后最后一天不能再改。",
    Flaw.OVER: "已经结束，不能再改。",
    Flaw.UNITS: "没有登记单位的也能投，就认不出谁是本单位的。请把“谁能投”改成登记了单位的。",
}
_IDLE = {
    "per_entry": "一共几票的评选，每条本来就只能投 1 票，这里请空着。",
    "least": "每天几票的评选不能要求至少投几条，这里请填 1。",
    "groups": "分组只用于单位报送的评选，并且要勾“整个评选一共的”。不分组请填 1。",
}
KINDS = {
    Kind.MOTTO: "座右铭（党员自己写）",
    Kind.LESSON: "微党课（单位报送）",
    Kind.PROJECT: "项目案例（单位报送）",
}
ENTRIES = {Kind.MOTTO: "座右铭", Kind.LESSON: "微党课", Kind.PROJECT: "项目案例"}
"""What the entries are called."""
ELIGIBLE = {
    Eligibility.ANYONE: "关注的都能投",
    Eligibility.BOUND: "登记了单位的",
    Eligibility.ROSTER: "登记了，并且名册上有的",
}
_NUMBERS = {
    "points_each": f"请填 1 到 {POINTS_MOST} 的整数。",
    "questions_a_day": f"请填 1 到 {QUESTIONS_MOST} 的整数。",
    "closed_days": f"请填 0 到 {CLOSED_MOST} 的整数，要比竞赛的天数少；不封榜就填 0。",
    "daily_cap": f"请填 1 到 {CAP_MOST} 的整数；不另设上限，就空着。",
    "attempts": f"请填 1 到 {ATTEMPTS_MOST} 的整数。",
    "report_limit": f"请填 0 到 {REPORTS_MOST} 的整数；不暂缓就填 0。",
    "new_paper_hour": "请填 0 到 23 的整数。",
    "until_hour": "请填 1 到 24 的整数；全天都能答，就空着。",
    "votes": f"每天几票，请填 1 到 {VOTES_MOST}；一共几票，请填 1 到 {IN_ALL_MOST}。",
    "per_entry": f"请填 1 到 {IN_ALL_MOST} 的整数；不限就空着。",
    "groups": f"请填 1 到 {GROUPS_MOST} 的整数，组数乘每组票数不超过 {IN_ALL_MOST}；不分组填 1。",
    "least": "请填 1 到每人票数之间的整数；不要求就填 1。",
}
COUNTING = {
    Counting.FIRST: "第一次",
    Counting.BEST: "得分最高的一次",
    Counting.LAST: "最后做完的一次",
}
FEW_QUESTIONS = "能抽的题不够一天的。请先到题库发布一些题，再回来建竞赛；或者把“每天几题”改小。"
CHANGED = "刚才有同事改过这一项，您的修改没有保存。下面是现在的内容，请重新改。"


def attempts(plan: ContestPlan) -> str:
    """How often a day's questions may be taken, where it is more than once."""
    return f"每天 {plan.attempts} 次，算{COUNTING[plan.counting]}"


_STANDINGS = "请填投票期间的一个时间；只在公示时公布，就空着。"


def explain(item: str, flaw: Flaw) -> str:
    """What is wrong with a field, and what to do."""
    if item == "standings_from" and flaw is Flaw.ORDER:
        return _STANDINGS
    own = {Flaw.NUMBER: _NUMBERS, Flaw.IDLE: _IDLE}.get(flaw)
    return own[item] if own else _FLAWS[flaw]


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def minute(value: datetime) -> str:
    here = value.astimezone(CAMPAIGN_ZONE)
    return f"{day(here.date())} {here:%H:%M}"


def hours(plan: ContestPlan) -> str:
    """When papers are begun on a day."""
    if plan.until_hour is None:
        return f"每天 {plan.new_paper_hour} 点出新题，全天都能答"
    return f"每天 {plan.new_paper_hour} 点到 {plan.until_hour} 点答题"


def ballots(plan: RoundPlan) -> str:
    """How many votes a member has, and how they may be given."""
    if plan.groups > 1:
        return f"分 {plan.groups} 组，每人每组投 {plan.least} 到 {plan.votes} 条"
    if plan.in_all:
        least = f"，至少投 {plan.least} 条" if plan.least > 1 else ""
        return f"每人一共 {plan.votes} 票{least}"
    most = f"，每条最多 {plan.per_entry} 票" if plan.per_entry else ""
    return f"每人每天 {plan.votes} 票{most}"


def stage_of_contest(contest: PlannedContest) -> tuple[str, str]:
    """Where it stands, and the colour of that."""
    if contest.over:
        return "已结束", "secondary"
    return ("进行中", "green") if contest.begun else ("未开始", "azure")


def stage_of_round(planned: PlannedRound, now: datetime) -> tuple[str, str]:
    """Where it stands, and the colour of that."""
    if planned.over:
        return "已结束", "secondary"
    if planned.open:
        return "投票中", "green"
    return ("征集中", "green") if planned.plan.collects_from <= now else ("未开始", "azure")
