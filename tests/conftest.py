"""What every test may ask for: a session over the real tables, and a moment to stand in."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from prometheus_client import values
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from bot import metrics
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions, open_engine
from bot.storage.schema import upgrade
from bot.storage.tables import Base
from tests.builders import NOON, a_campaign, chained

pytest_plugins = ["tests.chromium", "tests.service", "tests.stores", "tests.redis_families"]

settings.register_profile("default", deadline=None)
settings.register_profile("fast", deadline=None, max_examples=15)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that in the end no process works on alone."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


@cache
def _template(in_swing: bool) -> sqlite3.Connection:
    """A database with all tables, and with the small campaign when `in_swing`, made once."""
    connection = sqlite3.connect(":memory:")
    engine = _engine_on(connection)
    Base.metadata.create_all(engine)
    if in_swing:
        with Session(engine) as session:
            a_campaign(session)
            session.commit()
    return connection


@cache
def _workbench() -> tuple[sqlite3.Connection, Engine]:
    """The one engine of all tests: what it has compiled for one serves the next."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    return connection, _engine_on(connection)


def _engine_on(connection: sqlite3.Connection) -> Engine:
    return create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)


def _laid_out(in_swing: bool) -> Engine:
    """The workbench with nothing on it but a copy of the template, which takes no time."""
    connection, engine = _workbench()
    connection.rollback()
    _template(in_swing).backup(connection)
    return engine


@pytest.fixture
def engine() -> Engine:
    """An empty in-memory SQLite database with all tables."""
    return _laid_out(in_swing=False)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session over the small campaign, which is in full swing at `now`."""
    _laid_out(in_swing=True)
    with chained(engine)() as session:
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
def sessions(store_url: str) -> Iterator[Sessions]:
    """Sessions on a migrated database with the small campaign, on each engine."""
    engine = open_engine(store_url, pool_size=14)
    upgrade(engine)
    sessions = chained(engine)
    with sessions.begin() as session:
        a_campaign(session)
    yield sessions
    engine.dispose()


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
