"""Ports for servers that tests start: each given once, whoever asks on this machine."""

import fcntl
import os
import random
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

BELOW_THE_OUTGOING = range(20_000, 32_000)
"""Linux gives outgoing connections ports from 32,768 on; these it leaves alone."""
_any = random.SystemRandom()
"""Not the one for all: whoever repeats an example sets that back, and the same ports come again."""
_held: Final[list[int]] = []
"""Open files, whose locks end with the process."""


def free_port() -> int:
    """A port on which nobody listens, and which no other process of tests is given until we end."""
    for port in _any.sample(BELOW_THE_OUTGOING, 100):
        if _is_free(port) and _hold(port):
            return port
    raise OSError("no port is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def _hold(port: int) -> bool:
    """Whether the port is ours from now on: its file is locked, which the system undoes."""
    folder = Path(tempfile.gettempdir(), f"sibian-ports-{os.geteuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    file = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return False
    _held.append(file)
    return True
