"""PostgreSQL's connection, which gives up on a server that has fallen silent.

The server's own time-outs help while it speaks; the driver waits without end. When a firewall
drops the line or a fail-over leaves it half open, a few turns would take a worker away from
everybody.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError

SILENCE = 3.0
"""Seconds without an answer after which there will be none: statements have 2.5."""

Result = TypeVar("Result")


class TimedConnection(Connection[Any]):
    """A connection that is closed when the server says nothing for too long."""

    def wait(
        self, gen: Generator[Any, Any, Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        """The outcome of `gen`. Raises OperationalError, which leaves the connection closed."""
        began = time.monotonic()
        try:
            return super().wait(gen, interval, timeout or SILENCE)
        except OperationalError:
            if not timeout and time.monotonic() - began >= SILENCE:
                self.pgconn.finish()
            raise
