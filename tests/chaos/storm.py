"""A run: a crowd writes, workers die, other things go wrong, and somebody looks on."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from bot.simulator.account import Account
from tests.chaos import faults
from tests.chaos.app import deaths
from tests.chaos.campaign import MOTTOS, Campaign
from tests.chaos.crowd import Crowd, Pace
from tests.chaos.history import Said
from tests.chaos.oracle import Evidence, Row, Violation, judge, member_of, read_tables
from tests.chaos.report import Report, quantile
from tests.chaos.site import Site, stopped
from tests.chaos.watch import Watch, drift, wall
from tests.chaos.wechat import WeChat


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    messages: int
    a_second: float
    kills: int = 0
    """Workers killed at random, spread over the messages."""
    deaths: float = 0.0
    """The share of messages whose worker dies at one of the steps of its turn."""
    faults: Sequence[str] = ()
    """What else goes wrong, one after the other."""
    repeats: int = 40
    """Answered messages that are delivered again in the end, after a restart of everything."""


@dataclass
class Storm:
    """One run on a site."""

    site: Site
    campaign: Campaign
    plan: Plan
    random: Random
    report: Report
    kills: list[tuple[float, str]] = field(default_factory=list)
    """When a worker was killed, and whose."""

    async def rage(self) -> list[Violation]:
        """Do it all; the promises that were broken."""
        account = Account.of(self.site.settings)
        wechat = WeChat(account, self.site.hosts, Random(self.random.random()))
        pace = Pace(self.plan.a_second, self.plan.messages, deaths=self.plan.deaths)
        numbers = self.campaign.numbers
        crowd = Crowd(wechat, pace, account.account_id, numbers, Random(self.random.random()))
        watch = Watch(self.site.engine, self.site.cache, self.site.hosts)
        began = time.monotonic()
        looking = asyncio.create_task(watch.look_on())
        async with asyncio.TaskGroup() as group:
            pace.holds = 2
            group.create_task(self._kill(pace))
            group.create_task(self._break(pace))
            await crowd.live()
            self.report.of_history(wechat.history, time.monotonic() - began)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        self.site.heal()
        await self.site.ready()
        return await self._judge(wechat, watch)

    async def _kill(self, pace: Pace) -> None:
        """Kill workers as messages go by: a slow machine is not given more deaths a message."""
        for number in range(self.plan.kills):
            await pace.reach((number + self.random.random()) / self.plan.kills)
            host = self.random.choice(self.site.hosts)
            while not host.kill_worker(self.random):
                await asyncio.sleep(0.05)
            self.kills.append((time.time(), host.name))
        pace.holds -= 1

    async def _break(self, pace: Pace) -> None:
        for number, name in enumerate(self.plan.faults, start=1):
            await pace.reach(number / (len(self.plan.faults) + 1))
            await faults.ALL[name](self.site, self.random)
            self.report.faults[name] = self.report.faults.get(name, 0) + 1
        pace.holds -= 1

    async def _judge(self, wechat: WeChat, watch: Watch) -> list[Violation]:
        seen = list(watch.seen)
        seen += [Violation("I08", what) for what in await tally_settles(self.site)]
        await self._everything_anew()
        await self._repeat(wechat)
        evidence = await gathered(self.site, wechat.history, seen)
        seen += [Violation("I18", what) for what in await self._walls(evidence.rows["motto"])]
        violations = await asyncio.to_thread(judge, evidence)
        self._finish(wechat.history, watch, violations)
        return violations

    async def _everything_anew(self) -> None:
        await asyncio.to_thread(self.site.cache.flushall)
        await asyncio.gather(*(stopped(host) for host in self.site.hosts))
        await asyncio.sleep(0.2)
        await self.site.ready()

    async def _repeat(self, wechat: WeChat) -> None:
        """Deliver again what has been answered and kept."""
        evidence = await gathered(self.site, wechat.history)
        answered = [said for said in wechat.history if said.replies and evidence.keeps(said)]
        chosen = self.random.sample(answered, min(self.plan.repeats, len(answered)))
        await asyncio.gather(*(wechat.repeat(said) for said in chosen))

    async def _walls(self, mottos: Sequence[Row]) -> list[str]:
        approved = {row["id"] + 1_000 for row in mottos if row["state"] == "approved"}
        shown = [await wall(host.port) for host in self.site.hosts]
        return [f"{len(each ^ approved)} entries differ" for each in shown if each != approved]

    def _finish(
        self, history: Sequence[Said], watch: Watch, violations: Sequence[Violation]
    ) -> None:
        report = self.report
        report.died_at = {str(step): n for step, n in deaths(self.site.deaths).items()}
        report.kills = len(self.kills) + sum(report.died_at.values())
        report.looks, report.pages = watch.looks, watch.pages
        report.of_violations(violations)
        if self.kills:
            report.recovery_p95_ms = quantile(recoveries(history, self.kills), 0.95)


async def gathered(
    site: Site, history: Sequence[Said], seen: list[Violation] | None = None
) -> Evidence:
    """What the oracle looks at: the rows as they are now, and the history."""
    rows = await asyncio.to_thread(read_tables, site.engine)
    secret = site.settings.secret_key.get_secret_value()
    authors = (f"o-author-{author}" for author in range(MOTTOS))
    before = frozenset(member_of(secret, author) for author in authors)
    return Evidence(history, rows, secret, before, seen=[] if seen is None else seen)


async def tally_settles(site: Site) -> list[str]:
    """How the tally is still wrong when it should have been right for long."""
    what = ""
    for _ in range(25):
        await asyncio.sleep(0.2)
        if not (what := await asyncio.to_thread(drift, site.engine, site.cache)):
            return []
    return [what]


def recoveries(history: Sequence[Said], kills: Sequence[tuple[float, str]]) -> list[float]:
    """Seconds from each kill to the first answer by that host to what was sent after it."""
    answers = sorted(
        (each.began, each.ended, each.host)
        for said in history
        for each in said.deliveries
        if not each.fault
    )
    found = []
    for killed_at, name in kills:
        ends = [ended for began, ended, host in answers if began >= killed_at and host == name]
        if ends:
            found.append(min(ends) - killed_at)
    return found
