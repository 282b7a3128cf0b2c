"""Loading a program: most of it is there for good, so nobody looks through it for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load without the collector, which otherwise takes a sixth of the time and finds nothing.

    Nor does it look at what was loaded later on: it writes into each object it looks at, and a
    page that a fork has written to is shared no more.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
