"""A file that is brought to the console, whatever it holds.

Its form, its reading behind that request's back, what went wrong with it, and how it is dropped.
"""

import json
import time
from collections.abc import Callable
from hashlib import blake2b
from threading import BoundedSemaphore, Thread
from typing import Any, Self

import structlog
from flask import request
from pydantic import Field

from bot.console.forms import Form
from bot.console.wording import PASTED, STOPPED
from bot.domain.services import Transaction
from bot.domain.uploads import Holds, Upload
from bot.logs import trace
from quiz_bank.formats.found import Progress, Unreadable

log = structlog.get_logger()

SHORT = 2.0
"""Seconds that whoever brought a file waits for it; most are read by then."""
_APART = 0.5
"""Seconds between two notes of how far it is: each is a transaction."""
_LONGEST_NAME = 80

Read = Callable[[bytes, Progress], dict[str, Any]]
"""Reads a file in a program of its own. Raises Unreadable."""


class BringForm(Form):
    """A file, or words pasted in its place; the file goes first."""

    name: str
    content: bytes

    @classmethod
    def sent(cls) -> Self:
        """What this request brings; nothing when there is neither."""
        file = request.files.get("file")
        if file and file.filename:
            name = "".join(char for char in file.filename if char.isprintable())
            return cls(name=name[-_LONGEST_NAME:] or PASTED, content=file.read())
        return cls(name=PASTED, content=request.form.get("text", "").strip().encode())


class TakeForm(Form):
    """Which file is to be taken in as it was looked over, or to be dropped."""

    token: str = Field(pattern=r"^[0-9a-f]{32}$")
    seen: str = Field(pattern=r"^[0-9a-f]{32}$")
    drop: bool = False

    @property
    def upload(self) -> bytes:
        """By which the file is known."""
        return bytes.fromhex(self.token)


def trouble_with(upload: Upload) -> str | None:
    """Why it is not known what the file holds, and will not be."""
    if upload.stopped:
        return STOPPED
    found: str | None = (upload.report or {}).get("trouble")
    return found


def hash_of(told: object) -> str:
    """A hash of what is shown of a file: who takes it in says what they saw."""
    return blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()


class Reader:
    """Reads one file at a time."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._turn = BoundedSemaphore()

    def bring(self, staff_id: int, holds: Holds, read: Read) -> bool:
        """Begin to read what this request brings; False when that is nothing."""
        form = BringForm.sent()
        if not form.content:
            return False
        with self._transaction() as services:
            token = services.uploads.begin(staff_id, holds, form.name)
        self.begin(token, form.content, read)
        return True

    def drop(self, staff_id: int, holds: Holds, form: TakeForm) -> None:
        """Forget the file that the form names."""
        with self._transaction() as services:
            services.uploads.drop(staff_id, holds, form.upload)

    def begin(self, token: bytes, content: bytes, read: Read) -> None:
        """Read the file; come back when it is read, or after a short while."""
        thread = Thread(target=self._read, args=(token, content, read), name="reader", daemon=True)
        thread.start()
        thread.join(SHORT)

    def _read(self, token: bytes, content: bytes, read: Read) -> None:
        with self._turn:
            # Whoever waited for a turn may have brought another file meanwhile.
            if not self._note(token, done=0):
                return
            try:
                report = read(content, _Progress(self, token))
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
