"""The worker forgets what need not be kept, and nothing else."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.storage.database import Sessions
from bot.storage.tables import Delivery, Staff, StaffSession
from bot.worker import ALIVE, do_round, try_round
from tests.builders import NOON, key

pytestmark = pytest.mark.slow


@pytest.fixture
def with_rows(sessions: Sessions) -> Sessions:
    with sessions.begin() as session:
        for hours in (1, 23, 25):
            session.add(a_delivery(NOON - timedelta(hours=hours)))
        session.add(
            Staff(
                id=1, name="李审核", password_hash="x", role="moderator", created_at=NOON,
            )
        )  # fmt: skip
        session.flush()
        for hours in (1, 13):
            began = NOON - timedelta(hours=hours)
            session.add(
                StaffSession(
                    token_hash=bytes([hours] * 32), staff_id=1, signed_in_at=began,
                    last_seen_at=began,
                )
            )  # fmt: skip
    return sessions


def a_delivery(then: datetime) -> Delivery:
    return Delivery(
        member_key=key("zhang"),
        delivery_key=bytes([then.day + then.hour] * 32),
        fingerprint=bytes(32),
        outcome="done",
        reply=b"<xml/>",
        received_at=then,
    )


def test_a_reply_is_forgotten_after_a_day_and_its_delivery_is_not(with_rows: Sessions) -> None:
    do_round(with_rows, lambda _: NOON)

    with with_rows() as session:
        kept = session.scalars(select(Delivery.reply).order_by(Delivery.received_at)).all()
        assert kept == [None, b"<xml/>", b"<xml/>"]


def test_a_sign_in_that_has_run_out_is_removed(with_rows: Sessions) -> None:
    do_round(with_rows, lambda _: NOON)

    with with_rows() as session:
        assert session.scalars(select(StaffSession.token_hash)).all() == [bytes([1] * 32)]


def test_a_round_that_was_done_leaves_a_sign_and_one_that_failed_does_not(
    sessions: Sessions, tmp_path: Path
) -> None:
    def broken(_: Session) -> datetime:
        raise OperationalError("select now()", {}, Exception())

    try_round(sessions, broken, tmp_path)
    assert not (tmp_path / ALIVE).exists()

    try_round(sessions, lambda _: NOON, tmp_path)
    assert (tmp_path / ALIVE).exists()
    try_round(sessions, lambda _: NOON, tmp_path / "gone")
