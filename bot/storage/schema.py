"""The schema's migrations, run by the program itself: no configuration file, no shell."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_HERE = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> str:
    """Bring the tables up to `revision`; where they stand now."""
    with engine.connect() as connection:
        command.upgrade(_config(connection), revision)
        connection.commit()
        return current(connection) or ""


def downgrade(engine: Engine, revision: str) -> None:
    """Take the tables back to `revision`; `base` removes them all."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


@cache
def head() -> str:
    """The revision whose tables this program knows."""
    return ScriptDirectory(str(_HERE)).get_current_head() or ""


def current(connection: Connection) -> str | None:
    """The revision the tables stand at; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
