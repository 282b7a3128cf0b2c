"""A real `bot serve` on a port and a database of its own, for tests that need its processes."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from bot.settings import Settings
from tests.processes import alive, eventually


class Service:
    """The master of a running `bot serve`, and what it has said so far."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.address = f"http://127.0.0.1:{settings.port}"
        self.port = settings.port
        self._said = folder / "serve.log"
        with self._said.open("w") as log:
            self.master = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=folder,
                env={**_without_ours(os.environ), **environment_of(settings)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    @property
    def said(self) -> str:
        return self._said.read_text()

    def workers(self) -> list[int]:
        """The processes that answer, the oldest first."""
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        with suppress(OSError):
            return [int(child) for child in children.read_text().split() if alive(int(child))]
        return []

    def answers(self, path: str = "/healthz/live") -> bool:
        with suppress(OSError, HTTPException), urlopen(f"{self.address}{path}", timeout=5) as page:
            return bool(page.status == 200)
        return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code; whoever is not gone after ten seconds has broken the promise."""
        self.master.send_signal(how)
        return self.master.wait(10)


@contextmanager
def serving(settings: Settings, folder: Path) -> Iterator[Service]:
    """The service once it answers; nothing is left of it afterwards."""
    service = Service(settings.model_copy(update={"port": free_port()}), folder)
    try:
        eventually(lambda: service.answers() or service.master.poll() is not None, within=60)
        yield service
    finally:
        service.master.kill()
        service.master.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the variables from which they are read."""
    values = settings.model_dump()
    return {
        f"BOT_{name.upper()}": getattr(value, "get_secret_value", lambda v=value: str(v))()
        for name, value in values.items()
    }


def _without_ours(environment: "os._Environ[str]") -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("BOT_")}
