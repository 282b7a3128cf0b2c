"""Redis, which may vanish at any instant: counters that can be done without."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

PATIENCE = 0.1
"""Seconds for a connection or a command. The client's defaults wait for minutes."""
FAILURES = 3
"""Failures in a row after which Redis is left alone for a while."""
REST = 5.0
"""Seconds for which it is left alone."""

log = structlog.get_logger()

Kept = TypeVar("Kept")


class Memory:
    """What may be forgotten. Every answer has a meaning when Redis is gone."""

    def __init__(self, url: str) -> None:
        """`url` may be redis://, rediss:// or unix://; empty for no Redis at all."""
        self._redis = _connect(url) if url else None
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0

    def count(self, key: str, seconds: int) -> int:
        """Count one more for `key`, which is forgotten after `seconds`; 0 without Redis."""

        def counted(redis: Redis) -> int:
            pipe = redis.pipeline(transaction=False)
            pipe.incr(key)
            pipe.expire(key, seconds)
            return int(pipe.execute()[0])

        return self._ask(counted, 0)

    def forget(self, key: str) -> None:
        """Drop what is kept under `key`."""
        self._ask(lambda redis: int(redis.delete(key)), 0)

    def _ask(self, question: Callable[[Redis], Kept], otherwise: Kept) -> Kept:
        if self._redis is None or time.monotonic() < self._rests_until:
            return otherwise
        try:
            answer = question(self._redis)
        except RedisError as error:
            self._note_failure(error)
            return otherwise
        self._failures = 0
        return answer

    def _note_failure(self, error: RedisError) -> None:
        # Swallowed, so logged: a Redis that fails quietly looks like a slow database.
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._rests_until = time.monotonic() + REST
        log.warning("redis failed", error=type(error).__name__, failures=self._failures)


def greet(url: str) -> tuple[str, float]:
    """The version of the Redis at `url`, and the seconds it took to answer.

    Raises ConnectionError with the name of what went wrong.
    """
    try:
        with _connect(url) as redis:
            redis.ping()
            began = time.monotonic()
            redis.ping()
            took = time.monotonic() - began
            return str(redis.info("server")["redis_version"]), took
    except RedisError as error:
        raise ConnectionError(type(error).__name__) from error


def _connect(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )
