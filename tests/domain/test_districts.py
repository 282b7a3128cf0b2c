"""A score stands in the district of its member's unit, whatever becomes of member and unit."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.domain.erasure import Erasure
from bot.domain.members import Members
from bot.domain.unit_import import Brought, UnitImport
from bot.storage.database import Sessions
from bot.storage.tables import Contest, RosterName, Score
from tests.builders import FIRST_DAY, NOON, a_member, key
from tests.handlers.talking import Talker

CITY, BRANCH, DEPARTMENT = 1, 2, 3


def districts(session: Session) -> list[int | None]:
    session.expire_all()
    return list(session.scalars(select(Score.district_id)))


def scores(session: Session, name: str, district: int | None) -> None:
    row = {"member_key": key(name), "points": 2, "days": 1, "reached_at": NOON}
    session.execute(insert(Score).values(contest_id=1, district_id=district, **row))


@pytest.mark.slow
def test_the_first_answer_stands_in_the_district_of_the_branch(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "zhang", BRANCH)
        a_member(session, "li", DEPARTMENT)
        a_member(session, "guest")
        for name in ("zhang", "li", "guest"):
            talk = Talker(session, name)
            talk.says("答题")
            talk.says("B")

        found = session.execute(select(Score.member_key, Score.district_id)).all()

    assert {tuple(row) for row in found} == {
        (key("zhang"), CITY), (key("li"), DEPARTMENT), (key("guest"), None),
    }  # fmt: skip


@pytest.mark.slow
def test_who_moves_takes_the_score_along(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "zhang")
        scores(session, "zhang", None)
        seen = []
        for unit in (BRANCH, DEPARTMENT):
            Members(session, NOON).join(key("zhang"), unit, "张三")
            seen += districts(session)

    assert seen == [CITY, DEPARTMENT]


@pytest.mark.slow
def test_a_branch_that_goes_to_another_district_takes_its_scores_along(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "zhang", BRANCH)
        scores(session, "zhang", CITY)
        units = UnitImport(session, NOON)
        units.bring_in([Brought("CD-XA", "新安社区支部", "NY", 46)], "console:1")
        moved = districts(session)
        units.bring_in([Brought("CD-XA", "新安社区支部", "", 46)], "console:1")

        assert (moved, districts(session)) == ([DEPARTMENT], [BRANCH])


@pytest.mark.slow
def test_a_score_that_is_left_of_nobody_stays_in_its_district(session: Session) -> None:
    a_member(session, "zhang", BRANCH)
    scores(session, "zhang", CITY)
    over = {"first_day": FIRST_DAY - timedelta(days=9), "last_day": FIRST_DAY - timedelta(days=3)}
    session.execute(update(Contest).values(**over))

    Erasure(session, NOON).erase(key("zhang"))

    assert districts(session) == [CITY]


@pytest.mark.slow
def test_a_score_whose_person_is_counted_all_the_same_stands_nowhere(session: Session) -> None:
    for name in ("one", "other"):
        a_member(session, name, BRANCH)
        scores(session, name, CITY)
    row = {"unit_id": BRANCH, "name": "王五", "people": 1, "imported_at": NOON}
    session.execute(insert(RosterName).values(**row))
    over = {"first_day": FIRST_DAY - timedelta(days=9), "last_day": FIRST_DAY - timedelta(days=3)}
    session.execute(update(Contest).values(**over))

    Erasure(session, NOON).erase(key("one"))

    assert sorted(districts(session), key=str) == [CITY, None]
