"""The ballot box: so many votes a day, one a day for a motto, each with a receipt."""

import secrets
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2s
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from bot.domain.entries import (
    MottoCard,
    MottoState,
    cards_by_id,
    current_round,
    id_of,
    number_of,
    sealed_at,
)
from bot.domain.families import approved, bears_card, cards_of, counted, first_of, same_words
from bot.domain.identity import campaign_day
from bot.domain.refusals import (
    AlreadyVoted,
    NoSuchEntry,
    NotBound,
    NothingToWithdraw,
    NoVotesLeft,
    OwnEntry,
    OwnUnit,
    VotingClosed,
    VotingNotOpen,
)
from bot.domain.rounds import Eligibility, Kind
from bot.storage.spoken import Query
from bot.storage.tables import (
    Member,
    Motto,
    QuarantinedVote,
    RoundSlot,
    SentEntry,
    SpentDay,
    Vote,
    WishedVote,
    WithdrawnVote,
    table_of,
)
from bot.storage.together import Together

LATE = timedelta(seconds=20)
"""How long after closing a vote sent in time may still arrive: WeChat repeats for 15 s."""
WISHED = timedelta(minutes=30)
"""How long a vote is remembered that waits for its member to join a unit."""
BATCH = 3
"""Mottos in one list of the chat."""
_TRACKER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, O, 1 and I: receipts are read aloud and typed again."""
_DIGITS = 9
"""No number is longer."""
_MOMENT = timedelta(microseconds=1)
_NOBODYS = ""
"""Stands in a slot for the words that got a vote of which nobody knows whose it was."""


@dataclass(frozen=True, kw_only=True)
class Purse:
    """The votes that a member has."""

    most: int
    """On one day, or in all."""
    left: int
    in_all: bool = False
    """Whether they are for the whole of the voting: a new day brings no new ones."""
    least: int = 1
    """Who gives fewer has given none."""

    @property
    def lacking(self) -> int:
        """How many must still be given for those given to count."""
        return max(0, self.least - (self.most - self.left))


@dataclass(frozen=True, kw_only=True)
class BallotState(Purse):
    """How voting stands for one member."""

    title: str
    closes_at: datetime
    last_day: bool
    """Whether voting closes before there are new votes to give."""
    own_entry_allowed: bool
    per_entry: int | None = None
    """How many of a member's votes an entry can have; None: one each day."""
    by_roster: bool = False
    """Whether votes of members that no roster has are not counted in the end."""
    kind: Kind = Kind.MOTTO
    groups: int = 1
    each: int = 0
    """How many of the votes are for each group, where there are several."""
    each_least: int = 1
    """With fewer in a group they do not count there."""


@dataclass(frozen=True)
class Batch:
    """The next mottos in the member's own order; `cursor` is where the one after begins."""

    mottos: list[MottoCard]
    cursor: str


@dataclass(frozen=True, kw_only=True)
class Receipt(Purse):
    """A vote that stands, and those that its member has after it."""

    number: int
    words: str
    tracker: str
    group: int | None = None
    """Where there are several: then the votes told of are those of this one."""


@dataclass(frozen=True)
class CastVote:
    """One of a member's votes."""

    number: int
    words: str
    day: date
    accepted_at: datetime
    tracker: str
    in_all: bool = False
    """Whether it can be given anew on any day once it is taken back."""
    quarantined: bool = False
    """Whether it does not count while it is looked into."""


