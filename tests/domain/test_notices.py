"""Notices: due at their time, the oldest first, two at a time, each told exactly once."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.notices import AT_ONCE, Notices, Notification
from bot.storage.database import Sessions
from bot.storage.tables import Notice
from tests.builders import NOON, key

FIRST, SECOND = b"1" * 32, b"2" * 32


def at(session: Session, moment: datetime = NOON) -> Notices:
    return Notices(session, moment)


def left(session: Session, cause: str, due_at: datetime = NOON) -> None:
    at(session).leave(key("zhang"), cause, "motto_approved", {"cause": cause}, due_at)


def causes(told: list[Notification]) -> list[str]:
    return [note.facts["cause"] for note in told]


def test_a_notice_is_told_once(session: Session) -> None:
    left(session, "a")

    first = at(session).tell(key("zhang"), FIRST)
    again = at(session).tell(key("zhang"), SECOND)

    assert first == [Notification("motto_approved", {"cause": "a"})]
    assert again == []
    assert session.scalars(select(Notice.told_by)).one() == FIRST


def test_the_oldest_come_first_and_the_rest_wait(session: Session) -> None:
    for cause, minutes in (("young", 1), ("old", 9), ("middle", 5)):
        left(session, cause, NOON - timedelta(minutes=minutes))

    first = at(session).tell(key("zhang"), FIRST)
    rest = at(session).tell(key("zhang"), SECOND)

    assert len(first) == AT_ONCE
    assert (causes(first), causes(rest)) == (["old", "middle"], ["young"])


def test_a_notice_waits_until_it_is_due(session: Session) -> None:
    left(session, "a", NOON + timedelta(seconds=60))

    assert at(session, NOON + timedelta(seconds=59)).tell(key("zhang"), FIRST) == []
    assert causes(at(session, NOON + timedelta(seconds=60)).tell(key("zhang"), FIRST)) == ["a"]


def test_a_notice_is_for_its_member_alone(session: Session) -> None:
    left(session, "a")

    assert at(session).tell(key("li"), FIRST) == []


def test_a_notice_taken_back_is_never_told(session: Session) -> None:
    left(session, "a")

    assert at(session).take_back(key("zhang"), "a")
    assert at(session).tell(key("zhang"), FIRST) == []


def test_what_was_told_cannot_be_taken_back(session: Session) -> None:
    left(session, "a")
    at(session).tell(key("zhang"), FIRST)

    assert not at(session).take_back(key("zhang"), "a")


def test_a_cause_leaves_one_notice(session: Session) -> None:
    left(session, "a")

    with pytest.raises(IntegrityError):
        left(session, "a")


@pytest.mark.slow
def test_a_notice_that_is_being_taken_back_just_now_is_not_told(sessions: Sessions) -> None:
    with sessions.begin() as session:
        left(session, "a")

    with ThreadPoolExecutor() as pool:
        with sessions.begin() as session:
            at(session).take_back(key("zhang"), "a")
            told = pool.submit(tells, sessions)
            # Long enough for the other to arrive at the locked notice, or database.
            wait([told], timeout=0.3)

        assert told.result() == []


def tells(sessions: Sessions) -> list[Notification]:
    with sessions.begin() as session:
        return at(session).tell(key("zhang"), FIRST)
