"""Votes whose entry goes: they pass to the next who signed the same words, or are set aside.

Whoever gave one is told, and what is set aside is kept with the reason: each receipt can be
explained.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.entries import MottoCard, id_of, number_of, sealed_at, subject_of
from bot.domain.families import heir
from bot.domain.identity import NO_DELIVERY
from bot.domain.notices import Notices
from bot.storage.tables import Motto, Vote, WithdrawnVote

SET_ASIDE = ("member_key", "tracker", "round_id", "motto_id", "accepted_at", "delivery_key")


class Why(StrEnum):
    """Why a vote no longer counts: its entry has changed, unless it says otherwise."""

    REWORDED = "reworded"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"
    """The decision to approve it was taken back."""
    ERASED = "erased"
    UNLISTED = "unlisted"
    """By the rules of the round: its member is on no roster."""
    TOO_FEW = "too_few"
    """By the rules of the round: its member gave fewer than must be given."""


def votes_at_stake(session: Session, card: MottoCard) -> int:
    """How many votes would be set aside if this entry went."""
    votes = _votes(session, card)
    return len(votes) if votes and heir(session, card) is None else 0


def release_votes(session: Session, now: datetime, gone: MottoCard, actor: str, why: Why) -> None:
    """Let the votes go that were given to the words of `gone`, as it stood before.

    Change the entry first: that waits for voters who have it locked, and whoever votes later
    finds it changed. Votes that are sealed stay where they were counted.
    """
    if session.scalar(select(sealed_at(Motto.round_id)).where(Motto.id == id_of(gone.number))):
        return
    if not (votes := _votes(session, gone)):
        return
    to, facts = heir(session, gone), {"number": gone.number, "why": why}
    lost = _clashing(session, votes, to) if to else votes
    if lost:
        set_aside(session, now, lost, why)
        _record(session, now, gone, actor, "votes.clear", lost, facts)
    if to and (passed := _without(votes, lost)):
        session.execute(update(Vote).where(_for(gone)).values(motto_id=to))
        heard = facts | {"to": number_of(to)}
        _record(session, now, gone, actor, "votes.pass", passed, heard)


def release_all(
    session: Session, now: datetime, gone: Sequence[MottoCard], actor: str, why: Why
) -> None:
    """The same for several entries; change all of them first."""
    ids = [id_of(card.number) for card in gone]
    voted = set(session.scalars(select(Vote.motto_id).where(Vote.motto_id.in_(ids)).distinct()))
    for card in gone:
        if id_of(card.number) in voted:
            release_votes(session, now, card, actor, why)


def _for(card: MottoCard) -> Any:
    return Vote.motto_id == id_of(card.number)


def _votes(session: Session, card: MottoCard) -> Sequence[Row[Any]]:
    """Locked, so that a vote its member takes back just now is set aside once, not twice."""
    columns = [getattr(Vote, name) for name in (*SET_ASIDE, "day", "per_entry")]
    return session.execute(select(*columns).where(_for(card)).with_for_update()).all()


def _clashing(session: Session, votes: Sequence[Row[Any]], to: int) -> Sequence[Row[Any]]:
    """Votes whose member gave the heir one that stands in the same place."""
    rows = session.execute(
        select(Vote.member_key, Vote.day, Vote.per_entry).where(Vote.motto_id == to)
    )
    taken = {(row.member_key, place) for row in rows for place in (row.day, row.per_entry)}
    return [
        vote
        for vote in votes
        if (vote.member_key, vote.day) in taken
        or (vote.per_entry is not None and (vote.member_key, vote.per_entry) in taken)
    ]


def _without(votes: Sequence[Row[Any]], lost: Sequence[Row[Any]]) -> list[Row[Any]]:
    gone = {vote.tracker for vote in lost}
    return [vote for vote in votes if vote.tracker not in gone]


def set_aside(session: Session, now: datetime, votes: Sequence[Row[Any]], why: Why) -> None:
    """Take these votes, of which the columns of SET_ASIDE were read, out of the count."""
    aside = {"withdrawn_at": now, "reason": why}
    rows = [{name: getattr(vote, name) for name in SET_ASIDE} | aside for vote in votes]
    session.execute(insert(WithdrawnVote), rows)
    trackers = [vote.tracker for vote in votes]
    for start in range(0, len(trackers), _AT_ONCE):
        some = trackers[start : start + _AT_ONCE]
        session.execute(delete(Vote).where(Vote.tracker.in_(some)))


_AT_ONCE = 500
"""Names in one statement: every engine has a limit of its own."""


def _record(
    session: Session,
    now: datetime,
    gone: MottoCard,
    actor: str,
    action: str,
    votes: Sequence[Row[Any]],
    facts: dict[str, Any],
) -> None:
    """Write down what became of these votes, and tell each who gave some, once."""
    told = {name: fact for name, fact in facts.items() if name != "number"}
    audit.record(session, now, actor, action, subject_of(gone.number), told | {"votes": len(votes)})
    cause = f"{action}:{gone.number}:{gone.version}"
    kind = action.replace(".", "_")
    each = Counter(vote.member_key for vote in votes if vote.delivery_key != NO_DELIVERY)
    notices = Notices(session, now)
    for member, count in each.items():
        notices.leave(member, cause, kind, facts | {"votes": count}, now)
