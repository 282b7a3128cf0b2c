"""Glances: a message that only asks is answered from what is there, without a turn.

「帮助」 while nothing is open changes nothing, so there is nothing to lock, to record or to commit.
Its answer depends on the message and on what is stored, and bears the message's own time: a
repetition gets it again. Whatever is not as simple as that takes a turn.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import state as states
from bot.conversation.message import Message
from bot.conversation.reply import Reply
from bot.conversation.router import Conversation, Step
from bot.domain.questions import Shelf
from bot.domain.refusals import Refusal
from bot.domain.services import Services, open_services
from bot.storage.database import Clock, Sessions

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
    ) -> None:
        self._readers, self._shelf, self._clock = readers, shelf, clock
        self._conversation, self._render = conversation, render

    def answer(self, message: Message) -> bytes | None:
        """The answer to a message that changes nothing; None when it takes a turn.

        Never raises: a store in trouble and a rule that says no are for the turn to answer.
        """
        if message.spoken or message.text not in self._conversation.asks:
            return None
        try:
            with self._readers() as session:
                services = open_services(session, self._clock(session), self._shelf)
                step = self._step(message, services)
        except (Refusal, SQLAlchemyError):
            return None
        return self._render(step.reply, message, message.sent_at) if step else None

    def _step(self, message: Message, services: Services) -> Step | None:
        member = services.members.look(message.member, message.delivery)
        if member is None or member.answered or member.awaits or not member.fresh:
            return None
        state = states.parse(member.state)
        found = self._conversation.find(message, state)
        if not found.only_asks:
            return None
        step = found.route.handler(found.message, state, services)
        return step if isinstance(step, Step) and step.state == state else None
