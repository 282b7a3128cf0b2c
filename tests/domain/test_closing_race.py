"""Votes at the same instant: around the seal, and from many hands of one member."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, func, select, update

from bot.conversation.message import Message
from bot.conversation.reply import Reply, Text, compile_text
from bot.domain.entries import id_of
from bot.domain.questions import Shelf
from bot.domain.refusals import AlreadyVoted
from bot.domain.services import Transaction, transactions
from bot.domain.tally import Board
from bot.domain.votes import LATE
from bot.storage.database import Sessions, SteadyClock, database_clock
from bot.storage.memory import Memory
from bot.storage.tables import (
    Audit,
    AuditLink,
    Delivery,
    Outcome,
    Round,
    RoundResult,
    RoundSlot,
    Vote,
)
from bot.turns import NotRecorded, Turns
from bot.worker import Chores
from handlers import play
from tests.builders import a_member, an_approved_motto, key, said

pytestmark = pytest.mark.slow

NO_REDIS = Memory("")
WORDS = "群众的事，一刻也不等"
COUNTED, CLOSED, TWICE, SPENT = "✔ 已投给", "投票", "您今天已经投过", "今天"
BUSY = "正在忙"
"""Said on a machine that has too much to do; then nothing was done."""


def turns(sessions: Sessions) -> Turns:
    """Turns as a worker of the service plays them, down to its clock."""
    return Turns(sessions, NO_REDIS, Shelf(), SteadyClock(), play, rendered)


def rendered(reply: Reply, message: Message, now: datetime) -> bytes:
    assert isinstance(reply, Text)
    return compile_text(reply, str).encode()


def at_once(acts: list[Callable[[], str]]) -> list[str]:
    """Do all of it at the same instant, each on a thread; what each came to."""
    together = threading.Barrier(len(acts))

    def one(act: Callable[[], str]) -> str:
        together.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


# ------------------------------------------------------------ the closing instant

VOTERS, MEMBERS = 12, 10
NEAR = timedelta(milliseconds=50)


def reopen(sessions: Sessions) -> datetime:
    """Let the round take votes that arrive before an instant soon to come, which is returned."""
    with sessions.begin() as session:
        for table in (Vote, Delivery, RoundResult, Outcome, AuditLink, Audit):
            session.execute(delete(table))
        instant = database_clock(session) + timedelta(milliseconds=250)
        closes_at = instant - LATE
        times = {"opens_at": closes_at - timedelta(days=1), "closes_at": closes_at}
        session.execute(update(Round).values(sealed_at=None, **times))
    return instant


class ClosingInstant:
    """A round that closes, with a sealer and many voters who are all there on time."""

    def __init__(self, sessions: Sessions, number: int) -> None:
        self._sessions, self._number = sessions, number
        self._instant = reopen(sessions)
        self._turns = turns(sessions)
        self._chores = Chores(sessions, database_clock, Board(NO_REDIS))
        with sessions() as session:
            ahead = (self._instant - database_clock(session)).total_seconds()
        self._at = time.monotonic() + ahead
        self.replies: dict[bytes, str] = {}
        """What each vote was answered, by its delivery."""

    def play(self) -> None:
        with ThreadPoolExecutor(VOTERS + 1) as pool:
            voters = [pool.submit(self._votes, n) for n in range(VOTERS)]
            sealer = pool.submit(self._seals)
            for done in [*voters, sealer]:
                done.result()

    def _votes(self, voter: int) -> None:
        near = NEAR.total_seconds()
        time.sleep(max(0.0, self._at - near - time.monotonic()))
        for member in range(MEMBERS):
            if time.monotonic() > self._at + near:
                return
            sent_at = self._instant - LATE - timedelta(seconds=1)
            message = said(f"投{self._number}号", f"member {voter} {member}", sent_at=sent_at)
            self.replies[message.delivery] = self._turns.take(message).decode()

    def _seals(self) -> None:
        while not self._is_sealed():
            self._chores.seal()
            time.sleep(0.002)

    def _is_sealed(self) -> bool:
        with self._sessions() as session:
            return session.scalars(select(Round.sealed_at)).one() is not None

    def check(self) -> int:
        """Every promise about this round; how many votes were counted."""
        with self._sessions() as session:
            votes = session.execute(select(Vote.delivery_key, Vote.accepted_at)).all()
            sealed_at = session.scalars(select(Round.sealed_at)).one()
            result = session.scalars(select(func.sum(RoundResult.votes))).one()
        counted = {name for name, reply in self.replies.items() if reply.startswith(COUNTED)}
        others = [reply for name, reply in self.replies.items() if name not in counted]
        assert {row.delivery_key for row in votes} == counted
        assert all(reply.startswith(CLOSED) and "结束了" in reply for reply in others), others
        assert sealed_at is not None
        assert all(row.accepted_at < sealed_at for row in votes)
        assert result == len(votes)
        return len(votes)


@pytest.mark.parametrize("rounds", [6, pytest.param(22, marks=pytest.mark.deep)])
def test_at_the_closing_instant_each_vote_is_counted_or_told_that_voting_has_closed(
    sessions: Sessions, rounds: int
) -> None:
    with sessions.begin() as session:
        number = an_approved_motto(session, "author", WORDS)
        for voter in range(VOTERS):
            for member in range(MEMBERS):
                a_member(session, f"member {voter} {member}")
    counted = sent = 0

    for _ in range(rounds):
        instant = ClosingInstant(sessions, number)
        instant.play()
        counted += instant.check()
        sent += len(instant.replies)

    assert 0 < counted < sent


# ------------------------------------------------------------ one member, many hands

HANDS = 32


@pytest.fixture
def numbers(sessions: Sessions) -> list[int]:
    """An entry for each hand, in a round that is open by the clock on the wall."""
    with sessions.begin() as session:
        a_member(session)
        now = database_clock(session)
        day = timedelta(days=1)
        session.execute(update(Round).values(opens_at=now - day, closes_at=now + day))
        return [an_approved_motto(session, f"author {n}", f"{WORDS}{n}") for n in range(HANDS)]


def allow(sessions: Sessions, votes: int) -> None:
    """From now on there are so many votes a day, and none has been given."""
    with sessions.begin() as session:
        session.execute(delete(Vote))
        session.execute(delete(RoundSlot))
        session.add_all(RoundSlot(round_id=1, slot=slot) for slot in range(1, votes + 1))


def now(sessions: Sessions) -> datetime:
    with sessions() as session:
        return database_clock(session)


def standing(sessions: Sessions) -> list[int]:
    """The entries that have a vote, each as often as it has one."""
    with sessions() as session:
        return list(session.scalars(select(Vote.motto_id)))


def vote_by_chat(bot: Turns, number: int, moment: datetime) -> str:
    """Like WeChat it sends again what found no answer in time, and no more than twice."""
    message = said(f"投{number}号", sent_at=moment)
    for _ in range(2):
        with suppress(NotRecorded):
            return bot.take(message).decode()
    return bot.take(message).decode()


def vote_by_page(open_page: Transaction, number: int) -> str:
    """What a page would do: the member's row first, then the vote."""
    delivery = said("投").delivery
    try:
        with open_page() as services:
            services.members.lock(key("zhang"), delivery)
            services.votes.cast(key("zhang"), number, services.now, delivery)
    except AlreadyVoted:
        return TWICE
    return COUNTED


