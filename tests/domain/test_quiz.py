"""The daily quiz: a paper a day, each place graded once, every answer worth its points."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.invariants import check
from bot.domain.questions import Shelf
from bot.domain.quiz import Marked, Quiz, Sitting, _run_length
from bot.domain.refusals import (
    ContestNotBegun,
    ContestOver,
    NoContest,
    NothingToMakeUp,
    PaperFinished,
    PaperNotOut,
)
from bot.domain.wordings import add_questions
from bot.storage.database import Sessions
from bot.storage.tables import Answer, Attempt, Contest, ContestQuestion, Score, StoredQuestion
from tests.builders import (
    FIRST_DAY,
    LAST_DAY,
    NOON,
    SECRET,
    a_member,
    a_question,
    another_contest,
    attempts_a_day,
    key,
)
from tests.handlers.papers import a_paper
from tests.turns.test_price import trips

DAY = timedelta(days=1)


@pytest.fixture
def member(session: Session) -> bytes:
    return a_member(session)


def quiz_at(session: Session, moment: datetime, shelf: Shelf | None = None) -> Quiz:
    return Quiz(session, moment, shelf or Shelf())


def answer_all(quiz: Quiz, member: bytes, right: int = 5) -> Sitting:
    """Work through what is left of the paper, the first `right` places rightly."""
    sitting, _ = quiz.start(member)
    while (place := sitting.current) is not None:
        sitting = give(quiz, member, sitting, place, right=place <= right)
    return sitting


def give(quiz: Quiz, member: bytes, sitting: Sitting, place: int, right: bool = True) -> Sitting:
    choice = sitting.question(place).answer if right else ("E",)
    return quiz.answer(member, sitting, place, choice, bytes(32))


def score_of(session: Session, member: bytes) -> Score:
    return session.scalars(
        select(Score).where(Score.member_key == member).execution_options(populate_existing=True)
    ).one()


# ------------------------------------------------------------ which paper


def test_a_paper_has_five_different_questions(session: Session, member: bytes) -> None:
    sitting, begun_before = quiz_at(session, NOON).start(member)

    assert not begun_before
    assert sitting.day == date(2026, 12, 5)
    assert len({question.code for question in sitting.questions}) == 5
    assert sitting.current == 1


@pytest.mark.slow
def test_the_paper_waits_for_whoever_comes_back(session: Session, member: bytes) -> None:
    quiz = quiz_at(session, NOON)
    begun, _ = quiz.start(member)
    give(quiz, member, begun, 1)

    later, begun_before = quiz_at(session, NOON + timedelta(hours=3)).start(member)

    assert begun_before
    assert later.questions == begun.questions
    assert later.current == 2


@pytest.mark.slow
def test_two_members_have_papers_of_their_own(session: Session, member: bytes) -> None:
    other = a_member(session, "li")

    papers = [quiz_at(session, NOON).start(each)[0].questions for each in (member, other)]

    assert papers[0] != papers[1]


@pytest.mark.slow
def test_eight_days_of_papers_repeat_no_question(session: Session, member: bytes) -> None:
    """There are forty questions, and single ones enough for three places a day."""
    seen: list[str] = []
    for day in range(8):
        sitting = answer_all(quiz_at(session, NOON + day * DAY), member)
        seen += [question.code for question in sitting.questions]

    assert len(set(seen)) == 40


@pytest.mark.slow
def test_yesterdays_open_paper_is_finished_first_and_keeps_its_day(
    session: Session, member: bytes
) -> None:
    evening = datetime(2026, 12, 5, 15, 58, tzinfo=NOON.tzinfo)  # 23:58 in China
    begun, _ = quiz_at(session, evening).start(member)
    after_midnight = quiz_at(session, evening + timedelta(hours=8))

    finished = answer_all(after_midnight, member)
    todays, begun_before = after_midnight.start(member)

    assert finished.questions == begun.questions
    assert finished.day == date(2026, 12, 5)
    assert not begun_before
    assert todays.day == date(2026, 12, 6)


@pytest.mark.slow
def test_a_paper_left_for_a_day_is_gone(session: Session, member: bytes) -> None:
    quiz_at(session, NOON).start(member)

    assert quiz_at(session, NOON + DAY - timedelta(seconds=1)).sitting(member) is not None
    assert quiz_at(session, NOON + DAY).sitting(member) is None
    assert quiz_at(session, NOON + DAY).start(member)[0].day == date(2026, 12, 6)


@pytest.mark.slow
def test_a_finished_paper_is_not_given_again_that_day(session: Session, member: bytes) -> None:
    answer_all(quiz_at(session, NOON), member, right=3)

    with pytest.raises(PaperFinished) as refused:
        quiz_at(session, NOON + timedelta(hours=6)).start(member)

    assert refused.value.points == 6
    assert refused.value.next_hour == 7


@pytest.mark.slow
def test_the_latest_paper_can_be_looked_at_when_it_is_done(session: Session, member: bytes) -> None:
    quiz = quiz_at(session, NOON)
    assert quiz.latest(member) is None

    done = answer_all(quiz, member, right=4)

    assert quiz.sitting(member) is None
    assert quiz.latest(member) == done
    assert (done.right, done.points, done.current) == (4, 8, None)


@pytest.mark.slow
@pytest.mark.parametrize("questions", [1, 3, 9])
def test_a_paper_has_as_many_questions_as_the_contest_says(
    session: Session, member: bytes, questions: int
) -> None:
    set_rules(session, questions_a_day=questions)

    done = answer_all(quiz_at(session, NOON), member, right=questions)

    assert len({question.code for question in done.questions}) == questions
    assert done.points == 2 * questions
    assert quiz_at(session, NOON).rules().plan.points_a_day == 2 * questions


@pytest.mark.slow
def test_a_day_counts_no_more_than_its_cap_and_the_next_one_counts_anew(
    session: Session, member: bytes
) -> None:
    set_rules(session, daily_cap=5)
    quiz = quiz_at(session, NOON)

    done = answer_all(quiz, member)

    assert (done.points, done.earned, score_of(session, member).points) == (5, 10, 5)
    with pytest.raises(PaperFinished) as refused:
        quiz.start(member)
    assert refused.value.points == 5
    answer_all(quiz_at(session, NOON + DAY), member, right=1)
    assert score_of(session, member).points == 7


@pytest.mark.slow
def test_what_a_cap_takes_away_is_no_later_point(session: Session, member: bytes) -> None:
    set_rules(session, daily_cap=4)
    sitting, _ = quiz_at(session, NOON).start(member)
    for place in range(1, 6):
        quiz = quiz_at(session, NOON + timedelta(minutes=place))
        sitting = give(quiz, member, sitting, place)

    assert score_of(session, member).reached_at == NOON + timedelta(minutes=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choice", "points"), [("AC", 3), ("A", 1), ("C", 1), ("AB", 0), ("ABC", 0), ("B", 0)]
)
def test_some_of_several_right_options_earn_half_where_the_contest_says_so(
    session: Session, member: bytes, choice: str, points: int
) -> None:
    set_rules(session, points_each=3, partial_credit=True)
    a_paper(session, member, [a_question("M", "multiple"), a_question("S")])
    quiz = quiz_at(session, NOON)
    sitting = quiz.sitting(member)
    assert sitting is not None

    after = quiz.answer(member, sitting, 1, choice, bytes(32))

    assert after.answers[1] == Marked(choice, points == 3, points)
    assert (after.right, after.in_part) == (int(points == 3), int(points == 1))
    assert score_of(session, member).points == points


# ------------------------------------------------------------ several attempts


def take(quiz: Quiz, member: bytes, right: int) -> Sitting:
    """Another attempt, finished, with so many answers right."""
    begun = quiz.again(member)
    assert begun is not None
    sitting, _ = begun
    while (place := sitting.current) is not None:
        sitting = give(quiz, member, sitting, place, right=place <= right)
    return sitting


@pytest.mark.slow
@pytest.mark.parametrize(("counting", "points"), [("first", 4), ("best", 8), ("last", 2)])
def test_of_several_attempts_the_one_counts_that_the_contest_says(
    session: Session, member: bytes, counting: str, points: int
) -> None:
    set_rules(session, attempts=3, counting=counting)
    quiz = quiz_at(session, NOON)
    answer_all(quiz, member, right=2)

    papers = [take(quiz, member, right) for right in (4, 1)]

    assert [paper.nth for paper in papers] == [2, 3]
    assert papers[-1].counts == points
    score = score_of(session, member)
    assert (score.points, score.days) == (points, 1)
    assert [v.what for v in check(session, NOON, SECRET) if v.table in ("score", "attempt")] == []


@pytest.mark.slow
def test_each_attempt_has_a_paper_of_its_own(session: Session, member: bytes) -> None:
    set_rules(session, attempts=2)
    quiz = quiz_at(session, NOON)
    first = answer_all(quiz, member)

    second = take(quiz, member, 5)

    codes = [{question.code for question in paper.questions} for paper in (first, second)]
    assert not codes[0] & codes[1]
    assert quiz.latest(member) == second


@pytest.mark.slow
def test_an_attempt_left_half_done_costs_nothing(session: Session, member: bytes) -> None:
    set_rules(session, attempts=2, counting="last")
    quiz = quiz_at(session, NOON)
    answer_all(quiz, member, right=3)

    begun = quiz.again(member)
    assert begun is not None
    after = give(quiz, member, begun[0], 1)

    assert (after.points, after.counts, score_of(session, member).points) == (2, 6, 6)
    assert quiz.again(member) == (after, True)


@pytest.mark.slow
def test_there_are_no_more_attempts_than_the_contest_says(session: Session, member: bytes) -> None:
    set_rules(session, attempts=2)
    quiz = quiz_at(session, NOON)
    assert quiz.attempts_left(answer_all(quiz, member, right=1)) == 1
    with pytest.raises(PaperFinished) as refused:
        quiz.start(member)
    assert (refused.value.points, refused.value.attempts_left) == (2, 1)
    assert quiz.attempts_left(take(quiz, member, 4)) == 0
    assert quiz.again(member) is None
    with pytest.raises(PaperFinished) as refused:
        quiz.start(member)
    assert (refused.value.points, refused.value.attempts_left) == (8, 0)
    assert quiz_at(session, NOON + DAY).start(member)[0].nth == 1


@pytest.mark.slow
def test_outside_the_hours_no_further_attempt_is_offered_or_begun(
    session: Session, member: bytes
) -> None:
    set_rules(session, attempts=2, until_hour=22)
    done = answer_all(quiz_at(session, at(21)), member)

    assert quiz_at(session, at(22)).attempts_left(done) == 0
    with pytest.raises(PaperNotOut):
        quiz_at(session, at(22)).again(member)


@pytest.mark.slow
def test_the_paper_beyond_the_limit_of_a_day_has_no_slot_to_stand_in(sessions: Sessions) -> None:
    with sessions.begin() as session:
        attempts_a_day(session, 2)
    paper = {"member_key": key("zhang"), "contest_id": 1, "day": LAST_DAY, "started_at": NOON}
    papers = [Attempt(**paper, nth=nth, questions=[], skipped=[]) for nth in (2, 3)]

    with sessions.begin() as session:
        session.add(papers[0])
    with pytest.raises(IntegrityError), sessions.begin() as session:
        session.add(papers[1])


@pytest.mark.slow
def test_more_papers_than_allowed_are_found(session: Session, member: bytes) -> None:
    set_rules(session, attempts=2)
    quiz = quiz_at(session, NOON)
    answer_all(quiz, member)
    take(quiz, member, 5)

    session.execute(update(Contest).values(attempts=1))

    assert "attempt_too_many" in {v.what for v in check(session, NOON, SECRET)}


# ------------------------------------------------------------ several contests


def play_all(quiz: Quiz, member: bytes, contest: int) -> Sitting:
    """Today's paper of this contest, all of it right."""
    sitting, _ = quiz.start(member, contest)
    while (place := sitting.current) is not None:
        sitting = give(quiz, member, sitting, place)
    return sitting


