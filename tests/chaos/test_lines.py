"""A database that is there and hardly answers: nobody is kept waiting longer than WeChat waits."""

import pytest

from tests.chaos.conftest import Run
from tests.chaos.faults import SLOW_DATABASE
from tests.chaos.storm import Plan
from tests.stores import CrashSafeMariaDb, CrashSafePostgres

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.deep]


PLAN = Plan(messages=400, a_second=12, at_once=6, faults=[*SLOW_DATABASE] * 2)
"""Few messages: a host whose database is silent can hold no more than it has threads."""


@pytest.mark.postgres
def test_hosts_live_with_a_postgres_that_is_silent_or_slow(
    run: Run, crash_safe_postgres: CrashSafePostgres
) -> None:
    url = crash_safe_postgres.fresh_url()

    _, violations = run("lines postgres", PLAN, url, crash_safe_postgres)

    assert not violations


@pytest.mark.mariadb
def test_hosts_live_with_a_mariadb_that_is_silent_or_slow(
    run: Run, crash_safe_mariadb: CrashSafeMariaDb
) -> None:
    url = crash_safe_mariadb.fresh_url()

    _, violations = run("lines mariadb", PLAN, url, crash_safe_mariadb)

    assert not violations
