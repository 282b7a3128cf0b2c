"""Statements that go to the connection itself, past the books that a session keeps.

A session looks after objects: what was loaded, what has changed, what to write before it asks
anything. A turn reads rows and writes rows, and a third of its price were these books.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Select
from sqlalchemy.orm import Session

from bot.storage.database import Sessions
from bot.storage.group_commit import GroupCommit

ShortTransaction = Callable[[], AbstractContextManager[Session]]


def short_transactions(sessions: Sessions) -> ShortTransaction:
    """How to open a session on a connection whose transaction has begun.

    It is committed at the end of the block, or undone. The session itself begins only for who
    asks it for an object or adds one.
    """
    engine: Engine = sessions.kw["bind"]
    sqlite = engine.dialect.name == "sqlite"
    begin = GroupCommit(engine).transaction if sqlite else engine.begin

    @contextmanager
    def transaction() -> Iterator[Session]:
        with begin() as connection, _session_on(connection, sessions) as session:
            yield session
            if session.in_transaction():
                # It may have something to write, or to do as the last thing before the commit.
                session.commit()

    return transaction


@contextmanager
def short_look(readers: Sessions) -> Iterator[Session]:
    """The same for reading alone, on sessions of `open_readers`."""
    with readers.kw["bind"].connect() as connection, _session_on(connection, readers) as session:
        yield session


@contextmanager
def _session_on(connection: Connection, sessions: Sessions) -> Iterator[Session]:
    """A session, which is closed if it has begun: otherwise that costs as much as a statement."""
    session = sessions(bind=connection)
    try:
        yield session
    finally:
        if session.in_transaction():
            session.close()


def ask(
    session: Session, question: Select[Any], values: Mapping[str, Any] | None = None
) -> CursorResult[Any]:
    """The rows that answer a question about tables; what the session holds back stays so."""
    return connection_of(session).execute(question, values)


def connection_of(session: Session) -> Connection:
    """The connection on which the session works."""
    return session.bind if isinstance(session.bind, Connection) else session.connection()
