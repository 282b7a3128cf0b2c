"""An entry of a selection: how it is read, and the one way in which its state changes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from bot.domain import audit
from bot.domain.identity import mask
from bot.domain.refusals import DecidedMeanwhile, NoRound
from bot.domain.units import UnitCard
from bot.storage.locks import hold_open
from bot.storage.spoken import Query
from bot.storage.tables import (
    Audit,
    EntryFile,
    Member,
    Motto,
    Round,
    SentEntry,
    Unit,
    table_of,
)

UNDO = timedelta(seconds=60)
"""How long a decision can be taken back; only then its author is told."""
COVER = 0
"""The place among its files of the picture that stands for what was sent in."""
_BEFORE_FIRST = 1_000
"""Numbers begin at 1001, so that 1 to 9 can only mean a place in the list just shown."""


class MottoState(StrEnum):
    """Where an entry stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    """Its author is gone, and the words with them; only the number and the votes are left."""


NO_VERDICT: dict[str, None] = dict.fromkeys(
    ("reason", "fix", "appeal", "appealed_against", "decided_at")
)
"""What is forgotten with the words, or the wish, that it was about."""
SIGNATURES = frozenset({"full", "masked", "none"})
"""How an author may sign."""


@dataclass(frozen=True)
class Sent:
    """What a unit sent in under a title."""

    speaker: str | None
    link: str | None
    """An https address outside."""
    text: str | None
    cover: str | None = None
    """The address of its picture (bot/domain/entry_files.py)."""
    group: int | None = None
    """Where the round has several."""

    @property
    def host(self) -> str:
        """Where the link leads; empty without one."""
        return urlsplit(self.link or "").hostname or ""


@dataclass(frozen=True)
class MottoCard:
    """An entry as the faces show it: a motto, signed as its author chose, or what was sent in."""

    number: int
    words: str
    folded: str
    """The words reduced to what they say, to compare; never shown."""
    state: MottoState
    version: int
    reason: str | None
    """Why it was returned: one of `moderation.Reason`."""
    fix: str | None
    """The words that the moderator who returned it offers in place of these."""
    appeal: str | None
    """What the author said against the decision before."""
    appealed_against: int | None
    """The colleague who took that decision."""
    signature: str
    """How the author signs: full, masked or none."""
    signed: str | None
    """The name below the words: the author's, None when they sign with nothing or have none; of
    a micro lesson that of who speaks."""
    unit: UnitCard | None
    submitted_at: datetime
    decided_at: datetime | None
    signers: int = 1
    """How many have signed the card that this entry stands for."""
    sent: Sent | None = None
    """What belongs to the title, where a unit sent it in; None of a motto."""


def number_of(id_: int) -> int:
    """The number under which members know the entry of this id."""
    return id_ + _BEFORE_FIRST


def id_of(number: int) -> int:
    """The id of the entry of this number; may be of no entry."""
    return number - _BEFORE_FIRST


_ROUND = table_of(Round)
_BEGUN = _ROUND.c.collects_from <= bindparam("at")
_ROUND_IN_FORCE = (
    select(_ROUND)
    .order_by(
        case((_BEGUN, 0), else_=1),
        case((_BEGUN, _ROUND.c.collects_from)).desc(),
        _ROUND.c.collects_from,
    )
    .limit(1)
)
# A subquery, whose row stays unlocked: two deciders that held it would wait for each other.
_ROUND_OF_ENTRY = select(Round.id).where(
    Round.id == select(Motto.round_id).where(Motto.id == bindparam("motto")).scalar_subquery()
)

_ROUNDS = select(Round.id).where(Round.id.in_(bindparam("rounds", expanding=True)))


def current_round(session: Session, at: datetime, *, hold: bool = False) -> Any:
    """The row of the round in force `at` that moment; on hold it is not sealed before we commit.

    It is the one that began to collect last; the one to begin first where none has yet. Raises
    NoRound.
    """
    asked = hold_open(session, _ROUND_IN_FORCE) if hold else _ROUND_IN_FORCE
    if (found := _asking(asked).first(session, {"at": at})) is None:
        raise NoRound
    return found


@cache
def _asking(question: Select[Any]) -> Query:
    # What is held open is asked for in words of its own on each engine.
    return Query(question)


def sealed_at(round_id: Any) -> ScalarSelect[datetime | None]:
    """When this round was sealed, as a column of a statement after the one that holds it."""
    return select(Round.sealed_at).where(Round.id == round_id).scalar_subquery()


def read_cards(session: Session, *conditions: Any, order: Any = Motto.id) -> list[MottoCard]:
    """The entries that meet the conditions."""
    return [to_card(row) for row in session.execute(cards().where(*conditions).order_by(order))]


def read_card(session: Session, number: int) -> MottoCard | None:
    """The entry of this number, in whatever state."""
    found = session.execute(_ONE_CARD, {"entry": id_of(number)}).first()
    return to_card(found) if found else None


def cards_by_id(session: Session, ids: Collection[int]) -> list[MottoCard]:
    """The entries of these ids, in whatever state, the first first."""
    return [to_card(row) for row in session.execute(_SOME_CARDS, {"entries": list(ids)})]


UNIT_OF_ENTRY = func.coalesce(Motto.unit_id, Member.unit_id)
"""The unit that an entry stands for, where it is joined with its author."""


