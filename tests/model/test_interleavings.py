"""Two things at the same time, statement by statement in every order: one of them was first.

Whatever the order, the invariants hold, each reply says what its rows say, and nobody is told
that something went wrong.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, event

import handlers
from bot import turns
from bot.conversation.message import Message
from bot.domain.entries import UNDO
from bot.domain.moderation import Reason
from bot.domain.questions import Shelf
from bot.domain.refusals import Refusal
from bot.domain.services import Services, open_services
from bot.storage.database import open_engine
from bot.storage.memory import Memory
from bot.storage.schema import upgrade
from bot.turns import Turns
from bot.wechat.outbound import render
from tests.builders import (
    NOON,
    a_campaign,
    a_member,
    a_waiting_motto,
    an_approved_motto,
    chained,
    said,
)
from tests.model.claims import claimed, done, heard
from tests.model.interleaving import Conductor, Order, orders
from tests.model.invariants import broken
from tests.model.ledger import Ledger, read, tear_out
from tests.model.linearizable import Asks, Call, Says, members_who_saw_the_impossible

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.postgres]

SCHEDULES = 12
WORDS, OTHER_WORDS = "清清白白做人，堂堂正正办事", "愿做一块砖，哪里需要哪里搬"
DECIDED = NOON - timedelta(minutes=5)
"""When the approved mottos of the builders were."""


@dataclass(frozen=True)
class Did:
    """What came of an act: the deeds it says it did."""

    delivery: bytes
    says: str
    deeds: frozenset[tuple[str, int]]


Act = Callable[[], Did]


class City:
    """The service over one PostgreSQL, and people who act in it."""

    def __init__(self, engine: Engine) -> None:
        self.sessions = chained(engine)
        with self.sessions.begin() as session:
            tear_out(session)

    def someone(self, who: str, *says: str, now: datetime = NOON) -> None:
        """A member who has said this before."""
        with self.sessions.begin() as session:
            a_member(session, who)
        for words in says:
            self.says(who, words, now)()

    def approved(self, who: str) -> int:
        """The number of this author's approved motto."""
        with self.sessions.begin() as session:
            a_member(session, who)
            # Words of their own: the same words would be one card.
            return an_approved_motto(session, who, f"{WORDS}{who}")

    def waiting(self, who: str) -> int:
        """The number of this author's motto, which nobody has looked at."""
        with self.sessions.begin() as session:
            a_member(session, who)
            return a_waiting_motto(session, who, WORDS)

    def says(self, who: str, words: str, now: datetime = NOON) -> Act:
        return self.takes(said(words, who, sent_at=now), now)

    def takes(self, message: Message, now: datetime = NOON) -> Act:
        draw = partial(render, page_address=lambda path: f"https://sibian.example/h{path}")
        service = Turns(self.sessions, Memory(""), Shelf(), lambda _: now, handlers.play, draw)

        def act() -> Did:
            reply = service.take(message).decode()
            return Did(message.delivery, reply, frozenset(claimed(reply)))

        return act

    def moderates(
        self, deed: str, number: int, act: Callable[[Services], object], now: datetime = NOON
    ) -> Act:
        def decide() -> Did:
            deeds = {(deed, number)}
            try:
                with self.sessions.begin() as session:
                    act(open_services(session, now, Shelf()))
            except Refusal:
                deeds = set()
            return Did(deed.encode(), "", frozenset(deeds))

        return decide

    def ledger(self) -> Ledger:
        with self.sessions() as session:
            return read(session)


@pytest.fixture(scope="module")
def engine(postgres: Any) -> Iterator[Engine]:
    engine = open_engine(postgres.fresh_url())
    upgrade(engine)
    with chained(engine).begin() as session:
        a_campaign(session)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PAUSES", (0.01, 0.01))


Pair = Callable[[City], Sequence[Act]]
PAIRS: dict[str, Pair] = {}


