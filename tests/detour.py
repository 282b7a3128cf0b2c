"""A longer way to a server: TCP that hands everything on, but late."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def detour(server: str, delay: float) -> Iterator[int]:
    """A port that leads to the Unix socket of `server`; what passes is `delay` seconds late."""
    with socket.create_server(("127.0.0.1", 0)) as entrance:
        threading.Thread(target=_lead, args=(entrance, server, delay), daemon=True).start()
        try:
            yield entrance.getsockname()[1]
        finally:
            # Closing alone would not wake up the thread that waits for the next caller.
            entrance.shutdown(socket.SHUT_RDWR)


def _lead(entrance: socket.socket, server: str, delay: float) -> None:
    with suppress(OSError):
        while True:
            caller, _ = entrance.accept()
            callee = socket.socket(socket.AF_UNIX)
            callee.connect(server)
            for source, target in ((caller, callee), (callee, caller)):
                threading.Thread(target=_carry, args=(source, target, delay), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, delay: float) -> None:
    with source, suppress(OSError):
        while words := source.recv(65_536):
            time.sleep(delay)
            target.sendall(words)
        target.shutdown(socket.SHUT_WR)
