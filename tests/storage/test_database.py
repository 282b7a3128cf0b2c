"""Each kind of database is told what our promises need, and has a clock of its own."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.storage.database import (
    PATIENCE,
    begin_read_only,
    database_clock,
    open_engine,
    open_sessions,
)


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    engine = open_engine(store_url)
    yield engine
    engine.dispose()


def test_the_clock_is_the_databases_and_tells_utc(engine: Engine) -> None:
    with open_sessions(engine)() as session:
        now = database_clock(session)

    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


PROMISES: dict[str, dict[str, object]] = {
    "sqlite": {
        "PRAGMA journal_mode": "wal",
        "PRAGMA synchronous": 2,
        "PRAGMA foreign_keys": 1,
        "PRAGMA busy_timeout": 2000,
    },
    "postgresql": {
        "SHOW statement_timeout": "2500ms",
        "SHOW lock_timeout": "1s",
        "SHOW idle_in_transaction_session_timeout": "5s",
        "SHOW transaction_isolation": "read committed",
    },
    "mysql": {
        "SELECT @@innodb_lock_wait_timeout": 1,
        "SELECT @@idle_transaction_timeout": 5,
        "SELECT @@tx_isolation": "READ-COMMITTED",
        "SELECT @@time_zone": "+00:00",
        "SELECT @@sql_mode LIKE '%STRICT_TRANS_TABLES%'": 1,
    },
}


def test_every_connection_keeps_inside_the_five_seconds(engine: Engine) -> None:
    with engine.connect() as connection:
        promises = PROMISES[engine.dialect.name]

        assert {ask: connection.scalar(text(ask)) for ask in promises} == promises


def test_an_errors_text_holds_no_parameters(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(Exception) as raised:  # noqa: PT011
        connection.execute(text("SELECT * FROM nowhere WHERE words = :words"), {"words": "秘密"})

    assert "秘密" not in str(raised.value)


HANG_UP = {
    "postgresql": "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT CONCAT('KILL ', id) FROM information_schema.processlist"
    " WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow]),
        pytest.param("mariadb", marks=[pytest.mark.mariadb, pytest.mark.slow]),
    ],
)
def test_a_connection_the_server_hung_up_on_is_not_used_again(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"fresh_{kind}_url"))
    engine, other = open_engine(url), open_engine(url)
    with engine.connect(), engine.connect():
        """Two connections wait in the pool from now on."""
    with other.connect() as connection:
        for kill in connection.scalars(text(HANG_UP[engine.dialect.name])).all():
            if isinstance(kill, str):
                connection.execute(text(kill))
    # The server has decided; until its word arrives nobody can know of it.
    time.sleep(0.5)

    with engine.connect() as first, engine.connect() as second:
        assert (first.scalar(text("SELECT 1")), second.scalar(text("SELECT 1"))) == (1, 1)

    engine.dispose()
    other.dispose()


@pytest.mark.slow
def test_a_database_that_stays_locked_is_a_store_in_trouble_and_no_fault_of_ours(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/sibian.db")
    sessions = open_sessions(engine)

    with sessions.begin() as writer:
        writer.execute(text("SELECT 1"))
        with sessions() as other, pytest.raises(OperationalError, match="locked"):
            other.execute(text("SELECT 1"))

    with sessions.begin() as other:
        assert other.scalar(text("SELECT 1")) == 1
    engine.dispose()


# ------------------------------------------------------------ who only reads


@pytest.fixture
def with_a_note(engine: Engine) -> Engine:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words VARCHAR(9))"))
        connection.execute(text("INSERT INTO note VALUES ('before')"))
    return engine


@pytest.mark.slow
def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(with_a_note: Engine) -> None:
    sessions = open_sessions(with_a_note)
    with sessions.begin() as writer:
        writer.execute(text("UPDATE note SET words = 'after'"))

        with sessions.begin() as reader:
            begin_read_only(reader)
            assert reader.scalar(text("SELECT words FROM note")) == "before"


def test_a_writer_waits_for_no_reader(with_a_note: Engine) -> None:
    sessions = open_sessions(with_a_note)
    with sessions.begin() as reader:
        begin_read_only(reader)
        reader.execute(text("SELECT words FROM note"))

        with sessions.begin() as writer:
            writer.execute(text("UPDATE note SET words = 'after'"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "store_url",
    # MySQL would refuse READ ONLY in the middle of a transaction, so there it is not told.
    ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])],
    indirect=True,
)
def test_a_reader_can_write_nothing_and_the_next_on_its_connection_can(
    with_a_note: Engine,
) -> None:
    sessions = open_sessions(with_a_note)
    for _ in range(2):
        with sessions() as reader:
            begin_read_only(reader)
            with pytest.raises(DatabaseError, match=r"readonly|read-only"):
                reader.execute(text("UPDATE note SET words = 'reader'"))
        with sessions.begin() as writer:
            writer.execute(text("UPDATE note SET words = 'writer'"))


# ------------------------------------------------------------ who writes on SQLite


@pytest.mark.slow
def test_the_writers_of_a_process_queue_and_leave_the_queue(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'queue.db'}", pool_size=12)
    sessions = open_sessions(engine)
    with sessions.begin() as session:
        session.execute(text("CREATE TABLE tally (votes INTEGER)"))
        session.execute(text("INSERT INTO tally VALUES (0)"))

    def vote(number: int) -> None:
        with suppress(ZeroDivisionError), sessions.begin() as session:
            session.execute(text("UPDATE tally SET votes = votes + 1"))
            if number % 3 == 0:
                raise ZeroDivisionError

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(vote, range(120)))

    with sessions() as session:
        assert session.scalar(text("SELECT votes FROM tally")) == 80
    engine.dispose()


@pytest.mark.slow
def test_a_writer_that_keeps_everybody_waiting_is_given_up_on(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'slow.db'}")
    sessions = open_sessions(engine)

    with sessions() as slow:
        slow.connection()
        began = time.monotonic()
        with pytest.raises(OperationalError), sessions.begin() as other:
            other.connection()
        waited = time.monotonic() - began
    with sessions.begin() as next_one:
        next_one.execute(text("CREATE TABLE free (words TEXT)"))

    assert PATIENCE < waited < 3 * PATIENCE
    engine.dispose()