_VOTE, _SLOT, _MOTTO = table_of(Vote), table_of(RoundSlot), table_of(Motto)
_SPENT = table_of(SpentDay)
_NEW_VOTE = Together(
    insert(_VOTE).values(
        member_key=bindparam("member"),
        round_id=bindparam("round"),
        day=bindparam("on"),
        slot=bindparam("free"),
        motto_id=bindparam("motto"),
        per_entry=bindparam("nth"),
        delivery_key=bindparam("delivery"),
        accepted_at=bindparam("now"),
        tracker=bindparam("receipt"),
    )
)
_OWN, _GIVEN = _MOTTO.alias("own"), _MOTTO.alias("given")
_SIGNED = exists().where(
    same_words(_OWN.c, _MOTTO.c), approved(_OWN.c), _OWN.c.author == bindparam("member")
)
# Locked, so that its author can't put other words under the vote before it is kept.
_ENTRY = Query(
    select(
        _MOTTO.c.id,
        _MOTTO.c.round_id,
        _MOTTO.c.state,
        _MOTTO.c.words,
        _MOTTO.c.folded,
        _SIGNED.label("signed"),
        sealed_at(_MOTTO.c.round_id).label("sealed_at"),
    )
    .where(_MOTTO.c.id == first_of(bindparam("motto")))
    .with_for_update(read=True)
)
_CARDS = select(Motto.id).where(Motto.round_id == bindparam("round"), approved(Motto), bears_card())
_SLOTS = Query(
    select(
        _SLOT.c.slot,
        _GIVEN.c.folded,
        exists()
        .where(
            _SPENT.c.member_key == bindparam("member"),
            _SPENT.c.round_id == bindparam("round"),
            _SPENT.c.day == bindparam("day"),
        )
        .label("spent"),
    )
    .outerjoin_from(
        _SLOT,
        _VOTE,
        and_(
            _VOTE.c.member_key == bindparam("member"),
            _VOTE.c.round_id == _SLOT.c.round_id,
            _VOTE.c.day == bindparam("day"),
            _VOTE.c.slot == _SLOT.c.slot,
        ),
    )
    .outerjoin(_GIVEN, _GIVEN.c.id == _VOTE.c.motto_id)
    .where(_SLOT.c.round_id == bindparam("round"))
    .order_by(_SLOT.c.slot)
)


