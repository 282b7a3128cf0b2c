"""What only asks is answered at a glance: nothing is recorded, and nothing else is taken so."""

import json
from datetime import datetime

import pytest
from sqlalchemy import event, func, select

import handlers
from bot.conversation import state as states
from bot.conversation.message import Kind, Message
from bot.conversation.reply import Reply, Text
from bot.conversation.state import Answering, Idle, Lost, MenuShown, State
from bot.domain.members import MOVE
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.glances import Glances
from bot.storage.database import Sessions, open_readers
from bot.storage.memory import Memory
from bot.storage.tables import Delivery
from bot.turns import Turns
from tests.builders import NOON, a_member, key, pushed, said


def rendered(reply: Reply, message: Message, now: datetime) -> bytes:
    assert isinstance(reply, Text)
    return json.dumps([str(part) for part in reply.parts] + [str(now)]).encode()


def readers(sessions: Sessions) -> Sessions:
    return open_readers(sessions.kw["bind"])


def glances(sessions: Sessions) -> Glances:
    return Glances(readers(sessions), Shelf(), lambda _: NOON, handlers.conversation, rendered)


def turns(sessions: Sessions) -> Turns:
    glance = glances(sessions).answer
    return Turns(sessions, Memory(""), Shelf(), lambda _: NOON, handlers.play, rendered, glance)


@pytest.fixture
def member(sessions: Sessions) -> bytes:
    """Somebody to whom the menu was just shown."""
    with sessions.begin() as session:
        a_member(session)
    stand(sessions, MenuShown())
    return key("zhang")


def stand(sessions: Sessions, state: State) -> None:
    with sessions.begin() as session:
        values = {"member": key("zhang"), "stands": states.dump(state), "now": NOON}
        session.execute(MOVE, values)


def deliveries(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


def test_help_is_answered_without_a_record_and_again_byte_for_byte(
    sessions: Sessions, member: bytes
) -> None:
    help_ = said("帮助")

    first, again = turns(sessions).take(help_), turns(sessions).take(help_)

    assert first == again == glances(sessions).answer(help_)
    assert deliveries(sessions) == 0


def test_it_reads_and_does_nothing_else(sessions: Sessions, member: bytes) -> None:
    engine = sessions.kw["bind"]
    said_to_the_database: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda *told: said_to_the_database.append(told[2])
    )

    assert turns(sessions).take(said("帮助"))

    assert len(said_to_the_database) == 1
    assert said_to_the_database[0].startswith("SELECT")


@pytest.mark.parametrize("state", [Lost(), Answering(1)])
def test_where_it_moves_the_member_it_is_a_turn(
    sessions: Sessions, member: bytes, state: State
) -> None:
    stand(sessions, state)

    assert glances(sessions).answer(said("帮助")) is None
    assert turns(sessions).take(said("帮助"))
    assert deliveries(sessions) == 1


def test_a_newcomer_a_notice_and_what_is_no_question_take_a_turn(
    sessions: Sessions, member: bytes
) -> None:
    glance = glances(sessions)

    assert glance.answer(said("帮助", by="stranger")) is None
    assert glance.answer(said("答题")) is None
    assert glance.answer(pushed(Kind.CLICK, "帮助")) is None
    with sessions.begin() as session:
        services = open_services(session, NOON, Shelf())
        services.notices.leave(member, "motto:1:1", "motto_approved", {}, NOON)
    assert glance.answer(said("帮助")) is None


def test_whatever_only_asks_changes_nothing(sessions: Sessions, member: bytes) -> None:
    for words in sorted(handlers.conversation.asks):
        found = handlers.conversation.find(said(words), Idle())
        assert found.only_asks
        with sessions() as session:
            event.listen(session, "do_orm_execute", refuse_changes)
            services = open_services(session, NOON, Shelf())
            found.route.handler(found.message, Idle(), services)
            assert not session.dirty
            assert not session.new


def refuse_changes(execution: object) -> None:
    assert getattr(execution, "is_select", False), "a change"
