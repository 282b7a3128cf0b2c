"""Passes: a link that opens a member's own data, once and soon, and tells nobody whose it is."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.storage.tables import DataPass

VALID = timedelta(minutes=30)
"""How long a pass waits to be used."""


class Passes:
    """The one pass that each member may have."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def issue(self, member: bytes) -> str:
        """A new pass; one that was given out before opens nothing any more."""
        token = secrets.token_urlsafe(32)
        self._session.execute(delete(DataPass).where(DataPass.member_key == member))
        row = {"member_key": member, "token_hash": _hash(token), "issued_at": self._now}
        self._session.execute(insert(DataPass).values(row))
        return token

    def opens(self, token: str) -> bool:
        """Whether the pass can still be used."""
        return self._holder(token) is not None

    def redeem(self, token: str) -> bytes | None:
        """The member whose pass this was; None when it was used or is too old.

        Of two who redeem it at once, one removes it.
        """
        if (member := self._holder(token)) is None:
            return None
        used = self._session.execute(
            delete(DataPass).where(
                DataPass.member_key == member, DataPass.token_hash == _hash(token)
            )
        )
        return member if used.rowcount else None  # type: ignore[attr-defined]

    def _holder(self, token: str) -> bytes | None:
        return self._session.scalar(
            select(DataPass.member_key).where(
                DataPass.token_hash == _hash(token), DataPass.issued_at > self._now - VALID
            )
        )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
