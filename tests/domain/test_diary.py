"""The diary counts each day of a contest, on every engine."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.domain.diary import Diaries, DiaryDesk
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.storage.database import Sessions
from bot.storage.tables import Vote
from tests.builders import FIRST_DAY, NOON, a_member, a_waiting_motto, an_approved_motto
from tests.domain.test_item_analysis import answered

pytestmark = pytest.mark.slow


def test_each_day_up_to_now_is_counted_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        answered(session, "a", "B", "A")
        answered(session, "b", "A")
        a_member(session, "zhang", 2)
        a_waiting_motto(session, "zhang", "愿做一块砖，哪里需要哪里搬")

    with sessions() as session:
        days = diary(session).of(1).days

    assert [day.day for day in days] == [FIRST_DAY + timedelta(n) for n in range(5)]
    assert [day.people for day in days] == [0, 0, 0, 0, 2]
    assert [day.joined for day in days] == [0, 0, 0, 0, 2]
    assert [(day.answers, day.mottos, day.votes) for day in days][-1] == (3, 1, 0)
    assert 0 <= days[-1].right <= 3


def test_a_vote_counts_on_its_day_where_all_days_of_a_round_have_one_slot(
    sessions: Sessions,
) -> None:
    before = NOON - timedelta(days=1)
    with sessions.begin() as session:
        number = an_approved_motto(session, "zhang", "愿做一块砖，哪里需要哪里搬")
        for name, moment in (("li", before), ("wang", NOON)):
            member = a_member(session, name, 2)
            services = open_services(session, moment, Shelf())
            services.votes.cast(member, number, moment, sha256(name.encode()).digest())
        session.execute(update(Vote).values(day=FIRST_DAY))

    with sessions() as session:
        days = diary(session).of(1).days

    assert [day.votes for day in days] == [0, 0, 0, 1, 1]


def test_before_its_first_day_a_contest_has_no_days(session: Session) -> None:
    desk = DiaryDesk(session, NOON - timedelta(days=30), Diaries())

    assert desk.of(1).days == []


def diary(session: Session) -> DiaryDesk:
    return DiaryDesk(session, NOON, Diaries())
