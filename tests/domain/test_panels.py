"""A panel: the rule before the seal, nobody judges the own unit, no ranks before the end."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.entries import id_of
from bot.domain.judging import JudgingOver, NoSuchSheet
from bot.domain.outcomes import JudgingOpen
from bot.domain.panel_plan import Criterion, Flaw, PanelPlan, UnfitPanel
from bot.domain.panel_scoring import Method
from bot.domain.panels import FewerJudges, NotYet, PanelFixed, TooFewJudges
from bot.domain.questions import Shelf
from bot.domain.roles import Role
from bot.domain.services import Services, open_services
from bot.domain.verdicts import Drift
from bot.domain.votes import LATE
from bot.storage.database import Sessions
from bot.storage.tables import Audit, Motto, PanelHand, PanelMark, PanelSheet, RoundResult
from tests.board import replayed
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key, said
from tests.races import while_it_is_open

SEALED = CLOSES + LATE
PLAN = PanelPlan(
    weight=70,
    method=Method.MEAN,
    per_entry=2,
    finalists=4,
    criteria=(
        Criterion("立意", 60, "9–10：可在全市推广"),
        Criterion("表达", 40, "9–10：一听就记住"),
    ),
)
OWNER = 1


def at(session: Session, moment: object = SEALED) -> Services:
    return open_services(session, moment, Shelf())  # type: ignore[arg-type]


@pytest.fixture
def judges(session: Session) -> list[int]:
    """Of the first district, of the department, and one who belongs to neither."""
    return replayed(_invite, session)


def _invite(session: Session) -> list[int]:
    found = []
    for name, unit in (("赵评委", 2), ("钱评委", 3), ("孙评委", None)):
        number, _ = at(session, NOON).colleagues.invite(name, Role.JUDGE, unit, OWNER)
        found.append(number)
    return found


@pytest.fixture
def numbers(session: Session) -> list[int]:
    """Four entries: two of the district, one of the department, one of nobody's; and votes."""
    return replayed(_enter, session)


def _enter(session: Session) -> list[int]:
    made = []
    for n, unit in enumerate((2, 2, 3, None)):
        a_member(session, f"a{n}", unit)
        made.append(an_approved_motto(session, f"a{n}", f"群众的事，一刻也不等{n}"))
    for n in range(4):
        for voter in range(n + 1):
            delivery = said("投", f"v{voter}").delivery
            day = NOON.replace(day=6 + n)
            at(session, day).votes.cast(key(f"v{voter}"), made[n], day, delivery)
    return made


@pytest.fixture
def begun(session: Session, judges: list[int], numbers: list[int]) -> list[int]:
    """The judges have begun."""
    replayed(_begin, session, *judges)
    return judges


def _begin(session: Session, *judges: int) -> None:
    at(session, NOON).panels.settle(1, PLAN, OWNER)
    for judge in judges:
        at(session, NOON).panels.appoint(1, judge, OWNER)
    assert at(session).sealing.seal(1)
    at(session).panels.begin(1, OWNER)


def given_to(session: Session, judge: int) -> set[int]:
    (stack,) = at(session).judging.stacks(judge)
    return set(stack.numbers)


def all_marked(session: Session, judges: list[int]) -> None:
    for judge in judges:
        for number in given_to(session, judge):
            at(session).judging.save(judge, number, {1: 1 + number % 10, 2: 5})


@pytest.mark.slow
def test_nobody_judges_what_the_own_unit_sent_in(
    session: Session, begun: list[int], numbers: list[int]
) -> None:
    district, department, free = (given_to(session, judge) for judge in begun)

    assert district == {numbers[2], numbers[3]} & district
    assert numbers[2] not in department
    assert all(
        sum(number in one for one in (district, department, free)) == 2 for number in numbers
    )
    with pytest.raises(NoSuchSheet):
        at(session).judging.sheet(begun[0], numbers[0])
    with pytest.raises(NoSuchSheet):
        at(session).judging.save(begun[0], numbers[0], {1: 10, 2: 10})


@pytest.mark.slow
def test_the_database_itself_refuses_a_sheet_of_the_own_unit(
    session: Session, begun: list[int], numbers: list[int]
) -> None:
    sheet = {"round_id": 1, "staff_id": begun[0], "motto_id": id_of(numbers[0])}
    session.execute(insert(PanelSheet).values(sheet))
    own = sheet | {"entry_district": 1, "judge_district": 1}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(PanelHand).values(own))