@pytest.mark.slow
def test_contests_of_one_day_are_played_each_for_itself(session: Session, member: bytes) -> None:
    other = another_contest(session)
    quiz = quiz_at(session, NOON)
    assert [(c.contest, c.done) for c in quiz.choices(member)] == [(1, False), (other, False)]

    assert [play_all(quiz, member, id_).contest for id_ in (1, other)] == [1, other]

    assert [(c.done, c.points) for c in quiz.choices(member)] == [(True, 10), (True, 5)]
    scores = session.execute(select(Score.contest_id, Score.points).order_by(Score.contest_id))
    assert [tuple(score) for score in scores] == [(1, 10), (other, 5)]
    with pytest.raises(PaperFinished) as refused:
        quiz.start(member, 1)
    assert refused.value.points == 10


@pytest.mark.slow
def test_a_paper_left_half_done_is_not_called_done_and_costs_nothing(
    session: Session, member: bytes
) -> None:
    another_contest(session)
    set_rules(session, attempts=2, counting="last")
    quiz = quiz_at(session, NOON)

    def first() -> tuple[bool, int]:
        choice = quiz.choices(member)[0]
        return choice.done, choice.points

    begun, _ = quiz.start(member, 1)
    give(quiz, member, begun, 1)
    assert first() == (False, 2)
    play_all(quiz, member, 1)
    assert first() == (True, 10)
    assert quiz.again(member) is not None
    assert first() == (True, 10)


