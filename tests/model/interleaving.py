"""Acts at the same time on PostgreSQL, a statement at a time, in an order we choose.

Each act runs in a thread of its own and stops before every statement and every commit. The
conductor lets one of them go on, and knows from PostgreSQL itself who waits for whose lock.
What two workers do in a microsecond is thus done slowly, in every order, and the same each time.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, text

Outcome = TypeVar("Outcome")

PATIENCE = 20.0
"""Seconds after which an act that neither stops nor waits for a lock is given up."""
_A_MOMENT = 0.002
_BLOCKED = text("select cardinality(pg_blocking_pids(:pid)) > 0")


class _Act:
    """One thread's way through its statements."""

    def __init__(self) -> None:
        self.at_gate = self.over = False
        self.pid = 0
        """The backend of PostgreSQL that works for it."""
        self.may_go = threading.Event()


class Conductor:
    """Says who goes on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._here = threading.local()
        self._moved = threading.Condition()
        self.steps = 0
        """Statements and commits let through, over all runs."""

    @contextmanager
    def conducting(self) -> Iterator["Conductor"]:
        """Every statement on the engine asks us, as long as this lasts."""
        event.listen(self._engine, "before_cursor_execute", self._before_statement)
        event.listen(self._engine, "commit", self._stop)
        try:
            yield self
        finally:
            event.remove(self._engine, "before_cursor_execute", self._before_statement)
            event.remove(self._engine, "commit", self._stop)

    def play(self, acts: Sequence[Callable[[], Outcome]], order: Random) -> list[Outcome]:
        """What the acts give, played at once in an order drawn from `order`."""
        parts = [_Act() for _ in acts]
        with (
            ThreadPoolExecutor(len(acts)) as pool,
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watch,
        ):
            playing = [
                pool.submit(self._run, part, act) for part, act in zip(parts, acts, strict=True)
            ]
            while not all(part.over for part in parts):
                if ready := self._settled(parts, watch):
                    self._let_go(order.choice(ready))
            return [each.result() for each in playing]

    def _run(self, part: _Act, act: Callable[[], Outcome]) -> Outcome:
        self._here.part = part
        try:
            return act()
        finally:
            with self._moved:
                part.over = True
                self._moved.notify_all()

    def _before_statement(self, connection: Connection, *_: Any) -> None:
        self._stop(connection)

    def _stop(self, connection: Connection) -> None:
        part: _Act | None = getattr(self._here, "part", None)
        if part is None:
            return
        driver: Any = connection.connection.driver_connection
        with self._moved:
            part.pid, part.at_gate = driver.info.backend_pid, True
            self._moved.notify_all()
        assert part.may_go.wait(PATIENCE), "nobody let this act go on"
        part.may_go.clear()

    def _let_go(self, part: _Act) -> None:
        self.steps += 1
        with self._moved:
            part.at_gate = False
        part.may_go.set()

    def _settled(self, parts: Sequence[_Act], watch: Connection) -> list[_Act]:
        """Who can go on, once each act stands at a gate, waits for a lock, or is over."""
        with self._moved:
            for _ in range(int(PATIENCE / _A_MOMENT)):
                if all(part.at_gate or part.over for part in parts):
                    return [part for part in parts if part.at_gate]
                self._moved.wait(_A_MOMENT)
                ready = [part for part in parts if part.at_gate]
                moving = [part for part in parts if not part.at_gate and not part.over]
                if ready and all(self._waits(part, watch) for part in moving):
                    return ready
        raise TimeoutError("an act neither stops nor waits for a lock")

    def _waits(self, part: _Act, watch: Connection) -> bool:
        return bool(part.pid and watch.scalar(_BLOCKED, {"pid": part.pid}))
