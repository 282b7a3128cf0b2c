"""Notices: what a member should hear rides on top of the next reply, whatever that is about."""

from collections.abc import Sequence

from bot.conversation.reply import Page, Reply, Tap, Text, join
from bot.domain.notices import Notification
from handlers import wording

MOST_LINKS = 6
"""Links in one message: more are hard to tell apart with a thumb."""


def ride(reply: Reply, notifications: Sequence[Notification]) -> Reply:
    """The reply below what is to be told, a line between the two; silence is no line more."""
    below = [wording.NOTICE_BELOW, reply] if isinstance(reply, Text) else []
    told: list[Text] = []
    room = MOST_LINKS - sum(map(_links, below))
    for notification in notifications:
        words = wording.notice(notification)
        if words is not None and _links(words) > room:
            words = wording.notice(notification, linked=False)
        if words is not None:
            told.append(words)
            room -= _links(words)
    return join([wording.NOTICE_ABOVE, *told, *below]) if told else reply


def _links(text: Text) -> int:
    return sum(isinstance(part, Tap | Page) for part in text.parts)
