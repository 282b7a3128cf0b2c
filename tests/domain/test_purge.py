"""What is over goes, a few rows at a time; what is not, stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.domain import purge
from bot.domain.campaigns import KEPT
from bot.domain.chain import breaks
from bot.domain.invariants import check
from bot.domain.purge import Purge, tasks
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.storage.database import Sessions
from bot.storage.tables import (
    Audit,
    DataPass,
    Delivery,
    Departed,
    Member,
    Notice,
    Person,
    SpentDay,
    Ticket,
    Vote,
)
from tests.builders import NOON, SECRET, a_member, a_waiting_motto, key
from tests.domain.invariants.conftest import delivered, some_life
from tests.domain.test_campaigns import ENDS

LONG_AFTER = ENDS + KEPT


def purged(session: Session, now: datetime) -> None:
    """All tasks, each to its end."""
    for task in tasks():
        while Purge(session, now).step(task):
            pass


def rows(session: Session, kind: Any) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is a single row."""
    monkeypatch.setattr(purge, "BATCH", 1)


def deliveries(session: Session, *ages: timedelta) -> None:
    for number, age in enumerate(ages):
        row = Delivery(
            member_key=key("zhang"), delivery_key=bytes([number] * 32), fingerprint=bytes(32),
            outcome="done", reply=b"<xml/>", received_at=NOON - age,
        )  # fmt: skip
        session.add(row)
    session.flush()


@pytest.mark.slow
def test_a_delivery_is_kept_for_a_month_and_its_reply_for_a_day(
    session: Session, one_at_a_time: None
) -> None:
    a_member(session, "zhang")
    hour, day = timedelta(hours=1), timedelta(days=1)
    deliveries(session, hour, day, day + hour, 30 * day, 30 * day + hour, 31 * day)

    purged(session, NOON)

    kept = session.execute(select(Delivery.reply).order_by(Delivery.delivery_key)).scalars().all()
    assert kept == [b"<xml/>", b"<xml/>", None, None]


def test_a_step_takes_no_more_than_a_batch(session: Session, one_at_a_time: None) -> None:
    a_member(session, "zhang")
    deliveries(session, *[timedelta(days=40)] * 3)

    assert Purge(session, NOON).step("delivery")
    assert rows(session, Delivery) == 2


@pytest.mark.slow
def test_deliveries_of_the_erased_are_kept_for_as_long_as_they_may_come_again(
    session: Session,
) -> None:
    a_member(session, "zhang")
    deliveries(session, timedelta(minutes=1))
    open_services(session, NOON, Shelf()).erasure.erase(key("zhang"))

    purged(session, NOON + timedelta(minutes=28))
    assert rows(session, Delivery) == 1
    purged(session, NOON + timedelta(minutes=30))
    assert rows(session, Delivery) == 0


@pytest.mark.slow
def test_a_notice_goes_a_month_after_it_was_told(session: Session) -> None:
    some_life(session)
    a_waiting_motto(session, "zhang2", "一步一个脚印，踏实走好每一天")
    told = session.scalar(select(func.count()).where(Notice.told_at.is_not(None)))
    waiting = rows(session, Notice) - (told or 0)
    assert told

    purged(session, NOON + timedelta(days=30))
    assert rows(session, Notice) == waiting + told
    purged(session, NOON + timedelta(days=30, seconds=1))
    assert rows(session, Notice) == waiting


@pytest.mark.slow
def test_a_letter_goes_three_months_after_it_was_answered_and_the_answer_with_it(
    session: Session,
) -> None:
    for name in ("zhang", "li"):
        a_member(session, name)
        delivered(session, name, lambda s, d: s.tickets.open(key("zhang"), "help", "请回电话", d))
    services = open_services(session, NOON, Shelf())
    services.tickets.close(services.tickets.waiting()[0].delivery, 1, "张三同志您好")
    session.commit()

    purged(session, NOON + timedelta(days=90))
    assert rows(session, Ticket) == 2
    purged(session, NOON + timedelta(days=90, seconds=1))
    session.commit()

    assert rows(session, Ticket) == 1, "the other one waits"
    assert session.scalars(select(Audit.facts)).one() == {}
    assert list(breaks(session, SECRET)) == []


@pytest.mark.slow
def test_passes_and_spent_days_go_when_they_are_over(session: Session) -> None:
    a_member(session, "zhang")
    open_services(session, NOON, Shelf()).passes.issue(key("zhang"))
    session.add(SpentDay(member_key=key("li"), round_id=1, day=NOON.date()))
    session.flush()

    purged(session, NOON + timedelta(minutes=31))
    assert (rows(session, DataPass), rows(session, SpentDay)) == (0, 1)
    purged(session, NOON + timedelta(days=2))
    assert rows(session, SpentDay) == 1
    purged(session, NOON + timedelta(days=3))
    assert rows(session, SpentDay) == 0


@pytest.mark.slow
def test_ninety_days_after_the_campaign_members_are_forgotten_and_the_votes_stay(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        some_life(session)
        votes, people = rows(session, Vote), rows(session, Person)
        session.execute(update(Member).values(state_at=NOON))
    with sessions.begin() as session:
        assert open_services(session, ENDS, Shelf()).sealing.seal(1)
    with sessions.begin() as session:
        purged(session, LONG_AFTER - timedelta(seconds=1))
        assert rows(session, Person) == people

    for _ in range(people):
        with sessions.begin() as session:
            assert Purge(session, LONG_AFTER).step("members")
    with sessions.begin() as session:
        assert not Purge(session, LONG_AFTER).step("members")
        purged(session, LONG_AFTER)

    with sessions() as session:
        assert rows(session, Person) == rows(session, Delivery) == rows(session, Ticket) == 0
        assert rows(session, Vote) == votes
        assert rows(session, Departed) > 0
        assert "砖" not in str(session.scalars(select(Audit.facts)).all())
        actors = session.scalars(select(Audit.actor).where(Audit.action == "member.erase"))
        assert set(actors) == {"system"}
        assert check(session, LONG_AFTER, SECRET) == []


@pytest.mark.slow
def test_who_came_after_that_moment_is_kept(session: Session) -> None:
    for name in ("zhang", "li"):
        a_member(session, name)
    session.execute(
        update(Member).where(Member.member_key == key("li")).values(state_at=LONG_AFTER)
    )

    purged(session, LONG_AFTER + timedelta(days=1))

    assert session.scalars(select(Person.openid)).all() == ["o-li"]
