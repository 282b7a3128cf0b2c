"""What goes wrong during a run: each fault breaks something for a while and mends it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from random import Random

import redis
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.chaos.proxy import FINE, Cut, Proxy, Trouble
from tests.chaos.site import Site, stopped

Fault = Callable[[Site, Random], Awaitable[None]]


# ------------------------------------------------------------ processes


async def master_killed(site: Site, random: Random) -> None:
    host = random.choice(site.hosts)
    host.send(signal.SIGKILL)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(host.wait)


async def keeper_killed(site: Site, _: Random) -> None:
    assert site.keeper is not None
    site.keeper.send(signal.SIGKILL)


async def rolling_restart(site: Site, _: Random) -> None:
    """One host after the other, each once the one before is back."""
    for host in site.hosts:
        await stopped(host)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(host.wait)


# ------------------------------------------------------------ stores


async def database_killed(site: Site, _: Random) -> None:
    """It ends in the middle of whatever it does, and recovers."""
    assert site.server is not None
    await asyncio.to_thread(site.server.stop)
    await asyncio.to_thread(site.server.run)


async def valkey_flushed(site: Site, _: Random) -> None:
    with suppress(redis.RedisError):
        await asyncio.to_thread(site.cache.flushall)


async def valkey_restarted(site: Site, _: Random) -> None:
    await asyncio.to_thread(site.valkey.stop)
    await asyncio.to_thread(site.valkey.start)


async def valkey_frozen(site: Site, _: Random) -> None:
    site.valkey.fall_silent()
    await asyncio.sleep(2)
    site.valkey.speak_again()


async def valkey_gone(site: Site, _: Random) -> None:
    await asyncio.to_thread(site.valkey.stop)
    await asyncio.sleep(4)
    await asyncio.to_thread(site.valkey.start)


async def migrated(site: Site, random: Random) -> None:
    """A column comes while somebody reads and will not let go; the migration does not insist."""
    column = f"spare_{random.randrange(10**9)}"
    with site.engine.connect() as reader:
        await asyncio.to_thread(reader.execute, text("SELECT count(*) FROM vote"))
        adding = asyncio.create_task(asyncio.to_thread(_add_column, site, column))
        await asyncio.sleep(1.5)
    await adding


def _add_column(site: Site, column: str) -> None:
    patience = {
        "postgresql": "SET lock_timeout = '200ms'",
        "mysql": "SET lock_wait_timeout = 1",
        "sqlite": "PRAGMA busy_timeout = 200",
    }
    for _ in range(50):
        with suppress(DBAPIError), site.engine.connect() as connection:
            connection.execute(text(patience[site.engine.dialect.name]))
            connection.execute(text(f"ALTER TABLE vote ADD COLUMN {column} INTEGER"))
            connection.commit()
            connection.invalidate()
            return
    raise AssertionError("the migration never found a gap")


# ------------------------------------------------------------ lines


def _on(lines: Callable[[Site], list[Proxy]], seconds: float, **trouble: object) -> Fault:
    """This trouble on the line of one host for so long, then a clean line."""

    async def fault(site: Site, random: Random) -> None:
        line = random.choice(lines(site))
        line.trouble = replace(FINE, **trouble)  # type: ignore[arg-type]
        await asyncio.sleep(seconds)
        line.heal()

    return fault


def _sql(site: Site) -> list[Proxy]:
    return site.sql


def _memory(site: Site) -> list[Proxy]:
    return site.memory


def _reset(lines: Callable[[Site], list[Proxy]]) -> Fault:
    async def fault(site: Site, _: Random) -> None:
        for line in lines(site):
            line.reset()

    return fault


def _half_open(lines: Callable[[Site], list[Proxy]], seconds: float) -> Fault:
    async def fault(site: Site, random: Random) -> None:
        line = random.choice(lines(site))
        line.strand()
        await asyncio.sleep(seconds)
        line.heal()

    return fault


def _commits_cut(how: Cut) -> Fault:
    """Three commits of one host are cut."""

    async def fault(site: Site, random: Random) -> None:
        line = random.choice(site.sql)
        line.cuts += [how] * 3
        for _ in range(40):
            if not line.cuts:
                return
            await asyncio.sleep(0.05)

    return fault


PROCESSES: dict[str, Fault] = {
    "master killed": master_killed,
    "keeper killed": keeper_killed,
    "rolling restart": rolling_restart,
}
VALKEY: dict[str, Fault] = {
    "valkey flushed": valkey_flushed,
    "valkey restarted": valkey_restarted,
    "valkey frozen": valkey_frozen,
    "valkey gone": valkey_gone,
    "valkey slow": _on(_memory, 2, latency=0.5),
    "valkey silent": _on(_memory, 2, silent=True),
    "valkey in slices": _on(_memory, 2, sliced=True),
    "valkey reset": _reset(_memory),
    "valkey half open": _half_open(_memory, 2),
}
DATABASE: dict[str, Fault] = {
    "database killed": database_killed,
    "migration": migrated,
    "commit cut before": _commits_cut(Cut.BEFORE),
    "commit cut after": _commits_cut(Cut.AFTER),
    "sql reset": _reset(_sql),
    "sql 50 ms": _on(_sql, 3, latency=0.05),
    "sql in slices": _on(_sql, 2, sliced=True),
}
SLOW_DATABASE: dict[str, Fault] = {
    "sql 500 ms": _on(_sql, 3, latency=0.5),
    "sql 3000 ms": _on(_sql, 6, latency=3.0),
    "sql silent": _on(_sql, 6, silent=True),
    "sql half open": _half_open(_sql, 6),
}
ALL = PROCESSES | VALKEY | DATABASE | SLOW_DATABASE

__all__ = ["ALL", "DATABASE", "PROCESSES", "SLOW_DATABASE", "VALKEY", "Fault", "Trouble"]
