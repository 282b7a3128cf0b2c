"""The doctor asks each store who it is, what time it has, and how many of us it bears."""

import socket
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.orm import Session

from bot import doctor
from bot.doctor import stores
from bot.doctor.finding import Finding, Mark
from bot.settings import Settings
from bot.storage.database import open_engine
from bot.storage.patient import open_survey
from bot.storage.schema import upgrade
from tests.doctor.conftest import settings
from tests.stores import Valkey


def of(url: str, check: Any, *more: Any) -> Finding | None:
    """What a check finds on the database at `url`."""
    engine = open_survey(url)
    with engine.connect() as connection:
        finding: Finding | None = check(connection, *more)
    engine.dispose()
    return finding


def mark(finding: Finding | None) -> Mark | None:
    return finding.mark if finding else None


# ---------------------------------------------------------------- the database


def test_each_engine_is_known_by_name_and_new_enough(store_url: str) -> None:
    finding = of(store_url, stores.database)

    assert finding is not None
    assert finding.mark is Mark.GOOD
    assert any(name in finding.said for name in stores.LEAST)


def test_an_engine_that_is_too_old_is_told(store_url: str) -> None:
    def of_long_ago(connection: Connection) -> Finding:
        connection.dialect.server_version_info = (3, 1)
        return stores.database(connection)

    finding = of(store_url, of_long_ago)

    assert mark(finding) is Mark.BAD


@pytest.mark.slow
def test_tables_that_are_missing_or_of_another_program_are_told(store_url: str) -> None:
    assert "bot db upgrade" in getattr(of(store_url, stores.schema), "step", "")
    engine = open_engine(store_url)
    upgrade(engine)
    assert mark(of(store_url, stores.schema)) is Mark.GOOD
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()

    finding = of(store_url, stores.schema)

    assert finding is not None
    assert "bot backup" in finding.step


@pytest.mark.parametrize(
    ("ahead", "expected"), [(0, Mark.GOOD), (4, Mark.GOOD), (7, Mark.BAD), (-7, Mark.BAD)]
)
def test_a_database_with_another_time_is_told(
    session: Session, ahead: int, expected: Mark, monkeypatch: pytest.MonkeyPatch
) -> None:
    def its_clock(_: Session) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=ahead)

    monkeypatch.setattr(stores, "database_clock", its_clock)

    assert stores.clock(session).mark is expected


def test_the_clocks_of_all_engines_can_be_compared(store_url: str) -> None:
    finding = of(store_url, lambda connection: stores.clock(Session(connection)))

    assert mark(finding) is Mark.GOOD


def test_a_server_must_bear_all_our_threads(store_url: str) -> None:
    few = of(store_url, stores.connections, settings(workers=1, threads=4))
    many = of(store_url, stores.connections, settings(workers=64, threads=64))

    if store_url.startswith("sqlite"):
        assert (few, many) == (None, None)
    else:
        assert (mark(few), mark(many)) == (Mark.GOOD, Mark.BAD)


@pytest.mark.slow
def test_a_database_that_does_not_answer_is_told_without_its_password() -> None:
    url = "postgresql+psycopg://sibian:a-password@127.0.0.1:1/sibian"
    (finding,) = doctor.of_database(settings(database_url=url))

    assert finding.mark is Mark.BAD
    assert "a-password" not in finding.said + finding.step


# ---------------------------------------------------------------- SQLite's file


def test_looking_for_a_database_does_not_make_one(at_home: Settings) -> None:
    url = at_home.database_url.get_secret_value()

    finding = stores.missing_file(make_url(url))

    assert finding is not None
    assert "bot db upgrade" in finding.step
    assert list(at_home.data_dir.iterdir()) == []


MOUNTS = """\
/dev/vda / ext4 rw 0 0
server:/export /srv nfs4 rw 0 0
/dev/vdb /srv/local\\040disk xfs rw 0 0
user@host: /mnt/host fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/sibian.db", "ext4"),
        ("/srv/sibian.db", "nfs4"),
        ("/srvother/sibian.db", "ext4"),
        ("/srv/local disk/sibian.db", "xfs"),
        ("/mnt/host/deep/sibian.db", "fuse.sshfs"),
    ],
)
def test_the_nearest_mount_above_a_file_says_where_it_lies(path: str, kind: str) -> None:
    assert stores.filesystem(Path(path), MOUNTS) == kind


def test_a_file_on_another_machine_is_told(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    url = f"sqlite:///{tmp_path / 'sibian.db'}"
    for kind, expected in [("ext4", Mark.GOOD), ("nfs4", Mark.BAD), ("fuse.sshfs", Mark.BAD)]:
        mounts.write_text(f"x {tmp_path} {kind} rw 0 0\n")
        assert mark(of(url, stores.sqlite, mounts)) is expected


def test_a_file_whose_log_is_not_written_ahead_is_told(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'sibian.db'}")
    with engine.connect() as connection:
        finding = stores.sqlite(connection)
    engine.dispose()

    assert mark(finding) is Mark.BAD


# ---------------------------------------------------------------- Redis


def test_no_redis_is_fine() -> None:
    assert stores.redis(settings()).mark is Mark.GOOD


@pytest.mark.slow
def test_a_redis_that_is_there_is_greeted(valkey: str) -> None:
    finding = stores.redis(settings(redis_url=valkey))

    assert finding.mark in (Mark.GOOD, Mark.NOTE), "a busy machine may be slow"
    assert "Redis" in finding.said


def test_a_redis_that_is_gone_is_worth_a_note_and_no_more(own_valkey: Valkey) -> None:
    own_valkey.stop()

    finding = stores.redis(settings(redis_url=own_valkey.url))

    assert finding.mark is Mark.NOTE
    assert "不丢数据" in finding.said


def test_a_redis_that_says_nothing_is_not_waited_for() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        found: list[Finding] = []
        asking = threading.Thread(
            target=lambda: found.append(
                stores.redis(settings(redis_url=f"redis://127.0.0.1:{port}"))
            )
        )
        asking.start()
        asking.join(timeout=10)

    assert [finding.mark for finding in found] == [Mark.NOTE]


@pytest.mark.parametrize(
    ("version", "seconds", "expected"),
    [
        ("6.2.14", 0.001, Mark.GOOD),
        ("7.0.15", 0.001, Mark.GOOD),
        ("10.0.0", 0.001, Mark.GOOD),
        ("6.0.16", 0.001, Mark.BAD),
        ("7.0.15", 0.05, Mark.NOTE),
    ],
)
def test_a_redis_must_be_new_and_quick(
    version: str, seconds: float, expected: Mark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "greet", lambda _: (version, seconds))

    assert stores.redis(settings(redis_url="redis://somewhere")).mark is expected
