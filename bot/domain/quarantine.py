"""Quarantine: votes that look bought are counted by themselves, until two people let them go.

They stay in the box, under their receipts, and whoever gave one is told, and may say 「是我投的」.
That is kept, and shown to those who decide; by itself it brings no vote back, since whoever was
paid to vote would be paid to say so.

A round's votes are what they are from the seal on. Which of them are in quarantine is decided until
the result is shown to all, since two people need time for it; from then on nothing changes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.entries import id_of, number_of
from bot.domain.identity import NO_DELIVERY, campaign_day
from bot.domain.notices import Notices
from bot.domain.outcomes import Outcomes, is_shown
from bot.domain.refusals import Refusal
from bot.domain.stuffing import Finding
from bot.storage.locks import claim
from bot.storage.tables import Outcome, Quarantine, QuarantinedVote, Vote

_RELEASE_WAITS = and_(Quarantine.release_proposed_by.is_not(None), Quarantine.released_by.is_(None))
_CHUNK = 500


@dataclass(eq=False)
class NoSuchQuarantine(Refusal):
    """None of this number waits for that."""


@dataclass(eq=False)
class OwnQuarantine(Refusal):
    """Whoever proposed it does not decide it."""


@dataclass(eq=False)
class ResultShown(Refusal):
    """All may see the result: it stays as it is."""


@dataclass(eq=False)
class ProposedMeanwhile(Refusal):
    """Another colleague has proposed some of these votes."""


@dataclass(eq=False)
class NothingClaimed(Refusal):
    """Nobody has said of any of these votes that they gave it."""


@dataclass(frozen=True)
class Case:
    """A quarantine, and how far it has got."""

    id: int
    round_id: int
    number: int
    day: date
    signals: dict[str, Any]
    """The numbers that spoke for it: see `stuffing.Finding.to_facts`."""
    proposed_by: int
    proposed_at: datetime
    confirmed_by: int | None
    confirmed_at: datetime | None
    only_claimed: bool | None
    release_proposed_by: int | None
    release_proposed_at: datetime | None
    released_by: int | None
    released_at: datetime | None
    votes: int
    in_force: int
    """Of these, how many do not count now."""
    claimed: int
    """Of how many in force their members say that they gave them."""

    @property
    def release_waits(self) -> bool:
        """Whether a release was proposed that nobody has decided."""
        return self.release_proposed_by is not None and self.released_by is None


@dataclass(frozen=True)
class Held:
    """A vote of a member's that is in quarantine."""

    number: int
    day: date
    frozen: bool
    """Whether the result is shown, and nothing can change any more."""


