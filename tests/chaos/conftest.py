"""The seed, and servers that lose nothing they have confirmed when they are killed."""

import os
import random
from collections.abc import Iterator

import pytest

from tests.stores import CrashSafeMariaDb, CrashSafePostgres, Valkey, mariadb_is_here, started


@pytest.fixture(scope="session")
def seed() -> int:
    """`CHAOS_SEED` in the environment repeats a run, as far as processes can be repeated."""
    return int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))


@pytest.fixture(scope="session")
def deep() -> bool:
    """Whether this is the long run: `dev.py test --deep`."""
    return bool(os.environ.get("CHAOS_DEEP"))


@pytest.fixture(scope="session")
def caught() -> list[str]:
    """The planted bugs that were caught so far."""
    return []


@pytest.fixture(scope="session")
def crash_safe_postgres() -> Iterator[CrashSafePostgres]:
    with started(CrashSafePostgres) as server:
        yield server


@pytest.fixture(scope="session")
def crash_safe_mariadb() -> Iterator[CrashSafeMariaDb]:
    if not mariadb_is_here():
        pytest.skip("there is no mariadbd on this machine (Debian: apt install mariadb-server)")
    with started(CrashSafeMariaDb) as server:
        yield server


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A Valkey of the run's own, to be stopped and started at will."""
    with started(Valkey) as server:
        yield server