@pytest.mark.slow
def test_of_a_card_that_several_districts_signed_each_hand_is_kept_and_stands_aside(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    a_member(session, "b", 3)
    an_approved_motto(session, "b", "群众的事，一刻也不等0")
    at(session, NOON).panels.settle(1, PLAN, OWNER)
    for judge in (*judges, at(session, NOON).colleagues.invite("李", Role.JUDGE, None, OWNER)[0]):
        at(session, NOON).panels.appoint(1, judge, OWNER)
    assert at(session).sealing.seal(1)
    at(session).panels.begin(1, OWNER)

    hands = select(PanelHand.entry_district, PanelHand.judge_district)
    of_both = session.execute(hands.where(PanelHand.motto_id == id_of(numbers[0]))).all()

    assert sorted(of_both) == [(1, None), (1, None), (3, None), (3, None)]


@pytest.mark.slow
def test_each_has_an_order_of_their_own_that_never_changes(
    session: Session, begun: list[int]
) -> None:
    first = [at(session).judging.stacks(judge)[0].numbers for judge in begun]
    all_marked(session, begun)

    assert [at(session).judging.stacks(judge)[0].numbers for judge in begun] == first


@pytest.mark.slow
def test_marks_are_kept_one_by_one_and_can_be_changed(session: Session, begun: list[int]) -> None:
    number = next(iter(given_to(session, begun[2])))
    at(session).judging.save(begun[2], number, {1: 7})
    at(session).judging.save(begun[2], number, {1: 8, 9: 3})

    sheet = at(session).judging.sheet(begun[2], number)

    assert dict(sheet.marks) == {1: 8}
    assert number not in sheet.stack.done
    at(session).judging.save(begun[2], number, {2: 6})
    assert number in at(session).judging.sheet(begun[2], number).stack.done


@pytest.mark.slow
def test_organisers_see_progress_and_drift_and_no_table_before_the_end(
    session: Session, begun: list[int]
) -> None:
    all_marked(session, begun[1:])

    seen = {one.staff_id: one for one in at(session).panels.judges(1)}

    assert [seen[judge].done for judge in begun[1:]] == [
        seen[judge].assigned for judge in begun[1:]
    ]
    assert seen[begun[0]].done == 0
    assert seen[begun[0]].drift == Drift()
    assert seen[begun[2]].assigned >= 3
    assert seen[begun[2]].drift.mean is not None
    assert at(session).panels.table(1) is None
    with pytest.raises(JudgingOpen):
        at(session).outcomes.publicise(1, OWNER)


@pytest.mark.slow
def test_the_end_brings_the_table_and_shuts_the_sheets(
    session: Session, begun: list[int], numbers: list[int]
) -> None:
    all_marked(session, begun)
    at(session).panels.close(1, OWNER)
    at(session).panels.close(1, OWNER)

    table = at(session).panels.table(1)

    assert table is not None
    assert {line.card.number for line in table} == set(numbers)
    with pytest.raises(JudgingOver):
        at(session).judging.save(begun[2], next(iter(given_to(session, begun[2]))), {1: 1})
    with pytest.raises(PanelFixed):
        at(session).panels.cancel(1, OWNER)
    at(session).outcomes.publicise(1, OWNER)
    deeds = session.scalars(select(Audit.action).where(Audit.action.startswith("panel.")))
    assert list(deeds)[-2:] == ["panel.begin", "panel.close"]


@pytest.mark.slow
def test_it_ends_when_each_entry_was_judged_by_somebody_at_least(
    session: Session, begun: list[int], numbers: list[int]
) -> None:
    all_marked(session, begun[1:2])
    with pytest.raises(TooFewJudges) as refusal:
        at(session).panels.close(1, OWNER)
    assert numbers[2] in refusal.value.numbers

    all_marked(session, begun[:1])
    at(session).panels.close(1, OWNER)

    assert at(session).panels.table(1) is not None


@pytest.mark.slow
def test_a_process_works_the_table_out_once_and_anew_when_votes_no_longer_count(
    session: Session, begun: list[int], numbers: list[int]
) -> None:
    all_marked(session, begun)
    at(session).panels.close(1, OWNER)
    shelf = Shelf()

    def totals(shelf: Shelf) -> dict[int, int]:
        table = open_services(session, SEALED, shelf).panels.table(1)
        return {line.card.number: line.judged.total for line in table or ()}

    before = totals(shelf)
    session.execute(update(PanelMark).values(mark=1))
    assert totals(shelf) == before
    assert totals(Shelf()) != before

    best = RoundResult.motto_id == id_of(numbers[3])
    session.execute(update(RoundResult).where(best).values(votes=0))
    assert totals(shelf) == totals(Shelf())


@pytest.mark.slow
def test_a_judge_is_done_without_what_its_author_took_back(
    session: Session, begun: list[int]
) -> None:
    first, *others = sorted(given_to(session, begun[2]))
    session.execute(update(Motto).where(Motto.id == id_of(first)).values(state="withdrawn"))
    for number in others:
        at(session).judging.save(begun[2], number, {1: 7, 2: 7})

    assert at(session).judging.sheet(begun[2], first).words is None
    assert at(session).judging.stacks(begun[2])[0].next is None


@pytest.mark.slow
def test_the_rule_stands_once_the_votes_are_sealed(session: Session, begun: list[int]) -> None:
    with pytest.raises(PanelFixed):
        at(session).panels.settle(1, replace(PLAN, method=Method.ZSCORE), OWNER)
    with pytest.raises(PanelFixed):
        at(session).panels.dismiss(1, begun[0], OWNER)


@pytest.mark.slow
def test_nobody_begins_before_the_seal_or_without_judges_enough(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    at(session, NOON).panels.settle(1, PLAN, OWNER)
    at(session, NOON).panels.appoint(1, judges[0], OWNER)
    with pytest.raises(NotYet):
        at(session, NOON).panels.begin(1, OWNER)
    at(session).sealing.seal(1)

    with pytest.raises(TooFewJudges) as refusal:
        at(session).panels.begin(1, OWNER)

    assert refusal.value.numbers == tuple(numbers[:2])
    at(session).panels.cancel(1, OWNER)
    assert at(session).panels.of(1).plan is None
    at(session).outcomes.publicise(1, OWNER)


@pytest.mark.slow
def test_fewer_judges_than_were_announced_are_taken_only_when_it_is_said(
    session: Session, judges: list[int], numbers: list[int]
) -> None:
    at(session, NOON).panels.settle(1, replace(PLAN, per_entry=3), OWNER)
    for judge in judges:
        at(session, NOON).panels.appoint(1, judge, OWNER)
    at(session).sealing.seal(1)

    with pytest.raises(FewerJudges) as refusal:
        at(session).panels.begin(1, OWNER)

    assert refusal.value.numbers == tuple(numbers[:3])
    assert at(session).panels.of(1).begun_at is None
    at(session).panels.begin(1, OWNER, with_fewer=True)
    begun = select(Audit.facts).where(Audit.action == "panel.begin")
    assert session.scalars(begun).one() == {"sheets": 9, "short": 3}


@pytest.mark.parametrize(
    ("changes", "flaws"),
    [
        ({"weight": 0, "finalists": 301}, {"weight": Flaw.NUMBER, "finalists": Flaw.NUMBER}),
        ({"method": Method.TRIMMED}, {"per_entry": Flaw.TRIMMED}),
        ({"method": Method.PAIRWISE, "per_entry": 1}, {"per_entry": Flaw.PAIRED}),
        ({"criteria": ()}, {"title_1": Flaw.EMPTY}),
        (
            {"criteria": (Criterion("意" * 13, 0, ""),)},
            {"title_1": Flaw.LONG, "weight_1": Flaw.NUMBER, "anchors_1": Flaw.EMPTY},
        ),
    ],
)
def test_a_rule_that_is_not_right_is_not_kept(
    session: Session, changes: dict[str, object], flaws: dict[str, Flaw]
) -> None:
    with pytest.raises(UnfitPanel) as refusal:
        at(session, NOON).panels.settle(1, replace(PLAN, **changes), OWNER)  # type: ignore[arg-type]

    assert refusal.value.flaws == flaws
    assert at(session, NOON).panels.of(1).plan is None


@pytest.mark.slow
def test_a_page_that_saves_by_itself_and_its_button_may_come_at_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "a", 2)
        number = an_approved_motto(session, "a", "群众的事，一刻也不等")
        judge, _ = at(session, NOON).colleagues.invite("赵评委", Role.JUDGE, None, OWNER)
        at(session, NOON).panels.settle(1, replace(PLAN, per_entry=1), OWNER)
        at(session, NOON).panels.appoint(1, judge, OWNER)
        at(session).sealing.seal(1)
        at(session).panels.begin(1, OWNER)

    while_it_is_open(
        sessions,
        lambda s: at(s).judging.save(judge, number, {1: 7, 2: 8}),
        lambda s: at(s).judging.save(judge, number, {1: 7, 2: 9}),
    )

    with sessions() as session:
        assert dict(at(session).judging.sheet(judge, number).marks) == {1: 7, 2: 9}
