"""A line to a server that can be slow, cut, silent or broken in the middle of a commit."""

import asyncio
import enum
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CHUNK = 65_536


class Cut(enum.Enum):
    """What has happened to a commit when the connection breaks."""

    BEFORE = "before"
    """The server has not heard of it."""
    AFTER = "after"
    """The server has committed, and nobody is told."""


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a line; nothing, as it stands."""

    latency: float = 0.0
    """Seconds that whatever is sent to the server takes."""
    sliced: bool = False
    """Every byte comes alone."""
    silent: bool = False
    """Bytes vanish in both directions, and no connection breaks."""
    refuses: bool = False
    """New connections are broken at once."""


FINE = Trouble()


class Proxy:
    """A port of this machine from which a line leads to the Unix socket of a server."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._links: set[_Link] = set()
        self._work: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None
        self.trouble = FINE
        self.cuts: list[Cut] = []
        """What is to happen to the next commits."""
        self.cut = 0
        """Commits that have been cut."""

    @property
    def port(self) -> int:
        assert self._listener is not None
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def open(self) -> None:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def close(self) -> None:
        assert self._listener is not None
        self._listener.close()
        self.reset()
        await asyncio.gather(*self._work)
        await self._listener.wait_closed()

    def reset(self) -> None:
        """Break every connection."""
        for link in list(self._links):
            link.abort()

    def strand(self) -> None:
        """Break every connection on the server's side only: the client is not told."""
        for link in list(self._links):
            link.strand()

    def heal(self) -> None:
        """All is well again; connections that lost bytes are broken, since nobody can mend them."""
        self.trouble = FINE
        self.cuts.clear()
        for link in list(self._links):
            if link.lossy:
                link.abort()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        work = asyncio.create_task(self._serve(reader, writer))
        self._work.add(work)
        work.add_done_callback(self._work.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.trouble.refuses:
            writer.transport.abort()
            return
        try:
            upstream = await asyncio.open_unix_connection(str(self._server))
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, (reader, writer), upstream)
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)
            link.abort()


_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: _Ends, server: _Ends) -> None:
        self._proxy = proxy
        self._client, self._server = client, server
        self._stranded = self._mute = False
        self.lossy = False

    async def run(self) -> None:
        """Carry bytes until both sides have ended, or one when the other is to hear of it."""
        up = asyncio.create_task(self._carry(self._client[0], self._server[1], self._ask))
        down = asyncio.create_task(self._carry(self._server[0], self._client[1], self._tell))
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        if self._stranded:
            await asyncio.wait({up})
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)

    def abort(self) -> None:
        """Break it so that the client is told of a reset, and not of an end."""
        if (client := self._client[1].get_extra_info("socket")).fileno() >= 0:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    def strand(self) -> None:
        self._stranded = self.lossy = True
        self._server[1].transport.abort()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        passes: Callable[[bytes], Awaitable[bool]],
    ) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while data := await reader.read(CHUNK):
                if self._proxy.trouble.silent or self._stranded:
                    self.lossy = True
                    continue
                if not await passes(data):
                    return
                await self._write(writer, data)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        pieces = [bytes([byte]) for byte in data] if self._proxy.trouble.sliced else [data]
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if len(pieces) > 1:
                # Otherwise the bytes would meet again in the buffer.
                await asyncio.sleep(0)

    async def _ask(self, data: bytes) -> bool:
        """What the client sends, on its way; False when the line breaks here."""
        if self._proxy.trouble.latency:
            await asyncio.sleep(self._proxy.trouble.latency)
        if self._proxy.cuts and is_commit(data):
            self._proxy.cut += 1
            if self._proxy.cuts.pop(0) is Cut.BEFORE:
                return False
            self._mute = True
        return True

    async def _tell(self, _: bytes) -> bool:
        return not self._mute


def is_commit(data: bytes) -> bool:
    """Whether a client's bytes are a COMMIT: PostgreSQL's simple query, or MySQL's."""
    return data.endswith((b"Q\x00\x00\x00\x0bCOMMIT\x00", b"\x07\x00\x00\x00\x03COMMIT"))
