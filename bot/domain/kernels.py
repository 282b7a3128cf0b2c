"""What the entries that wait say, as they are compared: each process works it out once.

An entry whose words change gets another version, and with it another kernel. A name or a unit that
its author gives later is not looked for in words that were worked out before.
"""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.alike import kernel
from bot.domain.entries import UNIT_OF_ENTRY, MottoState
from bot.storage.tables import Member, Motto, Unit

_FEW = 500
"""So many entries are asked for by their ids; for more, all that wait are read."""

_TOLD = (
    select(Motto.id, Motto.version, Motto.words, Motto.folded, Member.name, Unit.name)
    .outerjoin(Member, Motto.author == Member.member_key)
    .outerjoin(Unit, Unit.id == UNIT_OF_ENTRY)
    .where(Motto.state == MottoState.WAITING)
)

Version = tuple[int, int]
"""The id of an entry and which version of it."""


class Kernels:
    """The kernels of what waited when somebody last asked, and of nothing that waits no more."""

    def __init__(self) -> None:
        self._known: dict[Version, str] = {}

    def of(self, session: Session, waiting: Sequence[Version]) -> list[str | None]:
        """What each of these says, in their order; of one that has just changed nothing."""
        known = self._known
        if new := [one[0] for one in waiting if one not in known]:
            known = known | dict(_read(session, new))
        told = [known.get(one) for one in waiting]
        self._known = {
            one: says for one, says in zip(waiting, told, strict=True) if says is not None
        }
        return told


def _read(session: Session, entries: Collection[int]) -> Iterator[tuple[Version, str]]:
    told = _TOLD.where(Motto.id.in_(entries)) if len(entries) <= _FEW else _TOLD
    for entry, version, words, folded, name, unit in session.execute(told):
        yield (entry, version), kernel(words, folded, (name, unit))
