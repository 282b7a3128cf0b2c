"""What the entries that wait say, as they are compared: each process works it out once.

An entry whose words change gets another version, and with it another kernel. A name or a unit that
its author gives later is not looked for in words that were worked out before.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.alike import kernel
from bot.domain.entries import UNIT_OF_ENTRY, MottoState
from bot.storage.tables import Member, Motto, Unit

_FEW = 500
"""So many entries are asked for by their ids; for more, all that wait are read."""

_MORE = 2
"""By how many times what is known may outgrow what waits before it is forgotten."""
_NONE = (0, "")
_TOLD = (
    select(Motto.id, Motto.version, Motto.words, Motto.folded, Member.name, Unit.name)
    .outerjoin(Member, Motto.author == Member.member_key)
    .outerjoin(Unit, Unit.id == UNIT_OF_ENTRY)
    .where(Motto.state == MottoState.WAITING)
)


class Kernels:
    """The kernels of what waits, and of hardly more that waited a while ago."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, str]] = {}
        """By the id of an entry: which version of it was read, and the kernel of that."""

    def of(self, session: Session, waiting: Sequence[Sequence[Any]]) -> list[str | None]:
        """What each of these says, in their order; of one that has just changed nothing.

        A row of `waiting` begins with the id of an entry and its version.
        """
        known, told = self._known, list[str | None]()
        for row in waiting:
            version, says = known.get(row[0], _NONE)
            told.append(says if version == row[1] else None)
        if new := {waiting[n][0]: n for n, says in enumerate(told) if says is None}:
            read = dict(_read(session, new))
            for entry, n in new.items():
                version, says = read.get(entry, _NONE)
                told[n] = says if version == waiting[n][1] else None
            self._known = known | read
        if len(known) > _MORE * len(told):
            here = {row[0] for row in waiting}
            self._known = {entry: one for entry, one in self._known.items() if entry in here}
        return told


def _read(session: Session, entries: Collection[int]) -> Iterator[tuple[int, tuple[int, str]]]:
    told = _TOLD.where(Motto.id.in_(entries)) if len(entries) <= _FEW else _TOLD
    for entry, version, words, folded, name, unit in session.execute(told):
        yield entry, (version, kernel(words, folded, (name, unit)))
