"""The in-memory database of the tests: one for all, laid out anew from a picture in no time."""

import sqlite3
from collections.abc import Callable, Hashable
from copy import deepcopy
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from bot.storage.database import open_engine, open_sessions
from bot.storage.tables import Base

Picture = bytes
"""A whole database."""
Made = TypeVar("Made")
Scene = Callable[[Session], object]
"""What fills the empty tables."""
_built: dict[Hashable, tuple[object, Picture]] = {}


def nothing(session: Session) -> None:
    """The empty tables."""


def laid_out(scene: Scene) -> Engine:
    """The one engine of all tests, over a copy of the scene; what it has compiled it keeps."""
    connection, engine = _board()
    _lay(connection, _picture_of(scene))
    return engine


def written_down(scene: Scene, file: Path) -> Engine:
    """An engine over a file with a copy of the scene, which threads and processes can share."""
    file.write_bytes(_picture_of(scene))
    return open_engine(f"sqlite:///{file}")


def picture(session: Session) -> Picture:
    """The database as this session has it; what was open is committed."""
    session.commit()
    return _driver(session).serialize()


def show(session: Session, picture: Picture) -> None:
    """Give the session this database; what it had loaded it forgets."""
    connection = _driver(session)
    session.rollback()
    session.expunge_all()
    _lay(connection, picture)


def replayed(build: Callable[..., Made], session: Session, *how: Hashable) -> Made:
    """What `build(session, *how)` makes, and what it returns: done once for the rows there were.

    Later the picture is shown that was left by the first time, which takes a twentieth of the time.
    What is open is committed. Elsewhere than over the one engine, and in a block that commits at
    its own end, it is simply built.
    """
    in_block = session._trans_context_manager is not None
    if in_block or session.get_bind() is not _board()[1]:
        return build(session, *how)
    before = (build, how, blake2b(picture(session)).digest())
    if before not in _built:
        _built[before] = build(session, *how), picture(session)
    made, after = _built[before]
    show(session, after)
    return cast(Made, deepcopy(made))


def _lay(connection: sqlite3.Connection, picture: Picture) -> None:
    connection.rollback()
    before = connection.execute("PRAGMA schema_version").fetchone()
    connection.deserialize(picture)
    if connection.execute("PRAGMA schema_version").fetchone() != before:
        # A test has changed the tables, which SQLite holds to be as they were.
        connection.execute("PRAGMA writable_schema = RESET")


def _driver(session: Session) -> sqlite3.Connection:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


@cache
def _board() -> tuple[sqlite3.Connection, Engine]:
    return _in_memory()


@cache
def _picture_of(scene: Scene) -> Picture:
    connection, engine = _in_memory()
    Base.metadata.create_all(engine)
    with open_sessions(engine)() as session:
        scene(session)
        session.commit()
    return connection.serialize()


def _in_memory() -> tuple[sqlite3.Connection, Engine]:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    # With small pages there is less of it to copy.
    connection.execute("PRAGMA page_size = 1024")
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    return connection, engine
