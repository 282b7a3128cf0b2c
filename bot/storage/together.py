"""Statements that travel together: one trip carries several where an engine takes them so."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from sqlalchemy import Dialect, Insert, Update
from sqlalchemy.orm import Session

from bot.storage.directly import connection_of
from bot.storage.spoken import Spoken, say

_MET: Callable[[Any], int] = attrgetter("rowcount")


class Together:
    """Changes whose values are named by `bindparam`; a name means the same in each of them.

    PostgreSQL takes them as a single statement, the others as its common table expressions; all
    of them see the tables as they were before, so they must be of different tables. The other
    engines get them one after the other.
    """

    def __init__(self, *changes: Insert | Update) -> None:
        *before, last = changes
        ctes = [change.cte(f"change_{number}") for number, change in enumerate(before)]
        self._at_once = last.add_cte(*ctes)
        self._each = changes
        self._spoken: dict[str, list[Spoken]] = {}

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """Make the changes; how many rows the last has met. Raises IntegrityError as each would."""
        connection = connection_of(session)
        met = 0
        for change in self._in_the_words_of(connection.dialect):
            met = say(connection, change, values, _MET)
        return met

    def _in_the_words_of(self, dialect: Dialect) -> list[Spoken]:
        if (spoken := self._spoken.get(dialect.name)) is None:
            at_once = dialect.name == "postgresql"
            spoken = [Spoken(c, dialect) for c in ([self._at_once] if at_once else self._each)]
            self._spoken[dialect.name] = spoken
        return spoken
