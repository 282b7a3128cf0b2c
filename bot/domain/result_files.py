"""Files of results: a colleague asks for them, the worker makes them, and they go after a day.

One set to each colleague, the latest: a new one takes the place of the one before. The file is
kept in SQL, a piece to a row, since the worker and who serves the page may be on two hosts.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.results import NoSuchContest, Results, Wanted
from bot.storage.tables import Contest, ResultFile, ResultRequest, Unit

PIECE = 256 * 1024
"""Bytes of a file in one row: far below what any server takes in one statement."""
PATIENCE = timedelta(minutes=2)
"""Who makes files says so every second; after this silence another one begins anew."""


@dataclass(frozen=True)
class Made:
    """A file that is there."""

    name: str
    size: int


@dataclass(frozen=True)
class Request:
    """What a colleague asked for, and how far it is."""

    token: bytes
    wanted: Wanted
    asked_at: datetime
    begun: bool
    done: int
    total: int
    """People written so far, and how many there are."""
    made_at: datetime | None
    failed: bool
    files: list[Made]


class NoSuchFile(Exception):
    """The file is not there, or no longer."""


class ResultFiles:
    """Who wants which results, and the files made for them."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ who asks

    def ask(self, staff_id: int, wanted: Wanted) -> bytes:
        """Ask for results; what was asked for before is forgotten. Raises NoSuchContest."""
        if self._session.get(Contest, wanted.contest) is None:
            raise NoSuchContest
        if wanted.district and self._session.get(Unit, wanted.district) is None:
            raise NoSuchContest
        self._forget(ResultRequest.staff_id == staff_id)
        token = secrets.token_bytes(16)
        row = {"staff_id": staff_id, "token": token, "asked_at": self._now, "done": 0, "total": 0}
        self._session.execute(insert(ResultRequest).values(**row, **_columns(wanted)))
        note_asked(self._session, self._now, audit.staff(staff_id), wanted)
        return token

    def of(self, staff_id: int) -> Request | None:
        """What this colleague asked for last."""
        row = self._session.get(ResultRequest, staff_id, populate_existing=True)
        if row is None:
            return None
        size = func.sum(func.length(ResultFile.content))
        files = self._session.execute(
            select(ResultFile.name, size)
            .where(ResultFile.token == row.token)
            .group_by(ResultFile.name)
            .order_by(ResultFile.name)
        )
        return Request(
            row.token, _wanted(row), row.asked_at, row.claimed_at is not None, row.done,
            row.total, row.made_at, row.failed,
            [Made(name, int(bytes_)) for name, bytes_ in files] if row.made_at else [],
        )  # fmt: skip

    def read(self, wanted: Wanted) -> Results:
        """The results themselves, as this transaction sees them."""
        return Results(self._session, self._now, wanted)

    def take(self, staff_id: int, name: str) -> bytes:
        """The file of this name, and a trail of who took it. Raises NoSuchFile."""
        row = self._session.get(ResultRequest, staff_id, populate_existing=True)
        if row is None or row.made_at is None:
            raise NoSuchFile
        pieces = self._session.scalars(
            select(ResultFile.content)
            .where(ResultFile.token == row.token, ResultFile.name == name)
            .order_by(ResultFile.piece)
        ).all()
        if not pieces:
            raise NoSuchFile
        content = b"".join(pieces)
        actor = audit.staff(staff_id)
        note_taken(self._session, self._now, actor, _wanted(row), name, content)
        return content

    # ------------------------------------------------------------ who makes them

    def claim(self) -> tuple[bytes, Wanted] | None:
        """What to make next: what nobody makes, or whoever did has fallen silent."""
        row = self._session.scalars(
            select(ResultRequest)
            .where(self._idle())
            .order_by(ResultRequest.asked_at)
            .limit(1)
            .execution_options(populate_existing=True)
        ).first()
        if row is None:
            return None
        # Of two who saw it the comparison lets one through.
        claimed = self._session.execute(
            update(ResultRequest)
            .where(ResultRequest.token == row.token, self._idle())
            .values(claimed_at=self._now, done=0)
        )
        return (row.token, _wanted(row)) if claimed.rowcount else None  # type: ignore[attr-defined]

    def note(self, token: bytes, done: int, total: int) -> bool:
        """Note how far it is; False when nobody waits for it any more."""
        return self._note(token, done=done, total=total, claimed_at=self._now)

    def fail(self, token: bytes) -> None:
        """Note that it can't be made."""
        self._note(token, failed=True)

    def keep_piece(self, token: bytes, name: str, piece: int, content: bytes) -> None:
        """Keep a piece of a file; one kept before by who fell silent is overwritten."""
        here = ResultFile.token == token, ResultFile.name == name, ResultFile.piece == piece
        self._session.execute(delete(ResultFile).where(*here))
        row = {"token": token, "name": name, "piece": piece, "kept_at": self._now}
        self._session.execute(insert(ResultFile).values(**row, content=content))

    def finish(self, token: bytes) -> bool:
        """All pieces are there; False, and they go, when nobody waits for them any more."""
        if self._note(token, made_at=self._now):
            return True
        self._session.execute(delete(ResultFile).where(ResultFile.token == token))
        return False

    # ------------------------------------------------------------ inside

    def _idle(self) -> ColumnElement[bool]:
        silent = or_(
            ResultRequest.claimed_at.is_(None), ResultRequest.claimed_at < self._now - PATIENCE
        )
        return ResultRequest.made_at.is_(None) & ResultRequest.failed.is_(False) & silent

    def _note(self, token: bytes, **values: Any) -> bool:
        noted = self._session.execute(
            update(ResultRequest).where(ResultRequest.token == token).values(**values)
        )
        return bool(noted.rowcount)  # type: ignore[attr-defined]

    def _forget(self, whose: ColumnElement[bool]) -> None:
        tokens = select(ResultRequest.token).where(whose)
        self._session.execute(delete(ResultFile).where(ResultFile.token.in_(tokens)))
        self._session.execute(delete(ResultRequest).where(whose))


def forget_all(session: Session) -> None:
    """Remove all files: somebody whose data are erased may stand in them."""
    session.execute(delete(ResultFile))
    session.execute(delete(ResultRequest))


def note_asked(session: Session, now: datetime, actor: str, wanted: Wanted) -> None:
    """Leave a trace of who wants results, which, and whether with full names."""
    audit.record(session, now, actor, "results.ask", _subject(wanted), asdict(wanted))


def note_taken(
    session: Session, now: datetime, actor: str, wanted: Wanted, name: str, content: bytes
) -> None:
    """Leave a trace of who took which file."""
    facts = asdict(wanted) | {"file": name, "sha256": sha256(content).hexdigest()}
    audit.record(session, now, actor, "results.take", _subject(wanted), facts)


def _subject(wanted: Wanted) -> str:
    return f"results:{wanted.contest}"


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {
        "contest_id": wanted.contest,
        "district_id": wanted.district,
        "full_names": wanted.full_names,
    }


def _wanted(row: ResultRequest) -> Wanted:
    return Wanted(row.contest_id, row.district_id, row.full_names)
