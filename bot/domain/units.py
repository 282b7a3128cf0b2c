"""Units of the organisation, as members look for them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import Session, aliased

from bot.domain.spelling import is_spelled, letters_in
from bot.storage.tables import Unit

_FULL_NAME_SEPARATOR = "·"


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
        found = self._cards(Unit.id == unit, 1) if unit else []
        return found[0] if found else None

    def by_code(self, code: str) -> UnitCard | None:
        """The unit whose code is the scene of a QR code."""
        found = self._cards(Unit.code == code, 1)
        return found[0] if found else None

    def called(self, words: str) -> UnitCard | None:
        """The unit with this code, or the only one with this name or full name."""
        if found := self.by_code(words):
            return found
        bare = words.replace(_FULL_NAME_SEPARATOR, "")
        named = [
            card
            for card in self._cards(true(), None)
            if words == card.name or bare == card.full_name.replace(_FULL_NAME_SEPARATOR, "")
        ]
        return named[0] if len(named) == 1 else None

    def find(self, words: str, limit: int = 9) -> list[UnitCard]:
        """Units one can belong to whose full name contains all of `words`, shortest name first.

        Letters stand for what they spell: xinan and xa find 新安. One belongs to a branch, or to
        a unit that has none.
        """
        parts = words.replace(_FULL_NAME_SEPARATOR, " ").split()
        if not parts:
            return []
        child = aliased(Unit)
        cards = self._cards(~exists().where(child.parent_id == Unit.id), None)
        wanted = [(part, letters_in(part)) for part in parts]
        hits = [card for card in cards if all(_has(card, *each) for each in wanted)]
        return sorted(hits, key=lambda card: (len(card.full_name), card.id))[:limit]

    def districts(self) -> list[UnitCard]:
        """The units without a parent, by their id."""
        return self._cards(Unit.parent_id.is_(None), None)

    def below(self, root: int) -> set[int]:
        """The ids of this unit and of all below it."""
        units = self._session.execute(select(Unit.id, Unit.parent_id)).all()
        found, before = {root}, 0
        while len(found) > before:
            before = len(found)
            found |= {unit for unit, parent in units if parent in found}
        return found

    def _cards(self, condition: ColumnElement[bool], limit: int | None) -> list[UnitCard]:
        parent = aliased(Unit)
        rows = self._session.execute(
            select(Unit.id, Unit.name, parent.name)
            .outerjoin(parent, Unit.parent_id == parent.id)
            .where(condition)
            .order_by(Unit.id)
            .limit(limit)
        )
        return [UnitCard(unit, name, district or name) for unit, name, district in rows]


def _has(card: UnitCard, words: str, letters: str) -> bool:
    if not letters:
        return words in card.full_name
    spelled = is_spelled(card.name, letters) or is_spelled(card.district, letters)
    return spelled or words in card.full_name
