"""Backup and restore: all tables as they were at one moment, in one file for every engine.

The file is a ZIP with a JSON line for each row, a member for each table, and a manifest with
row counts and SHA-256 sums. It is ours and not pg_dump's, mariadb-dump's or SQLite's own, so
that there is one format to test, nothing else must be installed, and a site that outgrows
SQLite moves to PostgreSQL by restoring there. Settings are not in it: no secret is.
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Engine,
    LargeBinary,
    Table,
    delete,
    func,
    insert,
    select,
)

from bot.domain.identity import CAMPAIGN_ZONE
from bot.storage.schema import current, head, upgrade
from bot.storage.tables import AuditHead, Base, Instant

FORMAT = 1
KEPT = 14
"""Backups under a name of ours that are kept; older ones make room."""
FOLDER = "backups"
_NAME = "sibian-%Y%m%d-%H%M%S.zip"
_MANIFEST = "manifest.json"
_BATCH = 1000
_FEW = 4
"""Rows at once of a table that holds whole files."""

Step = Callable[[str, int], object]
"""Hears that so many more rows of a table are done."""


class WrongRevision(Exception):
    """The tables are not those of this program."""

    def __init__(self, found: str | None) -> None:
        super().__init__(found)
        self.found = found


class NotEmpty(Exception):
    """There are rows where a backup should be restored."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class Damaged(Exception):
    """The file is not a whole backup of ours."""


@dataclass(frozen=True)
class Contents:
    """What a backup has of one table."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in a backup."""

    revision: str
    made_at: str
    engine: str
    tables: dict[str, Contents]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(contents.rows for contents in self.tables.values())

    @classmethod
    def parse(cls, words: bytes) -> "Manifest":
        """What was written down. Raises ValueError, TypeError or KeyError on anything else."""
        facts = json.loads(words)
        tables = {name: Contents(**contents) for name, contents in facts.pop("tables").items()}
        return cls(tables=tables, **facts)


# ---------------------------------------------------------------- making one


def a_name(folder: Path, now: datetime) -> Path:
    """Where a backup made now goes, when nobody says otherwise."""
    return folder / FOLDER / now.astimezone(CAMPAIGN_ZONE).strftime(_NAME)


def all_named(folder: Path) -> list[Path]:
    """The backups under names of ours, the latest first."""
    return sorted((folder / FOLDER).glob("sibian-????????-??????.zip"), reverse=True)


def make_room(folder: Path) -> list[Path]:
    """Remove all but the latest backups; which were removed."""
    old = all_named(folder)[KEPT:]
    for path in old:
        path.unlink()
    return old


def back_up(survey: Engine, target: Path, now: datetime, step: Step) -> Manifest:
    """Copy one moment of a database in use to a new file that only its owner can read.

    `survey` comes from `open_survey`. The file is there when it is whole, or not at all.
    Raises FileExistsError, or WrongRevision when the tables are not those of this program.
    """
    if target.exists():
        raise FileExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with survey.connect() as connection, _appearing(target) as stream:
        if (revision := current(connection)) != head():
            raise WrongRevision(revision)
        # Most bytes are hashes, which no effort makes smaller.
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            tables = {
                table.name: _dump(connection, table, archive, step)
                for table in Base.metadata.sorted_tables
            }
            manifest = Manifest(head(), now.isoformat(), survey.dialect.name, tables)
            archive.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


