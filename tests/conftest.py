"""What every test may ask for: a session over the real tables, and a moment to stand in."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions, open_engine, open_sessions
from bot.storage.schema import upgrade
from bot.storage.tables import Base
from tests.builders import NOON, a_campaign

pytest_plugins = ["tests.chromium", "tests.stores"]


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An empty in-memory SQLite database with all tables."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on it, with a small campaign that is in full swing at `now`."""
    with Session(engine, expire_on_commit=False) as session:
        a_campaign(session)
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
    params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])]
)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on each engine we have here."""
    if request.param == "postgres":
        return str(request.getfixturevalue("fresh_postgres_url"))
    return f"sqlite:///{tmp_path / 'sibian.db'}"


@pytest.fixture
def sessions(store_url: str) -> Iterator[Sessions]:
    """Sessions on a migrated database with the small campaign, on each engine."""
    engine = open_engine(store_url, pool_size=14)
    upgrade(engine)
    sessions = open_sessions(engine)
    with sessions.begin() as session:
        a_campaign(session)
    yield sessions
    engine.dispose()
