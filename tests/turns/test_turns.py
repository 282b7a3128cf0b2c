"""One delivery has one effect and one answer, whatever goes wrong around it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from bot.conversation.message import Kind, Message
from bot.conversation.reply import Reply, Silence, Text, say
from bot.conversation.router import Step
from bot.conversation.state import Idle, State, WritingMotto
from bot.domain.questions import Shelf
from bot.domain.refusals import NoVotesLeft
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions
from bot.storage.memory import Memory
from bot.storage.tables import Base, Delivery, Member, Person, Ticket, Vote
from bot.turns import NotRecorded, Turns
from tests.builders import NOON, a_member, an_approved_motto, key, pushed, said
from tests.stores import Valkey

NO_REDIS = Memory("")


def rendered(reply: Reply, message: Message, now: datetime) -> bytes:
    """A stand-in for XML that changes with each rendering, so that one from memory shows."""
    if not isinstance(reply, Text):
        return b""
    return f"{''.join(map(str, reply.parts))} #{next(_renderings)}".encode()


_renderings: Iterator[int] = iter(range(1_000_000))


def turns(sessions: Sessions, play: Any, memory: Memory = NO_REDIS) -> Turns:
    return Turns(sessions, memory, Shelf(), lambda _: NOON, play, rendered)


def notes_a_ticket(message: Message, state: State, services: Services) -> Step:
    services.tickets.open(message.member, "test", message.raw, message.delivery)
    return Step(say("好的"), Idle())


def raises(message: Message, state: State, services: Services) -> Step:
    notes_a_ticket(message, state, services)
    raise RuntimeError("a bug")


def count(sessions: Sessions, table: type[Base]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.slow
def test_a_redelivery_gets_the_stored_answer_byte_for_byte(sessions: Sessions) -> None:
    message = said("你好")
    first = turns(sessions, notes_a_ticket).take(message)

    again = turns(sessions, notes_a_ticket).take(message)

    assert again == first
    assert count(sessions, Ticket) == 1


@pytest.mark.slow
def test_a_redelivery_whose_reply_quoted_somebody_erased_since_is_told_so(
    sessions: Sessions,
) -> None:
    def play(message: Message, state: State, services: Services) -> Step:
        notes_a_ticket(message, state, services)
        return Step(say("1001 愿做一块砖，哪里需要哪里搬"), Idle())

    with sessions.begin() as session:
        a_member(session, "zhang")
        an_approved_motto(session, "zhang", "愿做一块砖，哪里需要哪里搬")
    message = said("你好", by="wang")
    turns(sessions, play).take(message)
    with sessions.begin() as session:
        open_services(session, NOON, Shelf()).erasure.erase(key("zhang"))

    again = turns(sessions, play).take(message).decode()

    assert "作者把它删除了" in again
    assert "一块砖" not in again
    assert count(sessions, Ticket) == 1


def test_a_push_nobody_waits_for_is_answered_with_nothing_twice(sessions: Sessions) -> None:
    def play(message: Message, state: State, services: Services) -> Step:
        return Step(Silence(), Idle())

    message = pushed(Kind.EVENT)

    assert turns(sessions, play).take(message) == b""
    assert turns(sessions, play).take(message) == b""
    assert count(sessions, Delivery) == 1


@pytest.mark.slow
def test_a_handler_that_raises_apologises_once_and_is_not_run_again(sessions: Sessions) -> None:
    runs: list[str] = []

    def play(message: Message, state: State, services: Services) -> Step:
        runs.append(message.raw)
        return raises(message, state, services)

    message = said("你好")
    first = turns(sessions, play).take(message)
    again = turns(sessions, play).take(message)

    assert again == first != b""
    assert runs == ["你好"]
    assert count(sessions, Ticket) == 0


@pytest.mark.slow
def test_a_refusal_undoes_the_turn_and_is_answered_in_words(sessions: Sessions) -> None:
    def play(message: Message, state: State, services: Services) -> Step:
        notes_a_ticket(message, state, services)
        raise NoVotesLeft(most=3)

    answer = turns(sessions, play).take(said("投票"))

    assert "3" in answer.decode()
    assert count(sessions, Ticket) == 0
    with sessions() as session:
        assert session.scalars(select(Delivery.outcome)).all() == ["refused"]


def test_the_first_message_enters_the_member_with_the_openid_in_one_table(
    sessions: Sessions,
) -> None:
    turns(sessions, notes_a_ticket).take(said("你好", by="new"))

    with sessions() as session:
        assert session.scalars(select(Person.openid)).all() == ["o-new"]
        assert session.scalars(select(Member.member_key)).all() == [key("new")]


@pytest.mark.slow
def test_an_answer_is_kept_without_the_openid_and_comes_back_with_it(sessions: Sessions) -> None:
    def play(message: Message, state: State, services: Services) -> Step:
        return Step(say("o-new，您好"), Idle())

    message = said("你好", by="new")

    first = turns(sessions, play).take(message)
    again = turns(sessions, play).take(message)

    assert first == again
    assert "o-new，您好".encode() in first
    with sessions() as session:
        assert b"o-new" not in (session.scalars(select(Delivery.reply)).one() or b"")


@pytest.mark.slow
def test_who_is_erased_hears_the_same_again_and_is_entered_by_the_next_message(
    sessions: Sessions,
) -> None:
    def play(message: Message, state: State, services: Services) -> Step:
        if message.raw == "确定删除":
            return Step(say(services.erasure.erase(message.member)), Idle())
        return Step(say("请写"), WritingMotto())

    before, message = said("座右铭", by="zhang"), said("确定删除", by="zhang")
    turns(sessions, play).take(before)

    first = turns(sessions, play).take(message)
    assert [turns(sessions, play).take(message) for _ in range(2)] == [first, first]
    assert turns(sessions, play).take(before) == b"", "what came before is not played anew"
    assert count(sessions, Person) == count(sessions, Member) == 0

    turns(sessions, play).take(said("座右铭", by="zhang"))
    assert count(sessions, Person) == count(sessions, Member) == 1


@pytest.mark.slow
def test_of_a_stranger_who_leaves_nothing_is_kept(sessions: Sessions) -> None:
    assert turns(sessions, notes_a_ticket).take(pushed(Kind.UNFOLLOW, by="new")) == b""

    assert count(sessions, Person) == count(sessions, Delivery) == count(sessions, Ticket) == 0


@pytest.mark.slow
def test_links_are_for_larger_letters_once_the_member_wants_them(sessions: Sessions) -> None:
    def play(message: Message, state: State, services: Services) -> Step:
        services.members.prefer(message.member, larger=message.raw == "大字")
        return Step(say("[墙](网:/m)"), Idle())

    answers = [turns(sessions, play).take(said(words)) for words in ("大字", "小字", "小字")]

    assert ["size=larger" in answer.decode() for answer in answers] == [False, True, False]


@pytest.mark.slow
def test_where_the_member_stands_is_kept_for_the_next_message(sessions: Sessions) -> None:
    seen: list[State] = []

    def play(message: Message, state: State, services: Services) -> Step:
        seen.append(state)
        return Step(say("请写"), WritingMotto())

    turns(sessions, play).take(said("座右铭"))
    turns(sessions, play).take(said("清清白白做人"))

    assert seen == [Idle(), WritingMotto()]


@pytest.mark.slow
def test_where_the_member_stood_is_forgotten_after_a_day(sessions: Sessions) -> None:
    seen: list[State] = []

    def play(message: Message, state: State, services: Services) -> Step:
        seen.append(state)
        return Step(say("请写"), WritingMotto())

    turns(sessions, play).take(said("座右铭"))
    later = Turns(sessions, NO_REDIS, Shelf(), lambda _: NOON + timedelta(hours=25), play, rendered)
    later.take(said("清清白白做人"))

    assert seen == [Idle(), Idle()]


@pytest.mark.slow
def test_a_waiting_notice_rides_on_the_next_reply_and_only_on_that(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "wang")
        an_approved_motto(session, "wang", "愿做一块砖，哪里需要哪里搬")

    answers = [turns(sessions, notes_a_ticket).take(said("你好", by="wang")) for _ in range(2)]

    assert "愿做一块砖" in answers[0].decode()
    assert "愿做一块砖" not in answers[1].decode()


@pytest.mark.slow
def test_a_waiting_notice_rides_on_a_refusal_too(sessions: Sessions) -> None:
    def refuses(message: Message, state: State, services: Services) -> Step:
        raise NoVotesLeft(most=3)

    with sessions.begin() as session:
        a_member(session, "wang")
        an_approved_motto(session, "wang", "愿做一块砖，哪里需要哪里搬")

    answers = [turns(sessions, refuses).take(said("投票", by="wang")) for _ in range(2)]

    assert ["愿做一块砖" in answer.decode() for answer in answers] == [True, False]


@pytest.mark.slow
def test_a_redelivery_hears_the_notice_again_in_the_same_bytes(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "wang")
        an_approved_motto(session, "wang", "愿做一块砖，哪里需要哪里搬")
    message = said("你好", by="wang")

    first = turns(sessions, notes_a_ticket).take(message)
    again = turns(sessions, notes_a_ticket).take(message)

    assert first == again
    assert "愿做一块砖" in first.decode()


@pytest.mark.slow
@pytest.mark.parametrize("table", ["ticket", "delivery", "member"])
def test_a_statement_that_fails_once_is_tried_again_as_a_whole(
    sessions: Sessions, table: str
) -> None:
    fail_once = Failing(sessions, lambda sql: table in sql, times=1)

    with fail_once:
        answer = turns(sessions, notes_a_ticket).take(said("你好"))

    assert "好的" in answer.decode()
    assert count(sessions, Ticket) == 1


@pytest.mark.slow
def test_a_store_that_stays_away_is_admitted_and_nothing_is_stored(sessions: Sessions) -> None:
    with (
        Failing(sessions, lambda sql: "INSERT INTO ticket" in sql, times=100),
        pytest.raises(NotRecorded) as failure,
    ):
        turns(sessions, notes_a_ticket).take(said("你好"))

    assert failure.value.line != b""
    assert not failure.value.lasts
    assert count(sessions, Delivery) == 0
    assert count(sessions, Ticket) == 0


@pytest.mark.slow
def test_a_failure_that_has_no_name_is_answered_in_words_too(sessions: Sessions) -> None:
    class DiskGone(DatabaseError):
        """Neither a lost race nor a cut connection."""

    with (
        Failing(sessions, lambda sql: "INSERT INTO" in sql, times=100, error=DiskGone),
        pytest.raises(NotRecorded) as failure,
    ):
        turns(sessions, notes_a_ticket).take(said("你好"))

    assert failure.value.line != b""
    assert count(sessions, Delivery) == 0


@pytest.mark.slow
def test_a_store_that_fails_slowly_is_given_up_before_wechat_hangs_up(sessions: Sessions) -> None:
    def keeps_us_waiting(sql: str) -> bool:
        if "INSERT INTO ticket" not in sql:
            return False
        time.sleep(1.6)
        return True

    began = time.monotonic()
    with Failing(sessions, keeps_us_waiting, times=100), pytest.raises(NotRecorded):
        turns(sessions, notes_a_ticket).take(said("你好"))

    assert time.monotonic() - began < 4.5


@pytest.mark.slow
def test_the_budget_begins_when_the_request_arrives(sessions: Sessions) -> None:
    tried: list[str] = []

    def fails(sql: str) -> bool:
        tried.extend([sql] * ("INSERT INTO ticket" in sql))
        return bool(tried)

    with Failing(sessions, fails, times=100), pytest.raises(NotRecorded):
        turns(sessions, notes_a_ticket).take(said("你好"), arrived=time.monotonic() - 4)

    assert len(tried) == 1


@pytest.mark.slow
def test_an_outage_that_lasts_is_told_at_once_until_the_store_is_back(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.OUTAGE", 0.1)
    monkeypatch.setattr("bot.turns.PAUSES", (0.05, 0.1))
    plays = turns(sessions, notes_a_ticket)
    tried: list[str] = []

    def fails(sql: str) -> bool:
        tried.extend([sql] * ("INSERT INTO ticket" in sql))
        return "INSERT INTO ticket" in sql

    told = []
    with Failing(sessions, fails, times=100):
        for _ in range(2):
            tries = len(tried)
            with pytest.raises(NotRecorded) as failure:
                plays.take(said("你好"))
            told.append((failure.value.lasts, len(tried) - tries))
            time.sleep(0.2)
    answer = plays.take(said("你好"))

    assert told == [(False, 3), (True, 1)]
    assert "好的" in answer.decode()
    assert not plays._lasts()


class Failing:
    """While it lasts, the first `times` statements that `picks` chooses fail."""

    def __init__(
        self,
        sessions: Sessions,
        picks: Callable[[str], bool],
        times: int,
        error: type[DBAPIError] = OperationalError,
    ) -> None:
        self._engine = sessions.kw["bind"]
        self._picks, self._left, self._error = picks, times, error

    def _fail(self, connection: Any, cursor: Any, sql: str, *rest: Any) -> None:
        if self._left and self._picks(sql):
            self._left -= 1
            raise self._error(sql, None, Exception("the connection is gone"))

    def __enter__(self) -> None:
        event.listen(self._engine, "before_cursor_execute", self._fail)

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._fail)


def votes_for(number: int) -> Callable[[Message, State, Services], Step]:
    def play(message: Message, state: State, services: Services) -> Step:
        receipt = services.votes.cast(message.member, number, NOON, message.delivery)
        return Step(say("已投，回执{tracker}", tracker=receipt.tracker), Idle())

    return play


def at_once(jobs: list[Callable[[], bytes]]) -> list[bytes]:
    """The answers of jobs that all start at the same instant, a thread each."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], bytes]) -> bytes:
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


