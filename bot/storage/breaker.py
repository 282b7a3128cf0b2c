"""A breaker: leaves a server that fails alone for a while, then lets one try."""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Counts failures in a row, from any thread. Open means: do not even ask."""

    def __init__(
        self,
        failures: int,
        patience: float,
        rest: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens after so many `failures`, or when they have cost `patience` seconds together.

        `rest` seconds later one caller may try, and after another rest the next.
        """
        self._most, self._patience, self._rest = failures, patience, rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failures, self._cost = 0, 0.0
        self._rests_until = 0.0

    @property
    def open(self) -> bool:
        """Whether it is being left alone; until a try has succeeded, for all we know."""
        return self._rests_until > 0.0

    @property
    def failures(self) -> int:
        """How many there were in a row."""
        return self._failures

    def admits(self) -> bool:
        """Whether the caller may ask. Who may, tells how it went."""
        if not self.open:
            return True
        with self._lock:
            now = self._clock()
            if now < self._rests_until:
                return False
            if self._rests_until:
                # Whoever comes while this one tries is turned away, and if it never tells how
                # it went, somebody else tries after the next rest.
                self._rests_until = now + self._rest
            return True

    def succeeded(self) -> None:
        """An answer came."""
        if self._failures:
            with self._lock:
                self._failures, self._cost, self._rests_until = 0, 0.0, 0.0

    def failed(self, cost: float) -> None:
        """No answer came, and waiting for it took `cost` seconds."""
        with self._lock:
            self._failures += 1
            self._cost += cost
            if self._failures >= self._most or self._cost >= self._patience:
                self._rests_until = self._clock() + self._rest
