"""A message that kills whoever plays it is given up after three tries; nobody else suffers."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from bot.simulator.account import Account
from bot.simulator.answers import Answer
from bot.simulator.delivery import LIMIT
from bot.simulator.pushes import Follower
from tests.apart import run_apart
from tests.journeys.conftest import load_sample, settings_for
from tests.service import serving
from tests.stores import Postgres, Valkey
from tests.wechat.courier import Carried, Courier

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.postgres]

POISON = "毒药"
GIVEN_UP = "给您添麻烦了"
AT_ONCE = 3
"""Others who are on their way to the service at any time."""
BETWEEN = 25
"""Others who are served between two deliveries of poison, however slow the machine is."""
BREATH = 0.1
"""Seconds between them at least: a killed worker needs that long to be replaced."""


@pytest.fixture
def settings(tmp_path: Path, postgres: Postgres, fresh_postgres_url: str) -> Settings:
    postgres.fill(fresh_postgres_url, load_sample)
    changes = {"data_dir": tmp_path, "workers": 4, "threads": 4}
    return settings_for(fresh_postgres_url).model_copy(update=changes)


@pytest.fixture
def victims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a poisoned service notes each process that a message kills."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "poison"))
    monkeypatch.setenv("POISON", POISON)
    monkeypatch.setenv("POISON_VICTIMS", str(tmp_path / "victims"))
    return tmp_path / "victims"


@dataclass
class Crowd:
    """Members who vote, a few at a time, for as long as it takes."""

    account: Account
    courier: Courier
    votes: "list[asyncio.Task[Carried]]" = field(default_factory=list)
    served: int = 0

    async def vote(self) -> None:
        """Vote on and on, until cancelled."""
        place = asyncio.Semaphore(AT_ONCE)
        for number in count():
            await place.acquire()
            vote = asyncio.create_task(self._vote(f"good-{number}", place))
            self.votes.append(vote)
            await asyncio.sleep(0.01)

    async def _vote(self, who: str, place: asyncio.Semaphore) -> Carried:
        at = int(time.time())
        push = Follower(self.account.account_id, who).text("投1001号", at)
        vote = asyncio.create_task(self.courier.carry(push, at))
        # Whoever has to wait for a repetition makes room for others.
        await asyncio.wait([vote], timeout=1)
        place.release()
        carried = await vote
        self.served += 1
        return carried

    async def while_it_votes(self, what: Awaitable[Answer | None]) -> None:
        """Let something happen; if that was a blow, let the crowd go on for a while."""
        before = self.served
        if await what:
            return
        await asyncio.sleep(BREATH)
        while self.served < before + BETWEEN:
            await asyncio.sleep(0.01)


async def poison_it(
    courier: Courier, crowd: Crowd, keys: int, twice: bool = False
) -> list[Answer | None]:
    """Deliver poison three times, five seconds apart at least; what the last deliveries get."""
    voting = asyncio.create_task(crowd.vote())
    poison = [Poison(courier, crowd, n) for n in range(keys)]
    for _ in range(3):
        for one in poison:
            await crowd.while_it_votes(one.deliver(twice))
    voting.cancel()
    await asyncio.gather(*crowd.votes)
    return [one.answer for one in poison]


class Poison:
    """A message that nobody survives."""

    def __init__(self, courier: Courier, crowd: Crowd, number: int) -> None:
        self._courier = courier
        self._follower = Follower(crowd.account.account_id, f"bad-{number}")
        self._words, self._request, self._next = f"{POISON}{number}", b"", 0.0
        self.answer: Answer | None = None

    async def deliver(self, twice: bool) -> Answer | None:
        """Make the next delivery when it is due, or two of them; None when that killed."""
        if not self._request:
            at = int(time.time())
            self._request = self._courier.seal(self._follower.text(self._words, at), at)
        await asyncio.sleep(max(0, self._next - time.monotonic()))
        self._next = time.monotonic() + LIMIT
        copies = [self._courier.deliver(self._request) for _ in range(2 if twice else 1)]
        self.answer = (await asyncio.gather(*copies))[0]
        return self.answer


@contextmanager
def poisoned(settings: Settings, folder: Path, redis_url: str) -> Iterator[tuple[Courier, Crowd]]:
    settings = settings.model_copy(update={"redis_url": SecretStr(redis_url)})
    account = Account.of(settings)
    with serving(settings, folder) as service:
        courier = Courier(service.port, account)
        yield courier, Crowd(account, courier)


def lost(crowd: Crowd) -> int:
    """Votes that were not answered as they should be."""
    return sum("已投给" not in vote.result().text for vote in crowd.votes)


def test_poison_is_given_up_and_everybody_else_votes_on(
    settings: Settings, victims: Path, own_valkey: Valkey, tmp_path: Path
) -> None:
    with poisoned(settings, tmp_path, own_valkey.url) as (courier, crowd):
        answers = run_apart(poison_it(courier, crowd, keys=20))

    assert all(answer and GIVEN_UP in answer.text for answer in answers)
    assert Counter(victims.read_text().split()) == {f"{POISON}{n}": 2 for n in range(20)}
    assert lost(crowd) <= len(crowd.votes) // 1000


def test_without_redis_poison_ends_with_wechats_third_delivery(
    settings: Settings, victims: Path, tmp_path: Path
) -> None:
    with poisoned(settings, tmp_path, "unix:///nowhere.sock") as (courier, crowd):
        answers = run_apart(poison_it(courier, crowd, keys=6))

    assert answers == [None] * 6
    assert Counter(victims.read_text().split()) == {f"{POISON}{n}": 3 for n in range(6)}
    assert lost(crowd) <= len(crowd.votes) // 1000


@pytest.mark.deep
def test_poison_that_comes_twice_at_once_kills_no_more_than_three(
    settings: Settings, victims: Path, own_valkey: Valkey, tmp_path: Path
) -> None:
    with poisoned(settings, tmp_path, own_valkey.url) as (courier, crowd):
        answers = run_apart(poison_it(courier, crowd, keys=5, twice=True))

    assert all(answer and GIVEN_UP in answer.text for answer in answers)
    assert max(Counter(victims.read_text().split()).values()) <= 3
    assert lost(crowd) <= len(crowd.votes) // 1000
