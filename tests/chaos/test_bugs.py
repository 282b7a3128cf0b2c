"""The suite must fail first: ten planted bugs, each driven to where it shows, each caught."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import make_url, text

from bot.simulator.account import Account
from bot.simulator.pushes import Follower
from bot.storage.database import open_engine
from tests.apart import run_apart
from tests.chaos.app import BUG, Step
from tests.chaos.bugs import BUGS
from tests.chaos.campaign import Campaign, lay_out, words_of
from tests.chaos.crowd import QUESTION, TYPED
from tests.chaos.oracle import Violation, judge
from tests.chaos.site import Site, site
from tests.chaos.storm import gathered, tally_settles
from tests.chaos.wechat import WeChat
from tests.stores import CrashSafePostgres, Valkey

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.postgres]


class Drill:
    """A few members who do just what a bug gets wrong."""

    def __init__(self, site: Site, campaign: Campaign, wechat: WeChat) -> None:
        self.site, self.campaign, self.wechat = site, campaign, wechat

    async def say(
        self, member: int, words: str, die: Step | None = None, number: int | None = None
    ) -> str:
        follower = Follower(self.site.settings.wechat_account, f"o-{member:06}")
        push = follower.text(words, int(time.time()), number)
        return (await self.wechat.deliver(push, words, die)).answer

    async def each(self, members: int, does: Callable[[int], Awaitable[object]]) -> None:
        """Let all do it at once."""
        await asyncio.gather(*(does(member) for member in range(members)))

    async def votes(self, die: Step | None = None, members: int = 8) -> None:
        async def vote(member: int) -> None:
            await self.say(member, f"投{self.campaign.numbers[member]}号", die)

        await self.each(members, vote)

    async def answers(self, die: Step) -> None:
        async def answer(member: int) -> None:
            asked = QUESTION.search(await self.say(member, "答题"))
            assert asked
            # Nobody reads and answers within a second.
            await asyncio.sleep(1)
            await self.say(member, TYPED[asked[2]], die)

        await self.each(8, answer)


async def votes_whose_commit_never_comes(drill: Drill) -> None:
    await drill.votes(Step.COMMITTING)


async def answers_whose_worker_dies_after_the_commit(drill: Drill) -> None:
    await drill.answers(Step.COMMITTED)


async def votes_whose_worker_dies_before_the_commit(drill: Drill) -> None:
    await drill.votes(Step.DONE)


async def votes_whose_worker_dies_after_the_commit(drill: Drill) -> None:
    await drill.votes(Step.COMMITTED)


async def messages_of_one_number(drill: Drill) -> None:
    for member in range(4):
        await drill.say(member, f"投{drill.campaign.numbers[0]}号", number=10**17)


async def messages_twice_at_once(drill: Drill) -> None:
    drill.wechat.early = 1.0
    await drill.votes()


async def many_votes_at_once(drill: Drill) -> None:
    async def vote_for_six(member: int) -> None:
        chosen = drill.campaign.numbers[:6]
        await asyncio.gather(*(drill.say(member, f"投{number}号") for number in chosen))

    await drill.each(6, vote_for_six)


async def votes_five_minutes_before_closing(drill: Drill) -> None:
    with drill.site.engine.begin() as connection:
        connection.execute(text("UPDATE round SET closes_at = closes_at - interval '86100 s'"))
    await drill.votes(members=12)


async def mottos_whose_worker_dies_after_the_commit(drill: Drill) -> None:
    async def hand_in(member: int) -> None:
        for words in ("座右铭", words_of(member)):
            await drill.say(member, words)
        await drill.say(member, "交", Step.COMMITTED)

    await drill.each(6, hand_in)


@dataclass(frozen=True)
class Hunt:
    """What brings a bug to light, and the promises of which it breaks one at least."""

    drill: Callable[[Drill], Awaitable[None]]
    breaks: set[str]
    clocks: tuple[int, int] = field(default=(0, 0))


HUNTS = {
    "reply before commit": Hunt(votes_whose_commit_never_comes, {"I01"}),
    "redis de-duplication, lease of 300 ms": Hunt(
        answers_whose_worker_dies_after_the_commit, {"I17"}
    ),
    "redis de-duplication, lease of 60 s": Hunt(
        answers_whose_worker_dies_after_the_commit, {"answered"}
    ),
    "claim in its own transaction": Hunt(votes_whose_worker_dies_before_the_commit, {"answered"}),
    "key without FromUserName": Hunt(messages_of_one_number, {"I01", "I05"}),
    "reply rendered anew": Hunt(messages_twice_at_once, {"I05"}),
    "count, then insert": Hunt(many_votes_at_once, {"I03"}),
    "tally by HINCRBY": Hunt(votes_whose_worker_dies_after_the_commit, {"I08"}),
    "deadline by worker clock": Hunt(votes_five_minutes_before_closing, {"I06"}, (600, -600)),
    "audit row after commit": Hunt(mottos_whose_worker_dies_after_the_commit, {"I15"}),
}


@pytest.fixture(scope="module")
def template(crash_safe_postgres: CrashSafePostgres) -> tuple[str, Campaign]:
    """A database with the campaign, to be copied; making one anew takes seconds."""
    engine = open_engine(url := crash_safe_postgres.fresh_url())
    campaign = lay_out(engine)
    engine.dispose()
    return make_url(url).database or "", campaign


@pytest.fixture
def laid_out(
    crash_safe_postgres: CrashSafePostgres, template: tuple[str, Campaign]
) -> tuple[str, Campaign]:
    return crash_safe_postgres.fresh_url(template[0]), template[1]


def test_there_are_ten_bugs_and_each_is_hunted() -> None:
    assert len(BUGS) == 10
    assert HUNTS.keys() == BUGS.keys()


@pytest.mark.parametrize("bug", BUGS)
def test_the_oracle_catches(
    bug: str,
    laid_out: tuple[str, Campaign],
    crash_safe_postgres: CrashSafePostgres,
    own_valkey: Valkey,
    tmp_path: Path,
    seed: int,
    caught: list[str],
) -> None:
    hunt = HUNTS[bug]

    async def run() -> list[Violation]:
        async with site(
            laid_out[0], crash_safe_postgres, own_valkey, tmp_path, {BUG: bug}, hunt.clocks,
            kept=False,
        ) as found:  # fmt: skip
            wechat = WeChat(Account.of(found.settings), found.hosts, Random(seed))
            drill = Drill(found, laid_out[1], wechat)
            drill.wechat.early = 0.0
            await hunt.drill(drill)
            tally = await tally_settles(found) if "I08" in hunt.breaks else []
            found_later = judge(await gathered(found, wechat.history))
            return [*(Violation("I08", what) for what in tally), *found_later]

    violations = run_apart(run())

    assert {violation.invariant for violation in violations} & hunt.breaks
    caught.append(bug)
