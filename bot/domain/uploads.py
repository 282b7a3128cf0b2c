"""Uploads: a file from the moment it is brought until it is taken in or dropped."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit, roster, unit_import
from bot.domain.bank import BankState, QuestionBank
from bot.domain.question_import import COLLIDES, Compared, Standing, to_bring
from bot.domain.roster import Listed, Roster
from bot.domain.unit_import import Brought, UnitImport
from bot.storage.tables import Audit
from bot.storage.tables import Upload as Row

PATIENCE = timedelta(seconds=60)
"""Reading takes half of that at most: what takes longer was broken off with its process."""
_TAKEN = "question.take_in"


class Holds(StrEnum):
    """What a file is of."""

    QUESTIONS = auto()
    UNITS = auto()
    ROSTER = auto()
    ENTRIES = auto()


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
    """The files that colleagues have brought: one of each kind to each, the latest."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def begin(self, staff_id: int, holds: Holds, name: str) -> bytes:
        """A file was brought; the token that names it. It takes the place of the one before."""
        token = secrets.token_bytes(16)
        before = (Row.staff_id == staff_id, Row.holds == holds)
        self._session.execute(delete(Row).where(*before))
        self._session.execute(
            insert(Row).values(
                staff_id=staff_id, holds=holds, token=token, name=name, begun_at=self._now,
                done=0, total=0,
            )
        )  # fmt: skip
        return token

    def of(self, staff_id: int, holds: Holds) -> Upload | None:
        """The file this colleague brought last, while it is neither taken in nor dropped."""
        row = self._session.get(Row, (staff_id, holds))
        if row is None:
            return None
        stopped = row.report is None and self._now >= row.begun_at + PATIENCE
        return Upload(row.token, row.name, row.done, row.total, row.report, stopped)

    def note(self, token: bytes, **values: object) -> bool:
        """Note how far it has been read, or what it holds; False when nobody waits for it."""
        noted = self._session.execute(update(Row).where(Row.token == token).values(**values))
        return bool(noted.rowcount)  # type: ignore[attr-defined]

    def drop(self, staff_id: int, holds: Holds, token: bytes) -> bool:
        """Forget the file; False when it is not there."""
        dropped = self._session.execute(
            delete(Row).where(Row.staff_id == staff_id, Row.holds == holds, Row.token == token)
        )
        return bool(dropped.rowcount)  # type: ignore[attr-defined]

    def take_in(
        self, staff_id: int, token: bytes, compared: Sequence[Compared], left_out: int
    ) -> Taken:
        """Take the questions in as drafts, all or none; what collides stays out.

        Of two clicks the second takes nothing in, and is told what the first did. Raises
        NothingToTake, or BankChanged when the bank no longer is as `compared` has it.
        """
        subject = _subject(token)
        if not self.drop(staff_id, Holds.QUESTIONS, token):
            facts = self._taken(subject, _TAKEN)
            return Taken(facts[Standing.NEW], facts[Standing.REVISED])
        coming = [one for one in compared if one.standing not in COLLIDES]
        actor = audit.staff(staff_id)
        bank = QuestionBank(self._session, self._now)
        bank.bring_in(to_bring(coming), BankState.DRAFT, actor, subject)
        found = Counter(one.standing for one in compared)
        counts = {standing.value: found[standing] for standing in Standing}
        facts = {**counts, "left_out": left_out}
        audit.record(self._session, self._now, actor, _TAKEN, subject, facts)
        return Taken(counts[Standing.NEW], counts[Standing.REVISED])

    def take_in_units(
        self, staff_id: int, token: bytes, units: Sequence[Brought]
    ) -> dict[str, int]:
        """Bring the units into the register; how many are new, changed, same.

        Of two clicks the second is told what the first did. Raises NothingToTake, or
        RegisterChanged.
        """
        subject = _subject(token)
        if self.drop(staff_id, Holds.UNITS, token):
            register = UnitImport(self._session, self._now)
            register.bring_in(units, audit.staff(staff_id), subject)
        return self._taken(subject, unit_import.IMPORT)

    def take_in_roster(
        self, staff_id: int, token: bytes, people: Sequence[Listed]
    ) -> dict[str, int]:
        """Put the people on the rosters; in how many units, how many are new, gone, same.

        Of two clicks the second is told what the first did. Raises NothingToTake, or
        RosterChanged.
        """
        subject = _subject(token)
        if self.drop(staff_id, Holds.ROSTER, token):
            rosters = Roster(self._session, self._now)
            rosters.bring_in(people, audit.staff(staff_id), subject)
        return self._taken(subject, roster.IMPORT)

    def _taken(self, subject: str, deed: str) -> dict[str, int]:
        facts: dict[str, int] | None = self._session.scalars(
            select(Audit.facts).where(Audit.subject == subject, Audit.action == deed)
        ).first()
        if facts is None:
            raise NothingToTake
        return facts


def forget_rosters(session: Session) -> None:
    """Remove the rosters that wait: somebody whose data are erased may stand in them."""
    session.execute(delete(Row).where(Row.holds == Holds.ROSTER))


def _subject(token: bytes) -> str:
    return f"upload:{token.hex()}"
