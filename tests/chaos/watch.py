"""Looks at rows, tally and pages while it all happens: what heals itself would be missed later."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.chaos.crowd import TAKEN_BACK
from tests.chaos.hosts import Host
from tests.chaos.oracle import Violation
from tests.chaos.wechat import read_response

PERIOD = 0.2
"""Seconds between two looks at the rows, or at the tally."""
PAGES = 1.0
"""Seconds between two looks at the pages, which cost the hosts much more."""
_TOO_MANY = text(
    "SELECT round_id, day, count(*) AS votes FROM vote v GROUP BY member_key, round_id, day "
    "HAVING count(*) > (SELECT count(*) FROM round_slot s WHERE s.round_id = v.round_id)"
)
TALLY = "tally:{r1}"
_ENTRY = re.compile(r'href="/h/m/(\d+)"')


class Watch:
    """Someone who looks every 200 ms, past the lines that the hosts use."""

    def __init__(self, engine: Engine, memory: redis.Redis, hosts: Sequence[Host]) -> None:
        self._engine, self._memory, self._hosts = engine, memory, hosts
        self.seen: list[Violation] = []
        self.looks = self.pages = 0
        self._highest: dict[str, int] = {}

    async def look_on(self) -> None:
        """Look until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_again_and_again(self._look_at_rows, PERIOD))
            group.create_task(_again_and_again(self._look_at_tally, PERIOD))
            group.create_task(_again_and_again(self._look_at_pages, PAGES))

    async def _look_at_rows(self) -> None:
        with suppress(SQLAlchemyError):
            found = await asyncio.to_thread(self._over_the_limit)
            self.looks += 1
            self.seen += [Violation("I03", what) for what in found]

    def _over_the_limit(self) -> list[str]:
        """Counted by the database: this process also carries every line, and has no time."""
        with self._engine.connect() as connection:
            return [
                f"{votes} votes of a member on {day}"
                for _, day, votes in connection.execute(_TOO_MANY)
            ]

    async def _look_at_tally(self) -> None:
        with suppress(redis.RedisError):
            kept = await asyncio.to_thread(self._memory.get, TALLY)
            if isinstance(kept, bytes):
                self._note(json.loads(kept)["counts"])

    def _note(self, counts: dict[str, int]) -> None:
        for motto, votes in counts.items():
            if (int(motto) + 1_000) % TAKEN_BACK == 0:
                continue
            if votes < self._highest.get(motto, 0):
                fall = f"motto {motto} fell from {self._highest[motto]} to {votes}"
                self.seen.append(Violation("I09", fall))
            self._highest[motto] = max(votes, self._highest.get(motto, 0))

    async def _look_at_pages(self) -> None:
        """Read like a member in a browser; a page may fail, but not say nonsense."""
        for host in self._hosts:
            for path in ("/h/wall", "/h/standings"):
                with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                    async with asyncio.timeout(5):
                        status, _ = await read_page(host.port, path)
                    self.pages += status == 200


async def _again_and_again(look: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        began = time.monotonic()
        await look()
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))


async def read_page(port: int, path: str) -> tuple[int, str]:
    """Status and text of a page."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )
        status, body = await read_response(reader)
        return status, body.decode()
    finally:
        writer.transport.abort()


async def wall(port: int) -> set[int]:
    """The numbers of all entries that the wall shows."""
    found: set[int] = set()
    for page in range(1, 500):
        _, shown = await read_page(port, f"/h/wall?page={page}")
        numbers = {int(number) for number in _ENTRY.findall(shown)}
        if numbers <= found:
            return found
        found |= numbers
    return found


def counted_at(memory: redis.Redis) -> str:
    """The moment of the tally that everybody is shown."""
    kept = memory.get(TALLY)
    return str(json.loads(kept)["as_of"]) if isinstance(kept, bytes) else ""


def drift(engine: Engine, memory: redis.Redis) -> str:
    """How the tally that everybody is shown differs from the rows; nothing when it does not."""
    with engine.connect() as connection:
        query = text("SELECT motto_id, count(*) FROM vote WHERE round_id = 1 GROUP BY motto_id")
        votes = Counter({str(motto): count for motto, count in connection.execute(query)})
    kept = memory.get(TALLY)
    shown = Counter(json.loads(kept)["counts"] if isinstance(kept, bytes) else {"nothing": 1})
    return "" if shown == votes else f"{votes - shown} more and {shown - votes} less than shown"
