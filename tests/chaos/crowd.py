"""Members who follow, answer, vote and write, each one message after the other."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from bot.simulator.pushes import Follower, Push
from tests.chaos.app import Step
from tests.chaos.campaign import words_of
from tests.chaos.history import Said
from tests.chaos.wechat import WeChat

QUESTION = re.compile(r"第(\d)题（共\d题，(选一个|可选多个|对还是错)）")
TYPED = {"选一个": "B", "可选多个": "AC", "对还是错": "对"}
TYPED_WRONG = {"选一个": "A", "可选多个": "AB", "对还是错": "错"}
TAKEN_BACK = 5
"""Each fifth motto is one whose votes are taken back again; nobody does that with the others."""


class Enough(Exception):
    """As many messages have been sent as should be."""


@dataclass
class Pace:
    """Says when the next message may go out, and when there have been enough."""

    a_second: float
    messages: int
    """At least so many; all who hold it back have to let go too."""
    holds: int = 0
    """Who wants the messages to go on: what they break has not been broken yet."""
    paused: bool = False
    sent: int = 0
    deaths: float = 0.0
    """The share of messages whose first worker dies on the way."""
    _next: float = field(default=0.0)

    async def wait(self) -> None:
        """Wait for one's turn. Raises Enough."""
        if self.sent >= self.messages and not self.holds:
            raise Enough
        while self.paused:
            await asyncio.sleep(0.02)
        self.sent += 1
        now = time.monotonic()
        self._next = max(self._next, now - 0.25) + 1 / self.a_second
        await asyncio.sleep(self._next - now)

    async def held_by(self, work: Callable[["Pace"], Awaitable[None]]) -> None:
        """Have messages sent until this work is done, too."""
        self.holds += 1
        await work(self)
        self.holds -= 1

    async def reach(self, share: float) -> None:
        """Wait until this share of the messages has been sent."""
        while self.sent < share * self.messages:
            await asyncio.sleep(0.02)


class Phone:
    """A member with a phone in the hand."""

    def __init__(self, wechat: WeChat, pace: Pace, follower: Follower, random: Random) -> None:
        self._wechat, self._pace = wechat, pace
        self._follower, self._random = follower, random
        self._second = 0

    async def says(self, words: str) -> str:
        """Send a text; the answer, or nothing when there was none."""
        await self._pace.wait()
        return await self._text(words, int(time.time()))

    async def replies(self, words: str) -> str:
        """The same to what was just read: nobody reads and answers within a second."""
        await self._pace.wait()
        return await self._text(words, max(int(time.time()), self._second + 1))

    async def _text(self, words: str, at: int) -> str:
        self._second = at
        return (await self._deliver(self._follower.text(words, at), words)).answer

    async def follows(self) -> str:
        return await self._happens(self._follower.subscribe(int(time.time())))

    async def leaves(self) -> None:
        await self._happens(self._follower.unsubscribe(int(time.time())))

    async def _happens(self, event: Push) -> str:
        await self._pace.wait()
        return (await self._deliver(event, "")).answer

    async def _deliver(self, push: Push, words: str) -> Said:
        dies = self._random.random() < self._pace.deaths
        step = self._random.choice(list(Step)) if dies else None
        return await self._wechat.deliver(push, words, step)


class Crowd:
    """So many members at a time, until there have been enough messages."""

    def __init__(
        self, wechat: WeChat, pace: Pace, account_id: str, numbers: Sequence[int], random: Random
    ) -> None:
        self._wechat, self._pace, self._random = wechat, pace, random
        self._account_id, self._numbers = account_id, numbers
        self._members = count(1)

    async def live(self, at_once: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(self._one_after_the_other())

    async def _one_after_the_other(self) -> None:
        try:
            while True:
                await self._evening(next(self._members))
        except Enough:
            return

    async def _evening(self, number: int) -> None:
        """What one member does, from following to leaving."""
        random = Random(self._random.random())
        phone = Phone(self._wechat, self._pace, self._follower(number), random)
        await phone.follows()
        await phone.says("帮助")
        await self._quiz(phone, random)
        await self._vote(phone, random)
        if random.random() < 0.5:
            await self._write(phone, random, 1_000 + number)
        await phone.says("排名")
        if random.random() < 0.1:
            await phone.leaves()

    async def _quiz(self, phone: Phone, random: Random) -> None:
        shown = await phone.says("答题")
        for _ in range(8):
            if question := QUESTION.search(shown):
                typed = TYPED if random.random() < 0.7 else TYPED_WRONG
                shown = await phone.replies(typed[question[2]])
            elif "今天" in shown:
                return
            else:
                # No answer came, or none that shows a question: look where it stands.
                shown = await phone.says("答题")

    async def _vote(self, phone: Phone, random: Random) -> None:
        chosen = random.sample(self._numbers, 4)
        await phone.says("投票")
        if random.random() < 0.3:
            await asyncio.gather(*(phone.says(f"投{number}号") for number in chosen))
        else:
            for number in [*chosen[:2], chosen[0], *chosen[2:]]:
                await phone.says(f"投{number}号")
        if back := [number for number in chosen if not number % TAKEN_BACK]:
            await phone.says(f"撤回{back[0]}号")
            await phone.says("我的投票")

    async def _write(self, phone: Phone, random: Random, author: int) -> None:
        await phone.says("座右铭")
        await phone.says(words_of(author))
        await phone.says("交")
        if random.random() < 0.3:
            await phone.says("撤回座右铭")
            await phone.says("确定")

    def _follower(self, number: int) -> Follower:
        return Follower(self._account_id, f"o-{number:06}")
