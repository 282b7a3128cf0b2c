"""Acts at the same time on PostgreSQL, a statement at a time, in an order we choose.

Each act runs in a thread of its own and stops before every statement and every commit. The
conductor lets one of them go on, and knows from PostgreSQL itself who waits for whose lock.
What two workers do in a microsecond is thus done slowly, in every order, and the same each time.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, text

Outcome = TypeVar("Outcome")

PATIENCE = 20.0
"""Seconds after which an act that neither stops nor waits for a lock is given up."""
_A_MOMENT = 0.002
_BLOCKED = text("select cardinality(pg_blocking_pids(:pid)) > 0")


Order = Callable[[Sequence[int]], int]
"""Who of those who can go on does, each named by the place of the act."""


def orders(acts: int, so_many: int) -> list[Order]:
    """Each act interrupted once after each of its first statements, and some at random.

    What breaks two acts is mostly the whole of one in the middle of the other, which chance
    seldom finds.
    """
    in_turn = [(first, after) for after in range(so_many) for first in range(acts)]
    systematic = [_interrupted(first, after) for first, after in in_turn[: so_many * 4 // 5]]
    return systematic + [Random(seed).choice for seed in range(so_many - len(systematic))]


def _interrupted(first: int, after: int) -> Order:
    """The act in this place makes so many steps, then come the others, then the rest of it."""
    steps = count()

    def choose(ready: Sequence[int]) -> int:
        others = [place for place in ready if place != first]
        if first in ready and (not others or next(steps) < after):
            return first
        return others[0]

    return choose


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

    def play(self, acts: Sequence[Callable[[], Outcome]], order: Order) -> list[Outcome]:
        """What the acts give, played at once in this order."""
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
                    self._let_go(parts[order(ready)])
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

    def _settled(self, parts: Sequence[_Act], watch: Connection) -> list[int]:
        """Who can go on, once each act stands at a gate, waits for a lock, or is over."""
        with self._moved:
            for _ in range(int(PATIENCE / _A_MOMENT)):
                if all(part.at_gate or part.over for part in parts):
                    return [place for place, part in enumerate(parts) if part.at_gate]
                self._moved.wait(_A_MOMENT)
                ready = [place for place, part in enumerate(parts) if part.at_gate]
                moving = [part for part in parts if not part.at_gate and not part.over]
                if ready and all(self._waits(part, watch) for part in moving):
                    return ready
        raise TimeoutError("an act neither stops nor waits for a lock")

    def _waits(self, part: _Act, watch: Connection) -> bool:
        return bool(part.pid and watch.scalar(_BLOCKED, {"pid": part.pid}))
