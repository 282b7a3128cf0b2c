"""The names under which a member is known, and when a day of the campaign begins."""

import hmac
from datetime import date, datetime
from zoneinfo import ZoneInfo

CAMPAIGN_ZONE = ZoneInfo("Asia/Shanghai")

NO_DELIVERY = bytes(32)
"""Stands in a vote whose member is erased: which delivery gave it would tell whose it was."""


def member_key(secret: str, openid: str) -> bytes:
    """The 16 bytes that stand for the member in every table but one."""
    return hmac.digest(secret.encode(), openid.encode(), "sha256")[:16]


def mask(name: str | None) -> str | None:
    """A name as strangers may read it: the family name, a star for each further character."""
    return name[0] + "*" * (len(name) - 1) if name else None


def campaign_day(now: datetime) -> date:
    """The day of the campaign at this instant: campaign days are days in China."""
    return now.astimezone(CAMPAIGN_ZONE).date()
