"""The names under which a member is known, and when a day of the campaign begins."""

import hmac
import re
import unicodedata
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


_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_NAME = re.compile(rf"(?=.{{2,15}}$){_HAN}(?:·?{_HAN})+")
_DOTS = re.compile(r"[•・‧∙.·]")


def full_name(words: str) -> str | None:
    """The words as a name is kept, or None when they can't be one.

    Two to fifteen Chinese characters, a dot between the parts of a longer name. Kept as
    it was written, traditional characters too: it is shown again.
    """
    bare = _DOTS.sub("·", re.sub(r"\s", "", unicodedata.normalize("NFKC", words)))
    return bare if _NAME.fullmatch(bare) else None


def campaign_day(now: datetime) -> date:
    """The day of the campaign at this instant: campaign days are days in China."""
    return now.astimezone(CAMPAIGN_ZONE).date()