def at_once(name: str) -> Callable[[Pair], Pair]:
    def register(pair: Pair) -> Pair:
        PAIRS[name] = pair
        return pair

    return register


@at_once("the same delivery twice")
def _(city: City) -> Sequence[Act]:
    number = city.approved("author")
    city.someone("voter")
    vote = city.takes(said(f"投{number}号", "voter"))
    return [vote, vote]


@at_once("the first message of a new member, twice")
def _(city: City) -> Sequence[Act]:
    first = city.takes(said("投票", "newcomer"))
    return [first, first]


@at_once("two first messages of a new member")
def _(city: City) -> Sequence[Act]:
    return [city.says("newcomer", "投票"), city.says("newcomer", "答题")]


@at_once("approve and withdraw")
def _(city: City) -> Sequence[Act]:
    number = city.waiting("author")
    return [
        city.moderates("approve", number, lambda s: s.moderation.decide(number, 1, 1)),
        city.says("author", f"确定撤回{number}号"),
    ]


@at_once("approve and return")
def _(city: City) -> Sequence[Act]:
    number = city.waiting("author")
    return [
        city.moderates("approve", number, lambda s: s.moderation.decide(number, 1, 1)),
        city.moderates("return", number, lambda s: s.moderation.decide(number, 1, 2, Reason.TYPO)),
    ]


@at_once("vote and reword")
def _(city: City) -> Sequence[Act]:
    number = city.approved("author")
    city.someone("voter")
    city.says("author", "修改座右铭")()
    return [city.says("voter", f"投{number}号"), city.says("author", OTHER_WORDS)]


@at_once("vote and withdraw")
def _(city: City) -> Sequence[Act]:
    number = city.approved("author")
    city.someone("voter")
    return [city.says("voter", f"投{number}号"), city.says("author", f"确定撤回{number}号")]


@at_once("vote and undo")
def _(city: City) -> Sequence[Act]:
    number, in_time = city.approved("author"), DECIDED + UNDO - timedelta(seconds=1)
    city.someone("voter", now=in_time)
    return [
        city.says("voter", f"投{number}号", in_time),
        city.moderates("undo", number, lambda s: s.moderation.undo(number, 2, 1), in_time),
    ]


@at_once("the third vote and the fourth")
def _(city: City) -> Sequence[Act]:
    numbers = [city.approved(f"author{n}") for n in range(4)]
    city.someone("voter", f"投{numbers[0]}号", f"投{numbers[1]}号")
    return [city.says("voter", f"投{number}号") for number in numbers[2:]]


@at_once("a vote and taking another back")
def _(city: City) -> Sequence[Act]:
    numbers = [city.approved(f"author{n}") for n in range(4)]
    city.someone("voter", *(f"投{number}号" for number in numbers[:3]))
    return [city.says("voter", f"投{numbers[3]}号"), city.says("voter", f"撤回{numbers[0]}号")]


@at_once("taking a vote back and reword")
def _(city: City) -> Sequence[Act]:
    number = city.approved("author")
    city.someone("voter", f"投{number}号")
    city.says("author", "修改座右铭")()
    city.says("author", "确定修改")()
    return [city.says("voter", f"撤回{number}号"), city.says("author", OTHER_WORDS)]


@at_once("submit twice")
def _(city: City) -> Sequence[Act]:
    city.someone("author", f"投稿 {WORDS}")
    return [city.says("author", "交"), city.says("author", "交")]


@at_once("bind twice")
def _(city: City) -> Sequence[Act]:
    city.someone("zhang", "登记单位", "新安")
    return [city.says("zhang", "张三"), city.says("zhang", "李四")]


@at_once("two answers to one question")
def _(city: City) -> Sequence[Act]:
    city.someone("zhang", "答题")
    later = NOON + timedelta(seconds=1)
    return [city.says("zhang", "第1题A", later), city.says("zhang", "第1题B", later)]


