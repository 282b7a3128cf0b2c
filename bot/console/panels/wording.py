"""The sentences of the pages about judges."""

from collections.abc import Sequence
from fractions import Fraction

from bot.domain.panel_plan import ANCHORS_MOST, LEAST_PAIRED, LEAST_TRIMMED, TITLE_MOST, Flaw
from bot.domain.panels import FewerJudges, NotYet, PanelFixed, PanelView, TooFewJudges
from bot.domain.refusals import Refusal
from bot.rulebook import METHODS, points

__all__ = [
    "FLAWS",
    "METHODS",
    "NO_JUDGE",
    "OVER",
    "SAVED",
    "fewer",
    "number",
    "points",
    "stage",
    "why_not",
]

FLAWS = {
    Flaw.EMPTY: "请填写；至少要有一项，每项都要写清打分的说明。",
    Flaw.LONG: f"太长了：名称最多{TITLE_MOST}个字，说明最多{ANCHORS_MOST}个字。",
    Flaw.NUMBER: "请填整数：占比1到100，每条评委1到20位，参评1到300条。",
    Flaw.PAIRED: f"两两比较，每条至少要比{LEAST_PAIRED}次。",
    Flaw.TRIMMED: f"要去掉最高最低，每条至少要{LEAST_TRIMMED}位评委。",
}
OVER = "评审已经结束，刚才这一份没有存。之前存好的都算数。"
NO_JUDGE = "请选一位评委，或者填新评委的姓名；单位填了的，要和单位表里的一致。"
SAVED = "规则已经存好。投票截止、封票以前都能改，封票以后就定了。"


def why_not(refusal: Refusal) -> str:
    """Why it was not done."""
    match refusal:
        case TooFewJudges(numbers):
            listed = _listed(numbers)
            return f"这些条的评委不够（同单位的要回避）：{listed}。请增加评委，或等评委打完。"
        case NotYet():
            return "还不行：要等封票以后，而且要有参评的。"
        case PanelFixed():
            return "已经定了，不能再改：规则到封票为止，评委到开始评审为止，结果到评审结束为止。"
    return "没有办成，请刷新再试。"


def fewer(refusal: FewerJudges) -> str:
    """That some would have fewer judges than was announced, and what to do."""
    listed = _listed(refusal.numbers)
    return (
        f"这些条的评委不到规则里说的位数（同单位的要回避）：{listed}。"
        "请增加评委；实在请不到，可以点“评委不够的也开始”，会记入留痕。"
    )


def _listed(numbers: Sequence[int]) -> str:
    shown = "、".join(f"{number}号" for number in numbers[:10])
    return shown if len(numbers) <= 10 else f"{shown}等{len(numbers)}条"


def stage(view: PanelView) -> tuple[str, str]:
    """Where it stands, and the colour of that."""
    if view.plan is None:
        return "没有评委，只按票数", "secondary"
    if view.closed_at:
        return "评审已结束", "green"
    if view.begun_at:
        return "评审中", "azure"
    return ("已封票，可以开始评审", "orange") if view.sealed else ("规则已定，等投票结束", "azure")


def number(value: Fraction | None, *, signed: bool = False) -> str:
    """A mark with one decimal."""
    if value is None:
        return "—"
    return f"{float(value):+.1f}" if signed else f"{float(value):.1f}"
