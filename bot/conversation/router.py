"""Which handler takes a message: routes in tiers, the first that fits wins."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar

from bot.conversation.message import Kind, Message
from bot.conversation.reply import Reply
from bot.conversation.state import State, brought
from bot.domain.services import Services
from bot.domain.sounds import spoken
from bot.journal import current


@dataclass(frozen=True)
class Step:
    """What we say, and where the member stands now."""

    reply: Reply
    state: State


@dataclass(frozen=True)
class Instead:
    """The message stands for these words: play them in its place."""

    words: str


Handler = Callable[[Message, Any, Services], Step | Instead]
AnyHandler = TypeVar("AnyHandler", bound=Handler)
Kinds = type[Any] | UnionType
"""A kind of state, or several: `Answering | Filling`."""
Test = Callable[[Message, State], re.Match[str] | bool | None]


class Tier(IntEnum):
    """The order of precedence of the input contract."""

    PUSH = 0
    """Events and media: they are no words. And what nobody else may read."""
    TAP = 1
    """Words that name their own question or entry."""
    GLOBAL = 2
    """Words that mean the same in any state."""
    TASK = 3
    """What the open task waits for."""
    PATTERN = 4
    """Words whose shape alone says what is wanted."""
    LIST = 5
    """A bare number, read by the list last shown."""
    KEYWORD = 6
    AWAITED = 7
    """Any words, while we wait for words of the member's own: a name, a complaint."""
    SOUND = 8
    """A keyword that only sounds right (答提 for 答题), or stands among courtesies."""
    GUESS = 9
    OTHERWISE = 10


@dataclass(frozen=True)
class Route:
    """One way into a handler."""

    tier: Tier
    fits: Test
    handler: Handler
    asks: frozenset[str] = frozenset()
    """The words by which a member only asks: the handler changes nothing but the state."""
    during: Kinds = object
    """The states in which it is worth a look."""

    @property
    def name(self) -> str:
        """The handler's name in the journal: `quiz.answer`."""
        topic = self.handler.__module__.rpartition(".")[2]
        return f"{topic}.{self.handler.__name__}"


@dataclass(frozen=True)
class Found:
    """The route that takes a message, and the message with what its pattern found."""

    route: Route
    message: Message

    @property
    def only_asks(self) -> bool:
        """Whether playing it changes nothing in the domain."""
        return self.message.text in self.route.asks


