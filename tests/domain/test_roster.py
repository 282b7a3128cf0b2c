"""Rosters: brought in whole, never shown to who joins, and one person under one name."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.participation import Participation
from bot.domain.purge import Purge
from bot.domain.questions import Shelf
from bot.domain.roster import Branch, Doubt, Listed, Outcome, Roster
from bot.domain.services import open_services
from bot.storage.database import Sessions
from bot.storage.tables import Audit, Contest, Member, RosterName
from tests.builders import NOON, a_member, key
from tests.domain.test_participation import plays, turnouts


def listed(session: Session, *names: str, code: str = "CD-XA") -> Outcome:
    return Roster(session, NOON).bring_in([Listed(code, name) for name in names], "system")


def on_roster(session: Session) -> dict[tuple[int, str], int]:
    return {(row.unit_id, row.name): row.people for row in session.scalars(select(RosterName))}


def named(session: Session, member: str, name: str | None, unit: int = 2) -> None:
    if session.get(Member, key(member)) is None:
        a_member(session, member)
    session.execute(
        update(Member).where(Member.member_key == key(member)).values(name=name, unit_id=unit)
    )


def test_the_units_are_told_with_whether_one_can_join_them(session: Session) -> None:
    branches = Roster(session, NOON).branches()

    assert branches["CD"] == Branch(1, "城东街道", 900, has_branches=True)
    assert branches["CD-XA"] == Branch(2, "新安社区支部", 46, has_branches=False)


@pytest.mark.slow
def test_a_file_takes_the_place_of_its_units_rosters_alone(sessions: Sessions) -> None:
    with sessions.begin() as session:
        first = listed(session, "张三", "李四", "李四", "王五")
        listed(session, "赵六", code="NY")
    with sessions.begin() as session:
        second = listed(session, "张三", "李四", "钱七")

    assert first == Outcome(units=1, new=4, gone=0, same=0)
    assert second == Outcome(units=1, new=1, gone=2, same=2)
    with sessions() as session:
        assert on_roster(session) == {
            (2, "张三"): 1, (2, "李四"): 1, (2, "钱七"): 1, (3, "赵六"): 1,
        }  # fmt: skip
        facts = session.scalars(select(Audit.facts).order_by(Audit.id.desc())).first()
        assert facts == {"units": 1, "new": 1, "gone": 2, "same": 2}, "and no name"


@pytest.mark.slow
def test_the_secretary_has_to_settle_what_does_not_fit(session: Session) -> None:
    listed(session, "张三", "李四", "李四", "王五")
    joined = {"a": "张三", "b": "张三", "c": "李四", "d": "无名氏", "e": "王五"}
    for member, name in joined.items():
        named(session, member, name)
    named(session, "f", None)
    named(session, "g", "别处人", unit=3)

    found = Roster(session, NOON).unsettled()

    assert {(one.name, one.doubt, one.accounts, one.people) for one in found} == {
        ("张三", Doubt.TWICE, 2, 1),
        ("李四", Doubt.NAMESAKES, 1, 2),
        ("无名氏", Doubt.NOT_LISTED, 1, 0),
    }
    assert {(one.code, one.unit) for one in found} == {("CD-XA", "新安社区支部")}


@pytest.mark.slow
def test_two_accounts_under_one_name_are_one_person(sessions: Sessions) -> None:
    with sessions.begin() as session:
        listed(session, "张三", "李四", "李四")
        names = {"a": "张三", "b": "张三", "c": "李四", "d": "李四", "e": "没报上来", "f": None}
        for member, name in names.items():
            plays(session, member, 2)
            named(session, member, name)

    with sessions() as session:
        assert turnouts(session, 1)["新安社区支部"].participants == 1 + 2 + 1 + 1


@pytest.mark.slow
def test_whose_second_account_is_erased_still_took_part_once(session: Session) -> None:
    listed(session, "张三")
    for member in ("a", "b"):
        plays(session, member, 2)
        named(session, member, "张三")
    session.execute(update(Contest).values(last_day=date(2026, 12, 4)))
    counted = []

    for member in ("a", "b"):
        open_services(session, NOON, Shelf()).erasure.erase(key(member))
        counted.append((turnouts(session, 1)["新安社区支部"].participants, on_roster(session)))

    assert counted == [(1, {(2, "张三"): 1}), (1, {})]


@pytest.mark.slow
def test_who_is_erased_during_the_contest_is_a_number_beside_the_table(session: Session) -> None:
    plays(session, "zhang", 2)
    plays(session, "li", 2)

    open_services(session, NOON, Shelf()).erasure.erase(key("li"))

    table = Participation(session, NOON)
    assert [table.table(unit).departed for unit in (None, 1, 2, 3)] == [1, 1, 1, 0]
    assert turnouts(session, 1)["新安社区支部"].participants == 1


@pytest.mark.parametrize(("days", "left"), [(89, 1), (91, 0)])
def test_rosters_go_ninety_days_after_the_campaign(session: Session, days: int, left: int) -> None:
    listed(session, "张三")
    over = NOON.replace(month=12, day=31) + timedelta(days=days)

    while Purge(session, over).step("rosters"):
        pass

    assert len(on_roster(session)) == left