class Quarantines:
    """Sets votes apart and lets them go, two people for each."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ into quarantine

    def propose(self, round_id: int, finding: Finding, staff_id: int) -> int:
        """Propose it for the suspicious votes; its number. Raises as `_hold` and ProposedMeanwhile.

        Nothing changes for anybody yet.
        """
        self._hold(round_id)
        if self._are_known(finding.trackers):
            raise ProposedMeanwhile
        facts = finding.to_facts()
        case = Quarantine(
            round_id=round_id, motto_id=id_of(finding.number), day=finding.day,
            signals=facts, proposed_by=staff_id, proposed_at=self._now,
        )  # fmt: skip
        self._session.add(case)
        self._session.flush()
        rows = [{"tracker": one, "quarantine_id": case.id} for one in finding.trackers]
        self._session.execute(insert(QuarantinedVote), rows)
        told = {"number": finding.number, "day": finding.day.isoformat(), **facts}
        self._record(case.id, staff_id, "quarantine.propose", told)
        return case.id

    def drop(self, id_: int, staff_id: int) -> None:
        """Drop a proposal. Raises NoSuchQuarantine once it is decided, or as `_hold`."""
        self._waiting(id_, Quarantine.confirmed_at.is_(None))
        self._session.execute(delete(QuarantinedVote).where(QuarantinedVote.quarantine_id == id_))
        self._session.execute(delete(Quarantine).where(Quarantine.id == id_))
        self._record(id_, staff_id, "quarantine.drop", {})

    def confirm(self, id_: int, staff_id: int) -> None:
        """Put it in force: from now on the votes are counted by themselves, and who gave them told.

        Raises NoSuchQuarantine, OwnQuarantine, or as `_hold`.
        """
        case = self._waiting(id_, Quarantine.confirmed_at.is_(None))
        if case.proposed_by == staff_id:
            raise OwnQuarantine
        self._session.execute(
            update(Quarantine)
            .where(Quarantine.id == id_)
            .values(confirmed_by=staff_id, confirmed_at=self._now)
        )
        votes = self._set(_of(id_), in_force=True)
        self._tell(case, "votes_held", _of(id_))
        self._settle(case.round_id)
        self._record(id_, staff_id, "quarantine.confirm", {"votes": votes})

    # ------------------------------------------------------------ out of it

    def propose_release(self, id_: int, staff_id: int, *, only_claimed: bool) -> None:
        """Propose to let all go, or only the votes that somebody says they gave.

        Raises NoSuchQuarantine, NothingClaimed, ProposedMeanwhile, or as `_hold`.
        """
        case = self._waiting(id_, Quarantine.confirmed_at.is_not(None))
        if case.release_waits:
            raise ProposedMeanwhile
        if not case.in_force:
            raise NoSuchQuarantine
        if only_claimed and not case.claimed:
            raise NothingClaimed
        self._session.execute(
            update(Quarantine)
            .where(Quarantine.id == id_)
            .values(
                only_claimed=only_claimed, release_proposed_by=staff_id,
                release_proposed_at=self._now, released_by=None, released_at=None,
            )
        )  # fmt: skip
        facts = {"only_claimed": only_claimed}
        self._record(id_, staff_id, "quarantine.release_ask", facts)

    def drop_release(self, id_: int, staff_id: int) -> None:
        """Drop a proposal to let them go. Raises as `drop` does."""
        self._waiting(id_, _RELEASE_WAITS)
        self._session.execute(
            update(Quarantine)
            .where(Quarantine.id == id_)
            .values(only_claimed=None, release_proposed_by=None, release_proposed_at=None)
        )
        self._record(id_, staff_id, "quarantine.release_drop", {})

    def release(self, id_: int, staff_id: int) -> None:
        """Let them go: they count again, and who gave them is told.

        Of those that somebody claims, the ones that were claimed when it was proposed. Raises
        NoSuchQuarantine, OwnQuarantine, or as `_hold`.
        """
        case = self._waiting(id_, _RELEASE_WAITS)
        if case.release_proposed_by == staff_id:
            raise OwnQuarantine
        which = and_(_of(id_), QuarantinedVote.in_force)
        if case.only_claimed:
            which = and_(which, QuarantinedVote.claimed_at <= case.release_proposed_at)
        self._tell(case, "votes_released", which)
        votes = self._set(which, in_force=False)
        self._session.execute(
            update(Quarantine)
            .where(Quarantine.id == id_)
            .values(released_by=staff_id, released_at=self._now)
        )
        self._settle(case.round_id)
        facts = {"votes": votes, "only_claimed": case.only_claimed}
        self._record(id_, staff_id, "quarantine.release", facts)

    # ------------------------------------------------------------ who gave them

    def claim_mine(self, member: bytes) -> list[Held]:
        """Keep that the member gave the votes of theirs that are in quarantine; which these are.

        Of a result that is shown nothing is kept any more, and its votes are told of only where no
        others are. A second time changes nothing.
        """
        mine = self._session.execute(
            select(
                QuarantinedVote.tracker, QuarantinedVote.quarantine_id, QuarantinedVote.claimed_at,
                Vote.motto_id, Vote.accepted_at, Outcome.publicised_at,
            )
            .join(Vote, Vote.tracker == QuarantinedVote.tracker)
            .outerjoin(Outcome, Outcome.round_id == Vote.round_id)
            .where(Vote.member_key == member, QuarantinedVote.in_force)
            .order_by(Vote.accepted_at)
        ).all()  # fmt: skip
        waiting = [vote for vote in mine if vote.publicised_at is None]
        for vote in waiting:
            if vote.claimed_at is None:
                self._claim(vote.tracker, vote.quarantine_id)
        return [
            Held(number_of(vote.motto_id), campaign_day(vote.accepted_at), not waiting)
            for vote in waiting or mine
        ]

    def _claim(self, tracker: str, id_: int) -> None:
        this = QuarantinedVote.tracker == tracker
        self._session.execute(update(QuarantinedVote).where(this).values(claimed_at=self._now))
        actor, subject = audit.MEMBER, f"quarantine:{id_}"
        audit.record(self._session, self._now, actor, "quarantine.claim", subject, {"votes": 1})

    # ------------------------------------------------------------ looking

    def cases(self, round_id: int) -> list[Case]:
        """The quarantines of a round, the latest first."""
        return self._cases(Quarantine.round_id == round_id)

    def case(self, id_: int) -> Case:
        """The quarantine of this number. Raises NoSuchQuarantine."""
        found = self._cases(Quarantine.id == id_)
        if not found:
            raise NoSuchQuarantine
        return found[0]

    def _cases(self, *conditions: ColumnElement[bool]) -> list[Case]:
        stand = (
            select(
                QuarantinedVote.quarantine_id,
                QuarantinedVote.in_force,
                QuarantinedVote.claimed_at,
            )
            .join(Vote, Vote.tracker == QuarantinedVote.tracker)
            .join(Quarantine, Quarantine.id == QuarantinedVote.quarantine_id)
            .where(*conditions)
            .subquery()
            .c
        )
        counts: dict[int, Counter[str]] = {}
        for id_, in_force, claimed, count in self._session.execute(
            select(
                stand.quarantine_id, stand.in_force, stand.claimed_at.is_not(None), func.count()
            ).group_by(stand.quarantine_id, stand.in_force, stand.claimed_at.is_not(None))
        ):
            of_case = counts.setdefault(id_, Counter())
            of_case["votes"] += count
            of_case["in_force"] += count if in_force else 0
            of_case["claimed"] += count if in_force and claimed else 0
        rows = self._session.scalars(
            select(Quarantine)
            .where(*conditions)
            .order_by(Quarantine.id.desc())
            .execution_options(populate_existing=True)
        )
        return [_case(row, counts.get(row.id, Counter())) for row in rows]

    # ------------------------------------------------------------ what they have in common

    def _waiting(self, id_: int, still: ColumnElement[bool]) -> Case:
        """The case, held with its round, if it waits for this. Raises NoSuchQuarantine."""
        self._hold(self.case(id_).round_id)
        found = self._cases(Quarantine.id == id_, still)
        if not found:
            raise NoSuchQuarantine
        return found[0]

    def _hold(self, round_id: int) -> None:
        """Decide one after the other, and not while it is sealed or shown. Raises ResultShown."""
        claim(self._session, round_id)
        if is_shown(self._session, round_id):
            raise ResultShown

    def _are_known(self, trackers: Sequence[str]) -> bool:
        """Whether there is, or was, a quarantine about any of these votes."""
        chunks = (trackers[at : at + _CHUNK] for at in range(0, len(trackers), _CHUNK))
        known = (exists().where(QuarantinedVote.tracker.in_(some)) for some in chunks)
        return any(self._session.scalar(select(one)) for one in known)

    def _set(self, which: ColumnElement[bool], *, in_force: bool) -> int:
        changed = self._session.execute(
            update(QuarantinedVote)
            .where(which)
            .values(in_force=in_force)
            .execution_options(synchronize_session=False)
        )
        return int(changed.rowcount)  # type: ignore[attr-defined]

    def _settle(self, round_id: int) -> None:
        """Keep with the seal, where there is one, what is in quarantine now."""
        Outcomes(self._session, self._now).keep_quarantine(round_id)

    def _tell(self, case: Case, kind: str, which: ColumnElement[bool]) -> None:
        """Leave word for all who gave these votes."""
        members = self._session.scalars(
            select(Vote.member_key)
            .join(QuarantinedVote, QuarantinedVote.tracker == Vote.tracker)
            .where(which, Vote.delivery_key != NO_DELIVERY)
            .distinct()
        ).all()
        # There may be a second release, of other votes of the same member.
        cause = f"{kind}:{case.id}:{int(self._now.timestamp())}"
        facts = {"number": case.number, "day": case.day.isoformat()}
        Notices(self._session, self._now).leave_all(members, cause, kind, facts, self._now)

    def _record(self, id_: int, staff_id: int, action: str, facts: dict[str, Any]) -> None:
        subject = f"quarantine:{id_}"
        audit.record(self._session, self._now, audit.staff(staff_id), action, subject, facts)


def _of(id_: int) -> ColumnElement[bool]:
    return QuarantinedVote.quarantine_id == id_


def _case(row: Quarantine, counts: Counter[str]) -> Case:
    return Case(
        id=row.id,
        round_id=row.round_id,
        number=number_of(row.motto_id),
        day=row.day,
        signals=row.signals,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        only_claimed=row.only_claimed,
        release_proposed_by=row.release_proposed_by,
        release_proposed_at=row.release_proposed_at,
        released_by=row.released_by,
        released_at=row.released_at,
        votes=counts["votes"],
        in_force=counts["in_force"],
        claimed=counts["claimed"],
    )
