"""What replies claim to have done, and what the ledger says was done: the two must be one."""

import re
from typing import Any

from sqlalchemy import Row

from tests.model.ledger import Ledger, Rows
from tests.model.linearizable import Says

Deed = tuple[str, int]
"""What was done, and to the entry of which number, if to one."""

_CLAIMS = {
    "vote": r"✔ 已投给(\d+)号",
    "take back": r"✔ 投给(\d+)号的票撤回了",
    "submit": r"✔ 收到，您的编号是 (\d+) 号",
    "reword": r"✔ 换好了，(\d+)号",
    "withdraw": r"✔ (\d+)号已经撤回",
    "restore": r"✔ (\d+)号恢复了",
    "appeal": r"✔ 收到，(\d+)号会请另一位同志重新看",
    "join": r"✔ 登记好了()",
}


def claimed(reply: str) -> set[Deed]:
    """What the reply says was done just now."""
    return {
        (deed, int(number or 0))
        for deed, pattern in _CLAIMS.items()
        for number in re.findall(pattern, reply)
    }


def heard(reply: str) -> Says | None:
    """What the reply to a vote, or to taking one back, said; None when it was no such answer."""
    return next((says for pattern, says in _HEARD.items() if re.search(pattern, reply)), None)


_HEARD = {
    _CLAIMS["vote"]: Says.VOTED,
    _CLAIMS["take back"]: Says.TAKEN_BACK,
    r"没有找到这一票": Says.NOTHING,
    r"没有找到\d+号": Says.NO_SUCH,
    r"您今天已经投过它了": Says.ALREADY,
    r"今天\d票都投完了": Says.SPENT,
}
"""The first that fits: a receipt also says that the votes are spent."""


def done(before: Ledger, after: Ledger) -> set[Deed]:
    """What was done between the two, by the rows."""
    given = _new("tracker", _ever_given(before), _ever_given(after))
    taken_back = [
        row
        for row in _new("tracker", before.withdrawn_vote, after.withdrawn_vote)
        if row.withdrawn_by is not None
    ]
    decided = [row for row in _new("id", before.audit, after.audit) if row.version is not None]
    joined = [
        row.member_key
        for row in after.member
        if row.unit_id and before.unit_of(row.member_key) != (row.unit_id, row.name)
    ]
    return {
        *(("vote", row.motto_id + 1_000) for row in given),
        *(("take back", row.motto_id + 1_000) for row in taken_back),
        *((row.action.partition(".")[2], int(row.subject.partition(":")[2])) for row in decided),
        *(("join", 0) for _ in joined),
    }


def _ever_given(ledger: Ledger) -> Rows:
    return (*ledger.vote, *ledger.withdrawn_vote)


def _new(key: str, before: Rows, after: Rows) -> list[Row[Any]]:
    known = {getattr(row, key) for row in before}
    return [row for row in after if getattr(row, key) not in known]
