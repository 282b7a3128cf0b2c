"""The engine, and what each kind of database must be told before it keeps our promises."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, select, text
from sqlalchemy.orm import Session, sessionmaker

Sessions = sessionmaker[Session]
Clock = Callable[[Session], datetime]

_POSTGRES_LIMITS = (
    "-c statement_timeout=2500 -c lock_timeout=1000 -c idle_in_transaction_session_timeout=5000"
)
"""Milliseconds. Together they keep a turn inside WeChat's five seconds."""

MYSQL_LIMITS = {
    "connect_timeout": 2,
    "read_timeout": 3,
    "write_timeout": 3,
    # The server's own patience with a lock is fifty seconds, and its zone the machine's.
    "init_command": "SET SESSION innodb_lock_wait_timeout = 1, time_zone = '+00:00', "
    "sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
}
"""Seconds. A statement that takes longer is given up by the driver, and its connection too."""

OVERFLOW = 2
"""Connections beyond the pool, for a moment in which all are taken."""


def open_engine(url: str, pool_size: int = 8) -> Engine:
    """An engine for `url` (SQLite, PostgreSQL, MySQL or MariaDB), tuned for short turns."""
    kind = make_url(url).get_backend_name()
    # What members wrote must not reach the log by way of an error's text.
    options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True}
    options |= {"pool_recycle": 1800}
    if kind == "sqlite":
        options |= {"connect_args": {"timeout": 2, "check_same_thread": False}}
    else:
        options |= {"pool_size": pool_size, "max_overflow": OVERFLOW, "pool_timeout": 1}
        options |= {"pool_use_lifo": True, "isolation_level": "READ COMMITTED"}
    if kind == "postgresql":
        options |= {"connect_args": {"options": _POSTGRES_LIMITS, "connect_timeout": 2}}
    if kind in ("mysql", "mariadb"):
        options |= {"connect_args": MYSQL_LIMITS}
    engine = create_engine(url, **options)
    if kind == "sqlite":
        tame_sqlite(engine)
    return engine


def open_sessions(engine: Engine) -> Sessions:
    """Sessions that keep what they loaded after a commit; whoever opens one commits it."""
    return sessionmaker(engine, expire_on_commit=False)


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


def tame_sqlite(engine: Engine, begin: str = "BEGIN IMMEDIATE") -> None:
    """Take over transactions from the driver, which begin with `begin`.

    The driver's deferred BEGIN lets two readers both try to become writers, and one fails
    at once, whatever the time-out says. BEGIN IMMEDIATE queues them instead.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=2000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)
