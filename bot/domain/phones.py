"""Moderators on their phones: which member is which colleague, and whether they may decide now.

A colleague asks for a code at the console, with the second factor, and sends it by chat from
their own WeChat. From then on they review by chat, as long as a code of their authenticator was
right somewhere within twelve hours: no code is ever typed into a chat.

Another authenticator puts the link to sleep: who takes one because somebody else may have been at
the account would otherwise let in, by its codes, a phone that the other has linked. The colleague
says at the console that the phone is theirs, or unlinks it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.codes import code_hash, spoken_code
from bot.domain.roles import Role
from bot.domain.staff import Colleague
from bot.storage.tables import ModeratorPhone, PhoneCode, SecondFactor, Staff

CODE_LASTS = timedelta(minutes=10)
PROVED_FOR = timedelta(hours=12)
"""How long a right code lets a colleague review by chat."""


_ASLEEP = ModeratorPhone.linked_at < SecondFactor.made_at


@dataclass(frozen=True)
class Moderator:
    """A colleague at their phone."""

    id: int
    name: str
    proved: bool
    """Whether a code was right within twelve hours, and the phone is known to be theirs."""
    asleep: bool
    """Whether the authenticator is another one than when they said that the phone is theirs."""


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

    def confirm(self, staff_id: int) -> None:
        """Let the phone decide again that was linked before the authenticator was another one."""
        kept = update(ModeratorPhone).where(ModeratorPhone.staff_id == staff_id)
        if self._session.execute(kept.values(linked_at=self._now)).rowcount:  # type: ignore[attr-defined]
            self._record(staff_id, "staff.phone_kept", staff_id)

    def is_asleep(self, staff_id: int) -> bool:
        """Whether the colleague has to say that the phone is theirs before it decides again."""
        return bool(
            self._session.scalar(
                select(ModeratorPhone.staff_id)
                .join(SecondFactor, SecondFactor.staff_id == ModeratorPhone.staff_id)
                .where(ModeratorPhone.staff_id == staff_id, _ASLEEP)
            )
        )

    def linked_at(self, staff_id: int) -> datetime | None:
        """Since when the colleague has a phone."""
        return self._session.scalar(
            select(ModeratorPhone.linked_at).where(ModeratorPhone.staff_id == staff_id)
        )

    def moderator(self, member: bytes) -> Moderator | None:
        """The colleague who this member is, if it is theirs to decide."""
        row = self._session.execute(
            select(
                Staff.id, Staff.name, Staff.role, SecondFactor.proved_at, _ASLEEP.label("asleep")
            )
            .join(ModeratorPhone, ModeratorPhone.staff_id == Staff.id)
            .outerjoin(SecondFactor, SecondFactor.staff_id == Staff.id)
            .where(ModeratorPhone.member_key == member, Staff.disabled_at.is_(None))
        ).first()
        if row is None or not Colleague(row.id, row.name, Role(row.role)).may_decide:
            return None
        proved = row.proved_at is not None and self._now < row.proved_at + PROVED_FOR
        asleep = bool(row.asleep)
        return Moderator(row.id, row.name, proved and not asleep, asleep)

    def _remove(self, staff_id: int, member: bytes = b"") -> None:
        either = or_(ModeratorPhone.staff_id == staff_id, ModeratorPhone.member_key == member)
        self._session.execute(delete(ModeratorPhone).where(either))

    def _record(self, staff_id: int, action: str, by: int) -> None:
        actor, subject = audit.staff(by), audit.staff(staff_id)
        audit.record(self._session, self._now, actor, action, subject, {})
