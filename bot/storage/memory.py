"""Redis, which may vanish at any instant: counters and tallies that can be done without."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from redis import RedisCluster
from redis.exceptions import RedisClusterException, RedisError

from bot import metrics
from bot.journal import time_redis
from bot.redis_address import read_redis_address
from bot.storage.breaker import Breaker
from bot.storage.redis_clients import Client, open_door

FAILURES = 3
"""Failures in a row after which Redis is left alone for a while."""
LOSS = 1.0
"""Seconds lost with failures in a row after which it is left alone, however few they were."""
REST = 5.0
"""Seconds for which it is left alone."""

TALLY_KEPT = 60
"""Seconds after which a tally that nobody renews is forgotten."""

_KEEP_THE_LATER = """
local kept = redis.call('GET', KEYS[1])
if kept then
    local is_json, tally = pcall(cjson.decode, kept)
    local as_of = is_json and type(tally) == 'table' and tally.as_of
    if type(as_of) == 'string' and as_of > ARGV[1] then
        return 0
    end
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""

log = structlog.get_logger()

Kept = TypeVar("Kept")


class Memory:
    """What may be forgotten. Every answer has a meaning when Redis is gone."""

    def __init__(self, url: str) -> None:
        """`url` as `read_redis_address` reads it; empty for no Redis at all."""
        self._door = open_door(read_redis_address(url)) if url else None
        self.breaker = Breaker(FAILURES, LOSS, REST)

    def count(self, key: str, seconds: int) -> int:
        """Count one more for `key`, which is forgotten after `seconds`; 0 without Redis."""

        def counted(redis: Client) -> int:
            pipe = redis.pipeline(transaction=False)
            pipe.incr(key)
            pipe.expire(key, seconds)
            return int(pipe.execute()[0])

        return self._ask(counted, 0)

    def forget(self, key: str) -> None:
        """Drop what is kept under `key`."""
        self._ask(lambda redis: int(redis.delete(key)), 0)

    def keep_tally(self, round_id: int, tally: str, as_of: str) -> bool:
        """Put this in place of the round's tally; False when a later one is kept there.

        `tally` is JSON that holds `as_of` too; such moments sort as their letters do.
        """

        def kept(redis: Client) -> bool:
            key = _tally_key(round_id)
            return bool(redis.eval(_KEEP_THE_LATER, 1, key, as_of, tally, TALLY_KEPT))

        return self._ask(kept, False)

    def tally(self, round_id: int) -> bytes | None:
        """The round's tally as it was kept last; whatever somebody else may have put there."""

        def found(redis: Client) -> bytes | None:
            kept = redis.get(_tally_key(round_id))
            return kept if isinstance(kept, bytes) else None

        return self._ask(found, None)

    @time_redis
    def _ask(self, question: Callable[[Client], Kept], otherwise: Kept) -> Kept:
        if self._door is None or not self.breaker.admits():
            return otherwise
        began = time.monotonic()
        try:
            with self._door() as redis:
                answer = question(redis)
        except Exception as error:
            # Of any kind: a cluster's client has errors of its own, and what can be done
            # without must not end a turn.
            self.breaker.failed(time.monotonic() - began)
            metrics.redis_left_alone(self.breaker.open)
            # Swallowed, so logged: a Redis that fails quietly looks like a slow database.
            failures = self.breaker.failures
            log.warning("redis failed", error=type(error).__name__, failures=failures)
            return otherwise
        if self.breaker.failures:
            self.breaker.succeeded()
            metrics.redis_left_alone(False)
        return answer


def _tally_key(round_id: int) -> str:
    # The braces keep whatever may be kept beside it in the same slot of a cluster.
    return f"tally:{{r{round_id}}}"


def greet(url: str) -> tuple[str, float]:
    """The version of the Redis at `url`, and the seconds it took to answer.

    Raises ConnectionError with the name of what went wrong.
    """
    try:
        with open_door(read_redis_address(url))() as redis:
            redis.ping()
            began = time.monotonic()
            redis.ping()
            took = time.monotonic() - began
            where = {"target_nodes": RedisCluster.RANDOM} if isinstance(redis, RedisCluster) else {}
            version = redis.info("server", **where)["redis_version"]
    except (RedisError, RedisClusterException) as error:
        raise ConnectionError(type(error).__name__) from error
    return str(version), took
