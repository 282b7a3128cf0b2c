"""Slow stores, opposed locks and ten times the usual rush: a word in time, and nothing lost."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.conversation.message import Message
from bot.conversation.reply import say
from bot.conversation.router import Step
from bot.conversation.state import Idle, State
from bot.domain.services import Services
from bot.settings import Settings
from bot.simulator.account import Account
from bot.simulator.delivery import LIMIT
from bot.simulator.pushes import Follower
from bot.storage.database import Sessions, open_engine, open_sessions
from bot.storage.tables import Member, Motto, Vote
from bot.turns import BUDGET, NotRecorded
from tests.apart import run_apart
from tests.builders import Fill, a_member, an_approved_motto, chained, key, said
from tests.journeys.conftest import load_sample, settings_for
from tests.service import serving
from tests.turns.test_turns import NO_REDIS, turns
from tests.wechat.courier import Carried, Courier

pytestmark = [pytest.mark.slow, pytest.mark.long]


# --- a store that keeps us waiting


def answers_at_once(message: Message, state: State, services: Services) -> Step:
    return Step(say("好的"), Idle())


def test_a_row_that_stays_locked_ends_the_turn_inside_its_budget(hurried: Sessions) -> None:
    with hurried.begin() as session:
        a_member(session, "zhang")
    plays = turns(hurried, answers_at_once)

    with hurried.begin() as holder:
        holder.execute(select(Member).where(Member.member_key == key("zhang")).with_for_update())
        began = time.monotonic()
        with pytest.raises(NotRecorded):
            plays.take(said("你好"))
        waited = time.monotonic() - began

    assert waited < BUDGET + 0.5
    assert "好的" in plays.take(said("你好")).decode()


@pytest.mark.parametrize(
    ("store_url", "sleep"),
    [
        pytest.param("postgres", "SELECT pg_sleep(30)", marks=pytest.mark.postgres),
        pytest.param("mariadb", "SELECT sleep(30)", marks=pytest.mark.mariadb),
    ],
    indirect=["store_url"],
)
def test_a_statement_that_takes_for_ever_is_cut_short(hurried: Sessions, sleep: str) -> None:
    began = time.monotonic()

    with pytest.raises(OperationalError), hurried.begin() as session:
        session.execute(text(sleep))

    assert time.monotonic() - began < BUDGET
    with hurried.begin() as session:
        assert session.scalar(select(func.count()).select_from(Member)) is not None


# --- opposed locks

AT_ONCE = 10


class Pair:
    """An author who takes a motto back, while a colleague who holds it wants the author's row."""

    def __init__(self, sessions: Sessions, name: str, number: int) -> None:
        self._sessions, self._name, self._motto = sessions, name, number - 1000
        self._author_holds, self._colleague_holds = threading.Event(), threading.Event()
        self.tries = 0

    def author(self) -> bytes:
        return turns(self._sessions, self._take_back, NO_REDIS).take(said("撤回", by=self._name))

    def _take_back(self, message: Message, state: State, services: Services) -> Step:
        self._hold_and_wait(self._author_holds, self._colleague_holds)
        services.mottos.withdraw(message.member)
        return Step(say("好的"), Idle())

    def colleague(self) -> bytes:
        while True:
            try:
                with self._sessions.begin() as session:
                    self._look_closely(session)
                return b"done"
            except OperationalError:
                # A colleague is told, and presses the button again.
                time.sleep(0.05)

    def _look_closely(self, session: Session) -> None:
        session.execute(select(Motto.id).where(Motto.id == self._motto).with_for_update())
        self._hold_and_wait(self._colleague_holds, self._author_holds)
        author = select(Member.member_key).where(Member.member_key == key(self._name))
        session.execute(author.with_for_update())

    def _hold_and_wait(self, mine: threading.Event, other: threading.Event) -> None:
        """Go on when the other holds a lock too; whoever tries again need not wait."""
        self.tries += 1
        mine.set()
        assert other.wait(20)


