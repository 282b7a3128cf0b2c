"""Notices: what a member should hear on the next reply, told exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bot.storage.tables import Notice

AT_ONCE = 2
"""At most this many notices ride on one reply."""
LONG = frozenset({"ticket_answered"})
"""Kinds of which one at a time is told: two would push a question's options off the reply."""


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
        same = {"cause": cause, "kind": kind, "facts": facts, "due_at": due_at}
        if rows := [{"member_key": member, **same} for member in members]:
            self._session.execute(insert(Notice), rows)

    def take_back(self, member: bytes, cause: str) -> bool:
        """Remove a notice not told yet; False when it was told already."""
        gone = self._session.execute(
            delete(Notice).where(
                Notice.member_key == member, Notice.cause == cause, Notice.told_at.is_(None)
            )
        )
        return bool(gone.rowcount)  # type: ignore[attr-defined]

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
