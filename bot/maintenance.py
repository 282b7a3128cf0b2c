"""Maintenance: the hours for which the chat is closed, as the settings name them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MOST = timedelta(hours=12)
"""Longer than that, and a member might miss a day of the contest."""
_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Hours:
    """From when until when nothing is taken."""

    begins: datetime
    ends: datetime

    def cover(self, moment: datetime) -> bool:
        """Whether the chat is closed at this moment."""
        return self.begins <= moment < self.ends


def read_hours(words: str) -> Hours:
    """The hours of `2026-12-05T22:00/2026-12-05T23:00`, in China's time. Raises ValueError."""
    begins, _, ends = words.partition("/")
    try:
        hours = Hours(_moment(begins), _moment(ends))
    except ValueError:
        raise ValueError("must look like 2026-12-05T22:00/2026-12-05T23:00") from None
    if not timedelta() < hours.ends - hours.begins <= MOST:
        raise ValueError("must end after it begins, within twelve hours")
    return hours


def _moment(words: str) -> datetime:
    return datetime.strptime(words, "%Y-%m-%dT%H:%M").replace(tzinfo=_ZONE)
