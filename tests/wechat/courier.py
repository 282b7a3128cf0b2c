"""Deliveries as WeChat makes them, many at a time: five seconds for each, three at most."""

import asyncio
import random
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bot.simulator.account import Account
from bot.simulator.answers import Answer, BadAnswer
from bot.simulator.delivery import LIMIT
from bot.simulator.pushes import Push

DELIVERIES = 3


@dataclass
class Carried:
    """What became of one push: how long each delivery took, and the answer, if one came."""

    push: Push
    seconds: list[float] = field(default_factory=list)
    answer: Answer | None = None
    duplicates: list[Answer] = field(default_factory=list)
    """Answers to deliveries that were made twice at once."""

    @property
    def text(self) -> str:
        """The words of the answer; empty for silence and for none."""
        return self.answer.text if self.answer else ""


class Courier:
    """Carries pushes to a service on this machine."""

    def __init__(self, port: int, account: Account, early: float = 0.0, seed: int = 1) -> None:
        """A share of `early` of the deliveries is followed by the same one a moment later."""
        self._port, self._account = port, account
        self._early, self._random = early, random.Random(seed)

    async def carry(self, push: Push, at: int) -> Carried:
        """Deliver until it is answered; what fails is repeated five seconds later, or six."""
        request = self.seal(push, at)
        carried, clock = Carried(push), asyncio.get_running_loop().time
        for _ in range(DELIVERIES):
            began = clock()
            copy = self._copy(request)
            carried.answer = await self.deliver(request)
            carried.seconds.append(clock() - began)
            if copy and (answer := await copy):
                carried.duplicates.append(answer)
            if carried.answer:
                break
            await asyncio.sleep(began + LIMIT + self._random.random() - clock())
        return carried

    def seal(self, push: Push, at: int) -> bytes:
        """The request of a push, the same for each of its deliveries."""
        sealed = self._account.seal(push, at)
        query, size = urlencode(sealed.query), len(sealed.body)
        head = f"POST /wechat?{query} HTTP/1.1\r\nhost: bot\r\ncontent-length: {size}\r\n\r\n"
        return head.encode() + sealed.body

    def _copy(self, request: bytes) -> "asyncio.Task[Answer | None] | None":
        if self._random.random() >= self._early:
            return None
        return asyncio.create_task(self.deliver(request, after=self._random.random() / 4))

    async def deliver(self, request: bytes, after: float = 0.0) -> Answer | None:
        """The answer to one delivery; None when the service cannot be reached or fails."""
        await asyncio.sleep(after)
        try:
            async with asyncio.timeout(LIMIT):
                return self._read(await self._exchange(request))
        except (OSError, TimeoutError, EOFError, BadAnswer):
            return None

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            return int(head.split()[1]), await reader.readexactly(length)
        finally:
            writer.close()

    def _read(self, response: tuple[int, bytes]) -> Answer | None:
        status, body = response
        return self._account.open_reply(body) if status == 200 else None
