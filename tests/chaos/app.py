"""What the hosts run: `bot serve`, whose workers can be told where to die.

`python -m tests.chaos.app serve` is the real program with a few pieces hung around it from outside;
nothing in the product knows of them. A request that names a step in `X-Chaos-Die` has its
worker killed there. The environment may plant a bug (`CHAOS_BUG`), or set the clock of the whole
host wrong (`CHAOS_CLOCK`, in seconds).
"""

import ctypes
import os
import re
import signal
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

import bot.app
import bot.serving
import bot.storage.database
from bot.commands import main
from bot.settings import Settings
from bot.storage.database import Clock
from tests.chaos import bugs

BUG, CLOCK, DEATHS = "CHAOS_BUG", "CHAOS_CLOCK", "CHAOS_DEATHS"
STARTER = "CHAOS_STARTER"
"""Names the process that we end with."""
HEADER = "X-Chaos-Die"
_PR_SET_PDEATHSIG = 1


class Step(StrEnum):
    """The steps of a turn at which a worker can be killed."""

    LOCKED = "locked"
    """The member's row is locked and the delivery looked up."""
    DONE = "done"
    """The effect is written."""
    KEPT = "kept"
    """The answer is written."""
    COMMITTING = "committing"
    """COMMIT is about to be sent."""
    COMMITTED = "committed"
    """COMMIT has been confirmed."""
    ANSWERING = "answering"
    """The answer is sealed and about to be sent."""


_dies_at: ContextVar[str] = ContextVar("dies_at", default="")
_has_kept: ContextVar[bool] = ContextVar("has_kept", default=False)
"""Whether the answer is written, so that the next COMMIT is the turn's."""
_LOCK = re.compile(r"FROM member\b", re.IGNORECASE)
_EFFECT = re.compile(r"INSERT INTO (vote|answer|attempt|motto|withdrawn_vote|person)\b")
_KEEP = re.compile(r"INSERT INTO delivery\b")


def create_app(
    settings: Settings | None = None,
    clock: Clock | None = None,
    closing: Callable[[], bool] = lambda: False,
) -> Flask:
    """The real application, with a bug or a wrong clock when the environment asks for one."""
    _set_clock(float(os.environ.get(CLOCK, "0")))
    if name := os.environ.get(BUG):
        bugs.plant(name)
        clock = bugs.clock_of(name)
    app = bot.app.create_app(settings, clock, closing)
    _watch(app.extensions["engine"])
    _read_header(app)
    return app


def _watch(engine: Engine) -> None:
    @event.listens_for(engine, "after_cursor_execute")
    def _executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # One statement may carry several steps; the first that is asked for counts.
        for step, pattern in ((Step.LOCKED, _LOCK), (Step.DONE, _EFFECT), (Step.KEPT, _KEEP)):
            if pattern.search(statement):
                _has_kept.set(_has_kept.get() or step is Step.KEPT)
                die_at(step)

    @event.listens_for(engine, "commit")
    def _commits(_connection: Any) -> None:
        die_at(Step.COMMITTING)

    commit = engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        # Not a session's event: a turn commits its connection, and most sessions never begin.
        commit(connection)
        if _has_kept.get():
            die_at(Step.COMMITTED)

    engine.dialect.do_commit = do_commit  # type: ignore[assignment,method-assign]


def _read_header(app: Flask) -> None:
    answer = app.wsgi_app
    name = f"HTTP_{HEADER.upper().replace('-', '_')}"

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        _dies_at.set(environ.get(name, ""))
        _has_kept.set(False)
        body = answer(environ, start_response)
        die_at(Step.ANSWERING)
        return body

    app.wsgi_app = wrapped  # type: ignore[method-assign]


def die_at(step: Step) -> None:
    """Die as by the kernel's hand, if this is the step the request named; leave a line first."""
    if _dies_at.get() != step:
        return
    descriptor = os.open(os.environ[DEATHS], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{step}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)


def deaths(file: Path) -> dict[Step, int]:
    """How often workers died at each step."""
    lines = file.read_text().split() if file.exists() else []
    return {step: lines.count(step) for step in Step}


def _set_clock(seconds: float) -> None:
    """Let everything below the edge read a host's clock that is wrong by so much.

    The edge keeps the right one: a host five minutes off refuses every push, as it must.
    """
    if seconds:
        wrong = type("datetime", (_Wrong,), {"by": timedelta(seconds=seconds)})
        bugs.put_in_place(bot.storage.database, "datetime", wrong)


class _Wrong(datetime):
    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.by


def run() -> None:
    """Be `bot`, for as long as whoever started us lives."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(os.environ[STARTER]):
        # It ended while we were still being loaded: the kernel has nobody to wait for.
        os._exit(1)
    bugs.put_in_place(bot.serving, "create_app", create_app)
    main()


if __name__ == "__main__":
    run()
