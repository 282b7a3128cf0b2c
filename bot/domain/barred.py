"""Who may not decide an entry: its author, and whoever decided before what is decided anew."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session

from bot.domain.entries import MottoCard, id_of, number_of
from bot.domain.refusals import OwnDecision, OwnMotto
from bot.storage.tables import ModeratorPhone, Motto


class Bar(StrEnum):
    """Why a colleague may not decide an entry."""

    OWN = "own"
    """They wrote it: the member whose WeChat they have linked did."""
    APPEAL = "appeal"
    """The appeal is against their decision."""


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


def ensure_not_barred(session: Session, card: MottoCard, staff_id: int) -> None:
    """Raises OwnMotto or OwnDecision."""
    match bars(session, [card.number], staff_id).get(card.number):
        case Bar.OWN:
            raise OwnMotto(card.number)
        case Bar.APPEAL:
            raise OwnDecision(card.number)


def _bars(staff_id: int, entry: Any) -> dict[Bar, ColumnElement[bool]]:
    # With a null on either side a comparison is neither true nor false, and `not` of it neither.
    mine = select(ModeratorPhone.member_key).where(ModeratorPhone.staff_id == staff_id)
    appealed = and_(entry.appealed_against.is_not(None), entry.appealed_against == staff_id)
    return {Bar.OWN: entry.author.in_(mine), Bar.APPEAL: appealed}
