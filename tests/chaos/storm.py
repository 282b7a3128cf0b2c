"""A run: a crowd writes, workers die, other things go wrong, and somebody looks on."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from sqlalchemy.exc import SQLAlchemyError

from bot.domain.questions import Shelf
from bot.domain.refusals import Refusal
from bot.domain.services import open_services
from bot.simulator.account import Account
from bot.storage.database import Sessions, database_clock, open_engine
from tests.builders import chained
from tests.chaos import faults
from tests.chaos.app import deaths
from tests.chaos.campaign import MOTTOS, Campaign
from tests.chaos.crowd import Crowd, Pace
from tests.chaos.history import Said
from tests.chaos.hosts import footprint
from tests.chaos.oracle import ARRIVES, Evidence, Row, Violation, judge, member_of, read_tables
from tests.chaos.report import Report, quantile
from tests.chaos.site import Site, stopped
from tests.chaos.watch import Watch, counted_at, drift, wall
from tests.chaos.wechat import WeChat


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    messages: int
    a_second: float
    at_once: int = 16
    """Members who talk at the same time."""
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
    seen: list[Violation] = field(default_factory=list)
    """What was noticed on the way."""

    async def rage(self) -> list[Violation]:
        """Do it all; the promises that were broken."""
        account = Account.of(self.site.settings)
        wechat = WeChat(account, self.site.hosts, Random(self.random.random()))
        pace = Pace(self.plan.a_second, self.plan.messages, deaths=self.plan.deaths)
        numbers = self.campaign.numbers
        crowd = Crowd(wechat, pace, account.account_id, numbers, Random(self.random.random()))
        watch = Watch(self.site.engine, self.site.cache, self.site.hosts)
        masters = {host.pid: footprint(host.pid) for host in self.site.hosts}
        began = time.monotonic()
        around = [asyncio.create_task(watch.look_on()), asyncio.create_task(self._moderate())]
        async with asyncio.TaskGroup() as group:
            for work in (self._kill, self._break, self._calm):
                group.create_task(pace.held_by(work))
            await crowd.live(self.plan.at_once)
            self.report.of_history(wechat.history, time.monotonic() - began)
        for task in around:
            task.cancel()
        await asyncio.gather(*around, return_exceptions=True)
        self.site.heal()
        await self.site.ready()
        await wechat.hang_up()
        self._look_for_growth(masters)
        return await self._judge(wechat, watch)

    async def _kill(self, pace: Pace) -> None:
        """Kill workers as messages go by: a slow machine is not given more deaths a message."""
        for number in range(self.plan.kills):
            await pace.reach((number + self.random.random()) / self.plan.kills)
            host = self.random.choice(self.site.hosts)
            # Whoever has no worker just now has none to lose: waiting for it would bring the kills
            # of many seconds at once.
            while not host.kill_worker(self.random):
                await asyncio.sleep(0.05)
                host = self.random.choice(self.site.hosts)
            self.kills.append((time.time(), host.name))

    async def _break(self, pace: Pace) -> None:
        for number, name in enumerate(self.plan.faults, start=1):
            await pace.reach(number / (len(self.plan.faults) + 1))
            await faults.ALL[name](self.site, self.random)
            self.report.faults[name] = self.report.faults.get(name, 0) + 1

    async def _calm(self, pace: Pace) -> None:
        """Once on the way all hold their breath, and the tally must come back after it was lost."""
        await pace.reach(0.3)
        pace.paused = True
        await asyncio.to_thread(self.site.cache.flushall)
        self._note("I08", await tally_settles(self.site))
        pace.paused = False

    async def _moderate(self) -> None:
        """A colleague at the desk, who reads and approves whatever comes."""
        engine = open_engine(self.site.url)
        sessions = chained(engine)
        try:
            while True:
                await asyncio.sleep(0.5)
                with suppress(SQLAlchemyError, Refusal):
                    await asyncio.to_thread(approve_one, sessions)
        finally:
            engine.dispose()

    async def _judge(self, wechat: WeChat, watch: Watch) -> list[Violation]:
        self._note("I10", await self._seal())
        await self._everything_anew()
        await self._repeat(wechat)
        evidence = await gathered(self.site, wechat.history)
        # One accident may take along all that is under way; a short run can't make up for it.
        one_accident = self.plan.at_once / len(wechat.history)
        evidence.most_unanswered = max(evidence.most_unanswered, one_accident)
        self._note("I18", await self._walls(evidence.rows["motto"]))
        found = await asyncio.to_thread(judge, evidence)
        violations = [*watch.seen, *self.seen, *found]
        self._finish(wechat.history, watch, violations)
        return violations

    def _note(self, invariant: str, what: Sequence[str]) -> None:
        self.seen += [Violation(invariant, each) for each in what]

    async def _seal(self) -> list[str]:
        """Wait for the seal, if it should come soon."""
        if self.campaign.closes_at > time.time() + 60:
            return []
        while True:
            rows = await asyncio.to_thread(read_tables, self.site.engine, ("round",))
            if rows["round"][0]["sealed_at"]:
                return []
            if time.time() > self.campaign.closes_at + ARRIVES.total_seconds() + 15:
                return ["nobody sealed the round"]
            await asyncio.sleep(0.5)

    def _look_for_growth(self, masters: Mapping[int, tuple[int, int]]) -> None:
        """A master that was there all the time is no bigger than it was."""
        for host in self.site.hosts:
            if (before := masters.get(host.pid)) is None:
                continue
            files, kilobytes = footprint(host.pid)
            if files > before[0] * 1.05 or kilobytes > before[1] * 1.1:
                self._note("I19", [f"{host.name} grew from {before} to {(files, kilobytes)}"])

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


def approve_one(sessions: Sessions) -> None:
    """Approve the motto that waits longest."""
    with sessions.begin() as session:
        services = open_services(session, database_clock(session), Shelf())
        for card in services.moderation.queue(1).mottos:
            services.moderation.decide(card.number, card.version, staff_id=1)


async def gathered(site: Site, history: Sequence[Said]) -> Evidence:
    """What the oracle looks at: the rows as they are now, and the history."""
    rows = await asyncio.to_thread(read_tables, site.engine)
    secret = site.settings.secret_key.get_secret_value()
    authors = (f"o-author-{author}" for author in range(MOTTOS))
    before = frozenset(member_of(secret, author) for author in authors)
    return Evidence(history, rows, secret, before)


async def tally_settles(site: Site) -> list[str]:
    """How the tally is still wrong when it should have been right for long.

    Whoever counts may just have been killed, and gets the time to start.
    """
    before = await asyncio.to_thread(counted_at, site.cache)
    for _ in range(300 if site.keeper else 0):
        if await asyncio.to_thread(counted_at, site.cache) != before:
            break
        await asyncio.sleep(0.1)
    what = ""
    for _ in range(25):
        if not (what := await asyncio.to_thread(drift, site.engine, site.cache)):
            return []
        await asyncio.sleep(0.2)
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
