"""Votes that the rules of their round do not count: set aside with the seal, and told why.

What the rules say was said before voting opened. Votes of who was erased meanwhile stay: nobody
knows any more whose they are.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.notices import Notices
from bot.domain.released import SET_ASIDE, Why, set_aside
from bot.domain.rounds import Eligibility
from bot.storage.tables import Member, RosterName, Round, RoundSlot, Vote


def set_uncounted_aside(session: Session, now: datetime, round_id: int) -> None:
    """Leave the round the votes that count; whoever gave others is told. Claim it first."""
    row = session.get_one(Round, round_id, populate_existing=True)
    if row.eligibility == Eligibility.ROSTER:
        _leave_out(session, now, row, list(_strangers(session, round_id)), Why.UNLISTED)
    if row.least > 1:
        for slots in _slots_by_group(session, row):
            _leave_out(session, now, row, _undecided(session, row, slots), Why.TOO_FEW, slots)


def _slots_by_group(session: Session, row: Round) -> Iterator[range]:
    """The numbers of the slots of each group; of all, where there is but one."""
    each = (session.scalar(_SLOTS_OF.where(RoundSlot.round_id == row.id)) or 0) // row.groups
    for group in range(row.groups):
        yield range(group * each + 1, (group + 1) * each + 1)


_SLOTS_OF = select(func.count()).select_from(RoundSlot)


def is_listed(session: Session, member: bytes) -> bool:
    """Whether the roster of the member's unit has the name."""
    same = and_(RosterName.unit_id == Member.unit_id, RosterName.name == Member.name)
    listed = select(Member.member_key).join(RosterName, same)
    return session.scalar(select(listed.where(Member.member_key == member).exists())) or False


def unlisted_now(session: Session, round_id: int) -> int:
    """How many have voted whom no roster has so far."""
    return sum(1 for _ in _strangers(session, round_id))


def _strangers(session: Session, round_id: int) -> Iterator[bytes]:
    """Voters whom no roster has. Of several under one name those count who voted first."""
    same = and_(RosterName.unit_id == Member.unit_id, RosterName.name == Member.name)
    rows = session.execute(
        _voters(round_id)
        .add_columns(Member.unit_id, Member.name, func.coalesce(RosterName.people, 0))
        .outerjoin(RosterName, same)
        .group_by(Member.unit_id, Member.name, RosterName.people)
        .order_by(func.min(Vote.accepted_at), Vote.member_key)
    )
    counted: Counter[tuple[int | None, str | None]] = Counter()
    for member, unit, name, people in rows:
        counted[unit, name] += 1
        if counted[unit, name] > people:
            yield member


def _undecided(session: Session, row: Round, slots: range) -> Sequence[bytes]:
    """Voters who gave fewer votes in these slots than the round asks for."""
    theirs = _voters(row.id).where(_stands_in(slots))
    return session.scalars(theirs.having(func.count() < row.least)).all()


def _stands_in(slots: range) -> ColumnElement[bool]:
    return Vote.slot.between(slots.start, slots.stop - 1)


def _voters(round_id: int) -> Select[Any]:
    return (
        select(Vote.member_key)
        .join(Member, Member.member_key == Vote.member_key)
        .where(Vote.round_id == round_id)
        .group_by(Vote.member_key)
    )


_AT_ONCE = 500
"""Keys in one statement: every engine has a limit of its own."""


def _leave_out(
    session: Session,
    now: datetime,
    row: Round,
    members: Sequence[bytes],
    why: Why,
    slots: range | None = None,
) -> None:
    """Leave out their votes, or those in these slots."""
    votes = [
        vote
        for start in range(0, len(members), _AT_ONCE)
        for vote in _votes(session, row.id, members[start : start + _AT_ONCE], slots)
    ]
    if not votes:
        return
    set_aside(session, now, votes, why)
    facts = {"why": why, "votes": len(votes), "people": len(members)}
    audit.record(session, now, audit.SYSTEM, "votes.uncount", f"round:{row.id}", facts)
    counts = Counter(vote.member_key for vote in votes)
    cause = f"votes.uncount:{row.id}"
    if slots and row.groups > 1:
        cause = f"{cause}:{slots.start}"
    for count in sorted(set(counts.values())):
        told = {"title": row.title, "why": why, "votes": count}
        same = [member for member, given in counts.items() if given == count]
        Notices(session, now).leave_all(same, cause, "votes_uncounted", told, now)


def _votes(
    session: Session, round_id: int, members: Sequence[bytes], slots: range | None
) -> Sequence[Row[Any]]:
    columns = [getattr(Vote, name) for name in SET_ASIDE]
    of_them = select(*columns).where(Vote.round_id == round_id, Vote.member_key.in_(members))
    if slots:
        of_them = of_them.where(_stands_in(slots))
    return session.execute(of_them.with_for_update()).all()
