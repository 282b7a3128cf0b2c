"""Engines for the operator's long work, which the limits of short turns would cut off."""

from functools import partial
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event, make_url

from bot.storage.database import MYSQL_SESSION, tame_sqlite

_LONG = 3600
"""Seconds a statement may take on MySQL or MariaDB; the others need not be told."""


def open_survey(url: str) -> Engine:
    """For a long look at a database in use.

    A transaction sees one moment of the whole database, can write nothing, and holds up nobody.
    """
    kind = make_url(url).get_backend_name()
    if kind == "sqlite":
        engine = create_engine(url, **_COMMON)
        tame_sqlite(engine)
        return engine.execution_options(read_only=True)
    if kind == "postgresql":
        settings = {"options": "-c default_transaction_read_only=on"}
        return create_engine(url, **_SNAPSHOT, connect_args=_POSTGRES | settings)
    engine = create_engine(url, **_SNAPSHOT, connect_args=_MYSQL)
    event.listen(engine, "connect", partial(_say, "SET SESSION TRANSACTION READ ONLY"))
    return engine


def open_patient(url: str) -> Engine:
    """For writing that takes longer than a turn may: a restore, or the seal of a large round."""
    kind = make_url(url).get_backend_name()
    if kind == "sqlite":
        engine = create_engine(url, **_COMMON)
        tame_sqlite(engine)
        return engine
    return create_engine(url, **_COMMON, connect_args=_POSTGRES if kind == "postgresql" else _MYSQL)


def open_migrating(url: str) -> Engine:
    """For changing the tables of a database in use.

    A change may take long, but waits for its lock only two seconds: whoever comes later queues
    behind it, and with a reader that does not end everybody would wait.
    """
    kind = make_url(url).get_backend_name()
    if kind == "sqlite":
        return open_patient(url)
    if kind == "postgresql":
        settings = {"options": "-c lock_timeout=2000"}
        return create_engine(url, **_COMMON, connect_args=_POSTGRES | settings)
    session = {"init_command": f"{MYSQL_SESSION}, lock_wait_timeout = 2"}
    return create_engine(url, **_COMMON, connect_args=_MYSQL | session)


_COMMON: dict[str, Any] = {"hide_parameters": True, "poolclass": NullPool}
_SNAPSHOT: dict[str, Any] = {**_COMMON, "isolation_level": "REPEATABLE READ"}
_POSTGRES: dict[str, Any] = {"connect_timeout": 2}
_MYSQL: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": _LONG,
    "write_timeout": _LONG,
    "init_command": MYSQL_SESSION,
}


def _say(statement: str, connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()
