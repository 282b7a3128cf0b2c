"""Who has taken part in the latest contest, counted by unit."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, event
from sqlalchemy.orm import Session

from bot.domain.participation import Boards, Participation
from bot.domain.unit_board import Turnout
from bot.storage.database import Sessions
from bot.storage.tables import Contest, Member, Score, Unit
from tests.builders import FIRST_DAY, NOON, a_member, key


def plays(session: Session, name: str, unit: int | None, contest: int = 1) -> None:
    """A member of the unit has answered in this contest."""
    if session.get(Member, key(name)) is None:
        a_member(session, name, unit)
    session.add(Score(member_key=key(name), contest_id=contest, points=0, days=1, reached_at=NOON))
    session.flush()


def turnouts(session: Session, unit: int | None = None) -> dict[str | None, Turnout]:
    table = Participation(session, NOON).table(unit)
    return {place.name: place.turnout for place in table.places}


def test_who_answered_took_part_whatever_the_points(session: Session) -> None:
    plays(session, "zhang", 2)
    plays(session, "li", 3)
    plays(session, "wang", None)
    a_member(session, "zhao", 2)

    assert turnouts(session) == {"城东街道": Turnout(1, 900), "农业局": Turnout(1, 120)}
    assert turnouts(session, 1) == {"新安社区支部": Turnout(1, 46)}


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


def test_every_store_counts_alike(sessions: Sessions) -> None:
    with sessions.begin() as session:
        plays(session, "zhang", 2)
        plays(session, "li", 3)
        plays(session, "wang", 3)

    with sessions.begin() as session:
        assert turnouts(session) == {"农业局": Turnout(2, 120), "城东街道": Turnout(1, 900)}


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
