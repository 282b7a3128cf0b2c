"""Members: who writes to us, where they stand, which unit they belong to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from bot.domain.districts import follow_member
from bot.domain.refusals import NamedTooOften, ReboundTooOften
from bot.domain.units import UnitCard, Units
from bot.storage.spoken import Query
from bot.storage.tables import (
    Consent,
    Delivery,
    Member,
    Naming,
    Notice,
    Person,
    Rebinding,
    Unit,
    table_of,
)

PAUSE = timedelta(hours=24)
"""How long a conversation waits where it was left."""
THANKS = timedelta(minutes=10)
"""How long thanks that were returned need not be returned again."""
REBINDS, REBINDS_WITHIN = (1, 2), timedelta(days=30)
"""The slots in which a change of unit can stand, and for how long it stands there."""
NAMES, NAMES_WITHIN = (1, 2, 3), timedelta(days=30)
"""The same for a name, the first included."""
FRESH = timedelta(hours=1)
"""How old the note of an unchanged state may grow: that much shorter is the pause at worst."""


def in_use(session: Session) -> bool:
    """Whether there are members, or units that wait for them."""
    someone, somewhere = exists().select_from(Member), exists().select_from(Unit)
    return bool(session.scalar(select(or_(someone, somewhere))))


@dataclass(frozen=True)
class Presence:
    """What a turn has to know of its member before it begins."""

    state: str
    """The state as stored; empty when it is older than a day."""
    fresh: bool
    """Whether the state was noted within the last hour."""
    answered: bool
    """Whether the delivery has an answer already."""
    awaits: bool
    """Whether there is something to tell the member."""
    moved_at: datetime | None = None
    """When the state was noted."""
    larger: bool = False
    """Whether the pages we link to should have larger letters."""


def _presence(member: Table, delivery: Table, notice: Table) -> Select[Any]:
    """One statement, since every message asks it."""
    ours: BindParameter[bytes] = bindparam("member")
    answered = exists().where(
        delivery.c.member_key == ours, delivery.c.delivery_key == bindparam("delivery")
    )
    awaits = exists().where(
        notice.c.member_key == ours,
        notice.c.told_at.is_(None),
        notice.c.due_at <= bindparam("now"),
    )
    return select(
        member.c.state,
        member.c.state_at,
        member.c.larger,
        answered.label("answered"),
        awaits.label("awaits"),
    ).where(member.c.member_key == ours)


_MEMBER, _PERSON = table_of(Member), table_of(Person)
_PRESENCE = _presence(_MEMBER, table_of(Delivery), table_of(Notice))
_LOOK, _LOCK = Query(_PRESENCE), Query(_PRESENCE.with_for_update())
_MOVES, _NAMES = table_of(Rebinding), table_of(Naming)
_BEGAN = {_MOVES: "rebound_at", _NAMES: "named_at"}
_NEW_PERSON, _NEW_MEMBER = insert(_PERSON), insert(_MEMBER)
_UNIT_OF = Query(select(_MEMBER.c.unit_id).where(_MEMBER.c.member_key == bindparam("member")))
MOVE = (
    update(_MEMBER)
    .where(_MEMBER.c.member_key == bindparam("member"))
    .values(state=bindparam("stands"), state_at=bindparam("now"))
)
"""Notes where a member stands; the turn sends it along with what else it records."""


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

    def lock(self, member: bytes, delivery: bytes) -> Presence | None:
        """The member's presence; the row stays locked until the turn commits.

        None when nobody of this key has written before. Who had to wait for the lock may be
        told of the time before: then the keys of what a turn writes decide.
        """
        return self._presence(_LOCK, member, delivery)

    def look(self, member: bytes, delivery: bytes, due: datetime) -> Presence | None:
        """The same without a lock, for a message that changes nothing.

        What becomes due only after `due` does not await the member yet.
        """
        return self._presence(_LOOK, member, delivery, due)

    def _presence(
        self,
        asked: Query,
        member: bytes,
        delivery: bytes,
        due: datetime | None = None,
    ) -> Presence | None:
        values = {"member": member, "delivery": delivery, "now": due or self._now}
        row = asked.first(self._session, values)
        if row is None:
            return None
        age = self._now - row.state_at
        state = row.state if age < PAUSE else ""
        return Presence(
            state,
            age < FRESH,
            bool(row.answered),
            bool(row.awaits),
            moved_at=row.state_at,
            larger=row.larger,
        )

    def answered(self, member: bytes, delivery: bytes) -> bool:
        """Whether somebody who is no member any more got an answer to this delivery."""
        return self._session.get(Delivery, (member, delivery)) is not None

    def welcome(self, member: bytes, openid: str, state: str) -> None:
        """Enter a new member. Raises IntegrityError when another worker did so just now."""
        now = self._now
        person = {"member_key": member, "openid": openid, "following": True, "followed_at": now}
        self._session.execute(_NEW_PERSON, person)
        first = {"member_key": member, "first_seen_at": now, "state": state, "state_at": now}
        self._session.execute(_NEW_MEMBER, first)

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

    def belongs(self, member: bytes) -> bool:
        """Whether the member is bound to a unit."""
        return self._unit_of(member) is not None

    def consent(self, member: bytes, text_version: str) -> None:
        """Note that the member agreed to this version of the notice; twice is once."""
        if self._session.get(Consent, (member, text_version)) is None:
            self._session.execute(
                insert(Consent).values(
                    member_key=member, text_version=text_version, given_at=self._now
                )
            )

    def ensure_may_move(self, member: bytes) -> None:
        """Raise ReboundTooOften when the member belongs to a unit and may not change it now."""
        if self.belongs(member):
            self._slot_to_move(member)

    def ensure_may_name(self, member: bytes) -> None:
        """Raise NamedTooOften when the member may give no other name now."""
        self._slot_to_name(member)

    def join(self, member: bytes, unit: int, name: str | None) -> None:
        """Bind the member to a unit; consent has been noted before.

        Nothing here depends on the roster: a stranger who tries names out learns nothing.
        Raises ReboundTooOften and NamedTooOften.
        """
        if self._unit_of(member) not in (None, unit):
            self._stand(_MOVES, member, self._slot_to_move(member), REBINDS_WITHIN)
        self._name(member, name)
        self._change(member, unit_id=unit, scanned_unit_id=None, name=name)
        follow_member(self._session, member)

    def rename(self, member: bytes, name: str | None) -> None:
        """Put another name, or none, in place of the one there is. Raises NamedTooOften."""
        self._name(member, name)
        self._change(member, name=name)

    def _unit_of(self, member: bytes) -> int | None:
        row = _UNIT_OF.first(self._session, {"member": member})
        unit: int | None = row.unit_id if row else None
        return unit

    def _name(self, member: bytes, name: str | None) -> None:
        """Note that a name was given, unless it is the one there was."""
        had = self._session.scalar(select(Member.name).where(Member.member_key == member))
        if name not in (None, had):
            self._stand(_NAMES, member, self._slot_to_name(member), NAMES_WITHIN)

    def _slot_to_move(self, member: bytes) -> int:
        slot, again_at = self._free_slot(_MOVES, member, REBINDS, REBINDS_WITHIN)
        if slot is None:
            raise ReboundTooOften(again_at)
        return slot

    def _slot_to_name(self, member: bytes) -> int:
        slot, again_at = self._free_slot(_NAMES, member, NAMES, NAMES_WITHIN)
        if slot is None:
            raise NamedTooOften(again_at)
        return slot

    def _free_slot(
        self, table: Table, member: bytes, slots: tuple[int, ...], within: timedelta
    ) -> tuple[int | None, datetime]:
        """A slot in which nothing stands, and when the next becomes free."""
        began = table.c[_BEGAN[table]]
        rows = self._session.execute(
            select(table.c.slot, began.label("began")).where(
                table.c.member_key == member, began > self._now - within
            )
        ).all()
        free = sorted(set(slots) - {row.slot for row in rows})
        again_at = min((row.began for row in rows), default=self._now - within) + within
        return (free[0] if free else None), again_at

    def _stand(self, table: Table, member: bytes, slot: int, within: timedelta) -> None:
        """Stand in a slot: the primary key has room for so many and no more."""
        began = _BEGAN[table]
        over = table.c[began] <= self._now - within
        self._session.execute(delete(table).where(table.c.member_key == member, over))
        row = {"member_key": member, "slot": slot, began: self._now}
        self._session.execute(insert(table).values(row))

    def return_thanks(self, member: bytes) -> bool:
        """Note that the member is thanked back; False when that was less than ten minutes ago."""
        noted = self._session.execute(
            update(Member)
            .where(
                Member.member_key == member,
                or_(Member.thanked_at.is_(None), Member.thanked_at <= self._now - THANKS),
            )
            .values(thanked_at=self._now)
        )
        return bool(noted.rowcount)  # type: ignore[attr-defined]

    def prefer(self, member: bytes, *, larger: bool) -> None:
        """Remember whether the member wants larger letters on our pages."""
        self._change(member, larger=larger)

    def show_on_boards(self, member: bytes, *, shown: bool) -> None:
        """Remember whether the member may stand on the boards that others read."""
        self._change(member, unlisted=not shown)

    def _change(self, member: bytes, **values: object) -> None:
        self._session.execute(update(Member).where(Member.member_key == member).values(**values))
