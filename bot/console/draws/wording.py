"""The sentences of the pages about draws."""

from bot.domain.draws import DrawView, Flaw, MayBeFetched, Ticket

FLAWS = {
    Flaw.EMPTY: "请填写。",
    Flaw.LONG: "太长了，请缩短。",
    Flaw.NUMBER: "请填整数，不要太大。",
    Flaw.PAST: "要在明天或以后：名单公布以后才开奖，谁也不能先知道号码。",
    Flaw.ORDER: "要在开奖之后。",
    Flaw.EARLY: "号码还没有开出来。",
    Flaw.NOBODY: "符合条件的人比奖品少，请减少名额或放宽天数。",
}
NUMBER = "请只填数字，最多40位，比如：583。"


def drawn_already(number: str) -> str:
    """Another number was entered before."""
    return f"已经开过奖了，号码是{number}。名单和号码都已公开，不能再改。"


EARLY = "还没到开奖的日子，不能先填号码：要让谁都相信，号码不是谁选的。"


def may_be_fetched(refusal: MayBeFetched) -> str:
    """There is time to fetch the prize."""
    day = refusal.until
    return f"{day.month}月{day.day}日还没过，中签的人还可以来领，过了才能由候补递补。"


NOTHING_WON = "这一份刚才已经办过了，下面是现在的情况。"


def situation(ticket: Ticket) -> tuple[str, str]:
    """What became of a lot, and the colour of that."""
    if ticket.fetched_at:
        return "已领取", "green"
    if ticket.lapsed_at:
        return "过期，已递补", "secondary"
    return ("中签", "green") if ticket.wins else ("候补", "azure")


def stage(draw: DrawView) -> tuple[str, str]:
    """Where it stands, and the colour of that."""
    return ("已开奖", "green") if draw.number is not None else ("名单已公布，等开奖号码", "azure")
