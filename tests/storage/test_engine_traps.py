"""Traps of the engines: each is shown to be real, and that we do not step into it."""

import re
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from bot.storage.database import Sessions, open_engine, open_sessions
from bot.storage.locks import claim
from bot.storage.memory import FAILURES, Memory
from bot.storage.redis_clients import PATIENCE
from bot.storage.schema import upgrade
from bot.storage.tables import Delivery, Motto, Person, Round, RoundSlot
from tests.builders import NOON, a_member, an_approved_motto, key

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def bare(fresh_mariadb_url: str) -> Iterator[Connection]:
    """A MariaDB with its own defaults, as somebody finds it who does not know better."""
    engine = create_engine(fresh_mariadb_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def mariadb_engine(fresh_mariadb_url: str) -> Iterator[Engine]:
    """Our own engine and tables on MariaDB."""
    engine = open_engine(fresh_mariadb_url)
    upgrade(engine)
    yield engine
    engine.dispose()


# ------------------------------------------------------------ who was first?


def test_the_trap_an_update_on_duplicate_says_one_row_for_first_and_second_alike(
    bare: Connection,
) -> None:
    bare.execute(text("CREATE TABLE inbox (k BINARY(4) PRIMARY KEY)"))
    claim_it = text("INSERT INTO inbox VALUES ('once') ON DUPLICATE KEY UPDATE k = k")

    assert [bare.execute(claim_it).rowcount for _ in range(2)] == [1, 1]


def test_the_second_delivery_of_a_name_is_refused(sessions: Sessions) -> None:
    def deliver() -> None:
        with sessions.begin() as session:
            session.add(
                Delivery(
                    member_key=key("zhang"), delivery_key=bytes(32), fingerprint=bytes(32),
                    outcome="done", reply=b"", received_at=NOON,
                )
            )  # fmt: skip

    deliver()

    with pytest.raises(IntegrityError):
        deliver()


def test_nothing_of_ours_asks_the_database_to_look_away() -> None:
    looks_away = re.compile(r"on_duplicate_key|on duplicate key|insert ignore|prefix_with", re.I)
    code = [path for room in ("bot", "handlers") for path in (ROOT / room).rglob("*.py")]

    assert [path.name for path in code if looks_away.search(path.read_text("utf-8"))] == []


# ------------------------------------------------------------ cut to fit


def test_the_trap_an_insert_that_ignores_cuts_a_key_and_keeps_it(bare: Connection) -> None:
    bare.execute(text("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'"))
    bare.execute(text("CREATE TABLE person (openid VARCHAR(64) PRIMARY KEY)"))

    bare.execute(text("INSERT IGNORE INTO person VALUES (REPEAT('o', 80))"))

    assert bare.scalar(text("SELECT LENGTH(openid) FROM person")) == 64


def test_a_key_that_is_too_long_is_refused_or_kept_whole(sessions: Sessions) -> None:
    too_long = "o" * 80
    try:
        with sessions.begin() as session:
            session.add(Person(member_key=key("zhang"), openid=too_long, following=True))
    except DataError:
        kept = []
    else:
        with sessions() as session:
            kept = list(session.scalars(select(Person.openid)))

    # SQLite knows no lengths.
    assert kept in ([], [too_long])


# ------------------------------------------------------------ the same, or nearly


def test_the_trap_a_key_by_default_takes_another_person_for_the_first(bare: Connection) -> None:
    bare.execute(text("CREATE TABLE vote (openid VARCHAR(64) PRIMARY KEY)"))
    bare.execute(text("INSERT INTO vote VALUES ('oAbC')"))

    for other in ("oaBc", "oAbC "):
        with pytest.raises(IntegrityError):
            bare.execute(text("INSERT INTO vote VALUES (:other)"), {"other": other})


def test_openids_that_differ_in_their_case_are_two_people(sessions: Sessions) -> None:
    # A blank at the end never comes this far: the edge knows that no openid has one.
    with sessions.begin() as session:
        for n, openid in enumerate(("oAbC", "oaBc", "OABC")):
            session.add(Person(member_key=bytes([n] * 16), openid=openid, following=True))

    with sessions() as session:
        assert session.scalar(select(func.count()).where(Person.openid == "oaBc")) == 1


def test_member_keys_that_differ_in_a_blank_or_a_case_are_two_members(sessions: Sessions) -> None:
    keys = [b"a" * 16, b"A" * 16, b"a" * 15 + b" ", b"a" * 15 + b"\0"]
    with sessions.begin() as session:
        for n, member in enumerate(keys):
            session.add(Person(member_key=member, openid=f"o{n}", following=True))

    with sessions() as session:
        assert set(session.scalars(select(Person.member_key))) == set(keys)


def test_every_text_of_ours_is_compared_byte_by_byte(mariadb_engine: Engine) -> None:
    with mariadb_engine.connect() as connection:
        collations = connection.execute(
            text(
                "SELECT table_name, column_name, collation_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND collation_name IS NOT NULL"
                " AND table_name <> 'alembic_version'"
            )
        ).all()

    assert len(collations) > 20
    assert {row.collation_name for row in collations} == {"utf8mb4_bin"}


def test_the_trap_a_general_collation_holds_two_emoji_for_one(bare: Connection) -> None:
    bare.execute(text("CREATE TABLE motto (words VARCHAR(9)) COLLATE utf8mb4_general_ci"))
    bare.execute(text("INSERT INTO motto VALUES ('😀')"))

    assert bare.scalar(text("SELECT COUNT(*) FROM motto WHERE words = '😁'")) == 1


def test_mottos_that_differ_in_an_emoji_are_two(sessions: Sessions) -> None:
    words = "群众的事，一刻也不等"
    with sessions.begin() as session:
        for name, emoji in (("zhang", "😀"), ("li", "😁")):
            an_approved_motto(session, name, words + emoji)

    with sessions() as session:
        same = [
            session.scalar(select(func.count()).where(Motto.words == words + emoji))
            for emoji in "😀😁😂"
        ]
        assert same == [1, 1, 0]


# ------------------------------------------------------------ two who read, then write


def test_the_trap_of_two_that_read_and_then_write_one_fails_at_once(tmp_path: Path) -> None:
    one, other = [
        sqlite3.connect(tmp_path / "bare.db", timeout=30, isolation_level=None) for _ in range(2)
    ]
    one.execute("PRAGMA journal_mode=WAL")
    one.execute("CREATE TABLE counter (n)")
    for connection in (one, other):
        connection.execute("BEGIN")
        connection.execute("SELECT n FROM counter").fetchall()
    one.execute("INSERT INTO counter VALUES (1)")
    one.execute("COMMIT")

    began = time.monotonic()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("INSERT INTO counter VALUES (2)")

    assert time.monotonic() - began < 5, "although it may wait for thirty seconds"
    one.close()
    other.close()


def test_of_many_that_read_and_then_write_none_fails_and_none_is_lost(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session)
        session.add(RoundSlot(round_id=1, slot=100))

    def count_up(_: int) -> None:
        with sessions.begin() as session:
            slot = session.scalars(
                select(RoundSlot).where(RoundSlot.slot >= 100).with_for_update()
            ).one()
            slot.slot += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_up, range(80)))

    with sessions() as session:
        assert session.scalar(select(func.max(RoundSlot.slot))) == 180


