"""Where a colleague is signed in: each browser, and how to end it from another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.staff import IDLE, LONGEST, token_hash
from bot.storage.tables import SecondFactor, StaffSession


@dataclass(frozen=True)
class Device:
    """A browser in which somebody is signed in."""

    handle: str
    """Names the sign-in on a page; opens nothing."""
    browser: str
    signed_in_at: datetime
    seen_at: datetime
    is_this: bool


class Devices:
    """The sign-ins of one colleague."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def of(self, staff_id: int, token: str = "") -> list[Device]:
        """The sign-ins that are open, the latest first; `token` is that of this browser."""
        rows = self._session.scalars(
            select(StaffSession)
            .where(
                StaffSession.staff_id == staff_id,
                StaffSession.last_seen_at > self._now - IDLE,
                StaffSession.signed_in_at > self._now - LONGEST,
            )
            .order_by(StaffSession.signed_in_at.desc(), StaffSession.token_hash)
        )
        this = token_hash(token)
        return [
            Device(
                row.token_hash.hex(), row.browser, row.signed_in_at, row.last_seen_at,
                row.token_hash == this,
            )
            for row in rows
        ]  # fmt: skip

    def end(self, staff_id: int, handle: str, by: int) -> None:
        """End one sign-in; nothing happens when it has ended already."""
        mine = StaffSession.token_hash == bytes.fromhex(handle)
        self._end(staff_id, by, mine)

    def end_all(self, staff_id: int, by: int, but: str = "") -> None:
        """End every sign-in but the one with this token, and the review by chat."""
        self._session.execute(
            update(SecondFactor).where(SecondFactor.staff_id == staff_id).values(proved_at=None)
        )
        self._end(staff_id, by, StaffSession.token_hash != token_hash(but))

    def _end(self, staff_id: int, by: int, which: ColumnElement[bool]) -> None:
        ended = self._session.execute(
            delete(StaffSession).where(StaffSession.staff_id == staff_id, which)
        )
        if count := ended.rowcount:  # type: ignore[attr-defined]
            audit.record(
                self._session, self._now, audit.staff(by), "staff.end_sign_ins",
                audit.staff(staff_id), {"count": count},
            )  # fmt: skip
