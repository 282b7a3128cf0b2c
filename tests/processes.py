"""What a test asks of processes that are not its own children."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def alive(process: int) -> bool:
    """Whether it still runs; one that has ended but whom nobody has buried yet does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def processor_time(process: int) -> float:
    """Seconds of the processor that it has used."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def eventually(happens: Callable[[], bool], within: float = 10) -> None:
    """Wait for something that must happen within so many seconds."""
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)
