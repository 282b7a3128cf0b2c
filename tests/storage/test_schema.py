"""The tables change while the service runs: nobody queues behind a change that can't begin."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, create_engine, text

from bot.storage import schema
from bot.storage.schema import TablesBusy, head, upgrade, upgrade_in_use

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

READ = text("SELECT count(*) FROM motto")


@pytest.fixture
def old(fresh_postgres_url: str) -> Iterator[Engine]:
    """A database whose tables are those of the first release."""
    engine = create_engine(fresh_postgres_url)
    upgrade(engine, "0001")
    yield engine
    engine.dispose()


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_a_change_waits_for_a_long_reader_and_lets_others_pass(old: Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        with old.connect() as reader:
            reader.execute(READ)
            changing = pool.submit(upgrade_in_use, address(old))
            longest = 0.0
            until = time.monotonic() + 4
            while time.monotonic() < until:
                began = time.monotonic()
                with old.connect() as other:
                    other.execute(READ)
                longest = max(longest, time.monotonic() - began)
                time.sleep(0.05)
            assert not changing.done()

        assert changing.result() == head()
    assert longest < 2.5


def test_with_a_reader_that_never_ends_it_gives_up_and_has_changed_nothing(
    old: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "TRIES", 2)

    with old.connect() as reader:
        reader.execute(READ)
        with pytest.raises(TablesBusy):
            upgrade_in_use(address(old))

    with old.connect() as connection:
        assert schema.current(connection) == "0001"
    assert upgrade_in_use(address(old)) == head()
