"""Each notice is told exactly once, whatever becomes of the worker, the line and the store."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from bot.conversation.message import Kind, Message
from bot.conversation.reply import Reply, Silence, Text, say
from bot.conversation.router import Step
from bot.conversation.state import Idle, State
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions
from bot.storage.memory import Memory
from bot.storage.tables import Notice
from bot.turns import Turns
from tests.builders import NOON, a_member, key, pushed, said

TOLD = "收到答复"


class WorkerKilled(BaseException):
    """Nothing that anybody could catch."""


def answers(message: Message, state: State, services: Services) -> Step:
    return Step(say("好的"), Idle())


def keeps_silent(message: Message, state: State, services: Services) -> Step:
    return Step(Silence(), Idle())


def raises(message: Message, state: State, services: Services) -> Step:
    raise RuntimeError("a bug")


def rendered(reply: Reply, message: Message, now: datetime) -> bytes:
    return "".join(map(str, reply.parts)).encode() if isinstance(reply, Text) else b""


def turns(sessions: Sessions, play: Any = answers) -> Turns:
    return Turns(sessions, Memory(""), Shelf(), lambda _: NOON, play, rendered)


def tells(answer: bytes) -> bool:
    return TOLD in answer.decode()


@pytest.fixture
def awaited(sessions: Sessions) -> Sessions:
    """Something waits to be told to zhang."""
    with sessions.begin() as session:
        a_member(session)
        facts = {"words": "网络", "answer": TOLD}
        notices = open_services(session, NOON, Shelf()).notices
        notices.leave(key("zhang"), "ticket:1", "ticket_answered", facts, NOON)
    return sessions


@contextmanager
def failing_once(sessions: Sessions, at: str, error: BaseException) -> Iterator[list[str]]:
    """While it lasts, the first statement that says so, or the commit, ends in this error."""
    engine, failed = sessions.kw["bind"], list[str]()

    def fail(what: str) -> None:
        if at in what and not failed:
            failed.append(what)
            raise error

    def before_statement(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        fail(sql)

    def before_commit(_connection: Any) -> None:
        fail("COMMIT")

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", before_commit)
    try:
        yield failed
    finally:
        event.remove(engine, "before_cursor_execute", before_statement)
        event.remove(engine, "commit", before_commit)


MOMENTS = ["UPDATE notice", "INSERT INTO delivery", "COMMIT"]
"""When a worker may end after it has begun to tell."""


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_killed_worker_was_about_to_tell_is_told_on_the_repetition(
    awaited: Sessions, moment: str
) -> None:
    message = said("你好")
    with failing_once(awaited, moment, WorkerKilled()) as failed, pytest.raises(WorkerKilled):
        turns(awaited).take(message)

    told = [tells(turns(awaited).take(m)) for m in (message, message, said("你好"))]

    assert failed
    assert told == [True, True, False]


@pytest.mark.slow
def test_a_commit_that_fails_is_tried_again_and_tells_once(awaited: Sessions) -> None:
    cut = OperationalError("", None, Exception("the connection is gone"))
    with failing_once(awaited, "COMMIT", cut) as failed:
        first = turns(awaited).take(said("你好"))

    assert failed
    assert tells(first)
    assert not tells(turns(awaited).take(said("你好")))


@pytest.mark.slow
def test_of_many_messages_at_once_one_tells(awaited: Sessions) -> None:
    plays = turns(awaited)
    messages = [said("你好") for _ in range(4)]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda m: (m.delivery, plays.take(m)), messages * 2))

    assert len({delivery for delivery, answer in told if tells(answer)}) == 1
    assert len({(delivery, answer) for delivery, answer in told}) == len(messages)
    with awaited() as session:
        assert session.scalars(select(Notice.told_by)).one() in {m.delivery for m in messages}


@pytest.mark.slow
def test_a_fault_tells_nothing_and_the_next_message_does(awaited: Sessions) -> None:
    assert not tells(turns(awaited, raises).take(said("你好")))
    assert tells(turns(awaited).take(said("你好")))


@pytest.mark.slow
def test_where_nothing_else_is_said_a_notice_is_told_alone(awaited: Sessions) -> None:
    told = [turns(awaited, keeps_silent).take(said("谢谢")) for _ in range(2)]

    assert tells(told[0])
    assert told[1] == b""


@pytest.mark.parametrize("kind", [Kind.UNFOLLOW, Kind.EVENT])
def test_nothing_is_told_to_a_push_that_no_person_sent(awaited: Sessions, kind: Kind) -> None:
    assert turns(awaited, keeps_silent).take(pushed(kind)) == b""
    assert tells(turns(awaited).take(said("你好")))
