"""What replies claim to have done, and what the ledger says was done: the two must be one."""

import re
from typing import Any

from sqlalchemy import Row

from tests.model.ledger import Ledger, Rows

Deed = tuple[str, int]
"""What was done, and to the entry of which number, if to one."""

_CLAIMS = {
    "vote": r"✔ 已投给(\d+)号",
    "take back": r"✔ 投给(\d+)号的票撤回了",
    "submit": r"✔ 收到，您的编号是 (\d+) 号",
    "reword": r"✔ 换好了，(\d+)号",
    "withdraw": r"✔ (\d+)号已经撤回",
    "restore": r"✔ (\d+)号恢复了",
    "join": r"✔ 登记好了()",
}


def claimed(reply: str) -> set[Deed]:
    """What the reply says was done just now."""
    return {
        (deed, int(number or 0))
        for deed, pattern in _CLAIMS.items()
        for number in re.findall(pattern, reply)
    }


def done(before: Ledger, after: Ledger, member: bytes) -> set[Deed]:
    """What the member's turn between the two did, by the rows."""
    deeds = {("vote", row.motto_id + 1_000) for row in _new("tracker", before.vote, after.vote)}
    for row in _new("tracker", before.withdrawn_vote, after.withdrawn_vote):
        if row.withdrawn_by is not None:
            deeds.add(("take back", row.motto_id + 1_000))
    for row in _new("id", before.audit, after.audit):
        deeds.add((row.action.removeprefix("motto."), int(row.subject.partition(":")[2])))
    if after.unit_of(member) and after.unit_of(member) != before.unit_of(member):
        deeds.add(("join", 0))
    return deeds


def _new(key: str, before: Rows, after: Rows) -> list[Row[Any]]:
    known = {getattr(row, key) for row in before}
    return [row for row in after if getattr(row, key) not in known]
