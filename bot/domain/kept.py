"""What takes long to count: counted once in a while, and kept at hand by the process."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, Protocol, TypeVar

FRESH = timedelta(seconds=30)
"""How long a count that takes long is not made again."""


class Count(Protocol):
    """A count that knows how long it took."""

    @property
    def is_long(self) -> bool:
        """Whether it takes long enough to keep it at hand."""


_Key = TypeVar("_Key")
_Count = TypeVar("_Count", bound=Count)


class Kept(Generic[_Key, _Count]):
    """The long counts of this process, made anew when they are half a minute old."""

    def __init__(self) -> None:
        self._known: dict[_Key, tuple[datetime, _Count]] = {}
        self._counting = Lock()

    def of(self, key: _Key, now: datetime, count: Callable[[], _Count]) -> _Count:
        """The count for this key; whoever comes first counts.

        The others make do with the count before, or wait where there is none.
        """
        if (counted := self._fresh(key, now)) is not None:
            return counted
        _, before = self._known.get(key, (None, None))
        if before is not None and self._counting.locked():
            return before
        with self._counting:
            if (counted := self._fresh(key, now)) is None:
                counted = count()
                if counted.is_long:
                    self._known[key] = now, counted
            return counted

    def _fresh(self, key: _Key, now: datetime) -> _Count | None:
        counted_at, counted = self._known.get(key, (None, None))
        return counted if counted_at and abs(now - counted_at) < FRESH else None
