"""Uploads: a file of questions from the moment it is brought until it is taken in or dropped."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.bank import BankState, QuestionBank
from bot.domain.question_import import COLLIDES, Compared, Standing, to_bring
from bot.storage.tables import Audit, QuestionUpload

PATIENCE = timedelta(seconds=60)
"""Reading takes half of that at most: what takes longer was broken off with its process."""
_TAKEN = "question.take_in"


class NothingToTake(Exception):
    """The file that was looked over is no longer there."""


@dataclass(frozen=True)
class Upload:
    """A colleague's file, as far as it has been read."""

    token: bytes
    name: str
    done: int
    total: int
    report: dict[str, Any] | None
    stopped: bool
    """Nobody reads it any more, and what it holds is not known."""


@dataclass(frozen=True)
class Taken:
    """What a file brought into the bank."""

    new: int
    revised: int


class Uploads:
    """The files that colleagues have brought: one to each, the latest."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def begin(self, staff_id: int, name: str) -> bytes:
        """A file was brought; the token that names it. It takes the place of the one before."""
        token = secrets.token_bytes(16)
        self._session.execute(delete(QuestionUpload).where(QuestionUpload.staff_id == staff_id))
        self._session.execute(
            insert(QuestionUpload).values(
                staff_id=staff_id, token=token, name=name, begun_at=self._now, done=0, total=0
            )
        )
        return token

    def of(self, staff_id: int) -> Upload | None:
        """The file this colleague brought last, while it is neither taken in nor dropped."""
        row = self._session.get(QuestionUpload, staff_id)
        if row is None:
            return None
        stopped = row.report is None and self._now >= row.begun_at + PATIENCE
        return Upload(row.token, row.name, row.done, row.total, row.report, stopped)

    def note(self, token: bytes, **values: object) -> bool:
        """Note how far it has been read, or what it holds; False when nobody waits for it."""
        noted = self._session.execute(
            update(QuestionUpload).where(QuestionUpload.token == token).values(**values)
        )
        return bool(noted.rowcount)  # type: ignore[attr-defined]

    def drop(self, staff_id: int, token: bytes) -> bool:
        """Forget the file; False when it is not there."""
        dropped = self._session.execute(
            delete(QuestionUpload).where(
                QuestionUpload.staff_id == staff_id, QuestionUpload.token == token
            )
        )
        return bool(dropped.rowcount)  # type: ignore[attr-defined]

    def take_in(
        self, staff_id: int, token: bytes, compared: Sequence[Compared], left_out: int
    ) -> Taken:
        """Take the questions in as drafts, all or none; what collides stays out.

        Of two clicks the second takes nothing in, and is told what the first did. Raises
        NothingToTake, or BankChanged when the bank no longer is as `compared` has it.
        """
        subject = f"upload:{token.hex()}"
        if not self.drop(staff_id, token):
            return self._taken(subject)
        coming = [one for one in compared if one.standing not in COLLIDES]
        actor = audit.staff(staff_id)
        bank = QuestionBank(self._session, self._now)
        bank.bring_in(to_bring(coming), BankState.DRAFT, actor, subject)
        found = Counter(one.standing for one in compared)
        counts = {standing.value: found[standing] for standing in Standing}
        facts = {**counts, "left_out": left_out}
        audit.record(self._session, self._now, actor, _TAKEN, subject, facts)
        return Taken(counts[Standing.NEW], counts[Standing.REVISED])

    def _taken(self, subject: str) -> Taken:
        facts = self._session.scalars(
            select(Audit.facts).where(Audit.subject == subject, Audit.action == _TAKEN)
        ).first()
        if facts is None:
            raise NothingToTake
        return Taken(facts[Standing.NEW], facts[Standing.REVISED])
