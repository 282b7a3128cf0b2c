"""Those who queue for SQLite's writer share a COMMIT, and each still has its own all or nothing."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as QueueTimeoutError

from bot.storage import group_commit
from bot.storage.database import open_engine
from bot.storage.deadline import ending_at
from bot.storage.group_commit import MOST, GroupCommit

CROWD = 12


class Fault(Exception):
    """What a turn may raise."""


@pytest.fixture(autouse=True)
def _a_slow_machine_has_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until all of a crowd queue, a busy machine may need longer than a member should wait."""
    monkeypatch.setattr(group_commit, "LONGEST", 10.0)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/notes.db", pool_size=CROWD)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(
            "CREATE TABLE answer (note INTEGER REFERENCES note DEFERRABLE INITIALLY DEFERRED)"
        )
    yield engine
    engine.dispose()


def note(connection: Connection, number: int) -> None:
    connection.exec_driver_sql("INSERT INTO note VALUES (?)", (number,))


def notes(engine: Engine) -> list[int]:
    """What is there for all to see."""
    with engine.execution_options(without_begin=True).connect() as connection:
        return sorted(connection.exec_driver_sql("SELECT id FROM note").scalars())


@contextmanager
def commits(engine: Engine) -> Iterator[list[Connection]]:
    """The COMMITs that are made meanwhile."""
    made: list[Connection] = []

    def count(connection: Connection) -> None:
        made.append(connection)

    event.listen(engine, "commit", count)
    yield made
    event.remove(engine, "commit", count)


class Crowd:
    """People who all wait until the first of them is at work, and then queue behind it."""

    def __init__(self, group: GroupCommit) -> None:
        self._group = group
        self._at_work, self._go_on = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(CROWD)

    def do(self, *works: Callable[[Connection], object]) -> list[BaseException | None]:
        """What came of these works: the first lasts until all others queue."""
        first, *others = works
        told = [self._pool.submit(self._lasting, first)]
        assert self._at_work.wait(5)
        told += [self._pool.submit(self._one, work) for work in others]
        deadline = time.monotonic() + 5
        while len(self._group._queue) < len(others):
            assert time.monotonic() < deadline, "they do not queue"
            time.sleep(0.001)
        self._go_on.set()
        return [one.exception(timeout=10) for one in told]

    def _lasting(self, work: Callable[[Connection], object]) -> None:
        with self._group.transaction() as connection:
            work(connection)
            self._at_work.set()
            assert self._go_on.wait(5)

    def _one(self, work: Callable[[Connection], object]) -> None:
        with self._group.transaction() as connection:
            work(connection)


def noting(number: int, fails: bool = False) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        note(connection, number)
        if fails:
            raise Fault

    return work


def test_who_is_alone_commits_at_once(engine: Engine) -> None:
    with GroupCommit(engine).transaction() as connection:
        note(connection, 1)

    assert notes(engine) == [1]


def test_those_who_queue_share_one_commit(engine: Engine) -> None:
    with commits(engine) as made:
        told = Crowd(GroupCommit(engine)).do(*map(noting, range(8)))

    assert told == [None] * 8
    assert notes(engine) == [*range(8)]
    assert len(made) == 1


def test_nobody_joins_those_who_have_waited_long_enough(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "LONGEST", 0.0)

    with commits(engine) as made:
        assert Crowd(GroupCommit(engine)).do(*map(noting, range(4))) == [None] * 4

    assert len(made) == 4
    assert notes(engine) == [*range(4)]


@pytest.mark.slow
@given(fails=st.lists(st.booleans(), min_size=1, max_size=CROWD))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_fails_leaves_nothing_and_takes_nothing_from_the_others(
    engine: Engine, fails: list[bool]
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM note")
    works = [noting(number, fail) for number, fail in enumerate(fails)]
    # The first lasts until all queue, and so must not fail before.
    works[0] = noting(0)

    told = Crowd(GroupCommit(engine)).do(*works)

    failed = {number for number, fail in enumerate(fails) if fail and number}
    assert {number for number, error in enumerate(told) if isinstance(error, Fault)} == failed
    assert notes(engine) == [number for number in range(len(fails)) if number not in failed]


def test_nobody_is_told_of_success_before_the_commit(engine: Engine) -> None:
    seen: list[list[int]] = []

    def looks(connection: Connection) -> None:
        note(connection, 2)
        seen.append(notes(engine))

    assert Crowd(GroupCommit(engine)).do(noting(1), looks) == [None, None]
    assert seen == [[]]
    assert notes(engine) == [1, 2]


def test_a_commit_that_fails_has_failed_for_all_and_the_next_begin_anew(engine: Engine) -> None:
    def dangling(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO answer VALUES (99)")

    group = GroupCommit(engine)
    told = Crowd(group).do(noting(1), dangling, noting(2))

    assert [type(error) for error in told] == [OperationalError] * 3
    assert notes(engine) == []
    with group.transaction() as connection:
        note(connection, 3)
    assert notes(engine) == [3]


def test_where_sqlite_undoes_it_all_by_itself_nobody_is_told_of_success(engine: Engine) -> None:
    def disk_is_full(connection: Connection) -> None:
        connection.connection.driver_connection.execute("ROLLBACK")  # type: ignore[union-attr]
        raise Fault

    group = GroupCommit(engine)
    told = Crowd(group).do(noting(1), noting(2), disk_is_full, noting(3))

    assert [type(error) for error in told[:3]] == [OperationalError, OperationalError, Fault]
    # The one behind worked in a transaction of its own.
    assert told[3] is None
    assert notes(engine) == [3]


def test_a_full_group_is_committed_though_others_wait(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST >= CROWD, "a whole crowd fits in, unless it is told otherwise"
    monkeypatch.setattr("bot.storage.group_commit.MOST", 3)

    with commits(engine) as made:
        assert Crowd(GroupCommit(engine)).do(*map(noting, range(7))) == [None] * 7

    assert len(made) == 3
    assert notes(engine) == [*range(7)]


def test_who_waits_in_vain_is_told_so_and_the_queue_goes_on_without(engine: Engine) -> None:
    group = GroupCommit(engine)

    def impatient() -> None:
        with ending_at(0.0), group.transaction():
            pass

    with ThreadPoolExecutor() as pool, group.transaction() as connection:
        note(connection, 1)
        error = pool.submit(impatient).exception(timeout=5)

    assert isinstance(error, QueueTimeoutError)
    assert notes(engine) == [1]
    with group.transaction() as connection:
        note(connection, 2)
    assert notes(engine) == [1, 2]


DIES = """
import os, sys
from bot.storage.database import open_engine
from bot.storage.group_commit import GroupCommit
from bot.storage import group_commit
from tests.storage.test_group_commit import CROWD, Crowd, note, noting

group_commit.LONGEST = 10.0

def dies(connection):
    note(connection, 3)
    os._exit(9)

Crowd(GroupCommit(open_engine(sys.argv[1], pool_size=CROWD))).do(noting(1), noting(2), dies)
"""


@pytest.mark.slow
def test_of_a_worker_that_dies_before_the_commit_nothing_is_left(engine: Engine) -> None:
    with engine.begin() as connection:
        note(connection, 0)

    ended = subprocess.run([sys.executable, "-c", DIES, str(engine.url)], timeout=30, check=False)

    assert ended.returncode == 9
    assert notes(engine) == [0]
