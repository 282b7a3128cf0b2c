"""A real `bot serve` on a port and a database of its own, for tests that need its processes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import pytest

from bot.settings import Settings
from bot.simulator.account import Account, Sealed
from bot.simulator.pushes import Follower
from bot.simulator.target import Target
from tests.journeys.conftest import load_sample, settings_for
from tests.ports import free_port
from tests.processes import alive, eventually


@pytest.fixture(scope="session")
def service_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the sample campaign."""
    path = tmp_path_factory.mktemp("sample") / "sibian.db"
    load_sample(f"sqlite:///{path}")
    return path


@pytest.fixture
def service_settings(tmp_path: Path, service_sample: Path) -> Settings:
    """Settings of two workers on a copy of the sample campaign."""
    shutil.copy(service_sample, tmp_path / "sibian.db")
    changes = {"data_dir": tmp_path, "workers": 2, "threads": 4}
    return settings_for(f"sqlite:///{tmp_path / 'sibian.db'}").model_copy(update=changes)


@pytest.fixture
def service(service_settings: Settings, tmp_path: Path) -> Iterator["Service"]:
    """A running service."""
    with serving(service_settings, tmp_path) as service:
        yield service


@pytest.fixture
def wechat(service_settings: Settings, service: "Service") -> "WeChat":
    """WeChat, in front of the running service."""
    return WeChat(service_settings, service)


class Service:
    """The master of a running `bot serve`, and what it has said so far."""

    def __init__(self, settings: Settings, folder: Path, program: Sequence[str]) -> None:
        self.address = f"http://127.0.0.1:{settings.port}"
        self.port = settings.port
        self._said = folder / "serve.log"
        with self._said.open("w") as log:
            self.master = subprocess.Popen(
                [sys.executable, *program],
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


class WeChat:
    """Sends as WeChat does: up to three times, five seconds each."""

    def __init__(self, settings: Settings, service: Service) -> None:
        self._account, self._target = Account.of(settings), Target(service.address)

    def push(self, words: str, by: str) -> Sealed:
        now = int(time.time())
        return self._account.seal(Follower(self._account.account_id, by).text(words, now), now)

    def follow(self, by: str, scene: str) -> Sealed:
        now = int(time.time())
        follower = Follower(self._account.account_id, by)
        return self._account.seal(follower.subscribe(now, scene), now)

    def sends(self, push: Sealed) -> tuple[int, bytes]:
        """The status and the answer of one delivery."""
        return self._target.send(push.query, push.body)

    def says(self, words: str, by: str = "o-zhang", tries: int = 3) -> str:
        """What the answer says; raises when no delivery was answered."""
        push = self.push(words, by)
        while True:
            tries -= 1
            try:
                status, body = self.sends(push)
            except (ConnectionError, TimeoutError):
                if not tries:
                    raise
                continue
            assert status == 200
            return self._account.open_reply(body).text


@contextmanager
def serving(
    settings: Settings, folder: Path, program: Sequence[str] = ("-m", "bot", "serve")
) -> Iterator[Service]:
    """The service once it answers; nothing is left of it afterwards."""
    service = Service(settings.model_copy(update={"port": free_port()}), folder, program)
    try:
        eventually(lambda: service.answers() or service.master.poll() is not None, within=60)
        yield service
    finally:
        service.master.kill()
        service.master.wait()


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the variables from which they are read."""
    values = settings.model_dump()
    return {
        f"BOT_{name.upper()}": getattr(value, "get_secret_value", lambda v=value: str(v))()
        for name, value in values.items()
    }


def _without_ours(environment: "os._Environ[str]") -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("BOT_")}
