"""Behind sentinels or in a cluster, a server may die or give its keys away: Redis goes on."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.storage.memory import Memory, greet
from tests.processes import eventually
from tests.redis_families import Node, RedisCluster, WatchedRedis
from tests.storage.test_memory import EVERYTHING, OF_6_2

pytestmark = pytest.mark.slow

LONGEST = 1.5
"""Seconds for which anybody may wait for a Redis that is in trouble, on a busy machine."""


@pytest.fixture(autouse=True)
def _short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.memory.REST", 0.2)


class Asked:
    """A Memory that is asked again and again, and how long the worst question took."""

    def __init__(self, url: str) -> None:
        self.memory = Memory(url)
        self.longest = 0.0

    def count(self, key: str) -> int:
        began = time.monotonic()
        counted = self.memory.count(key, seconds=600)
        self.longest = max(self.longest, time.monotonic() - began)
        return counted

    def answers(self, key: str) -> Callable[[], bool]:
        return lambda: self.count(key) > 0


def forget_what_was_said(node: Node) -> None:
    node.tell("CONFIG RESETSTAT")


def what_was_said(node: Node) -> set[str]:
    """The commands this node was given, but for those of the test and of its own family."""
    said = {name.removeprefix("cmdstat_").upper() for name in node.tell("INFO", "commandstats")}
    family = {"PING", "REPLCONF", "PUBLISH", "SUBSCRIBE", "PSYNC", "ROLE"}
    return said - {"CONFIG|RESETSTAT", "INFO"} - family


def test_when_the_primary_dies_its_replica_is_asked(watched_redis: WatchedRedis) -> None:
    asked = Asked(watched_redis.url)
    assert [asked.count("crash") for _ in range(2)] == [1, 2]
    eventually(lambda: watched_redis.replica.tell("GET", "crash") == "2")

    watched_redis.primary.stop()
    seen = [asked.count("crash") for _ in range(3)]
    left_alone = asked.memory.breaker.open
    eventually(asked.answers("crash"), within=30)

    assert seen == [0, 0, 0]
    assert left_alone
    assert asked.count("crash") == 4
    assert asked.longest < LONGEST


def test_when_all_sentinels_and_the_primary_are_silent_nobody_waits_long(
    watched_redis: WatchedRedis,
) -> None:
    asked = Asked(watched_redis.url)
    assert asked.count("crash") == 1

    for node in (*watched_redis.sentinels, watched_redis.primary):
        node.fall_silent()

    assert [asked.count("crash") for _ in range(3)] == [0, 0, 0]
    assert asked.memory.breaker.open
    assert asked.longest < LONGEST


def test_sentinels_and_their_server_are_asked_in_the_language_of_6_2(
    watched_redis: WatchedRedis,
) -> None:
    forget_what_was_said(watched_redis.primary)
    memory = Memory(watched_redis.url)

    for ask in EVERYTHING.values():
        ask(memory)

    assert what_was_said(watched_redis.primary) <= OF_6_2
    assert memory.breaker.failures == 0


def test_each_question_concerns_one_node_of_a_cluster(redis_cluster: RedisCluster) -> None:
    memory = Memory(redis_cluster.url)
    for node in redis_cluster.nodes:
        forget_what_was_said(node)

    for ask in EVERYTHING.values():
        ask(memory)
    counts = [memory.count(f"crash:{n}", seconds=60) for n in range(50)]

    for node in redis_cluster.primaries:
        assert what_was_said(node) <= OF_6_2 | {"CLUSTER|SLOTS", "COMMAND"}
    assert memory.breaker.failures == 0
    assert memory.tally(1) is not None
    assert counts == [1] * 50


def test_a_cluster_is_greeted_by_whoever_asks_how_it_is(redis_cluster: RedisCluster) -> None:
    version, took = greet(redis_cluster.url)

    assert version[0].isdigit()
    assert took < LONGEST


def test_a_cluster_that_is_nowhere_is_reported_as_any_other_server() -> None:
    with pytest.raises(ConnectionError):
        greet("redis+cluster://127.0.0.1:1,127.0.0.1:2")


def test_counts_go_on_while_a_slot_moves(redis_cluster: RedisCluster) -> None:
    asked = Asked(redis_cluster.url)
    giver = redis_cluster.owner("crash")
    taker = next(node for node in redis_cluster.primaries if node is not giver)
    counts = [asked.count("crash")]

    redis_cluster.begin_to_move("crash", giver, taker)
    counts += [asked.count("crash") for _ in range(2)]
    redis_cluster.finish_to_move("crash", giver, taker)
    counts += [asked.count("crash") for _ in range(10)]

    assert counts == list(range(1, 14))
    assert asked.memory.breaker.failures == 0


def test_when_a_primary_of_a_cluster_dies_its_replica_is_asked(
    redis_cluster: RedisCluster,
) -> None:
    asked = Asked(redis_cluster.url)
    assert [asked.count("crash") for _ in range(2)] == [1, 2]

    redis_cluster.owner("crash").stop()
    seen = asked.count("crash")
    eventually(asked.answers("crash"), within=30)

    assert seen == 0
    assert asked.count("crash") > 1
    assert asked.longest < LONGEST


def test_when_a_whole_cluster_is_silent_no_thread_waits_for_the_others(
    redis_cluster: RedisCluster,
) -> None:
    asked = Asked(redis_cluster.url)
    assert asked.count("crash") == 1
    for node in redis_cluster.nodes:
        node.fall_silent()

    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(asked.count, ["crash"] * 32))

    assert seen == [0] * 32
    assert asked.memory.breaker.open
    assert asked.longest < LONGEST


def test_a_cluster_that_is_not_there_yet_is_found_when_it_is(redis_cluster: RedisCluster) -> None:
    for node in redis_cluster.nodes:
        node.fall_silent()
    asked = Asked(redis_cluster.url)
    seen = [asked.count("crash") for _ in range(3)]

    for node in redis_cluster.nodes:
        node.speak_again()
    eventually(asked.answers("crash"), within=30)

    assert seen == [0, 0, 0]
    assert asked.longest < LONGEST