@at_once("undo and the message that would be told")
def _(city: City) -> Sequence[Act]:
    number, due = city.approved("author"), DECIDED + UNDO
    in_time = due - timedelta(milliseconds=1)
    return [
        city.moderates("undo", number, lambda s: s.moderation.undo(number, 2, 1), in_time),
        city.says("author", "帮助", due),
    ]


@pytest.mark.parametrize("name", PAIRS)
def test_of_two_at_once_one_is_first_and_nobody_sees_a_fault(name: str, engine: Engine) -> None:
    with Conductor(engine).conducting() as conductor:
        play_all(name, engine, conductor)
    assert conductor.steps > 8 * SCHEDULES


def play_all(name: str, engine: Engine, conductor: Conductor) -> None:
    for schedule, order in enumerate(orders(acts=2, so_many=SCHEDULES)):
        play(name, City(engine), conductor, schedule, order)


def play(name: str, city: City, conductor: Conductor, schedule: int, order: Order) -> None:
    """The pair in this order, and all that must be true after it."""
    acts = PAIRS[name](city)
    before = city.ledger()

    outcomes = conductor.play(acts, order)

    after = city.ledger()
    assert broken(after) == [], schedule
    assert {deed for did in outcomes for deed in did.deeds} == done(before, after), schedule
    assert not any("给您添麻烦" in did.says or "正在忙" in did.says for did in outcomes), schedule
    deliveries = {did.delivery for did in outcomes}
    told = {notice.told_by for notice in after.notice} & deliveries
    assert {did.delivery for did in outcomes if "捎句话" in did.says} == told, schedule
    assert len({(did.delivery, did.says) for did in outcomes}) == len(deliveries), schedule


@pytest.mark.parametrize("name", ["vote and reword", "undo and the message that would be told"])
def test_without_locks_the_same_orders_break_a_promise(name: str, engine: Engine) -> None:
    with (
        nobody_locks(engine),
        Conductor(engine).conducting() as conductor,
        pytest.raises(AssertionError),
    ):
        play_all(name, engine, conductor)


@contextmanager
def nobody_locks(engine: Engine) -> Iterator[None]:
    """Take the locks off every statement on its way to the database."""

    def unlocked(_connection: Any, _cursor: Any, sql: str, facts: Any, *_: Any) -> tuple[str, Any]:
        return re.sub(r"\bFOR (NO KEY )?(UPDATE|SHARE)\b", "", sql), facts

    event.listen(engine, "before_cursor_execute", unlocked, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", unlocked)


def test_what_a_member_saw_of_three_calls_at_once_fits_a_row(engine: Engine) -> None:
    with Conductor(engine).conducting() as conductor:
        for schedule, order in enumerate(orders(acts=3, so_many=SCHEDULES)):
            dice, city = Random(schedule), City(engine)
            numbers = [city.approved(f"author{n}") for n in range(4)]
            city.someone("voter", *(f"投{number}号" for number in numbers[:2]))
            calls = [
                (dice.choice([Asks.VOTE, Asks.VOTE, Asks.TAKE_BACK]), dice.choice(numbers))
                for _ in range(3)
            ]

            outcomes = conductor.play(
                [city.says("voter", _TYPED[asks].format(number)) for asks, number in calls], order
            )

            votes = frozenset(vote.motto_id + 1_000 for vote in city.ledger().vote)
            history = [
                *(Call("voter", Asks.VOTE, number, 0, 1, Says.VOTED) for number in numbers[:2]),
                *(
                    Call("voter", *call, 2, 3, heard(did.says))
                    for call, did in zip(calls, outcomes, strict=True)
                ),
                Call("voter", Asks.LIST, 0, 4, 5, votes),
            ]
            assert all(call.answer is not None for call in history)
            assert members_who_saw_the_impossible(history, limit=3) == []


_TYPED = {Asks.VOTE: "投{}号", Asks.TAKE_BACK: "撤回{}号"}
