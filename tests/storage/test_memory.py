"""Redis may be there, gone, or silent: an answer comes at once and is never an error."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.memory import FAILURES, PATIENCE, Memory
from tests.stores import Valkey


@pytest.fixture
def silent_url(tmp_path: Path) -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


def test_a_count_goes_up_until_it_is_forgotten(own_valkey: Valkey) -> None:
    memory = Memory(own_valkey.url)
    counts = [memory.count("crash", seconds=60) for _ in range(3)]

    memory.forget("crash")

    assert counts == [1, 2, 3]
    assert memory.count("crash", seconds=60) == 1


def test_without_an_address_everything_is_forgotten() -> None:
    memory = Memory("")

    memory.forget("crash")

    assert memory.count("crash", seconds=60) == 0


def test_a_stopped_redis_is_as_if_it_had_forgotten(own_valkey: Valkey) -> None:
    memory = Memory(own_valkey.url)
    memory.count("crash", seconds=60)

    own_valkey.stop()

    assert memory.count("crash", seconds=60) == 0


def test_a_redis_that_comes_back_is_used_again_after_its_rest(
    own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.memory.REST", 0.05)
    memory = Memory(own_valkey.url)
    own_valkey.stop()
    for _ in range(FAILURES):
        memory.count("crash", seconds=60)

    own_valkey.start()
    time.sleep(0.06)

    assert memory.count("crash", seconds=60) == 1


@pytest.mark.slow
def test_a_silent_redis_costs_a_tenth_of_a_second_three_times_and_then_nothing(
    silent_url: str,
) -> None:
    memory = Memory(silent_url)

    began = time.monotonic()
    for _ in range(FAILURES):
        memory.count("crash", seconds=60)
    impatient = time.monotonic() - began
    began = time.monotonic()
    for _ in range(1_000):
        memory.count("crash", seconds=60)
    resting = time.monotonic() - began

    assert impatient < FAILURES * PATIENCE * 3
    assert resting < 0.2
