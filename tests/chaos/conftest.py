"""The seed, and servers that lose nothing they have confirmed when they are killed."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from bot.storage.database import open_engine
from tests.apart import run_apart
from tests.chaos.campaign import lay_out
from tests.chaos.oracle import Violation
from tests.chaos.report import Report
from tests.chaos.site import Server, site
from tests.chaos.storm import Plan, Storm
from tests.stores import CrashSafeMariaDb, CrashSafePostgres, Valkey, mariadb_is_here, started

Run = Callable[..., tuple[Report, list[Violation]]]


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


@pytest.fixture
def run(own_valkey: Valkey, tmp_path: Path, seed: int, caught: list[str]) -> Run:
    """Runs a plan on a fresh site; the report, and the promises that were broken."""

    def run(
        name: str,
        plan: Plan,
        url: str,
        server: Server | None,
        clocks: tuple[int, int] = (0, 0),
        voting_ends_in: float = 86_400,
    ) -> tuple[Report, list[Violation]]:
        engine = open_engine(url)
        campaign = lay_out(engine, voting_ends_in)
        engine.dispose()
        report = Report(name, seed, bugs_caught=f"{len(caught)}/10" if caught else "")

        async def rage() -> list[Violation]:
            async with site(url, server, own_valkey, tmp_path, clocks=clocks) as found:
                return await Storm(found, campaign, plan, Random(seed), report).rage()

        try:
            return report, run_apart(rage())
        finally:
            report.publish(tmp_path)

    return run
