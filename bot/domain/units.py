"""Units of the organisation, as members look for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from bot.domain.spelling import is_spelled, letters_in
from bot.storage.tables import Unit

_FULL_NAME_SEPARATOR = "·"

_PARENT, _CHILD = aliased(Unit), aliased(Unit)
_ALL = (
    select(Unit.id, Unit.name, _PARENT.name)
    .outerjoin(_PARENT, Unit.parent_id == _PARENT.id)
    .order_by(Unit.id)
)
_BY_ID = _ALL.where(Unit.id == bindparam("unit"))
_BY_CODE = _ALL.where(Unit.code == bindparam("code"))
_LEAVES = _ALL.where(~exists().where(_CHILD.parent_id == Unit.id))
_DISTRICTS = _ALL.where(Unit.parent_id.is_(None))


@dataclass(frozen=True)
class UnitCard:
    """A unit as members see it: a branch with the name of what it belongs to."""

    id: int
    name: str
    district: str
    """The parent's name; the own name for a unit without a parent."""

    @property
    def full_name(self) -> str:
        """District and branch, or the one name of a unit that stands alone."""
        if self.district == self.name:
            return self.name
        return f"{self.district}{_FULL_NAME_SEPARATOR}{self.name}"


class Units:
    """The tree of units."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def card(self, unit: int | None) -> UnitCard | None:
        """The unit of this id."""
        found = self._cards(_BY_ID, unit=unit) if unit else []
        return found[0] if found else None

    def by_code(self, code: str) -> UnitCard | None:
        """The unit whose code is the scene of a QR code."""
        found = self._cards(_BY_CODE, code=code)
        return found[0] if found else None

    def called(self, words: str) -> UnitCard | None:
        """The unit with this code, or the only one with this name or full name."""
        if found := self.by_code(words):
            return found
        bare = words.replace(_FULL_NAME_SEPARATOR, "")
        named = [
            card
            for card in self._cards(_ALL)
            if words == card.name or bare == card.full_name.replace(_FULL_NAME_SEPARATOR, "")
        ]
        return named[0] if len(named) == 1 else None

    def find(self, *ways: str, limit: int = 9) -> list[UnitCard]:
        """Units one can belong to whose full name contains all words, shortest name first.

        `ways` are the same words in several readings; the first that leads anywhere counts.
        Letters stand for what they spell: xinan and xa find 新安. One belongs to a branch, or to
        a unit that has none.
        """
        cards = self._cards(_LEAVES)
        hits = next((hits for words in ways if (hits := _hits(cards, words))), [])
        return sorted(hits, key=lambda card: (len(card.full_name), card.id))[:limit]

    def districts(self) -> list[UnitCard]:
        """The units without a parent, by their id."""
        return self._cards(_DISTRICTS)

    def below(self, root: int) -> set[int]:
        """The ids of this unit and of all below it."""
        units = self._session.execute(select(Unit.id, Unit.parent_id)).all()
        found, before = {root}, 0
        while len(found) > before:
            before = len(found)
            found |= {unit for unit, parent in units if parent in found}
        return found

    def _cards(self, question: Select[int, str, str], **values: object) -> list[UnitCard]:
        rows = self._session.execute(question, values)
        return [UnitCard(unit, name, district or name) for unit, name, district in rows]


def _hits(cards: Iterable[UnitCard], words: str) -> list[UnitCard]:
    parts = words.replace(_FULL_NAME_SEPARATOR, " ").split()
    wanted = [(part, letters_in(part)) for part in parts]
    return [card for card in cards if wanted and all(_has(card, *each) for each in wanted)]


def _has(card: UnitCard, words: str, letters: str) -> bool:
    if not letters:
        return words in card.full_name
    spelled = is_spelled(card.name, letters) or is_spelled(card.district, letters)
    return spelled or words in card.full_name
