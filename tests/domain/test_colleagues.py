"""Colleagues' accounts: invited, changed, reset and closed by owners, who learn no password."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.colleagues import INVITED_FOR, Colleagues
from bot.domain.phones import Phones
from bot.domain.roles import Role
from bot.domain.second_factor import SecondFactors, code_at, seed_of
from bot.domain.staff import StaffRegister
from bot.domain.staff_refusals import (
    LastOwner,
    NameTaken,
    NoSuchColleague,
    OwnAccount,
    TooManyFailures,
    UnfitName,
    UnfitPassword,
    UnfitUnit,
)
from bot.storage.tables import Audit, Invitation, SecondFactor, StaffSession
from tests.builders import NOON, SECRET, a_member, key

pytestmark = pytest.mark.slow

PASSWORD = "一句容易记的话，十二个字以上"
SEED = seed_of(SECRET, "a token")


@pytest.fixture
def sun(session: Session) -> int:
    """The id of 孙负责, an owner."""
    return StaffRegister(session, NOON).add("孙负责", PASSWORD, Role.OWNER).id


@pytest.fixture
def li(session: Session) -> int:
    """The id of 李审核, who is signed in and has an authenticator."""
    register = StaffRegister(session, NOON)
    li = register.add("李审核", PASSWORD).id
    SecondFactors(session, NOON).set_up(li, SEED, code_at(SEED, NOON), SECRET)
    register.open_sign_in(li, proved=True)
    return li


def accept(
    session: Session, name: str, code: str, password: str = PASSWORD, later: timedelta = timedelta()
) -> bool:
    address = "192.0.2.7"
    return Colleagues(session, NOON + later).accept(name, code, password, address, SECRET)


def may_sign_in(session: Session, name: str, password: str = PASSWORD) -> bool:
    register = StaffRegister(session, NOON)
    attempt = register.begin_sign_in(name, "192.0.2.8", SECRET)
    return register.finish_sign_in(attempt, attempt.matches(password)) is not None


def signed_in(session: Session, staff_id: int) -> bool:
    rows = session.scalars(select(StaffSession).where(StaffSession.staff_id == staff_id))
    return rows.first() is not None


# ------------------------------------------------------------ invitations


def test_who_is_invited_chooses_the_password(session: Session, sun: int) -> None:
    number, code = Colleagues(session, NOON).invite("王审核", Role.MODERATOR, None, sun)

    assert not may_sign_in(session, "王审核", "")
    assert not may_sign_in(session, "王审核")
    assert accept(session, "王审核", code.lower().replace("-", " "))
    assert may_sign_in(session, "王审核")
    assert Colleagues(session, NOON).account(number).invited_until is None


def test_a_code_is_good_once_for_its_own_account_and_for_three_days(
    session: Session, sun: int
) -> None:
    colleagues = Colleagues(session, NOON)
    _, code = colleagues.invite("王审核", Role.MODERATOR, None, sun)
    _, other = colleagues.invite("赵审核", Role.MODERATOR, None, sun)

    assert not accept(session, "王审核", other)
    assert not accept(session, "王审核", code, later=INVITED_FOR)
    assert accept(session, "王审核", code, later=INVITED_FOR * 0.99)
    assert not accept(session, "王审核", code)


def test_an_unfit_password_leaves_the_code_as_it_is(session: Session, sun: int) -> None:
    _, code = Colleagues(session, NOON).invite("王审核", Role.MODERATOR, None, sun)

    with pytest.raises(UnfitPassword):
        accept(session, "王审核", code, "太短")

    assert accept(session, "王审核", code)


def test_codes_are_guessed_as_seldom_as_passwords(session: Session, sun: int) -> None:
    Colleagues(session, NOON).invite("王审核", Role.MODERATOR, None, sun)
    for n in range(10):
        assert not accept(session, "王审核", f"AAAAA-{n}")

    with pytest.raises(TooManyFailures):
        accept(session, "王审核", "BBBBB")


def test_the_code_is_kept_as_a_hash_and_not_told_to_the_trail(session: Session, sun: int) -> None:
    _, code = Colleagues(session, NOON).invite("王审核", Role.MODERATOR, None, sun)

    assert code.encode() not in session.scalars(select(Invitation.code_hash)).one()
    assert code not in repr(session.scalars(select(Audit.facts)).all())


def test_a_name_is_fit_and_given_once_and_a_secretary_has_a_unit(
    session: Session, sun: int
) -> None:
    invite = Colleagues(session, NOON).invite

    with pytest.raises(UnfitName):
        invite(" ", Role.VIEWER, None, sun)
    with pytest.raises(NameTaken):
        invite("孙负责", Role.VIEWER, None, sun)
    for unit in (None, 4711):
        with pytest.raises(UnfitUnit):
            invite("钱联络", Role.SECRETARY, unit, sun)
    number, _ = invite("钱联络", Role.SECRETARY, 1, sun)
    assert Colleagues(session, NOON).account(number).unit == "城东街道"


# ------------------------------------------------------------ changes


def test_another_role_ends_the_sign_ins_and_is_written_down(
    session: Session, sun: int, li: int
) -> None:
    Colleagues(session, NOON).change_role(li, Role.EDITOR, None, sun)

    assert not signed_in(session, li)
    row = session.scalars(select(Audit).where(Audit.action == "staff.role")).one()
    assert (row.actor, row.subject) == (f"staff:{sun}", f"staff:{li}")
    assert (row.facts["before"], row.facts["after"]) == ("moderator", "editor")


def test_the_same_role_once_more_changes_nothing(session: Session, sun: int, li: int) -> None:
    Colleagues(session, NOON).change_role(li, Role.MODERATOR, None, sun)

    assert signed_in(session, li)


def test_a_closed_account_opens_again_with_a_code_alone(
    session: Session, sun: int, li: int
) -> None:
    colleagues = Colleagues(session, NOON)
    colleagues.disable(li, sun)
    assert not signed_in(session, li)
    assert not may_sign_in(session, "李审核")

    code = colleagues.reopen(li, sun)

    assert not may_sign_in(session, "李审核")
    assert accept(session, "李审核", code, "换成另外一句容易记的话了")
    assert may_sign_in(session, "李审核", "换成另外一句容易记的话了")


def test_an_invitation_ends_with_its_account(session: Session, sun: int) -> None:
    colleagues = Colleagues(session, NOON)
    number, code = colleagues.invite("王审核", Role.MODERATOR, None, sun)

    colleagues.disable(number, sun)

    assert not accept(session, "王审核", code)


@pytest.mark.parametrize("authenticator", [False, True])
def test_a_reset_takes_the_password_and_the_authenticator_only_if_it_is_lost(
    session: Session, sun: int, li: int, authenticator: bool
) -> None:
    code = Colleagues(session, NOON).reset(li, sun, authenticator=authenticator)

    assert not signed_in(session, li)
    assert not may_sign_in(session, "李审核")
    assert (session.get(SecondFactor, li) is None) is authenticator
    assert accept(session, "李审核", code)
    assert may_sign_in(session, "李审核")


def test_nobody_changes_their_own_account_and_an_owner_is_always_left(
    session: Session, sun: int, li: int
) -> None:
    colleagues = Colleagues(session, NOON)

    with pytest.raises(OwnAccount):
        colleagues.change_role(sun, Role.VIEWER, None, sun)
    with pytest.raises(OwnAccount):
        colleagues.disable(sun, sun)
    # As it is when another owner's role was changed a moment ago.
    with pytest.raises(LastOwner):
        colleagues.disable(sun, li)
    with pytest.raises(LastOwner):
        colleagues.change_role(sun, Role.VIEWER, None, li)


def test_who_does_not_exist_can_not_be_changed(session: Session, sun: int) -> None:
    with pytest.raises(NoSuchColleague):
        Colleagues(session, NOON).disable(4711, sun)
    with pytest.raises(NoSuchColleague):
        Colleagues(session, NOON).account(4711)


def test_another_password_ends_all_sign_ins(session: Session, li: int) -> None:
    Colleagues(session, NOON).choose_password(li, "换成另外一句容易记的话了")

    assert not signed_in(session, li)
    assert not may_sign_in(session, "李审核")
    assert may_sign_in(session, "李审核", "换成另外一句容易记的话了")


# ------------------------------------------------------------ the phone


@pytest.fixture
def thief(session: Session, li: int) -> bytes:
    """The member whose WeChat reviews as 李审核; one more code is on its way."""
    a_member(session, "thief", None)
    phones = Phones(session, NOON)
    moderator = phones.link(key("thief"), phones.invite(li))
    assert moderator
    assert moderator.proved
    return key("thief")


def password_reset(session: Session, li: int, sun: int) -> None:
    Colleagues(session, NOON).reset(li, sun, authenticator=False)


def authenticator_reset(session: Session, li: int, sun: int) -> None:
    Colleagues(session, NOON).reset(li, sun, authenticator=True)


def another_password(session: Session, li: int, _: int) -> None:
    Colleagues(session, NOON).choose_password(li, "换成另外一句容易记的话了")


def closed_and_opened_again(session: Session, li: int, sun: int) -> None:
    Colleagues(session, NOON).disable(li, sun)
    Colleagues(session, NOON).reopen(li, sun)


def password_of_the_operator(session: Session, _: int, __: int) -> None:
    StaffRegister(session, NOON).change_password("李审核", "换成另外一句容易记的话了")


def authenticator_of_the_operator(session: Session, _: int, __: int) -> None:
    StaffRegister(session, NOON).remove_authenticator("李审核")


@pytest.mark.parametrize(
    "mend",
    [
        password_reset, authenticator_reset, another_password, closed_and_opened_again,
        password_of_the_operator, authenticator_of_the_operator,
    ],
)  # fmt: skip
def test_a_phone_that_a_thief_has_linked_does_not_outlive_the_password(
    session: Session, sun: int, li: int, thief: bytes, mend: Callable[[Session, int, int], None]
) -> None:
    phones = Phones(session, NOON)
    on_its_way = phones.invite(li)

    mend(session, li, sun)

    assert phones.moderator(thief) is None
    assert phones.linked_at(li) is None
    assert phones.link(thief, on_its_way) is None
    factor = session.get(SecondFactor, li, populate_existing=True)
    assert factor is None or factor.proved_at is None


def test_another_authenticator_of_ones_own_puts_the_phone_to_sleep(
    session: Session, li: int, thief: bytes
) -> None:
    phones, later = Phones(session, NOON), Phones(session, NOON + timedelta(hours=1))
    on_its_way = phones.invite(li)
    seed = seed_of(SECRET, "another")
    code = code_at(seed, NOON + timedelta(minutes=5))

    SecondFactors(session, NOON + timedelta(minutes=5)).set_up(li, seed, code, SECRET)

    assert later.is_asleep(li)
    asleep = later.moderator(thief)
    assert asleep
    assert (asleep.asleep, asleep.proved) == (True, False)
    assert phones.link(key("other"), on_its_way) is None

    later.confirm(li)

    assert not later.is_asleep(li)
    awake = later.moderator(thief)
    assert awake
    assert (awake.asleep, awake.proved) == (False, True)
    kept = session.scalars(select(Audit).where(Audit.action == "staff.phone_kept")).one()
    assert (kept.actor, kept.subject) == (f"staff:{li}", f"staff:{li}")


def test_an_owner_unlinks_the_phone_of_a_colleague_and_the_trail_says_who(
    session: Session, sun: int, li: int, thief: bytes
) -> None:
    phones = Phones(session, NOON)

    phones.unlink(li, sun)

    assert phones.moderator(thief) is None
    row = session.scalars(select(Audit).where(Audit.action == "staff.phone_off")).one()
    assert (row.actor, row.subject) == (f"staff:{sun}", f"staff:{li}")
