"""Erasure: a member goes, at once and for good; what others count on stays and names nobody.

A vote stays a vote, under a key that leads to no one. A contest that is over keeps its scores
in the same way, so that nobody else's place changes. Of a part in anything else a number stays.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit, roster
from bot.domain.entries import (
    SIGNATURES,
    MottoCard,
    MottoState,
    change_state,
    id_of,
    read_cards,
    subject_of,
)
from bot.domain.identity import NO_DELIVERY, campaign_day
from bot.domain.moderation import Reason
from bot.domain.quoted import strike_replies
from bot.domain.released import Why, release_votes
from bot.domain.result_files import forget_all
from bot.domain.rounds import Eligibility
from bot.domain.tickets import subject_of_ticket
from bot.domain.uncounted import is_listed
from bot.domain.uploads import forget_rosters
from bot.storage.tables import (
    Audit,
    Base,
    CertificateEntry,
    Contest,
    Delivery,
    Departed,
    EntryFile,
    Member,
    Motto,
    Round,
    Score,
    SentEntry,
    SpentDay,
    Ticket,
    Vote,
    table_of,
)

ERASE = "member.erase"
"""The deed in the audit trail."""
CODES = frozenset(MottoState) | frozenset(Reason) | frozenset(Why) | SIGNATURES
"""What the trail says about an entry in words of ours."""
REPEATABLE = timedelta(minutes=10)
"""How long a push may come again: WeChat repeats for seconds, and we refuse what is older than
five minutes."""
SOME_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands where a moment of a member's stood that nobody needs to know."""
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NOTHING = {column.name: None for column in table_of(Motto).columns if column.nullable}
"""An entry without whatever it can be without."""
_OUTLASTING = {table_of(kind) for kind in (Delivery, SpentDay)}
"""What outlasts a member for a while, so that nothing that was done can be done again."""


