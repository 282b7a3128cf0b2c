"""The hosts: a master with two workers each, started anew when it has ended, as systemd would."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from random import Random
from urllib.request import urlopen

from bot.settings import Settings
from tests.chaos.app import STARTER
from tests.processes import alive, eventually
from tests.service import environment_of

ROOT = Path(__file__).parents[2]
WORKERS = 2


class Program:
    """A program of ours on its own settings, whose whole family ends with us."""

    def __init__(
        self, name: str, settings: Settings, folder: Path, words: list[str], **extra: str
    ) -> None:
        self.name, self._words = name, words
        self.said = folder / f"{name}.log"
        ours = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
        self._environment = {**ours, **environment_of(settings), **extra}
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it unless it runs. Only from a thread that stays: it ends with its starter."""
        if self.runs:
            return
        with self.said.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.app", *self._words],
                cwd=ROOT,
                env={**self._environment, STARTER: str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.starts += 1

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self.runs:
            self._process.send_signal(number)

    def end(self) -> None:
        """End it and everything it started, in whatever state it is."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Host(Program):
    """`bot serve` on a port of its own, behind lines of its own to the stores."""

    def __init__(
        self, name: str, settings: Settings, folder: Path, environment: Mapping[str, str]
    ) -> None:
        super().__init__(name, settings, folder, ["serve"], **environment)
        self.port = settings.port

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        with suppress(OSError):
            return [int(child) for child in children.read_text().split() if alive(int(child))]
        return []

    def kill_worker(self, random: Random) -> bool:
        """Kill one of the workers; False when there is none."""
        workers = self.workers() if self.runs else []
        with suppress(ProcessLookupError):
            if workers:
                os.kill(random.choice(workers), signal.SIGKILL)
                return True
        return False

    def answers(self) -> bool:
        with suppress(OSError, HTTPException):
            address = f"http://127.0.0.1:{self.port}/healthz/live"
            with urlopen(address, timeout=2) as page:
                return bool(page.status == 200)
        return False

    def wait(self) -> None:
        """Wait until it answers, and all its workers are there."""
        eventually(lambda: self.answers() and len(self.workers()) == WORKERS, within=60)


def keeper(settings: Settings, folder: Path) -> Program:
    """`bot worker`, which seals and counts."""
    return Program("worker", settings, folder, ["worker"])


def footprint(pid: int) -> tuple[int, int]:
    """Open files and resident kilobytes of a process."""
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    resident = next(line for line in lines if line.startswith("VmRSS"))
    return files, int(resident.split()[1])
