"""The earlier entry of a round that says nearly the same as what lies on the desk.

What waits and is all but the same lies on one pile (bot/domain/alike.py). This is about the rest:
what was decided before, and what resembles without being the same. It decides nothing; it spares
the moderator the search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import Indel
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import alike
from bot.domain.entries import MottoCard, MottoState, id_of, number_of, read_cards
from bot.storage.tables import Motto

NEAR = 0.8
"""The share of characters in common, in their order, from which an earlier entry is shown.

Of the labelled pairs in tests/domain/alike.tsv all that are decided alike have 0.87 or more; with
0.8 most of those that are not are shown too, since the one word that makes the difference is what
a moderator wants to see.
"""
_REMEMBERED = 10_000
_STANDS = Motto.state.in_([MottoState.WAITING, MottoState.APPROVED, MottoState.RETURNED])


@dataclass(frozen=True)
class Near:
    """An earlier entry, as it stands now."""

    card: MottoCard
    percent: int
    """How much of the two is the same."""


class Known:
    """The nearest earlier entries that a process has found: words and numbers stay as they are."""

    def __init__(self) -> None:
        self.nearest: dict[tuple[int, int], int | None] = {}
        """By the number and the version of an entry, the number of the nearest."""

    def add(self, card: MottoCard, found: int | None) -> None:
        """Remember what was found; of too many all are forgotten, and looked for again."""
        if len(self.nearest) >= _REMEMBERED:
            self.nearest = {}
        self.nearest[card.number, card.version] = found


class Nearest:
    """Finds the earlier entries."""

    def __init__(self, session: Session, known: Known) -> None:
        self._session, self._known = session, known

    def of(self, entries: Sequence[MottoCard]) -> Mapping[int, Near]:
        """By the number of the entry, the one before it that is nearest, if any is near."""
        known = self._known.nearest
        unknown = [card for card in entries if (card.number, card.version) not in known]
        if unknown:
            self._look(unknown)
        found = {card: self._known.nearest.get((card.number, card.version)) for card in entries}
        wanted = [id_of(number) for number in found.values() if number]
        others = read_cards(self._session, Motto.id.in_(wanted), _STANDS)
        there = {other.number: other for other in others}
        near = {
            card.number: _compared(card, there[number])
            for card, number in found.items()
            if number in there
        }
        return {number: one for number, one in near.items() if one.percent >= NEAR * 100}

    def _look(self, entries: Sequence[MottoCard]) -> None:
        ids = [id_of(card.number) for card in entries]
        lies = {
            row.id: row
            for row in self._session.execute(
                select(Motto.id, Motto.round_id, Motto.pile_id).where(Motto.id.in_(ids))
            )
        }
        for round_id in {row.round_id for row in lies.values()}:
            earlier = self._session.execute(
                select(Motto.id, Motto.words, Motto.folded, Motto.state, Motto.pile_id)
                .where(Motto.round_id == round_id, Motto.id < max(ids), _STANDS)
                .order_by(Motto.id)
            ).all()
            for card in entries:
                lying = lies[id_of(card.number)]
                if lying.round_id == round_id:
                    self._known.add(card, _nearest(card, lying, earlier))


def _nearest(card: MottoCard, lying: Any, earlier: Sequence[Any]) -> int | None:
    """The number of the nearest of those before it that do not lie on its own pile."""
    told = {
        row.id: _kernel(row.words, row.folded)
        for row in earlier
        if row.id < lying.id
        and not (row.state == MottoState.WAITING and row.pile_id and row.pile_id == lying.pile_id)
    }
    found = process.extractOne(
        _kernel(card.words, card.folded),
        told,
        scorer=Indel.normalized_similarity,
        score_cutoff=NEAR,
    )
    return number_of(found[2]) if found else None


def _compared(card: MottoCard, other: MottoCard) -> Near:
    share = Indel.normalized_similarity(
        _kernel(card.words, card.folded), _kernel(other.words, other.folded)
    )
    return Near(other, int(share * 100))


@lru_cache(maxsize=30_000)
def _kernel(words: str, folded: str) -> str:
    return alike.kernel(words, folded)
