"""A question that several members call faulty earns nothing until a person has looked."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.contests import ContestPlan
from bot.domain.erasure import Erasure
from bot.domain.planning import Planning
from bot.domain.questions import Shelf
from bot.domain.regrading import Regrading
from bot.domain.withholding import GRACE, NotWithheld, Withheld, Withholdings
from bot.storage.database import Sessions
from bot.storage.tables import (
    Answer,
    Audit,
    Contest,
    Member,
    Notice,
    QuestionReport,
    Withholding,
)
from tests.board import replayed
from tests.builders import NOON, a_member, chained, key
from tests.domain.test_regrading import (
    FIRST,
    LATER,
    LI,
    SECOND,
    WANG,
    answered,
    faults,
    finished,
    mended,
    points,
)
from tests.races import while_it_is_open

LIMIT = 3
DONE = LATER + GRACE


@pytest.fixture
def withheld(session: Session) -> Session:
    """Three members have called the first question faulty; Zhang had answered it before."""
    replayed(_withhold, session)
    return session


def _withhold(session: Session) -> None:
    limit(session, LIMIT)
    answered(session, "zhang", "BB")
    reported(session, "one", "two", "three")


def limit(session: Session, reports: int) -> None:
    session.execute(update(Contest).values(report_limit=reports))


def reported(session: Session, *names: str) -> list[bool]:
    """These members call the first question faulty; by whom its points were withheld."""
    found = []
    for name in names:
        if session.get(Member, key(name)) is None:
            a_member(session, name)
        found.append(Withholdings(session, NOON).report(key(name), FIRST))
    return found


def restored(session: Session, most: int = 200) -> int:
    """Somebody has looked and found it right; how many batches it took."""
    Withholdings(session, LATER).end(FIRST, LI)
    return followed(session, most)


def followed(session: Session, most: int = 200) -> int:
    batches = 0
    while Withholdings(session, DONE).go_on(FIRST, most):
        batches += 1
    return batches


def told(session: Session, name: str) -> list[tuple[str, dict[str, object]]]:
    rows = session.execute(select(Notice.kind, Notice.facts).where(Notice.member_key == key(name)))
    return [(row.kind, row.facts) for row in rows]


def deeds(session: Session) -> list[str]:
    subject = Audit.subject == f"points:{FIRST}"
    return list(session.scalars(select(Audit.action).where(subject).order_by(Audit.id)))


# ------------------------------------------------------------ how it comes to it


@pytest.mark.slow
def test_the_last_member_of_the_limit_withholds_the_points(session: Session) -> None:
    limit(session, LIMIT)
    before = session.scalar(select(Contest.regrades))

    assert reported(session, "one", "two") == [False, False]
    assert reported(session, "three", "four") == [True, False]
    assert session.scalar(select(Contest.regrades)) == (before or 0) + 1
    assert session.scalar(select(func.count()).select_from(QuestionReport)) == LIMIT
    assert deeds(session) == ["points.withhold"]


@pytest.mark.slow
def test_what_is_undone_is_known_to_no_process_and_what_is_done_to_all(session: Session) -> None:
    limit(session, 1)
    session.commit()
    again, shelf = chained(session.get_bind().engine), Shelf()

    for outcome, known in ((Session.rollback, set()), (Session.commit, {FIRST})):
        with again() as turn:
            reported(turn, "one")
            assert read(turn, shelf) == {FIRST}
            outcome(turn)
        with again() as turn:
            assert read(turn, shelf) == known


def read(session: Session, shelf: Shelf) -> frozenset[int]:
    """What a process holds to be withheld, after it has read a paper."""
    shelf.questions(session, [FIRST], session.scalar(select(Contest.regrades)) or 0)
    return shelf.withheld(session)


@pytest.mark.slow
def test_who_calls_it_faulty_again_and_again_counts_once(session: Session) -> None:
    limit(session, 2)

    assert reported(session, "one", "one", "one") == [False] * 3
    assert Withholdings(session, NOON).open() == []


@pytest.mark.slow
def test_who_comes_back_after_an_erasure_counts_no_second_time(session: Session) -> None:
    limit(session, LIMIT)
    reported(session, "loud", "two")

    for _ in range(LIMIT):
        Erasure(session, NOON).erase(key("loud"))
        assert reported(session, "loud") == [False]


@pytest.mark.slow
def test_with_a_limit_of_nought_nothing_is_ever_withheld(session: Session) -> None:
    limit(session, 0)

    assert reported(session, *map(str, range(9))) == [False] * 9
    assert session.scalar(select(func.count()).select_from(QuestionReport)) == 0


@pytest.mark.slow
def test_a_limit_that_was_lowered_holds_for_the_next_report(session: Session) -> None:
    reported(session, "one", "two", "three")
    limit(session, 2)

    assert reported(session, "four") == [True]


@pytest.mark.slow
def test_two_who_come_at_once_take_one_slot_on_no_engine(sessions: Sessions) -> None:
    with sessions.begin() as session:
        limit(session, LIMIT)
        reported(session, "one", "two")
        for name in ("three", "four"):
            a_member(session, name)

    def report(name: str) -> None:
        with sessions.begin() as session:
            Withholdings(session, NOON).report(key(name), FIRST)

    try:
        while_it_is_open(
            sessions,
            lambda s: Withholdings(s, NOON).report(key("three"), FIRST),
            lambda s: Withholdings(s, NOON).report(key("four"), FIRST),
        )
    except IntegrityError:
        report("four")  # As the turn does, which is played again.

    with sessions() as session:
        assert session.scalars(select(QuestionReport.slot)).all() == [1, 2, 3]
        assert session.scalars(select(Withholding.reports)).all() == [LIMIT]


# ------------------------------------------------------------ meanwhile


@pytest.mark.slow
def test_what_is_answered_meanwhile_counts_nothing_and_what_was_before_stays(
    withheld: Session,
) -> None:
    answered(withheld, "li", "BB")

    assert points(withheld, "zhang", "li") == [4, 2]
    assert faults(withheld) == []
    kept = select(Answer.points, Answer.withheld, Answer.correct).where(
        Answer.member_key == key("li"), Answer.question_id == FIRST
    )
    assert withheld.execute(kept).one() == (0, 2, True)
    [one] = Withholdings(withheld, NOON).open()
    assert (one.code, one.reports, one.answers, one.number) == ("Q000", LIMIT, 1, FIRST)


@pytest.mark.slow
def test_a_process_that_knew_the_question_before_withholds_all_the_same(session: Session) -> None:
    limit(session, LIMIT)
    shelf = Shelf()
    answered(session, "zhang", "BB", shelf)
    reported(session, "one", "two", "three")

    answered(session, "li", "BB", shelf)

    assert points(session, "li") == [2]


@pytest.mark.slow
def test_the_shelf_hears_of_it_in_a_contest_planned_after_other_changes(session: Session) -> None:
    """A new contest counts on from the others, or a process would think it knew all."""
    session.execute(update(Contest).values(regrades=7))
    first = NOON.date() + timedelta(days=60)
    id_ = Planning(session, NOON).add_contest(ContestPlan("明年", first, first, 2, 7), LI)

    assert session.get_one(Contest, id_).regrades == 7


# ------------------------------------------------------------ a person has looked


@pytest.mark.slow
def test_once_somebody_has_looked_each_gets_the_points_and_is_told(withheld: Session) -> None:
    answered(withheld, "li", "BB")
    answered(withheld, "chen", "AB")

    restored(withheld)

    assert points(withheld, "zhang", "li", "chen") == [4, 4, 2]
    assert told(withheld, "li") == [
        ("points_restored", {"day": "2026-12-05", "place": 1, "points": 2})
    ]
    assert told(withheld, "zhang") == told(withheld, "chen") == []
    assert faults(withheld) == []
    assert deeds(withheld) == ["points.withhold", "points.restore", "points.finish"]
    assert Withholdings(withheld, DONE).open() == []


@pytest.mark.slow
def test_it_goes_on_where_it_was_broken_off_and_gives_nothing_twice(withheld: Session) -> None:
    for number in range(5):
        answered(withheld, f"m{number}", "BB")

    assert restored(withheld, most=2) == 3
    assert followed(withheld) == 0
    assert points(withheld, *(f"m{number}" for number in range(5))) == [4] * 5
    count = select(func.count()).where(Notice.kind == "points_restored")
    assert withheld.scalar(count) == 5


@pytest.mark.slow
def test_an_answer_that_came_late_under_what_a_process_knew_gets_its_points(
    withheld: Session,
) -> None:
    shelf = Shelf()
    answered(withheld, "li", "", shelf)
    Withholdings(withheld, LATER).end(FIRST, LI)
    Withholdings(withheld, LATER).go_on(FIRST)
    assert withheld.get_one(Withholding, FIRST).finished_at is None
    answered(withheld, "late", "B")
    withheld.execute(
        update(Answer).where(Answer.member_key == key("late")).values(points=0, withheld=2)
    )

    followed(withheld)

    assert points(withheld, "late") == [2]
    assert withheld.get_one(Withholding, FIRST).finished_at == DONE


@pytest.mark.slow
def test_points_beyond_the_cap_of_a_day_are_told_as_what_they_count(withheld: Session) -> None:
    withheld.execute(update(Contest).values(daily_cap=3))
    answered(withheld, "li", "BB")

    restored(withheld)

    assert points(withheld, "li") == [3]
    assert told(withheld, "li")[0][1]["points"] == 1


@pytest.mark.slow
def test_a_second_click_changes_nothing_and_it_is_never_withheld_again(withheld: Session) -> None:
    restored(withheld)

    assert not Withholdings(withheld, DONE).end(FIRST, WANG)
    assert reported(withheld, *(f"m{number}" for number in range(5))) == [False] * 5
    answered(withheld, "li", "BB")
    assert points(withheld, "li") == [4]
    ended = Withholdings(withheld, DONE).of_wordings([FIRST, SECOND])[FIRST]
    assert isinstance(ended, Withheld)
    assert (ended.is_open, ended.ended_by, ended.answers) == (False, f"staff:{LI}", 0)


def test_what_was_never_withheld_cannot_be_restored(session: Session) -> None:
    with pytest.raises(NotWithheld):
        Withholdings(session, NOON).end(FIRST, LI)


@pytest.mark.slow
def test_points_come_back_on_every_engine(sessions: Sessions) -> None:
    with sessions.begin() as session:
        limit(session, 1)
        reported(session, "one")
    with sessions.begin() as session:
        answered(session, "li", "BB")
    with sessions.begin() as session:
        assert points(session, "li") == [2]
        restored(session)
    with sessions.begin() as session:
        assert points(session, "li") == [4]
        assert faults(session) == []


@pytest.mark.slow
def test_a_worker_that_comes_second_finds_nothing_left_to_give(sessions: Sessions) -> None:
    with sessions.begin() as session:
        limit(session, 1)
        reported(session, "one")
    with sessions.begin() as session:
        answered(session, "li", "BB")
        Withholdings(session, LATER).end(FIRST, LI)
    given: list[int] = []

    def give(session: Session) -> None:
        given.append(Withholdings(session, DONE).go_on(FIRST))

    while_it_is_open(sessions, give, give)

    with sessions() as session:
        assert (given, points(session, "li")) == ([1, 0], [4])


# ------------------------------------------------------------ the key was wrong


@pytest.mark.slow
@pytest.mark.parametrize(
    ("only_adds", "after"), [(False, [2, 2, 4]), (True, [4, 4, 4])], ids=["both ways", "only adds"]
)
def test_another_key_ends_it_and_scores_are_the_fold_under_that_key(
    withheld: Session, only_adds: bool, after: list[int]
) -> None:
    answered(withheld, "li", "BB")
    answered(withheld, "chen", "CB")
    regrading = Regrading(withheld, LATER - timedelta(minutes=5))
    number = regrading.propose(FIRST, mended(withheld, "C"), only_adds, LI)
    regrading.release(number, WANG)

    assert Regrading(withheld, LATER).waiting() == []
    followed(withheld)
    assert Regrading(withheld, LATER).waiting() == [number]
    finished(withheld, number)

    assert points(withheld, "zhang", "li", "chen") == after
    assert faults(withheld) == []
    assert [kind for kind, _ in told(withheld, "chen")] == ["answer_regraded"]
    # Of points that the new key takes at once only the new key speaks.
    kind = "points_restored" if only_adds else "answer_regraded"
    assert [kind for kind, _ in told(withheld, "li")] == [kind]