@pytest.mark.slow
def test_the_contests_of_a_day_are_told_by_one_look_however_many(
    session: Session, member: bytes
) -> None:
    for _ in range(3):
        another_contest(session)
    quiz = quiz_at(session, NOON)
    quiz.titles()

    with trips(session.get_bind()) as told:
        assert len(quiz.choices(member)) == 4
    assert len(told) == 1


@pytest.mark.slow
def test_an_open_paper_is_finished_before_one_of_another_contest(
    session: Session, member: bytes
) -> None:
    other = another_contest(session)
    quiz = quiz_at(session, NOON)
    begun, _ = quiz.start(member, 1)

    assert quiz.start(member, other) == (begun, True)


@pytest.mark.slow
def test_one_contest_alone_is_nothing_to_choose_from(session: Session, member: bytes) -> None:
    another_contest(session, first_day=date(2026, 12, 6), last_day=date(2026, 12, 7))

    assert quiz_at(session, NOON).choices(member) == []
    assert len(quiz_at(session, NOON + DAY).choices(member)) == 2
    assert quiz_at(session, NOON + 3 * DAY).titles() == {}


@pytest.mark.slow
def test_a_contest_that_runs_on_is_in_force_again_when_a_later_one_is_over(
    session: Session, member: bytes
) -> None:
    other = another_contest(session, first_day=date(2026, 12, 5), last_day=date(2026, 12, 5))

    assert answer_all(quiz_at(session, NOON), member).contest == other
    assert quiz_at(session, NOON + 2 * DAY).start(member)[0].contest == 1


