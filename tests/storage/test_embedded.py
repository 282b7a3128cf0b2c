"""The stores we start ourselves: they serve, remember as promised, and leave nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, inspect, text

from bot.storage.embedded import valkey_command
from tests.processes import alive, eventually
from tests.stores import Postgres, Valkey

pytestmark = pytest.mark.slow


def test_valkey_serves_on_its_socket_and_on_no_port(own_valkey: Valkey) -> None:
    with redis.Redis.from_url(own_valkey.url) as client:
        client.set("motto", "知行合一")

        assert client.get("motto") == "知行合一".encode()
        assert client.config_get("port") == {"port": "0"}


def test_a_stopped_valkey_refuses_and_comes_back_empty(own_valkey: Valkey) -> None:
    with redis.Redis.from_url(own_valkey.url, retry=None) as client:
        client.set("state", "answering")

        own_valkey.stop()
        with pytest.raises(redis.ConnectionError):
            client.get("state")
        own_valkey.start()

        assert client.get("state") is None


def test_a_durable_valkey_remembers_after_a_power_cut(served: "Site") -> None:
    served.start()
    with redis.Redis.from_url(served.url, retry=None) as client:
        client.set("ballot", "open")
        client.waitaof(1, 0, 2000)

        served.end(signal.SIGKILL)
        served.start()

        assert client.get("ballot") == b"open"


def test_an_orderly_end_leaves_no_socket(served: "Site") -> None:
    served.start()

    served.end(signal.SIGTERM)

    assert not served.socket.exists()


def test_a_site_may_name_its_own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_REDIS_BIN", "/usr/bin/redis-server")

    command = valkey_command(Path("var"), Path("var/valkey.sock"), durable=True)

    assert command[0] == "/usr/bin/redis-server"


@pytest.mark.postgres
def test_each_postgres_database_is_new_and_empty(postgres: Postgres) -> None:
    one, other = create_engine(postgres.fresh_url()), create_engine(postgres.fresh_url())
    with one.begin() as connection:
        connection.execute(text("CREATE TABLE mottos (words text)"))

    tables = inspect(other).get_table_names()
    one.dispose()
    other.dispose()

    assert tables == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["Valkey", pytest.param("Postgres", marks=pytest.mark.postgres)])
def test_a_killed_test_run_leaves_neither_process_nor_file(kind: str) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", _RUN_AND_BE_KILLED.format(kind=kind)], stdout=subprocess.PIPE
    )
    output, _ = run.communicate(timeout=30)
    directory, server = output.decode().split()

    assert run.returncode == -signal.SIGKILL
    eventually(lambda: not Path(directory).exists())
    eventually(lambda: not alive(int(server)))


_RUN_AND_BE_KILLED = """
import os, signal
from tests.stores import {kind}, started
with started({kind}) as store:
    print(store._directory, store._server._process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Site:
    """What `dev.py up` starts: the module, made into a durable server."""

    def __init__(self, directory: Path) -> None:
        # Its socket's path would be too long where pytest keeps its folders.
        self.socket = Path(f"/var/tmp/sibian-{os.getpid()}.sock")
        self._command = [sys.executable, "-m", "bot.storage.embedded"]
        self._command += [str(directory), str(self.socket)]

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        eventually(self._answers)

    def end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        self._process.wait(timeout=10)

    def _answers(self) -> bool:
        with suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "valkey")
    yield site
    site.end(signal.SIGKILL)
    site.socket.unlink(missing_ok=True)
