"""Campaigns: contests and rounds that follow one another belong together, and end together."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.retention import LENGTHS, Period
from bot.storage.tables import Contest, Round

KEPT = LENGTHS[Period.CAMPAIGN]
"""How long after the end of a campaign its members' data are kept."""

Span = tuple[datetime, datetime]


def forgotten_since(session: Session, now: datetime) -> datetime | None:
    """The latest moment at which a campaign's members were to be forgotten; None before any.

    Who was here last before that moment has been in no later campaign: had one begun by then,
    both would be one.
    """
    deadlines = [end + KEPT for _, end in _campaigns(_spans(session))]
    return max((deadline for deadline in deadlines if deadline <= now), default=None)


def _spans(session: Session) -> Iterable[Span]:
    for first, last in session.execute(select(Contest.first_day, Contest.last_day)):
        midnight = datetime.combine(last + timedelta(days=1), time(), CAMPAIGN_ZONE)
        yield datetime.combine(first, time(), CAMPAIGN_ZONE), midnight
    for begins, ends, closes in session.execute(
        select(Round.collects_from, Round.collects_until, Round.closes_at)
    ):
        yield begins, max(ends, closes)


def _campaigns(spans: Iterable[Span]) -> list[Span]:
    """The spans joined where one begins before the one before it is to be forgotten."""
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins < joined[-1][1] + KEPT:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return joined
