"""The purge: what is kept no longer goes, a few rows at a time, so that nobody waits for it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Table, delete, exists, select, tuple_, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.campaigns import forgotten_since
from bot.domain.entries import read_cards
from bot.domain.erasure import Erasure
from bot.domain.identity import campaign_day
from bot.domain.retention import COUNTS_FROM, REGISTER, length_of
from bot.domain.tickets import subject_of_ticket
from bot.storage.tables import (
    Base,
    Delivery,
    Member,
    Motto,
    Person,
    RosterName,
    Round,
    SentEntry,
    SpentDay,
    Ticket,
    table_of,
)

BATCH = 500
"""Rows that go in one transaction; of a member there is more, and one goes."""
REPEATED = length_of("data_pass", "issued_at")
"""How long the deliveries of somebody who was erased are kept: WeChat may send them again."""


class Purge:
    """Removes what is over."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def step(self, task: str) -> bool:
        """Do a part of this task; whether there may be more to do."""
        if task == "members":
            return self._forget_member()
        if task == "rosters":
            return self._forget_rosters()
        if task == "sent":
            return self._forget_sent()
        if task == "erased":
            return self._remove(table_of(Delivery), self._of_nobody())
        table, _, field = task.partition(".")
        return self._empty(table, field) if field else self._expire(table)

    def _expire(self, name: str) -> bool:
        """Remove rows whose time is over."""
        table = Base.metadata.tables[name]
        key = next(iter(table.primary_key.columns)).name
        return self._remove(table, self._is_over(table, key))

    def _empty(self, name: str, field: str) -> bool:
        """Empty a field that is kept for less time than its row."""
        table = Base.metadata.tables[name]
        full = table.c[field].is_not(None)
        keys = self._some(table, self._is_over(table, field), full)
        if keys:
            self._session.execute(update(table).where(_among(table, keys)).values({field: None}))
        return len(keys) == BATCH

    def _remove(self, table: Table, *conditions: ColumnElement[bool]) -> bool:
        keys = self._some(table, *conditions)
        if keys:
            self._session.execute(delete(table).where(_among(table, keys)))
        if table is table_of(Ticket):
            audit.strike(self._session, [subject_of_ticket(key[1]) for key in keys])
        return len(keys) == BATCH

    def _some(self, table: Table, *conditions: ColumnElement[bool]) -> list[tuple[Any, ...]]:
        # Chosen first: not every engine removes or changes only so many.
        key = select(*table.primary_key.columns).where(*conditions).limit(BATCH)
        return [tuple(row) for row in self._session.execute(key)]

    def _is_over(self, table: Table, field: str) -> ColumnElement[bool]:
        since = table.c[COUNTS_FROM[table.name]]
        until = self._now - length_of(table.name, field)
        over: ColumnElement[bool] = since < (
            campaign_day(until) if isinstance(since.type, Date) else until
        )
        if table is table_of(SpentDay):
            # Where votes count in all, a day is spent for as long as there are votes to give.
            going_on = (Round.id == table.c.round_id) & Round.in_all & (Round.closes_at >= until)
            over &= ~exists().where(going_on)
        return over

    def _of_nobody(self) -> ColumnElement[bool]:
        """Deliveries of members who were erased, once they can't come again."""
        nobodys = ~exists().where(Member.member_key == Delivery.member_key)
        return (Delivery.received_at < self._now - REPEATED) & nobodys

    def _forget_member(self) -> bool:
        """Erase a member of a campaign that is long over: one, who holds two may be waited for."""
        if (since := forgotten_since(self._session, self._now)) is None:
            return False
        gone = Member.state_at < since
        known = exists().where(Person.member_key == Member.member_key)
        key = self._session.scalar(select(Member.member_key).where(gone, known).limit(1))
        if key is None:
            return False
        # Who writes just now is locked by that turn, and is here again after it.
        still = select(Member.member_key).where(Member.member_key == key, gone).with_for_update()
        if self._session.scalar(still):
            Erasure(self._session, self._now).erase(key, audit.SYSTEM)
        return True

    def _forget_rosters(self) -> bool:
        """Remove the names that were brought in for a campaign that is long over."""
        if (since := forgotten_since(self._session, self._now)) is None:
            return False
        return self._remove(table_of(RosterName), RosterName.imported_at < since)

    def _forget_sent(self) -> bool:
        """Empty what units sent in for a campaign that is long over: one, who holds its round."""
        if (since := forgotten_since(self._session, self._now)) is None:
            return False
        sent = select(SentEntry.motto_id).scalar_subquery()
        old = (Motto.id.in_(sent), Motto.submitted_at < since)
        found = read_cards(self._session, *old)[:1]
        for card in found:
            Erasure(self._session, self._now).forget_sent(card)
        return bool(found)


def tasks() -> Iterator[str]:
    """What is to be done: people first, then `table` for its rows, `table.field` for a field."""
    yield from ("members", "rosters", "sent", "erased")
    for table in COUNTS_FROM:
        whole, *fields = REGISTER[table]
        yield from (
            f"{table}.{field}"
            for field in fields
            if length_of(table, field) < length_of(table, whole)
        )
        yield table


def _among(table: Table, keys: list[tuple[Any, ...]]) -> ColumnElement[bool]:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)
