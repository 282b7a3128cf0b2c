"""How long a trip to the database may last: its own limit, or what is left to whoever waits.

Each engine has a limit for one trip. A turn makes several, opening a connection makes more, and
on a slow line each may take nearly all it is given: only the sum matters to the one who waits.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SILENCE = 3.0
"""Seconds without an answer after which there will be none: statements have 2.5."""
LEAST = 0.05
"""Seconds that every trip gets, so that a store that is well can say so."""

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def ending_at(moment: float) -> Iterator[None]:
    """No trip begun in here lasts beyond `moment`, by `time.monotonic`, whatever it is for."""
    token = _until.set(moment)
    try:
        yield
    finally:
        _until.reset(token)


def patience() -> float:
    """Seconds that the trip begun now may last."""
    until = _until.get()
    if until is None:
        return SILENCE
    return min(SILENCE, max(LEAST, until - time.monotonic()))
