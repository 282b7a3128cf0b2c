"""Tickets: the oldest first, one colleague closes, an answer reaches the member once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from sqlalchemy import String, select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.notices import Notification
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.domain.tickets import (
    ANSWER_MOST,
    LONGEST,
    URGENT,
    Backlog,
    ClosedMeanwhile,
    NoSuchTicket,
)
from bot.storage.database import Sessions, open_engine
from bot.storage.tables import Audit, Base, Staff, Ticket
from tests.builders import NOON, a_campaign, a_member, chained, key, said

WORDS = "点了答题没有反应"
LI, WANG = 1, 2


@pytest.fixture(autouse=True)
def colleagues(session: Session) -> None:
    add_colleagues(session)


def add_colleagues(session: Session) -> None:
    session.add_all(
        Staff(id=id_, name=name, password_hash="x", role="moderator", created_at=NOON)
        for id_, name in ((LI, "李审核"), (WANG, "王审核"))
    )
    session.flush()


def at(session: Session, moment: datetime) -> Services:
    return open_services(session, moment, Shelf())


def written(
    services: Services, words: str = WORDS, by: str = "zhang", topic: str = "help"
) -> bytes:
    """The delivery of a ticket opened now."""
    message = said(words, by)
    services.tickets.open(message.member, topic, words, message.delivery)
    return message.delivery


def told(session: Session, by: str = "zhang") -> list[Notification]:
    return at(session, NOON).notices.tell(key(by), bytes(32))


# ------------------------------------------------------------ what waits


@pytest.mark.slow
def test_nothing_waits_at_first(services: Services) -> None:
    assert services.tickets.backlog() == Backlog(0, None)
    assert services.tickets.waiting() == []
    assert services.tickets.handled() == []


@pytest.mark.slow
def test_the_oldest_waits_first(session: Session) -> None:
    late = written(at(session, NOON), by="late")
    early = written(at(session, NOON - timedelta(hours=5)), by="early")

    tickets = at(session, NOON).tickets

    assert [card.delivery for card in tickets.waiting()] == [early, late]
    assert [card.delivery for card in tickets.waiting(limit=1)] == [early]
    assert tickets.backlog() == Backlog(2, NOON - timedelta(hours=5))


def test_grief_is_read_before_all_else(session: Session) -> None:
    early = written(at(session, NOON), by="early")
    urgent = written(at(session, NOON + timedelta(hours=5)), by="late", topic=URGENT)

    tickets = at(session, NOON + timedelta(hours=6)).tickets

    assert [card.delivery for card in tickets.waiting()] == [urgent, early]


@pytest.mark.slow
def test_a_ticket_shows_the_unit_the_masked_name_and_the_motto_it_may_be_about(
    session: Session, services: Services
) -> None:
    a_member(session, "zhang", unit=2)
    words = "群众的事，一刻也不等"
    number = services.mottos.submit(key("zhang"), words, fold_prose(words), "none").number
    written(services)

    (card,) = services.tickets.waiting()

    assert card.unit is not None
    assert card.unit.full_name == "城东街道·新安社区支部"
    assert (card.name, card.entry, card.words, card.topic) == ("张*", number, WORDS, "help")


def test_a_member_we_know_nothing_of_is_heard_too(services: Services) -> None:
    written(services)

    (card,) = services.tickets.waiting()

    assert (card.unit, card.name, card.entry) == (None, None, None)


def test_long_words_are_kept_up_to_their_limit(services: Services) -> None:
    written(services, "长" * (LONGEST + 1))

    assert services.tickets.waiting()[0].words == "长" * LONGEST


# ------------------------------------------------------------ closing


@pytest.mark.slow
def test_a_closed_ticket_leaves_the_queue_and_its_traces(
    session: Session, services: Services
) -> None:
    delivery = written(services)

    services.tickets.close(delivery, LI, "网络好了")

    (done,) = services.tickets.handled()
    assert (done.card.delivery, done.by, done.at, done.answer) == (
        delivery, "staff:1", NOON, "网络好了",
    )  # fmt: skip
    assert services.tickets.backlog() == Backlog(0, None)
    row = session.scalars(select(Audit).where(Audit.action == "ticket.close")).one()
    assert (row.actor, row.subject) == ("staff:1", f"ticket:{delivery.hex()[:16]}")
    assert row.facts == {"topic": "help", "answer": "网络好了"}


@pytest.mark.slow
def test_what_was_closed_last_stands_first(session: Session) -> None:
    first, second = written(at(session, NOON)), written(at(session, NOON))
    at(session, NOON).tickets.close(first, LI)
    at(session, NOON + timedelta(minutes=1)).tickets.close(second, LI)

    handled = at(session, NOON).tickets.handled(limit=1)

    assert [done.card.delivery for done in handled] == [second]


@pytest.mark.slow
def test_an_answer_is_told_once_and_to_its_member_alone(
    session: Session, services: Services
) -> None:
    delivery = written(services)

    services.tickets.close(delivery, LI, "网络好了")

    assert told(session, "li") == []
    assert told(session) == [
        Notification("ticket_answered", {"words": WORDS, "answer": "网络好了"})
    ]
    assert told(session) == []


def test_without_an_answer_nothing_is_told(session: Session, services: Services) -> None:
    services.tickets.close(written(services), LI)

    assert told(session) == []


@pytest.mark.slow
def test_of_two_colleagues_the_second_hears_who_was_first(
    session: Session, services: Services
) -> None:
    delivery = written(services)
    services.tickets.close(delivery, LI, "网络好了")

    with pytest.raises(ClosedMeanwhile) as late:
        at(session, NOON + timedelta(minutes=1)).tickets.close(delivery, WANG, "请稍候")

    assert (late.value.by, late.value.at, late.value.answer) == ("staff:1", NOON, "网络好了")
    assert [note.facts["answer"] for note in told(session)] == ["网络好了"]


def test_there_is_nothing_to_close_where_nobody_wrote(services: Services) -> None:
    with pytest.raises(NoSuchTicket):
        services.tickets.close(bytes(32), LI)


def test_the_longest_answer_fits_its_column() -> None:
    kind = Ticket.__table__.c.answer.type

    assert isinstance(kind, String)
    assert kind.length == ANSWER_MOST


# ------------------------------------------------------------ at the same instant


@pytest.fixture
def shared(store_url: str) -> Iterator[Sessions]:
    """Sessions on a database that threads can share, on each engine."""
    engine = open_engine(store_url)
    Base.metadata.create_all(engine)
    sessions = chained(engine)
    with sessions.begin() as session:
        a_campaign(session)
        add_colleagues(session)
    yield sessions
    engine.dispose()


@pytest.mark.slow
def test_a_ticket_that_is_being_closed_just_now_is_not_closed_again(shared: Sessions) -> None:
    with shared.begin() as session:
        delivery = written(at(session, NOON))

    with ThreadPoolExecutor() as pool:
        with shared.begin() as session:
            at(session, NOON).tickets.close(delivery, LI, "先办的")
            second = pool.submit(closes, shared, delivery)
            # Long enough for the other to arrive at the locked ticket, or database.
            wait([second], timeout=0.3)

        with pytest.raises(ClosedMeanwhile) as late:
            second.result()

    assert (late.value.by, late.value.answer) == ("staff:1", "先办的")
    with shared() as session:
        assert len(session.scalars(select(Audit)).all()) == 1
        assert [note.facts["answer"] for note in told(session)] == ["先办的"]


def closes(sessions: Sessions, delivery: bytes) -> None:
    with sessions.begin() as session:
        at(session, NOON).tickets.close(delivery, WANG, "后办的")
