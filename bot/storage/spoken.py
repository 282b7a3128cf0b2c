"""Statements that are put into words once for an engine, and then said to its driver.

To make one up anew, as SQLAlchemy does to be safe, cost more than to carry it out; and so did
its books on each that is carried out. What is said to the driver is said within the transaction
of SQLAlchemy's connection: errors and events are as ever.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from operator import methodcaller
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BindParameter,
    Connection,
    Dialect,
    Insert,
    Select,
    Update,
    literal_column,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import replacement_traverse

from bot.storage.directly import connection_of

Process = Callable[[Any], Any]
Answer = TypeVar("Answer")
Statement = Insert | Update | Select[Any]

_PLAIN = re.compile(r"\w+", re.ASCII)
_FETCHED: Callable[[Any], list[Any]] = methodcaller("fetchall")


class Spoken:
    """A statement in the words of one engine; its values are named by `bindparam`."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = _written_out(statement, dialect).compile(dialect=dialect)
        self.words = str(compiled)
        by_name = {
            name: (name, bind.key if bind.required else None, bind.value, _told(bind, dialect))
            for name, bind in compiled.binds.items()
        }
        places = compiled.positiontup
        self._is_by_name = places is None
        self._slots = [by_name[name] for name in places or by_name]

    def told(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        each = [
            process(values[key] if key else fixed) if process else values[key] if key else fixed
            for _, key, fixed, process in self._slots
        ]
        if self._is_by_name:
            return {slot[0]: value for slot, value in zip(self._slots, each, strict=True)}
        return tuple(each)


def _written_out(statement: Statement, dialect: Dialect) -> Statement:
    """The statement, in which plain numbers and names that never change are part of its words.

    A server that plans a statement once for all values must guess how few rows a limit leaves
    that it is not told: PostgreSQL then rather plans each time.
    """

    def written(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or element.required:
            return None
        if not isinstance(value := element.value, int | str) or not _PLAIN.fullmatch(str(value)):
            return None
        write = element.type.dialect_impl(dialect).literal_processor(dialect)
        return literal_column(write(value), element.type) if write else None

    return cast(Statement, replacement_traverse(statement, {}, written))


def say(
    connection: Connection,
    spoken: Spoken,
    values: Mapping[str, Any],
    heard: Callable[[Any], Answer],
) -> Answer:
    """Say the statement; what `heard` takes from the driver's cursor. Raises as SQLAlchemy does."""
    if not connection.in_transaction():
        connection.begin()
    dialect, words, told = connection.dialect, spoken.words, spoken.told(values)
    cursor = connection.connection.cursor()
    try:
        for hear in connection.dispatch.before_cursor_execute:
            words, told = hear(connection, cursor, words, told, None, False)
        dialect.do_execute(cursor, words, told)
        for hear in connection.dispatch.after_cursor_execute:
            hear(connection, cursor, words, told, None, False)
        return heard(cursor)
    except dialect.loaded_dbapi.Error as error:
        raise _translated(error, connection, words) from error
    finally:
        cursor.close()


def _translated(error: Any, connection: Connection, words: str) -> SQLAlchemyError:
    """The error in SQLAlchemy's terms; a connection that is lost is not used any more."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if lost:
        connection.invalidate(error)
    translated: SQLAlchemyError = DBAPIError.instance(
        words, None, error, dialect.loaded_dbapi.Error,
        hide_parameters=True, connection_invalidated=lost, dialect=dialect,
    )  # fmt: skip
    return translated


class Query:
    """A question about tables; what the session holds back stays so. Rows are named tuples."""

    def __init__(self, question: Select[*tuple[Any, ...]]) -> None:
        self._question = question
        self._spoken: dict[str, tuple[Spoken, list[Any]]] = {}
        self._row: Callable[..., Any] = _row_of(question)

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """The rows of the answer."""
        connection = connection_of(session)
        spoken, read = self._in_the_words_of(connection.dialect)
        rows = say(connection, spoken, values, _FETCHED)
        return [
            self._row(
                *[
                    process(value) if process else value
                    for process, value in zip(read, row, strict=True)
                ]
            )
            for row in rows
        ]

    def first(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first row, or None."""
        return next(iter(self.all(session, values)), None)

    def _in_the_words_of(self, dialect: Dialect) -> tuple[Spoken, list[Any]]:
        if (found := self._spoken.get(dialect.name)) is None:
            kinds = [
                column.type.dialect_impl(dialect) for column in self._question.selected_columns
            ]
            read = [kind.result_processor(dialect, None) for kind in kinds]
            found = self._spoken[dialect.name] = Spoken(self._question, dialect), read
        return found


def _row_of(question: Select[*tuple[Any, ...]]) -> Callable[..., Any]:
    names = [str(column.key) for column in question.selected_columns]
    # A column without a name of its own is there by its place alone.
    return namedtuple("Row", names, rename=True)


def _told(bind: Any, dialect: Dialect) -> Process | None:
    process: Process | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return process