class Votes:
    """The ballot box of the round in force."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def ballot(self, member: bytes, sent_at: datetime | None = None) -> BallotState:
        """How many votes the member has left today, or had when the vote of `sent_at` was sent.

        Raises VotingNotOpen or VotingClosed.
        """
        asked_at = self._now if sent_at is None else min(sent_at, self._now)
        current = self._open_round(asked_at)
        today = campaign_day(asked_at)
        slots = self._slots(member, current, today).values()
        return BallotState(
            title=current.title,
            closes_at=current.closes_at,
            most=len(slots),
            left=sum(words is None for words in slots),
            in_all=current.in_all,
            least=current.least if current.groups == 1 else 1,
            groups=current.groups,
            each=len(slots) // current.groups,
            each_least=current.least,
            per_entry=current.per_entry,
            last_day=campaign_day(current.closes_at - _MOMENT) <= today,
            own_entry_allowed=current.own_entry_allowed,
            by_roster=current.eligibility == Eligibility.ROSTER,
            kind=Kind(current.kind),
        )

    def batch(self, member: bytes, cursor: str = "") -> Batch:
        """The next approved mottos in the member's own order, from `cursor` on, then round.

        The order is a keyed hash: each motto is as likely as any other to be seen first,
        and one approved later slips in without moving the rest.
        """
        return self._batch(member, cursor, back=0)

    def batch_before(self, member: bytes, cursor: str) -> Batch:
        """The mottos before those that ended at `cursor`: one batch back in the same order."""
        return self._batch(member, cursor, back=2 * BATCH)

    def _batch(self, member: bytes, cursor: str, back: int) -> Batch:
        ranked = self._ranked(member, _CARDS)
        if not ranked:
            return Batch([], "")
        start = (bisect_left(ranked, (cursor, 0)) - back) % len(ranked)
        size = min(BATCH, len(ranked))
        chosen, following = _around(ranked, start, size), _around(ranked, start + size, 1)
        return Batch(self.cards([id_ for _, id_ in chosen]), following[0][0])

    def order(self, member: bytes, sought: str = "") -> list[int]:
        """The ids of the cards in the member's own order: all, or with these folded words, or the
        number that `sought` is.
        """
        asked = _CARDS
        if sought:
            number = int(sought) if sought.isdecimal() and len(sought) <= _DIGITS else 0
            words = Motto.folded.contains(sought, autoescape=True)
            asked = asked.where(or_(words, Motto.id == id_of(number)))
        return [id_ for _, id_ in self._ranked(member, asked)]

    def _ranked(self, member: bytes, asked: Select[Any]) -> list[tuple[str, int]]:
        """These entries in the member's own order, group by group."""
        current = current_round(self._session, self._now)
        ranked = in_order(member, self._session.scalars(asked, {"round": current.id}))
        if current.groups == 1:
            return ranked
        groups = self._groups(current)
        return sorted((f"{groups[id_]:02}{rank}", id_) for rank, id_ in ranked)

    def cards(self, ids: list[int]) -> list[MottoCard]:
        """The cards of these entries, in this order."""
        cards = counted(self._session, cards_by_id(self._session, ids))
        found = {card.number: card for card in cards}
        return [found[number_of(id_)] for id_ in ids]

    def chosen(self, numbers: Sequence[int]) -> list[MottoCard]:
        """The cards to which these numbers lead, each once, in this order; no other ones."""
        return cards_of(self._session, numbers)

    def cast(self, member: bytes, number: int, sent_at: datetime, delivery: bytes) -> Receipt:
        """Give one of the member's votes to a motto, or to the card that it has joined.

        The member's row is locked by the turn, and the keys of the table stand behind it:
        a vote beyond the limit has no slot, a second one for a motto no room. A vote sent
        before midnight is one of that day's, whenever it arrives. Raises VotingNotOpen,
        VotingClosed, NoSuchEntry, OwnEntry, NotBound, OwnUnit, AlreadyVoted or NoVotesLeft.
        """
        current = self._open_round(sent_at, hold=True)
        entry = self._votable(member, number, current)
        self._ensure_eligible(member, number, entry.id, current)
        day = campaign_day(min(sent_at, self._now))
        slots = self._slots(member, current, day)
        if entry.folded in slots.values():
            raise AlreadyVoted(number)
        nth = self._nth(member, number, entry.id, current)
        group = self._groups(current, entry.id)[entry.id] if current.groups > 1 else None
        if group is not None:
            slots = _of_group(slots, group, current.groups)
        free = [slot for slot, words in slots.items() if words is None]
        if not free:
            raise NoVotesLeft(len(slots), current.in_all, group)
        tracker = _new_tracker()
        record = {
            "member": member,
            "round": current.id,
            "on": _period(current, day),
            "free": free[0],
            "motto": entry.id,
            "nth": nth,
            "delivery": delivery,
            "now": self._now,
            "receipt": tracker,
        }
        _NEW_VOTE.run(self._session, record)
        return Receipt(
            number=number_of(entry.id),
            words=entry.words,
            tracker=tracker,
            most=len(slots),
            left=len(free) - 1,
            in_all=current.in_all,
            least=current.least,
            group=group,
        )

    def wish(self, member: bytes, number: int) -> None:
        """Remember the vote that the member may cast once bound to a unit; the latest counts."""
        self._session.execute(delete(WishedVote).where(WishedVote.member_key == member))
        row = {"member_key": member, "number": number, "wished_at": self._now}
        self._session.execute(insert(WishedVote).values(row))

    def wished(self, member: bytes) -> int | None:
        """The entry of the vote that was remembered, which is forgotten by this."""
        mine = WishedVote.member_key == member
        row = self._session.execute(
            select(WishedVote.number, WishedVote.wished_at).where(mine)
        ).first()
        if row is None:
            return None
        self._session.execute(delete(WishedVote).where(mine))
        return row.number if self._now - row.wished_at < WISHED else None

    def withdraw(self, member: bytes, number: int, delivery: bytes) -> MottoCard:
        """Take back the member's latest vote for a motto, or its card, while voting is open.

        Its slot is free again. Raises VotingNotOpen, VotingClosed or NothingToWithdraw.
        """
        current = self._open_round(self._now, hold=True)
        row = self._session.execute(
            select(Vote, sealed_at(current.id))
            .where(
                Vote.member_key == member,
                Vote.round_id == current.id,
                Vote.motto_id.in_(_of_card(number)),
            )
            .order_by(Vote.accepted_at.desc())
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            raise NothingToWithdraw
        vote, sealed = row
        if sealed:
            raise VotingClosed(current.closes_at)
        self._session.execute(
            insert(WithdrawnVote).values(
                member_key=member,
                tracker=vote.tracker,
                round_id=vote.round_id,
                motto_id=vote.motto_id,
                accepted_at=vote.accepted_at,
                delivery_key=vote.delivery_key,
                withdrawn_at=self._now,
                withdrawn_by=delivery,
            )
        )
        self._session.execute(
            delete(Vote).where(Vote.member_key == member, Vote.tracker == vote.tracker)
        )
        return cards_by_id(self._session, [vote.motto_id])[0]

    def has_voted(self, member: bytes, number: int) -> bool:
        """Whether the member gave one of today's votes, or of all, to this motto or its card."""
        current = current_round(self._session, self._now)
        words = self._session.scalar(select(Motto.folded).where(Motto.id == id_of(number)))
        return words in self._slots(member, current, campaign_day(self._now)).values()

    def voted(self, member: bytes) -> set[str]:
        """The folded words to which the member has given one of today's votes, or of all."""
        current = current_round(self._session, self._now)
        slots = self._slots(member, current, campaign_day(self._now))
        return {words for words in slots.values() if words}

    def has_enough(self, member: bytes, number: int) -> bool:
        """Whether this motto, or its card, has all the votes that one member may give it."""
        current = current_round(self._session, self._now)
        if current.per_entry is None:
            return False
        given = self._given(member, first_of(id_of(number)), current)
        return len(given) >= int(current.per_entry)

    def exhausted(self, member: bytes) -> set[int]:
        """The numbers of the cards that have all the votes this member may give them."""
        current = current_round(self._session, self._now)
        if current.per_entry is None:
            return set()
        given = (
            select(Vote.motto_id)
            .where(Vote.member_key == member, Vote.round_id == current.id)
            .group_by(Vote.motto_id)
            .having(func.count() >= current.per_entry)
        )
        return {number_of(id_) for id_ in self._session.scalars(given)}

    def mine(self, member: bytes, limit: int = 9) -> list[CastVote]:
        """The member's votes in this round, the latest first."""
        current = current_round(self._session, self._now)
        rows = self._session.execute(
            select(
                Vote.motto_id, Motto.words, Vote.day, Vote.accepted_at, Vote.tracker,
                QuarantinedVote.in_force,
            )
            .join(Motto, Vote.motto_id == Motto.id)
            .outerjoin(QuarantinedVote, QuarantinedVote.tracker == Vote.tracker)
            .where(Vote.member_key == member, Vote.round_id == current.id)
            .order_by(Vote.accepted_at.desc())
            .limit(limit)
        )  # fmt: skip
        return [
            CastVote(
                number_of(row.motto_id),
                row.words,
                campaign_day(row.accepted_at) if current.in_all else row.day,
                row.accepted_at,
                row.tracker,
                current.in_all,
                bool(row.in_force),
            )
            for row in rows
        ]

    def _open_round(self, sent_at: datetime, *, hold: bool = False) -> Any:
        """The round, if a vote sent at `sent_at` and arriving now counts in it.

        It is the one in force when the vote was sent, though the next may have begun since. On
        hold it stays as it is until we commit; whoever waited for the sealer finds it sealed in
        the next statement, by `sealed_at`.
        """
        current = current_round(self._session, min(sent_at, self._now), hold=hold)
        if sent_at < current.opens_at or self._now < current.opens_at:
            raise VotingNotOpen(current.opens_at, Kind(current.kind))
        late = sent_at >= current.closes_at or self._now >= current.closes_at + LATE
        if late or current.sealed_at is not None:
            raise VotingClosed(current.closes_at)
        return current

    def _votable(self, member: bytes, number: int, current: Any) -> Any:
        """The entry that bears the card which is voted for."""
        values = {"motto": id_of(number), "member": member}
        row = _ENTRY.first(self._session, values)
        if row is None or row.state != MottoState.APPROVED or row.round_id != current.id:
            raise NoSuchEntry(number)
        if row.sealed_at:
            raise VotingClosed(current.closes_at)
        if row.signed and not current.own_entry_allowed:
            raise OwnEntry(number)
        return row

    def _ensure_eligible(self, member: bytes, number: int, entry: int, current: Any) -> None:
        """Whether the round lets this member vote, and for what this entry's unit sent in."""
        if current.eligibility == Eligibility.ANYONE:
            return
        unit, name = self._session.execute(
            select(Member.unit_id, Member.name).where(Member.member_key == member)
        ).one()
        nameless = current.eligibility == Eligibility.ROSTER and name is None
        if unit is None or nameless:
            raise NotBound(number, nameless=unit is not None)
        if current.own_unit_allowed:
            return
        (card,) = cards_by_id(self._session, [entry])
        if card.unit and card.unit.id == unit:
            raise OwnUnit(number)

    def _nth(self, member: bytes, number: int, entry: int, current: Any) -> int | None:
        """Which of the member's votes for this entry is free; none is counted without a limit."""
        if current.per_entry is None:
            return None
        given = self._given(member, entry, current)
        free = (nth for nth in range(1, current.per_entry + 1) if nth not in given)
        if (nth := next(free, None)) is None:
            raise AlreadyVoted(number)
        return nth

    def _given(self, member: bytes, entry: Any, current: Any) -> set[int | None]:
        """Which of the member's votes for this entry stand."""
        return set(
            self._session.scalars(
                select(Vote.per_entry).where(
                    Vote.member_key == member,
                    Vote.round_id == current.id,
                    Vote.motto_id == entry,
                )
            )
        )

    def _groups(self, current: Any, *ids: int) -> dict[int, int]:
        """The group in which each of these entries stands, or each of the round."""
        which = SentEntry.motto_id.in_(ids) if ids else SentEntry.round_id == current.id
        rows = self._session.execute(select(SentEntry.motto_id, SentEntry.group_no).where(which))
        return {row.motto_id: row.group_no or 1 for row in rows}

    def _slots(self, member: bytes, current: Any, day: date) -> dict[int, str | None]:
        """The member's slots on that day, and the folded words whose vote stands in each.

        None stands in no slot of a day that was spent before the member was erased.
        """
        values = {"member": member, "round": current.id, "day": _period(current, day)}
        rows = _SLOTS.all(self._session, values)
        return {row.slot: _NOBODYS if row.spent else row.folded for row in rows}


def _period(current: Any, day: date) -> date:
    """The day under which votes of that day are kept: one for all where they count in all."""
    return campaign_day(current.opens_at) if current.in_all else day


def _of_group(slots: dict[int, str | None], group: int, groups: int) -> dict[int, str | None]:
    """Those of the slots that belong to one of so many groups."""
    each = len(slots) // groups
    ours = range((group - 1) * each + 1, group * each + 1)
    return {slot: words for slot, words in slots.items() if slot in ours}


def _of_card(number: int) -> Select[int]:
    """The ids of the entries that say what this one says."""
    named = aliased(Motto)
    return select(Motto.id).join(named, same_words(Motto, named)).where(named.id == id_of(number))


def in_order(member: bytes, ids: Iterable[int]) -> list[tuple[str, int]]:
    """Entries in the member's own order, each behind the place a cursor can name."""
    return sorted((_rank(member, id_), id_) for id_ in ids)


def _around(ranked: Sequence[tuple[str, int]], start: int, size: int) -> list[tuple[str, int]]:
    """`size` of them from `start` on, beginning anew after the last."""
    return [ranked[(start + step) % len(ranked)] for step in range(size)]


def _rank(member: bytes, id_: int) -> str:
    return blake2s(str(id_).encode(), key=member, digest_size=8).hexdigest()


def _new_tracker() -> str:
    return "".join(secrets.choice(_TRACKER_ALPHABET) for _ in range(10))