ROUNDS = 25
THREADS = 12


@pytest.mark.slow
def test_twelve_threads_with_one_delivery_have_one_effect_and_one_answer(
    sessions: Sessions,
) -> None:
    (number,) = approved_mottos(sessions, 1)
    play = turns(sessions, votes_for(number)).take

    for round_ in range(ROUNDS):
        message = said("投1001号", by=f"voter-{round_}")
        answers = at_once([partial(play, message)] * THREADS)

        assert len(set(answers)) == 1
        assert "已投" in answers[0].decode()
    assert count(sessions, Vote) == ROUNDS


@pytest.mark.slow
def test_twelve_threads_with_the_same_vote_in_twelve_deliveries_give_one_vote(
    sessions: Sessions,
) -> None:
    (number,) = approved_mottos(sessions, 1)
    play = turns(sessions, votes_for(number)).take

    for round_ in range(ROUNDS):
        deliveries = [said("投1001号", by=f"voter-{round_}") for _ in range(THREADS)]
        answers = at_once([partial(play, message) for message in deliveries])

        assert sum("回执" in answer.decode() for answer in answers) == 1
        assert all(answers)
    assert count(sessions, Vote) == ROUNDS


@pytest.mark.slow
def test_twelve_votes_at_once_never_exceed_the_days_three(sessions: Sessions) -> None:
    plays = [turns(sessions, votes_for(n)).take for n in approved_mottos(sessions, THREADS)]

    for round_ in range(ROUNDS):
        voter = f"voter-{round_}"
        at_once([partial(play, said("投", by=voter)) for play in plays])

    with sessions() as session:
        per_member = select(func.count()).select_from(Vote).group_by(Vote.member_key)
        assert list(session.scalars(per_member)) == [3] * ROUNDS


