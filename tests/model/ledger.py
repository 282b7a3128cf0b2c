"""The ledger: all that a database says at one moment, as plain rows."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from bot.storage.tables import (
    Answer,
    Attempt,
    Audit,
    AuditLink,
    Base,
    Consent,
    Delivery,
    Member,
    Motto,
    Notice,
    Person,
    Score,
    Ticket,
    Vote,
    WithdrawnVote,
)

Rows = tuple[Row[Any], ...]


@dataclass(frozen=True)
class Ledger:
    """The rows of each table that members and moderators write to."""

    person: Rows
    member: Rows
    consent: Rows
    delivery: Rows
    notice: Rows
    ticket: Rows
    attempt: Rows
    answer: Rows
    score: Rows
    motto: Rows
    vote: Rows
    withdrawn_vote: Rows
    audit: Rows

    def stands(self, member: bytes) -> Row[Any] | None:
        """The member's own row."""
        return next((row for row in self.member if row.member_key == member), None)

    def unit_of(self, member: bytes) -> tuple[int, str | None] | None:
        """The unit and the name that the member gave; None without a unit."""
        row = self.stands(member)
        return (row.unit_id, row.name) if row is not None and row.unit_id else None


_TABLES: tuple[type[Base], ...] = (
    Person, Member, Consent, Delivery, Notice, Ticket, Attempt, Answer, Score, Motto, Vote,
    WithdrawnVote, Audit,
)  # fmt: skip
_QUERIES = {
    table.__tablename__: select(table.__table__).order_by(*table.__table__.primary_key)
    for table in _TABLES
}
assert list(_QUERIES) == [field.name for field in fields(Ledger)]


def tear_out(session: Session) -> None:
    """Empty the ledger: a database is used again faster than it is made anew."""
    session.execute(delete(AuditLink))
    for table in reversed(Base.metadata.sorted_tables):
        leads_there = any(key.column.table.name in _QUERIES for key in table.foreign_keys)
        if table.name in _QUERIES or leads_there:
            session.execute(delete(table))


def read(session: Session) -> Ledger:
    """The ledger as this transaction sees it."""
    connection = session.connection()
    return Ledger(**{name: tuple(connection.execute(sql)) for name, sql in _QUERIES.items()})
