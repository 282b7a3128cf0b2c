"""What a member sent: one authenticated push, free of WeChat's XML."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from re import Match

from bot.conversation.folding import Folded, fold
from bot.conversation.wording import COURTESIES
from bot.domain.sounds import spoken

_AROUND = re.compile(COURTESIES)
_SHORT = 30


class Kind(StrEnum):
    """The sort of push, as far as a conversation cares."""

    TEXT = "text"
    """Words: typed, tapped, or speech that WeChat recognised."""
    VOICE = "voice"
    """Speech that WeChat did not recognise."""
    IMAGE = "image"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    FILE = "file"
    UNSUPPORTED = "unsupported"
    """A message of a type nobody told us of; a person waits for an answer."""
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    CLICK = "click"
    EVENT = "event"
    """Any other event: nobody waits, nothing is said."""


NOBODY_READS = frozenset({Kind.UNFOLLOW, Kind.EVENT})
"""Pushes that no person sent: whatever we say to them is seen by nobody."""


@dataclass(frozen=True)
class Message:
    """One push of one member.

    `delivery` (32 bytes) names the push: WeChat's repetitions of it carry the same name.
    `fingerprint` (32 bytes) is of the business fields, so that a name used twice for
    different contents is noticed. `member` (16 bytes) is the keyed hash of the openid.
    `raw` is the text typed, the speech recognised (then `spoken`), or the scene or key of
    an event, without WeChat's `qrscene_`.
    """

    delivery: bytes
    fingerprint: bytes
    member: bytes
    openid: str
    account: str
    sent_at: datetime
    kind: Kind
    raw: str = ""
    spoken: bool = False
    match: Match[str] | None = field(default=None, compare=False)
    """What the route's pattern found in `text`; set by the router."""

    def found(self, match: Match[str] | None) -> "Message":
        """The same message with what a route's pattern found in it; folded is folded."""
        twin = object.__new__(Message)
        twin.__dict__.update(self.__dict__, match=match)
        return twin

    @cached_property
    def folded(self) -> Folded:
        """The text as the bot understands it; never shown to anybody."""
        return fold(self.raw)

    @cached_property
    def text(self) -> str:
        """The folded words; empty for pushes without any."""
        return self.folded.text

    @cached_property
    def bare(self) -> str:
        """The folded words without the courtesies around them: 请问怎么投票呀 is 怎么投票.

        Of a sentence too long to be a command around which they might stand, all.
        """
        return _AROUND.sub("", self.text) if len(self.text) <= _SHORT else self.text

    @cached_property
    def sound(self) -> str:
        """How the text is spoken: what sounds alike is equal."""
        return "".join(spoken(self.text)).replace(" ", "")

    def group(self, name: str) -> str:
        """The part of the text that the route's pattern calls `name`, or an empty string."""
        return (self.match.group(name) or "") if self.match else ""
