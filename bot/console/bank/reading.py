"""Reading an upload behind the back of the request that brought it."""

import time
from threading import BoundedSemaphore, Thread

import structlog

from bot.domain.services import Transaction
from bot.logs import trace
from quiz_bank.formats.apart import read_apart
from quiz_bank.formats.found import Unreadable

log = structlog.get_logger()

SHORT = 2.0
"""Seconds that whoever brought a file waits for it; most are read by then."""
_APART = 0.5
"""Seconds between two notes of how far it is: each is a transaction."""


class Reader:
    """Reads one file at a time, each in a program of its own."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._turn = BoundedSemaphore()

    def begin(self, token: bytes, content: bytes) -> None:
        """Read the file; come back when it is read, or after a short while."""
        thread = Thread(target=self._read, args=(token, content), name="reader", daemon=True)
        thread.start()
        thread.join(SHORT)

    def _read(self, token: bytes, content: bytes) -> None:
        with self._turn:
            # Whoever waited for a turn may have brought another file meanwhile.
            if not self._note(token, done=0):
                return
            try:
                report = read_apart(content, _Progress(self, token))
            except Unreadable as trouble:
                report = {"trouble": trouble.message, "place": trouble.place}
            except Exception as fault:
                # Whoever waits sees after a minute that nobody reads any more.
                log.error("reading an upload failed", **trace(fault))
                return
            self._note(token, report=report)

    def _note(self, token: bytes, **values: object) -> bool:
        with self._transaction() as services:
            return services.uploads.note(token, **values)


class _Progress:
    """Notes now and then how far the file has been read."""

    def __init__(self, reader: Reader, token: bytes) -> None:
        self._reader, self._token = reader, token
        self._next = time.monotonic() + _APART

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() >= self._next:
            self._reader._note(self._token, done=done, total=total)
            self._next = time.monotonic() + _APART
