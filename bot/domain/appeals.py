"""Appeals: the author says why a decision was wrong, and another colleague decides anew.

The entry goes back into the same queue. Who decided first may neither decide again nor undo
what the other decides, and the same words are appealed for once: what the second says stands.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.entries import UNDO, MottoCard, MottoState, cause_of, change_state, subject_of
from bot.domain.mottos import Mottos
from bot.domain.notices import Notices
from bot.domain.refusals import AppealedBefore, NothingToAppeal
from bot.storage.tables import Audit

LONGEST = 200
"""Characters of an appeal that are kept."""


class Appeals:
    """What authors have to say against decisions."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def ensure_possible(self, member: bytes) -> MottoCard:
        """The member's entry, if it was sent back and can be looked at again.

        Raises NothingToAppeal, also while the decision can be undone, or AppealedBefore.
        """
        mine = Mottos(self._session, self._now).mine(member)
        if mine is None or mine.state is not MottoState.RETURNED or mine.decided_at is None:
            raise NothingToAppeal
        if self._now < mine.decided_at + UNDO:
            raise NothingToAppeal
        if mine.appeal is not None:
            raise AppealedBefore(mine.number)
        return mine

    def open(self, member: bytes, words: str) -> MottoCard:
        """Put the member's entry before another colleague; at most 200 characters are kept.

        Raises as `ensure_possible` does.
        """
        mine = self.ensure_possible(member)
        said = words[:LONGEST]
        change_state(
            self._session,
            self._now,
            mine,
            audit.MEMBER,
            "motto.appeal",
            {"before": mine.state, "after": MottoState.WAITING, "words": said},
            state=MottoState.WAITING,
            reason=None,
            fix=None,
            appeal=said,
            appealed_against=self._decider(mine),
            submitted_at=self._now,
            decided_at=None,
            pile_id=None,
        )
        # Whoever appeals has seen the verdict: it need not be told any more.
        cause = cause_of(mine.number, mine.version)
        Notices(self._session, self._now).take_back(member, cause)
        return mine

    def _decider(self, mine: MottoCard) -> int | None:
        actor = self._session.scalars(
            select(Audit.actor).where(
                Audit.subject == subject_of(mine.number), Audit.version == mine.version
            )
        ).one()
        return audit.colleague(actor)
