"""What the page of votes that look bought says: each sign in plain words, with its number."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.quarantine import Case
from bot.domain.stuffing import Finding, Hour

DECIDED_MEANWHILE = "这一条刚被别的同志处理了，请看下面的最新情况。"
NOTHING_CLAIMED = "还没有人回复“是我投的”，没有可以单独恢复的票。"
OWN_PROPOSAL = "您自己提出的，要请另一位同志来决定。"
PROPOSED_MEANWHILE = "别的同志刚提出过，请看下面的最新情况。"
RESULT_SHOWN = "结果已经公示，计不计入不能再改。"
NOTHING_LEFT = "这一天的票现在看不出异常，或者已经处理过了。"

_SIGNS = {
    "fresh": "关注后24小时内投的",
    "unbound": "没有登记单位的",
    "sole": "整个评选只投过这一条的",
    "alike": "与另外至少5人按同样的先后投了同样几条的",
}


def headline(finding: Finding) -> str:
    """What happened, in one line."""
    return _headline(finding.number, finding.to_facts())


def headline_of(case: Case) -> str:
    """The same, of what somebody has proposed."""
    return _headline(case.number, case.signals)


def _headline(number: int, facts: Mapping[str, Any]) -> str:
    begins, ends = (datetime.fromisoformat(facts[name]) for name in ("begins", "ends"))
    return (
        f"{number}号：{_span(begins, ends)}，异常的几个小时收到{facts['votes']}票，"
        f"照它平时这些小时约{_round(facts['usual'])}票；其中{facts['suspicious']}票可疑"
    )


def reasons(facts: Mapping[str, Any]) -> list[str]:
    """What speaks against the suspicious votes, with how many of them."""
    return [f"{words}{facts[sign]}票" for sign, words in _SIGNS.items() if facts.get(sign)]


def day(value: date) -> str:
    return f"{value.month}月{value.day}日"


def hour(one: Hour) -> str:
    """The hour, in China."""
    local = one.begins.astimezone(CAMPAIGN_ZONE)
    return f"{local.hour}时"


def usual(one: Hour) -> str:
    return _round(one.usual)


def tallest(finding: Finding) -> float:
    """The most votes of an hour, for the picture."""
    return max(max(one.votes, one.usual) for one in finding.hours) or 1


def state(case: Case) -> tuple[str, str]:
    """How far it has got, and the colour of that."""
    if case.confirmed_at is None:
        return "等另一位同志决定", "orange"
    if case.release_waits:
        return "暂不计入，有人提出恢复", "orange"
    if not case.in_force:
        return "已恢复计入", "green"
    return "暂不计入", "azure"


def what_happens(case: Case) -> str:
    """What the proposal to let votes go would do."""
    if case.only_claimed:
        return "提出：只恢复回复过“是我投的”的票"
    return "提出：全部恢复计入"


def _round(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:.0f}"


def _span(begins: datetime, ends: datetime) -> str:
    first, last = begins.astimezone(CAMPAIGN_ZONE), ends.astimezone(CAMPAIGN_ZONE)
    until = f"–{last:%H:%M}" if last - first >= timedelta(minutes=1) else ""
    return f"{first.month}月{first.day}日 {first:%H:%M}{until}"
