"""Members: entered once, remembered where they stand, bound to a unit of their choice."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.identity import campaign_day, mask, member_key
from bot.domain.members import MOVE, PAUSE, Members
from bot.domain.refusals import NamedTooOften, ReboundTooOften
from bot.storage.tables import Base, Consent, Member, Naming, Person, Rebinding
from tests.builders import NOON, SECRET, a_member, key

DELIVERY = b"d" * 32


def members_at(session: Session, moment: datetime = NOON) -> Members:
    return Members(session, moment)


def state_of(members: Members, member: bytes) -> str:
    presence = members.lock(member, DELIVERY)
    assert presence is not None
    return presence.state


def stand(session: Session, member: bytes, state: str) -> None:
    session.execute(MOVE, {"member": member, "stands": state, "now": NOON})


def test_a_stranger_has_no_state_and_a_new_member_the_one_given(session: Session) -> None:
    members = members_at(session)
    assert members.lock(key("zhang"), DELIVERY) is None

    members.welcome(key("zhang"), "o-zhang", '{"kind": "idle"}')

    assert state_of(members, key("zhang")) == '{"kind": "idle"}'


def test_a_member_is_entered_once(session: Session) -> None:
    members_at(session).welcome(key("zhang"), "o-zhang", "")

    with pytest.raises(IntegrityError), session.begin_nested():
        members_at(session).welcome(key("zhang"), "o-zhang", "")


def test_a_conversation_waits_for_a_day_and_no_longer(session: Session) -> None:
    member = a_member(session)
    stand(session, member, "answering")

    almost_too_late = members_at(session, NOON + PAUSE - timedelta(seconds=1))
    assert state_of(almost_too_late, member) == "answering"
    assert state_of(members_at(session, NOON + PAUSE), member) == ""


@pytest.mark.slow
def test_to_leave_and_to_follow_again_changes_the_person_alone(session: Session) -> None:
    member = a_member(session, unit=2)
    later = members_at(session, NOON + timedelta(days=1))

    later.left(member)
    gone = following(session, member)
    later.followed(member)

    assert gone == (False, NOON)
    assert following(session, member) == (True, NOON + timedelta(days=1))
    assert later.profile(member).name == "张三"


def following(session: Session, member: bytes) -> tuple[bool, datetime | None]:
    row = session.execute(
        select(Person.following, Person.followed_at).where(Person.member_key == member)
    ).one()
    return row[0], row[1]


def test_a_new_member_has_an_empty_profile(session: Session) -> None:
    profile = members_at(session).profile(a_member(session))

    assert (profile.unit, profile.scanned, profile.name) == (None, None, None)


@pytest.mark.slow
def test_a_scanned_unit_waits_until_it_is_confirmed(session: Session) -> None:
    member, members = a_member(session), members_at(session)

    members.scanned(member, 2)
    scanned = members.profile(member)
    members.join(member, 2, "张三")
    joined = members.profile(member)

    assert scanned.unit is None
    assert scanned.scanned is not None
    assert scanned.scanned.full_name == "城东街道·新安社区支部"
    assert joined.scanned is None
    assert joined.unit == scanned.scanned
    assert joined.name == "张三"


def test_a_name_is_not_asked_of_anybody(session: Session) -> None:
    member, members = a_member(session), members_at(session)

    members.join(member, 3, None)

    assert members.profile(member).unit is not None
    assert members.profile(member).name is None


def test_a_unit_that_does_not_exist_cannot_be_scanned_into_the_profile(session: Session) -> None:
    member, members = a_member(session), members_at(session)

    members.scanned(member, 4711)

    assert members.profile(member).scanned is None


@pytest.mark.slow
def test_a_unit_is_changed_twice_in_thirty_days_and_no_more(session: Session) -> None:
    member, day = a_member(session, unit=2), timedelta(days=1)
    for days, unit in ((0, 3), (1, 1)):
        members_at(session, NOON + days * day).join(member, unit, "张三")

    with pytest.raises(ReboundTooOften) as refused:
        members_at(session, NOON + 29 * day).join(member, 3, "张三")
    with pytest.raises(ReboundTooOften):
        members_at(session, NOON + 29 * day).ensure_may_move(member)
    members_at(session, NOON + 29 * day).join(member, 1, "张三丰")
    members_at(session, NOON + 30 * day).join(member, 3, "张三")

    assert refused.value.again_at == NOON + 30 * day
    with pytest.raises(ReboundTooOften):
        members_at(session, NOON + 30 * day).join(member, 2, "张三")
    members_at(session, NOON + 31 * day).join(member, 2, "张三")


def test_the_third_change_has_no_slot_to_stand_in(session: Session) -> None:
    member = a_member(session, unit=2)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Rebinding).values(member_key=member, slot=3, rebound_at=NOON))


@pytest.mark.slow
def test_three_names_are_given_in_thirty_days_and_no_more(session: Session) -> None:
    member, day = a_member(session, unit=2), timedelta(days=1)
    for days, name in ((0, "张三"), (1, "李四"), (2, None), (2, "王五")):
        members_at(session, NOON + days * day).rename(member, name)

    with pytest.raises(NamedTooOften) as refused:
        members_at(session, NOON + 29 * day).rename(member, "赵六")
    with pytest.raises(NamedTooOften):
        members_at(session, NOON + 29 * day).join(member, 2, "张三")
    members_at(session, NOON + 29 * day).rename(member, "王五")
    members_at(session, NOON + 29 * day).rename(member, None)

    assert refused.value.again_at == NOON + 30 * day
    members_at(session, NOON + 30 * day).rename(member, "赵六")
    with pytest.raises(NamedTooOften):
        members_at(session, NOON + 30 * day).rename(member, "张三")


def test_the_fourth_name_has_no_slot_to_stand_in(session: Session) -> None:
    member = a_member(session, unit=2)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Naming).values(member_key=member, slot=4, named_at=NOON))


@pytest.mark.slow
def test_consent_is_noted_once_for_each_version_of_the_notice(session: Session) -> None:
    member = a_member(session)

    members_at(session).consent(member, "1")
    members_at(session, NOON + timedelta(days=1)).consent(member, "1")
    members_at(session, NOON + timedelta(days=2)).consent(member, "2")

    given_at = session.execute(select(Consent.text_version, Consent.given_at)).all()
    assert {tuple(row) for row in given_at} == {("1", NOON), ("2", NOON + timedelta(days=2))}


@pytest.mark.slow
def test_one_members_deeds_change_no_other(session: Session) -> None:
    zhang, li = a_member(session, "zhang", unit=2), a_member(session, "li", unit=3)
    members = members_at(session)

    stand(session, zhang, "answering")
    members.join(zhang, 3, "张三丰")
    members.left(zhang)

    assert session.scalar(select(Member.state).where(Member.member_key == li)) == "{}"
    assert members.profile(li).name == "李小四"
    assert session.scalar(select(Person.following).where(Person.member_key == li))


# ------------------------------------------------------------ identity


def test_the_openid_stands_in_one_table_alone() -> None:
    tables = [t.name for t in Base.metadata.tables.values() if "openid" in t.columns]

    assert tables == [Person.__tablename__]


@pytest.mark.slow
@given(st.text(), st.text())
def test_a_key_is_sixteen_bytes_and_differs_with_the_openid(one: str, other: str) -> None:
    keys = member_key(SECRET, one), member_key(SECRET, other)

    assert [len(each) for each in keys] == [16, 16]
    assert (keys[0] == keys[1]) == (one == other)


def test_a_key_cannot_be_worked_out_without_the_secret() -> None:
    assert member_key(SECRET, "o-zhang") != member_key(SECRET + "?", "o-zhang")


@pytest.mark.parametrize(
    ("name", "public"),
    [("张三", "张*"), ("欧阳修文", "欧***"), ("李", "李"), ("", None), (None, None)],
)
def test_strangers_read_the_family_name_alone(name: str | None, public: str | None) -> None:
    assert mask(name) == public


def test_a_day_begins_at_midnight_in_china() -> None:
    midnight = datetime(2026, 12, 4, 16, 0, tzinfo=NOON.tzinfo)

    assert campaign_day(midnight).isoformat() == "2026-12-05"
    assert campaign_day(midnight - timedelta(microseconds=1)).isoformat() == "2026-12-04"
