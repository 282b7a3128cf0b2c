"""Sealing: from this moment on a round's votes are what they are, and its result stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.ballot_box import BallotBoxes
from bot.domain.families import approved, bears_card
from bot.domain.outcomes import Outcomes, quarantined_of
from bot.domain.refusals import NotSealed
from bot.domain.rounds import Eligibility
from bot.domain.uncounted import set_uncounted_aside, unlisted_now
from bot.domain.votes import LATE
from bot.storage.locks import claim
from bot.storage.tables import Motto, Round, RoundResult, Vote


@dataclass(frozen=True)
class Result:
    """What a sealed round came to."""

    sealed_at: datetime
    votes: dict[int, int]
    """All that were sealed, by the id of the entry; those without a vote too."""
    quarantined: Mapping[int, int]
    """How many of them do not count."""

    @property
    def counted(self) -> dict[int, int]:
        return {id_: votes - self.quarantined.get(id_, 0) for id_, votes in self.votes.items()}


class Sealing:
    """The one who seals, and the results that are sealed."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def due(self) -> list[int]:
        """The rounds in which no vote can arrive any more, and which nobody has sealed."""
        return list(
            self._session.scalars(
                select(Round.id).where(
                    Round.sealed_at.is_(None), Round.closes_at <= self._now - LATE
                )
            )
        )

    def seal(self, round_id: int) -> bool:
        """Seal the round and keep its result; False when it is sealed already, or not due.

        Waits for every vote that is being cast, and lets none in that comes later. Several
        workers may try at once: the first does it.
        """
        claim(self._session, round_id)
        if round_id not in self.due():
            return False
        self._session.execute(update(Round).where(Round.id == round_id).values(sealed_at=self._now))
        set_uncounted_aside(self._session, self._now, round_id)
        self._keep_result(round_id)
        Outcomes(self._session, self._now).keep_root(round_id)
        self._record(round_id, BallotBoxes(self._session, self._now).close(round_id))
        return True

    def result(self, round_id: int) -> Result:
        """The result to publish. Raises NotSealed: before that there is none."""
        row = self._session.execute(
            select(Round.sealed_at, Round.closes_at).where(Round.id == round_id)
        ).one()
        if row.sealed_at is None:
            raise NotSealed(row.closes_at)
        counted = self._session.execute(
            select(RoundResult.motto_id, RoundResult.votes).where(RoundResult.round_id == round_id)
        )
        votes = {row.motto_id: row.votes for row in counted}
        return Result(row.sealed_at, votes, quarantined_of(self._session, round_id))

    def strangers(self, round_id: int) -> int:
        """How many have voted whom the seal would leave out, since no roster has them so far."""
        asked = select(Round.id).where(Round.id == round_id, Round.sealed_at.is_(None))
        by_roster = self._session.scalar(asked.where(Round.eligibility == Eligibility.ROSTER))
        return unlisted_now(self._session, round_id) if by_roster else 0

    def _keep_result(self, round_id: int) -> None:
        """Count all votes that stand, and the cards nobody voted for."""
        counts = (
            select(Vote.motto_id, func.count().label("votes"))
            .where(Vote.round_id == round_id)
            .group_by(Vote.motto_id)
            .subquery()
        )
        votes = func.coalesce(counts.c.votes, 0)
        self._session.execute(
            insert(RoundResult).from_select(
                ["round_id", "motto_id", "votes"],
                select(literal(round_id), Motto.id, votes)
                .outerjoin(counts, counts.c.motto_id == Motto.id)
                .where(
                    Motto.round_id == round_id,
                    or_(and_(approved(Motto), bears_card()), votes > 0),
                ),
            )
        )

    def _record(self, round_id: int, chain: str) -> None:
        entries, votes = self._session.execute(
            select(func.count(), func.coalesce(func.sum(RoundResult.votes), 0)).where(
                RoundResult.round_id == round_id
            )
        ).one()
        facts = {"entries": entries, "votes": int(votes), "chain": chain}
        audit.record(
            self._session, self._now, audit.SYSTEM, "round.seal", f"round:{round_id}", facts, 1
        )
