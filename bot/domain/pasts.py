"""What became before of an author's entries: told beside what waits, so that nobody starts anew.

Numbers and reasons alone: which entries they were is not told, since an author may sign one with
a name and another with nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.entries import MottoCard, MottoState, id_of, number_of, subject_of
from bot.storage.tables import Audit, Motto, Round

_RETURNS = ("motto.return", "motto.remove")
_TAKES_BACK = ("motto.undo", "motto.admit")
_FATES = (MottoState.APPROVED, MottoState.RETURNED)


@dataclass(frozen=True)
class Past:
    """What an author has heard before."""

    approved: int
    """Entries of other rounds."""
    returned: int
    reasons: tuple[str, ...]
    """Why this one was sent back before, the latest last; not what there is an appeal against."""


class Pasts:
    """Looks at what was decided before."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, entries: Sequence[MottoCard]) -> Mapping[int, Past]:
        """By the number of the entry; whoever has none is left out, and so is what units sent."""
        written = [card for card in entries if not card.sent]
        if not written:
            return {}
        fates, reasons = self._elsewhere(written), self._reasons(written)
        pasts = {}
        for card in written:
            mine, why = fates[card.number], reasons[card.number]
            past = Past(
                mine[MottoState.APPROVED], mine[MottoState.RETURNED],
                tuple(why[:-1] if card.appeal is not None else why),
            )  # fmt: skip
            if past != _NONE:
                pasts[card.number] = past
        return pasts

    def _elsewhere(self, entries: Sequence[MottoCard]) -> Mapping[int, Counter[str]]:
        """How the entries of the same authors in other rounds stand, by the numbers of these."""
        wanted = Motto.id.in_([id_of(card.number) for card in entries])
        these = self._session.execute(select(Motto.id, Motto.author, Motto.round_id).where(wanted))
        numbers = {(author, round_id): number_of(id_) for id_, author, round_id in these}
        # The rounds are named, since the index over authors begins with them.
        rounds = self._session.scalars(select(Round.id)).all()
        rows = self._session.execute(
            select(Motto.author, Motto.round_id, Motto.state, func.count())
            .where(
                Motto.round_id.in_(rounds),
                Motto.author.in_({author for author, _ in numbers}),
                Motto.state.in_(_FATES),
            )
            .group_by(Motto.author, Motto.round_id, Motto.state)
        ).all()
        fates: dict[int, Counter[str]] = defaultdict(Counter)
        for (author, round_id), number in numbers.items():
            for row in rows:
                if row.author == author and row.round_id != round_id:
                    fates[number][row.state] += row[3]
        return fates

    def _reasons(self, entries: Sequence[MottoCard]) -> Mapping[int, list[str]]:
        """Why each was sent back, where that stood."""
        rows = self._session.execute(
            select(Audit.subject, Audit.action, Audit.facts)
            .where(
                Audit.subject.in_([subject_of(card.number) for card in entries]),
                Audit.action.in_((*_RETURNS, *_TAKES_BACK)),
            )
            .order_by(Audit.id)
        )
        reasons: dict[int, list[str]] = defaultdict(list)
        for subject, action, facts in rows:
            told = reasons[int(subject.partition(":")[2])]
            if action in _RETURNS:
                told.append(facts["reason"])
            elif facts["before"] == MottoState.RETURNED:
                told.pop()
        return reasons


_NONE = Past(0, 0, ())
