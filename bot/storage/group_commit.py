"""Group commit: messages that queue for SQLite's one writer share its wait for the disk.

A COMMIT that outlives a power cut takes milliseconds, the work before it less than one. So
whoever has done its work leaves the transaction open to the next in the queue, and the last
one commits for all. Each works within a savepoint of its own, and none is told of success before
the COMMIT. PostgreSQL and InnoDB do so by themselves. (DeWitt et al., Implementation Techniques
for Main Memory Database Systems, SIGMOD 1984, section 5.2.)
"""

import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as QueueTimeoutError

from bot.journal import time_sql
from bot.storage.deadline import patience

MOST = 32
"""How many share a COMMIT at most."""
LONGEST = 0.05
"""Seconds after which nobody joins any more: the first waits for its answer."""


class GroupCommit:
    """The queue of a process for one file."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._mutex = engine, Lock()
        self._queue = deque[Event]()
        self._taken = False
        self._open: _Group | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose transaction has begun; what the block does there is one whole.

        It is committed before this ends. Raises OperationalError when that fails: then nothing
        has been done; and SQLAlchemy's TimeoutError when nothing moves.
        """
        self._wait_for_the_turn()
        try:
            group = self._open = self._open or _Group(self._engine)
            with group.savepoint():
                yield group.connection
        finally:
            self._pass_on()
        group.wait()

    @time_sql
    def _wait_for_the_turn(self) -> None:
        call = Event()
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            self._queue.append(call)
        if call.wait(patience()):
            return
        with self._mutex:
            if call in self._queue:
                self._queue.remove(call)
                raise QueueTimeoutError("the queue for the file does not move")
        # Called in this very instant: whoever called counts on it.

    def _pass_on(self) -> None:
        """Leave the group to the next in the queue; when it is full, or nobody waits, end it."""
        group = self._open
        if group and group.takes_more and self._call_next():
            return
        self._open = None
        try:
            if group:
                group.end()
        finally:
            self._call_next(or_leave=True)

    def _call_next(self, *, or_leave: bool = False) -> bool:
        with self._mutex:
            if self._queue:
                self._queue.popleft().set()
                return True
            if or_leave:
                self._taken = False
            return False


class _Group:
    """A transaction in which several work, one after the other."""

    def __init__(self, engine: Engine) -> None:
        self.connection = engine.connect()
        try:
            self._transaction = self.connection.begin()
        except BaseException:
            self.connection.close()
            raise
        driver = self.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        self._driver = driver
        self._size, self._until = 0, time.monotonic() + LONGEST
        self._failure: BaseException | None = None
        self._ended = Event()

    @property
    def takes_more(self) -> bool:
        """Whether the next in the queue may work in it."""
        return self._size < MOST and time.monotonic() < self._until and not self._failure

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Should the block fail, nothing stays of what it did, and all of what was done before."""
        self._size += 1
        self._driver.execute("SAVEPOINT turn")
        try:
            yield
        except BaseException:
            self._undo()
            raise
        self._driver.execute("RELEASE turn")

    def _undo(self) -> None:
        try:
            self._driver.execute("ROLLBACK TO turn")
            self._driver.execute("RELEASE turn")
        except sqlite3.Error as error:
            # Where the disk is full SQLite undoes the whole transaction by itself.
            self._failure = error

    def end(self) -> None:
        """Commit for all who worked in it: `wait` tells them how it went."""
        try:
            # The transaction's own end: a COMMIT that fails is rolled back before the
            # connection goes back to its pool.
            with self.connection, self._transaction:
                if self._failure:
                    self._transaction.rollback()
        except BaseException as error:
            self._failure = error
            if not isinstance(error, DBAPIError):
                raise
        finally:
            self._ended.set()

    @time_sql
    def wait(self) -> None:
        """Return when all is committed. Raises as `GroupCommit.transaction` does."""
        if not self._ended.wait(patience()):
            raise QueueTimeoutError("those who share the transaction do not end")
        if self._failure:
            raise OperationalError("COMMIT", None, self._failure)
