"""The site under test: two hosts, stores behind lines that can break, and who looks after it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import redis
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, make_url

from bot.settings import Settings
from tests.chaos.app import CLOCK, DEATHS
from tests.chaos.hosts import Host, Program, keeper
from tests.chaos.proxy import Proxy
from tests.journeys.conftest import settings_for
from tests.ports import free_port
from tests.stores import Valkey

LINES = {
    "postgresql": "postgresql+psycopg://postgres@127.0.0.1:{port}/{database}?sslmode=disable",
    "mysql": "mysql+pymysql://root@127.0.0.1:{port}/{database}?charset=utf8mb4",
}


class Server(Protocol):
    """A database server that keeps what it has confirmed when it is killed."""

    @property
    def socket(self) -> Path: ...

    def run(self) -> None: ...

    def stop(self) -> None: ...


@dataclass
class Site:
    """Everything that runs, within reach of whoever wants to break it."""

    url: str
    """The database, past the lines that the hosts use."""
    hosts: list[Host]
    keeper: Program | None
    """The one who counts and seals."""
    valkey: Valkey
    server: Server | None
    """None on SQLite, which has no server."""
    sql: list[Proxy]
    """A line to the database for each host."""
    memory: list[Proxy]
    """A line to Valkey for each host."""
    deaths: Path
    settings: Settings
    engine: Engine = field(init=False)
    cache: redis.Redis = field(init=False)

    def __post_init__(self) -> None:
        # Past the product's own engine, and with a patience that outlasts a restart.
        options = {"connect_args": {"timeout": 10}} if self.server is None else {}
        self.engine = create_engine(self.url, pool_pre_ping=True, **options)
        self.cache = redis.Redis.from_url(self.valkey.url)

    @property
    def programs(self) -> list[Program]:
        return [*self.hosts, *([self.keeper] if self.keeper else [])]

    async def look_after(self) -> None:
        """Start again whatever has ended, as systemd does, until cancelled."""
        while True:
            for program in self.programs:
                program.start()
            await asyncio.sleep(0.1)

    async def ready(self) -> None:
        """Wait until every host answers with all its workers."""
        for host in self.hosts:
            await asyncio.to_thread(host.wait)

    def heal(self) -> None:
        """Undo what is wrong with any line."""
        for line in (*self.sql, *self.memory):
            line.heal()


@asynccontextmanager
async def site(
    url: str,
    server: Server | None,
    valkey: Valkey,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    clocks: tuple[int, int] = (0, 0),
    kept: bool = True,
) -> AsyncIterator[Site]:
    """A running site on a database that has been laid out; nothing is left of it afterwards.

    `clocks` tells by how many seconds the clock of each host is wrong; a site that is not
    `kept` has nobody who counts and seals.
    """
    sql = [Proxy(server.socket) for _ in clocks] if server else []
    memory = [Proxy(valkey.socket) for _ in clocks]
    for line in (*sql, *memory):
        await line.open()
    hosts = []
    for number, (clock, line) in enumerate(zip(clocks, memory, strict=True)):
        settings = _settings(through(url, sql[number]) if sql else url, line, folder)
        more = {**(environment or {}), DEATHS: str(folder / "deaths"), CLOCK: str(clock)}
        hosts.append(Host(f"host-{number + 1}", settings, folder, more))
    settings = settings_for(url).model_copy(
        update={"redis_url": SecretStr(valkey.url), "data_dir": folder}
    )
    counts = keeper(settings, folder) if kept else None
    deaths = folder / "deaths"
    found = Site(url, hosts, counts, valkey, server, sql, memory, deaths, settings)
    try:
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(found.look_after())
            await found.ready()
            yield found
            looking.cancel()
    finally:
        for program in found.programs:
            program.end()
        for line in (*sql, *memory):
            await line.close()
        with suppress(redis.RedisError):
            found.cache.close()
        found.engine.dispose()


async def stopped(program: Program) -> None:
    """Ask it to stop, and wait until it has."""
    pid = program.pid
    program.send(signal.SIGTERM)
    while program.runs and program.pid == pid:
        await asyncio.sleep(0.05)


def through(url: str, line: Proxy) -> str:
    """The address of the same database at the near end of a line."""
    parts = make_url(url)
    return LINES[parts.get_backend_name()].format(port=line.port, database=parts.database)


def _settings(url: str, memory: Proxy, folder: Path) -> Settings:
    changes = {
        "redis_url": SecretStr(f"redis://127.0.0.1:{memory.port}/0"),
        "port": free_port(),
        "data_dir": folder,
        "workers": 2,
        "threads": 8,
    }
    return settings_for(url).model_copy(update=changes)
