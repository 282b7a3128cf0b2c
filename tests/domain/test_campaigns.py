"""A campaign ends with its last contest and round, and is forgotten ninety days after."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.domain.campaigns import KEPT, forgotten_since
from bot.domain.identity import CAMPAIGN_ZONE
from bot.storage.tables import AttemptSlot, Contest, ContestQuestion, Round, RoundSlot
from tests.builders import CLOSES, NOON

ENDS = datetime(2027, 1, 1, tzinfo=CAMPAIGN_ZONE)
"""Midnight after the contest's last day, which is later than the round's end."""


def a_contest(session: Session, first: date, last: date) -> None:
    session.add(
        Contest(title="又一届", first_day=first, last_day=last, points_each=2, new_paper_hour=7)
    )
    session.flush()


def test_before_any_campaign_has_ended_nobody_is_forgotten(session: Session) -> None:
    assert forgotten_since(session, NOON) is None
    assert forgotten_since(session, ENDS + KEPT - timedelta(seconds=1)) is None


def test_ninety_days_after_the_last_day_its_members_are(session: Session) -> None:
    assert forgotten_since(session, ENDS + KEPT) == ENDS + KEPT
    session.execute(update(Round).values(closes_at=ENDS + timedelta(days=9)))
    assert forgotten_since(session, ENDS + KEPT) is None


def test_a_campaign_that_follows_soon_is_the_same_one(session: Session) -> None:
    a_contest(session, date(2027, 3, 1), date(2027, 3, 31))

    assert forgotten_since(session, ENDS + KEPT) is None
    end = datetime(2027, 4, 1, tzinfo=CAMPAIGN_ZONE)
    assert forgotten_since(session, end + KEPT) == end + KEPT


def test_one_that_begins_later_changes_nothing(session: Session) -> None:
    a_contest(session, date(2027, 12, 1), date(2027, 12, 31))

    for days in (0, 200, 300):
        assert forgotten_since(session, ENDS + KEPT + timedelta(days=days)) == ENDS + KEPT


def test_without_contests_and_rounds_there_is_no_campaign(session: Session) -> None:
    for kind in (ContestQuestion, AttemptSlot, Contest, RoundSlot, Round):
        session.execute(delete(kind))

    assert forgotten_since(session, CLOSES + timedelta(days=999)) is None
