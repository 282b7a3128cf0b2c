"""The gate: ten thousand messages, three hundred kills, and no promise broken."""

from pathlib import Path
from random import Random

import pytest

from tests.chaos import faults
from tests.chaos.app import Step
from tests.chaos.conftest import Run
from tests.chaos.storm import Plan
from tests.stores import CrashSafeMariaDb, CrashSafePostgres

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

TEN_MINUTES = 600
"""By how many seconds the clocks of the two hosts are wrong, one fast and one slow."""
EVERYTHING = [
    *faults.PROCESSES, *faults.VALKEY, *faults.DATABASE,
    "master killed", "database killed", "commit cut before", "commit cut after",
    "valkey flushed", "rolling restart", "master killed", "sql reset", "database killed",
    "commit cut after",
]  # fmt: skip


@pytest.mark.postgres
def test_nothing_that_goes_wrong_breaks_a_promise(
    run: Run, crash_safe_postgres: CrashSafePostgres, deep: bool
) -> None:
    times = 10 if deep else 1
    a_second = 60
    order = Random(0).sample(EVERYTHING, len(EVERYTHING))
    plan = Plan(
        messages=10_000 * times, a_second=a_second, kills=120 * times, deaths=0.035,
        faults=order * times,
    )  # fmt: skip

    report, violations = run(
        "postgres", plan, crash_safe_postgres.fresh_url(), crash_safe_postgres,
        clocks=(TEN_MINUTES, -TEN_MINUTES),
        # The seal comes while there is still something going on.
        voting_ends_in=0.6 * plan.messages / a_second,
    )  # fmt: skip

    assert not violations
    assert report.messages >= 10_000 * times
    assert report.kills >= 300 * times
    assert min(report.died_at[step] for step in Step) >= 10 * times
    assert sum(report.faults.values()) >= 25 * times
    assert report.max_ms <= 5_000
    assert report.recovery_p95_ms <= 2_000
    assert report.a_second >= 50


@pytest.mark.mariadb
def test_nothing_that_goes_wrong_breaks_a_promise_on_mariadb(
    run: Run, crash_safe_mariadb: CrashSafeMariaDb, deep: bool
) -> None:
    times = 50 if deep else 1
    plan = Plan(
        messages=1_000 * times, a_second=80, kills=20 * times, deaths=0.02,
        faults=["commit cut after", "database killed", "commit cut before", "sql reset"] * times,
    )  # fmt: skip

    report, violations = run("mariadb", plan, crash_safe_mariadb.fresh_url(), crash_safe_mariadb)

    assert not violations
    assert report.recovery_p95_ms <= 2_000


def test_nothing_that_goes_wrong_breaks_a_promise_on_sqlite(
    run: Run, tmp_path: Path, deep: bool
) -> None:
    times = 50 if deep else 1
    plan = Plan(
        messages=1_000 * times, a_second=80, kills=20 * times, deaths=0.02,
        faults=["valkey flushed", "master killed", "migration"] * times,
    )  # fmt: skip

    report, violations = run("sqlite", plan, f"sqlite:///{tmp_path / 'sibian.db'}", None)

    assert not violations
    assert report.recovery_p95_ms <= 2_000
