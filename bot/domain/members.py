"""Members: who writes to us, where they stand, which unit they belong to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.domain.units import UnitCard, Units
from bot.storage.tables import Consent, Member, Person

PAUSE = timedelta(hours=24)
"""How long a conversation waits where it was left."""


@dataclass(frozen=True)
class Profile:
    """What we keep about a member."""

    unit: UnitCard | None
    scanned: UnitCard | None
    """The unit of the QR code the member came by, not yet confirmed."""
    name: str | None


class Members:
    """The register of members."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._units = Units(session)

    def lock(self, member: bytes) -> str | None:
        """The stored state of the member, whose row stays locked until the turn commits.

        Empty when it is older than a day; None when nobody of this key has written before.
        """
        row = self._session.execute(
            select(Member.state, Member.state_at)
            .where(Member.member_key == member)
            .with_for_update()
        ).first()
        if row is None:
            return None
        return row.state if self._now - row.state_at < PAUSE else ""

    def welcome(self, member: bytes, openid: str, state: str) -> None:
        """Enter a new member. Raises IntegrityError when another worker did so just now."""
        self._session.execute(
            insert(Person).values(
                member_key=member, openid=openid, following=True, followed_at=self._now
            )
        )
        self._session.execute(
            insert(Member).values(
                member_key=member, first_seen_at=self._now, state=state, state_at=self._now
            )
        )

    def keep_state(self, member: bytes, state: str) -> None:
        """Remember where the member stands now."""
        self._change(member, state=state, state_at=self._now)

    def followed(self, member: bytes) -> bool:
        """The member follows the account; whether we have met before."""
        self._session.execute(
            update(Person)
            .where(Person.member_key == member)
            .values(following=True, followed_at=self._now)
        )
        first_seen = select(Member.first_seen_at).where(Member.member_key == member)
        return self._session.scalars(first_seen).one() < self._now

    def left(self, member: bytes) -> None:
        """The member no longer follows; nothing is deleted by that alone."""
        self._session.execute(
            update(Person).where(Person.member_key == member).values(following=False)
        )

    def scanned(self, member: bytes, unit: int) -> None:
        """Remember whose QR code the member scanned, until it is confirmed."""
        self._change(member, scanned_unit_id=unit)

    def profile(self, member: bytes) -> Profile:
        """What we keep about the member."""
        row = self._session.execute(
            select(Member.unit_id, Member.scanned_unit_id, Member.name).where(
                Member.member_key == member
            )
        ).one()
        return Profile(self._units.card(row.unit_id), self._units.card(row[1]), row.name)

    def consent(self, member: bytes, text_version: str) -> None:
        """Note that the member agreed to this version of the notice; twice is once."""
        if self._session.get(Consent, (member, text_version)) is None:
            self._session.execute(
                insert(Consent).values(
                    member_key=member, text_version=text_version, given_at=self._now
                )
            )

    def join(self, member: bytes, unit: int, name: str | None) -> None:
        """Bind the member to a unit; consent has been noted before."""
        self._change(member, unit_id=unit, scanned_unit_id=None, name=name)

    def _change(self, member: bytes, **values: object) -> None:
        self._session.execute(update(Member).where(Member.member_key == member).values(**values))
