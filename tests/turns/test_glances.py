"""What only asks is answered at a glance: nothing is recorded, and nothing else is taken so."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, select

import handlers
from bot.conversation import state as states
from bot.conversation.message import Kind, Message
from bot.conversation.reply import Reply, Text
from bot.conversation.state import Answering, Idle, Lost, MenuShown, State, WritingMotto
from bot.domain.members import MOVE
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.glances import Glances
from bot.maintenance import Hours
from bot.storage.database import Sessions, open_readers
from bot.storage.memory import Memory
from bot.storage.tables import Delivery, Member, Person
from bot.turns import Turns
from tests.builders import NOON, a_member, key, pushed, said

TOLD = {"words": "网络", "answer": "好了"}


def rendered(reply: Reply, message: Message, now: datetime) -> bytes:
    if not isinstance(reply, Text):
        return b""
    return json.dumps([str(part) for part in reply.parts] + [str(now)]).encode()


def readers(sessions: Sessions) -> Sessions:
    return open_readers(sessions.kw["bind"])


def glances(sessions: Sessions, now: datetime = NOON, closed: Hours | None = None) -> Glances:
    talk = handlers.conversation
    return Glances(readers(sessions), Shelf(), lambda _: now, talk, rendered, closed)


def turns(sessions: Sessions, now: datetime = NOON, closed: Hours | None = None) -> Turns:
    glance = glances(sessions, now, closed).answer
    return Turns(sessions, Memory(""), Shelf(), lambda _: now, handlers.play, rendered, glance)


@pytest.fixture
def member(sessions: Sessions) -> bytes:
    """Somebody to whom the menu was just shown."""
    with sessions.begin() as session:
        a_member(session)
    stand(sessions, MenuShown())
    return key("zhang")


def stand(sessions: Sessions, state: State, now: datetime = NOON) -> None:
    with sessions.begin() as session:
        values = {"member": key("zhang"), "stands": states.dump(state), "now": now}
        session.execute(MOVE, values)


def where(sessions: Sessions) -> State:
    with sessions() as session:
        return states.parse(session.scalars(select(Member.state)).one())


@pytest.mark.slow
def test_a_glance_links_to_larger_letters_too(sessions: Sessions, member: bytes) -> None:
    stand(sessions, Idle())
    before = glances(sessions).answer(said("排名"))
    with sessions.begin() as session:
        open_services(session, NOON, Shelf()).members.prefer(member, larger=True)

    after = glances(sessions).answer(said("排名"))

    assert before is not None
    assert after is not None
    assert b"size=larger" not in before
    assert b"size=larger" in after


def deliveries(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("state", [Lost(), Answering(1)])
def test_where_it_moves_the_member_it_is_a_turn(
    sessions: Sessions, member: bytes, state: State
) -> None:
    stand(sessions, state)

    assert glances(sessions).answer(said("帮助")) is None
    assert turns(sessions).take(said("帮助"))
    assert deliveries(sessions) == 1


@pytest.mark.slow
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


@pytest.mark.slow
def test_what_became_due_after_the_message_waits_for_the_next(
    sessions: Sessions, member: bytes
) -> None:
    asked = said("帮助")
    first = turns(sessions).take(asked)
    with sessions.begin() as session:
        services = open_services(session, NOON, Shelf())
        due = NOON + timedelta(seconds=1)
        services.notices.leave(member, "motto:1:1", "ticket_answered", TOLD, due)

    again = turns(sessions, NOON + timedelta(seconds=10)).take(asked)
    later = said("帮助", sent_at=NOON + timedelta(seconds=10))
    told = turns(sessions, NOON + timedelta(seconds=10)).take(later)

    assert again == first
    assert "捎句话" in json.loads(told)[0]


@pytest.mark.slow
def test_a_late_repetition_does_not_move_whoever_has_moved_on(
    sessions: Sessions, member: bytes
) -> None:
    asked = said("帮助")
    first = turns(sessions).take(asked)
    stand(sessions, WritingMotto(), NOON + timedelta(seconds=3))

    again = turns(sessions, NOON + timedelta(seconds=5)).take(asked)
    there = where(sessions)
    anew = said("帮助", sent_at=NOON + timedelta(seconds=5))
    turns(sessions, NOON + timedelta(seconds=5)).take(anew)

    assert again == first
    assert there == WritingMotto()
    assert where(sessions) == MenuShown()


@pytest.mark.slow
def test_a_clock_that_is_wrong_holds_no_notice_back(sessions: Sessions, member: bytes) -> None:
    with sessions.begin() as session:
        services = open_services(session, NOON, Shelf())
        due = NOON + timedelta(seconds=60)
        services.notices.leave(member, "motto:1:1", "ticket_answered", TOLD, due)

    told = turns(sessions, NOON + timedelta(seconds=61)).take(said("帮助", sent_at=NOON))

    assert "捎句话" in json.loads(told)[0]


# ------------------------------------------------------------ maintenance

HOURS = Hours(NOON, NOON + timedelta(hours=1))


@pytest.mark.slow
def test_during_maintenance_each_message_gets_the_line_and_nothing_is_done(
    sessions: Sessions, member: bytes
) -> None:
    closed = turns(sessions, closed=HOURS)

    lines = {closed.take(m) for m in (said("帮助"), said("投1001号"), pushed(Kind.IMAGE))}

    [line] = lines
    assert json.loads(line)[0] == "今天12点到13点检修，您的连续天数不受影响。"
    assert deliveries(sessions) == 0
    assert where(sessions) == MenuShown()


@pytest.mark.slow
def test_the_line_depends_on_when_a_message_was_sent(sessions: Sessions, member: bytes) -> None:
    closed = turns(sessions, NOON + timedelta(hours=1, seconds=5), HOURS)

    late = closed.take(said("投票", sent_at=NOON + timedelta(minutes=59)))
    open_again = closed.take(said("投票", sent_at=NOON + timedelta(hours=1)))

    assert "检修" in json.loads(late)[0]
    assert "检修" not in json.loads(open_again)[0]


@pytest.mark.slow
def test_who_leaves_during_maintenance_is_let_go(sessions: Sessions, member: bytes) -> None:
    turns(sessions, closed=HOURS).take(pushed(Kind.UNFOLLOW))

    with sessions() as session:
        assert session.scalars(select(Person.following)).one() is False


@pytest.mark.slow
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
