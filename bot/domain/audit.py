"""The audit trail: each change of state leaves a row in its own transaction."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from bot.domain.chain import Row, chain_key, mac_of, seal_of, struck_mac
from bot.storage.database import Sessions
from bot.storage.tables import Audit, AuditHead, AuditLink, one_form

MEMBER = "member"
SYSTEM = "system"

_CHAIN = "audit chain"
_AT_ONCE = 500
"""Rows to a statement."""


def staff(id_: int) -> str:
    """How a colleague of the console is named in the trail."""
    return f"staff:{id_}"


def colleague(actor: str) -> int | None:
    """The id of the colleague whom the trail names so; None for anybody else."""
    kind, _, id_ = actor.partition(":")
    return int(id_) if kind == "staff" else None


def record(
    session: Session,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    facts: dict[str, Any],
    version: int | None = None,
) -> None:
    """Write who did what to which thing; the row is chained when the transaction commits.

    `version` is the one an entry came to by this deed; two rows for one are refused. The
    session must come from a factory for which `keep_chain` was called.
    """
    chain: _Chain = session.info[_CHAIN]
    written = session.connection().execute(
        insert(Audit).values(
            at=now, actor=actor, action=action, subject=subject, version=version, facts=facts
        )
    )
    assert written.inserted_primary_key is not None, "a single row was written"
    id_ = written.inserted_primary_key.id
    row = Row(id_, _plain(now), actor, action, subject, version, one_form(facts))
    chain.expect(session, row)


def strike(session: Session, subjects: Collection[str], codes: Collection[str] = ()) -> None:
    """Strike out of the trail what was written about these things, but not what was done.

    `codes` are the strings that nobody wrote: states and reasons. Each row that loses something
    gets a mac of its own for what is left, and the chain holds.
    """
    chain: _Chain = session.info[_CHAIN]
    found = session.execute(
        select(AuditLink.seq, AuditLink.mac, Audit)
        .join(Audit, Audit.id == AuditLink.audit_id)
        .where(Audit.subject.in_(subjects))
    ).all()
    for seq, mac, row in found:
        facts = wordless(row.facts, codes)
        if facts == row.facts:
            continue
        left = Row(
            row.id, _plain(row.at), row.actor, row.action, row.subject, row.version, one_form(facts)
        )
        session.execute(update(Audit).where(Audit.id == row.id).values(facts=facts))
        struck = chain.struck(mac, seq, left)
        session.execute(update(AuditLink).where(AuditLink.seq == seq).values(struck=struck))


def wordless(facts: dict[str, Any], codes: Collection[str]) -> dict[str, Any]:
    """The facts without anything that somebody may have written."""
    return {
        name: fact
        for name, fact in facts.items()
        if fact is None or isinstance(fact, int) or (isinstance(fact, str) and fact in codes)
    }


def _plain(at: datetime) -> datetime:
    """A moment as the columns hold it."""
    return at.astimezone(UTC).replace(tzinfo=None)


def record_all(
    session: Session,
    now: datetime,
    actor: str,
    action: str,
    facts_of: Mapping[str, dict[str, Any]],
    version: int,
) -> None:
    """Write what was done to many things at once, each of which came to this version by it."""
    chain: _Chain = session.info[_CHAIN]
    same = {"at": now, "actor": actor, "action": action, "version": version}
    rows = [same | {"subject": subject, "facts": facts} for subject, facts in facts_of.items()]
    ids: dict[str, int] = {}
    for at in range(0, len(rows), _AT_ONCE):
        some = rows[at : at + _AT_ONCE]
        session.connection().execute(insert(Audit), some)
        subjects = Audit.subject.in_([row["subject"] for row in some])
        written = select(Audit.subject, Audit.id).where(subjects, Audit.version == version)
        ids |= {subject: id_ for subject, id_ in session.execute(written)}  # noqa: C416
    moment = _plain(now)
    for subject, facts in facts_of.items():
        told = one_form(facts)
        chain.expect(session, Row(ids[subject], moment, actor, action, subject, version, told))


def keep_chain(sessions: Sessions, secret: str) -> Sessions:
    """Chain whatever these sessions record, as the last thing before they commit.

    The head of the chain is one row that everybody who records must lock. Locked last, it is
    held for three statements, and nobody who holds it waits for another lock: no deadlock.
    """
    chain = _Chain(chain_key(secret))
    sessions.configure(info={_CHAIN: chain})
    event.listen(sessions, "before_commit", chain.before_commit)
    return sessions


class _Chain:
    """Rows that were written and not yet linked, and how they are."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        # By transaction: the rows of one that is undone are never linked.
        self._waiting: WeakKeyDictionary[SessionTransaction, list[Row]] = WeakKeyDictionary()

    def expect(self, session: Session, row: Row) -> None:
        transaction = session.get_nested_transaction() or session.get_transaction()
        assert transaction is not None, "the row was written in it"
        self._waiting.setdefault(transaction, []).append(row)

    def struck(self, mac: bytes, seq: int, row: Row) -> bytes:
        return struck_mac(self._key, mac, seq, row)

    def before_commit(self, session: Session) -> None:
        """Link the rows; those of a savepoint wait for the transaction around it."""
        savepoint = session.get_nested_transaction()
        transaction = savepoint or session.get_transaction()
        rows = self._waiting.pop(transaction, None) if transaction else None
        if not rows:
            return
        if savepoint and savepoint.parent:
            self._waiting.setdefault(savepoint.parent, []).extend(rows)
        else:
            session.flush()
            self._link(session, rows)

    def _link(self, session: Session, rows: list[Row]) -> None:
        head = session.execute(select(AuditHead.seq, AuditHead.mac).with_for_update()).one()
        seq, mac, links = head.seq, head.mac, []
        for row in rows:
            seq += 1
            mac = mac_of(self._key, mac, seq, row)
            links.append({"seq": seq, "audit_id": row.id, "mac": mac})
        session.execute(insert(AuditLink), links)
        seal = seal_of(self._key, seq, mac)
        session.execute(update(AuditHead).values(seq=seq, mac=mac, seal=seal))
