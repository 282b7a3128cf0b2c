"""Redis in company: a server that sentinels watch over, and a cluster of six."""

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.crc import key_slot

from bot.storage.embedded import valkey_command
from tests.ports import free_port
from tests.processes import eventually
from tests.stores import Server, started

PASSWORD = "p@ss/w%rd"
ESCAPED = "p%40ss%2Fw%25rd"
"""The same, as it has to be written in an address."""

SLOTS = 16_384


@pytest.fixture
def watched_redis() -> Iterator["WatchedRedis"]:
    """A primary with a replica, and three sentinels."""
    with started(WatchedRedis) as family:
        yield family


@pytest.fixture
def redis_cluster(cluster_of_the_module: "RedisCluster") -> "RedisCluster":
    """Three primaries with a replica each, all well whatever the last test did, and empty."""
    cluster_of_the_module.heal()
    return cluster_of_the_module


@pytest.fixture(scope="module")
def cluster_of_the_module() -> Iterator["RedisCluster"]:
    """To form takes it some seconds, so it serves several tests."""
    with started(RedisCluster) as cluster:
        yield cluster


class Node:
    """One server on a port of this machine."""

    def __init__(self, directory: Path, *rules: str, sentinel: bool = False) -> None:
        self.port, self._folder = free_port(), directory
        self._rules, self._sentinel = rules, sentinel
        self._server = Server(directory, log=f"{self.port}.log")

    def start(self) -> None:
        home = self._folder / str(self.port)
        home.mkdir(exist_ok=True)
        rules = home / "rules.conf"
        rules.write_text("\n".join([*self._common_rules(home), *self._rules, ""]))
        binary = valkey_command(home, home, durable=False)[0]
        self._server.start([binary, str(rules), *(["--sentinel"] if self._sentinel else [])])
        self._server.wait_for(self._answers)

    def stop(self) -> None:
        self._server.stop(signal.SIGKILL)

    def fall_silent(self) -> None:
        """Take connections and never say a word; `stop` ends that too."""
        self._server.send(signal.SIGSTOP)

    def speak_again(self) -> None:
        self._server.send(signal.SIGCONT)

    def revive(self) -> None:
        """Start it if it was stopped, let it speak if it was silent."""
        if self._server.runs:
            self.speak_again()
        else:
            self.start()

    def tell(self, *words: object) -> Any:
        """What this one node answers to a command; the client has time."""
        with redis.Redis(
            port=self.port, password=PASSWORD, decode_responses=True, protocol=2, driver_info=None
        ) as client:
            return client.execute_command(*words)

    def _common_rules(self, home: Path) -> list[str]:
        return [
            f"port {self.port}",
            "bind 127.0.0.1",
            f"dir {home}",
            f'requirepass "{PASSWORD}"',
            *([] if self._sentinel else [f'masterauth "{PASSWORD}"', 'save ""']),
        ]

    def _answers(self) -> bool:
        with suppress(redis.RedisError):
            return bool(self.tell("PING"))
        return False


class WatchedRedis:
    """A primary and a replica that takes its place when it dies, as three sentinels see to."""

    def __init__(self, directory: Path) -> None:
        self.primary = Node(directory)
        self.replica = Node(directory, f"replicaof 127.0.0.1 {self.primary.port}")
        watch = [
            f"sentinel monitor party 127.0.0.1 {self.primary.port} 2",
            f'sentinel auth-pass party "{PASSWORD}"',
            "sentinel down-after-milliseconds party 500",
            "sentinel failover-timeout party 3000",
            f'sentinel sentinel-pass "{PASSWORD}"',
        ]
        self.sentinels = [Node(directory, *watch, sentinel=True) for _ in range(3)]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://:{ESCAPED}@{hosts}/party/0?sentinel_password={ESCAPED}"

    def start(self) -> None:
        for node in self._all():
            node.start()
        eventually(self.is_whole, within=30)

    def stop(self) -> None:
        for node in reversed(self._all()):
            node.stop()

    def is_whole(self) -> bool:
        """Whether the replica is up to date, and the sentinels know it and each other."""
        synced = self.replica.tell("INFO")["master_link_status"] == "up"
        return synced and all(self._is_watched_by(sentinel) for sentinel in self.sentinels)

    def _all(self) -> list[Node]:
        return [self.primary, self.replica, *self.sentinels]

    def _is_watched_by(self, sentinel: Node) -> bool:
        seen = sentinel.tell("SENTINEL MASTER", "party")
        return (seen["num-slaves"], seen["num-other-sentinels"]) == (1, 2)


