"""Who has taken part in the latest contest, counted by unit."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, event
from sqlalchemy.orm import Session

from bot.domain import unit_board
from bot.domain.participation import Boards, Participation, UnitCounts
from bot.domain.tally import Board
from bot.domain.unit_board import Turnout
from bot.storage.database import Sessions
from bot.storage.memory import Memory
from bot.storage.tables import Contest, Member, Score, Unit
from bot.worker import Chores
from tests.builders import FIRST_DAY, NOON, a_member, another_contest, key


def plays(session: Session, name: str, unit: int | None, contest: int = 1) -> None:
    """A member of the unit has answered in this contest."""
    if session.get(Member, key(name)) is None:
        a_member(session, name, unit)
    session.add(Score(member_key=key(name), contest_id=contest, points=0, days=1, reached_at=NOON))
    session.flush()


def turnouts(session: Session, unit: int | None = None) -> dict[str | None, Turnout]:
    table = Participation(session, NOON).table(unit)
    return {place.name: place.turnout for place in table.places}


@pytest.mark.slow
def test_who_answered_took_part_whatever_the_points(session: Session) -> None:
    plays(session, "zhang", 2)
    plays(session, "li", 3)
    plays(session, "wang", None)
    a_member(session, "zhao", 2)

    assert turnouts(session) == {"城东街道": Turnout(1, 900), "农业局": Turnout(1, 120)}
    assert turnouts(session, 1) == {"新安社区支部": Turnout(1, 46)}


@pytest.mark.slow
def test_only_the_latest_contest_counts_and_a_person_once(session: Session) -> None:
    plays(session, "zhang", 2)
    plays(session, "li", 2)
    session.add(
        Contest(
            id=2, title="下一场", first_day=FIRST_DAY + timedelta(days=2),
            last_day=FIRST_DAY + timedelta(days=9), points_each=2, new_paper_hour=7,
        )
    )  # fmt: skip
    plays(session, "zhang", 2, contest=2)

    assert turnouts(session)["城东街道"] == Turnout(1, 900)


def test_without_any_contest_nobody_took_part(session: Session) -> None:
    session.execute(delete(Score))

    assert not Participation(session, NOON).table().has_begun


@pytest.mark.slow
def test_every_store_counts_alike(sessions: Sessions) -> None:
    with sessions.begin() as session:
        plays(session, "zhang", 2)
        plays(session, "li", 3)
        plays(session, "wang", 3)

    with sessions.begin() as session:
        assert turnouts(session) == {"农业局": Turnout(2, 120), "城东街道": Turnout(1, 900)}


@pytest.fixture
def counted(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """A contest that is called large for its few people, and has just been counted."""
    monkeypatch.setattr(unit_board, "LONG", 1)
    with sessions.begin() as session:
        plays(session, "zhang", 2)
        plays(session, "li", 3)
    count_units(sessions)
    return sessions


def count_units(sessions: Sessions, now: datetime = NOON) -> None:
    """The worker counts."""
    Chores(sessions, lambda _: now, Board(Memory(""))).count_units()


@pytest.mark.slow
def test_a_reply_about_a_large_contest_says_what_the_worker_counted(counted: Sessions) -> None:
    with counted.begin() as session:
        plays(session, "wang", 3)
        assert turnouts(session) == {"农业局": Turnout(1, 120), "城东街道": Turnout(1, 900)}
    count_units(counted)

    with counted.begin() as session:
        assert turnouts(session) == {"农业局": Turnout(2, 120), "城东街道": Turnout(1, 900)}


@pytest.mark.slow
def test_while_the_worker_is_away_its_last_count_stands_and_says_of_when_it_is(
    counted: Sessions,
) -> None:
    with counted.begin() as session:
        plays(session, "wang", 3)
        table = Participation(session, NOON + timedelta(hours=3)).table()

    assert table.counted_at == NOON
    assert [place.turnout for place in table.places] == [Turnout(1, 120), Turnout(1, 900)]


@pytest.mark.slow
def test_a_contest_that_is_small_again_is_counted_by_each_reply(
    counted: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_board, "LONG", 2_000)
    count_units(counted)
    with counted.begin() as session:
        plays(session, "wang", 3)

        assert turnouts(session)["农业局"] == Turnout(2, 120)


def test_the_worker_counts_the_contests_of_today_and_the_latest_one(session: Session) -> None:
    other = another_contest(session)
    later = NOON + timedelta(days=400)

    assert UnitCounts(session, NOON).asked_for() == [1, other]
    assert len(UnitCounts(session, later).asked_for()) == 1


@pytest.mark.slow
def test_a_board_of_thousands_is_counted_once_in_half_a_minute(session: Session) -> None:
    session.add_all(Unit(code=f"U{n}", name=f"第{n}支部", headcount=20) for n in range(3000))
    session.flush()
    boards, counted = Boards(), []
    event.listen(
        session.get_bind(), "before_cursor_execute",
        lambda *args: counted.append(args[2]) if "headcount" in args[2] else None,
    )  # fmt: skip

    for seconds in (0, 10, 29, 31):
        Participation(session, NOON + timedelta(seconds=seconds), boards).place(2)

    assert len(counted) == 2
