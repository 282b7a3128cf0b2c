"""Statements that go to the connection itself, past the books that a session keeps.

A session looks after objects: what was loaded, what has changed, what to write before it asks
anything. A turn reads rows and writes rows, and a third of its price were these books.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Select
from sqlalchemy.orm import Session

from bot.storage.database import Sessions


@contextmanager
def short_transaction(sessions: Sessions) -> Iterator[Session]:
    """A session on a connection whose transaction has begun: committed at the end, or undone.

    The session itself begins only for who asks it for an object or adds one.
    """
    with sessions.kw["bind"].begin() as connection, sessions(bind=connection) as session:
        yield session
        if session.in_transaction():
            # It may have something to write, or to do as the last thing before the commit.
            session.commit()


@contextmanager
def short_look(readers: Sessions) -> Iterator[Session]:
    """The same for reading alone, on sessions of `open_readers`."""
    with readers.kw["bind"].connect() as connection, readers(bind=connection) as session:
        yield session


def ask(
    session: Session, question: Select[Any], values: Mapping[str, Any] | None = None
) -> CursorResult[Any]:
    """The rows that answer a question about tables; what the session holds back stays so."""
    return connection_of(session).execute(question, values)


def connection_of(session: Session) -> Connection:
    """The connection on which the session works."""
    return session.bind if isinstance(session.bind, Connection) else session.connection()
