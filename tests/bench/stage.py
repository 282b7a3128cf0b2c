"""A stage: a subject whose server runs; what is played on it is timed, and then looked at."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from bot.settings import Mode
from bot.simulator.account import Account
from bot.simulator.answers import BadAnswer
from tests.bench.client import LOST, Driven, drive
from tests.bench.scripts import Line, Part, Script, Visit, render
from tests.bench.servers import Server, serving
from tests.bench.subjects import Empty, Subject

SECRET = "a secret of at least thirty-two letters"
SETTINGS = {
    "BOT_ENV": "development",
    "BOT_SECRET_KEY": SECRET,
    "BOT_WECHAT_TOKEN": "benchtoken",
    "BOT_WECHAT_APP_ID": "wxbench0000000000",
    "BOT_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "BOT_WECHAT_ACCOUNT": "gh_bench",
    "BOT_WORKERS": "2",
}
FIRST = 40
"""Members who warm a server up, before anybody knows how fast it is."""


@dataclass(frozen=True)
class Round:
    """What one round came to."""

    requests: int
    rate: float
    """Requests a second."""
    p50: float
    p99: float
    """Milliseconds."""
    cpu: float
    """Microseconds of CPU that the server's processes took for a request."""
    client_busy: float
    """The share of the time in which the client itself was at work."""
    flaws: Counter[str]
    """Replies lost or wrong, and rows too many or too few, by what was wrong with them."""


@dataclass(frozen=True)
class Stage:
    """A subject whose server runs, in the mode of the account."""

    subject: Subject
    server: Server
    account: Account
    connections: int
    log: Path
    """What the server has said."""

    def play(self, parts: Sequence[Part]) -> Round:
        """Bring the members to where their parts begin, let them act, check what came of it."""
        self.subject.prepare(parts)
        before = self.subject.rows()
        chains = [render(self.account, part) for part in parts]
        cpu = self.server.cpu()
        driven = drive(self.server.port, chains, self.connections)
        cpu = self.server.cpu() - cpu
        requests = sum(map(len, chains))
        p50, p99 = _percentiles(parts, driven)
        return Round(
            requests=requests,
            rate=requests / driven.elapsed,
            p50=p50,
            p99=p99,
            cpu=cpu / requests * 1e6,
            client_busy=driven.own_cpu / driven.elapsed,
            flaws=self._flaws(parts, driven, before),
        )

    def _flaws(self, parts: Sequence[Part], driven: Driven, before: Counter[str]) -> Counter[str]:
        flaws, acknowledged = Counter[str](), Counter[str]()
        for part, replies in zip(parts, driven.replies, strict=True):
            # What was never said, because the line before got no answer, is lost as well.
            heard = [*replies, *[LOST] * (len(part.lines) - len(replies))]
            for line, response in zip(part.lines, heard, strict=True):
                if flaw := self._flaw(line, response):
                    flaws[flaw] += 1
                elif line.adds:
                    acknowledged[line.adds] += 1
        if not isinstance(self.subject, Empty):
            flaws += _off(before + acknowledged, self.subject.rows())
        return flaws

    def _flaw(self, line: Line | Visit, response: bytes) -> str:
        """What is wrong with the response to this line; nothing when it is as it should be."""
        if response == LOST:
            return "lost"
        head, _, body = response.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            return f"status {head.split(b' ')[1].decode()}"
        if isinstance(self.subject, Empty):
            return "" if body == b"success" else "not the word"
        try:
            said = body.decode() if isinstance(line, Visit) else self.account.open_reply(body).text
        except BadAnswer as answer:
            return str(answer)
        return "" if re.search(line.expects, said) else f"wrong words: {said[:6]}…"


@contextmanager
def staged(subject: Subject, mode: Mode, folder: Path, connections: int) -> Iterator[Stage]:
    """Serve the subject, with its log in the folder."""
    settings = {**SETTINGS, **subject.settings, "BOT_WECHAT_MODE": mode}
    account = Account(
        token=settings["BOT_WECHAT_TOKEN"],
        app_id=settings["BOT_WECHAT_APP_ID"],
        aes_key=settings["BOT_WECHAT_AES_KEY"],
        account_id=settings["BOT_WECHAT_ACCOUNT"],
        mode=mode,
    )
    log = folder / f"{subject.name}.log"
    with serving(subject.program, settings, log) as server:
        yield Stage(subject, server, account, connections, log)


@dataclass
class Run:
    """A script on a stage, played in rounds that take about as long as one another."""

    stage: Stage
    action: str
    script: Script
    seconds: float
    members: int = FIRST
    rounds: list[Round] = field(default_factory=list)

    def warm_up(self) -> None:
        """Play until the server knows all it will need, and find out how many members to take.

        Connections are opened, statements compiled and, after some times, prepared.
        """
        for _ in range(3):
            warm = self.stage.play(self.script(self.members))
            pace = warm.rate * self.members / warm.requests
            self.members = max(FIRST, int(pace * self.seconds))

    def play(self) -> None:
        """One round."""
        self.rounds.append(self.stage.play(self.script(self.members)))


def _percentiles(parts: Sequence[Part], driven: Driven) -> tuple[float, float]:
    """The median and the 99th percentile, in milliseconds, of those who count."""
    seconds = sorted(
        second
        for part, each in zip(parts, driven.seconds, strict=True)
        if not part.aside
        for second in each
    )
    if not seconds:
        return inf, inf
    p50, p99 = (seconds[int(share * (len(seconds) - 1))] * 1e3 for share in (0.5, 0.99))
    return p50, p99


def _off(expected: Counter[str], found: Counter[str]) -> Counter[str]:
    """By how many rows the tables differ from what was acknowledged."""
    differences = {table: found[table] - expected[table] for table in expected | found}
    return Counter({f"rows {table} {by:+}": abs(by) for table, by in differences.items() if by})
