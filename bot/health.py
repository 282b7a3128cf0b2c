"""How well the service is: whether its database answers, and in time."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.database import open_readers

PATIENCE = 0.5
"""Seconds the database has for its answer."""

_REVISION = text("SELECT version_num FROM alembic_version")
_MIGRATIONS = Path(__file__).parent / "storage" / "migrations" / "versions"


class Health:
    """Asks the database. Redis is not asked: without it everything works, if a little dearer."""

    def __init__(self, engine: Engine) -> None:
        self._readers = open_readers(engine)
        # A thread of its own, since no driver can be told to be back after half a second.
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._asked: Future[str | None] | None = None

    def revision(self) -> str | None:
        """Where the tables stand; None when the database does not say so in time."""
        if self._asked is None or self._asked.done():
            self._asked = self._asker.submit(self._ask)
        try:
            return self._asked.result(PATIENCE)
        except (SQLAlchemyError, TimeoutError):
            return None

    def _ask(self) -> str | None:
        with self._readers() as session:
            return session.execute(_REVISION).scalar()


def accepts(revision: str | None) -> bool:
    """Whether this code runs on tables of this revision.

    It does on its own. One that it has never heard of is of a later release, whose migrations
    leave the tables fit for the code before them; so the old code serves on during an upgrade.
    """
    return revision is not None and revision not in revisions()[:-1]


def revisions() -> list[str]:
    """The revisions that this code knows, its own last."""
    return sorted(file.name.partition("_")[0] for file in _MIGRATIONS.glob("[0-9]*.py"))