@pytest.mark.parametrize(
    "store_url",
    [
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
    indirect=True,
)
@pytest.mark.parametrize("as_many", [60, pytest.param(200, marks=pytest.mark.deep)])
def test_two_who_wait_for_each_other_both_get_done(
    store_url: str, sessions: Sessions, as_many: int
) -> None:
    names = [f"author-{n}" for n in range(as_many)]
    with sessions.begin() as session:
        for name in names:
            a_member(session, name)
        numbers = [an_approved_motto(session, n, f"群众的事，一刻也不等，{n}") for n in names]
    roomy = hasty(store_url)
    pairs = [Pair(roomy, *found) for found in zip(names, numbers, strict=True)]
    jobs: list[Callable[[], bytes]] = [
        job for pair in pairs for job in (pair.author, pair.colleague)
    ]

    with ThreadPoolExecutor(2 * AT_ONCE) as pool:
        answers = list(pool.map(lambda job: job(), jobs))
    roomy.kw["bind"].dispose()

    assert sum("好的" in answer.decode() for answer in answers[::2]) == as_many
    assert all(pair.tries > 2 for pair in pairs), "somebody had to give way in each"
    with sessions() as session:
        states = session.execute(select(Motto.state, func.count()).group_by(Motto.state)).all()
    assert [tuple(found) for found in states] == [("withdrawn", as_many)]


def hasty(store_url: str) -> Sessions:
    """Sessions for many at once, on a PostgreSQL that notices a deadlock before a second is up."""
    engine = open_engine(store_url, pool_size=2 * AT_ONCE)
    if store_url.startswith("postgresql"):

        @event.listens_for(engine, "connect")
        def _notice_soon(connection: Any, _record: Any) -> None:
            connection.execute("SET deadlock_timeout = '50ms'")
            connection.commit()

    return chained(engine)


# --- ten times the usual rush

RUSH = 500
"""Messages a second."""
SECONDS = 1
MEMBERS = RUSH * SECONDS


@pytest.mark.parametrize(
    "store_url",
    ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
    indirect=True,
)
def test_a_rush_is_answered_or_recovered_and_nothing_counts_twice(
    store_url: str, fill_store: Callable[[Fill], None], tmp_path: Path
) -> None:
    fill_store(load_sample)
    changes = {"data_dir": tmp_path, "workers": 2}
    settings = settings_for(store_url).model_copy(update=changes)

    with serving(settings, tmp_path) as service:
        carried = run_apart(vote_all_at_once(service.port, settings))

    told = {key(f"rush-{n}") for n, one in enumerate(carried) if "已投给" in one.text}
    deliveries = Counter(len(one.seconds) for one in carried)
    assert len(told) >= 0.99 * MEMBERS, deliveries
    assert max(max(one.seconds) for one in carried) < LIMIT + 0.5
    rows = Counter(votes_of(store_url))
    assert {member: rows[member] for member in told} == dict.fromkeys(told, 1)
    assert set(rows.values()) == {1}


def votes_of(store_url: str) -> list[bytes]:
    """Who voted for 1001 in the rush."""
    engine = open_engine(store_url)
    everybody = {key(f"rush-{n}") for n in range(MEMBERS)}
    with open_sessions(engine)() as session:
        rows = list(session.scalars(select(Vote.member_key)))
    engine.dispose()
    return [row for row in rows if row in everybody]


async def vote_all_at_once(port: int, settings: Settings) -> list[Carried]:
    account = Account.of(settings)
    courier = Courier(port, account)

    async def vote(number: int) -> Carried:
        await asyncio.sleep(number / RUSH)
        at = int(time.time())
        follower = Follower(account.account_id, f"o-rush-{number}")
        return await courier.carry(follower.text("投1001号", at), at)

    return await asyncio.gather(*map(vote, range(MEMBERS)))
