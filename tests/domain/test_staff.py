"""The register of staff: accounts, set-up codes, sign-ins and how often they may fail."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot.domain.passwords import Flaw
from bot.domain.roles import Role
from bot.domain.sign_in_limit import TRIES, WINDOW, SignInLimit, account, guesser
from bot.domain.staff import CODE_LASTS, IDLE, LONGEST, Attempt, StaffRegister
from bot.domain.staff_refusals import (
    AlreadySetUp,
    NameTaken,
    NoSuchColleague,
    TooManyFailures,
    UnfitName,
    UnfitPassword,
    WrongCode,
)
from bot.storage.database import Sessions, open_engine
from bot.storage.tables import Audit, Base, SetupCode, SignInFailure, Staff, StaffSession
from tests.builders import NOON, SECRET, chained

pytestmark = pytest.mark.slow

PASSWORD = "一句容易记的话，十二个字以上"
ADDRESS = "192.0.2.7"


@pytest.fixture
def register(session: Session, now: datetime) -> StaffRegister:
    return StaffRegister(session, now)


def at(session: Session, later: timedelta) -> StaffRegister:
    """The register as it will be."""
    return StaffRegister(session, NOON + later)


def the_code(register: StaffRegister) -> str:
    code = register.new_setup_code()
    assert code is not None
    return code


def sign_in(register: StaffRegister, name: str, password: str = PASSWORD) -> str | None:
    attempt = register.begin_sign_in(name, ADDRESS, SECRET)
    return register.finish_sign_in(attempt, attempt.matches(password))


# ------------------------------------------------------------ the first account


def test_the_code_makes_the_first_account(register: StaffRegister, session: Session) -> None:
    owner = register.set_up(the_code(register), "张主任", PASSWORD)

    assert (owner.name, owner.role) == ("张主任", Role.OWNER)
    assert sign_in(register, "张主任")
    assert register.new_setup_code() is None
    audit = session.scalars(select(Audit).where(Audit.action == "staff.set_up")).one()
    assert (audit.actor, audit.subject) == (f"staff:{owner.id}", f"staff:{owner.id}")


def test_the_code_is_kept_as_a_hash(register: StaffRegister, session: Session) -> None:
    code = the_code(register)

    kept = session.scalars(select(SetupCode.code_hash)).one()

    assert kept == hashlib.sha256(code.replace("-", "").encode()).digest()


def test_a_code_may_be_typed_carelessly(register: StaffRegister) -> None:
    code = the_code(register).replace("0", "o").replace("1", "l").replace("-", " ").lower()

    assert register.set_up(code, "张主任", PASSWORD).name == "张主任"


def test_a_new_code_replaces_the_old_one(register: StaffRegister, session: Session) -> None:
    old, new = the_code(register), the_code(register)

    assert session.scalar(select(func.count()).select_from(SetupCode)) == 1
    with pytest.raises(WrongCode):
        register.set_up(old, "张主任", PASSWORD)
    assert register.set_up(new, "张主任", PASSWORD).role is Role.OWNER


def test_a_code_is_used_once(register: StaffRegister) -> None:
    code = the_code(register)
    register.set_up(code, "张主任", PASSWORD)

    with pytest.raises(WrongCode):
        register.set_up(code, "李主任", PASSWORD)


def test_a_code_lasts_half_an_hour(register: StaffRegister, session: Session) -> None:
    code = the_code(register)

    with pytest.raises(WrongCode):
        at(session, CODE_LASTS).set_up(code, "张主任", PASSWORD)
    in_time = at(session, CODE_LASTS - timedelta(seconds=1))
    assert in_time.set_up(code, "张主任", PASSWORD).role is Role.OWNER


def test_no_code_makes_a_second_first_account(register: StaffRegister) -> None:
    code = the_code(register)
    register.add("李审核", PASSWORD)

    with pytest.raises(AlreadySetUp):
        register.set_up(code, "张主任", PASSWORD)


# ------------------------------------------------------------ accounts


def test_an_account_is_a_moderators_unless_said_otherwise(
    register: StaffRegister, session: Session
) -> None:
    moderator = register.add("  李审核 ", PASSWORD)
    viewer = register.add("赵只读", PASSWORD, Role.VIEWER)

    assert (moderator.name, moderator.role, moderator.may_decide) == ("李审核", "moderator", True)
    assert not viewer.may_decide
    assert not viewer.may_edit
    assert register.names() == {"staff:1": "李审核", "staff:2": "赵只读"}
    assert PASSWORD not in "".join(session.scalars(select(Staff.password_hash)))


def test_a_name_is_given_once(register: StaffRegister, session: Session) -> None:
    register.add("LI", PASSWORD)

    with pytest.raises(NameTaken):
        register.add("ＬＩ", PASSWORD)
    assert session.scalar(select(func.count()).select_from(Staff)) == 1


@pytest.mark.parametrize("name", ["", "  ", "李" * 33, "李\u202e审核", "a\x00b"])
def test_a_name_can_be_read(register: StaffRegister, name: str) -> None:
    with pytest.raises(UnfitName):
        register.add(name, PASSWORD)


def test_a_password_is_fit_or_refused(register: StaffRegister) -> None:
    with pytest.raises(UnfitPassword) as refused:
        register.add("李审核", "short")
    assert refused.value.flaw is Flaw.SHORT


@pytest.mark.parametrize("deed", ["disable", "change_password"])
def test_only_an_account_that_exists_can_change(register: StaffRegister, deed: str) -> None:
    words = [PASSWORD] if deed == "change_password" else []

    with pytest.raises(NoSuchColleague):
        getattr(register, deed)("没有这人", *words)


# ------------------------------------------------------------ sign-ins


def test_the_right_password_opens_and_sql_keeps_a_hash(
    register: StaffRegister, session: Session
) -> None:
    colleague = register.add("李审核", PASSWORD)

    token = sign_in(register, " 李审核")

    assert token is not None
    assert len(token) >= 43
    found = register.whose(token)
    assert found is not None
    assert (found.id, found.name, found.role) == (colleague.id, "李审核", Role.MODERATOR)
    kept = session.scalars(select(StaffSession.token_hash)).one()
    assert kept == hashlib.sha256(token.encode()).digest()


def test_each_sign_in_has_its_own_token(register: StaffRegister) -> None:
    register.add("李审核", PASSWORD)

    first, second = sign_in(register, "李审核"), sign_in(register, "李审核")

    assert first
    assert second
    assert first != second
    register.sign_out(first)
    assert register.whose(first) is None
    assert register.whose(second) is not None


def test_idle_time_counts_from_the_last_request(register: StaffRegister, session: Session) -> None:
    token = register.open_sign_in(register.add("李审核", PASSWORD).id)
    second = timedelta(seconds=1)

    assert at(session, IDLE - second).whose(token)
    assert at(session, 2 * IDLE - 2 * second).whose(token)
    assert at(session, 3 * IDLE - 2 * second).whose(token) is None
    assert session.scalars(select(StaffSession)).all() == []


def test_no_sign_in_outlives_twelve_hours(register: StaffRegister, session: Session) -> None:
    token = register.open_sign_in(register.add("李审核", PASSWORD).id)
    later = timedelta()
    while (later := later + IDLE / 2) < LONGEST:
        assert at(session, later).whose(token)

    assert at(session, LONGEST).whose(token) is None


def test_a_password_changed_while_it_is_compared_opens_nothing(register: StaffRegister) -> None:
    register.add("李审核", PASSWORD)
    attempt = register.begin_sign_in("李审核", ADDRESS, SECRET)
    matched = attempt.matches(PASSWORD)
    register.change_password("李审核", "换成另外一句容易记的话了")

    assert matched
    assert register.finish_sign_in(attempt, matched) is None


def test_an_account_disabled_while_its_password_is_compared_opens_nothing(
    register: StaffRegister,
) -> None:
    register.add("李审核", PASSWORD)
    attempt = register.begin_sign_in("李审核", ADDRESS, SECRET)
    register.disable("李审核")

    assert register.finish_sign_in(attempt, attempt.matches(PASSWORD)) is None


def test_an_attempt_shown_by_mistake_does_not_show_the_hash(register: StaffRegister) -> None:
    register.add("李审核", PASSWORD)

    assert "argon2" not in repr(register.begin_sign_in("李审核", ADDRESS, SECRET))


# ------------------------------------------------------------ how often it may fail


def test_the_count_is_kept_before_the_password_is_compared(register: StaffRegister) -> None:
    for _ in range(TRIES):
        register.begin_sign_in("李审核", ADDRESS, SECRET)

    with pytest.raises(TooManyFailures) as refused:
        register.begin_sign_in("李审核", ADDRESS, SECRET)
    assert refused.value.until == NOON + WINDOW


def test_slots_fall_free_as_their_time_passes(session: Session) -> None:
    subject = account(SECRET, "李审核")
    for n in range(TRIES):
        SignInLimit(session, NOON + timedelta(seconds=n)).take(subject)

    later = SignInLimit(session, NOON + WINDOW)
    assert later.take(subject).place == 0
    with pytest.raises(TooManyFailures) as refused:
        later.take(subject)
    assert refused.value.until == NOON + WINDOW + timedelta(seconds=1)


def test_success_releases_its_own_slots_alone(register: StaffRegister, session: Session) -> None:
    register.add("李审核", PASSWORD)
    sign_in(register, "李审核", "不对不对不对不对不对不对")

    sign_in(register, "李审核")

    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        (None, "no address", True),
    ],
)
def test_who_counts_as_one_guesser(one: str | None, other: str, same: bool) -> None:
    assert (guesser(SECRET, one) == guesser(SECRET, other)) is same


def test_a_name_and_an_address_never_share_a_count() -> None:
    assert account(SECRET, "192.0.2.7/32") != guesser(SECRET, "192.0.2.7")


# ------------------------------------------------------------ at the same instant


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])]
)
def crowded(request: pytest.FixtureRequest, tmp_path: object) -> Iterator[Sessions]:
    """Sessions on a database that many use at once."""
    url = (
        f"sqlite:///{tmp_path}/sibian.db"
        if request.param == "sqlite"
        else str(request.getfixturevalue("fresh_postgres_url"))
    )
    engine: Engine = open_engine(url, pool_size=16)
    Base.metadata.create_all(engine)
    yield chained(engine)
    engine.dispose()


def test_of_many_tries_at_the_same_instant_ten_are_heard(crowded: Sessions) -> None:
    people = 16
    start = Barrier(people)

    def guess(n: int) -> bool:
        start.wait()
        try:
            with crowded.begin() as session:
                begun(session, n)
        except TooManyFailures:
            return False
        return True

    with ThreadPoolExecutor(people) as pool:
        heard = list(pool.map(guess, range(people)))

    assert heard.count(True) == TRIES


def begun(session: Session, n: int) -> Attempt:
    moment = NOON + timedelta(milliseconds=n)
    return StaffRegister(session, moment).begin_sign_in("李审核", f"198.51.100.{n}", SECRET)


def test_of_two_who_use_the_code_at_the_same_instant_one_gets_in(crowded: Sessions) -> None:
    start = Barrier(2)
    with crowded.begin() as session:
        code = the_code(StaffRegister(session, NOON))

    def set_up(name: str) -> bool:
        start.wait()
        try:
            with crowded.begin() as session:
                StaffRegister(session, NOON).set_up(code, name, PASSWORD)
        except (WrongCode, AlreadySetUp):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(set_up, ["张主任", "李主任"]))

    assert sorted(made) == [False, True]
    with crowded() as session:
        assert session.scalar(select(func.count()).select_from(Staff)) == 1