class RedisCluster:
    """Three primaries that share the slots, and a replica of each."""

    def __init__(self, directory: Path) -> None:
        rules = ["cluster-enabled yes", "cluster-node-timeout 1000"]
        self.nodes = [Node(directory, *rules, f"cluster-port {free_port()}") for _ in range(6)]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:3])
        return f"redis+cluster://:{ESCAPED}@{hosts}"

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        primaries, replicas = self.nodes[:3], self.nodes[3:]
        for number, node in enumerate(primaries):
            slots = range(SLOTS * number // 3, SLOTS * (number + 1) // 3)
            node.tell("CLUSTER ADDSLOTS", *slots)
            node.tell("CLUSTER SET-CONFIG-EPOCH", number + 1)
        self._introduce_all()
        for primary, replica in zip(primaries, replicas, strict=True):
            replica.tell("CLUSTER REPLICATE", self.name(primary))
        eventually(self.is_whole, within=30)

    def stop(self) -> None:
        for node in reversed(self.nodes):
            node.stop()

    def heal(self) -> None:
        """Bring everybody back and forget what was kept."""
        for node in self.nodes:
            node.revive()
        eventually(self.is_whole, within=30)
        for node in self.primaries:
            node.tell("FLUSHALL")

    @property
    def primaries(self) -> list[Node]:
        """Who they are now."""
        return [node for node in self.nodes if node.tell("ROLE")[0] == "master"]

    def owner(self, key: str) -> Node:
        """The node that keeps this key."""
        slot = key_slot(key.encode())
        return next(node for node in self.primaries if slot in self._slots(node))

    def finish_to_move(self, key: str, giver: Node, taker: Node) -> None:
        """Say who keeps the slot of the key from now on."""
        slot = key_slot(key.encode())
        for node in (taker, giver):
            node.tell("CLUSTER SETSLOT", slot, "NODE", self.name(taker))

    def begin_to_move(self, key: str, giver: Node, taker: Node) -> None:
        """Leave it half moved: the key has gone over, the slot has not."""
        slot = key_slot(key.encode())
        taker.tell("CLUSTER SETSLOT", slot, "IMPORTING", self.name(giver))
        giver.tell("CLUSTER SETSLOT", slot, "MIGRATING", self.name(taker))
        there = ("127.0.0.1", taker.port)
        giver.tell("MIGRATE", *there, "", 0, 5000, "AUTH", PASSWORD, "KEYS", key)

    def name(self, node: Node) -> str:
        return str(node.tell("CLUSTER MYID"))

    def is_whole(self) -> bool:
        """Whether every living node finds every slot served, and each replica is up to date."""
        return all(self._finds_all_well(node) for node in self.nodes)

    def _finds_all_well(self, node: Node) -> bool:
        seen, role = node.tell("CLUSTER INFO"), node.tell("INFO")
        synced = role.get("master_link_status", "up") == "up"
        return (seen["cluster_state"], seen["cluster_known_nodes"]) == ("ok", "6") and synced

    def _introduce_all(self) -> None:
        first, *others = self.nodes
        for node in others:
            bus = node.tell("CONFIG GET", "cluster-port")["cluster-port"]
            first.tell("CLUSTER MEET", "127.0.0.1", node.port, bus)
        eventually(lambda: all(self._knows_all(node) for node in self.nodes), within=30)

    def _knows_all(self, node: Node) -> bool:
        return str(node.tell("CLUSTER INFO")["cluster_known_nodes"]) == "6"

    def _slots(self, node: Node) -> set[int]:
        ranges = node.tell("CLUSTER SLOTS")
        return {
            n
            for first, last, at, *_ in ranges
            if at[1] == node.port
            for n in range(first, last + 1)
        }
