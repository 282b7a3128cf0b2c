"""The schema's migrations, run by the program itself: no configuration file, no shell."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from bot.storage.patient import open_migrating

if TYPE_CHECKING:
    from alembic.config import Config

TRIES = 20
"""Times that a change waits for its lock, two seconds each, before the operator has to act."""
PAUSE = 0.5
"""Seconds in which those who queued behind it get their turn."""

_HERE = Path(__file__).parent / "migrations"


class TablesBusy(Exception):
    """Somebody has been at work on the tables for too long."""


def upgrade_in_use(url: str) -> str:
    """Bring the tables up to date while the service runs; where they stand now.

    Raises TablesBusy. On MySQL the steps made by then stay made, since it undoes none; that is
    why a step there is tried but once.
    """
    engine = open_migrating(url)
    try:
        for _ in range(1 if engine.dialect.name == "mysql" else TRIES):
            try:
                return upgrade(engine)
            except OperationalError as error:
                if not _had_to_wait(error):
                    raise
            time.sleep(PAUSE)
        raise TablesBusy
    finally:
        engine.dispose()


def _had_to_wait(error: OperationalError) -> bool:
    """Whether the lock was not to be had in time."""
    words = (getattr(error.orig, "sqlstate", None), *getattr(error.orig, "args", ()))
    return not {"55P03", 1205, "database is locked"}.isdisjoint(words)


def upgrade(engine: Engine, revision: str = "head") -> str:
    """Bring the tables up to `revision`; where they stand now."""
    with engine.connect() as connection:
        if revision == "head" and current(connection) == head():
            return head()
        connection.rollback()
        # Alembic takes a quarter of a second to load, and most starts change nothing.
        from alembic import command

        command.upgrade(_config(connection), revision)
        connection.commit()
        return current(connection) or ""


def downgrade(engine: Engine, revision: str) -> None:
    """Take the tables back to `revision`; `base` removes them all."""
    from alembic import command

    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


@cache
def head() -> str:
    """The revision whose tables this program knows: the last, since files are named by them."""
    return max(file.name for file in _HERE.glob("versions/[0-9]*.py"))[:4]


def current(connection: Connection) -> str | None:
    """The revision the tables stand at; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