@pytest.mark.slow
def test_another_attempt_and_a_missed_day_are_those_of_the_contest_played_last(
    session: Session, member: bytes
) -> None:
    set_rules(session, attempts=2, make_up=True)
    other = another_contest(session, attempts=2, make_up=True)
    play_all(quiz_at(session, NOON), member, 1)
    later = quiz_at(session, NOON + timedelta(minutes=5))
    play_all(later, member, other)

    assert take(later, member, 5).contest == other
    sitting, _ = later.make_up(member)
    assert (sitting.contest, sitting.day) == (other, date(2026, 12, 4))


# ------------------------------------------------------------ the hours of a day


def at(hour: int, minute: int = 0, day: int = 5) -> datetime:
    """A time of December in China."""
    return datetime(2026, 12, day, hour, minute, tzinfo=CAMPAIGN_ZONE)


def set_rules(session: Session, attempts: int | None = None, **rules: object) -> None:
    if rules:
        session.execute(update(Contest).values(**rules))
    if attempts is not None:
        attempts_a_day(session, attempts)


@pytest.mark.slow
def test_papers_are_begun_within_the_hours_alone(session: Session, member: bytes) -> None:
    set_rules(session, until_hour=22)

    for moment, opens in (
        (at(0), at(7)),
        (at(6, 59), at(7)),
        (at(22), at(7, day=6)),
        (at(23, 59), at(7, day=6)),
    ):
        with pytest.raises(PaperNotOut) as refused:
            quiz_at(session, moment).start(member)
        assert refused.value.opens_at == opens
    assert quiz_at(session, at(7)).start(member)
    assert quiz_at(session, at(21, 59)).start(a_member(session, "li"))


@pytest.mark.slow
def test_who_began_in_time_finishes_after_the_hours(session: Session, member: bytes) -> None:
    set_rules(session, until_hour=22)
    quiz_at(session, at(21, 59)).start(member)

    assert answer_all(quiz_at(session, at(22, 30)), member).points == 10
    with pytest.raises(PaperFinished):
        quiz_at(session, at(23)).start(member)