@cache
def cards() -> Select[*tuple[Any, ...]]:
    """The columns that `to_card` reads; join nothing, add conditions and order.

    An entry stands for the unit its author had when it was submitted; who joined a unit only
    afterwards brings the entry along.
    """
    parent = aliased(Unit)
    return (
        select(Motto, Member.name, Unit.id, Unit.name, parent.name, SentEntry, EntryFile.token)
        .outerjoin(Member, Motto.author == Member.member_key)
        .outerjoin(Unit, Unit.id == UNIT_OF_ENTRY)
        .outerjoin(parent, Unit.parent_id == parent.id)
        .outerjoin(SentEntry, SentEntry.motto_id == Motto.id)
        .outerjoin(EntryFile, and_(EntryFile.motto_id == Motto.id, EntryFile.place == COVER))
    )


# Made once: to make such a statement up takes as long as to carry it out.
_ONE_CARD = cards().where(Motto.id == bindparam("entry"))
_SOME_CARDS = cards().where(Motto.id.in_(bindparam("entries", expanding=True))).order_by(Motto.id)


def to_card(row: Row[*tuple[Any, ...]]) -> MottoCard:
    """A row of `cards()` as a card."""
    motto, name, unit_id, unit, district, sent, cover = row
    return MottoCard(
        number=number_of(motto.id),
        words=motto.words,
        folded=motto.folded,
        state=MottoState(motto.state),
        version=motto.version,
        reason=motto.reason,
        fix=motto.fix,
        appeal=motto.appeal,
        appealed_against=motto.appealed_against,
        signature=motto.signature,
        signed=sent.speaker if sent else {"full": name, "masked": mask(name)}.get(motto.signature),
        unit=UnitCard(unit_id, unit, district or unit) if unit_id else None,
        submitted_at=motto.submitted_at,
        decided_at=motto.decided_at,
        sent=Sent(sent.speaker, sent.link, sent.text, cover, sent.group_no) if sent else None,
    )


def hold(session: Session, card: MottoCard) -> None:
    """Keep the entry, and its round, as they are until we commit: nobody votes meanwhile."""
    # The round first, then the entry, as voters do.
    session.execute(hold_open(session, _ROUND_OF_ENTRY), {"motto": id_of(card.number)})
    session.execute(select(Motto.id).where(Motto.id == id_of(card.number)).with_for_update())


def hold_all(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """Keep these entries, and their rounds, as they are until we commit; the version of each.

    One that is not there is left out.
    """
    # The rounds first, then the entries, as voters do; in the order of their keys, so that two
    # who hold some of the same don't wait for each other.
    ids = sorted({id_of(number) for number in numbers})
    rounds = session.scalars(select(Motto.round_id).where(Motto.id.in_(ids)).distinct()).all()
    session.execute(hold_open(session, _ROUNDS), {"rounds": rounds})
    held = select(Motto.id, Motto.version).where(Motto.id.in_(ids)).order_by(Motto.id)
    return {number_of(id_): version for id_, version in session.execute(held.with_for_update())}


def change_held(
    session: Session,
    now: datetime,
    held: Sequence[MottoCard],
    actor: str,
    action: str,
    facts_of: Mapping[int, dict[str, Any]],
    **values: object,
) -> None:
    """Bring entries that `hold_all` keeps to their next versions, each with its audit row.

    `facts_of` is by their numbers. However many there are, it takes the same few statements.
    """
    alike: dict[int, list[int]] = defaultdict(list)
    for card in held:
        alike[card.version].append(card.number)
    for version, numbers in alike.items():
        session.execute(
            update(Motto)
            .where(Motto.id.in_([id_of(number) for number in numbers]), Motto.version == version)
            .values(version=version + 1, **values)
        )
        facts = {subject_of(number): facts_of[number] for number in numbers}
        audit.record_all(session, now, actor, action, facts, version + 1)


def change_state(
    session: Session,
    now: datetime,
    card: MottoCard,
    actor: str,
    action: str,
    facts: dict[str, Any],
    **values: object,
) -> int:
    """Change an entry that still is as `card` shows it, and write the audit row.

    The new version. Raises DecidedMeanwhile when somebody else changed it first: of two
    deciders that saw the same version, the comparison lets one through.
    """
    # The round first, then the entry, as voters do.
    session.execute(hold_open(session, _ROUND_OF_ENTRY), {"motto": id_of(card.number)})
    version = card.version + 1
    changed = session.execute(
        update(Motto)
        .where(Motto.id == id_of(card.number), Motto.version == card.version)
        .values(version=version, **values)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise decided_meanwhile(session, card.number)
    subject = subject_of(card.number)
    audit.record(session, now, actor, action, subject, facts, version)
    return version


def subject_of(number: int) -> str:
    """How the audit trail names the entry."""
    return f"motto:{number}"


def cause_of(number: int, version: int) -> str:
    """How a notice names the change that led to this version of the entry."""
    return f"motto:{number}:{version}"


def decided_meanwhile(session: Session, number: int) -> DecidedMeanwhile:
    """Who brought the entry to where it stands, and when: the refusal for a late decider."""
    return all_decided_meanwhile(session, [number])[number]


def all_decided_meanwhile(
    session: Session, numbers: Collection[int]
) -> dict[int, DecidedMeanwhile]:
    """The same of several entries, by their numbers."""
    standing = {
        number_of(row.id): row
        for row in session.execute(
            select(Motto.id, Motto.version, Motto.state).where(
                Motto.id.in_([id_of(number) for number in numbers])
            )
        )
    }
    deeds = {
        (row.subject, row.version): row
        for row in session.execute(
            select(Audit.subject, Audit.version, Audit.actor, Audit.at, Audit.action).where(
                Audit.subject.in_([subject_of(number) for number in standing]),
                Audit.version.in_([row.version for row in standing.values()]),
            )
        )
    }
    found = {}
    for number, row in standing.items():
        deed = deeds.get((subject_of(number), row.version))
        told = (deed.actor, deed.at, deed.action) if deed else ("", None, "")
        found[number] = DecidedMeanwhile(row.state, *told)
    return found
