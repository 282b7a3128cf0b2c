"""Who may not decide an entry: its author, and whoever decided before what is decided anew."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import Session

from bot.domain.entries import MottoState, id_of, number_of
from bot.domain.refusals import ForTheLead, LookedAlready, OwnDecision, OwnMotto
from bot.domain.roles import Role
from bot.storage.tables import ModeratorPhone, Motto, SecondLook, Staff


class Bar(StrEnum):
    """Why a colleague may not decide an entry."""

    OWN = "own"
    """They wrote it: the member whose WeChat they have linked did."""
    APPEAL = "appeal"
    """The appeal is against their decision."""
    LOOKED = "looked"
    """They have looked at it: another has to."""
    DISPUTED = "disputed"
    """Two disagree about it: owners and organisers decide."""


def is_barred(staff_id: int, entry: Any = Motto) -> ColumnElement[bool]:
    """Entries that this colleague may not decide; `entry` is whichever alias stands for them."""
    return or_(*_bars(staff_id, entry).values())


def bars(session: Session, numbers: Collection[int], staff_id: int) -> dict[int, Bar]:
    """Why not, by the numbers of those entries that this colleague may not decide."""
    why = case(*((condition, bar) for bar, condition in _bars(staff_id, Motto).items()))
    rows = session.execute(
        select(Motto.id, why).where(
            Motto.id.in_([id_of(number) for number in numbers]), is_barred(staff_id)
        )
    )
    return {number_of(id_): Bar(bar) for id_, bar in rows}


def ensure_not_barred(session: Session, numbers: Collection[int], staff_id: int) -> None:
    """Raises OwnMotto, OwnDecision, LookedAlready or ForTheLead about one of these entries."""
    for number, bar in bars(session, numbers, staff_id).items():
        raise _REFUSALS[bar](number)


def may_undo(session: Session, numbers: Collection[int], staff_id: int) -> bool:
    """Whether the colleague may take back what was decided of these entries, in time."""
    return not _ALWAYS & set(bars(session, numbers, staff_id).values())


def ensure_may_undo(session: Session, numbers: Collection[int], staff_id: int) -> None:
    """Raises OwnMotto or OwnDecision about one of these entries."""
    for number, bar in bars(session, numbers, staff_id).items():
        if bar in _ALWAYS:
            raise _REFUSALS[bar](number)


@lru_cache(maxsize=256)
def _bars(staff_id: int, entry: Any) -> Mapping[Bar, ColumnElement[bool]]:
    """Kept, since the desk asks for them several times and to put them together takes longest."""
    # With a null on either side a comparison is neither true nor false, and `not` of it neither.
    mine = select(ModeratorPhone.member_key).where(ModeratorPhone.staff_id == staff_id)
    appealed = and_(entry.appealed_against.is_not(None), entry.appealed_against == staff_id)
    this = and_(
        SecondLook.motto_id == entry.id,
        SecondLook.version == entry.version,
        entry.state == MottoState.WAITING,
    )
    looked = exists().where(
        this, or_(SecondLook.first_by == staff_id, SecondLook.second_by == staff_id)
    )
    leads = exists().where(Staff.id == staff_id, Staff.role.in_([Role.OWNER, Role.ORGANISER]))
    disputed = exists().where(this, SecondLook.second != SecondLook.first)
    return {
        Bar.OWN: entry.author.in_(mine),
        Bar.APPEAL: appealed,
        Bar.LOOKED: looked,
        Bar.DISPUTED: and_(disputed, ~leads),
    }


_ALWAYS = {Bar.OWN, Bar.APPEAL}
"""What bars a colleague from undoing too; who has just looked may take that back."""
_REFUSALS = {
    Bar.OWN: OwnMotto,
    Bar.APPEAL: OwnDecision,
    Bar.LOOKED: LookedAlready,
    Bar.DISPUTED: ForTheLead,
}
