"""Tickets: one sentence of a member that a colleague should read, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from bot.domain import audit
from bot.domain.entries import number_of
from bot.domain.identity import mask
from bot.domain.notices import Notices
from bot.domain.units import UnitCard
from bot.storage.tables import Member, Motto, Ticket, Unit

URGENT = "urgent"
"""The topic of grief, illness and danger: read before all others."""
LONGEST = 400
ANSWER_MOST = 120
"""Characters of an answer: one rides on a reply at a time and leaves room for it."""


class NoSuchTicket(Exception):
    """No ticket came with this delivery."""


@dataclass(eq=False)
class ClosedMeanwhile(Exception):
    """A colleague closed the ticket first."""

    by: str
    """`staff:3`, as in the audit trail."""
    at: datetime
    answer: str | None


@dataclass(frozen=True)
class TicketCard:
    """A ticket as the console shows it."""

    delivery: bytes
    """Names the ticket: a hash, from which nobody can tell who wrote."""
    topic: str
    words: str
    unit: UnitCard | None
    name: str | None
    """The member's name as strangers may read it."""
    entry: int | None
    """The number of the member's latest motto, which the words may be about."""
    created_at: datetime


@dataclass(frozen=True)
class Handled:
    """A ticket that a colleague closed."""

    card: TicketCard
    by: str
    """`staff:3`, as in the audit trail."""
    at: datetime
    answer: str | None


@dataclass(frozen=True)
class Backlog:
    """How many tickets wait, and since when the oldest."""

    waiting: int
    oldest_at: datetime | None


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

    def backlog(self) -> Backlog:
        """How much waits in all."""
        count, oldest = self._session.execute(
            select(func.count(), func.min(Ticket.created_at)).where(Ticket.handled_at.is_(None))
        ).one()
        return Backlog(count, oldest)

    def waiting(self, limit: int = 20) -> list[TicketCard]:
        """The tickets that nobody has closed: urgent ones, then all, oldest first."""
        rows = self._session.execute(
            _cards()
            .where(Ticket.handled_at.is_(None))
            .order_by(Ticket.topic != URGENT, Ticket.created_at, Ticket.delivery_key)
            .limit(limit)
        )
        return [_to_card(row) for row in rows]

    def handled(self, limit: int = 10) -> list[Handled]:
        """The tickets closed last, newest first."""
        rows = self._session.execute(
            _cards()
            .where(Ticket.handled_at.is_not(None))
            .order_by(Ticket.handled_at.desc(), Ticket.delivery_key)
            .limit(limit)
        )
        return [_to_handled(row) for row in rows]

    def close(self, delivery: bytes, staff_id: int, answer: str | None = None) -> None:
        """Close the ticket. An answer, of at most 120 characters, rides on the next reply.

        Raises NoSuchTicket, or ClosedMeanwhile when a colleague was first: of two who close
        it at once, the comparison lets one through.
        """
        closed = self._session.execute(
            update(Ticket)
            .where(Ticket.delivery_key == delivery, Ticket.handled_at.is_(None))
            .values(handled_at=self._now, handled_by=staff_id, answer=answer)
        )
        ticket = self._ticket(delivery)
        if not closed.rowcount:  # type: ignore[attr-defined]
            assert ticket.handled_at is not None, "or it would have been closed"
            raise ClosedMeanwhile(_closer(ticket), ticket.handled_at, ticket.answer)
        self._record(ticket)
        if ticket.answer:
            self._pass_on(ticket, ticket.answer)

    def _ticket(self, delivery: bytes) -> Ticket:
        """The ticket as it stands in the database, not as this session knew it."""
        found = select(Ticket).where(Ticket.delivery_key == delivery).with_for_update()
        fresh = found.execution_options(populate_existing=True)
        if (ticket := self._session.scalars(fresh).first()) is None:
            raise NoSuchTicket
        return ticket

    def _record(self, ticket: Ticket) -> None:
        subject, facts = (
            subject_of_ticket(ticket.delivery_key),
            {"topic": ticket.topic, "answer": ticket.answer},
        )
        audit.record(self._session, self._now, _closer(ticket), "ticket.close", subject, facts)

    def _pass_on(self, ticket: Ticket, answer: str) -> None:
        facts = {"words": ticket.words, "answer": answer}
        notices = Notices(self._session, self._now)
        notices.leave(
            ticket.member_key,
            subject_of_ticket(ticket.delivery_key),
            "ticket_answered",
            facts,
            self._now,
        )


def subject_of_ticket(delivery: bytes) -> str:
    """How the audit trail names the ticket of this delivery, and the notice its cause."""
    return f"ticket:{delivery.hex()[:16]}"


def _closer(ticket: Ticket) -> str:
    assert ticket.handled_by is not None, "a closed ticket names who closed it"
    return audit.staff(ticket.handled_by)


def _cards() -> Select[*tuple[Any, ...]]:
    """The columns that `_to_card` reads."""
    parent = aliased(Unit)
    entry = (
        select(func.max(Motto.id))
        .where(Motto.author == Ticket.member_key)
        .correlate(Ticket)
        .scalar_subquery()
    )
    return (
        select(Ticket, Member.name, Unit.id, Unit.name, parent.name, entry)
        .outerjoin(Member, Ticket.member_key == Member.member_key)
        .outerjoin(Unit, Member.unit_id == Unit.id)
        .outerjoin(parent, Unit.parent_id == parent.id)
    )


def _to_card(row: Row[*tuple[Any, ...]]) -> TicketCard:
    ticket, name, unit_id, unit, district, entry = row
    return TicketCard(
        delivery=ticket.delivery_key,
        topic=ticket.topic,
        words=ticket.words,
        unit=UnitCard(unit_id, unit, district or unit) if unit_id else None,
        name=mask(name),
        entry=number_of(entry) if entry else None,
        created_at=ticket.created_at,
    )


def _to_handled(row: Row[*tuple[Any, ...]]) -> Handled:
    ticket = row[0]
    return Handled(_to_card(row), _closer(ticket), ticket.handled_at, ticket.answer)