def test_after_the_hours_of_the_last_day_the_contest_is_over(
    session: Session, member: bytes
) -> None:
    set_rules(session, until_hour=22, last_day=date(2026, 12, 5))

    with pytest.raises(ContestOver):
        quiz_at(session, at(22)).start(member)


# ------------------------------------------------------------ making up a missed day


def make_up(quiz: Quiz, member: bytes) -> date:
    """Make up what there is to make up, all of it right; its day."""
    sitting, _ = quiz.make_up(member)
    while (place := sitting.current) is not None:
        sitting = give(quiz, member, sitting, place)
    return sitting.day


@pytest.mark.slow
def test_the_day_missed_last_is_made_up_and_joins_the_row(session: Session, member: bytes) -> None:
    set_rules(session, make_up=True)
    answer_all(quiz_at(session, at(12, day=8)), member)
    answer_all(quiz_at(session, at(12, day=10)), member)
    thursday = quiz_at(session, at(13, day=10))
    assert thursday.missed(member, 1) == date(2026, 12, 9)

    assert make_up(thursday, member) == date(2026, 12, 9)

    assert thursday.streak(member, date(2026, 12, 10)) == 3
    assert (score_of(session, member).points, score_of(session, member).days) == (30, 3)


@pytest.mark.slow
def test_one_day_is_made_up_in_a_week_from_monday_to_sunday(
    session: Session, member: bytes
) -> None:
    set_rules(session, make_up=True)
    sunday, monday = quiz_at(session, at(12, day=13)), quiz_at(session, at(12, day=14))
    assert make_up(sunday, member) == date(2026, 12, 12)

    with pytest.raises(NothingToMakeUp) as refused:
        sunday.make_up(member)

    assert (refused.value.allowed, refused.value.used) == (True, True)
    assert sunday.missed(member, 1) is None
    assert make_up(monday, member) == date(2026, 12, 13)


def test_the_key_leaves_room_for_one_made_up_day_a_week(session: Session, member: bytes) -> None:
    monday = date(2026, 12, 7)
    papers = [
        Attempt(
            member_key=member, contest_id=1, day=monday + n * DAY, questions=[], skipped=[],
            started_at=NOON, finished_at=None, made_up_in=monday,
        )
        for n in range(2)
    ]  # fmt: skip
    session.add(papers[0])
    session.flush()

    session.add(papers[1])
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.slow
def test_what_was_before_the_contest_or_long_ago_is_not_made_up(
    session: Session, member: bytes
) -> None:
    set_rules(session, make_up=True, first_day=date(2026, 12, 4))

    assert quiz_at(session, at(12, day=4)).missed(member, 1) is None
    assert quiz_at(session, at(12, day=5)).missed(member, 1) == date(2026, 12, 4)
    for day in range(5, 12):
        answer_all(quiz_at(session, at(12, day=day)), member)
    assert quiz_at(session, at(12, day=11)).missed(member, 1) == date(2026, 12, 4)
    answer_all(quiz_at(session, at(12, day=12)), member)
    with pytest.raises(NothingToMakeUp) as refused:
        quiz_at(session, at(12, day=12)).make_up(member)
    assert (refused.value.allowed, refused.value.used) == (True, False)


def test_without_the_rule_nothing_is_made_up(session: Session, member: bytes) -> None:
    with pytest.raises(NothingToMakeUp) as refused:
        quiz_at(session, NOON).make_up(member)

    assert not refused.value.allowed
    assert quiz_at(session, NOON).missed(member, 1) is None


@pytest.mark.slow
def test_an_open_paper_is_finished_before_a_day_is_made_up(session: Session, member: bytes) -> None:
    set_rules(session, make_up=True)
    begun, _ = quiz_at(session, NOON).start(member)

    assert quiz_at(session, NOON).make_up(member) == (begun, True)


@pytest.mark.slow
def test_days_are_made_up_within_the_hours_and_not_once_all_is_over(
    session: Session, member: bytes
) -> None:
    set_rules(session, make_up=True, until_hour=22)

    with pytest.raises(PaperNotOut):
        quiz_at(session, at(23)).make_up(member)
    with pytest.raises(ContestOver):
        quiz_at(session, NOON + 60 * DAY).make_up(member)
    assert quiz_at(session, NOON + 60 * DAY).missed(member, 1) is None


