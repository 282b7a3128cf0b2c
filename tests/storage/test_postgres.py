"""A PostgreSQL that falls silent takes nobody along."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from bot.storage.database import open_engine
from bot.storage.deadline import SILENCE

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def engine(fresh_postgres_url: str) -> Iterator[Engine]:
    engine = open_engine(fresh_postgres_url)
    yield engine
    engine.dispose()


def test_a_silent_server_is_given_up_and_the_next_connection_works(engine: Engine) -> None:
    with engine.connect() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
        os.kill(backend, signal.SIGSTOP)
        began = time.monotonic()
        try:
            with pytest.raises(OperationalError) as raised:
                connection.execute(text("SELECT 1"))
            waited = time.monotonic() - began
        finally:
            os.kill(backend, signal.SIGCONT)

    assert raised.value.connection_invalidated
    assert SILENCE <= waited < SILENCE + 5
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_slow_answer_is_awaited(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1 FROM pg_sleep(1)")) == 1
