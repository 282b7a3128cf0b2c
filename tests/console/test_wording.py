"""The sentences of the console: complete, and times as people say them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console import wording
from bot.domain import staff_refusals
from bot.domain.entries import MottoState
from bot.domain.moderation import Reason
from bot.domain.passwords import Flaw
from bot.domain.refusals import DecidedMeanwhile
from bot.domain.roles import Role
from bot.domain.staff_refusals import StaffRefusal, TooManyFailures, UnfitPassword
from tests.builders import NOON

NAMES = {"staff:3": "李审核"}


def every_staff_refusal() -> list[StaffRefusal]:
    facts: dict[type, list[Any]] = {TooManyFailures: [NOON], UnfitPassword: [Flaw.SHORT]}
    return [
        kind(*facts.get(kind, []))
        for kind in vars(staff_refusals).values()
        if isinstance(kind, type) and issubclass(kind, StaffRefusal) and kind is not StaffRefusal
    ]


@pytest.mark.parametrize("refusal", every_staff_refusal(), ids=lambda r: type(r).__name__)
def test_every_refusal_of_the_register_has_words(refusal: StaffRefusal) -> None:
    assert wording.explain(refusal)


@pytest.mark.parametrize("flaw", Flaw)
def test_every_flaw_of_a_password_has_words(flaw: Flaw) -> None:
    assert "口令" in wording.explain(UnfitPassword(flaw))


def test_every_reason_state_and_role_has_its_label() -> None:
    assert list(wording.REASONS) == list(Reason)
    assert set(wording.STATES) == set(MottoState)
    assert set(wording.ROLES) == set(Role)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "刚刚"),
        (timedelta(seconds=-5), "刚刚"),
        (timedelta(seconds=10), "10 秒前"),
        (timedelta(seconds=119), "1 分钟前"),
        (timedelta(hours=23, minutes=59), "23 小时前"),
        (timedelta(hours=24), "12月4日 12:00"),
    ],
)
def test_within_a_day_time_is_relative(span: timedelta, said: str) -> None:
    assert wording.ago(NOON - span, NOON) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "1 秒"),
        (timedelta(hours=5, minutes=40), "5 小时"),
        (timedelta(days=2, hours=3), "2 天"),
    ],
)
def test_waiting_is_told_in_the_largest_unit(span: timedelta, said: str) -> None:
    assert wording.waited(NOON - span, NOON) == said


def test_full_times_are_times_in_china() -> None:
    late = datetime(2026, 12, 31, 16, 30, 5, tzinfo=UTC)

    assert wording.full_time(late) == "2027年1月1日 00:30:05"


@pytest.mark.parametrize(
    ("state", "by", "said"),
    [
        (MottoState.APPROVED, "staff:3", "1006号 10 秒前已由李审核通过"),
        (MottoState.RETURNED, "staff:9", "1006号 10 秒前已由另一位同志退回"),
        (MottoState.WAITING, "staff:3", "1006号 10 秒前由李审核改回待审"),
        (MottoState.WAITING, "member", "1006号 10 秒前由作者本人改过并重新提交"),
        (MottoState.WITHDRAWN, "member", "1006号 10 秒前由作者本人撤下"),
    ],
)
def test_who_comes_late_hears_what_happened(state: MottoState, by: str, said: str) -> None:
    refusal = DecidedMeanwhile(state, by, NOON - timedelta(seconds=10))

    assert wording.too_late(1006, refusal, NAMES, NOON)[0] == said


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_any_moment_can_be_told(moment: datetime) -> None:
    at = moment.replace(tzinfo=UTC)

    assert all((wording.ago(at, NOON), wording.waited(at, NOON), wording.full_time(at)))