@contextmanager
def _appearing(target: Path) -> Iterator[IO[bytes]]:
    """A file under another name until it is whole and on the disk; its mode is 0600."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as stream:
        try:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).rename(target)
        except BaseException:
            Path(stream.name).unlink()
            raise


def _dump(connection: Connection, table: Table, archive: zipfile.ZipFile, step: Step) -> Contents:
    rows, digest = 0, hashlib.sha256()
    with archive.open(_member(table), "w", force_zip64=True) as member:
        for batch in _batches(connection, table):
            lines = "".join(map(_line, batch)).encode()
            member.write(lines)
            digest.update(lines)
            rows += len(batch)
            step(table.name, len(batch))
    return Contents([column.name for column in table.columns], rows, digest.hexdigest())


def _batches(connection: Connection, table: Table) -> Iterable[Sequence[Any]]:
    files = any(_holds_files(column) for column in table.columns)
    at_once = _FEW if files else _BATCH
    rows = connection.execution_options(yield_per=at_once).execute(select(table))
    if any(key.column.table is table for key in table.foreign_keys):
        return [_parents_first(table, rows.all())]
    return rows.partitions()


def _holds_files(column: Column[Any]) -> bool:
    return isinstance(column.type, LargeBinary) and column.type.length is None


def _parents_first(table: Table, rows: Sequence[Any]) -> list[Any]:
    """Rows of a tree in an order in which each can be stored."""
    (to_parent,) = (key for key in table.foreign_keys if key.column.table is table)
    below: dict[Any, list[Any]] = {}
    for row in rows:
        below.setdefault(row._mapping[to_parent.parent], []).append(row)
    ordered = below.pop(None, [])
    for row in ordered:
        # The list grows while it is read: children come after all that is in it.
        ordered += below.pop(row._mapping[to_parent.column], [])
    return ordered + [row for lost in below.values() for row in lost]


def _line(row: Sequence[Any]) -> str:
    return _to_json(tuple(row)) + "\n"


def _plain(value: bytes | date) -> str:
    """What JSON has no type for."""
    return value.hex() if isinstance(value, bytes) else value.isoformat()


_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


# ---------------------------------------------------------------- putting one back


_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    # What flipped bits in a ZIP's own fields lead to: an unknown method, a password, a lost name.
    NotImplementedError,
    RuntimeError,
    LookupError,
    TypeError,
    ValueError,
)


def read_manifest(file: Path) -> Manifest:
    """What a backup holds, after all of it was read and found whole. Raises Damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            # What another method makes of our bytes are errors of every kind.
            if any(entry.compress_type not in _METHODS for entry in archive.infolist()):
                raise Damaged(file.name)
            manifest = Manifest.parse(archive.read(_MANIFEST))
            sums = {name: _sum(archive, name) for name in manifest.tables}
    except _DAMAGES as error:
        raise Damaged(file.name) from error
    if any(sums[name] != (held.rows, held.sha256) for name, held in manifest.tables.items()):
        raise Damaged(file.name)
    return manifest


def _sum(archive: zipfile.ZipFile, name: str) -> tuple[int, str]:
    rows, digest = 0, hashlib.sha256()
    with archive.open(f"{name}.jsonl") as member:
        for line in member:
            rows += 1
            digest.update(line)
    return rows, digest.hexdigest()


def restore(engine: Engine, file: Path, step: Step) -> Manifest:
    """Put a backup into an empty database, all of it or nothing; makes the tables if need be.

    Raises Damaged, WrongRevision (of the file, or of the tables), or NotEmpty.
    """
    manifest = read_manifest(file)
    if manifest.revision != head():
        raise WrongRevision(manifest.revision)
    _lay_tables(engine)
    with engine.begin() as connection, zipfile.ZipFile(file) as archive:
        _ensure_empty(connection)
        connection.execute(delete(AuditHead))
        for table in Base.metadata.sorted_tables:
            _load(connection, table, archive, step)
            _count_on(connection, table)
        if row_counts(connection) != {name: held.rows for name, held in manifest.tables.items()}:
            raise Damaged(file.name)
    return manifest


def _lay_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        revision = current(connection)
    if revision is None:
        upgrade(engine)
    elif revision != head():
        raise WrongRevision(revision)


def _ensure_empty(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        anything = select(table)
        if table is AuditHead.__table__:
            anything = anything.where(AuditHead.seq > 0)
        if connection.execute(anything.limit(1)).first() is not None:
            raise NotEmpty(table.name)


def _load(connection: Connection, table: Table, archive: zipfile.ZipFile, step: Step) -> None:
    readers = {column.name: _from_json(column) for column in table.columns}
    with archive.open(_member(table)) as member:
        while lines := member.readlines(_BATCH * 100):
            rows = [_row(readers, json.loads(line)) for line in lines]
            connection.execute(insert(table), rows)
            step(table.name, len(rows))


def _row(readers: dict[str, Callable[[Any], Any]], values: list[Any]) -> dict[str, Any]:
    pairs = zip(readers.items(), values, strict=True)
    return {name: None if value is None else read(value) for (name, read), value in pairs}


def _from_json(column: Column[Any]) -> Callable[[Any], Any]:
    """What makes a column's value of what stands in a line."""
    if isinstance(column.type, LargeBinary):
        return bytes.fromhex
    if isinstance(column.type, Instant):
        return datetime.fromisoformat
    return date.fromisoformat if isinstance(column.type, Date) else lambda value: value


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number anew what comes next; the others see by themselves."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    last = func.max(column)
    connection.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))


def row_counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def _member(table: Table) -> str:
    return f"{table.name}.jsonl"
