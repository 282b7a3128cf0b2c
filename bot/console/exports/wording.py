"""What the lists that are taken out, and their columns, are called."""

from collections.abc import Mapping
from datetime import date, datetime

from bot.console.wording import full_time

LISTS = {
    "days": "每天参与",
    "units": "各单位参与",
    "votes": "得票",
    "entries": "作品",
    "letters": "来信",
    "draw": "中签名单",
    "listed": "词库",
    "people": "人员",
}
FULL_NAMES = {True: "账号名写全", False: ""}
FORMATS = {"csv": "CSV", "xlsx": "Excel"}
FILE_NAME = "{name}-{day}.{ending}"

COLUMNS: Mapping[str, Mapping[str, int]] = {
    "days": {
        "日期": 14, "答题人数": 10, "累计参加": 10, "答题": 10, "答对": 10, "新座右铭": 10,
        "投票": 10,
    },
    "units": {"上级": 24, "单位": 30, "名次": 8, "在册": 8, "参与": 8, "参与率": 10},
    "votes": {"名次": 8, "得票": 8, "编号": 10, "作品": 60, "署名": 14, "单位": 30, "状态": 12},
    "entries": {
        "编号": 10, "作品": 60, "状态": 12, "退回的理由": 24, "署名": 14, "单位": 30,
        "提交": 22, "审定": 22, "申诉": 40,
    },
    "letters": {
        "类别": 14, "来信": 60, "姓名": 12, "单位": 30, "收到": 22, "办结": 22, "谁办的": 14,
        "答复": 40,
    },
    "draw": {"名次": 8, "编号": 14, "姓名": 12, "单位": 30, "情况": 16},
    "listed": {"词": 30, "类别": 12, "命中以后": 12},
    "people": {"账号": 16, "角色": 14, "单位": 30, "情况": 20, "建立": 22, "最近用过": 22},
}  # fmt: skip
"""The columns of each list, and how wide they are."""


def taken_by(name: str, at: datetime, asked: str, count: int) -> str:
    """The last line of a file: who took it, when, narrowed down by what."""
    return f"{name} 于 {full_time(at)} 导出，筛选：{asked or '没有'}，{count} 条"


def about(title: str) -> str:
    """By what the list was narrowed down: a contest, a round or a draw."""
    return f"《{title}》"


def day(at: date) -> str:
    """A day as a cell has it: sorts as time does."""
    return at.isoformat()


def moment(at: datetime | None) -> str:
    """A moment as a cell has it."""
    return full_time(at) if at else ""
