"""A member who talks to all handlers as the turn would let them, from one message to the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation.message import Message
from bot.conversation.reply import Page, Prose, Reply, Silence, Tap, Text, compile_text
from bot.conversation.router import Step
from bot.conversation.state import Idle, State, dump, parse
from bot.domain.questions import Shelf
from bot.domain.refusals import Refusal
from bot.domain.services import Services, open_services
from handlers import play, wording
from tests.builders import NOON, key, said


@dataclass
class Talker:
    """One member, where they stand, and what they were told last.

    What they say next is said a second later, unless the test sets the clock.
    """

    session: Session
    name: str = "zhang"
    state: State = field(default_factory=Idle)
    now: datetime = NOON
    reply: Reply = field(default_factory=Silence)
    shelf: Shelf = field(default_factory=Shelf)
    spoke_at: datetime | None = None

    @property
    def key(self) -> bytes:
        return key(self.name)

    @property
    def services(self) -> Services:
        return open_services(self.session, self.now, self.shelf)

    def says(self, words: str, **changes: Any) -> str:
        """What is shown for these words; taps and pages stand as in the journeys."""
        return self.sends(said(words, self.name, **({"sent_at": self.speaks_at()} | changes)))

    def speaks_at(self) -> datetime:
        """When they send what they send next."""
        if self.now == self.spoke_at:
            self.now += timedelta(seconds=1)
        self.spoke_at = self.now
        return self.now

    def sends(self, message: Message) -> str:
        """What is shown for this push."""
        step = self._step(message)
        assert parse(dump(step.state)) == step.state, "a state survives being stored"
        self.state, self.reply = step.state, step.reply
        return shown(step.reply)

    @contextmanager
    def undone(self) -> Iterator["Talker"]:
        """The member as they stand now, for a row of a table: what they do is undone after it."""
        savepoint = self.session.begin_nested()
        try:
            yield replace(self)
        finally:
            savepoint.rollback()

    def _step(self, message: Message) -> Step:
        """A refusal undoes what was done and ends the topic, as in the turn."""
        try:
            with self.session.begin_nested():
                return play(message, self.state, self.services)
        except Refusal as refusal:
            return Step(wording.refuse(refusal), Idle())

    def taps(self, label: str) -> str:
        """What is shown for the first tap with this label in the last reply."""
        return self.says(next(tap.sends for tap in taps(self.reply) if tap.label == label))


def shown(reply: Reply) -> str:
    """The reply as the journeys write it."""
    return "".join(map(_shown, reply.parts)) if isinstance(reply, Text) else ""


def _shown(part: str | Prose | Tap | Page) -> str:
    match part:
        case Tap(label, sends):
            return f"[{label}](发:{sends})"
        case Page(label, path):
            return f"[{label}](网:{path})"
        case Prose(words):
            return words
    return part


def taps(reply: Reply) -> list[Tap]:
    """The taps of a reply."""
    parts = reply.parts if isinstance(reply, Text) else ()
    return [part for part in parts if isinstance(part, Tap)]


def links(reply: Reply) -> list[Tap | Page]:
    """Everything blue in a reply."""
    parts = reply.parts if isinstance(reply, Text) else ()
    return [part for part in parts if isinstance(part, Tap | Page)]


def size(reply: Reply) -> int:
    """Bytes of the reply before anything is cut; a page's address is a long one."""
    assert isinstance(reply, Text)
    return len(compile_text(reply, long_address, budget=100_000).encode())


def long_address(path: str) -> str:
    return f"https://xuexi.some-district.example.gov.cn{path}?t={'x' * 43}"
