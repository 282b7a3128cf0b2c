"""Contests and selections are set up once, and nothing that members rely on changes after that."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.domain.bank import BankState, QuestionBank
from bot.domain.contests import ContestPlan
from bot.domain.identity import campaign_day
from bot.domain.planning import (
    SEVERAL_MOST,
    Flaw,
    NoSuchPlan,
    PlanChanged,
    Planning,
    Unfit,
)
from bot.domain.questions import Shelf
from bot.domain.refusals import ContestNotBegun
from bot.domain.rounds import Eligibility, RoundPlan
from bot.domain.scoring import Counting
from bot.domain.services import Services, open_services
from bot.storage.tables import Audit, BankQuestion, ContestQuestion, RoundSlot
from tests.builders import CLOSES, NOON, an_approved_motto, key, said

TODAY = campaign_day(NOON)
NEXT_YEAR = NOON + timedelta(days=200)
CONTEST = ContestPlan(
    "春训知识竞赛", campaign_day(NEXT_YEAR), campaign_day(NEXT_YEAR) + timedelta(days=29), 2, 7
)
ROUND = RoundPlan(
    "春天的座右铭",
    collects_from=NEXT_YEAR,
    collects_until=NEXT_YEAR + timedelta(days=20),
    opens_at=NEXT_YEAR + timedelta(days=10),
    closes_at=NEXT_YEAR + timedelta(days=30),
    votes=3,
    own_entry_allowed=False,
)
ORGANISER = 1
WORDS = "把群众的小事当成大事来办"


@pytest.fixture
def planning(session: Session) -> Planning:
    return Planning(session, NOON)


def flaws_of(raised: pytest.ExceptionInfo[Unfit]) -> dict[str, Flaw]:
    return dict(raised.value.flaws)


# ------------------------------------------------------------ contests


@pytest.mark.slow
def test_a_new_contest_is_played_when_its_day_has_come(
    planning: Planning, session: Session
) -> None:
    planning.add_contest(CONTEST, ORGANISER)

    then = open_services(session, NEXT_YEAR, Shelf())
    sitting, _ = then.quiz.start(key("li"))
    assert len(sitting.questions) == 5
    assert then.quiz.rules().plan == CONTEST


@pytest.mark.slow
def test_the_contest_that_runs_is_played_on_when_the_next_is_planned(
    planning: Planning, session: Session
) -> None:
    now = open_services(session, NOON, Shelf())
    member = key("li")
    running, sitting = now.quiz.rules().plan, now.quiz.start(member)[0]
    now.quiz.answer(member, sitting, 1, sitting.question(1).answer, bytes(32))

    planning.add_contest(CONTEST, ORGANISER)

    assert now.quiz.rules().plan == running
    assert now.quiz.start(key("wang"))[0].contest == sitting.contest
    assert len(now.standings.top(9)) == 1
    between = open_services(session, NEXT_YEAR - timedelta(days=1), Shelf())
    assert len(between.standings.top(9)) == 1
    with pytest.raises(ContestNotBegun) as refused:
        between.quiz.start(member)
    assert refused.value.first_day == CONTEST.first_day
    then = open_services(session, NEXT_YEAR, Shelf())
    assert then.standings.top(9) == []
    assert then.quiz.start(member)[0].contest != sitting.contest


@pytest.mark.slow
def test_it_draws_from_what_is_published_when_it_is_made(
    planning: Planning, session: Session
) -> None:
    id_ = planning.add_contest(CONTEST, ORGANISER)

    drawn = select(ContestQuestion.question_id).where(ContestQuestion.contest_id == id_)
    published = QuestionBank(session, NOON).drawable()
    assert sorted(session.scalars(drawn)) == sorted(published)
    assert planning.contest(id_).questions == len(published) > 0


def test_without_enough_questions_there_is_no_contest(session: Session) -> None:
    session.execute(update(BankQuestion).values(state=BankState.DRAFT))

    with pytest.raises(Unfit) as raised:
        Planning(session, NOON).add_contest(CONTEST, ORGANISER)

    assert flaws_of(raised) == {"questions": Flaw.FEW_QUESTIONS}


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"title": ""}, {"title": Flaw.TITLE}),
        ({"title": "字" * 61}, {"title": Flaw.TITLE}),
        ({"first_day": TODAY - timedelta(days=1)}, {"first_day": Flaw.PAST}),
        ({"last_day": CONTEST.first_day - timedelta(days=1)}, {"last_day": Flaw.ORDER}),
        ({"last_day": CONTEST.first_day + timedelta(days=401)}, {"last_day": Flaw.TOO_LONG}),
        ({"points_each": 0}, {"points_each": Flaw.NUMBER}),
        ({"points_each": 1, "partial_credit": True}, {"partial_credit": Flaw.NO_HALF}),
        ({"daily_cap": 0}, {"daily_cap": Flaw.NUMBER}),
        ({"attempts": 0}, {"attempts": Flaw.NUMBER}),
        ({"attempts": 6}, {"attempts": Flaw.NUMBER}),
        ({"daily_cap": 901}, {"daily_cap": Flaw.NUMBER}),
        ({"new_paper_hour": 24}, {"new_paper_hour": Flaw.NUMBER}),
        ({"questions_a_day": 0}, {"questions_a_day": Flaw.NUMBER}),
        ({"questions_a_day": 10}, {"questions_a_day": Flaw.NUMBER}),
        ({"closed_days": 15}, {"closed_days": Flaw.NUMBER}),
        ({"last_day": CONTEST.first_day, "closed_days": 1}, {"closed_days": Flaw.NUMBER}),
        ({"until_hour": 0}, {"until_hour": Flaw.NUMBER}),
        ({"until_hour": 25}, {"until_hour": Flaw.NUMBER}),
        ({"until_hour": 7}, {"until_hour": Flaw.ORDER}),
    ],
)
def test_a_contest_that_makes_no_sense_is_refused_at_its_field(
    planning: Planning, change: dict[str, object], flaw: dict[str, Flaw]
) -> None:
    with pytest.raises(Unfit) as raised:
        planning.add_contest(replace(CONTEST, **change), ORGANISER)  # type: ignore[arg-type]

    assert flaws_of(raised) == flaw


@pytest.mark.slow
def test_contests_run_side_by_side_but_not_too_many(planning: Planning) -> None:
    day = timedelta(days=1)
    first, last = CONTEST.first_day, CONTEST.last_day
    halves = [(first, first + 9 * day), (first + 10 * day, last)]
    for begins, ends in [(first, last)] * (SEVERAL_MOST - 1) + halves:
        planning.add_contest(replace(CONTEST, first_day=begins, last_day=ends), ORGANISER)

    for begins, ends in ((first, last), (first + 12 * day, first + 12 * day), (TODAY, first)):
        with pytest.raises(Unfit) as raised:
            planning.add_contest(replace(CONTEST, first_day=begins, last_day=ends), ORGANISER)
        assert flaws_of(raised) == {"first_day": Flaw.CROWDED}
    planning.add_contest(replace(CONTEST, first_day=TODAY, last_day=first - day), ORGANISER)
    one = planning.contests()[0]
    planning.change_contest(one.id, one.version, replace(one.plan, title="改了名"), ORGANISER)


@pytest.mark.slow
def test_a_paper_is_not_longer_than_what_the_contest_draws_from(
    planning: Planning, session: Session
) -> None:
    id_ = planning.add_contest(CONTEST, ORGANISER)
    session.execute(delete(ContestQuestion).where(ContestQuestion.contest_id == id_))

    with pytest.raises(Unfit) as raised:
        planning.change_contest(id_, 1, replace(CONTEST, questions_a_day=9), ORGANISER)

    assert flaws_of(raised) == {"questions": Flaw.FEW_QUESTIONS}


@pytest.mark.slow
def test_before_it_begins_all_of_a_contest_can_change(planning: Planning) -> None:
    id_ = planning.add_contest(CONTEST, ORGANISER)
    other = replace(CONTEST, title="改了名", points_each=5, last_day=CONTEST.first_day)

    planning.change_contest(id_, 1, other, ORGANISER)

    assert (planning.contest(id_).plan, planning.contest(id_).version) == (other, 2)


@pytest.mark.slow
def test_once_begun_its_points_and_its_first_day_stay(planning: Planning) -> None:
    running = planning.contests()[0]
    more = replace(running.plan, points_each=9, first_day=TODAY)

    with pytest.raises(Unfit) as raised:
        planning.change_contest(running.id, running.version, more, ORGANISER)

    assert flaws_of(raised) == {"points_each": Flaw.BEGUN, "first_day": Flaw.BEGUN}
    longer = replace(running.plan, last_day=running.plan.last_day + timedelta(days=7))
    planning.change_contest(running.id, running.version, longer, ORGANISER)
    assert planning.contest(running.id).plan == longer


@pytest.mark.slow
def test_once_begun_the_hours_only_widen_and_making_up_stays(planning: Planning) -> None:
    running = planning.contests()[0]
    allowed = replace(running.plan, new_paper_hour=6)
    planning.change_contest(running.id, running.version, allowed, ORGANISER)

    for change, flaw in (
        ({"until_hour": 22}, {"until_hour": Flaw.NARROWER}),
        ({"make_up": True}, {"make_up": Flaw.BEGUN}),
        ({"questions_a_day": 6}, {"questions_a_day": Flaw.BEGUN}),
        ({"closed_days": 3}, {"closed_days": Flaw.BEGUN}),
        ({"partial_credit": True}, {"partial_credit": Flaw.BEGUN}),
        ({"daily_cap": 8}, {"daily_cap": Flaw.BEGUN}),
        ({"attempts": 2}, {"attempts": Flaw.BEGUN}),
        ({"joined_only": True}, {"joined_only": Flaw.BEGUN}),
        ({"counting": Counting.LAST}, {"counting": Flaw.BEGUN}),
    ):
        with pytest.raises(Unfit) as raised:
            planning.change_contest(
                running.id, running.version + 1, replace(allowed, **change), ORGANISER
            )
        assert flaws_of(raised) == flaw


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hours", "flaws"),
    [
        ((7, 24), {}),
        ((6, 22), {}),
        ((8, None), {}),
        ((8, 24), {"new_paper_hour": Flaw.NARROWER}),
        ((7, 21), {"until_hour": Flaw.NARROWER}),
    ],
)
def test_hours_that_members_count_on_are_not_taken_from_them(
    planning: Planning, session: Session, hours: tuple[int, int | None], flaws: dict[str, Flaw]
) -> None:
    id_ = planning.add_contest(replace(CONTEST, until_hour=22), ORGANISER)
    then, (begins, ends) = Planning(session, NEXT_YEAR), hours
    changed = replace(CONTEST, new_paper_hour=begins, until_hour=ends)

    try:
        then.change_contest(id_, 1, changed, ORGANISER)
        found = {}
    except Unfit as refusal:
        found = dict(refusal.flaws)

    assert found == flaws


def test_a_contest_that_is_over_stays_as_it_was(planning: Planning, session: Session) -> None:
    running = planning.contests()[0]
    later = Planning(session, NEXT_YEAR)

    with pytest.raises(Unfit) as raised:
        later.change_contest(running.id, running.version, CONTEST, ORGANISER)

    assert flaws_of(raised) == {"last_day": Flaw.OVER}


@pytest.mark.slow
def test_of_two_who_change_the_same_plan_the_second_is_told(planning: Planning) -> None:
    id_ = planning.add_contest(CONTEST, ORGANISER)
    planning.change_contest(id_, 1, replace(CONTEST, title="甲的名字"), ORGANISER)

    with pytest.raises(PlanChanged):
        planning.change_contest(id_, 1, replace(CONTEST, title="乙的名字"), ORGANISER)

    assert planning.contest(id_).plan.title == "甲的名字"


def test_what_is_not_there_can_not_be_looked_at(planning: Planning) -> None:
    with pytest.raises(NoSuchPlan):
        planning.contest(10**6)
    with pytest.raises(NoSuchPlan):
        planning.round(10**6)


# ------------------------------------------------------------ selections


@pytest.mark.slow
def test_a_new_selection_takes_mottos_and_votes_when_its_time_has_come(
    planning: Planning, session: Session
) -> None:
    planning.add_round(replace(ROUND, votes=2), ORGANISER)

    then = open_services(session, NEXT_YEAR + timedelta(days=11), Shelf())
    then.members.welcome(key("li"), "o-li", "")
    card = then.mottos.submit(key("li"), WORDS, WORDS, "none")
    then.moderation.decide(card.number, card.version, staff_id=1)
    delivery = said("投").delivery
    then.votes.cast(key("wang"), card.number, then.now, delivery)
    ballot = then.votes.ballot(key("wang"), then.now)
    assert (ballot.most, ballot.left) == (2, 1)


@pytest.mark.slow
def test_the_selection_that_runs_goes_on_when_the_next_is_planned(
    planning: Planning, session: Session
) -> None:
    now = open_services(session, NOON, Shelf())
    number = an_approved_motto(session, "li", WORDS)

    planned = planning.add_round(ROUND, ORGANISER)

    now.votes.cast(key("wang"), number, NOON, said("投").delivery)
    assert now.votes.ballot(key("wang"), NOON).title != ROUND.title
    assert len(now.votes.mine(key("wang"))) == 1
    assert [card.number for card in now.votes.batch(key("wang")).mottos] == [number]
    assert now.mottos.ensure_collecting().id == 1
    assert [card.number for card in now.mottos.wall(1).mottos] == [number]
    assert [line.votes for line in now.tally.poll(1).lines] == [1]
    assert now.outcomes.current().round_id == 1

    between = open_services(session, NEXT_YEAR - timedelta(days=1), Shelf())
    assert between.sealing.seal(1)
    assert [line.votes for line in between.tally.poll(1).lines] == [1]
    assert between.outcomes.current().root is not None

    then = open_services(session, NEXT_YEAR, Shelf())
    assert then.mottos.ensure_collecting().id == planned
    assert then.mottos.wall(1).mottos == []
    assert then.outcomes.current().round_id == planned


@pytest.mark.slow
def test_a_vote_on_its_way_counts_in_its_own_selection_though_the_next_collects_already(
    planning: Planning, session: Session
) -> None:
    number = an_approved_motto(session, "li", WORDS)
    next_ = replace(ROUND, collects_from=CLOSES + timedelta(seconds=1))
    planning.add_round(
        replace(next_, closes_at=next_.opens_at + timedelta(days=1), collects_until=next_.opens_at),
        ORGANISER,
    )

    then = open_services(session, CLOSES + timedelta(seconds=5), Shelf())
    sent_at = CLOSES - timedelta(seconds=1)
    then.votes.cast(key("wang"), number, sent_at, said("投").delivery)

    assert then.votes.ballot(key("wang"), sent_at).left == 2


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"title": " " * 0}, {"title": Flaw.TITLE}),
        ({"collects_until": ROUND.collects_from}, {"collects_until": Flaw.ORDER}),
        ({"opens_at": ROUND.collects_from - timedelta(days=1)}, {"opens_at": Flaw.ORDER}),
        ({"closes_at": ROUND.opens_at}, {"closes_at": Flaw.ORDER}),
        ({"closes_at": ROUND.collects_from + timedelta(days=401)}, {"closes_at": Flaw.TOO_LONG}),
        ({"votes": 0}, {"votes": Flaw.NUMBER}),
        ({"votes": 21}, {"votes": Flaw.NUMBER}),
        ({"votes": 101, "in_all": True}, {"votes": Flaw.NUMBER}),
        ({"per_entry": 0}, {"per_entry": Flaw.NUMBER}),
        ({"per_entry": 2, "in_all": True}, {"per_entry": Flaw.IDLE}),
        ({"least": 2}, {"least": Flaw.IDLE}),
        ({"least": 4, "in_all": True}, {"least": Flaw.NUMBER}),
        ({"own_unit_allowed": False}, {"own_unit_allowed": Flaw.UNITS}),
        ({"standings_from": ROUND.closes_at}, {"standings_from": Flaw.ORDER}),
        ({"collects_from": NOON}, {"collects_from": Flaw.OVERLAP}),
    ],
)
def test_a_selection_that_makes_no_sense_is_refused_at_its_field(
    planning: Planning, change: dict[str, object], flaw: dict[str, Flaw]
) -> None:
    with pytest.raises(Unfit) as raised:
        planning.add_round(replace(ROUND, **change), ORGANISER)  # type: ignore[arg-type]

    assert flaws_of(raised) == flaw


@pytest.mark.slow
def test_before_it_opens_the_votes_of_a_day_can_change(
    planning: Planning, session: Session
) -> None:
    id_ = planning.add_round(ROUND, ORGANISER)

    planning.change_round(id_, 1, replace(ROUND, votes=5), ORGANISER)

    slots = select(func.count()).where(RoundSlot.round_id == id_)
    assert session.scalar(slots) == 5


@pytest.mark.slow
def test_once_open_only_its_name_and_its_end_can_change(planning: Planning) -> None:
    voting = planning.rounds()[0]
    before = voting.plan.collects_from - timedelta(days=1)
    rules = {"votes": 9, "in_all": True, "eligibility": Eligibility.BOUND, "least": 2}
    rules |= {"own_entry_allowed": True, "own_unit_allowed": False}
    other = replace(voting.plan, collects_from=before, **rules)  # type: ignore[arg-type]

    with pytest.raises(Unfit) as raised:
        planning.change_round(voting.id, voting.version, other, ORGANISER)

    assert set(flaws_of(raised)) == {"collects_from", *rules}
    longer = replace(voting.plan, closes_at=CLOSES + timedelta(days=3))
    planning.change_round(voting.id, voting.version, longer, ORGANISER)
    assert planning.round(voting.id).plan.closes_at == CLOSES + timedelta(days=3)


def test_what_has_closed_is_not_opened_again(session: Session) -> None:
    late = Planning(session, CLOSES)
    closed = late.rounds()[0]
    longer = replace(closed.plan, closes_at=CLOSES + timedelta(days=3))

    with pytest.raises(Unfit) as raised:
        late.change_round(closed.id, closed.version, longer, ORGANISER)

    assert flaws_of(raised) == {"closes_at": Flaw.OVER}


@pytest.mark.slow
def test_every_plan_and_every_change_is_in_the_trail(
    planning: Planning, services: Services, session: Session
) -> None:
    id_ = planning.add_round(ROUND, ORGANISER)
    planning.change_round(id_, 1, replace(ROUND, title="改了名"), ORGANISER)

    trail = session.execute(
        select(Audit.actor, Audit.action, Audit.version, Audit.facts).where(
            Audit.subject == f"round-plan:{id_}"
        )
    ).all()
    assert [row[:3] for row in trail] == [
        ("staff:1", "round.plan", 1),
        ("staff:1", "round.change", 2),
    ]
    assert trail[1].facts["before"]["title"] == "春天的座右铭"
    assert trail[1].facts["after"]["title"] == "改了名"
