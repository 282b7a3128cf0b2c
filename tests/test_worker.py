"""The worker forgets, seals, counts and compares, each in its time, until it is told to end."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.conversation.folding import fold_prose
from bot.domain import freezing
from bot.domain.entries import id_of
from bot.domain.identity import campaign_day
from bot.domain.questions import Shelf
from bot.domain.second_looks import Cause
from bot.domain.services import open_services
from bot.domain.standings import Standings
from bot.domain.tally import Board
from bot.domain.votes import LATE
from bot.storage.database import Sessions
from bot.storage.memory import Memory
from bot.storage.tables import (
    Contest,
    Delivery,
    FrozenTurnout,
    Motto,
    Round,
    Score,
    SecondLook,
    Staff,
    StaffSession,
)
from bot.worker import HEARTBEAT, Chores, Duty, beat, duties, keep_up
from tests.builders import CLOSES, NOON, SECRET, a_member, key, said
from tests.domain.test_piles import CLEAN, LI, at, colleagues, submit
from tests.processes import eventually

pytestmark = pytest.mark.slow

NO_REDIS = Memory("")
WORDS = "群众的事，一刻也不等"


@pytest.fixture
def with_rows(sessions: Sessions) -> Sessions:
    with sessions.begin() as session:
        a_member(session, "zhang")
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


def chores(sessions: Sessions, now: datetime = NOON, memory: Memory = NO_REDIS) -> Chores:
    return Chores(sessions, lambda _: now, Board(memory))


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
    chores(with_rows).purge()

    with with_rows() as session:
        kept = session.scalars(select(Delivery.reply).order_by(Delivery.received_at)).all()
        assert kept == [None, b"<xml/>", b"<xml/>"]


def test_a_sign_in_that_has_run_out_is_removed(with_rows: Sessions) -> None:
    chores(with_rows).purge()

    with with_rows() as session:
        assert session.scalars(select(StaffSession.token_hash)).all() == [bytes([1] * 32)]


# ------------------------------------------------------------ sealing, by the database's clock


def test_a_round_is_sealed_when_it_is_due_and_once(sessions: Sessions) -> None:
    with capture_logs() as logs:
        chores(sessions, CLOSES + LATE - timedelta(seconds=1)).seal()
        chores(sessions, CLOSES + LATE).seal()
        chores(sessions, CLOSES + LATE + timedelta(seconds=2)).seal()

    assert [(line["event"], line["round"]) for line in logs] == [("round sealed", 1)]
    with sessions() as session:
        assert session.scalars(select(Round.sealed_at)).one() == CLOSES + LATE


# ------------------------------------------------------------ each in its time


def test_each_duty_is_done_again_when_its_time_has_come() -> None:
    stop: SimpleQueue[int] = SimpleQueue()
    done: list[str] = []

    def often() -> None:
        done.append("often")
        if done.count("often") == 20:
            stop.put(signal.SIGTERM)

    keep_up([Duty("rare", 60, lambda: done.append("rare")), Duty("often", 0.01, often)], stop)

    assert done.count("rare") == 1


def test_a_duty_that_fails_is_logged_and_keeps_nobody_from_theirs() -> None:
    stop: SimpleQueue[int] = SimpleQueue()
    done: list[str] = []

    def fails() -> None:
        done.append("fails")
        raise OSError(WORDS)

    def works() -> None:
        done.append("works")
        if done.count("works") == 3:
            stop.put(signal.SIGTERM)

    with capture_logs() as logs:
        keep_up([Duty("fails", 0.01, fails), Duty("works", 0.01, works)], stop)

    assert done.count("fails") >= 2
    assert {(line["event"], line["duty"], line["error"]) for line in logs} == {
        ("duty failed", "fails", "OSError")
    }
    assert WORDS not in str(logs)


def test_the_duties_are_what_the_plan_says(sessions: Sessions, tmp_path: Path) -> None:
    plan = duties(sessions, sessions, lambda _: NOON, Board(NO_REDIS), tmp_path, "sqlite://")

    for duty in plan:
        duty.do()

    assert {duty.name: duty.period for duty in plan} == {
        "seal": 2, "tally": 1, "chain": 10, "freeze": 5, "regrade": 2, "restore": 2, "recount": 5,
        "results": 1, "heartbeat": 5, "piles": 5, "count units": 60, "look twice": 60,
        "reconcile": 60, "purge": 60,
    }  # fmt: skip
    assert (tmp_path / HEARTBEAT).exists()


def test_boards_are_frozen_piece_by_piece(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "PIECE", 2)
    with sessions.begin() as session:
        last_day = campaign_day(NOON)
        session.execute(update(Contest).values(last_day=last_day, closed_days=1))
        for n in range(5):
            member = a_member(session, f"m{n}", 3)
            earlier = NOON - timedelta(days=1)
            row = Score(member_key=member, contest_id=1, points=n, days=1, reached_at=earlier)
            session.add(row)

    chores(sessions).freeze()

    with sessions() as session:
        assert [place.points for place in Standings(session, NOON).top(9)] == [4, 3, 2, 1, 0]
        assert session.scalars(select(FrozenTurnout.participants)).all() == [0, 0, 5]


def test_what_waits_is_put_on_piles_without_anybody_looking(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for name in ("zhang", "wang"):
            author = a_member(session, name)
            services = open_services(session, NOON, Shelf())
            services.mottos.submit(author, WORDS, fold_prose(WORDS), "none")

    chores(sessions).sort()

    with sessions() as session:
        assert session.scalars(select(Motto.pile_id)).all() == [1, 1]


def test_what_has_come_among_the_first_is_looked_at_by_a_second_and_asked_for_once(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        colleagues(session)
        first, last = submit(session, WORDS, CLEAN)
        for number in (first, last):
            at(session).moderation.decide(number, 1, LI)
        at(session).votes.cast(a_member(session, "voter"), first, NOON, said("投").delivery)

    chores(sessions).look_twice()
    chores(sessions).look_twice()

    with sessions() as session:
        looks = session.execute(select(SecondLook.motto_id, SecondLook.cause)).all()
        assert looks == [(id_of(first), Cause.TOP)]


def test_the_heartbeat_is_the_time_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    beat(tmp_path / "var" / HEARTBEAT)
    beat(tmp_path / "var" / HEARTBEAT)

    (file,) = (tmp_path / "var").iterdir()
    age = datetime.now(UTC) - datetime.fromisoformat(file.read_text())
    assert timedelta() <= age < timedelta(seconds=10)


def test_the_worker_ends_when_it_is_told_to(tmp_path: Path) -> None:
    settings = {
        "BOT_ENV": "development",
        "BOT_SECRET_KEY": SECRET,
        "BOT_WECHAT_MODE": "plain",
        "BOT_WECHAT_TOKEN": "a-token-of-tests",
        "BOT_WECHAT_APP_ID": "wx-test",
        "BOT_DATABASE_URL": f"sqlite:///{tmp_path}/sibian.db",
        "BOT_DATA_DIR": str(tmp_path),
    }
    with (tmp_path / "log").open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "bot", "worker"],
            cwd=Path(__file__).parent.parent, env=os.environ | settings, stderr=log,
        )  # fmt: skip
    try:
        # Its database has no tables, so that duties fail, which is nothing to end for.
        eventually(lambda: "duty failed" in (tmp_path / "log").read_text())
        eventually((tmp_path / HEARTBEAT).exists)
        told = time.monotonic()
        worker.terminate()

        assert worker.wait(timeout=10) == 0
        assert time.monotonic() - told < 5
    finally:
        worker.kill()
        worker.wait()
