"""The steady clock: the database's time, read now and then and counted on in between."""

from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy.orm import Session

from bot.storage import database
from bot.storage.database import Clock, SteadyClock
from tests.builders import NOON


@pytest.fixture
def uptime(monkeypatch: pytest.MonkeyPatch) -> Mock:
    uptime = Mock(return_value=1000.0)
    monkeypatch.setattr(database, "_uptime", uptime)
    return uptime


def reading(*moments: datetime) -> tuple[Clock, Mock]:
    read = Mock(side_effect=moments)
    return SteadyClock(read, seconds=5), read


def test_between_two_readings_time_goes_on(session: Session, uptime: Mock) -> None:
    clock, read = reading(NOON)

    first = clock(session)
    uptime.return_value += 4.5
    later = clock(session)

    assert (first, later) == (NOON, NOON + timedelta(seconds=4.5))
    assert read.call_count == 1


def test_after_a_while_the_database_is_asked_again(session: Session, uptime: Mock) -> None:
    clock, _ = reading(NOON, NOON + timedelta(minutes=10))

    clock(session)
    uptime.return_value += 5

    assert clock(session) == NOON + timedelta(minutes=10)


def test_the_time_a_host_slept_through_counts(session: Session, uptime: Mock) -> None:
    clock, _ = reading(NOON, NOON + timedelta(hours=8))

    clock(session)
    uptime.return_value += 8 * 3600

    assert clock(session) == NOON + timedelta(hours=8)