# ------------------------------------------------------------ what a statement saw


def sealed_as_the_lock_is_granted(session: Session) -> bool:
    """The short form: lock the round and read it, both at once."""
    row = session.execute(
        text("SELECT pg_advisory_xact_lock_shared(1, id), sealed_at FROM round WHERE id = 1")
    ).one()
    return row.sealed_at is not None


def sealed_in_the_next_statement(session: Session) -> bool:
    sealed_as_the_lock_is_granted(session)
    return session.scalars(select(Round.sealed_at)).one() is not None


@pytest.fixture
def postgres_sessions(fresh_postgres_url: str) -> Iterator[Sessions]:
    engine = open_engine(fresh_postgres_url)
    upgrade(engine)
    sessions = open_sessions(engine)
    with sessions.begin() as session:
        session.add(
            Round(
                id=1, title="评选", collects_from=NOON, collects_until=NOON, opens_at=NOON,
                closes_at=NOON, own_entry_allowed=False,
            )
        )  # fmt: skip
    yield sessions
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("ask", "knows"), [(sealed_as_the_lock_is_granted, False), (sealed_in_the_next_statement, True)]
)
def test_a_statement_that_waited_for_a_lock_saw_the_tables_before_it_waited(
    postgres_sessions: Sessions, ask: Callable[[Session], bool], knows: bool
) -> None:
    def voter() -> bool:
        with postgres_sessions.begin() as session:
            return ask(session)

    with ThreadPoolExecutor(1) as pool:
        with postgres_sessions.begin() as sealer:
            claim(sealer, 1)
            asked = pool.submit(voter)
            wait_for_somebody_waiting(sealer)
            sealer.execute(text("UPDATE round SET sealed_at = now()"))

        assert asked.result() is knows


def wait_for_somebody_waiting(session: Session) -> None:
    deadline = time.monotonic() + 10
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    while not session.scalar(waiting):
        assert time.monotonic() < deadline
        time.sleep(0.01)


# ------------------------------------------------------------ how long Redis may take


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def dead_port() -> int:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_the_trap_the_clients_defaults_try_a_dead_server_for_seconds(dead_port: int) -> None:
    client, began = redis.Redis("127.0.0.1", dead_port), time.monotonic()

    with pytest.raises(redis.ConnectionError):
        client.get("state")

    assert time.monotonic() - began > 0.2
    client.close()


def test_the_trap_the_clients_defaults_wait_for_a_silent_server(silent_port: int) -> None:
    client, given_up = redis.Redis("127.0.0.1", silent_port), threading.Event()

    def ask() -> None:
        with suppress(redis.RedisError, OSError):
            client.get("state")
        given_up.set()

    # Nobody waits for its end here: it takes a minute.
    threading.Thread(target=ask, daemon=True).start()

    assert not given_up.wait(2)


@pytest.mark.parametrize("port", ["silent_port", "dead_port"])
def test_our_memory_gives_up_in_a_tenth_of_a_second(
    request: pytest.FixtureRequest, port: str
) -> None:
    memory = Memory(f"redis://127.0.0.1:{request.getfixturevalue(port)}")

    for _ in range(FAILURES + 1):
        began = time.monotonic()
        assert memory.tally(1) is None
        assert time.monotonic() - began < 3 * PATIENCE
