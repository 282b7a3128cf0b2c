"""The lock on a round: voters hold it open together, the sealer claims it alone.

PostgreSQL has advisory locks for this: a lock on the row would be written to disk for each
voter, and voters who come and go could keep the sealer waiting for ever. MySQL and MariaDB
lock the row. SQLite needs neither, since one transaction writes at a time. Whichever it is,
it ends with the transaction.
"""

from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot.storage.tables import Round, table_of

_ROUND = 1
"""The class of PostgreSQL's advisory locks whose second number is a round's id."""


def hold_open(session: Session, read: Select[Any]) -> Select[Any]:
    """`read`, which also keeps the rounds it finds from being sealed until we commit.

    Whether a round has been sealed is told by a later statement only: PostgreSQL sees the
    tables as they were when a statement began, which is before it waited for the lock.
    `read` must be a statement that is built once: what becomes of it is kept.
    """
    return _holding(session.get_bind().dialect.name, read)


@cache
def _holding(dialect: str, read: Select[Any]) -> Select[Any]:
    match dialect:
        case "sqlite":
            return read
        case "postgresql":
            id_ = table_of(Round).c.id
            return read.add_columns(func.pg_advisory_xact_lock_shared(_ROUND, id_))
    return read.with_for_update(read=True)


def claim(session: Session, round_id: int) -> None:
    """Wait for all who hold the round open; whoever comes later waits for us."""
    match session.get_bind().dialect.name:
        case "sqlite":
            return
        case "postgresql":
            session.execute(select(func.pg_advisory_xact_lock(_ROUND, round_id)))
        case _:
            session.execute(select(Round.id).where(Round.id == round_id).with_for_update())
