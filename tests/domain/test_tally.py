"""The tally: SQL is right, Redis may be late, gone or wrong, and nobody is shown that for long."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import SimpleQueue
from random import Random

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from bot.domain.questions import Shelf
from bot.domain.refusals import NoRound
from bot.domain.services import Services, open_services
from bot.domain.tally import FRESH, IN_FLIGHT, PAGE, Board, Count, Tally, rank
from bot.domain.votes import LATE
from bot.storage.database import Sessions, database_clock
from bot.storage.memory import Memory
from bot.storage.tables import Base, Round
from bot.worker import Chores, Duty, keep_up
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key, said
from tests.stores import Valkey

WORDS = "群众的事，一刻也不等"
SECOND = timedelta(seconds=1)
NO_REDIS = Memory("")


def at(session: Session, moment: datetime, board: Board | None = None) -> Services:
    return open_services(session, moment, Shelf(), board)


def mottos(session: Session, count: int) -> list[int]:
    return [an_approved_motto(session, f"author {n}", f"{WORDS}{n}") for n in range(count)]


def vote(session: Session, number: int, by: str = "zhang", when: datetime = NOON) -> None:
    at(session, when).votes.cast(key(by), number, when, said("投").delivery)


def take_back(session: Session, number: int, by: str, when: datetime) -> None:
    at(session, when).votes.withdraw(key(by), number, said("撤回").delivery)


# ------------------------------------------------------------ counting


@pytest.mark.slow
def test_the_count_is_that_of_the_rows(session: Session) -> None:
    first, second, _third = mottos(session, 3)
    vote(session, first)
    vote(session, first, "li")
    vote(session, second)
    vote(session, second, "li")
    take_back(session, second, "li", NOON)

    assert at(session, NOON).tally.of(1) == Count(NOON, {first - 1000: 2, second - 1000: 1})


@pytest.mark.slow
@given(st.dictionaries(st.integers(1, 50), st.integers(0, 5)), st.randoms(use_true_random=False))
def test_equal_votes_share_a_rank_whatever_the_order_they_come_in(
    votes: dict[int, int], random: Random
) -> None:
    shuffled = list(votes.items())
    random.shuffle(shuffled)

    ranked = rank(dict(shuffled))

    assert ranked == rank(votes)
    assert [entry.votes for entry in ranked] == sorted(votes.values(), reverse=True)
    for entry in ranked:
        assert entry.rank == 1 + sum(count > entry.votes for count in votes.values())


# ------------------------------------------------------------ the poll


@pytest.mark.slow
def test_the_poll_lists_approved_entries_by_votes(session: Session) -> None:
    first, second, third = mottos(session, 3)
    vote(session, third)
    vote(session, second)

    poll = at(session, NOON).tally.poll()

    shown = [(line.rank, line.card.number, line.votes) for line in poll.lines]
    assert shown == [(1, second, 1), (1, third, 1), (3, first, 0)]
    assert (poll.entries, poll.votes, poll.sealed, poll.as_of) == (3, 2, False, NOON)


@pytest.mark.slow
def test_the_poll_of_a_sealed_round_is_its_result(session: Session) -> None:
    (number,) = mottos(session, 1)
    vote(session, number)
    sealing = CLOSES + LATE
    at(session, sealing).sealing.seal(1)
    at(session, sealing).mottos.withdraw(key("author 0"))

    poll = at(session, sealing + SECOND).tally.poll()

    assert [(line.card.number, line.votes) for line in poll.lines] == [(number, 1)]
    assert (poll.sealed, poll.as_of) == (True, sealing)


@pytest.mark.slow
def test_a_long_poll_has_pages_and_the_ranks_go_on(session: Session) -> None:
    first = mottos(session, PAGE + 1)[0]
    vote(session, first)

    pages = [at(session, NOON).tally.poll(page) for page in (1, 2, 3, -1)]

    assert [len(poll.lines) for poll in pages] == [PAGE, 1, 1, PAGE]
    assert [poll.page for poll in pages] == [1, 2, 2, 1]
    assert pages[0].lines[0].card.number == first
    assert pages[1].lines[0].rank == 2


@pytest.mark.slow
def test_before_the_first_round_there_is_no_poll(session: Session) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(table.delete())

    with pytest.raises(NoRound):
        at(session, NOON).tally.poll()


# ------------------------------------------------------------ what Redis keeps


@pytest.fixture
def memory(valkey: str) -> Memory:
    with redis.Redis.from_url(valkey) as client:
        client.flushall()
    return Memory(valkey)


def shown(memory: Memory) -> Count | None:
    return Board(memory).published(1)


def test_what_is_published_is_what_every_process_is_shown(memory: Memory) -> None:
    count = Count(NOON, {1: 3, 386: 0})

    Board(memory).publish(1, count)

    assert shown(memory) == count


def test_an_older_count_does_not_replace_a_later_one(memory: Memory) -> None:
    later = Count(NOON + timedelta(microseconds=1), {1: 4})
    Board(memory).publish(1, later)

    Board(memory).publish(1, Count(NOON, {1: 3}))

    assert shown(memory) == later


@pytest.mark.parametrize(
    "rubbish", ["", "{", "5", "null", '"x"', "[]", "{}", '{"as_of": 7}', b"\xff"]
)
def test_what_is_no_count_is_not_read_and_is_replaced(
    memory: Memory, valkey: str, rubbish: str | bytes
) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.set("tally:{r1}", rubbish)
    assert shown(memory) is None

    Board(memory).publish(1, Count(NOON, {1: 3}))

    assert shown(memory) == Count(NOON, {1: 3})


def test_a_count_that_nobody_renews_is_forgotten(memory: Memory, valkey: str) -> None:
    Board(memory).publish(1, Count(NOON, {}))

    with redis.Redis.from_url(valkey) as client:
        assert 0 < int(str(client.ttl("tally:{r1}"))) <= 60


# ------------------------------------------------------------ what is shown


def never() -> Count:
    raise AssertionError("counted although the board knew")


def test_a_fresh_count_of_another_process_is_shown_without_asking_sql(memory: Memory) -> None:
    count = Count(NOON, {1: 3})
    Board(memory).publish(1, count)

    assert Board(memory).read(1, NOON + FRESH - SECOND / 10, never) == count


def test_a_count_that_has_grown_old_is_not_shown(memory: Memory) -> None:
    Board(memory).publish(1, Count(NOON, {1: 3}))
    anew = Count(NOON + FRESH, {1: 4})

    assert Board(memory).read(1, NOON + FRESH, lambda: anew) == anew


def test_nobody_sees_an_older_count_after_a_later_one(memory: Memory) -> None:
    board, later = Board(memory), Count(NOON + SECOND, {1: 4})
    board.read(1, NOON + SECOND, lambda: later)

    Board(memory).publish(1, Count(NOON, {1: 3}))

    assert board.read(1, NOON + SECOND, never) == later


def test_a_count_from_the_future_is_not_shown_for_ever(memory: Memory) -> None:
    board, now = Board(memory), Count(NOON, {1: 4})
    Board(memory).publish(1, Count(NOON + timedelta(minutes=10), {1: 3}))

    assert board.read(1, NOON, lambda: now) == now
    assert board.read(1, NOON, never) == now


def test_who_asks_while_another_counts_waits_for_that_count() -> None:
    board, counts, together = Board(NO_REDIS), list[int](), threading.Barrier(8)

    def recount() -> Count:
        counts.append(1)
        return Count(NOON, {1: len(counts)})

    def ask(_: int) -> Count:
        together.wait()
        return board.read(1, NOON, recount)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert counts == [1]
    assert answers == [Count(NOON, {1: 1})] * 8


def test_a_count_that_failed_is_tried_again_by_the_next() -> None:
    board = Board(NO_REDIS)

    def fails() -> Count:
        raise OSError("no database")

    with pytest.raises(OSError, match="no database"):
        board.read(1, NOON, fails)

    assert board.read(1, NOON, lambda: Count(NOON, {})) == Count(NOON, {})


# ------------------------------------------------------------ drift


def drift(session: Session, board: Board, now: datetime = NOON) -> dict[int, int]:
    return Tally(session, now).drift(board)


@pytest.mark.slow
def test_a_count_that_is_right_does_not_drift(session: Session, memory: Memory) -> None:
    first, second = mottos(session, 2)
    vote(session, first, when=NOON - timedelta(hours=1))
    vote(session, second, when=NOON - timedelta(hours=1))
    take_back(session, second, "zhang", NOON - timedelta(minutes=1))
    board = Board(memory)
    Tally(session, NOON).publish(board)

    assert drift(session, board) == {1: 0}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "votes"), [({1: 5}, 3), ({1: 0}, 2), ({}, 2), ({1: 2, 9: 1}, 1), ({2: 2}, 4)]
)
def test_drift_is_by_how_many_votes_a_count_is_wrong(
    session: Session, memory: Memory, wrong: dict[int, int], votes: int
) -> None:
    (number,) = mottos(session, 1)
    for name in ("zhang", "li"):
        vote(session, number, name, NOON - timedelta(minutes=1))
    board = Board(memory)
    board.publish(1, Count(NOON, wrong))

    assert drift(session, board, NOON + SECOND) == {1: votes}


@pytest.mark.slow
def test_votes_on_their_way_when_it_was_counted_are_no_drift(
    session: Session, memory: Memory
) -> None:
    (number,) = mottos(session, 1)
    board = Board(memory)
    vote(session, number, "li", NOON - timedelta(minutes=1))
    board.publish(1, Count(NOON, {1: 1}))

    vote(session, number, "zhang", NOON - SECOND)
    assert drift(session, board) == {1: 0}
    take_back(session, number, "li", NOON + SECOND)
    assert drift(session, board, NOON + SECOND) == {1: 0}
    take_back(session, number, "zhang", NOON + IN_FLIGHT)
    assert drift(session, board, NOON + IN_FLIGHT) == {1: 0}


@pytest.mark.slow
def test_drift_is_told_to_who_reads_the_log(sessions: Sessions, memory: Memory) -> None:
    board = Board(memory)
    board.publish(1, Count(NOON, {1: 7}))
    chores = Chores(sessions, lambda _: NOON, board)

    with capture_logs() as logs:
        chores.reconcile()
        chores.tally()
        board.publish(1, Count(NOON + SECOND, {}))
        chores.reconcile()

    assert logs == [
        {"event": "tally drifts", "log_level": "warning", "round": 1, "wx_tally_drift_votes": 7}
    ]


# ------------------------------------------------------------ Redis comes and goes


@pytest.fixture
def voting(sessions: Sessions) -> int:
    """An entry of a round that is open by the clock on the wall."""
    with sessions.begin() as session:
        now = database_clock(session)
        current = session.get_one(Round, 1)
        current.opens_at, current.closes_at = now - SECOND, now + timedelta(days=1)
        for n in range(9):
            a_member(session, f"voter {n}")
        return an_approved_motto(session, "author", WORDS)


@pytest.mark.slow
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_the_tally_follows_sql_also_when_redis_is_flushed_or_starts_anew(
    sessions: Sessions, voting: int, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.memory.REST", 0.5)
    worker, page = Board(Memory(own_valkey.url)), Board(Memory(own_valkey.url))
    chores, stop = Chores(sessions, database_clock, worker), SimpleQueue[int]()

    def cast(n: int) -> None:
        with sessions.begin() as session:
            vote(session, voting, f"voter {n}", database_clock(session))

    def published() -> int:
        count = page.published(1)
        return count.votes.get(1, 0) if count else -1

    def on_page() -> int:
        with sessions() as session:
            return at(session, database_clock(session), page).tally.of(1).votes.get(1, 0)

    thread = threading.Thread(target=keep_up, args=([Duty("tally", 1, chores.tally)], stop))
    thread.start()
    try:
        cast(0)
        soon(lambda: published() == on_page() == 1)
        with redis.Redis.from_url(own_valkey.url) as client:
            client.flushall()
        assert on_page() == 1
        soon(lambda: published() == 1)
        cast(1)
        soon(lambda: published() == on_page() == 2)
        own_valkey.stop()
        cast(2)
        soon(lambda: on_page() == 3)
        own_valkey.start()
        soon(lambda: published() == on_page() == 3)
    finally:
        stop.put(0)
        thread.join()


def soon(happens: Callable[[], bool]) -> None:
    """Within the five seconds that are promised at the worst."""
    deadline = time.monotonic() + 5
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)