class Erasure:
    """Erases members."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def erase(self, member: bytes, actor: str = audit.MEMBER) -> str:
        """Erase all that is about the member; the receipt, which leads to nobody.

        `actor` is who wants it, as in the audit trail. The member's row must be locked.
        """
        unit, name = self._session.execute(
            select(Member.unit_id, Member.name).where(Member.member_key == member)
        ).one()
        if unit is not None:
            self._leave_numbers(member, unit)
        # The entries first, then the votes, as everybody does who needs both.
        self._empty_entries(member, actor)
        votes = self._cut_votes(member)
        scores = self._cut_scores(member, unit)
        self._strike_tickets(member)
        forget_all(self._session)
        forget_rosters(self._session)
        self._remove(member)
        if unit is not None and name is not None:
            roster.strike(self._session, unit, name)
        return self._record(actor, {"votes": votes, "scores": scores})

    def _leave_numbers(self, member: bytes, unit: int) -> None:
        """Count the member in for the unit wherever no row of a closed contest does."""
        contests = (
            select(Score.contest_id)
            .join(Contest, Contest.id == Score.contest_id)
            .where(Score.member_key == member, ~self._is_over())
        )
        rounds = (
            select(Vote.round_id)
            .where(Vote.member_key == member)
            .union(select(Motto.round_id).where(Motto.author == member))
        )
        activities = [
            f"contest:{id_}"
            for id_ in self._session.scalars(contests).all()
            if not roster.is_counted_all_the_same(self._session, member, id_)
        ]
        activities += [f"round:{id_}" for id_ in self._session.scalars(rounds)]
        for activity in sorted(activities):
            self._count_in(unit, activity)

    def _count_in(self, unit: int, activity: str) -> None:
        counted = self._session.execute(
            update(Departed)
            .where(Departed.unit_id == unit, Departed.activity == activity)
            .values(people=Departed.people + 1)
        )
        if not counted.rowcount:  # type: ignore[attr-defined]
            # Of two that come first at once one is played again: the key decides.
            row = {"unit_id": unit, "activity": activity, "people": 1}
            self._session.execute(insert(Departed).values(row))

    def _empty_entries(self, member: bytes, actor: str) -> None:
        """Leave of each entry its number; votes for it are set aside unless they are sealed."""
        mine = read_cards(self._session, Motto.author == member)
        subjects = [subject_of(card.number) for card in mine]
        written = self._written(mine, subjects)
        strike_replies(self._session, self._now, member, written)
        for card in mine:
            self._empty(card, actor)
        audit.strike(self._session, subjects, CODES)

    def forget_sent(self, card: MottoCard) -> None:
        """Leave of what a unit sent in its number and its votes."""
        for kind in (EntryFile, CertificateEntry, SentEntry):
            self._session.execute(delete(kind).where(kind.motto_id == id_of(card.number)))
        self._empty(card, audit.SYSTEM)
        audit.strike(self._session, [subject_of(card.number)], CODES)

    def _empty(self, card: MottoCard, actor: str) -> None:
        change_state(
            self._session,
            self._now,
            card,
            actor,
            "motto.erase",
            {"before": card.state},
            **_NOTHING,
            state=MottoState.ERASED,
            author=nobody(),
            words="",
            folded="",
            signature="none",
        )
        release_votes(self._session, self._now, card, actor, Why.ERASED)

    def _written(self, mine: Sequence[MottoCard], subjects: list[str]) -> Iterator[str]:
        """The words of these entries, as they are and as they once were."""
        yield from (card.words for card in mine)
        for facts in self._session.scalars(select(Audit.facts).where(Audit.subject.in_(subjects))):
            yield from (it for it in facts.values() if isinstance(it, str) and it not in CODES)

    def _cut_votes(self, member: bytes) -> Counter[str]:
        """Give each vote a key of its own, so that not even two of them belong together.

        How many, by round: as many must be found.
        """
        self._drop_uncounted(member)
        trackers = self._session.execute(
            select(Vote.tracker, Vote.round_id, Vote.day, Round.in_all, Round.closes_at)
            .join(Round, Round.id == Vote.round_id)
            .where(Vote.member_key == member)
        ).all()
        since = campaign_day(self._now - REPEATABLE)
        spent = sorted(
            {
                (vote.round_id, vote.day)
                for vote in trackers
                if vote.day >= since or (vote.in_all and self._now < vote.closes_at)
            }
        )
        for round_id, day in spent:
            row = {"member_key": member, "round_id": round_id, "day": day}
            self._session.execute(insert(SpentDay).values(row))
        cut: Counter[str] = Counter()
        for vote in trackers:
            found = self._session.execute(
                update(Vote)
                .where(Vote.member_key == member, Vote.tracker == vote.tracker)
                .values(member_key=nobody(), delivery_key=NO_DELIVERY)
            )
            # It may have been set aside just now, with what it was for.
            cut[str(vote.round_id)] += found.rowcount  # type: ignore[attr-defined]
        return cut

    def _drop_uncounted(self, member: bytes) -> None:
        """Drop votes that would not be counted in the end: without a name nobody could tell."""
        if not is_listed(self._session, member):
            open_ = Round.sealed_at.is_(None) & (Round.eligibility == Eligibility.ROSTER)
            rounds = self._session.scalars(select(Round.id).where(open_)).all()
            mine = (Vote.member_key == member) & Vote.round_id.in_(rounds)
            self._session.execute(delete(Vote).where(mine))

    def _cut_scores(self, member: bytes, unit: int | None) -> Counter[str]:
        """Give each score of a contest that is over to a nobody of the same unit."""
        over = self._session.scalars(
            select(Score.contest_id)
            .join(Contest, Contest.id == Score.contest_id)
            .where(Score.member_key == member, self._is_over())
        ).all()
        for contest in over:
            ghost = nobody()
            counted = roster.is_counted_all_the_same(self._session, member, contest)
            changes: dict[str, Any] = {"member_key": ghost}
            if unit is not None and not counted:
                self._session.execute(insert(Member).values(_ghost(ghost, unit)))
            else:
                changes["district_id"] = None
            self._session.execute(
                update(Score)
                .where(Score.member_key == member, Score.contest_id == contest)
                .values(changes)
            )
        return Counter(map(str, over))

    def _is_over(self) -> Any:
        return Contest.last_day < campaign_day(self._now)

    def _strike_tickets(self, member: bytes) -> None:
        deliveries = self._session.scalars(
            select(Ticket.delivery_key).where(Ticket.member_key == member)
        )
        audit.strike(self._session, [subject_of_ticket(delivery) for delivery in deliveries])

    def _remove(self, member: bytes) -> None:
        """Remove whatever else is the member's, from tables that are made only later too."""
        repeatable = Delivery.received_at >= self._now - REPEATABLE
        mine = Delivery.member_key == member
        self._session.execute(delete(Delivery).where(mine, ~repeatable))
        self._session.execute(update(Delivery).where(mine).values(reply=b""))
        for table in tables_about_members():
            if table not in _OUTLASTING:
                self._session.execute(delete(table).where(table.c.member_key == member))

    def _record(self, actor: str, left: dict[str, Counter[str]]) -> str:
        """Write that somebody was erased, and how much of nobody's is left."""
        receipt = self._new_receipt()
        facts = {what: dict(+counts) for what, counts in left.items()}
        subject = f"erasure:{receipt}"
        audit.record(self._session, self._now, actor, ERASE, subject, facts, version=1)
        return receipt

    def _new_receipt(self) -> str:
        """`D-1205-9F3K`: the day, and what nobody can guess."""
        while True:
            letters = "".join(secrets.choice(_ALPHABET) for _ in range(4))
            receipt = f"D-{campaign_day(self._now):%m%d}-{letters}"
            if not self._is_taken(receipt):
                return receipt

    def _is_taken(self, receipt: str) -> bool:
        taken = select(func.count()).where(Audit.subject == f"erasure:{receipt}")
        return bool(self._session.scalar(taken))


def tables_about_members() -> list[Table]:
    """The tables whose rows are about one member each."""
    return [table for table in Base.metadata.sorted_tables if "member_key" in table.columns]


def nobody() -> bytes:
    """A key that is nobody's: no openid leads to it."""
    return secrets.token_bytes(16)


def _ghost(key: bytes, unit: int) -> dict[str, Any]:
    """A member of whom nothing is known but the unit."""
    return {
        "member_key": key,
        "first_seen_at": SOME_TIME,
        "state": "",
        "state_at": SOME_TIME,
        "unit_id": unit,
    }