def approved_mottos(sessions: Sessions, how_many: int) -> list[int]:
    """The numbers of so many mottos, each of another author."""
    with sessions.begin() as session:
        authors = [f"author-{n}" for n in range(how_many)]
        for author in authors:
            a_member(session, author)
        return [
            an_approved_motto(session, author, f"清清白白做人，这是第{n:02}条")
            for n, author in enumerate(authors)
        ]


@pytest.mark.slow
def test_a_message_whose_deliveries_kill_their_worker_is_given_up(
    sessions: Sessions, own_valkey: Valkey
) -> None:
    class WorkerKilled(BaseException):
        """Nothing a handler could catch."""

    def kills(message: Message, state: State, services: Services) -> Step:
        raise WorkerKilled

    memory = Memory(own_valkey.url)
    message = said("你好", sent_at=NOON - timedelta(seconds=10))
    with pytest.raises(WorkerKilled):
        turns(sessions, kills, memory).take(message)

    answer = turns(sessions, kills, memory).take(message)

    assert answer != b""
    with sessions() as session:
        assert session.scalars(select(Delivery.outcome)).all() == ["quarantined"]


@pytest.mark.slow
def test_a_late_message_that_the_store_fails_once_is_not_given_up(
    sessions: Sessions, own_valkey: Valkey
) -> None:
    memory = Memory(own_valkey.url)
    late = said("你好", sent_at=NOON - timedelta(seconds=10))

    with Failing(sessions, lambda sql: "INSERT INTO ticket" in sql, times=1):
        answer = turns(sessions, notes_a_ticket, memory).take(late)

    assert "好的" in answer.decode()


@pytest.mark.slow
def test_without_redis_a_turn_is_played_all_the_same(
    sessions: Sessions, own_valkey: Valkey
) -> None:
    memory = Memory(own_valkey.url)
    own_valkey.stop()
    late = said("你好", sent_at=NOON - timedelta(seconds=10))

    answer = turns(sessions, notes_a_ticket, memory).take(late)

    assert "好的" in answer.decode()
    assert turns(sessions, notes_a_ticket, memory).take(late) == answer
