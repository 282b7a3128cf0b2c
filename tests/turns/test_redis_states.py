"""Whatever Redis does meanwhile, a member's morning goes on and nothing true is lost."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

import handlers
from bot.conversation.message import Message
from bot.conversation.reply import Reply, Text
from bot.domain.questions import Shelf
from bot.storage.database import Sessions
from bot.storage.memory import Memory
from bot.storage.tables import Answer, Base, Delivery, Motto, Vote
from bot.turns import Turns
from tests.builders import NOON, a_member, an_approved_motto, said
from tests.detour import detour
from tests.processes import eventually
from tests.redis_families import RedisCluster, WatchedRedis
from tests.stores import Valkey

pytestmark = pytest.mark.slow

MORNING = ("答题", "B", "B", "座右铭", "群众的事，一刻也不等", "交", "投1001号", "我的投票")
"""A question asked and answered twice, a motto written and handed in, a vote, a look back."""
LAST_REPLIES = ("第1题", "第2题", "第3题", "8到30个字", "署名", "正在审核", "已投给", "1001")
LATE = timedelta(seconds=6)
"""The age of a push that WeChat repeats: those are what Redis is asked about."""
ON_SQLITE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""For states of Redis that take long to bring about; each engine has met the quick ones."""


def shown(reply: Reply, message: Message, now: datetime) -> bytes:
    """A stand-in for XML."""
    assert isinstance(reply, Text)
    return str(reply.parts).encode()


@dataclass
class Morning:
    """A member who says the words of the morning, in whatever state Redis is."""

    sessions: Sessions
    memory: Memory
    said: list[Message] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    longest: float = 0.0

    def __post_init__(self) -> None:
        self.turns = Turns(
            self.sessions, self.memory, Shelf(), lambda _: NOON, handlers.play, shown
        )
        with self.sessions.begin() as session:
            a_member(session, "wang", unit=2)
            an_approved_motto(session, "wang", "愿做一块砖，哪里需要哪里搬")

    def goes_on(self, messages: int) -> None:
        """Say the next few; each reaches us late, so that Redis is asked before it is played."""
        for words in MORNING[len(self.said) :][:messages]:
            ago = timedelta(seconds=len(MORNING) - len(self.said))
            message = said(words, sent_at=NOON - LATE - ago)
            self.said.append(message)
            self.heard.append(self._take(message))

    def was_whole(self) -> bool:
        """Whether every word had its effect once, and every repetition hears the same."""
        again = [self._take(message) for message in self.said]
        right = zip(LAST_REPLIES, self.heard, strict=True)
        return (
            all(words in heard.decode() for words, heard in right)
            and again == self.heard
            and self._rows(Answer) == 2
            and self._rows(Vote) == 1
            and self._rows(Motto) == 2
            and self._rows(Delivery) == len(MORNING)
        )

    def _take(self, message: Message) -> bytes:
        began = time.monotonic()
        answer = self.turns.take(message)
        self.longest = max(self.longest, time.monotonic() - began)
        return answer

    def _rows(self, table: type[Base]) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@contextmanager
def half_a_second_away(server: Valkey) -> Iterator[str]:
    with detour(server.url.removeprefix("unix://"), delay=0.5) as port:
        yield f"redis://127.0.0.1:{port}"


def flush(server: Valkey) -> None:
    with server.client() as client:
        client.flushall()


@pytest.mark.parametrize("store_url", ["sqlite", "postgres", "mariadb"], indirect=True)
@pytest.mark.parametrize(
    "trouble",
    [Valkey.stop, flush, Valkey.restart, Valkey.fall_silent],
    ids=["gone", "flushed", "restarted", "silent"],
)
def test_redis_gets_into_trouble_in_the_middle_of_a_morning(
    sessions: Sessions, own_redis: Valkey, trouble: Callable[[Valkey], None]
) -> None:
    morning = Morning(sessions, Memory(own_redis.url))
    morning.goes_on(4)

    trouble(own_redis)
    morning.goes_on(4)

    assert morning.was_whole()
    assert morning.longest < 5


def test_redis_is_not_there_in_the_morning_and_comes_later(
    sessions: Sessions, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.memory.REST", 0.2)
    own_valkey.stop()
    morning = Morning(sessions, Memory(own_valkey.url))
    morning.goes_on(4)
    left_alone = morning.memory.breaker.open

    own_valkey.start()
    time.sleep(0.3)
    morning.goes_on(4)

    assert left_alone
    assert not morning.memory.breaker.open
    assert morning.was_whole()


@ON_SQLITE
def test_redis_is_half_a_second_away(sessions: Sessions, own_redis: Valkey) -> None:
    with half_a_second_away(own_redis) as url:
        morning = Morning(sessions, Memory(url))
        morning.goes_on(8)

        assert morning.was_whole()
        assert morning.longest < 5
        assert morning.memory.breaker.open


@ON_SQLITE
def test_the_sentinels_put_another_server_in_its_place(
    sessions: Sessions, watched_redis: WatchedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.memory.REST", 0.2)
    morning = Morning(sessions, Memory(watched_redis.url))
    morning.goes_on(2)

    watched_redis.primary.stop()
    morning.goes_on(4)
    eventually(lambda: morning.memory.count("is it back", seconds=60) > 0, within=30)
    morning.goes_on(2)

    assert morning.was_whole()
    assert morning.longest < 5


@ON_SQLITE
def test_a_cluster_moves_a_slot_and_loses_a_primary(
    sessions: Sessions, redis_cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.memory.REST", 0.2)
    morning = Morning(sessions, Memory(redis_cluster.url))
    morning.goes_on(2)
    crash = f"crash:{morning.said[0].delivery.hex()}"
    giver = redis_cluster.owner(crash)
    taker = next(node for node in redis_cluster.primaries if node is not giver)

    redis_cluster.begin_to_move(crash, giver, taker)
    morning.goes_on(1)
    redis_cluster.finish_to_move(crash, giver, taker)
    morning.goes_on(1)
    taker.stop()
    morning.goes_on(2)
    eventually(lambda: morning.memory.count(crash, seconds=60) > 0, within=30)
    morning.goes_on(2)

    assert morning.was_whole()
    assert morning.longest < 5


@ON_SQLITE
def test_an_ordinary_turn_does_not_ask_redis_at_all(sessions: Sessions, own_redis: Valkey) -> None:
    morning = Morning(sessions, Memory(own_redis.url))
    with own_redis.client() as client:
        client.config_resetstat()

        for words in MORNING:
            morning.turns.take(said(words))

        assert client.info("commandstats").keys() == {"cmdstat_config|resetstat"}


@ON_SQLITE
@pytest.mark.parametrize("age", [timedelta(), LATE], ids=["in time", "late"])
def test_turns_without_redis_are_about_as_fast_as_with_it(
    sessions: Sessions, own_valkey: Valkey, age: timedelta
) -> None:
    usual = Morning(sessions, Memory(own_valkey.url)).turns
    alone = Turns(
        sessions,
        Memory("unix:///nowhere/at/all.sock"),
        Shelf(),
        lambda _: NOON,
        handlers.play,
        shown,
    )
    seconds: dict[Turns, list[float]] = {usual: [], alone: []}

    for number in range(400):
        for turns in (usual, alone):
            voter = f"voter-{number}-{'usual' if turns is usual else 'alone'}"
            message = said("投1001号", by=voter, sent_at=NOON - age)
            began = time.perf_counter()
            turns.take(message)
            seconds[turns].append(time.perf_counter() - began)

    assert p99(seconds[alone]) <= 1.3 * p99(seconds[usual]) + 0.1


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]
