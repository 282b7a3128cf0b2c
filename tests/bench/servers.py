"""The servers under measurement: all run as `bot serve` runs, each with processes of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.ports import free_port
from tests.processes import processor_time

ROOT = Path(__file__).parents[2]


class Server:
    """A running server, and what its processes have used."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process, self.port = process, port

    def cpu(self) -> float:
        """Seconds of CPU that the master and its workers have used."""
        return sum(processor_time(process) for process in [self._process.pid, *self._children()])

    def memory(self) -> int:
        """Bytes that the workers hold, what they share divided among those who share it."""
        return sum(_proportional_memory(process) for process in self._children())

    def _children(self) -> list[int]:
        pid = self._process.pid
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
            if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
        ]


@contextmanager
def serving(program: Sequence[str], settings: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Run the program, which serves at BOT_PORT, until the block ends."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name[:4] != "BOT_"}
    environment |= {**settings, "BOT_PORT": str(port)}
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, *program],
            cwd=ROOT,
            env=environment,
            stdout=lines,
            stderr=lines,
            process_group=0,
        )
    try:
        with guarded('kill -s KILL -- "-$1"', process.pid):
            _wait_for(port, process, log)
            yield Server(process, port)
    finally:
        _end(process)


@contextmanager
def guarded(script: str, argument: object) -> Iterator[None]:
    """Have the shell run the script with this argument, should we be killed within the block."""
    guard = subprocess.Popen(
        ["sh", "-c", f"cat > /dev/null; {script}", "guard", str(argument)],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(guard.pid, signal.SIGKILL)
        guard.communicate()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start:\n{log.read_text()}")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _proportional_memory(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
