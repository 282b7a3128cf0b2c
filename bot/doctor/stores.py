"""The stores: whether they answer, are new enough, agree on the time, and have room for us."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.doctor.finding import Finding, bad, good, note
from bot.settings import Settings
from bot.storage.database import OVERFLOW, database_clock
from bot.storage.grants import may_alter_trail
from bot.storage.memory import greet
from bot.storage.schema import current, head

LEAST = {
    "SQLite": (3, 35),
    "PostgreSQL": (13,),
    "MySQL": (8,),
    "MariaDB": (10, 6),
}
DRIFT = 5.0
"""Seconds that database and host may differ."""
SPARE = 10
"""Connections left for people with a shell."""
OTHERS = 3
"""Connections of the worker, of a backup, and of us."""
SLOW = 0.02
LEAST_REDIS = (6, 2)
NETWORKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "virtiofs"}
)


def missing_file(url: URL) -> Finding | None:
    """An SQLite database that is not there: looking for it would make it."""
    if url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists():
        return None
    return bad("database", "none", path=url.database)


def unreachable(error: DBAPIError) -> Finding:
    """A database that does not let us in."""
    return bad("database", "unreachable", error=type(error.orig).__name__)


def database(connection: Connection) -> Finding:
    """Which engine it is, and how fast it answers."""
    began = time.monotonic()
    connection.execute(text("SELECT 1"))
    took = time.monotonic() - began
    engine = _engine(connection)
    version = connection.dialect.server_version_info or ()
    shown = ".".join(str(part) for part in version[:3])
    if tuple(version) < LEAST[engine]:
        least = ".".join(map(str, LEAST[engine]))
        return bad("database", "old", engine=engine, version=shown, least=least)
    return good("database", engine=engine, version=shown, milliseconds=took * 1000)


def _engine(connection: Connection) -> str:
    dialect: Any = connection.dialect
    if dialect.name in ("mysql", "mariadb"):
        return "MariaDB" if dialect.is_mariadb else "MySQL"
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[dialect.name]


def schema(connection: Connection) -> Finding:
    """Whether the tables are those of this program."""
    revision = current(connection)
    if revision is None:
        return bad("schema", "none")
    if revision != head():
        return bad("schema", "other", revision=revision, head=head())
    return good("schema", revision=revision)


def trail(connection: Connection) -> Finding | None:
    """Whether the service's own user could alter the audit trail; SQLite knows no users."""
    if connection.dialect.name == "sqlite":
        return None
    return note("trail", "open") if may_alter_trail(connection) else good("trail")


def clock(session: Session) -> Finding:
    """Whether host and database agree on the time, within what the question took."""
    before = datetime.now(UTC)
    theirs = database_clock(session)
    after = datetime.now(UTC)
    seconds = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    return (
        bad("clock", "drift", seconds=seconds)
        if seconds > DRIFT
        else good("clock", seconds=seconds)
    )


def connections(connection: Connection, settings: Settings) -> Finding | None:
    """Whether the server has a connection for each thread of ours; SQLite has no server."""
    if (limit := _limit(connection)) is None:
        return None
    each = settings.threads + OVERFLOW
    needed = settings.workers * each + OTHERS
    facts = {"workers": settings.workers, "each": each, "needed": needed, "limit": limit}
    if needed > limit - SPARE:
        return bad("connections", "few", **facts)
    return good("connections", **facts)


def _limit(connection: Connection) -> int | None:
    if connection.dialect.name == "sqlite":
        return None
    if connection.dialect.name == "postgresql":
        ask = (
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
    else:
        ask = "SELECT @@max_connections"
    return int(connection.execute(text(ask)).scalar_one())


def sqlite(connection: Connection, mounts: Path = Path("/proc/self/mounts")) -> Finding | None:
    """Whether an SQLite file lies where several processes may write it."""
    path = connection.engine.url.database
    if connection.dialect.name != "sqlite" or not path:
        return None
    kind = filesystem(Path(path).resolve(), mounts.read_text() if mounts.exists() else "")
    if kind in NETWORKS or kind.startswith("fuse."):
        return bad("sqlite", "network", path=path, kind=kind)
    mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
    return good("sqlite") if mode == "wal" else bad("sqlite", "no_wal", mode=mode)


def filesystem(path: Path, mounts: str) -> str:
    """The kind of file system that `path` lies on; the longest mount point above it decides."""
    above = [
        (Path(point.replace("\\040", " ")), kind)
        for _, point, kind, *_ in map(str.split, mounts.splitlines())
    ]
    fitting = [(len(point.parts), kind) for point, kind in above if path.is_relative_to(point)]
    return max(fitting, default=(0, ""))[1]


def redis(settings: Settings) -> Finding:
    """Whether Redis is there; nothing true depends on it."""
    url = settings.redis_url.get_secret_value()
    if not url:
        return good("redis", "none")
    try:
        version, seconds = greet(url)
    except ConnectionError as error:
        return note("redis", "unreachable", error=error)
    if _numbers(version) < LEAST_REDIS:
        return bad("redis", "old", version=version)
    if seconds > SLOW:
        return note("redis", "slow", milliseconds=seconds * 1000)
    return good("redis", version=version, milliseconds=seconds * 1000)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
