"""The client for each kind of Redis, none of which ever makes anybody wait for long."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from redis import Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.connection import ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry
from redis.sentinel import Sentinel

from bot.redis_address import Login, RedisAddress

PATIENCE = 0.1
"""Seconds for a connection or a command. The clients' defaults wait for minutes."""

Client = Redis | RedisCluster
Door = Callable[[], AbstractContextManager[Client]]
"""Lends the client to one who asks."""


def open_door(address: RedisAddress) -> Door:
    """The way to the Redis at `address`. Nothing is connected before somebody asks."""
    if address.kind == "cluster":
        return _Cluster(address).door
    client = _by_sentinels(address) if address.kind == "sentinel" else _single(address)
    return lambda: nullcontext(client)


def _single(address: RedisAddress) -> Redis:
    connection = _habits() | _introduced(address.login) | {"db": address.database}
    if address.path:
        connection |= {"connection_class": UnixDomainSocketConnection, "path": address.path}
        return Redis.from_pool(ConnectionPool(**connection, retry=_no_retry()))
    ((host, port),) = address.hosts
    if address.tls:
        connection |= {"connection_class": SSLConnection, "ssl_ca_certs": address.ca_file}
    return Redis.from_pool(ConnectionPool(**connection, host=host, port=port, retry=_no_retry()))


def _by_sentinels(address: RedisAddress) -> Redis:
    """A client that asks the sentinels for the master whenever it connects."""
    habits = _habits() | _guarded(address) | {"retry": _no_retry()}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        address.hosts,
        sentinel_kwargs=habits | _introduced(address.sentinel_login),
        **habits,
        **_introduced(address.login),
    )
    client: Redis = sentinels.master_for(  # type: ignore[no-untyped-call]
        address.master, db=address.database
    )
    return client


class _Cluster:
    """A cluster's client, lent to one at a time.

    The client looks for the nodes when it is made and whenever one fails, all threads one after
    another: while half a cluster is silent, eight of them would wait for seconds.
    """

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._client: RedisCluster | None = None

    @contextmanager
    def door(self) -> Iterator[RedisCluster]:
        if not self._lock.acquire(timeout=PATIENCE):
            raise NoAnswer("the cluster is being asked by somebody else")
        try:
            if self._client is None:
                self._client = self._look_around()
            yield self._client
        finally:
            self._lock.release()

    def _look_around(self) -> RedisCluster:
        return RedisCluster(
            startup_nodes=[
                ClusterNode(host, port)  # type: ignore[no-untyped-call]
                for host, port in self._address.hosts
            ],
            retry=_no_retry(),
            # Whoever lists two or three nodes decides how long looking for the others may take.
            dynamic_startup_nodes=False,
            # A part that is gone is no reason to do without the rest.
            require_full_coverage=False,
            **_habits(),
            **_guarded(self._address),
            **_introduced(self._address.login),
        )


def _habits() -> dict[str, Any]:
    return {
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "health_check_interval": 0,
        # Both would cost trips at each connection, and Redis 6.2 does not know the second.
        "protocol": 2,
        "driver_info": None,
    }


def _guarded(address: RedisAddress) -> dict[str, Any]:
    return {"ssl": True, "ssl_ca_certs": address.ca_file} if address.tls else {}


def _introduced(login: Login) -> dict[str, Any]:
    return {"username": login.user, "password": login.password} if login.password else {}


def _no_retry() -> Retry:
    return Retry(NoBackoff(), 0)