class Router:
    """The routes of one topic; a Conversation joins the topics of all."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def push(self, *kinds: Kind) -> Callable[[AnyHandler], AnyHandler]:
        """Take pushes of these kinds, whatever they carry."""
        return self._route(Tier.PUSH, lambda message, _: message.kind in kinds)

    def ahead(self, fits: Test) -> Callable[[AnyHandler], AnyHandler]:
        """Take what looks like it before anything else reads it."""
        return self._route(Tier.PUSH, fits)

    def tap(self, pattern: str) -> Callable[[AnyHandler], AnyHandler]:
        """Take words that name their own question or entry, tapped or typed."""
        return self._route(Tier.TAP, _worded(pattern))

    def anytime(self, *words: str, asks: bool = False) -> Callable[[AnyHandler], AnyHandler]:
        """Take exactly these words in any state. `asks`: the handler only reads."""

        def register(handler: AnyHandler) -> AnyHandler:
            self.routes.append(_by_words(Tier.GLOBAL, words, handler, asks))
            return handler

        return register

    def during(
        self, kind: Kinds, pattern: str, **facts: object
    ) -> Callable[[AnyHandler], AnyHandler]:
        """Take words of this shape while the member stands in a state of this kind.

        With `facts`, only while the state says so too: `act="withdraw"`.
        """
        return self._route(Tier.TASK, _while(_worded(pattern), facts), kind)

    def wordless(self, kind: Kinds) -> Callable[[AnyHandler], AnyHandler]:
        """Take a text that says nothing once folded (emoji, dots), in a state of this kind."""
        return self._route(Tier.TASK, _says_nothing, kind)

    def pattern(self, pattern: str) -> Callable[[AnyHandler], AnyHandler]:
        """Take words of this shape in any state in which no open task wants them."""
        return self._route(Tier.PATTERN, _worded(pattern))

    def listed(self, kind: Kinds, pattern: str) -> Callable[[AnyHandler], AnyHandler]:
        """Take a bare number while a list of this kind is on show."""
        return self._route(Tier.LIST, _worded(pattern), kind)

    def keyword(self, *words: str, asks: bool = False) -> Callable[[AnyHandler], AnyHandler]:
        """Take these words; at a lower tier also with courtesies around them, and what sounds so.

        `asks` as above.
        """

        def register(handler: AnyHandler) -> AnyHandler:
            self.routes.append(_by_words(Tier.KEYWORD, words, handler, asks))
            self.routes.append(Route(Tier.SOUND, _courteous(words), handler))
            self.routes.append(Route(Tier.SOUND, _sounds_like(words), handler))
            return handler

        return register

    def awaited(self, kind: Kinds) -> Callable[[AnyHandler], AnyHandler]:
        """Take any words while a state of this kind waits for them, unless a keyword is said."""
        return self._route(Tier.AWAITED, lambda message, _: has_words(message), kind)

    def guess(self, fits: Test) -> Callable[[AnyHandler], AnyHandler]:
        """Take what looks like it, when nothing else fits."""
        return self._route(Tier.GUESS, lambda m, s: has_words(m) and fits(m, s))

    def otherwise(self, kind: Kinds) -> Callable[[AnyHandler], AnyHandler]:
        """Take what is left over, while the member stands in a state of this kind."""
        return self._route(Tier.OTHERWISE, lambda *_: True, kind)

    def _route(
        self, tier: Tier, fits: Test, during: Kinds = object
    ) -> Callable[[AnyHandler], AnyHandler]:
        def register(handler: AnyHandler) -> AnyHandler:
            self.routes.append(Route(tier, fits, handler, during=during))
            return handler

        return register


class Conversation:
    """All topics together: tiers in their order, topics in theirs within one."""

    def __init__(self, topics: Iterable[Router]) -> None:
        routes = [route for topic in topics for route in topic.routes]
        self._routes = sorted(routes, key=lambda route: route.tier)
        self._open: dict[type[State], list[Route]] = {}
        self.asks = frozenset[str]().union(*(route.asks for route in routes))
        """Words that, where no open task takes them, only ask."""

    def find(self, message: Message, state: State) -> Found:
        """Who takes the message. Raises LookupError when nobody does."""
        for route in self._open_in(type(state)):
            if fits := route.fits(message, state):
                match = fits if isinstance(fits, re.Match) else None
                current().handler = route.name
                return Found(route, message.found(match))
        raise LookupError(f"no route takes a {message.kind} push")

    def _open_in(self, kind: type[State]) -> list[Route]:
        """The routes that may fit in a state of this kind; found out once for each."""
        if kind not in self._open:
            self._open[kind] = [route for route in self._routes if issubclass(kind, route.during)]
        return self._open[kind]

    def play(self, message: Message, state: State, services: Services) -> Step:
        """Play a message to its end."""
        found = self.find(message, state)
        outcome = found.route.handler(found.message, state, services)
        if isinstance(outcome, Step):
            return replace(outcome, state=brought(outcome.state, message.sent_at))
        return self.play(_reworded(message, outcome.words), state, services)


def has_words(message: Message) -> bool:
    """Whether the message says anything once it is folded."""
    return message.kind is Kind.TEXT and bool(message.text)


def _reworded(message: Message, words: str) -> Message:
    return replace(message, kind=Kind.TEXT, raw=words, spoken=False)


def _worded(pattern: str) -> Test:
    compiled = re.compile(pattern)
    return lambda message, _: has_words(message) and compiled.fullmatch(message.text)


def _one_of(words: Iterable[str]) -> Test:
    known = frozenset(words)
    return lambda message, _: message.text in known and has_words(message)


def _by_words(tier: Tier, words: Iterable[str], handler: Handler, asks: bool) -> Route:
    return Route(tier, _one_of(words), handler, frozenset(words if asks else ()))


def _while(fits: Test, facts: Mapping[str, object]) -> Test:
    """The same test, while the state says so too."""
    if not facts:
        return fits
    return lambda message, state: (
        all(getattr(state, name) == fact for name, fact in facts.items()) and fits(message, state)
    )


def _says_nothing(message: Message, _: State) -> bool:
    return message.kind is Kind.TEXT and not message.text


def _courteous(words: Iterable[str]) -> Test:
    known = frozenset(words)
    return lambda message, _: has_words(message) and message.bare in known


def _sounds_like(words: Collection[str]) -> Test:
    @cache
    def sounds() -> frozenset[str]:
        return frozenset("".join(spoken(word)) for word in words if len(word) > 1)

    def fits(message: Message, _: State) -> bool:
        return has_words(message) and 1 < len(message.text) <= 12 and message.sound in sounds()

    return fits
