"""In which district a score stands: kept in its row, where the index of the boards finds it.

A district is what the member's unit belongs to, or the unit itself where it belongs to none.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session

from bot.storage.tables import Member, Score, Unit, table_of


def district_of(unit: Any) -> ColumnElement[int]:
    """The id of the district of this unit: of a row of the table, or of a mapped class."""
    return func.coalesce(unit.parent_id, unit.id)


_MEMBER, _SCORE, _UNIT = table_of(Member), table_of(Score), table_of(Unit)
_DISTRICTS = select(district_of(_UNIT.c)).join(_MEMBER, _MEMBER.c.unit_id == _UNIT.c.id)
# Locked, lest the unit is given to another district before the score is there to follow it.
DISTRICT = (
    _DISTRICTS.where(_MEMBER.c.member_key == bindparam("member"))
    .with_for_update(read=True, of=_UNIT)
    .scalar_subquery()
)
"""The district of `member`; none for who is bound to no unit."""
_ITS_DISTRICT = _DISTRICTS.where(_MEMBER.c.member_key == _SCORE.c.member_key).scalar_subquery()
_FOLLOW_MEMBER = (
    update(_SCORE).where(_SCORE.c.member_key == bindparam("member")).values(district_id=DISTRICT)
)


def follow_member(session: Session, member: bytes) -> None:
    """The member is bound to another unit: so are the scores."""
    session.execute(_FOLLOW_MEMBER, {"member": member})


def follow_units(session: Session, units: Collection[int]) -> None:
    """These units belong to another district: so do the scores of those bound to them."""
    bound = select(Member.member_key).where(Member.unit_id.in_(units))
    session.execute(
        update(_SCORE).where(_SCORE.c.member_key.in_(bound)).values(district_id=_ITS_DISTRICT),
        execution_options={"synchronize_session": False},
    )
