"""Outcomes: what a sealed round came to is shown to all, may be objected to, and then stands.

A ballot in public is a line: a commitment that only who holds the receipt can make again, and the
number of the entry. The lines, in their order, have one root, kept with the seal (Helios and
Belenios show ballots in a like manner; ours are not encrypted, since the commitment names nobody).

Ballots in quarantine are among the lines like all others. Which they are has a root of its own, and
stands from the moment at which the result is shown.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit, merkle
from bot.domain.entries import current_round, number_of
from bot.domain.identity import NO_DELIVERY, campaign_day
from bot.domain.notices import Notices
from bot.domain.refusals import NoRound, NotSealed, Refusal
from bot.domain.rounds import RoundPlan
from bot.storage.locks import claim
from bot.storage.tables import Outcome, Panel, QuarantinedVote, Round, RoundSlot, Vote

OBJECTIONS = timedelta(days=3)
"""How long a result is shown before it stands."""
TRACKER = 10
"""Characters of a receipt."""


@dataclass(eq=False)
class ObjectionsOpen(Refusal):
    """The result may still be objected to."""

    until: datetime


@dataclass(eq=False)
class JudgingOpen(Refusal):
    """The judges have not done yet, and their marks are a part of the result."""


@dataclass(frozen=True)
class Standing:
    """A round, and how far it has got."""

    round_id: int
    title: str
    closes_at: datetime
    sealed_at: datetime | None
    root: str | None
    """Of all ballots; None before the seal."""
    ballots: int
    quarantined: int
    """How many of them do not count."""
    quarantine_root: str | None
    publicised_at: datetime | None
    objections_until: datetime | None
    published_at: datetime | None
    plan: RoundPlan

    def waits(self, now: datetime) -> bool:
        """Whether an organiser is awaited: to show the result, or to say that it stands."""
        if self.root is None or self.published_at is not None:
            return False
        return self.objections_until is None or self.objections_until <= now


@dataclass(frozen=True)
class Ballot:
    """A vote that stands, as its receipt leads to it."""

    number: int
    """Of the entry it was given to."""
    line: str
    round_id: int
    sealed_in: int | None
    """The same round, once it is sealed."""
    root: str | None
    quarantined: bool
    """Whether it does not count."""


class Outcomes:
    """What rounds came to, for all to see."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def current(self) -> Standing:
        """The round in force: once sealed, until the next begins to collect. Raises NoRound."""
        return self.of(current_round(self._session, self._now).id)

    def latest_shown(self) -> Standing | None:
        """The latest round whose result all may see."""
        shown = select(Outcome.round_id).where(Outcome.publicised_at.is_not(None))
        try:
            return self._standing(shown.order_by(Outcome.publicised_at.desc()))
        except NoRound:
            return None

    def shown(self) -> dict[int, str]:
        """The titles of all rounds whose result all may see, the latest first."""
        rows = self._session.execute(
            select(Round.id, Round.title)
            .join(Outcome, Outcome.round_id == Round.id)
            .where(Outcome.publicised_at.is_not(None))
            .order_by(Outcome.publicised_at.desc(), Round.id.desc())
        )
        return {id_: title for id_, title in rows}  # noqa: C416

    def begun(self) -> list[Standing]:
        """All rounds that have begun to collect, the latest first; without any, the next."""
        begun = select(Round.id).where(Round.collects_from <= self._now)
        ids = self._session.scalars(begun.order_by(Round.collects_from.desc())).all()
        return [self.of(id_) for id_ in ids] or [self.current()]

    def sealed(self) -> list[Standing]:
        """All rounds that are sealed."""
        return [self.of(id_) for id_ in self._session.scalars(select(Outcome.round_id)).all()]

    def keep_root(self, round_id: int) -> None:
        """Keep the one hash of all ballots, with the seal."""
        lines = self.ballots(round_id)
        row = {"round_id": round_id, "root": merkle.Tree(lines).root, "ballots": len(lines)}
        self._session.execute(insert(Outcome).values(row))
        self.keep_quarantine(round_id)

    def keep_quarantine(self, round_id: int) -> None:
        """Keep how many of the sealed ballots are in quarantine, and the one hash of those."""
        lines = self.quarantined(round_id)
        root = merkle.Tree(lines).root
        self._session.execute(
            update(Outcome)
            .where(Outcome.round_id == round_id)
            .values(quarantined=len(lines), quarantine_root=root)
        )

    def publicise(self, round_id: int, staff_id: int) -> None:
        """Show the result to all, who may object from now on. A second time changes nothing.

        From now on it is settled which votes are in quarantine; who said in vain that one of them
        was theirs is told. Raises NotSealed and JudgingOpen.
        """
        claim(self._session, round_id)
        standing = self.of(round_id)
        if standing.publicised_at is not None:
            return
        if standing.root is None:
            raise NotSealed(standing.closes_at)
        waits = select(Panel.round_id).where(Panel.round_id == round_id, Panel.closed_at.is_(None))
        if self._session.scalars(waits).first() is not None:
            raise JudgingOpen
        until = self._now + OBJECTIONS
        first = Outcome.publicised_at.is_(None)
        values = {"publicised_at": self._now, "objections_until": until}
        if self._change(round_id, first, values):
            self._tell_left_out(round_id)
            facts = {
                "root": standing.root, "ballots": standing.ballots,
                "quarantined": standing.quarantined, "quarantine_root": standing.quarantine_root,
            }  # fmt: skip
            self._record(round_id, staff_id, "round.publicise", facts)

    def publish(self, round_id: int, staff_id: int) -> None:
        """Say that the result stands. A second time changes nothing.

        Raises NotSealed, also while nobody has seen the result, and ObjectionsOpen.
        """
        standing = self.of(round_id)
        if standing.published_at is not None:
            return
        if standing.objections_until is None:
            raise NotSealed(standing.closes_at)
        if self._now < standing.objections_until:
            raise ObjectionsOpen(standing.objections_until)
        if self._change(round_id, Outcome.published_at.is_(None), {"published_at": self._now}):
            self._record(round_id, staff_id, "round.publish", {"root": standing.root})

    def ballots(self, round_id: int) -> list[str]:
        """The lines of all ballots of a round, in their order."""
        return self._lines(select(Vote.tracker, Vote.motto_id).where(Vote.round_id == round_id))

    def quarantined(self, round_id: int) -> list[str]:
        """The lines of those in quarantine, in their order."""
        return self._lines(_in_quarantine(Vote.tracker, Vote.motto_id, of=round_id))

    def _lines(self, votes: Select[*tuple[Any, ...]]) -> list[str]:
        rows = self._session.execute(votes)
        return sorted(line_of(tracker, number_of(motto)) for tracker, motto in rows)

    def ballot(self, tracker: str) -> Ballot | None:
        """The vote that stands under this receipt."""
        found = self._session.execute(
            select(
                Vote.motto_id,
                Vote.round_id,
                Outcome.round_id.label("sealed_in"),
                Outcome.root,
                QuarantinedVote.in_force,
            )
            .outerjoin(Outcome, Outcome.round_id == Vote.round_id)
            .outerjoin(QuarantinedVote, QuarantinedVote.tracker == Vote.tracker)
            .where(Vote.tracker == tracker)
        ).first()
        if found is None:
            return None
        number = number_of(found.motto_id)
        line = line_of(tracker, number)
        return Ballot(
            number, line, found.round_id, found.sealed_in, found.root, bool(found.in_force)
        )

    def of(self, round_id: int) -> Standing:
        """This round. Raises NoRound."""
        return self._standing(select(Round.id).where(Round.id == round_id))

    def _standing(self, ids: Select[int]) -> Standing:
        id_ = self._session.scalars(ids.limit(1)).first()
        if id_ is None:
            raise NoRound
        round_ = self._session.get_one(Round, id_, populate_existing=True)
        outcome = self._session.get(Outcome, id_, populate_existing=True)
        return Standing(
            round_.id,
            round_.title,
            round_.closes_at,
            round_.sealed_at,
            outcome.root if outcome else None,
            outcome.ballots if outcome else 0,
            outcome.quarantined if outcome else 0,
            outcome.quarantine_root if outcome else None,
            outcome.publicised_at if outcome else None,
            outcome.objections_until if outcome else None,
            outcome.published_at if outcome else None,
            RoundPlan.of(round_, self._slots(id_)),
        )

    def _slots(self, round_id: int) -> int:
        count = select(func.count()).where(RoundSlot.round_id == round_id)
        return self._session.scalar(count) or 0

    def _tell_left_out(self, round_id: int) -> None:
        """Leave word for all who claimed a vote that does not count for good."""
        columns = (Vote.member_key, Vote.motto_id, Vote.accepted_at, QuarantinedVote.quarantine_id)
        claimed = _in_quarantine(*columns, of=round_id).where(
            QuarantinedVote.claimed_at.is_not(None), Vote.delivery_key != NO_DELIVERY
        )
        rows = self._session.execute(claimed).all()
        # One of each: who gave several of the same quarantine is told once.
        told = {(vote.member_key, vote.quarantine_id): vote for vote in rows}
        notices = Notices(self._session, self._now)
        for (member, case), vote in told.items():
            day = campaign_day(vote.accepted_at).isoformat()
            facts = {"number": number_of(vote.motto_id), "day": day}
            cause, kind = f"votes_left_out:{case}", "votes_left_out"
            notices.leave(member, cause, kind, facts, self._now)

    def _change(self, round_id: int, still: ColumnElement[bool], values: dict[str, Any]) -> bool:
        """Whether it was us who changed it, of several who try at once."""
        changed = self._session.execute(
            update(Outcome).where(Outcome.round_id == round_id, still).values(values)
        )
        return bool(changed.rowcount)  # type: ignore[attr-defined]

    def _record(self, round_id: int, staff_id: int, action: str, facts: dict[str, Any]) -> None:
        actor, subject = audit.staff(staff_id), f"round:{round_id}"
        audit.record(self._session, self._now, actor, action, subject, facts)


