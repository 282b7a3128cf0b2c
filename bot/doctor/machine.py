"""The machine: files, folders, the disk, and what has run on it."""

import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from bot.backup import all_named
from bot.doctor.finding import Finding, bad, good, note
from bot.settings import Settings
from bot.verify import LAST
from bot.worker import HEARTBEAT, PERIOD

GIB = 1 << 30
LEAST_FREE = 2 * GIB
BACKUP_OLD = timedelta(hours=26)
"""A daily backup may be two hours late."""
VERIFY_OLD = timedelta(days=8)
WORKER_LATE = timedelta(seconds=12 * PERIOD)
_OTHERS = 0o077
_LETTERS = 12
"""Fewer different characters than this are not what a generator gives."""


def env_file(path: Path = Path(".env")) -> Finding:
    """Whether others on this machine can read the secrets."""
    if not path.exists():
        return good("env_file", "none")
    mode = path.stat().st_mode & 0o777
    if mode & _OTHERS:
        return bad("env_file", "open", path=path, mode=f"{mode:04o}")
    return good("env_file", path=path)


def secret(settings: Settings) -> Finding:
    """Whether the key of all keyed hashes could be guessed."""
    if looks_typed(settings.secret_key.get_secret_value()):
        return bad("secret", "weak")
    return good("secret")


def looks_typed(words: str) -> bool:
    """Whether a secret looks like one that a hand typed in."""
    return len(set(words)) < _LETTERS


def data_dir(settings: Settings) -> Finding:
    """Whether we can leave anything in our folder."""
    path = settings.data_dir
    if not path.is_dir():
        return bad("data_dir", "missing", path=path)
    if not os.access(path, os.W_OK | os.X_OK):
        return bad("data_dir", "locked", path=path)
    return good("data_dir", path=path)


def disk(settings: Settings) -> Finding:
    """Whether there is room for what is to come."""
    path = settings.data_dir.absolute()
    while not path.exists():
        path = path.parent
    free = shutil.disk_usage(path).free
    if free < LEAST_FREE:
        return bad("disk", "full", free=free / GIB)
    return good("disk", free=free / GIB)


def backup(settings: Settings, now: datetime) -> Finding:
    """How old the latest backup is."""
    latest = next(iter(all_named(settings.data_dir)), None)
    if latest is None:
        return note("backup", "none")
    if latest.stat().st_mode & _OTHERS:
        return bad("backup", "open", file=latest)
    age = _age(latest, now)
    if age > BACKUP_OLD:
        return note("backup", "old", hours=age / timedelta(hours=1))
    return good("backup", hours=age / timedelta(hours=1), file=latest.name)


def verified(settings: Settings, now: datetime) -> Finding:
    """When the invariants were checked last, and whether they held."""
    path = settings.data_dir / LAST
    if not path.exists():
        return note("verified", "never")
    last = json.loads(path.read_text())
    days = (now - datetime.fromisoformat(last["at"])) / timedelta(days=1)
    if last["violations"]:
        return bad("verified", "broken", count=last["violations"])
    if days > VERIFY_OLD / timedelta(days=1):
        return note("verified", "old", days=days)
    return good("verified", days=days)


def worker(settings: Settings, now: datetime) -> Finding:
    """Whether the worker does its rounds."""
    path = settings.data_dir / HEARTBEAT
    if not path.exists():
        return bad("worker", "never")
    age = _age(path, now)
    if age > WORKER_LATE:
        return bad("worker", "stopped", minutes=age / timedelta(minutes=1))
    return good("worker", seconds=age / timedelta(seconds=1))


def _age(path: Path, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)
