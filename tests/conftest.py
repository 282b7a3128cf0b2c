"""What every test may ask for: a session over the real tables, and a moment to stand in."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings
from prometheus_client import values
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot import metrics
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions, open_engine
from bot.storage.schema import upgrade
from tests.board import in_full_swing, laid_out, nothing
from tests.builders import NOON, a_campaign, chained

pytest_plugins = [
    "tests.chromium", "tests.service", "tests.shares", "tests.stores", "tests.redis_families",
]  # fmt: skip

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
    with chained(laid_out(in_full_swing))() as session:
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


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the small campaign in it, migrated once."""
    path = tmp_path_factory.mktemp("migrated") / "sibian.db"
    _fill(f"sqlite:///{path}")
    return path


def _fill(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    with chained(engine).begin() as session:
        a_campaign(session)
    engine.dispose()


@pytest.fixture
def sessions(store_url: str, migrated: Path) -> Iterator[Sessions]:
    """Sessions on a migrated database with the small campaign, on each engine."""
    if store_url.startswith("sqlite"):
        shutil.copy(migrated, store_url.removeprefix("sqlite:///"))
    else:
        _fill(store_url)
    engine = open_engine(store_url, pool_size=14)
    yield chained(engine)
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
