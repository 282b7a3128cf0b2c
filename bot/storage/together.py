"""Statements that travel together: one trip carries several where an engine takes them so."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Dialect, Insert, Update
from sqlalchemy.orm import Session

from bot.storage.directly import connection_of

Process = Callable[[Any], Any]


class Together:
    """Changes whose values are named by `bindparam`; a name means the same in each of them.

    PostgreSQL takes them as a single statement, the others as its common table expressions; all
    of them see the tables as they were before, so they must be of different tables. The other
    engines get them one after the other. Each is put into words once for an engine and said to
    its driver: to make it up anew cost more than to carry it out.
    """

    def __init__(self, *changes: Insert | Update) -> None:
        *before, last = changes
        ctes = [change.cte(f"change_{number}") for number, change in enumerate(before)]
        self._at_once = last.add_cte(*ctes)
        self._each = changes
        self._spoken: dict[str, list[_Spoken]] = {}

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """Make the changes; how many rows the last has met. Raises IntegrityError as each would."""
        connection = connection_of(session)
        met = 0
        for change in self._in_the_words_of(connection.dialect):
            met = connection.exec_driver_sql(change.words, change.told(values)).rowcount
        return met

    def _in_the_words_of(self, dialect: Dialect) -> "list[_Spoken]":
        if (spoken := self._spoken.get(dialect.name)) is None:
            at_once = dialect.name == "postgresql"
            spoken = [_Spoken(c, dialect) for c in ([self._at_once] if at_once else self._each)]
            self._spoken[dialect.name] = spoken
        return spoken


class _Spoken:
    """A change in the words of one engine."""

    def __init__(self, change: Insert | Update, dialect: Dialect) -> None:
        compiled = change.compile(dialect=dialect)
        self.words = str(compiled)
        self._by_place = compiled.positiontup
        self._slots = [
            (name, bind.key if bind.required else None, bind.value, _process(bind, dialect))
            for name, bind in compiled.binds.items()
        ]

    def told(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        named = {
            name: process(values[key] if key else fixed)
            for name, key, fixed, process in self._slots
        }
        return named if self._by_place is None else tuple(named[name] for name in self._by_place)


def _process(bind: Any, dialect: Dialect) -> Process:
    return bind.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