def test_thirty_two_hands_of_one_member_give_as_many_votes_as_there_are(
    sessions: Sessions, numbers: list[int]
) -> None:
    for limit, entries in [(1, 32), (2, 32), (3, 32), (4, 32), (5, 32), (3, 3), (5, 3)]:
        allow(sessions, limit)
        bot, moment = turns(sessions), now(sessions)

        replies = at_once(
            [partial(vote_by_chat, bot, numbers[hand % entries], moment) for hand in range(HANDS)]
        )

        votes = standing(sessions)
        assert sum(reply.startswith(COUNTED) for reply in replies) == len(votes)
        assert len(votes) == len(set(votes)) == min(limit, entries)
        for reply in replies:
            assert reply.startswith((COUNTED, SPENT, BUSY)) or TWICE in reply, reply


def test_a_vote_from_two_doors_at_once_is_one_vote_and_one_is_told_so(
    sessions: Sessions, numbers: list[int]
) -> None:
    number, bot = numbers[0], turns(sessions)
    open_page = transactions(sessions, SteadyClock(), Shelf())
    for _ in range(10):
        allow(sessions, 3)
        by_chat = partial(vote_by_chat, bot, number, now(sessions))
        by_page = partial(vote_by_page, open_page, number)

        replies = at_once([by_chat, by_page])

        assert standing(sessions) == [id_of(number)]
        assert sorted(reply.startswith(COUNTED) for reply in replies) == [False, True]
        assert sorted(TWICE in reply for reply in replies) == [False, True]
