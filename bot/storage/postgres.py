"""PostgreSQL's connection, which gives up on a server that has fallen silent.

The server's own time-outs help while it speaks; the driver waits without end. When a firewall
drops the line or a fail-over leaves it half open, a few turns would take a worker away from
everybody.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError

from bot.storage.deadline import patience

Result = TypeVar("Result")


class TimedConnection(Connection[Any]):
    """A connection that is closed when the server says nothing for too long."""

    def wait(
        self, gen: Generator[Any, Any, Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        """The outcome of `gen`. Raises OperationalError, which leaves the connection closed."""
        began, limit = time.monotonic(), timeout or patience()
        try:
            return super().wait(gen, interval, limit)
        except OperationalError:
            if not timeout and time.monotonic() - began >= limit:
                self.pgconn.finish()
            raise
