"""Passes: a secret that stands for a member, once or for a while, and tells nobody whose it is."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.storage.tables import BallotPass, BallotVisit, DataPass

VALID = timedelta(minutes=30)
"""How long a pass is good."""


class Passes:
    """The one pass of a kind that each member may have."""

    def __init__(
        self,
        session: Session,
        now: datetime,
        kind: type[DataPass] | type[BallotPass] | type[BallotVisit] = DataPass,
    ) -> None:
        self._session, self._now, self._kind = session, now, kind

    def issue(self, member: bytes) -> str:
        """A new pass; one that was given out before opens nothing any more."""
        token = secrets.token_urlsafe(32)
        self._session.execute(delete(self._kind).where(self._kind.member_key == member))
        row = {"member_key": member, "token_hash": _hash(token), "issued_at": self._now}
        self._session.execute(insert(self._kind).values(row))
        return token

    def opens(self, token: str) -> bool:
        """Whether the pass can still be used."""
        return self.holder(token) is not None

    def redeem(self, token: str) -> bytes | None:
        """The member whose pass this was; None when it was used or is too old.

        Of two who redeem it at once, one removes it.
        """
        if (member := self.holder(token)) is None:
            return None
        used = self._session.execute(
            delete(self._kind).where(
                self._kind.member_key == member, self._kind.token_hash == _hash(token)
            )
        )
        return member if used.rowcount else None  # type: ignore[attr-defined]

    def holder(self, token: str) -> bytes | None:
        """The member whose pass it is; None when it is none, or too old."""
        return self._session.scalar(
            select(self._kind.member_key).where(
                self._kind.token_hash == _hash(token), self._kind.issued_at > self._now - VALID
            )
        )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
