"""Lists that colleagues keep in the console, and what each process makes of them.

What is made of a list holds for one version of it. Whoever needs it asks SQL for the version, a
row by its key, so that a change counts in every process from its commit on, and for all that waits.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.storage.tables import KeptList

_Made = TypeVar("_Made")


class Latest(Generic[_Made]):
    """What a process made of the latest version that it has seen, of a list or of a result."""

    def __init__(self) -> None:
        self._kept: tuple[Hashable, _Made] | None = None
        self._making = Lock()

    def of(self, version: Hashable, make: Callable[[], _Made]) -> _Made:
        """What was made of this version; whoever comes first makes it, and the others wait."""
        if (kept := self._kept) and kept[0] == version:
            return kept[1]
        with self._making:
            if not (kept := self._kept) or kept[0] != version:
                kept = self._kept = version, make()
            return kept[1]


class KeptListHead:
    """The head of a list in one transaction: its version, and the lock of whoever changes it."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name
        self._known: int | None = None

    @property
    def version(self) -> int:
        """How often it has changed; 0 as it came with the program. It is asked for once."""
        if self._known is None:
            self._known = self._session.scalar(_VERSION, {"list": self._name}) or 0
        return self._known

    def change(self, lay_out: Callable[[], None]) -> int:
        """Keep others from changing the list until we commit; the version it comes to.

        `lay_out` writes down the list as it came with the program, before its first change.
        """
        if not self._next() and not self._first(lay_out):
            self._next()
        self._known = None
        return self.version

    def _next(self) -> bool:
        raised = self._session.execute(
            update(KeptList)
            .where(KeptList.name == self._name)
            .values(version=KeptList.version + 1)
            .execution_options(synchronize_session=False)
        )
        return bool(raised.rowcount)  # type: ignore[attr-defined]

    def _first(self, lay_out: Callable[[], None]) -> bool:
        try:
            with self._session.begin_nested():
                self._session.execute(insert(KeptList).values(name=self._name, version=1))
                lay_out()
        except IntegrityError:
            return False
        return True


_VERSION = select(KeptList.version).where(KeptList.name == bindparam("list"))
