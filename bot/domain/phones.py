"""Moderators on their phones: which member is which colleague, and whether they may decide now.

A colleague asks for a code at the console, with the second factor, and sends it by chat from
their own WeChat. From then on they review by chat, as long as a code of their authenticator was
right somewhere within twelve hours: no code is ever typed into a chat.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.codes import code_hash, spoken_code
from bot.domain.entries import number_of
from bot.domain.roles import Role
from bot.domain.staff import Colleague
from bot.storage.tables import ModeratorPhone, Motto, PhoneCode, SecondFactor, Staff

CODE_LASTS = timedelta(minutes=10)
PROVED_FOR = timedelta(hours=12)
"""How long a right code lets a colleague review by chat."""


@dataclass(frozen=True)
class Moderator:
    """A colleague at their phone."""

    id: int
    name: str
    proved: bool
    """Whether a code was right within twelve hours."""
    own: frozenset[int]
    """The numbers of the entries they handed in themselves, which others decide."""


class Phones:
    """The phones of colleagues who decide."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def invite(self, staff_id: int) -> str:
        """A code to send by chat within ten minutes; it replaces the one before."""
        self._session.execute(delete(PhoneCode).where(PhoneCode.staff_id == staff_id))
        code = spoken_code(2)
        row = {"code_hash": code_hash(code), "expires_at": self._now + CODE_LASTS}
        self._session.execute(insert(PhoneCode).values(staff_id=staff_id, **row))
        return code

    def link(self, member: bytes, typed: str) -> Moderator | None:
        """Let this member be the colleague whose code it is; None for a wrong code.

        Nobody has two phones, and no phone two colleagues.
        """
        staff_id = self._session.scalar(
            select(PhoneCode.staff_id).where(
                PhoneCode.code_hash == code_hash(typed), PhoneCode.expires_at > self._now
            )
        )
        used = delete(PhoneCode).where(PhoneCode.staff_id == staff_id)
        if staff_id is None or not self._session.execute(used).rowcount:  # type: ignore[attr-defined]
            return None
        self._remove(staff_id, member)
        row = {"member_key": member, "staff_id": staff_id, "linked_at": self._now}
        self._session.execute(insert(ModeratorPhone).values(row))
        self._record(staff_id, "staff.phone", staff_id)
        return self.moderator(member)

    def unlink(self, staff_id: int, by: int) -> None:
        """End the review by chat, one's own or as an owner."""
        self._session.execute(delete(PhoneCode).where(PhoneCode.staff_id == staff_id))
        if self.linked_at(staff_id):
            self._remove(staff_id)
            self._record(staff_id, "staff.phone_off", by)

    def linked_at(self, staff_id: int) -> datetime | None:
        """Since when the colleague has a phone."""
        return self._session.scalar(
            select(ModeratorPhone.linked_at).where(ModeratorPhone.staff_id == staff_id)
        )

    def moderator(self, member: bytes) -> Moderator | None:
        """The colleague who this member is, if it is theirs to decide."""
        row = self._session.execute(
            select(Staff.id, Staff.name, Staff.role, SecondFactor.proved_at)
            .join(ModeratorPhone, ModeratorPhone.staff_id == Staff.id)
            .outerjoin(SecondFactor, SecondFactor.staff_id == Staff.id)
            .where(ModeratorPhone.member_key == member, Staff.disabled_at.is_(None))
        ).first()
        if row is None or not Colleague(row.id, row.name, Role(row.role)).may_decide:
            return None
        proved = row.proved_at is not None and self._now < row.proved_at + PROVED_FOR
        entries = self._session.scalars(select(Motto.id).where(Motto.author == member))
        return Moderator(row.id, row.name, proved, frozenset(map(number_of, entries)))

    def _remove(self, staff_id: int, member: bytes = b"") -> None:
        either = or_(ModeratorPhone.staff_id == staff_id, ModeratorPhone.member_key == member)
        self._session.execute(delete(ModeratorPhone).where(either))

    def _record(self, staff_id: int, action: str, by: int) -> None:
        actor, subject = audit.staff(by), audit.staff(staff_id)
        audit.record(self._session, self._now, actor, action, subject, {})
