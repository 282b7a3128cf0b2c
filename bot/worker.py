"""The worker: what must happen although nobody sends a message."""

import signal
import threading
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.database import Clock, Sessions
from bot.storage.tables import Delivery, SignInFailure, StaffSession

PERIOD = 60.0
"""Seconds between two rounds."""
REPLY_KEPT = timedelta(hours=24)
"""How long an answer can be repeated. WeChat repeats for seconds; a signed push is refused
after five minutes."""
FAILURE_KEPT = timedelta(minutes=5)
SIGN_IN_KEPT = timedelta(hours=12)

ALIVE = "worker.alive"
"""The file whose age tells `bot doctor` when the last round was done."""

log = structlog.get_logger()


def work(sessions: Sessions, clock: Clock, data_dir: Path) -> None:
    """Do the rounds until SIGTERM or SIGINT; each that succeeds leaves a sign in `data_dir`."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    log.info("worker started")
    while not stop.is_set():
        try_round(sessions, clock, data_dir)
        stop.wait(PERIOD)
    log.info("worker stopped")


def try_round(sessions: Sessions, clock: Clock, data_dir: Path) -> None:
    """One round; if it fails, the next may do better."""
    try:
        do_round(sessions, clock)
        (data_dir / ALIVE).touch()
    except (OSError, SQLAlchemyError) as error:
        log.error("round failed", error=type(error).__name__)


def do_round(sessions: Sessions, clock: Clock) -> None:
    """Forget what need not be kept any longer."""
    with sessions.begin() as session:
        now = clock(session)
        session.execute(
            update(Delivery)
            .where(Delivery.received_at < now - REPLY_KEPT, Delivery.reply.is_not(None))
            .values(reply=None)
        )
        session.execute(delete(SignInFailure).where(SignInFailure.failed_at < now - FAILURE_KEPT))
        session.execute(delete(StaffSession).where(StaffSession.signed_in_at < now - SIGN_IN_KEPT))
