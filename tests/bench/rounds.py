"""One round: a script is played against a server, then every reply and row is looked at."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from bot.simulator.account import Account
from bot.simulator.answers import BadAnswer
from tests.bench.client import LOST, Driven, drive
from tests.bench.scripts import Line, Part, render
from tests.bench.servers import Server
from tests.bench.subjects import Empty, Subject


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

    def play(self, parts: Sequence[Part]) -> Round:
        """Bring the members to where their parts begin, let them speak, check what came of it."""
        self.subject.prepare(parts)
        before = self.subject.rows()
        chains = [render(self.account, part) for part in parts]
        cpu = self.server.cpu()
        driven = drive(self.server.port, chains)
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
            # A line that was never spoken, because the one before got no answer, is lost too.
            heard = [*replies, *[LOST] * (len(part.lines) - len(replies))]
            for line, response in zip(part.lines, heard, strict=True):
                if flaw := self.flaw(line, response):
                    flaws[flaw] += 1
                elif line.adds:
                    acknowledged[line.adds] += 1
        if not isinstance(self.subject, Empty):
            flaws += _off(before + acknowledged, self.subject.rows())
        return flaws

    def flaw(self, line: Line, response: bytes) -> str:
        """What is wrong with the response to this line; nothing when it is as it should be."""
        if response == LOST:
            return "lost"
        head, _, body = response.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            return f"status {head.split(b' ')[1].decode()}"
        if isinstance(self.subject, Empty):
            return "" if body == b"success" else "not the word"
        try:
            said = self.account.open_reply(body).text
        except BadAnswer as answer:
            return str(answer)
        return "" if line.expects in said else f"not {line.expects}: {said[:40]}"


def _percentiles(parts: Sequence[Part], driven: Driven) -> tuple[float, float]:
    """The median and the 99th percentile, in milliseconds, of those who count."""
    milliseconds = [
        second * 1e3
        for part, seconds in zip(parts, driven.seconds, strict=True)
        if not part.aside
        for second in seconds
    ]
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _off(expected: Counter[str], found: Counter[str]) -> Counter[str]:
    """By how many rows the tables differ from what was acknowledged."""
    return Counter(
        {
            f"{table}: rows {found[table] - expected[table]:+}": abs(found[table] - expected[table])
            for table in expected | found
            if found[table] != expected[table]
        }
    )
