"""The gate: ten thousand messages, three hundred kills, and no promise broken."""

from pathlib import Path
from random import Random

import pytest

from tests.chaos import faults
from tests.chaos.app import Step
from tests.chaos.conftest import Run
from tests.chaos.storm import Plan
from tests.stores import CrashSafeMariaDb, CrashSafePostgres

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.slow,
    # PyMySQL leaves a socket open when the server is cut off in the middle of the greeting.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TEN_MINUTES = 600
"""By how many seconds the clocks of the two hosts are wrong, one fast and one slow."""
EVERYTHING = [
    *faults.PROCESSES, *faults.VALKEY, *faults.DATABASE,
    "master killed", "database killed", "commit cut before", "commit cut after",
    "valkey flushed", "rolling restart", "master killed", "sql reset", "database killed",
    "commit cut after",
]  # fmt: skip
SHORT = 0.15
"""How much of the gate the short form plays; the long run plays it whole."""
SOME = [
    "commit cut after", "database killed", "valkey flushed", "commit cut before", "master killed",
]  # fmt: skip
"""What goes wrong in the short form: a rolling restart alone takes as long as the rest of it."""


@pytest.mark.postgres
def test_nothing_that_goes_wrong_breaks_a_promise(
    run: Run, crash_safe_postgres: CrashSafePostgres, deep: bool
) -> None:
    extent = 1 if deep else SHORT
    going_wrong = Random(0).sample(EVERYTHING, len(EVERYTHING)) if deep else SOME
    plan = Plan(
        messages=int(10_000 * extent), a_second=80, at_once=32, kills=int(130 * extent),
        deaths=0.045, faults=going_wrong,
    )  # fmt: skip

    report, violations = run(
        "postgres", plan, crash_safe_postgres.fresh_url(), crash_safe_postgres,
        clocks=(TEN_MINUTES, -TEN_MINUTES),
        # The seal comes while there is still something going on.
        voting_ends_in=0.6 * plan.messages / plan.a_second,
    )  # fmt: skip

    assert not violations
    assert report.messages >= 10_000 * extent
    assert report.kills >= 300 * extent
    assert sum(report.faults.values()) >= (25 if deep else len(SOME))
    assert report.max_ms <= 5_000
    if deep:
        # A short run is too short for these: for what chance gives each step, and for figures of
        # the machine as much as of the program.
        assert min(report.died_at[step] for step in Step) >= 10
        assert report.recovery_p95_ms <= 2_000
        assert report.a_second >= 50


@pytest.mark.deep
@pytest.mark.mariadb
def test_nothing_that_goes_wrong_breaks_a_promise_on_mariadb(
    run: Run, crash_safe_mariadb: CrashSafeMariaDb
) -> None:
    plan = Plan(
        messages=5_000, a_second=60, kills=100, deaths=0.02,
        faults=["commit cut after", "database killed", "commit cut before", "sql reset"] * 5,
    )  # fmt: skip

    report, violations = run("mariadb", plan, crash_safe_mariadb.fresh_url(), crash_safe_mariadb)

    assert not violations
    assert report.kills >= plan.kills


@pytest.mark.deep
def test_nothing_that_goes_wrong_breaks_a_promise_on_sqlite(run: Run, tmp_path: Path) -> None:
    plan = Plan(
        messages=5_000, a_second=60, kills=100, deaths=0.02,
        faults=["valkey flushed", "master killed", "migration"] * 5,
    )  # fmt: skip

    report, violations = run("sqlite", plan, f"sqlite:///{tmp_path / 'sibian.db'}", None)

    assert not violations
    assert report.kills >= plan.kills