# ------------------------------------------------------------ when there is none


def test_without_a_contest_there_is_no_paper(session: Session, member: bytes) -> None:
    session.execute(delete(ContestQuestion))
    session.execute(delete(Contest))

    with pytest.raises(NoContest):
        quiz_at(session, NOON).start(member)


@pytest.mark.slow
def test_the_contest_begins_and_ends_at_midnight_in_china(session: Session, member: bytes) -> None:
    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=NOON.tzinfo)
    with pytest.raises(ContestNotBegun) as early:
        quiz_at(session, midnight - timedelta(microseconds=1)).start(member)
    assert early.value.first_day == FIRST_DAY
    answer_all(quiz_at(session, midnight), member)

    last_midnight = midnight + 31 * DAY
    with pytest.raises(ContestOver) as late:
        quiz_at(session, last_midnight).start(member)
    assert (late.value.last_day, late.value.days_taken) == (LAST_DAY, 1)
    assert quiz_at(session, last_midnight - timedelta(seconds=1)).start(member)


def test_whoever_never_came_has_taken_part_on_no_day(session: Session, member: bytes) -> None:
    with pytest.raises(ContestOver) as late:
        quiz_at(session, NOON + 60 * DAY).start(member)

    assert late.value.days_taken == 0


# ------------------------------------------------------------ answering


@pytest.mark.slow
def test_a_right_answer_earns_its_points_and_a_wrong_one_none(
    session: Session, member: bytes
) -> None:
    quiz = quiz_at(session, NOON)
    sitting, _ = quiz.start(member)

    sitting = give(quiz, member, sitting, 1, right=True)
    sitting = give(quiz, member, sitting, 2, right=False)

    assert (sitting.answers[1].correct, sitting.answers[1].points) == (True, 2)
    assert (sitting.answers[2].correct, sitting.answers[2].points) == (False, 0)
    assert sitting.current == 3
    assert sitting == quiz.sitting(member)


@pytest.mark.slow
def test_a_place_is_graded_once(session: Session, member: bytes) -> None:
    quiz = quiz_at(session, NOON)
    sitting, _ = quiz.start(member)
    give(quiz, member, sitting, 1)

    with pytest.raises(IntegrityError), session.begin_nested():
        give(quiz, member, sitting, 1, right=False)

    assert [answer.correct for answer in session.scalars(select(Answer))] == [True]
    assert score_of(session, member).points == 2


@pytest.mark.slow
def test_the_score_adds_up_over_days(session: Session, member: bytes) -> None:
    answer_all(quiz_at(session, NOON), member, right=3)
    answer_all(quiz_at(session, NOON + DAY), member, right=5)

    score = score_of(session, member)

    assert (score.points, score.days) == (16, 2)
    assert score.reached_at == NOON + DAY


@pytest.mark.slow
def test_a_wrong_answer_does_not_change_when_the_points_were_reached(
    session: Session, member: bytes
) -> None:
    quiz = quiz_at(session, NOON)
    sitting = give(quiz, member, quiz.start(member)[0], 1)

    give(quiz_at(session, NOON + timedelta(hours=1)), member, sitting, 2, right=False)

    assert score_of(session, member).reached_at == NOON


@pytest.mark.slow
def test_whoever_only_errs_has_still_taken_part(session: Session, member: bytes) -> None:
    answer_all(quiz_at(session, NOON), member, right=0)

    score = score_of(session, member)

    assert (score.points, score.days) == (0, 1)


@pytest.mark.slow
def test_long_words_filled_in_are_judged_whole_and_kept_short(
    session: Session, member: bytes
) -> None:
    quiz = quiz_at(session, NOON)
    sitting, _ = quiz.start(member)

    quiz.answer(member, sitting, 1, ("很长的话" * 50,), bytes(32))

    assert len(session.scalars(select(Answer.choice)).one()) == 60


@pytest.mark.slow
def test_another_process_may_grade_a_paper_it_did_not_draw(session: Session, member: bytes) -> None:
    """Its shelf was filled before the question came into the contest."""
    old_shelf = Shelf()
    old_shelf.pool(session, 1)
    session.execute(delete(ContestQuestion))
    kinds = ["single", "single", "multiple", "judge", "single"]
    ids = add_questions(session, [a_question(f"NEW{n}", kind) for n, kind in enumerate(kinds)])
    session.add_all(ContestQuestion(contest_id=1, question_id=id_) for id_ in ids)
    quiz_at(session, NOON).start(member)

    sitting = answer_all(quiz_at(session, NOON, old_shelf), member)

    assert sitting.points == 10
    assert set(session.scalars(select(Answer.question_id))) == set(ids)


