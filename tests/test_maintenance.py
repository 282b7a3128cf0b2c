"""Maintenance: hours that can be read, and the line by which members hear of them."""

from datetime import datetime, timedelta

import pytest

from bot.domain.identity import CAMPAIGN_ZONE
from bot.maintenance import read_hours
from handlers import wording
from tests.handlers.talking import shown


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=CAMPAIGN_ZONE)


def test_the_hours_are_chinas_and_end_before_their_end() -> None:
    hours = read_hours("2026-12-05T22:00/2026-12-05T23:00")

    assert (hours.begins, hours.ends) == (at(5, 22), at(5, 23))
    assert [hours.cover(at(5, 22) + timedelta(seconds=s)) for s in (-1, 0, 3_599, 3_600)] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("22:00", "must look like"),
        ("2026-12-05T22:00", "must look like"),
        ("2026-12-05 22:00/2026-12-05 23:00", "must look like"),
        ("2026-12-05T22:00/23:00", "must look like"),
        ("2026-12-05T23:00/2026-12-05T22:00", "must end after"),
        ("2026-12-05T22:00/2026-12-05T22:00", "must end after"),
        ("2026-12-05T22:00/2026-12-06T22:00", "within twelve hours"),
    ],
)
def test_other_hours_are_refused(words: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_hours(words)


@pytest.mark.parametrize(
    ("begins", "ends", "now", "line"),
    [
        (at(5, 22), at(5, 23), at(5, 22), "今天22点到23点检修，"),
        (at(5, 22, 30), at(5, 23, 15), at(5, 23), "今天22点30分到23点15分检修，"),
        (at(5, 22), at(6, 0), at(5, 23), "今天22点到24点检修，"),
        (at(5, 23), at(6, 1), at(5, 23), "今天23点到明天1点检修，"),
        (at(5, 23), at(6, 1), at(6, 0), "昨天23点到今天1点检修，"),
    ],
)
def test_members_hear_from_when_until_when(
    begins: datetime, ends: datetime, now: datetime, line: str
) -> None:
    assert shown(wording.maintenance(begins, ends, now)) == line + "您的连续天数不受影响。"
