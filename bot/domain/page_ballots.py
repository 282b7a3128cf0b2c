"""Votes that are given on a page: by the same rules and in the same slots as those of the chat.

A sheet that is sent twice is one delivery, as a message is that WeChat repeats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.domain.entries import MottoCard
from bot.domain.members import Members
from bot.domain.refusals import NothingToWithdraw, Refusal
from bot.domain.votes import Receipt, Votes
from bot.storage.tables import Delivery, Person


@dataclass(frozen=True)
class Sheet:
    """A page of the entries in a member's own order."""

    cards: list[MottoCard]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class Sent:
    """What became of a sheet: the votes that stand, and the choices that the rules refused."""

    given: list[Receipt]
    refused: list[tuple[int, Refusal]]
    before: bool = False
    """It was sent before, and nothing was done again."""

    @property
    def after(self) -> Receipt | None:
        """The votes that are left, where some were given."""
        return self.given[-1] if self.given else None


class PageBallots:
    """The ballot box, for those who come by a page."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._votes = Votes(session, now)

    def follows(self, member: bytes) -> bool:
        """Whether the member follows the account: who does not has no vote."""
        asked = select(Person.following).where(Person.member_key == member)
        return bool(self._session.scalar(asked))

    def sheet(self, member: bytes, sought: str, page: int, size: int) -> Sheet:
        """A page of the entries that have these words, or this number; the nearest there is."""
        ids = self._votes.order(member, sought)
        pages = max(1, -(-len(ids) // size))
        page = min(max(1, page), pages)
        cards = self._votes.cards(ids[(page - 1) * size : page * size])
        return Sheet(cards, page, pages, len(ids))

    def send(self, member: bytes, sheet: str, numbers: Sequence[int]) -> Sent:
        """Give a vote to each of these entries, and say which the rules refused.

        `sheet` names this form and no other. Raises VotingNotOpen, VotingClosed or NoRound.
        """
        delivery = _delivery(member, sheet)
        presence = Members(self._session, self._now).lock(member, delivery)
        if presence is None or not self.follows(member):
            return Sent([], [])
        if presence.answered:
            return Sent([], [], before=True)
        self._votes.ballot(member)
        sent = Sent([], [])
        for number in dict.fromkeys(numbers):
            try:
                sent.given.append(self._votes.cast(member, number, self._now, delivery))
            except Refusal as refusal:
                sent.refused.append((number, refusal))
        self._keep(member, delivery)
        return sent

    def withdraw(self, member: bytes, sheet: str, number: int) -> bool:
        """Take back the latest vote for this entry; whether there was one."""
        delivery = _delivery(member, sheet)
        presence = Members(self._session, self._now).lock(member, delivery)
        if presence is None or presence.answered:
            return False
        try:
            self._votes.withdraw(member, number, delivery)
        except NothingToWithdraw:
            return False
        self._keep(member, delivery)
        return True

    def _keep(self, member: bytes, delivery: bytes) -> None:
        """Record the sheet; the key has no room for a second."""
        row = {
            "member_key": member,
            "delivery_key": delivery,
            "fingerprint": delivery,
            "outcome": "done",
            "reply": b"",
            "received_at": self._now,
        }
        self._session.execute(insert(Delivery).values(row))


def _delivery(member: bytes, sheet: str) -> bytes:
    return sha256(b"page:" + member + sheet.encode()).digest()
