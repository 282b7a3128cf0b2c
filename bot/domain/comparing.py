"""Comparing: a judge is shown two entries at a time, in an order of their own, and says which is
better.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from bot.domain.entries import MottoCard, Sent, id_of, number_of, read_cards
from bot.domain.families import approved
from bot.domain.giving_out import place_of
from bot.domain.judging import JudgingOver, NoSuchSheet, open_panel
from bot.domain.panel_plan import Criterion, criteria_of
from bot.storage.tables import Motto, Panel, PanelPair, Round


@dataclass(frozen=True)
class Side:
    """One of two entries, without its author."""

    number: int
    words: str | None
    """None when its author has taken it back."""
    sent: Sent | None
    """What a unit sent in under these words."""


@dataclass(frozen=True)
class Comparison:
    """Two entries, in the order in which this judge sees them."""

    sides: tuple[Side, Side]
    better: int | None
    """The number of the better one, once it was said."""

    @property
    def done(self) -> bool:
        """Whether it was said, or need not be said since one was taken back."""
        return self.better is not None or any(side.words is None for side in self.sides)


@dataclass(frozen=True)
class PairStack:
    """What a judge has to compare for one round."""

    round_id: int
    title: str
    criteria: tuple[Criterion, ...]
    """What to look at."""
    pairs: tuple[Comparison, ...]
    """In the judge's own order; the first has the place 1."""
    closed: bool

    @property
    def done(self) -> int:
        """How many need nothing more."""
        return sum(pair.done for pair in self.pairs)

    def next_after(self, place: int = 0) -> int | None:
        """The place of the next that is not done, from the beginning again behind the last."""
        left = [at for at, pair in enumerate(self.pairs, start=1) if not pair.done]
        return next((at for at in left if at > place), left[0] if left else None)


class Comparing:
    """The pairs of judges."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def stacks(self, judge: int) -> list[PairStack]:
        """All that the judge has, or had, to compare, the latest round first."""
        rounds = self._session.scalars(
            select(PanelPair.round_id)
            .where(PanelPair.staff_id == judge)
            .distinct()
            .order_by(PanelPair.round_id.desc())
        )
        return [self.stack(judge, round_id) for round_id in rounds.all()]

    def stack(self, judge: int, round_id: int) -> PairStack:
        """The pairs of one round. Raises NoSuchSheet where the judge has none."""
        panel = self._session.execute(
            select(Panel.seed, Panel.closed_at, Round.title)
            .join(Round, Round.id == Panel.round_id)
            .where(Panel.round_id == round_id)
        ).first()
        rows = self._session.execute(
            select(PanelPair.first_id, PanelPair.second_id, PanelPair.better_id).where(
                PanelPair.round_id == round_id, PanelPair.staff_id == judge
            )
        ).all()
        if panel is None or not rows:
            raise NoSuchSheet
        entries = {entry for row in rows for entry in (row.first_id, row.second_id)}
        standing = read_cards(self._session, Motto.id.in_(entries), approved(Motto))
        cards = {id_of(card.number): card for card in standing}

        def place(row: Row[int, int, int | None]) -> bytes:
            return place_of(panel.seed, judge, row.first_id * 2**32 + row.second_id)

        pairs = tuple(_comparison(row, cards, place(row)) for row in sorted(rows, key=place))
        criteria = criteria_of(self._session, round_id)
        return PairStack(round_id, panel.title, criteria, pairs, panel.closed_at is not None)

    def choose(self, judge: int, round_id: int, place: int, better: int) -> None:
        """Say that the entry of this number is the better one, in place of what was said before.

        Raises NoSuchSheet and JudgingOver.
        """
        if not open_panel(self._session, round_id):
            raise JudgingOver
        pairs = self.stack(judge, round_id).pairs
        if not 1 <= place <= len(pairs):
            raise NoSuchSheet
        numbers = sorted(side.number for side in pairs[place - 1].sides)
        if better not in numbers:
            raise NoSuchSheet
        first, second = map(id_of, numbers)
        self._session.execute(
            update(PanelPair)
            .where(
                PanelPair.round_id == round_id,
                PanelPair.staff_id == judge,
                PanelPair.first_id == first,
                PanelPair.second_id == second,
            )
            .values(better_id=id_of(better), chosen_at=self._now)
        )


def _comparison(
    row: Row[int, int, int | None], cards: Mapping[int, MottoCard], place: bytes
) -> Comparison:
    one, other = (_side(id_, cards.get(id_)) for id_ in (row.first_id, row.second_id))
    # Which stands above is chance too.
    sides = (one, other) if place[-1] % 2 else (other, one)
    return Comparison(sides, number_of(row.better_id) if row.better_id else None)


def _side(id_: int, card: MottoCard | None) -> Side:
    return Side(number_of(id_), card.words if card else None, card.sent if card else None)