def quarantined_of(session: Session, round_id: int) -> Counter[int]:
    """How many votes of each entry are in quarantine, by the id of the entry."""
    counted = _in_quarantine(Vote.motto_id, func.count(), of=round_id).group_by(Vote.motto_id)
    return Counter({row[0]: row[1] for row in session.execute(counted)})


def is_shown(session: Session, round_id: int) -> bool:
    """Whether all may see the result of this round, which is settled with that."""
    shown = and_(Outcome.round_id == round_id, Outcome.publicised_at.is_not(None))
    return bool(session.scalar(select(exists().where(shown))))


def _in_quarantine(*columns: Any, of: int) -> Select[*tuple[Any, ...]]:
    """The votes of a round that do not count."""
    return (
        select(*columns)
        .select_from(QuarantinedVote)
        .join(Vote, Vote.tracker == QuarantinedVote.tracker)
        .where(QuarantinedVote.in_force, Vote.round_id == of)
    )


def line_of(tracker: str, number: int) -> str:
    """A ballot in public: its code, and the entry's number."""
    return f"{code_of(tracker, number)} {number}"


def code_of(tracker: str, number: int) -> str:
    """The commitment to a ballot, which only its receipt can make again."""
    return sha256(f"{tracker}:{number}".encode()).hexdigest()
