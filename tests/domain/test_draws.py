"""A draw: the list first, the number later, and every prize finds somebody."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import lots
from bot.domain.draws import (
    HEIRS_TIME,
    DrawnAlready,
    DrawPlan,
    Draws,
    Flaw,
    MayBeFetched,
    NothingWon,
    UnfitDraw,
)
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.storage.tables import Audit, Contest, DrawEntry, Notice, Score
from tests.builders import NOON, a_member, key

PLAN = DrawPlan(
    title="学习之星抽签",
    prize="纪念书1本",
    winners=2,
    reserves=2,
    least_days=3,
    number_from="福彩3D第2026345期的开奖号码",
    number_due=date(2026, 12, 8),
    fetch_until=date(2026, 12, 20),
)
PEOPLE = 9
"""Who took part on as many days as their number says."""


@pytest.fixture
def people(session: Session) -> None:
    for n in range(PEOPLE):
        a_member(session, f"m{n}")
        session.add(Score(member_key=key(f"m{n}"), contest_id=1, points=n, days=n, reached_at=NOON))
    session.flush()


def at(session: Session, moment: datetime = NOON) -> Services:
    return open_services(session, moment, Shelf())


def draws(session: Session, moment: datetime = NOON) -> Draws:
    return at(session, moment).draws


DUE = NOON + timedelta(days=3)
OVER = NOON + timedelta(days=16)
"""The day after the last one for fetching."""


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_who_took_part_often_enough_is_on_the_list_under_a_code(session: Session) -> None:
    number = draws(session).publish(PLAN, staff_id=1)

    view, listed = draws(session).of(number), draws(session).list_of(number)

    assert (view.entries, view.number) == (6, None)
    assert view.list_hash == lots.hash_of(listed.split())
    assert {entry.member_key for entry in session.scalars(select(DrawEntry))} == {
        key(f"m{n}") for n in range(3, PEOPLE)
    }
    assert draws(session).mine(key("m2")) is None
    assert draws(session).tickets(number) == []


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_the_number_decides_and_winners_are_told(session: Session) -> None:
    number = draws(session).publish(PLAN, staff_id=1)
    draws(session, DUE).draw(number, " 583 ", staff_id=1)

    tickets = draws(session).tickets(number)

    order = lots.drawn(draws(session).list_of(number).split(), "583")
    assert [ticket.code for ticket in tickets] == order[:4]
    assert [ticket.wins for ticket in tickets] == [True, True, False, False]
    told = set(session.scalars(select(Notice.member_key).where(Notice.kind == "draw_won")))
    winners = select(DrawEntry.member_key).where(DrawEntry.code.in_(order[:2]))
    assert told == set(session.scalars(winners))
    deeds = select(Audit.action).where(Audit.subject == f"draw:{number}").order_by(Audit.id)
    assert list(session.scalars(deeds)) == ["draw.publish", "draw.draw"]


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_the_number_is_entered_once(session: Session) -> None:
    number = draws(session).publish(PLAN, staff_id=1)
    draws(session, DUE).draw(number, "583", staff_id=1)
    draws(session, DUE).draw(number, "583", staff_id=1)

    with pytest.raises(DrawnAlready):
        draws(session, DUE).draw(number, "584", staff_id=2)

    assert draws(session).of(number).number == "583"


@pytest.mark.slow
@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("typed", ["", "五八三", "58a", "1" * 41])
def test_what_is_no_number_draws_nothing(session: Session, typed: str) -> None:
    number = draws(session).publish(PLAN, staff_id=1)

    with pytest.raises(UnfitDraw):
        draws(session, DUE).draw(number, typed, staff_id=1)

    assert draws(session).tickets(number) == []


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_a_prize_that_nobody_fetches_goes_to_the_reserve_in_order(session: Session) -> None:
    number = draws(session).publish(PLAN, staff_id=1)
    draws(session, DUE).draw(number, "583", staff_id=1)
    first, second, third, fourth = (ticket.code for ticket in draws(session).tickets(number))

    draws(session, DUE).fetched(number, first, staff_id=1)
    with pytest.raises(MayBeFetched):
        draws(session, OVER - timedelta(days=1)).lapse(number, second, staff_id=1)
    draws(session, OVER).lapse(number, second, staff_id=1)
    with pytest.raises(MayBeFetched) as heirs:
        draws(session, OVER).lapse(number, third, staff_id=1)
    assert heirs.value.until == OVER.date() + HEIRS_TIME
    draws(session, OVER + HEIRS_TIME + timedelta(days=1)).lapse(number, third, staff_id=1)
    for code in (first, second, "ZZZZZZZZ"):
        with pytest.raises(NothingWon):
            draws(session, OVER + timedelta(days=30)).lapse(number, code, staff_id=1)

    after = {ticket.code: ticket for ticket in draws(session).tickets(number)}
    assert after[first].fetched_at == DUE
    assert after[second].lapsed_at == OVER
    assert after[fourth].wins
    assert len(session.scalars(select(Notice).where(Notice.kind == "draw_won")).all()) == 4


@pytest.mark.slow
@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("changes", "flaws"),
    [
        ({"title": "", "prize": "书" * 61}, {"title": Flaw.EMPTY, "prize": Flaw.LONG}),
        ({"winners": 0, "reserves": -1}, {"winners": Flaw.NUMBER, "reserves": Flaw.NUMBER}),
        ({"winners": 7}, {"least_days": Flaw.NOBODY}),
        ({"number_due": NOON.date()}, {"number_due": Flaw.PAST}),
        ({"fetch_until": PLAN.number_due}, {"fetch_until": Flaw.ORDER}),
    ],
)
def test_a_draw_that_could_not_be_fair_is_not_published(
    session: Session, changes: dict[str, object], flaws: dict[str, Flaw]
) -> None:
    with pytest.raises(UnfitDraw) as refusal:
        draws(session).publish(replace(PLAN, **changes), staff_id=1)  # type: ignore[arg-type]

    assert refusal.value.flaws == flaws
    assert draws(session).all() == []


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_who_is_erased_leaves_the_list_as_it_was_published(session: Session) -> None:
    number = draws(session).publish(PLAN, staff_id=1)
    before = draws(session).list_of(number)

    at(session).erasure.erase(key("m5"))
    draws(session, DUE).draw(number, "583", staff_id=1)

    assert draws(session).list_of(number) == before
    assert len(draws(session).tickets(number)) == 4
    assert key("m5") not in set(session.scalars(select(DrawEntry.member_key)))
    later = at(session, NOON + timedelta(days=1)).draws
    assert later.publish(replace(PLAN, least_days=5), staff_id=1) == number + 1
    assert later.of(number + 1).entries == 3


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_nobody_can_try_numbers_before_the_day_on_which_it_is_known(session: Session) -> None:
    number = draws(session).publish(PLAN, staff_id=1)

    with pytest.raises(UnfitDraw) as refusal:
        draws(session, DUE - timedelta(days=1)).draw(number, "583", staff_id=1)

    assert refusal.value.flaws == {"number": Flaw.EARLY}
    assert draws(session).of(number).number is None


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_who_was_erased_inherits_nothing(session: Session) -> None:
    number = draws(session).publish(PLAN, staff_id=1)
    draws(session, DUE).draw(number, "583", staff_id=1)
    _, second, third, fourth = (ticket.code for ticket in draws(session).tickets(number))
    of_third = select(DrawEntry.member_key).where(DrawEntry.code == third)
    at(session, DUE).erasure.erase(session.scalars(of_third).one())

    draws(session, OVER).lapse(number, second, staff_id=1)

    wins = {ticket.code for ticket in draws(session).tickets(number) if ticket.wins}
    assert fourth in wins
    assert third not in wins


@pytest.mark.usefixtures("people")
def test_a_contest_that_is_only_planned_has_no_draw_yet(session: Session) -> None:
    first = session.get_one(Contest, 1)
    later = {"first_day": first.last_day + timedelta(days=9)}
    later["last_day"] = later["first_day"]
    session.add(Contest(id=2, title="下一场", points_each=2, new_paper_hour=7, **later))
    session.flush()

    number = draws(session).publish(PLAN, staff_id=1)

    assert draws(session).of(number).contest == first.title
