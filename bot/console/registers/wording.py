"""Every sentence of these pages that is not in a template."""

from collections.abc import Mapping

from bot.domain.unit_import import Entry
from bot.domain.uploads import Holds
from bot.unit_files.wording import doubt

__all__ = ["doubt"]

NAMES = {Holds.UNITS: "单位表", Holds.ROSTER: "名册"}
CHANGED = ("没有导入，请再看一眼", "单位或名册刚才有变化，下面是按现在的情况重新核对的结果。")
LET_GO = ("没有导入", "有人要从名册上去掉。请看过名单，在“去掉”前面打勾，再导入。")
_NONE = "（空）"


def taken_in(holds: Holds, counts: Mapping[str, int]) -> str:
    """What is said after a file has been taken in."""
    if holds is Holds.UNITS:
        told = "单位导入好了：新增 {new} 个，改动 {changed} 个，没有变化 {same} 个。"
    else:
        told = "{units} 个单位的名册导入好了：新增 {new} 人，去掉 {gone} 人，没有变化 {same} 人。"
    return told.format_map(counts)


COUNTED = {Holds.UNITS: ("new", "changed", "same"), Holds.ROSTER: ("units", "new", "gone", "same")}
"""What is told after it."""


def differences(before: Entry, after: Entry) -> str:
    """Each part of a unit that reads otherwise: how it read, how it reads."""
    parts = (
        ("名称", before.name, after.name),
        ("上级", before.parent, after.parent),
        ("人数", str(before.headcount or ""), str(after.headcount or "")),
    )
    return "；".join(
        f"{name} {old or _NONE} → {new or _NONE}" for name, old, new in parts if old != new
    )
