"""The engine, and what each kind of database must be told before it keeps our promises."""

import select as readiness
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from bot.journal import time_sql
from bot.storage.watching import WatchedPool, keep_time

Sessions = sessionmaker[Session]
Clock = Callable[[Session], datetime]

PATIENCE = 2
"""Seconds that a writer waits for its turn on SQLite."""
_POSTGRES_LIMITS = (
    "-c statement_timeout=2500 -c lock_timeout=1000 -c idle_in_transaction_session_timeout=5000"
)
"""Milliseconds. Together they keep a turn inside WeChat's five seconds."""

MYSQL_SESSION = (
    # The server's own patience with a lock is fifty seconds, and its zone the machine's.
    "SET SESSION innodb_lock_wait_timeout = 1, time_zone = '+00:00', "
    "sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
)
_MYSQL_LIMITS = {
    # MariaDB alone can end a transaction whose owner has fallen silent with its locks in hand;
    # what only MariaDB reads is a comment to MySQL.
    "init_command": MYSQL_SESSION + " /*M! , idle_transaction_timeout = 5 */",
}

_READING: dict[str, Mapping[str, Any]] = {
    # Both without a trip to the server. MySQL would make four of them, and needs no BEGIN anyway.
    "postgresql": {"isolation_level": "AUTOCOMMIT"},
    "sqlite": {"without_begin": True},
}
OVERFLOW = 2
"""Connections beyond the pool, for a moment in which all are taken."""


def open_engine(url: str, pool_size: int = 8) -> Engine:
    """An engine for `url` (SQLite, PostgreSQL, MySQL or MariaDB), tuned for short turns."""
    kind = make_url(url).get_backend_name()
    # What members wrote must not reach the log by way of an error's text.
    options: dict[str, Any] = {"hide_parameters": True, "pool_recycle": 1800}
    if make_url(url).database:
        options |= {"pool_size": pool_size, "max_overflow": OVERFLOW, "pool_use_lifo": True}
    if kind == "sqlite":
        options |= {"connect_args": {"timeout": PATIENCE, "check_same_thread": False}}
    else:
        options |= {"pool_timeout": 1, "isolation_level": "READ COMMITTED"}
    if kind == "postgresql":
        options |= {"connect_args": {"options": _POSTGRES_LIMITS, "connect_timeout": 2}}
    if kind in ("mysql", "mariadb"):
        options |= {"connect_args": _MYSQL_LIMITS}
    if make_url(url).database not in (None, "", ":memory:"):
        options["poolclass"] = WatchedPool
    engine = create_engine(url, **options)
    keep_time(engine)
    if connect := _IN_TIME.get(kind):
        event.listen(engine, "do_connect", connect)
    if kind == "sqlite":
        tame_sqlite(engine)
    else:
        _leave_the_dead(engine)
    return engine


def open_sessions(engine: Engine) -> Sessions:
    """Sessions that keep what they loaded after a commit; whoever opens one commits it."""
    return sessionmaker(engine, expire_on_commit=False)


def open_readers(engine: Engine) -> Sessions:
    """Sessions for reading alone: no lock is taken, and nobody waits for a transaction's begin."""
    return sessionmaker(engine.execution_options(**_READING.get(engine.dialect.name, {})))


def begin_read_only(session: Session) -> None:
    """Begin the session's transaction, for reading: no lock is taken, writing is refused.

    MySQL is told nothing: there it would take a statement of its own.
    """
    session.connection(execution_options={"read_only": True, "postgresql_readonly": True})


def database_clock(session: Session) -> datetime:
    """The time by the database: one clock for every host."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)  # SQLite lives in this process and has its clock.
    now: datetime = session.execute(select(_utc_now(session))).scalar_one()
    return now.replace(tzinfo=UTC)


def _utc_now(session: Session) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        return text("clock_timestamp() at time zone 'utc'")
    return text("utc_timestamp(6)")


# A program loads the driver of the one database that it has.


def _postgres_in_time(_dialect: Any, _record: Any, words: Any, settings: Any) -> Any:
    from bot.storage import postgres

    return postgres.TimedConnection.connect(*words, **settings)


def _mysql_in_time(_dialect: Any, _record: Any, words: Any, settings: Any) -> Any:
    from bot.storage import mysql

    return mysql.TimedConnection(*words, **settings)


_IN_TIME = {
    "postgresql": _postgres_in_time,
    "mysql": _mysql_in_time,
    "mariadb": _mysql_in_time,
}


class SteadyClock:
    """The database's clock, read every few seconds and counted on in between.

    It saves each message a trip to the server, and still every host has the same time: what a
    host itself thinks the time is, and how that jumps, never enters.
    """

    def __init__(self, read: Clock = database_clock, seconds: float = 5.0) -> None:
        self._read, self._seconds = read, seconds
        self._known = (datetime.min.replace(tzinfo=UTC), -seconds)

    def __call__(self, session: Session) -> datetime:
        moment, taken_at = self._known
        passed = _uptime() - taken_at
        if passed < self._seconds:
            return moment + timedelta(seconds=passed)
        moment = self._read(session)
        self._known = (moment, _uptime())
        return moment


def _uptime() -> float:
    """Seconds that have passed on this host since some moment, those it slept through too."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _leave_the_dead(engine: Engine) -> None:
    """Notice before a turn that the server has hung up on an idle connection.

    An idle server says nothing, so whatever there is to read is a farewell or the end. A look
    costs a few microseconds; the usual ping is a trip to the server before each turn.
    """

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        socket = connection if hasattr(connection, "fileno") else connection._sock
        look = readiness.poll()
        look.register(socket, readiness.POLLIN)
        if look.poll(0):
            raise InvalidatePoolError


def tame_sqlite(engine: Engine) -> None:
    """Take over transactions from the driver.

    The driver's deferred BEGIN lets two readers both try to become writers, and one fails
    at once, whatever the time-out says. BEGIN IMMEDIATE queues them instead. Who only reads
    need not queue, and is kept from writing.

    The driver's own queue is sleeping and trying again: with a dozen threads it took half of
    all the time there was. So the threads of a process queue here first.
    """
    writing = Lock()

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # What members have deleted is overwritten in the file; not every SQLite does so by itself.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
        cursor.close()

    @event.listens_for(engine, "begin")
    @time_sql
    def _on_begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if options.get("without_begin", False):
            return
        read_only = options.get("read_only", False)
        if connection.info.get("read_only", False) != read_only:
            connection.exec_driver_sql(f"PRAGMA query_only={read_only:d}")
            connection.info["read_only"] = read_only
        queue = connection.connection.record_info
        if not read_only and "writes" not in queue:
            queue["writes"] = writing.acquire(timeout=PATIENCE)
        begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        # Said to the driver itself: SQLAlchemy's way there costs as much as a statement does.
        try:
            connection.connection.driver_connection.execute(begin)
        except sqlite3.OperationalError as error:
            raise OperationalError(begin, None, error) from error

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: Any, record: Any) -> None:
        # Only now is the commit behind us.
        if record.record_info.pop("writes", False):
            writing.release()
