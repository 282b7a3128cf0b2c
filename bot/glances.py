"""Glances: a message that only asks is answered from what is there, without a turn.

「帮助」 while nothing is open changes nothing, so there is nothing to lock, to record or to commit.
Its answer depends on the message and on what is stored, and bears the message's own time: a
repetition gets it again. Whatever is not as simple as that takes a turn.

Without a record a repetition is looked at anew, and by then the member may have moved on, or
something become due. So nothing that came after the message may count for it: a notice that
became due later waits for the next message, since nobody might see it on a repetition; and who
has moved on since is answered without being moved back.

During maintenance every message gets the one line that says so, by the time it was sent.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import state as states
from bot.conversation.message import NOBODY_READS, Message
from bot.conversation.reply import Reply, enlarged
from bot.conversation.router import Conversation, Step
from bot.domain.questions import Shelf
from bot.domain.refusals import Refusal
from bot.domain.services import Services, open_services
from bot.journal import current
from bot.maintenance import Hours
from bot.storage.database import Clock, Sessions
from bot.storage.directly import short_look
from handlers import wording

REPEATED = timedelta(seconds=20)
"""How long WeChat may repeat a message. What seems older was sent by a clock that is wrong."""
SECOND = timedelta(seconds=1)
"""WeChat says to the second when a message was sent."""
Render = Callable[[Reply, Message, datetime], bytes]
"""Makes the inner XML of a reply; empty bytes for silence."""


class Glances:
    """Answers messages that only ask."""

    def __init__(
        self,
        readers: Sessions,
        shelf: Shelf,
        clock: Clock,
        conversation: Conversation,
        render: Render,
        closed: Hours | None = None,
    ) -> None:
        self._readers, self._shelf, self._clock = readers, shelf, clock
        self._conversation, self._render = conversation, render
        self._closed = closed

    def answer(self, message: Message) -> bytes | None:
        """The answer to a message that changes nothing; None when it takes a turn.

        Never raises: a store in trouble and a rule that says no are for the turn to answer.
        """
        if self._closed and self._closed.cover(message.sent_at):
            return self._say_closed(self._closed, message)
        if message.spoken or message.text not in self._conversation.asks:
            return None
        try:
            with short_look(self._readers) as session:
                services = open_services(session, self._clock(session), self._shelf)
                reply = self._reply(message, services)
        except (Refusal, SQLAlchemyError):
            return None
        return self._render(reply, message, message.sent_at) if reply else None

    def _say_closed(self, hours: Hours, message: Message) -> bytes | None:
        """That we are closed, without a look at any store; who leaves is let go as ever."""
        if message.kind in NOBODY_READS:
            return None
        current().handler = "maintenance"
        line = wording.maintenance(hours.begins, hours.ends, message.sent_at)
        return self._render(line, message, message.sent_at)

    def _reply(self, message: Message, services: Services) -> Reply | None:
        asked_at = _moment(message, services.now)
        member = services.members.look(message.member, message.delivery, asked_at)
        if member is None or member.answered or member.awaits or not member.fresh:
            return None
        state = states.parse(member.state)
        found = self._conversation.find(message, state)
        if not found.only_asks:
            return None
        step = found.route.handler(found.message, state, services)
        if not isinstance(step, Step):
            return None
        overtaken = member.moved_at is not None and member.moved_at >= asked_at + SECOND
        if not overtaken and step.state != state:
            return None
        return enlarged(step.reply) if member.larger else step.reply


def _moment(message: Message, now: datetime) -> datetime:
    """When the message was sent, as far as that can be believed."""
    return message.sent_at if now - REPEATED <= message.sent_at <= now else now
