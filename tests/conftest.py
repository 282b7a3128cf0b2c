"""What every test may ask for: a session over the real tables, and a moment to stand in."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from prometheus_client import values
from sqlalchemy import Engine, event, make_url
from sqlalchemy.orm import Session

from bot import metrics
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions, open_engine
from tests.board import laid_out, nothing
from tests.builders import NOON, Fill, a_campaign, chained, with_a_campaign
from tests.room import quick_folder

pytest_plugins = [
    "tests.chromium", "tests.outside", "tests.service", "tests.shares", "tests.stores",
    "tests.redis_families", "tests.reading", "tests.compiled",
]  # fmt: skip

# The root of all `tmp_path`.
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(quick_folder()))

settings.register_profile("default", deadline=None)
settings.register_profile("fast", deadline=None, max_examples=5)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that in the end no process works on alone."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture
def engine() -> Engine:
    """An empty in-memory SQLite database with all tables."""
    return laid_out(nothing)


@pytest.fixture
def session() -> Iterator[Session]:
    """A session over the small campaign, which is in full swing at `now`."""
    with chained(laid_out(a_campaign))() as session:
        yield session


@pytest.fixture
def now() -> datetime:
    """Noon (in China) of the fifth day of the campaign."""
    return NOON


@pytest.fixture
def services(session: Session, now: datetime) -> Services:
    """The services at `now`."""
    return open_services(session, now, Shelf())


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow]),
        pytest.param("mariadb", marks=[pytest.mark.mariadb, pytest.mark.slow]),
    ]
)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on each engine we have here."""
    if request.param != "sqlite":
        return str(request.getfixturevalue(f"fresh_{request.param}_url"))
    return f"sqlite:///{tmp_path / 'sibian.db'}"


@pytest.fixture
def fill_store(store_url: str, request: pytest.FixtureRequest) -> Callable[[Fill], None]:
    """Fills the empty database as one says, by copying what that came to the first time."""
    servers = {"sqlite": "sqlite_files", "postgresql": "postgres", "mysql": "mariadb"}
    server = request.getfixturevalue(servers[make_url(store_url).get_backend_name()])
    return lambda how: server.fill(store_url, how)


@pytest.fixture
def hurried(store_url: str, fill_store: Callable[[Fill], None]) -> Iterator[Sessions]:
    """Sessions on a migrated database with the small campaign, with the limits of a turn."""
    fill_store(with_a_campaign)
    engine = open_engine(store_url, pool_size=14)
    yield chained(engine)
    engine.dispose()


@pytest.fixture
def sessions(hurried: Sessions) -> Sessions:
    """The same; others are waited for as long as a busy machine needs."""
    wait_longer(hurried.kw["bind"])
    return hurried


_LONGER = {
    "sqlite": "PRAGMA busy_timeout = 30000",
    "postgresql": "SET lock_timeout = '30s'; SET statement_timeout = '60s'; "
    "SET idle_in_transaction_session_timeout = '60s'",
    "mysql": "SET SESSION innodb_lock_wait_timeout = 30, idle_transaction_timeout = 60",
}


def wait_longer(engine: Engine) -> None:
    """Take the limits of a turn away: what they do is shown where they are asked for."""

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(_LONGER[engine.dialect.name])
        cursor.close()
        connection.commit()


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which this process keeps its figures, until the test is over."""
    folder = tmp_path / "metrics"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    metrics.share(folder, "test")
    yield folder
    monkeypatch.undo()
    metrics.start_afresh()
