"""The pretend phones: who has one, and what has been said on it since the start."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from threading import Lock

from bot.simulator import wording
from bot.simulator.account import Account
from bot.simulator.answers import Answer
from bot.simulator.delivery import THREE_TIMES, Attempt, Delivery, deliver
from bot.simulator.pushes import Follower, Push
from bot.simulator.target import Target

BRANCH_CODE = "CD-XA"
"""What the poster in the sample branch's meeting room carries."""


class NoSuch(LookupError):
    """A number that no member and no exchange has."""


@dataclass(frozen=True)
class Member:
    """Somebody with a phone; `scene` is the code he would scan to follow, if he has one."""

    number: int
    name: str
    unit: str
    scene: str
    openid: str


@dataclass(frozen=True)
class Act:
    """Something done on a phone: one of PUSHES, with the words that belong to it."""

    kind: str
    words: str = ""
    menu_id: str = ""


@dataclass(frozen=True)
class Exchange:
    """One act and what came of it; delivered again it is an exchange after an `earlier` one."""

    number: int
    act: Act
    at: int
    delivery: Delivery
    earlier: "Exchange | None" = None

    @property
    def first(self) -> int:
        """The number of the exchange that began the series."""
        return self.earlier.first if self.earlier else self.number

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All attempts for this act, those of earlier exchanges ahead."""
        return (*(self.earlier.attempts if self.earlier else ()), *self.delivery.attempts)

    @property
    def answer(self) -> Answer | None:
        """The first answer this act ever got."""
        return (self.earlier.answer if self.earlier else None) or self.delivery.answer

    @property
    def identical(self) -> bool | None:
        """Whether a redelivery got the first answer byte for byte; None if nothing to compare."""
        if self.earlier is None or self.earlier.answer is None:
            return None
        return self.delivery.answer == self.earlier.answer


@dataclass
class Chat:
    """One phone's conversation with the account."""

    member: Member
    following: bool = False
    exchanges: list[Exchange] = field(default_factory=list)


PUSHES: dict[str, Callable[[Follower, Act, int], Push]] = {
    "text": lambda who, act, at: who.text(act.words, at),
    "tap": lambda who, act, at: who.tap(act.words, act.menu_id, at),
    "voice": lambda who, act, at: who.voice(act.words, at),
    "unheard": lambda who, _, at: who.voice(None, at),
    "sticker": lambda who, _, at: who.sticker(at),
    "image": lambda who, _, at: who.image(at),
    "video": lambda who, _, at: who.video(at),
    "location": lambda who, act, at: who.location(act.words, at),
    "link": lambda who, act, at: who.link(act.words, "https://example.com/", at),
    "file": lambda who, act, at: who.file(act.words, at),
    "follow": lambda who, act, at: who.subscribe(at, act.words),
    "unfollow": lambda who, _, at: who.unsubscribe(at),
    "scan": lambda who, act, at: who.scan(act.words, at),
}


class Chats:
    """All phones. Numbers of members and exchanges begin at 1; unknown ones raise NoSuch."""

    def __init__(
        self, account: Account, target: Target, clock: Callable[[], float] = time.time
    ) -> None:
        self._account, self._target, self._clock = account, target, clock
        self._chats: dict[int, Chat] = {}
        self._numbers, self._lock = count(1), Lock()
        for _ in wording.MEMBERS:
            self.add()

    def all(self) -> list[Chat]:
        return list(self._chats.values())

    def of(self, member: int) -> Chat:
        if (chat := self._chats.get(member)) is None:
            raise NoSuch(member)
        return chat

    def add(self) -> Chat:
        """One more member, the same as ever for this account and this number."""
        with self._lock:
            number = len(self._chats) + 1
            self._chats[number] = chat = Chat(_member(number, self._account))
        return chat

    def do(self, member: int, act: Act) -> Exchange:
        """Let the member do something and wait for what comes of it. Raises Production."""
        chat, at = self.of(member), int(self._clock())
        follower = Follower(self._account.account_id, chat.member.openid)
        delivery = self._deliver(PUSHES[act.kind](follower, act, at), THREE_TIMES)
        return self._record(chat, Exchange(next(self._numbers), act, at, delivery))

    def repeat(self, member: int, number: int) -> Exchange:
        """Deliver once more what exchange `number` delivered. Raises Production."""
        chat = self.of(member)
        earlier = _latest_of_series(chat, number)
        again = (earlier.attempts[-1].number + 1,)
        delivery = self._deliver(earlier.delivery.push, again)
        exchange = Exchange(next(self._numbers), earlier.act, earlier.at, delivery, earlier)
        return self._record(chat, exchange)

    def _deliver(self, push: Push, numbers: Iterable[int]) -> Delivery:
        self._target.refuse_production()
        now = int(self._clock())
        return deliver(self._account, push, self._target.send, now, numbers)

    def _record(self, chat: Chat, exchange: Exchange) -> Exchange:
        # Somebody whom no answer reached still sees the button that follows.
        if exchange.act.kind == "follow" and exchange.delivery.answer:
            chat.following = True
        if exchange.act.kind == "unfollow":
            chat.following = False
        chat.exchanges.append(exchange)
        return exchange


def _latest_of_series(chat: Chat, number: int) -> Exchange:
    first = next((e.first for e in chat.exchanges if e.number == number), None)
    if first is None:
        raise NoSuch(number)
    return next(e for e in reversed(chat.exchanges) if e.first == first)


def _member(number: int, account: Account) -> Member:
    names = (*wording.MEMBERS, *((name, wording.BRANCH) for name in wording.MORE_NAMES))
    another = (wording.ANOTHER.format(number=number), wording.BRANCH)
    name, unit = names[number - 1] if number <= len(names) else another
    scene = BRANCH_CODE if unit == wording.BRANCH else ""
    return Member(number, name, unit, scene, _openid(number, account))


def _openid(number: int, account: Account) -> str:
    """28 characters that look random and outlive this process, as one person's openid does."""
    words = f"{account.app_id} {number}".encode()
    digest = hmac.digest(account.token.encode(), words, hashlib.sha256)
    return "o" + base64.urlsafe_b64encode(digest)[:27].decode()
