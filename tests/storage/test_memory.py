"""Redis may be there, gone, or silent: an answer comes at once and is never an error."""

import inspect
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from bot.storage.memory import FAILURES, Memory
from bot.storage.redis_clients import PATIENCE
from tests.detour import detour
from tests.stores import Valkey

EVERYTHING: Mapping[str, Callable[[Memory], object]] = {
    "count": lambda memory: memory.count("crash", seconds=60),
    "forget": lambda memory: memory.forget("crash"),
    "keep_tally": lambda memory: memory.keep_tally(1, '{"as_of": "2026"}', "2026"),
    "tally": lambda memory: memory.tally(1),
}
"""Each thing a Memory is asked for."""

OF_6_2 = frozenset({"AUTH", "SELECT", "GET", "SET", "DEL", "INCRBY", "EXPIRE", "EVAL"})
"""What we say to a Redis; each exists, with the options we use, in 6.2 and before."""


@contextmanager
def a_stranger(says: bytes = b"") -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that says the same to everybody, or nothing at all, and who called it."""
    callers: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                callers.append(caller)
                if says:
                    caller.sendall(says)

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}", callers
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    for caller in callers:
        caller.close()


def ask_until_left_alone(memory: Memory) -> float:
    """Seconds it takes to find out that there is no Redis."""
    began = time.monotonic()
    for _ in range(FAILURES):
        assert memory.count("crash", seconds=60) == 0
    return time.monotonic() - began


@pytest.mark.slow
def test_a_count_goes_up_until_it_is_forgotten(own_redis: Valkey) -> None:
    memory = Memory(own_redis.url)
    counts = [memory.count("crash", seconds=60) for _ in range(3)]

    memory.forget("crash")

    assert counts == [1, 2, 3]
    assert memory.count("crash", seconds=60) == 1


def test_a_count_is_forgotten_by_itself(own_redis: Valkey) -> None:
    Memory(own_redis.url).count("crash", seconds=60)

    with own_redis.client() as client:
        assert 0 < client.ttl("crash") <= 60


def test_without_an_address_everything_is_forgotten() -> None:
    memory = Memory("")

    memory.forget("crash")

    assert memory.count("crash", seconds=60) == 0
    assert memory.tally(1) is None


@pytest.mark.slow
def test_nothing_is_said_that_redis_6_2_does_not_know(own_redis: Valkey) -> None:
    assert {name for name, _ in inspect.getmembers(Memory, inspect.isfunction)
            if not name.startswith("_")} == set(EVERYTHING)  # fmt: skip
    with own_redis.client() as client:
        client.config_resetstat()

        for ask in EVERYTHING.values():
            ask(Memory(f"{own_redis.url}?db=1"))

        said = {name.removeprefix("cmdstat_").upper() for name in client.info("commandstats")}
    assert said - {"CONFIG|RESETSTAT", "INFO"} <= OF_6_2


@pytest.mark.slow
def test_a_stopped_redis_is_as_if_it_had_forgotten(own_redis: Valkey) -> None:
    memory = Memory(own_redis.url)
    memory.count("crash", seconds=60)

    own_redis.stop()

    assert memory.count("crash", seconds=60) == 0


def test_a_flushed_redis_has_forgotten(own_redis: Valkey) -> None:
    memory = Memory(own_redis.url)
    memory.count("crash", seconds=60)

    with own_redis.client() as client:
        client.flushall()

    assert memory.count("crash", seconds=60) == 1


@pytest.mark.slow
def test_a_restarted_redis_is_asked_again_and_begins_anew(own_redis: Valkey) -> None:
    memory = Memory(own_redis.url)
    memory.count("crash", seconds=60)

    own_redis.restart()

    assert [memory.count("crash", seconds=60) for _ in range(3)] == [1, 2, 3]
    assert memory.breaker.failures == 0


@pytest.mark.slow
def test_a_redis_that_comes_back_is_used_again_after_its_rest(
    own_redis: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.memory.REST", 0.05)
    memory = Memory(own_redis.url)
    own_redis.stop()
    ask_until_left_alone(memory)
    left_alone = memory.breaker.open

    own_redis.start()
    time.sleep(0.06)

    assert left_alone
    assert memory.count("crash", seconds=60) == 1
    assert not memory.breaker.open


@pytest.mark.slow
def test_a_silent_redis_costs_a_tenth_of_a_second_three_times_and_then_nothing(
    own_redis: Valkey,
) -> None:
    memory = Memory(own_redis.url)
    memory.count("crash", seconds=60)
    own_redis.fall_silent()

    impatient = ask_until_left_alone(memory)
    began = time.monotonic()
    for _ in range(1_000):
        memory.count("crash", seconds=60)
    resting = time.monotonic() - began

    assert impatient < FAILURES * PATIENCE * 3
    assert resting < 0.2


@pytest.mark.slow
def test_a_redis_half_a_second_away_is_left_alone(own_redis: Valkey) -> None:
    with detour(own_redis.url.removeprefix("unix://"), delay=0.5) as port:
        memory = Memory(f"redis://127.0.0.1:{port}")

        assert ask_until_left_alone(memory) < FAILURES * PATIENCE * 4
        assert memory.breaker.open


@pytest.mark.slow
@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"-NOAUTH Authentication required.\r\n" * 9,
        b"-LOADING Redis is loading the dataset in memory\r\n" * 9,
        b"+OK\r\n" * 9,
        b"*1\r\n" * 9,
        b"\x00\xff\r\n" * 9,
    ],
)
def test_whatever_another_server_says_there_is_an_answer(says: bytes) -> None:
    with a_stranger(says) as (url, _):
        memory = Memory(url)

        began = time.monotonic()
        for ask in EVERYTHING.values():
            ask(memory)

        assert memory.count("crash", seconds=60) == 0
        assert time.monotonic() - began < 2


@pytest.mark.slow
def test_after_its_rest_one_thread_of_many_finds_out_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.storage.memory.REST", 1.5)
    with a_stranger() as (url, callers):
        memory = Memory(url)
        ask_until_left_alone(memory)
        time.sleep(1.6)
        before = len(callers)

        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda _: memory.count("crash", seconds=60), range(12)))

        assert len(callers) == before + 1


@pytest.mark.slow
@pytest.mark.parametrize("password", ["", "word"])
def test_a_server_that_asks_for_a_password_gets_the_one_of_the_address(
    own_redis: Valkey, password: str
) -> None:
    with own_redis.client() as client:
        client.config_set("requirepass", "word")
    memory = Memory(own_redis.url.replace("unix://", f"unix://:{password}@"))

    counted = memory.count("crash", seconds=60)

    assert counted == (1 if password else 0)


def test_the_database_of_the_address_is_used(own_redis: Valkey) -> None:
    Memory(f"{own_redis.url}?db=3").count("crash", seconds=60)

    with own_redis.client() as client:
        assert client.info("keyspace").keys() == {"db3"}
