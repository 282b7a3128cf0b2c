"""Whoever waits for several trips to the store waits no longer than for one that is too long."""

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from bot.storage.database import open_engine
from bot.storage.deadline import LEAST, SILENCE, ending_at, patience
from tests.apart import run_apart
from tests.chaos.proxy import Proxy, Trouble
from tests.chaos.site import through
from tests.stores import MariaDb, Postgres


def test_without_anybody_who_waits_a_trip_has_its_own_limit() -> None:
    assert patience() == SILENCE


def test_a_trip_gets_what_is_left_and_never_nothing() -> None:
    with ending_at(time.monotonic() + 1):
        assert 0.9 < patience() <= 1
        with ending_at(time.monotonic() - 1):
            assert patience() == LEAST
        assert patience() > LEAST


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def test_on_a_slow_line_nobody_waits_for_trip_after_trip(
    kind: str, request: pytest.FixtureRequest
) -> None:
    server: Postgres | MariaDb = request.getfixturevalue(kind)
    url = server.fresh_url()

    async def waited() -> float:
        line = Proxy(server.socket)
        await line.open()
        line.trouble = Trouble(latency=0.6)
        try:
            return await asyncio.to_thread(_asks_on_and_on, through(url, line))
        finally:
            await line.close()

    assert run_apart(waited()) < 2.5


@pytest.mark.slow
@pytest.mark.mariadb
def test_nobody_waits_for_a_mysql_that_lets_nobody_in_or_takes_no_more(
    fresh_mariadb_url: str,
) -> None:
    engine = open_engine(fresh_mariadb_url)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        limits = driver.connect_timeout, driver._write_timeout
    engine.dispose()

    assert limits == (2, SILENCE)


def _asks_on_and_on(url: str) -> float:
    """Seconds after which somebody who has 1.5 of them gives up."""
    engine = open_engine(url)
    began = time.monotonic()
    try:
        with ending_at(began + 1.5), pytest.raises(DBAPIError):
            _ask(engine, times=20)
        return time.monotonic() - began
    finally:
        engine.dispose()


def _ask(engine: Engine, times: int) -> None:
    with engine.connect() as connection:
        for _ in range(times):
            connection.execute(text("SELECT 1"))
