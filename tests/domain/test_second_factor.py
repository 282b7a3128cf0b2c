"""The second factor: each code is good once, wrong ones are counted, seeds are kept sealed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.second_factor import RECOVERY_CODES, SecondFactors, code_at, seed_of
from bot.domain.staff import StaffRegister
from bot.domain.staff_refusals import TooManyFailures, WrongCode
from bot.storage.database import open_engine
from bot.storage.tables import Audit, Base, RecoveryCode, SecondFactor, SignInFailure, StaffSession
from tests.builders import NOON, SECRET, chained

pytestmark = pytest.mark.slow

PASSWORD = "一句容易记的话，十二个字以上"
SEED = seed_of(SECRET, "a token")
STEP = timedelta(seconds=30)
WRONG = "000000"


@pytest.fixture
def li(session: Session) -> int:
    """The id of 李审核, who has an account."""
    return StaffRegister(session, NOON).add("李审核", PASSWORD).id


@pytest.fixture
def codes(session: Session, li: int) -> list[str]:
    """The recovery codes of 李审核, whose authenticator was set up a minute ago."""
    earlier = NOON - 2 * STEP
    return SecondFactors(session, earlier).set_up(li, SEED, code_at(SEED, earlier), SECRET)


def accepts(session: Session, staff_id: int, typed: str, now: datetime = NOON) -> bool:
    return SecondFactors(session, now).accepts(staff_id, typed, SECRET)


# ------------------------------------------------------------ setting up


def test_the_seed_is_one_of_the_sign_in_and_no_other_knows_it() -> None:
    assert seed_of(SECRET, "a token") == SEED
    assert len({SEED, seed_of(SECRET, "another"), seed_of(SECRET + "!", "a token")}) == 3


def test_an_authenticator_is_taken_once_it_shows_the_right_code(session: Session, li: int) -> None:
    factors = SecondFactors(session, NOON)

    with pytest.raises(WrongCode):
        factors.set_up(li, SEED, WRONG, SECRET)
    assert session.get(SecondFactor, li) is None

    codes = factors.set_up(li, SEED, pyotp.TOTP(SEED).at(NOON), SECRET)
    assert len(set(codes)) == RECOVERY_CODES


def test_setting_one_up_ends_all_sign_ins(session: Session, li: int) -> None:
    StaffRegister(session, NOON).open_sign_in(li, proved=True)

    SecondFactors(session, NOON).set_up(li, SEED, code_at(SEED, NOON), SECRET)

    assert session.scalars(select(StaffSession)).all() == []


@pytest.mark.usefixtures("codes")
def test_another_takes_the_place_of_the_first_and_of_its_codes(
    session: Session, li: int, codes: list[str]
) -> None:
    other = seed_of(SECRET, "another token")

    SecondFactors(session, NOON - STEP).set_up(li, other, code_at(other, NOON - STEP), SECRET)

    assert not accepts(session, li, code_at(SEED, NOON))
    assert not accepts(session, li, codes[0])
    assert accepts(session, li, code_at(other, NOON))


@pytest.mark.usefixtures("codes")
def test_sql_and_the_trail_hold_no_seed_and_no_code(
    session: Session, li: int, codes: list[str]
) -> None:
    kept = session.scalars(select(SecondFactor.sealed)).one()
    hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    told = repr(session.scalars(select(Audit.facts)).all())

    assert SEED.encode() not in kept
    assert not any(code.encode() in b"".join(hashes) for code in codes)
    assert not any(code in told for code in [SEED, *codes])


def test_a_seal_moved_to_another_account_or_under_another_secret_opens_nothing(
    session: Session, li: int, codes: list[str]
) -> None:
    other = StaffRegister(session, NOON).add("王审核", PASSWORD).id
    row = session.get_one(SecondFactor, li)
    session.add(SecondFactor(staff_id=other, sealed=row.sealed, last_step=0, made_at=NOON))
    session.flush()

    with pytest.raises(InvalidTag):
        accepts(session, other, code_at(SEED, NOON))
    with pytest.raises(InvalidTag):
        SecondFactors(session, NOON).accepts(li, code_at(SEED, NOON), SECRET + "!")


# ------------------------------------------------------------ codes


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize(
    ("apart", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clocks_may_differ_by_one_step(session: Session, li: int, apart: int, good: bool) -> None:
    # The code two steps back was used when the authenticator was set up.
    later = NOON + 5 * STEP

    assert accepts(session, li, code_at(SEED, later + apart * STEP), later) is good


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1} {2}", "{3}"])
def test_a_code_may_be_typed_carelessly(session: Session, li: int, typed: str) -> None:
    code = code_at(SEED, NOON)
    wide = code.translate({ord("0") + n: ord("０") + n for n in range(10)})

    assert accepts(session, li, typed.format(code, code[:3], code[3:], wide))


@pytest.mark.usefixtures("codes")
def test_a_code_is_good_once_and_so_are_those_before_it(session: Session, li: int) -> None:
    assert accepts(session, li, code_at(SEED, NOON))

    assert not accepts(session, li, code_at(SEED, NOON))
    assert not accepts(session, li, code_at(SEED, NOON - STEP))
    assert accepts(session, li, code_at(SEED, NOON + STEP))


@pytest.mark.usefixtures("codes")
def test_what_the_trial_shows_is_accepted_also_after_one_was_used(
    session: Session, li: int
) -> None:
    factors = SecondFactors(session, NOON)
    for _ in range(2):
        shown = factors.code_now(li, SECRET)
        assert shown is not None
        assert accepts(session, li, shown)

    assert factors.code_now(li, SECRET) is None
    assert factors.code_now(4711, SECRET) is None


def test_a_recovery_code_is_good_once_however_it_is_typed(
    session: Session, li: int, codes: list[str]
) -> None:
    typed = codes[3].lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert accepts(session, li, typed)
    assert not accepts(session, li, codes[3])
    assert SecondFactors(session, NOON).recovery_codes_left(li) == RECOVERY_CODES - 1


def test_new_recovery_codes_end_the_old_ones(session: Session, li: int, codes: list[str]) -> None:
    new = SecondFactors(session, NOON).renew_recovery_codes(li, SECRET)

    assert not accepts(session, li, codes[0])
    assert accepts(session, li, new[0])


def test_codes_of_one_account_open_no_other(session: Session, li: int, codes: list[str]) -> None:
    wang = StaffRegister(session, NOON).add("王审核", PASSWORD).id

    assert not accepts(session, wang, codes[0])
    assert not accepts(session, wang, code_at(SEED, NOON))


# ------------------------------------------------------------ how often it may fail


def test_the_sixth_wrong_code_in_five_minutes_is_not_heard(
    session: Session, li: int, codes: list[str]
) -> None:
    for n in range(5):
        before = failures(session)
        assert not accepts(session, li, WRONG, NOON + timedelta(seconds=n))
        assert failures(session) == before + 3

    with pytest.raises(TooManyFailures) as refused:
        accepts(session, li, code_at(SEED, NOON))
    assert refused.value.until == NOON + timedelta(minutes=5)
    # Nobody who knows only the password locks its owner out for good.
    assert accepts(session, li, codes[0])
    later = NOON + timedelta(minutes=5)
    assert accepts(session, li, code_at(SEED, later), later)


@pytest.mark.usefixtures("codes")
def test_twenty_wrong_codes_an_hour_and_fifty_a_day_are_heard(session: Session, li: int) -> None:
    def heard(first: datetime, last: datetime) -> int:
        count, moment = 0, first
        while moment < last:
            try:
                accepts(session, li, WRONG, moment)
                count += 1
                moment += timedelta(seconds=1)
            except TooManyFailures as refusal:
                moment = refusal.until
        return count

    assert heard(NOON, NOON + timedelta(minutes=59)) == 20
    assert heard(NOON + timedelta(hours=1), NOON + timedelta(hours=23)) == 30


@pytest.mark.usefixtures("codes")
def test_a_right_code_is_taken_off_the_count_and_no_other_try(session: Session, li: int) -> None:
    accepts(session, li, WRONG)

    accepts(session, li, code_at(SEED, NOON))

    assert failures(session) == 3


def failures(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SignInFailure)) or 0


def test_of_two_who_type_the_same_code_at_the_same_instant_one_gets_in(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/sibian.db", pool_size=4)
    Base.metadata.create_all(engine)
    sessions, start = chained(engine), Barrier(2)
    with sessions.begin() as session:
        li = StaffRegister(session, NOON).add("李审核", PASSWORD).id
        SecondFactors(session, NOON - 2 * STEP).set_up(
            li, SEED, code_at(SEED, NOON - 2 * STEP), SECRET
        )

    def type_it(_: int) -> bool:
        start.wait()
        with sessions.begin() as session:
            return accepts(session, li, code_at(SEED, NOON))

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(type_it, range(2))) == [False, True]
    engine.dispose()
