"""The doctor looks whether there is anything to do for members, and somebody to review it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.doctor import campaign
from bot.doctor.finding import Mark
from bot.domain.staff import StaffRegister
from bot.storage.tables import AttemptSlot, Contest, ContestQuestion, Round, RoundSlot
from tests.builders import CLOSES, NOON


@pytest.mark.slow
def test_a_console_without_an_account_is_told(session: Session) -> None:
    nobody = campaign.staff(session, NOON)
    StaffRegister(session, NOON).add("李审核", "一句容易记的话，十二个字以上")

    assert (nobody.mark, campaign.staff(session, NOON).mark) == (Mark.BAD, Mark.GOOD)
    assert "bot admin setup-code" in nobody.step


@pytest.mark.parametrize(
    ("now", "mark", "word"),
    [
        (NOON - timedelta(days=10), Mark.GOOD, "开始"),
        (NOON, Mark.GOOD, "今天可以答题"),
        (NOON + timedelta(days=40), Mark.NOTE, "已结束"),
    ],
)
def test_where_the_contest_stands_is_told(
    session: Session, now: datetime, mark: Mark, word: str
) -> None:
    finding = campaign.contest(session, now)

    assert finding.mark is mark
    assert word in finding.said


@pytest.mark.parametrize(
    ("now", "word"),
    [
        (NOON - timedelta(days=11), "开始投票"),
        (NOON, "正在投票"),
        (CLOSES, "已截止"),
    ],
)
def test_where_the_selection_stands_is_told(session: Session, now: datetime, word: str) -> None:
    assert word in campaign.round_(session, now).said


def test_a_campaign_without_anything_is_worth_a_note(session: Session) -> None:
    for table in (ContestQuestion, AttemptSlot, Contest, RoundSlot, Round):
        session.execute(delete(table))

    assert campaign.contest(session, NOON).mark is Mark.NOTE
    assert campaign.round_(session, NOON).mark is Mark.NOTE
