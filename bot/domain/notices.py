"""Notices: what a member should hear on the next reply, told exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from bot.storage.tables import Notice, table_of

AT_ONCE = 2
"""At most this many notices ride on one reply."""
LONG = frozenset({"ticket_answered"})
"""Kinds of which one at a time is told: two would push a question's options off the reply."""

_NOTICE = table_of(Notice)
_TAKE_BACK = delete(_NOTICE).where(
    _NOTICE.c.member_key == bindparam("whose"),
    _NOTICE.c.cause == bindparam("why"),
    _NOTICE.c.told_at.is_(None),
)


@dataclass(frozen=True)
class Notification:
    """One notice: its kind says which sentence, its facts fill it."""

    kind: str
    facts: dict[str, Any]


class Notices:
    """What waits to be told."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def leave(
        self, member: bytes, cause: str, kind: str, facts: dict[str, Any], due_at: datetime
    ) -> None:
        """Leave a notice, in the transaction of its cause. A cause is told once."""
        self._session.execute(
            insert(Notice).values(
                member_key=member, cause=cause, kind=kind, facts=facts, due_at=due_at
            )
        )

    def leave_all(
        self,
        members: Sequence[bytes],
        cause: str,
        kind: str,
        facts: dict[str, Any],
        due_at: datetime,
    ) -> None:
        """Leave the same notice for all of them at once."""
        self.leave_each([(member, cause, facts) for member in members], kind, due_at)

    def leave_each(
        self, told: Sequence[tuple[bytes, str, dict[str, Any]]], kind: str, due_at: datetime
    ) -> None:
        """Leave each of these members a notice of this kind, with a cause and facts of its own."""
        same = {"kind": kind, "due_at": due_at}
        rows = [
            {"member_key": member, "cause": cause, "facts": facts, **same}
            for member, cause, facts in told
        ]
        if rows:
            self._session.execute(insert(Notice), rows)

    def take_back(self, member: bytes, cause: str) -> bool:
        """Remove a notice not told yet; False when it was told already."""
        return self.take_back_all([(member, cause)])

    def take_back_all(self, causes: Sequence[tuple[bytes, str]]) -> bool:
        """Remove notices not told yet, by member and cause; False when one was told already."""
        # By their keys, one by one though in one go: some engines know no range of pairs, and
        # would lock all there are.
        rows = [{"whose": member, "why": cause} for member, cause in causes]
        if not rows:
            return True
        gone = self._session.connection().execute(_TAKE_BACK, rows)
        return gone.rowcount == len(rows)

    def tell(self, member: bytes, delivery: bytes) -> list[Notification]:
        """The oldest notices that are due, marked as told by this delivery.

        They are locked first: one that is being taken back just now is not told.
        """
        waiting = self._session.execute(
            select(Notice.cause, Notice.kind, Notice.facts)
            .where(
                Notice.member_key == member,
                Notice.told_at.is_(None),
                Notice.due_at <= self._now,
            )
            .order_by(Notice.due_at, Notice.cause)
            .limit(AT_ONCE)
            .with_for_update()
        ).all()
        told = waiting[:1] if all(row.kind in LONG for row in waiting) else waiting
        if told:
            self._session.execute(
                update(Notice)
                .where(Notice.member_key == member, Notice.cause.in_([row.cause for row in told]))
                .values(told_at=self._now, told_by=delivery)
            )
        return [Notification(row.kind, row.facts) for row in told]
