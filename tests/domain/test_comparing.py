"""A judge compares two at a time: nothing of the own unit, in an order of their own, until the
end.
"""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.domain.entries import id_of
from bot.domain.judging import JudgingOver, NoSuchSheet
from bot.domain.panel_scoring import Method
from bot.domain.panels import TooFewJudges
from bot.domain.roles import Role
from bot.domain.services import Services
from bot.storage.database import Sessions
from bot.storage.tables import Motto, PanelPair
from tests.builders import (
    NOON,
    a_member,
    a_round_of,
    an_approved_lesson,
    an_approved_motto,
)
from tests.domain.test_panels import OWNER, PLAN, at, judges, numbers

__all__ = ["judges", "numbers"]


def given_out(session: Session, judges: list[int], *, with_fewer: bool = False) -> Services:
    """The judges have got their pairs."""
    plan = replace(PLAN, method=Method.PAIRWISE, per_entry=2)
    at(session, NOON).panels.settle(1, plan, OWNER)
    for judge in judges:
        at(session, NOON).panels.appoint(1, judge, OWNER)
    assert at(session).sealing.seal(1)
    at(session).panels.begin(1, OWNER, with_fewer=with_fewer)
    return at(session)


def compared(session: Session, judges: list[int]) -> Services:
    """The judges have found the greater number better throughout."""
    services = given_out(session, judges)
    for judge in judges:
        for stack in services.comparing.stacks(judge):
            for place, pair in enumerate(stack.pairs, start=1):
                better = max(side.number for side in pair.sides)
                services.comparing.choose(judge, 1, place, better)
    return services


def seen(services: Services, judge: int) -> set[int]:
    return {
        side.number
        for stack in services.comparing.stacks(judge)
        for pair in stack.pairs
        for side in pair.sides
    }


@pytest.mark.slow
def test_nobody_compares_what_the_own_unit_sent_in(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    services = given_out(session, judges)

    district, department, free = (seen(services, judge) for judge in judges)

    assert not district & set(numbers[:2])
    assert numbers[2] not in department
    assert district | department | free == set(numbers)


@pytest.mark.slow
def test_the_database_takes_no_pair_of_what_was_not_given_out(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for n in range(2):
            a_member(session, f"a{n}")
            an_approved_motto(session, f"a{n}", f"群众的事，一刻也不等{n}")
        judge, _ = at(session, NOON).colleagues.invite("孙评委", Role.JUDGE, None, OWNER)
        given_out(session, [judge], with_fewer=True)
        here = select(PanelPair.round_id, PanelPair.staff_id, PanelPair.first_id)
        round_id, staff_id, first_id = session.execute(here).one()

    row = {"round_id": round_id, "staff_id": staff_id, "first_id": first_id}
    for wrong in ({"second_id": 99}, {"second_id": first_id}):
        with pytest.raises(DBAPIError), sessions.begin() as session:
            session.execute(insert(PanelPair).values(row | wrong))
    with pytest.raises(DBAPIError), sessions.begin() as session:
        session.execute(update(PanelPair).values(better_id=99))


@pytest.mark.slow
def test_a_judge_may_stop_go_on_and_think_again(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    services, judge = given_out(session, judges), judges[2]
    before = services.comparing.stack(judge, 1)
    first = before.pairs[0].sides[0].number

    services.comparing.choose(judge, 1, 1, first)
    other = before.pairs[0].sides[1].number
    services.comparing.choose(judge, 1, 1, other)

    stack = services.comparing.stack(judge, 1)
    assert [pair.sides for pair in stack.pairs] == [pair.sides for pair in before.pairs]
    assert (stack.pairs[0].better, stack.done) == (other, 1)
    assert stack.next_after(1) == (2 if len(stack.pairs) > 1 else None)
    for place, better in ((1, 9999), (0, first), (99, first)):
        with pytest.raises(NoSuchSheet):
            services.comparing.choose(judge, 1, place, better)
    with pytest.raises(NoSuchSheet):
        services.comparing.stack(OWNER + 99, 1)


@pytest.mark.slow
def test_the_end_waits_for_what_joins_all_and_shows_the_table(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    services = compared(session, judges)
    progress = {one.staff_id: one for one in services.panels.judges(1)}
    assert sum(one.assigned for one in progress.values()) == 4
    assert all(one.assigned == one.done for one in progress.values())
    alone = PanelPair.first_id == id_of(numbers[0])
    session.execute(update(PanelPair).where(alone).values(better_id=None))
    with pytest.raises(TooFewJudges) as refusal:
        services.panels.close(1, OWNER)
    assert refusal.value.numbers == (numbers[0],)
    session.execute(update(PanelPair).where(alone).values(better_id=PanelPair.second_id))

    services.panels.close(1, OWNER)

    table = services.panels.table(1)
    assert table is not None
    assert [line.card.number for line in table] == numbers[::-1]
    with pytest.raises(JudgingOver):
        services.comparing.choose(judges[2], 1, 1, numbers[0])
    services.outcomes.publicise(1, OWNER)


@pytest.mark.slow
def test_what_its_author_took_back_need_not_be_compared(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    services = given_out(session, judges)
    session.execute(update(Motto).values(state="withdrawn"))

    stacks = [stack for judge in judges for stack in services.comparing.stacks(judge)]

    assert all(stack.next_after() is None for stack in stacks)
    services.panels.close(1, OWNER)
    assert services.panels.table(1) == []


@pytest.mark.slow
def test_what_stands_alone_since_all_its_rivals_went_keeps_its_place(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    services = given_out(session, judges)
    gone = Motto.id != id_of(numbers[0])
    session.execute(update(Motto).where(gone).values(state="withdrawn"))

    services.panels.close(1, OWNER)

    table = services.panels.table(1)
    assert table is not None
    (line,) = table
    assert (line.card.number, line.judged.judges) == (numbers[0], 5000)
    session.execute(update(Motto).values(state="withdrawn"))
    assert [one.card.number for one in at(session).panels.table(1) or ()] == [numbers[0]]


def test_of_what_a_unit_sent_in_a_judge_sees_more_than_the_title(session: Session) -> None:
    a_round_of(session, "lesson")
    for n in range(2):
        an_approved_lesson(session, f"微课{n}", speaker=f"陈老师{n}")
    judge, _ = at(session, NOON).colleagues.invite("孙评委", Role.JUDGE, None, OWNER)

    (pair,) = given_out(session, [judge], with_fewer=True).comparing.stack(judge, 1).pairs

    assert {side.sent.speaker for side in pair.sides if side.sent} == {"陈老师0", "陈老师1"}


@pytest.mark.slow
def test_votes_alone_decide_when_the_panel_is_dropped(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    services = compared(session, judges)

    services.panels.cancel(1, OWNER)

    assert session.scalars(select(PanelPair)).all() == []
    assert services.panels.of(1).plan is None
