"""A client that costs little: requests made beforehand, replies kept to be read afterwards."""

import gc
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

PATIENCE = 10.0
"""Seconds without any reply after which those still out are given up."""

Chain = Sequence[bytes]
"""Requests of one member: the next goes out when the one before has been answered."""

LOST = b""
"""In the place of a reply that never came."""
_LENGTH = b"content-length: "


@dataclass(frozen=True)
class Driven:
    """What came of the chains: `replies[chain][step]` and the seconds each took."""

    replies: list[list[bytes]]
    seconds: list[list[float]]
    elapsed: float
    """Seconds from the first request to the last reply."""
    own_cpu: float
    """Seconds of CPU that the client itself took."""


def drive(port: int, chains: Sequence[Chain], connections: int) -> Driven:
    """Send every chain over connections that stay open, each with one request at a time."""
    # The collector would stop the clock's owner at moments of its own choosing.
    gc.collect()
    gc.disable()
    try:
        return _Drive(port, chains).run(connections)
    finally:
        gc.enable()


class _Line:
    """A connection, and the request that is out on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.chain = -1
        self.sent_at = 0.0
        self.received = b""


class _Drive:
    def __init__(self, port: int, chains: Sequence[Chain]) -> None:
        self._port, self._chains = port, chains
        self._waiting = deque(number for number, chain in enumerate(chains) if chain)
        self._replies: list[list[bytes]] = [[] for _ in chains]
        self._seconds: list[list[float]] = [[] for _ in chains]
        self._epoll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._out = 0

    def run(self, connections: int) -> Driven:
        try:
            return self._run(connections)
        finally:
            self._close()

    def _run(self, connections: int) -> Driven:
        idle = [self._connect() for _ in range(connections)]
        began, cpu = time.perf_counter(), time.process_time()
        for line in idle:
            self._send_next(line)
        while self._out:
            events = self._epoll.poll(PATIENCE)
            if not events:
                break
            for descriptor, _ in events:
                self._receive(self._lines[descriptor])
        elapsed, own_cpu = time.perf_counter() - began, time.process_time() - cpu
        return Driven(self._replies, self._seconds, elapsed, own_cpu)

    def _connect(self) -> _Line:
        line = _Line(self._port)
        self._lines[line.socket.fileno()] = line
        self._epoll.register(line.socket, select.EPOLLIN)
        return line

    def _send_next(self, line: _Line) -> None:
        if not self._waiting:
            return
        line.chain = chain = self._waiting.popleft()
        self._out += 1
        line.sent_at = time.perf_counter()
        line.socket.sendall(self._chains[chain][len(self._replies[chain])])

    def _receive(self, line: _Line) -> None:
        try:
            chunk = line.socket.recv(65536)
        except OSError:
            chunk = b""
        if chunk:
            line.received += chunk
            if not _whole(line.received):
                return
            self._note(line, line.received)
            line.received = b""
        else:
            line = self._mourn(line)
        self._send_next(line)

    def _note(self, line: _Line, reply: bytes) -> None:
        chain = line.chain
        self._replies[chain].append(reply)
        self._seconds[chain].append(time.perf_counter() - line.sent_at)
        self._out -= 1
        if len(self._replies[chain]) < len(self._chains[chain]):
            self._waiting.append(chain)

    def _mourn(self, line: _Line) -> _Line:
        """The server hung up: what was out on the line is lost, and a new line takes over."""
        if line.chain >= 0:
            self._note(line, LOST)
        self._epoll.unregister(line.socket)
        del self._lines[line.socket.fileno()]
        line.socket.close()
        return self._connect()

    def _close(self) -> None:
        for line in self._lines.values():
            line.socket.close()
        self._epoll.close()


def _whole(received: bytes) -> bool:
    """Whether this is a whole HTTP response; all servers here tell its length."""
    head, found, body = received.partition(b"\r\n\r\n")
    return bool(found) and len(body) >= int(head.lower().partition(_LENGTH)[2].split(b"\r")[0])
