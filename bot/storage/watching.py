"""What is noted of a database at work: the time it takes, its pool, and what goes wrong."""

import time
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from bot import metrics
from bot.journal import time_sql

_DEADLOCK, _SERIALIZATION = frozenset({"40P01", 1213}), frozenset({"40001"})
"""The codes of PostgreSQL, and of MySQL, for what only a second try mends."""


class WatchedPool(QueuePool):
    """A pool that tells how many of its connections are lent out, and how long one waited."""

    def _do_get(self) -> ConnectionPoolEntry:
        began = time.perf_counter()
        try:
            return super()._do_get()
        finally:
            metrics.pool_waited(time.perf_counter() - began)
            metrics.pool_in_use(self.checkedout())

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        metrics.pool_in_use(self.checkedout())


def keep_time(engine: Engine) -> None:
    """Have the time of each statement and each COMMIT noted.

    SQLAlchemy has events for it, which cost more and know nothing of the end of a COMMIT.
    """
    dialect = engine.dialect

    def commit(connection: Any) -> None:
        try:
            committed(connection)
        except Exception as error:
            if isinstance(error, dialect.loaded_dbapi.Error) and dialect.is_disconnect(
                error, connection, None
            ):
                metrics.commit_unknown()
            raise

    committed = dialect.do_commit
    timed = {name: getattr(dialect, name) for name in ("do_execute", "do_execute_no_params")}
    timed |= {"do_executemany": dialect.do_executemany, "do_commit": commit}
    for name, call in timed.items():
        setattr(dialect, name, time_sql(call))


def trouble(error: Exception) -> str:
    """What a transaction that is worth another try has met, in one word."""
    if isinstance(error, IntegrityError):
        return "race"
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return "lost"
        facts = {getattr(error.orig, "sqlstate", None), *getattr(error.orig, "args", ())[:1]}
        if facts & _DEADLOCK:
            return "deadlock"
        if facts & _SERIALIZATION:
            return "serialization"
    return "busy"
