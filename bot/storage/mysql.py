"""MySQL's connection, which has no more time than whoever waits for it.

The driver has one limit for each read, and opening a connection alone takes four of them.
"""

from typing import Any

from pymysql.connections import Connection

from bot.storage.deadline import SILENCE, patience


class TimedConnection(Connection):  # type: ignore[misc]
    """A connection whose every read is limited by what is left; one too many closes it."""

    def __init__(self, *words: Any, **settings: Any) -> None:
        super().__init__(*words, **{"connect_timeout": 2, "write_timeout": SILENCE, **settings})

    def _read_bytes(self, num_bytes: int) -> Any:
        self._read_timeout = patience()
        return super()._read_bytes(num_bytes)
