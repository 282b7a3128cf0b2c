"""A database that is there and hardly answers: nobody is kept waiting longer than WeChat waits."""

import pytest

from tests.chaos.conftest import Run
from tests.chaos.faults import SLOW_DATABASE
from tests.chaos.storm import Plan
from tests.stores import CrashSafeMariaDb, CrashSafePostgres

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


def plan(deep: bool) -> Plan:
    """Few messages: a host whose database is silent can hold no more than it has threads."""
    return Plan(messages=200, a_second=12, at_once=6, faults=[*SLOW_DATABASE] * (10 if deep else 1))


@pytest.mark.postgres
def test_hosts_live_with_a_postgres_that_is_silent_or_slow(
    run: Run, crash_safe_postgres: CrashSafePostgres, deep: bool
) -> None:
    url = crash_safe_postgres.fresh_url()

    _, violations = run("lines postgres", plan(deep), url, crash_safe_postgres)

    assert not violations


@pytest.mark.mariadb
def test_hosts_live_with_a_mariadb_that_is_silent_or_slow(
    run: Run, crash_safe_mariadb: CrashSafeMariaDb, deep: bool
) -> None:
    if not deep:
        pytest.skip("only the long run breaks MariaDB's lines: dev.py test --deep")
    url = crash_safe_mariadb.fresh_url()

    _, violations = run("lines mariadb", plan(deep), url, crash_safe_mariadb)

    assert not violations
