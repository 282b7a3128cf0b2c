"""The journal: one line for each delivery, which says all that may be said about it.

Whoever works on a delivery notes what happened in its record: the turn, the router, the engine.
They reach it by `current`, since most of them never see the message.
"""

import hmac
import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from importlib.metadata import version
from typing import Literal, ParamSpec, TypeVar

from bot import metrics

Outcome = Literal["ok", "replay", "rejected", "busy", "dropped", "poisoned"]
"""Answered; answered again from the store; a rule said no; the store was away, and so it said;
left unanswered for WeChat to repeat; given up for good."""

LEVELS = {"busy": "warning", "dropped": "warning", "poisoned": "error"}
SECOND, THIRD, LATE = (timedelta(seconds=age) for age in (4, 9, 60))
"""How old a push is at least when it comes a second and a third time, and when nobody waits for
its answer any more. WeChat does not number its deliveries and waits five seconds for each."""

_ENCODE = json.JSONEncoder(separators=(",", ":")).encode

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(slots=True)
class Delivery:
    """What is noted of one delivery."""

    bytes_in: int = 0
    kind: str = "unread"
    key: bytes = b""
    openid: str = field(default="", repr=False)
    age: timedelta = timedelta()
    handler: str = ""
    outcome: Outcome = "ok"
    retries: int = 0
    sql: float = 0.0
    redis: float = 0.0

    @property
    def number(self) -> int:
        """Which of WeChat's three deliveries this is, judged by its age."""
        return 1 + (self.age >= SECOND) + (self.age >= THIRD)


_current: ContextVar[Delivery] = ContextVar("delivery")


def current() -> Delivery:
    """The record of the delivery that is worked on here; a blank sheet outside of any."""
    return _current.get(None) or Delivery()


def time_sql(call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The same call; what it takes is noted as time for the database."""

    @wraps(call)
    def timed(*args: Arguments.args, **named: Arguments.kwargs) -> Result:
        record, began = current(), time.perf_counter()
        try:
            return call(*args, **named)
        finally:
            record.sql += time.perf_counter() - began

    return timed


def time_redis(call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The same call; what it takes is noted as time for Redis."""

    @wraps(call)
    def timed(*args: Arguments.args, **named: Arguments.kwargs) -> Result:
        record, began = current(), time.perf_counter()
        try:
            return call(*args, **named)
        finally:
            record.redis += time.perf_counter() - began

    return timed


def _to_stderr(line: str) -> None:
    # In one piece, since several threads and processes write.
    sys.stderr.write(line)
    sys.stderr.flush()


class Journal:
    """Writes the lines. A member appears under a name that only this journal gives."""

    def __init__(self, secret_key: str, write: Callable[[str], object] = _to_stderr) -> None:
        self._key = hmac.digest(secret_key.encode(), b"journal", "sha256")
        self._release, self._host = version("sibian"), socket.gethostname()
        self._write = write

    @contextmanager
    def delivery(self, bytes_in: int) -> Iterator[Delivery]:
        """The record of a delivery that begins now; its line is written when the block ends."""
        record, began = Delivery(bytes_in), time.perf_counter()
        token = _current.set(record)
        try:
            yield record
        finally:
            _current.reset(token)
            self._close(record, time.perf_counter() - began)

    def _close(self, record: Delivery, seconds: float) -> None:
        metrics.delivery(record.kind, record.outcome, seconds)
        if record.outcome == "replay":
            metrics.replayed("late" if record.age >= LATE else str(max(record.number, 2)))
        if record.outcome == "poisoned":
            metrics.poisoned()
        self._write(_ENCODE(self._line(record, seconds)) + "\n")

    def _line(self, record: Delivery, seconds: float) -> dict[str, object]:
        return {
            "ts": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": LEVELS.get(record.outcome, "info"),
            "event": "delivery",
            "host": self._host,
            "pid": os.getpid(),
            "release": self._release,
            "request_id": secrets.token_hex(4),
            "msgkey8": record.key[:4].hex(),
            "member_ref": self.name(record.openid),
            "kind": record.kind,
            "handler": record.handler,
            "outcome": record.outcome,
            "delivery_no": record.number,
            "ms_total": round(seconds * 1000, 1),
            "ms_sql": round(record.sql * 1000, 1),
            "ms_redis": round(record.redis * 1000, 1),
            "retries": record.retries,
            "bytes_in": record.bytes_in,
        }

    def name(self, openid: str) -> str:
        """What a member is called here: the same in each line, and nowhere else."""
        return hmac.digest(self._key, openid.encode(), "sha256")[:6].hex() if openid else ""
