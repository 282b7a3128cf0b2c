"""The chain of the audit trail: nobody can change, remove or slip in a row unseen.

Not even who may write to the database. Link n has

    mac(n) = HMAC-SHA-256(key, mac(n-1) || canonical(n, row))

where mac(0) is 32 zeros, the key comes from BOT_SECRET_KEY, which the database does not have,
and `canonical` is the same on every engine. A row out of which the words of an erased member were
struck no longer fits its mac; its link carries a second one, over the first and the row as it
reads now, so that nobody without the key can pass a change off as such.

What the chain alone can't show is that the whole database was put back to an earlier copy; for
that, its head is written down elsewhere (`bot verify` prints it) and compared later.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import DateTime, Select, Text, exists, select, type_coerce
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.storage.tables import Audit, AuditHead, AuditLink, one_form

BEFORE_FIRST = bytes(32)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  What the columns hold is UTC without a zone.
_MICROSECOND = timedelta(microseconds=1)
_LEGIBLE = 8
"""Bytes of a head that are written down: enough, since nobody can try without the key."""


class Row(NamedTuple):
    """A row of the trail as it is stored."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    version: int | None
    facts: str


def chain_key(secret: str) -> bytes:
    """What keys the chain: derived, so that it serves nothing else."""
    return hmac.digest(secret.encode(), b"audit chain", "sha256")


def canonical(seq: int, row: Row) -> bytes:
    """A row in the one form that is chained: a JSON list in ASCII, without blanks.

    It holds seq, id, the moment in microseconds since 1970 (UTC), actor, action, subject,
    version (or null), and the facts as the very text that is stored.
    """
    moment = (row.at - _EPOCH) // _MICROSECOND
    return one_form([seq, row.id, moment, *row[2:]]).encode()


def mac_of(key: bytes, before: bytes, seq: int, row: Row) -> bytes:
    """What link `seq` carries, when the link before carries `before`."""
    return hmac.digest(key, before + canonical(seq, row), "sha256")


def struck_mac(key: bytes, mac: bytes, seq: int, row: Row) -> bytes:
    """What link `seq`, which carries `mac`, carries besides once words are struck out."""
    return hmac.digest(key, mac + b"struck " + canonical(seq, row), "sha256")


def seal_of(key: bytes, seq: int, mac: bytes) -> bytes:
    """What the head carries, so that no earlier link can be passed off as the last."""
    return hmac.digest(key, mac + b"head %d" % seq, "sha256")


@dataclass(frozen=True)
class Head:
    """Where a chain ended at some moment, as it is written down: `1386:0f3a...`."""

    seq: int
    mac: bytes
    """Its first 8 bytes, or all."""

    def __str__(self) -> str:
        return f"{self.seq}:{self.mac[:_LEGIBLE].hex()}"

    @classmethod
    def parse(cls, words: str) -> "Head":
        """What was written down. Raises ValueError on anything else."""
        seq, _, mac = words.strip().partition(":")
        if len(mac) != 2 * _LEGIBLE:
            raise ValueError(words)
        return cls(int(seq), bytes.fromhex(mac))

    def is_at(self, seq: int, mac: bytes) -> bool:
        """Whether this is the link of a chain that was written down."""
        return self.seq == seq and mac.startswith(self.mac)


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    what: str
    """altered, missing (the row, or the link before), unlinked, head, anchor or unreadable."""
    table: str
    key: str


def head(session: Session) -> Head | None:
    """Where the chain ends now, by its own word."""
    row = session.execute(select(AuditHead.seq, AuditHead.mac)).first()
    return Head(row.seq, row.mac) if row else None


def breaks(session: Session, secret: str, anchor: Head | None = None) -> Iterator[Break]:
    """Walk the whole chain; `anchor` is a head that was written down and must still be in it."""
    try:
        yield from _walk(session, chain_key(secret), anchor)
        yield from _unlinked(session)
    except (DBAPIError, ValueError):
        # Bytes that no engine of ours would have written: there is no reading on from here.
        yield Break("unreadable", Audit.__tablename__, "")


def _walk(session: Session, key: bytes, anchor: Head | None) -> Iterator[Break]:
    seq, mac = 0, BEFORE_FIRST
    anchored = anchor is None or anchor.is_at(seq, mac)
    for found, link, struck, *stored in session.execute(
        _chain(), execution_options={"yield_per": 1000}
    ):
        if found != seq + 1:
            yield Break("missing", AuditLink.__tablename__, str(seq + 1))
        seq = found
        if stored[0] is None:
            yield Break("missing", Audit.__tablename__, str(seq))
        elif not _fits(key, mac, seq, Row(*stored), link, struck):
            yield Break("altered", Audit.__tablename__, str(seq))
        # What is stored, so that one break is told once and not for all that follows.
        mac = link
        anchored = anchored or (anchor is not None and anchor.is_at(seq, mac))
    if not _ends(session, key, seq, mac):
        yield Break("head", AuditHead.__tablename__, str(seq))
    if not anchored:
        yield Break("anchor", AuditLink.__tablename__, str(anchor))


def _fits(key: bytes, before: bytes, seq: int, row: Row, mac: bytes, struck: object) -> bool:
    """Whether the row is the one that was linked, or what was lawfully left of it."""
    if struck is None:
        return hmac.compare_digest(mac_of(key, before, seq, row), mac)
    # SQLite would keep anything in the column.
    return isinstance(struck, bytes) and hmac.compare_digest(struck_mac(key, mac, seq, row), struck)


def _ends(session: Session, key: bytes, seq: int, mac: bytes) -> bool:
    """Whether the head is where the last link is."""
    columns = (AuditHead.id, AuditHead.seq, AuditHead.mac, AuditHead.seal)
    seal = seal_of(key, seq, mac) if seq else BEFORE_FIRST
    return [tuple(row) for row in session.execute(select(*columns))] == [(1, seq, mac, seal)]


def _chain() -> Select[*tuple[Any, ...]]:
    row = (
        Audit.id,
        type_coerce(Audit.at, _AS_WRITTEN),
        Audit.actor,
        Audit.action,
        Audit.subject,
        Audit.version,
        type_coerce(Audit.facts, Text),
    )
    return (
        select(AuditLink.seq, AuditLink.mac, AuditLink.struck, *row)
        .outerjoin(Audit, Audit.id == AuditLink.audit_id)
        .order_by(AuditLink.seq)
    )


def _unlinked(session: Session) -> Iterator[Break]:
    linked = exists().where(AuditLink.audit_id == Audit.id)
    for id_ in session.scalars(select(Audit.id).where(~linked)):
        yield Break("unlinked", Audit.__tablename__, str(id_))


# SQLite keeps text, and would take 2026-12-05T04:00 for what we wrote as 2026-12-05 04:00.
_STRICT = sqlite.DATETIME(  # type: ignore[no-untyped-call]
    regexp=r"^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6})$"
)
_AS_WRITTEN = (
    DateTime()
    .with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    .with_variant(_STRICT, "sqlite")
)
