"""The words of the pages that are not in a template: what the fields we keep are called."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from bot.domain.entries import MottoState
from bot.domain.identity import CAMPAIGN_ZONE

MY_FILE = "我的资料.xlsx"

SECTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "person": (
        "您和登记的资料",
        (
            "微信给的编号（openid）", "现在是否关注", "最近一次关注", "第一次来", "单位",
            "扫码来的单位（还没确认）", "姓名", "聊到哪一步", "聊到这一步的时间",
        ),
    ),
    "consents": ("您同意过的说明", ("说明的版本", "同意的时间")),
    "scores": ("积分", ("活动", "积分", "参加天数", "到这个分数的时间")),
    "papers": (
        "每天的卷子",
        ("活动", "哪一天", "开始", "答完", "抽到的题（内部编号）", "跳过的位置"),
    ),
    "answers": ("答过的题", ("哪一天", "第几题", "题目", "您的答案", "答对", "得分", "时间")),
    "practice": (
        "练过的错题",
        ("题目", "最近一次", "答对", "哪天再练", "记得多牢（天）", "难度（1到10）"),
    ),
    "mottos": (
        "您的座右铭",
        ("编号", "座右铭", "署名", "单位", "状态", "退回的原因", "建议的改法", "您的申诉", "提交", "审核"),
    ),
    "motto_history": ("座右铭的经过", ("时间", "编号", "做了什么", "当时的话或状态")),
    "votes": ("您投的票", ("评选", "哪一天", "编号", "座右铭", "时间", "回执")),
    "withdrawn_votes": ("撤回或作废的票", ("评选", "编号", "投票时间", "撤回时间", "回执")),
    "tickets": ("您请工作人员看的话", ("时间", "关于", "您的话", "办结", "答复")),
    "notices": ("捎给您的话", ("什么时候起可以告诉您", "关于", "内容", "告诉您的时间")),
    "deliveries": ("您发来的消息（原话不留，只记收到过）", ("时间", "处理结果")),
}  # fmt: skip
"""The heading of each kind of record, and the name of each of its fields."""

_SIGNATURES = {"full": "写全名", "masked": "只写姓", "none": "不署名"}
_STATES = {
    MottoState.WAITING: "待审",
    MottoState.APPROVED: "通过",
    MottoState.RETURNED: "退回",
    MottoState.WITHDRAWN: "您撤回了",
}
_REASONS = {
    "typo": "有错别字", "quotation": "引用不准确", "length": "字数不合适",
    "not_a_motto": "不是座右铭", "personal": "含个人信息", "unfit": "内容不合适",
    "duplicate": "与本人另一句重复",
}  # fmt: skip
_DEEDS = {
    "motto.submit": "您提交", "motto.approve": "审核通过", "motto.return": "审核退回",
    "motto.undo": "审核撤销，回到待审", "motto.reword": "您改字，重新送审",
    "motto.appeal": "您申诉", "motto.withdraw": "您撤回", "motto.restore": "您恢复，重新送审",
}  # fmt: skip
_TOPICS = {
    "help": "求助", "question": "题目有错", "unit": "没有我的单位", "appeal": "座右铭申诉",
    "urgent": "紧急", "complaint": "意见",
}  # fmt: skip
_NOTICES = {
    "motto_approved": "座右铭通过", "motto_returned": "座右铭退回", "ticket_answered": "答复",
}  # fmt: skip
_OUTCOMES = {"done": "办好了", "refused": "按规则没有办"}
_CHOICES = {"T": "对", "F": "错"}


def _facts(facts: Mapping[str, Any]) -> str:
    said = [str(facts[name]) for name in ("number", "words", "answer") if facts.get(name)]
    return "，".join(said) or json.dumps(facts, ensure_ascii=False)


_READ: Mapping[str, Mapping[int, Callable[[Any], str]]] = {
    "answers": {3: lambda choice: _CHOICES.get(choice, choice)},
    "mottos": {
        2: lambda signature: _SIGNATURES.get(signature, signature),
        4: lambda state: _STATES.get(state, state),
        5: lambda reason: _REASONS.get(reason, reason),
    },
    "motto_history": {
        2: lambda action: _DEEDS.get(action, action),
        3: lambda left: _STATES.get(left, left),
    },
    "tickets": {1: lambda topic: _TOPICS.get(topic, "其他")},
    "notices": {1: lambda kind: _NOTICES.get(kind, kind), 2: _facts},
    "deliveries": {1: lambda outcome: _OUTCOMES.get(outcome, "出了错，没有办成")},
}
"""Fields that hold a code, by their place."""


def legible(of: str, row: tuple[Any, ...]) -> list[str]:
    """The fields of a record as people read them."""
    codes = _READ.get(of, {})
    return [
        "—" if value in (None, "") else codes.get(place, _plain)(value)
        for place, value in enumerate(row)
    ]


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case datetime():
            local = value.astimezone(CAMPAIGN_ZONE)
            return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}"
        case date():
            return f"{value.year}年{value.month}月{value.day}日"
        case list():
            return "、".join(map(str, value)) or "—"
    return str(value)
