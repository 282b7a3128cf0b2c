"""Families: approved entries of a round that say the same, joined in one card.

Each author keeps an entry of their own: its number, its signature and verdict, and the right to
change or withdraw it. What is shown, voted for and counted is the card.

- It bears the number of the entry that was approved first. The other numbers lead to it.
- A vote for any of them is kept with that first entry: the keys of the votes' table then leave
  room for one a day, as with any other card. Where nobody may vote for themselves, none of
  those who signed may vote for it.
- The first stays the first. Whoever joins later changes neither number nor votes, so that
  nobody can take over, or spoil, what somebody else wrote before.
- When the first goes (other words, withdrawn, decision undone), the words stand all the same:
  its votes pass to the entry that was approved next, which then bears the card. Only with the
  last entry of its words are votes set aside (bot/domain/released.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.domain.entries import MottoCard, MottoState, cards, cards_by_id, id_of, number_of
from bot.domain.identity import mask
from bot.storage.tables import Member, Motto

Among = Callable[[Any], ColumnElement[bool]]
"""A condition on entries, told for whichever alias stands for them."""


@dataclass(frozen=True)
class Signers:
    """Who signed a card: in all, and those with a name, masked, in the order of approval."""

    count: int
    names: list[str]


_TWIN, _NAMED, _FIRST = aliased(Motto), aliased(Motto), aliased(Motto)


def approved(entry: Any) -> ColumnElement[bool]:
    """Entries that have joined their card."""
    return entry.state == MottoState.APPROVED  # type: ignore[no-any-return]


def same_words(one: Any, other: Any) -> ColumnElement[bool]:
    """Two entries of a round that say the same."""
    return and_(one.round_id == other.round_id, one.folded == other.folded)


def bears_card(among: Among | None = None) -> ColumnElement[bool]:
    """Of approved entries, those that were the first of their words; `among` some only."""
    earlier = or_(
        _TWIN.decided_at < Motto.decided_at,
        and_(_TWIN.decided_at == Motto.decided_at, _TWIN.id < Motto.id),
    )
    others = [among(_TWIN)] if among else []
    return ~exists().where(same_words(_TWIN, Motto), approved(_TWIN), earlier, *others)


def first_of(id_: Any) -> ScalarSelect[int]:
    """The id of the entry that bears the card of this one; null unless that is approved."""
    return (
        select(_FIRST.id)
        .join(_NAMED, same_words(_FIRST, _NAMED))
        .where(_NAMED.id == id_, approved(_NAMED), approved(_FIRST))
        .order_by(_FIRST.decided_at, _FIRST.id)
        .limit(1)
        .scalar_subquery()
    )


# Built once: the time it takes to build them is far above that which the database needs.
CARD = cards().where(Motto.id == first_of(bindparam("motto")))
"""The card to which the entry of this id leads."""
_LEADS = (
    select(_NAMED.id.label("named"), Motto.id)
    .join(Motto, same_words(Motto, _NAMED))
    .where(
        _NAMED.id.in_(bindparam("entries", expanding=True)),
        approved(_NAMED),
        approved(Motto),
        bears_card(),
    )
)
"""The same for several at once."""
_JOINED = and_(same_words(_TWIN, Motto), approved(_TWIN))
_COUNT = (
    select(Motto.id, func.count())
    .join(_TWIN, _JOINED)
    .where(Motto.id.in_(bindparam("entries", expanding=True)))
    .group_by(Motto.id)
)
_NAMES = (
    select(Member.name)
    .select_from(Motto)
    .join(_TWIN, _JOINED)
    .join(Member, Member.member_key == _TWIN.author)
    .where(Motto.id == bindparam("motto"), _TWIN.signature != "none", Member.name.is_not(None))
    .order_by(_TWIN.decided_at, _TWIN.id)
    .limit(bindparam("most"))
)
_HEIRS = (
    select(Motto.id)
    .join(_NAMED, _NAMED.round_id == Motto.round_id)
    .where(
        _NAMED.id == bindparam("motto"),
        Motto.id != _NAMED.id,
        Motto.folded == bindparam("words"),
        approved(Motto),
    )
    .order_by(Motto.decided_at, Motto.id)
)


def counted(session: Session, found: Sequence[MottoCard]) -> list[MottoCard]:
    """The cards with how many have signed each."""
    rows = session.execute(_COUNT, {"entries": [id_of(card.number) for card in found]})
    counts = {number_of(id_): count for id_, count in rows}
    return [replace(card, signers=counts.get(card.number, 1)) for card in found]


def cards_of(session: Session, numbers: Sequence[int]) -> list[MottoCard]:
    """The cards to which these numbers lead, each once, in this order; what leads to none is
    left out.
    """
    if not numbers:
        return []
    rows = session.execute(_LEADS, {"entries": [id_of(number) for number in numbers]}).all()
    leads = {row.named: number_of(row.id) for row in rows}
    found = counted(session, cards_by_id(session, {row.id for row in rows}))
    cards = {card.number: card for card in found}
    order = dict.fromkeys(leads[id_of(number)] for number in numbers if id_of(number) in leads)
    return [cards[number] for number in order]


def signers(session: Session, number: int, most: int) -> Signers:
    """Who signed the card of this entry; at most so many by name."""
    count = session.execute(_COUNT, {"entries": [id_of(number)]}).first()
    names = session.scalars(_NAMES, {"motto": id_of(number), "most": most})
    return Signers(count[1] if count else 0, [mask(name) or "" for name in names])


def heir(session: Session, gone: MottoCard) -> int | None:
    """The id of the entry that the card passes to when `gone`, as it stood, is no part of it.

    It is locked, so that its author can't take it away before the votes have passed.
    """
    heirs = session.scalars(_HEIRS, {"motto": id_of(gone.number), "words": gone.folded}).all()
    return next((id_ for id_ in heirs if _stays(session, id_, gone.folded)), None)


def _stays(session: Session, id_: int, folded: str) -> bool:
    row = session.execute(
        select(Motto.state, Motto.folded).where(Motto.id == id_).with_for_update(read=True)
    ).one()
    return bool(row.state == MottoState.APPROVED and row.folded == folded)
