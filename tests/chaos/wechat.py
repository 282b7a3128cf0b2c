"""Delivers like WeChat: five seconds for an answer, up to three times, some twice at once."""

import asyncio
import time
from collections.abc import Sequence
from random import Random
from urllib.parse import urlencode

from bot.simulator.account import Account, Sealed
from bot.simulator.answers import BadAnswer
from bot.simulator.pushes import Push
from tests.chaos.app import HEADER, Step
from tests.chaos.history import Delivery, Said
from tests.chaos.hosts import Host

LIMIT = 5.0
"""Seconds after which WeChat hangs up."""
PATIENCE = 2.0
"""Seconds after that in which a host must have let go: it may want the message to come again."""
DELIVERIES = 3
PAUSE = 0.2
"""Seconds between a delivery that broke and the next one: errors are repeated at once."""
EARLY = 0.2
"""The share of messages that are delivered a second time while the first is under way."""


class WeChat:
    """Pushes what members do to whichever host comes next, and keeps what came of it."""

    def __init__(self, account: Account, hosts: Sequence[Host], random: Random) -> None:
        self._account, self._hosts, self._random = account, hosts, random
        self.history: list[Said] = []
        self._listeners: set[asyncio.Task[None]] = set()
        self.early = EARLY

    async def deliver(self, push: Push, words: str = "", die: Step | None = None) -> Said:
        """Deliver until there is an answer; `die` is where the first delivery's worker dies."""
        said = Said(push, words, _name(self._account, push), int(_field(push, "CreateTime")))
        self.history.append(said)
        sealed = self._account.seal(push, int(time.time()))
        hosts = self._random.sample(self._hosts, len(self._hosts))
        early = self._random.random() < self.early
        for number in range(DELIVERIES):
            first, other = hosts[number % len(hosts)], hosts[(number + 1) % len(hosts)]
            tries = [self._front(said, sealed, (first, other), die if number == 0 else None)]
            if early and number == 0:
                pause = self._random.uniform(0, 0.03)
                tries.append(self._front(said, sealed, (other, first), None, pause))
            if not all(each.fault for each in await asyncio.gather(*tries)):
                break
            await asyncio.sleep(PAUSE)
        return said

    async def repeat(self, said: Said) -> None:
        """Deliver once more what has been answered, signed anew."""
        sealed = self._account.seal(said.push, int(time.time()))
        await self._try(said, sealed, self._random.choice(self._hosts), None)

    async def _front(
        self,
        said: Said,
        sealed: Sealed,
        hosts: tuple[Host, Host],
        die: Step | None,
        pause: float = 0,
    ) -> Delivery:
        """Deliver as by deploy/nginx.conf: what breaks at one host is tried once at the other."""
        await asyncio.sleep(pause)
        delivery = await self._try(said, sealed, hosts[0], die)
        if delivery.fault != "broken" or delivery.seconds > LIMIT - 1:
            return delivery
        return await self._try(said, sealed, hosts[1], None, LIMIT - delivery.seconds)

    async def _try(
        self, said: Said, sealed: Sealed, host: Host, die: Step | None, limit: float = LIMIT
    ) -> Delivery:
        began, fault, inner = time.time(), "", ""
        clock = time.perf_counter()
        posting = asyncio.create_task(_post(host.port, sealed, die))
        try:
            async with asyncio.timeout(limit):
                status, body = await asyncio.shield(posting)
            inner = self._account.open_reply(body).xml if status == 200 else ""
            fault = "" if status == 200 else f"status {status}"
        except TimeoutError:
            fault = "late"
        except _BROKEN:
            fault = "broken"
        except BadAnswer as bad:
            fault = f"unreadable: {bad.flaw}"
        ended = began + time.perf_counter() - clock
        delivery = Delivery(host.name, began, ended, fault, inner)
        said.deliveries.append(delivery)
        if fault == "late":
            self._listeners.add(asyncio.create_task(_listen_on(said, posting)))
        return delivery

    async def hang_up(self) -> None:
        """Wait until nobody listens any more."""
        await asyncio.gather(*self._listeners)


async def _listen_on(said: Said, posting: "asyncio.Task[tuple[int, bytes]]") -> None:
    """WeChat has hung up. Hear whether the host lets go now, or answers, or hangs."""
    try:
        async with asyncio.timeout(PATIENCE):
            status, _ = await posting
        said.afterwards.append(f"status {status}")
    except TimeoutError:
        said.afterwards.append("nothing")
    except _BROKEN:
        said.afterwards.append("broken")


_BROKEN = (OSError, asyncio.IncompleteReadError, ValueError)


async def _post(port: int, sealed: Sealed, die: Step | None) -> tuple[int, bytes]:
    """Post as WeChat does, on a connection of its own; status and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = (
            f"POST /wechat?{urlencode(sealed.query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: text/xml\r\nUser-Agent: Mozilla/4.0\r\nConnection: close\r\n"
            f"Content-Length: {len(sealed.body)}\r\n"
        )
        mark = f"{HEADER}: {die}\r\n" if die else ""
        writer.write(f"{head}{mark}\r\n".encode() + sealed.body)
        return await read_response(reader)
    finally:
        writer.transport.abort()


async def read_response(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of an HTTP response that tells its length."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    _, _, length = head.partition("content-length:")
    return int(head.split()[1]), await reader.readexactly(int(length.split()[0]))


def _field(push: Push, tag: str) -> str:
    value = dict(push.fields).get(tag, "")
    return value.removeprefix("<![CDATA[").removesuffix("]]>")


def _name(account: Account, push: Push) -> str:
    """What makes a push the same push: a number, or for an event its second and what it is."""
    ends = f"{account.account_id}|{push.openid}"
    if number := _field(push, "MsgId"):
        return f"m|{ends}|{number}"
    rest = (_field(push, tag) for tag in ("CreateTime", "Event", "EventKey", "Ticket"))
    return f"e|{ends}|{'|'.join(rest)}"
