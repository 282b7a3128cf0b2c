"""How often a sign-in may fail: counted in SQL, under names that tell nothing."""

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.staff_refusals import TooManyFailures
from bot.storage.tables import SignInFailure

TRIES, WINDOW = 10, timedelta(minutes=5)
"""Failures for one account, and from one address, before the next try is refused unheard."""
LONGEST_WINDOW = timedelta(days=1)
"""No failure counts for longer, of whatever."""


@dataclass(frozen=True)
class Slot:
    """Where a try stands while it counts as a failure."""

    subject: bytes
    place: int
    since: datetime


def account(secret: str, name: str) -> bytes:
    """What stands for the account in the count."""
    return _keyed(secret, f"account {name}")


def guesser(secret: str, address: str | None) -> bytes:
    """What stands for whoever tries: an IPv4 address, or the IPv6 network of one customer."""
    return _keyed(secret, f"address {_network(address)}")


def code_of(secret: str, kind: str, staff_id: int) -> bytes:
    """What stands for the codes of one account and one kind."""
    return _keyed(secret, f"code {kind} {staff_id}")


class SignInLimit:
    """The slots of failures. The try beyond the limit finds none to stand in."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def take(self, subject: bytes, tries: int = TRIES, window: timedelta = WINDOW) -> Slot:
        """Count a try as a failure, until it is released. Raises TooManyFailures.

        So many `tries` may fail within the `window`, which is a day at most.
        """
        self._clear(SignInFailure.failed_at <= self._now - window, subject)
        of_subject = select(SignInFailure.slot).where(SignInFailure.subject == subject)
        taken = set(self._session.scalars(of_subject))
        for place in range(tries):
            # The primary key decides among tries of the same instant.
            if place not in taken and self._stands(subject, place):
                return Slot(subject, place, self._now)
        raise TooManyFailures(self._first(subject) + window)

    def release(self, slot: Slot) -> None:
        """Take this one try off the count."""
        mine = and_(SignInFailure.slot == slot.place, SignInFailure.failed_at == slot.since)
        self._clear(mine, slot.subject)

    def _stands(self, subject: bytes, place: int) -> bool:
        row = insert(SignInFailure).values(subject=subject, slot=place, failed_at=self._now)
        try:
            with self._session.begin_nested():
                self._session.execute(row)
        except IntegrityError:
            return False
        return True

    def _first(self, subject: bytes) -> datetime:
        first = select(func.min(SignInFailure.failed_at)).where(SignInFailure.subject == subject)
        return self._session.scalar(first) or self._now

    def _clear(self, which: ColumnElement[bool], subject: bytes) -> None:
        self._session.execute(delete(SignInFailure).where(SignInFailure.subject == subject, which))


def _network(address: str | None) -> str:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    bits = 64 if found.version == 6 else 32
    return str(ipaddress.ip_network((found, bits), strict=False))


def _keyed(secret: str, subject: str) -> bytes:
    return hmac.digest(secret.encode(), f"sign-in {subject}".encode(), "sha256")
