"""Tickets: one sentence of a member that a colleague should read."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.storage.tables import Ticket

LONGEST = 400


class Tickets:
    """What members want a person to look at."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def open(self, member: bytes, topic: str, words: str, delivery: bytes) -> None:
        """Pass the member's words on; at most 400 characters are kept."""
        self._session.execute(
            insert(Ticket).values(
                member_key=member,
                delivery_key=delivery,
                topic=topic,
                words=words[:LONGEST],
                created_at=self._now,
            )
        )
