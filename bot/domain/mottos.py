"""Mottos: submitting, changing and withdrawing one's own, and the wall of all approved."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.entries import (
    NO_VERDICT,
    MottoCard,
    MottoState,
    cards,
    cause_of,
    change_state,
    current_round,
    hold,
    id_of,
    number_of,
    read_card,
    subject_of,
    to_card,
)
from bot.domain.families import CARD, Signers, approved, bears_card, counted, first_of, signers
from bot.domain.notices import Notices
from bot.domain.refusals import (
    AlreadySubmitted,
    CollectingClosed,
    MottoTooLong,
    MottoTooShort,
    NoMotto,
    SentInByUnits,
    VotesAtStake,
)
from bot.domain.released import Why, release_votes, votes_at_stake
from bot.domain.rounds import Kind
from bot.storage.tables import Audit, Member, Motto, Unit, Vote

LEAST, MOST = 8, 30
"""Characters a motto has, punctuation included."""
RESTORE = timedelta(days=30)
"""How long a withdrawn motto can be brought back."""
_LONGEST_FOLDED = 60
_INVISIBLE = ("Cc", "Cf", "Cs")
"""Unicode's controls and format marks: they count as characters and show as nothing, and
some turn the direction of the words that follow."""
_REWORD = "motto.reword"
PAGE = 20
"""Mottos on one page of the wall."""
_OF_AUTHOR = cards().where(
    Motto.author == bindparam("member"), Motto.round_id == bindparam("round")
)
_VOTES_FOR = select(func.count()).where(
    Vote.motto_id == func.coalesce(first_of(bindparam("motto")), bindparam("motto"))
)


@dataclass(frozen=True)
class WallPage:
    """One page of the wall, newest first: a card for all who wrote the same."""

    mottos: list[MottoCard]
    page: int
    pages: int
    total: int
    title: str
    kind: Kind


def check_words(words: str) -> str:
    """The words as they will stand: lines joined, blanks at the ends and invisible marks gone.

    Raises MottoTooShort, also when there is hardly a word among pictures and punctuation, or
    MottoTooLong.
    """
    bare = " ".join("".join(char for char in words if _is_seen(char)).split())
    spoken = sum(char.isalnum() for char in bare)
    if len(bare) < LEAST or spoken < LEAST // 2:
        raise MottoTooShort(min(len(bare), spoken), LEAST)
    if len(bare) > MOST:
        raise MottoTooLong(len(bare), MOST, bare[:MOST])
    return bare


def _is_seen(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in _INVISIBLE


class Mottos:
    """The mottos of the round in force."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def ensure_collecting(self) -> Any:
        """The round, if mottos are taken now. Raises NoRound, CollectingClosed, SentInByUnits."""
        current = current_round(self._session, self._now)
        if current.kind != Kind.MOTTO:
            raise SentInByUnits(current.collects_from, current.collects_until, Kind(current.kind))
        if not current.collects_from <= self._now < current.collects_until:
            raise CollectingClosed(current.collects_from, current.collects_until)
        return current

    def mine(self, member: bytes) -> MottoCard | None:
        """The member's own motto in this round, in whatever state."""
        round_id = current_round(self._session, self._now).id
        found = self._session.execute(_OF_AUTHOR, {"member": member, "round": round_id}).first()
        return to_card(found) if found else None

    def twins(self, folded: str) -> int:
        """How many approved mottos of the round say the same, once both are folded."""
        return (
            self._session.scalar(
                select(func.count()).where(
                    Motto.folded == folded[:_LONGEST_FOLDED],
                    Motto.round_id == current_round(self._session, self._now).id,
                    Motto.state == MottoState.APPROVED,
                )
            )
            or 0
        )

    def all_of_round(self, round_id: int, most: int) -> list[MottoCard]:
        """The entries of a round, whatever their state, the first first."""
        wanted = cards().where(Motto.round_id == round_id).order_by(Motto.id).limit(most)
        return [to_card(row) for row in self._session.execute(wanted)]

    def submit(self, member: bytes, words: str, folded: str, signature: str) -> MottoCard:
        """Enter a motto; one to a member and round, the constraint decides.

        `folded` is for comparing; `signature` is full, masked or none. Raises
        MottoTooShort, MottoTooLong, AlreadySubmitted or CollectingClosed.
        """
        current = self.ensure_collecting()
        if (mine := self.mine(member)) is not None:
            raise AlreadySubmitted(mine.number)
        motto = Motto(
            round_id=current.id,
            author=member,
            words=check_words(words),
            folded=folded[:_LONGEST_FOLDED],
            signature=signature,
            unit_id=self._unit_of(member),
            state=MottoState.WAITING,
            version=1,
            submitted_at=self._now,
        )
        self._session.add(motto)
        self._session.flush()
        number = number_of(motto.id)
        audit.record(
            self._session, self._now, audit.MEMBER, "motto.submit", subject_of(number),
            {"words": motto.words}, version=1,
        )  # fmt: skip
        return self._card(number)

    def reword(
        self, member: bytes, words: str, folded: str, signature: str, warned: bool = False
    ) -> MottoCard:
        """Put other words under the member's number; they wait for review again.

        The votes go: people voted for those words. Raises NoMotto, MottoTooShort,
        MottoTooLong, CollectingClosed, or VotesAtStake while the author is not `warned`.
        """
        self.ensure_collecting()
        mine, after = self._mine(member), check_words(words)
        # Held before it is counted: no vote can come between the count and the change.
        hold(self._session, mine)
        if not warned and (votes := votes_at_stake(self._session, mine)):
            raise VotesAtStake(mine.number, votes)
        self._queue(
            mine,
            _REWORD,
            {"before": mine.words, "after": after},
            words=after,
            folded=folded[:_LONGEST_FOLDED],
            signature=signature,
            unit_id=self._unit_of(member),
            pile_id=None,
        )
        self._forget_verdict(member, mine)
        release_votes(self._session, self._now, mine, audit.MEMBER, Why.REWORDED)
        return self._card(mine.number)

    def sign(self, member: bytes, signature: str) -> MottoCard:
        """Sign the member's motto otherwise: neither verdict nor votes change. Raises NoMotto."""
        mine = self._mine(member)
        self._session.execute(
            update(Motto).where(Motto.id == id_of(mine.number)).values(signature=signature)
        )
        # Without a version, since the entry stands where it stood.
        audit.record(
            self._session, self._now, audit.MEMBER, "entry.sign", subject_of(mine.number),
            {"before": mine.signature, "after": signature},
        )  # fmt: skip
        return self._card(mine.number)

    def former_words(self, number: int) -> str | None:
        """The words an entry had before it was last reworded."""
        facts = self._session.scalars(
            select(Audit.facts)
            .where(Audit.subject == subject_of(number), Audit.action == _REWORD)
            .order_by(Audit.id.desc())
            .limit(1)
        ).first()
        return str(facts["before"]) if facts else None

    def withdraw(self, member: bytes) -> MottoCard:
        """Take the member's motto out of the round, its votes with it. Raises NoMotto."""
        mine = self._mine(member)
        if mine.state is MottoState.WITHDRAWN:
            raise NoMotto
        change_state(
            self._session, self._now, mine, audit.MEMBER, "motto.withdraw",
            {"before": mine.state}, state=MottoState.WITHDRAWN, **NO_VERDICT,
        )  # fmt: skip
        self._forget_verdict(member, mine)
        release_votes(self._session, self._now, mine, audit.MEMBER, Why.WITHDRAWN)
        return self._card(mine.number)

    def restore(self, member: bytes) -> MottoCard:
        """Bring a withdrawn motto back into the review queue.

        Raises NoMotto, also when it was withdrawn more than 30 days ago.
        """
        mine = self._mine(member)
        if mine.state is not MottoState.WITHDRAWN or self._now > self._changed_at(mine) + RESTORE:
            raise NoMotto
        self._queue(mine, "motto.restore", {"before": mine.state})
        return self._card(mine.number)

    def votes_for(self, number: int) -> int:
        """How many votes stand for the card of this motto."""
        return self._session.scalar(_VOTES_FOR, {"motto": id_of(number)}) or 0

    def votes_at_stake(self, mine: MottoCard) -> int:
        """How many votes would be set aside with this entry: none while others say the same."""
        return votes_at_stake(self._session, mine)

    def public(self, number: int) -> MottoCard | None:
        """The card to which this number leads; None unless the motto is approved."""
        found = self._session.execute(CARD, {"motto": id_of(number)}).first()
        return counted(self._session, [to_card(found)])[0] if found else None

    def signers(self, number: int, most: int) -> Signers:
        """Who wrote the words of this approved motto; at most so many by name."""
        return signers(self._session, number, most)

    def wall(self, page: int, district: int | None = None, size: int = PAGE) -> WallPage:
        """A page of the approved mottos, newest decision first, one card for the same words.

        `district` is the id of a unit: its mottos and those of the branches below it. A
        page beyond the last is the last.
        """
        current = current_round(self._session, self._now)
        conditions = [approved(Motto), Motto.round_id == current.id]
        if district is None:
            conditions.append(bears_card())
        else:
            of_district = partial(_stands_for, district)
            conditions += [of_district(Motto), bears_card(of_district)]
        total = self._session.scalar(select(func.count(Motto.id)).where(*conditions)) or 0
        pages = max(1, -(-total // size))
        page = min(max(1, page), pages)
        rows = self._session.execute(
            cards()
            .where(*conditions)
            .order_by(Motto.decided_at.desc(), Motto.id.desc())
            .limit(size)
            .offset((page - 1) * size)
        )
        mottos = counted(self._session, [to_card(row) for row in rows])
        return WallPage(mottos, page, pages, total, current.title, Kind(current.kind))

    def _queue(self, mine: MottoCard, action: str, facts: dict[str, str], **values: object) -> None:
        """Put the member's motto, changed or not, back among those that wait."""
        change_state(
            self._session,
            self._now,
            mine,
            audit.MEMBER,
            action,
            facts,
            state=MottoState.WAITING,
            submitted_at=self._now,
            **NO_VERDICT,
            **values,
        )

    def _forget_verdict(self, member: bytes, before: MottoCard) -> None:
        """Take back what the author has not heard yet: it was about an entry that is gone."""
        cause = cause_of(before.number, before.version)
        Notices(self._session, self._now).take_back(member, cause)

    def _changed_at(self, card: MottoCard) -> datetime:
        """When the entry came to the version that `card` shows."""
        return self._session.scalars(
            select(Audit.at).where(
                Audit.subject == subject_of(card.number), Audit.version == card.version
            )
        ).one()

    def _mine(self, member: bytes) -> MottoCard:
        if (mine := self.mine(member)) is None:
            raise NoMotto
        return mine

    def _card(self, number: int) -> MottoCard:
        found = read_card(self._session, number)
        assert found is not None, "an entry is never deleted"
        return found

    def _unit_of(self, member: bytes) -> int | None:
        return self._session.scalar(select(Member.unit_id).where(Member.member_key == member))


def _stands_for(district: int, entry: Any) -> ColumnElement[bool]:
    """Entries of this unit and of the branches below it, as `cards` tells their unit."""
    below = select(Unit.id).where(or_(Unit.id == district, Unit.parent_id == district))
    joined_later = select(Member.member_key).where(Member.unit_id.in_(below))
    return or_(
        entry.unit_id.in_(below), and_(entry.unit_id.is_(None), entry.author.in_(joined_later))
    )
