"""The line does what its trouble says: otherwise the runs would test nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.apart import run_apart
from tests.chaos.proxy import Cut, Proxy, Trouble, is_commit

pytestmark = pytest.mark.slow

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"


@asynccontextmanager
async def line(tmp_path: Path) -> AsyncIterator[tuple[Proxy, list[bytes]]]:
    """A line to a server that repeats what it hears, and what that server has heard."""
    heard: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(100):
                heard.append(data)
                writer.write(data)
        finally:
            writer.transport.abort()

    server = await asyncio.start_unix_server(echo, tmp_path / "echo.sock")
    proxy = Proxy(tmp_path / "echo.sock")
    await proxy.open()
    try:
        yield proxy, heard
    finally:
        await proxy.close()
        server.close()
        # Whoever echoes has to hear of it while there is a loop.
        await asyncio.sleep(0.05)


async def call(proxy: Proxy, words: bytes, patience: float = 0.3) -> bytes:
    """What comes back; nothing when the line breaks. Raises TimeoutError."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        async with asyncio.timeout(patience):
            writer.write(words)
            return await reader.read(100)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


Scene = Callable[[Proxy, list[bytes]], Awaitable[None]]


def play(tmp_path: Path, scene: Scene) -> None:
    async def run() -> None:
        async with line(tmp_path) as (proxy, heard):
            await scene(proxy, heard)

    run_apart(run())


def test_a_good_line_carries_both_ways(tmp_path: Path) -> None:
    async def scene(proxy: Proxy, _: list[bytes]) -> None:
        assert await call(proxy, b"hello", patience=5) == b"hello"

    play(tmp_path, scene)


def test_a_slow_line_takes_its_time(tmp_path: Path) -> None:
    async def scene(proxy: Proxy, _: list[bytes]) -> None:
        proxy.trouble = Trouble(latency=0.2)
        began = time.monotonic()

        assert await call(proxy, b"hello", patience=5) == b"hello"
        assert time.monotonic() - began >= 0.2

    play(tmp_path, scene)


def test_a_silent_line_says_nothing_and_breaks_when_it_is_mended(tmp_path: Path) -> None:
    async def scene(proxy: Proxy, heard: list[bytes]) -> None:
        proxy.trouble = Trouble(silent=True)
        waiting = asyncio.create_task(call(proxy, b"hello", patience=5))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        proxy.heal()

        assert await waiting == b""
        assert not heard

    play(tmp_path, scene)


def test_slices_are_single_bytes(tmp_path: Path) -> None:
    async def scene(proxy: Proxy, heard: list[bytes]) -> None:
        proxy.trouble = Trouble(sliced=True)
        await call(proxy, b"hello", patience=5)
        await asyncio.sleep(0.1)

        assert b"".join(heard) == b"hello"
        assert len(heard) > 1

    play(tmp_path, scene)


@pytest.mark.parametrize("how", Cut)
def test_a_commit_is_cut_before_or_after_the_server_hears_of_it(tmp_path: Path, how: Cut) -> None:
    async def scene(proxy: Proxy, heard: list[bytes]) -> None:
        proxy.cuts = [how]

        assert await call(proxy, COMMIT, patience=5) == b""
        assert heard == ([COMMIT] if how is Cut.AFTER else [])
        assert await call(proxy, COMMIT, patience=5) == COMMIT

    play(tmp_path, scene)


def test_a_stranded_client_is_not_told(tmp_path: Path) -> None:
    async def scene(proxy: Proxy, _: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"hello")
        assert await reader.read(100) == b"hello"
        proxy.strand()
        writer.write(b"are you there?")

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(100)
        proxy.heal()
        with pytest.raises(ConnectionError):
            await reader.read(100)
        writer.transport.abort()

    play(tmp_path, scene)


def test_a_commit_is_recognised_in_both_protocols() -> None:
    assert is_commit(COMMIT)
    assert is_commit(b"\x07\x00\x00\x00\x03COMMIT")
    assert not is_commit(b"Q\x00\x00\x00\x0dROLLBACK\x00")