# ------------------------------------------------------------ skipping


@pytest.mark.slow
def test_a_skipped_place_comes_back_at_the_end(session: Session, member: bytes) -> None:
    quiz = quiz_at(session, NOON)
    sitting, _ = quiz.start(member)

    sitting = quiz.skip(member, sitting, 1)
    order = []
    while (place := sitting.current) is not None:
        order.append(place)
        sitting = give(quiz, member, sitting, place)

    assert order == [2, 3, 4, 5, 1]
    assert quiz.sitting(member) is None


@pytest.mark.slow
def test_skipping_all_goes_round(session: Session, member: bytes) -> None:
    quiz = quiz_at(session, NOON)
    sitting, _ = quiz.start(member)

    shown = []
    for _ in range(7):
        assert sitting.current is not None
        shown.append(sitting.current)
        sitting = quiz.skip(member, sitting, sitting.current)

    assert shown == [1, 2, 3, 4, 5, 1, 2]
    assert sitting == quiz.sitting(member)


# ------------------------------------------------------------ days in a row


@pytest.mark.slow
def test_days_in_a_row_end_at_the_first_gap(session: Session, member: bytes) -> None:
    for day in (0, 2, 3, 4):
        answer_all(quiz_at(session, NOON + day * DAY), member)
    quiz = quiz_at(session, NOON + 4 * DAY)

    assert quiz.streak(member, date(2026, 12, 9)) == 3
    assert quiz.streak(member, date(2026, 12, 5)) == 1
    assert quiz.streak(member, date(2026, 12, 6)) == 0


@pytest.mark.slow
def test_a_paper_only_looked_at_is_no_day_of_the_row(session: Session, member: bytes) -> None:
    quiz_at(session, NOON).start(member)
    answer_all(quiz_at(session, NOON + 2 * DAY), member)
    answer_all(quiz_at(session, NOON + DAY + timedelta(hours=2)), member)

    assert quiz_at(session, NOON + 2 * DAY).streak(member, date(2026, 12, 7)) == 2
    assert score_of(session, member).days == 2


@given(days=st.sets(st.integers(0, 40)), until=st.integers(0, 40))
def test_a_row_of_days_is_counted_back_from_its_end(days: set[int], until: int) -> None:
    taken = sorted((FIRST_DAY + day * DAY for day in days if day <= until), reverse=True)

    length = _run_length(FIRST_DAY + until * DAY, taken)

    assert all(until - n in days for n in range(length))
    assert until - length not in days


# ------------------------------------------------------------ the shelf


def test_the_same_wording_is_stored_once_and_another_beside_it(session: Session) -> None:
    first = add_questions(session, [a_question("A1")])
    again = add_questions(session, [a_question("A1")])
    reworded = add_questions(session, [a_question("A1", stem="换个问法？")])

    assert first == again
    assert reworded != first
    rows = session.execute(
        select(StoredQuestion.id, StoredQuestion.revision)
        .where(StoredQuestion.code == "A1")
        .order_by(StoredQuestion.revision)
    ).all()
    assert [tuple(row) for row in rows] == [(first[0], 1), (reworded[0], 2)]


def test_questions_come_in_the_order_asked_for(session: Session) -> None:
    ids = add_questions(session, [a_question(code) for code in ("A1", "A2", "A3")])

    asked = Shelf().questions(session, [ids[2], ids[0], ids[2]])

    assert [question.code for question in asked] == ["A3", "A1", "A3"]


@pytest.mark.slow
def test_a_question_survives_its_storage(session: Session) -> None:
    for kind in ("single", "multiple", "judge", "blank"):
        question = a_question(f"A-{kind}", kind)
        [id_] = add_questions(session, [question])

        assert Shelf().questions(session, [id_]) == (question,)


@pytest.mark.slow
def test_papers_belong_to_the_member_alone(session: Session, member: bytes) -> None:
    quiz_at(session, NOON).start(member)

    assert quiz_at(session, NOON).sitting(key("nobody")) is None
