"""Regrading: a wrong key is mended by two people, and nobody gains or loses a point twice."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from bot.domain.invariants import check
from bot.domain.questions import Shelf
from bot.domain.quiz import Quiz
from bot.domain.regrading import (
    BATCH,
    GRACE,
    Correction,
    OwnProposal,
    Preview,
    RegradeUnderWay,
    Regrading,
    ReleasedMeanwhile,
    SameKey,
)
from bot.domain.wordings import add_questions
from bot.storage.database import Sessions
from bot.storage.tables import (
    Answer,
    Attempt,
    Audit,
    BankQuestion,
    Contest,
    Member,
    Notice,
    Regrade,
    RegradedAnswer,
    Score,
    StoredQuestion,
)
from quiz_bank import Question
from tests.board import replayed
from tests.builders import NOON, SECRET, a_member, a_question, attempts_a_day, key, said
from tests.handlers.papers import a_paper

LI, WANG = 3, 4
FIRST, SECOND = 1, 2
"""The wordings of Q000 and Q001, whose keys are B."""
LATER = NOON + timedelta(hours=1)


def wording(session: Session, id_: int) -> Question:
    return Question.from_dict(session.get_one(StoredQuestion, id_).content)


def mended(session: Session, *answer: str) -> Question:
    """The first question with another key."""
    return replace(wording(session, FIRST), answer=answer, explanation="应为另一个。")


def answered(session: Session, name: str, choices: str, shelf: Shelf | None = None) -> None:
    """A member answers Q000 and, if there is a second letter, Q001."""
    member = a_member(session, name)
    a_paper(session, member, [wording(session, FIRST), wording(session, SECOND)])
    go_on(session, name, choices, shelf or Shelf())


def go_on(session: Session, name: str, choices: str, shelf: Shelf) -> None:
    quiz = Quiz(session, NOON, shelf)
    sitting = quiz.sitting(key(name))
    assert sitting is not None
    for choice in choices:
        place = sitting.current
        assert place is not None
        sitting = quiz.answer(key(name), sitting, place, (choice,), said(choice).delivery)


def released(session: Session, *answer: str, only_adds: bool = False) -> int:
    """A key in force: one proposed it, another released it."""
    before = Regrading(session, LATER - timedelta(minutes=5))
    number = before.propose(FIRST, mended(session, *answer), only_adds, LI)
    Regrading(session, LATER).release(number, WANG)
    return number


def finished(session: Session, number: int, most: int = BATCH) -> int:
    """All answers have followed; how many batches it took."""
    batches = 0
    while Regrading(session, LATER + GRACE).go_on(number, most):
        batches += 1
    return batches


def points(session: Session, *names: str) -> list[int]:
    return [session.get_one(Score, (key(name), 1), populate_existing=True).points for name in names]


def faults(session: Session) -> list[str]:
    return [fault.what for fault in check(session, LATER, SECRET) if fault.invariant == "I11"]


def notices(session: Session) -> int:
    kinds = select(func.count()).where(Notice.kind == "answer_regraded")
    return session.scalar(kinds) or 0


@pytest.fixture
def three(session: Session) -> Session:
    """Zhang answered as the wrong key says, Li as it should be, Chen neither; all got Q001."""
    replayed(_answer, session)
    return session


def _answer(session: Session) -> None:
    answered(session, "zhang", "BB")
    answered(session, "li", "CB")
    answered(session, "chen", "AB")


# ------------------------------------------------------------ what changes


@pytest.mark.slow
def test_points_go_where_they_belong_on_every_engine(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for name, choices in (("zhang", "BB"), ("li", "CB"), ("chen", "AB")):
            answered(session, name, choices)
    with sessions.begin() as session:
        number = released(session, "C")
    with sessions.begin() as session:
        done = Regrading(session, LATER).go_on(number)
    with sessions.begin() as session:
        finished(session, number)

    with sessions() as session:
        assert done == 2
        assert points(session, "zhang", "li", "chen") == [2, 4, 2]
        assert notices(session) == 2
        assert faults(session) == []
        assert session.get_one(Regrade, number).finished_at == LATER + GRACE


@pytest.mark.slow
def test_each_whose_points_change_is_told_what_and_why(three: Session) -> None:
    finished(three, released(three, "C"))

    told = three.execute(select(Notice.member_key, Notice.facts)).all()
    facts = {member: said_ for member, said_ in told}  # noqa: C416 - rows are not plain pairs
    assert facts[key("li")] == {
        "day": "2026-12-05", "place": 1, "kind": "single", "answer": ["C"], "choice": "C",
        "change": 2,
    }  # fmt: skip
    assert facts[key("zhang")]["change"] == -2
    assert key("chen") not in facts


@pytest.mark.slow
def test_when_it_only_adds_nobody_loses_a_point(three: Session) -> None:
    finished(three, released(three, "C", only_adds=True))

    assert points(three, "zhang", "li", "chen") == [4, 4, 2]
    assert notices(three) == 1
    assert faults(three) == []


@pytest.mark.slow
def test_what_is_answered_after_the_release_gets_no_mercy(three: Session) -> None:
    number = released(three, "C", only_adds=True)
    three.execute(
        update(Answer)
        .where(Answer.member_key == key("zhang"), Answer.place == 1)
        .values(answered_at=LATER)
    )

    finished(three, number)

    assert points(three, "zhang") == [2]


@pytest.mark.slow
def test_when_the_last_points_were_won_is_counted_anew(three: Session) -> None:
    three.execute(
        update(Answer)
        .where(Answer.member_key == key("li"), Answer.place == 1)
        .values(answered_at=NOON + timedelta(minutes=7))
    )

    finished(three, released(three, "C"))

    assert three.get_one(Score, (key("li"), 1)).reached_at == NOON + timedelta(minutes=7)
    assert "score_not_the_sum" not in faults(three)


@pytest.mark.slow
def test_a_mended_key_moves_a_capped_day_by_what_counts(three: Session) -> None:
    three.execute(update(Contest).values(daily_cap=3))
    three.execute(update(Score).where(Score.points > 3).values(points=3))
    number = Regrading(three, NOON).propose(FIRST, mended(three, "C"), False, LI)

    preview = Regrading(three, LATER).preview(number)
    Regrading(three, LATER).release(number, WANG)
    finished(three, number)

    assert (preview.people, preview.changes) == (2, [(1, 1), (-1, 1)])
    assert points(three, "zhang", "li", "chen") == [2, 3, 2]
    changes = three.execute(select(Notice.member_key, Notice.facts)).all()
    assert {member: facts["change"] for member, facts in changes} == {
        key("li"): 1,
        key("zhang"): -1,
    }
    assert faults(three) == []


@pytest.mark.slow
def test_a_mended_key_of_several_letters_leaves_half_where_half_is_due(session: Session) -> None:
    session.execute(update(Contest).values(partial_credit=True))
    several = a_question("M", "multiple")
    (id_,) = add_questions(session, [several])
    for name, choice in (("zhang", "AC"), ("li", "A"), ("chen", "B"), ("wu", "ABC")):
        member = a_member(session, name)
        a_paper(session, member, [several])
        quiz = Quiz(session, NOON, Shelf())
        sitting = quiz.sitting(member)
        assert sitting is not None
        quiz.answer(member, sitting, 1, choice, bytes(32))
    names = ("zhang", "li", "chen", "wu")
    assert points(session, *names) == [2, 1, 0, 0]
    before = Regrading(session, NOON)
    number = before.propose(id_, replace(several, answer=("A", "B", "C")), False, LI)
    assert before.preview(number).changes == [(2, 1), (1, 1), (-1, 1)]
    before.release(number, WANG)

    finished(session, number)

    assert points(session, *names) == [1, 1, 1, 2]
    assert session.scalar(select(Answer.correct).where(Answer.member_key == key("zhang"))) is False
    assert faults(session) == []


@pytest.mark.slow
def test_a_mended_key_may_let_another_attempt_count(session: Session) -> None:
    session.execute(update(Contest).values(questions_a_day=1))
    attempts_a_day(session, 2)
    id_, other = add_questions(session, [a_question("X"), a_question("Y")])
    member = a_member(session, "zhang")
    for nth, asked, choice in ((1, id_, "C"), (2, other, "B")):
        session.add(
            Attempt(
                member_key=member, contest_id=1, day=date(2026, 12, 5), nth=nth,
                questions=[asked], skipped=[], started_at=NOON,
            )
        )  # fmt: skip
        session.flush()
        go_on(session, "zhang", choice, Shelf())
    session.execute(update(Answer).where(Answer.nth == 2).values(answered_at=LATER))
    session.execute(update(Score).values(reached_at=LATER))
    before = Regrading(session, NOON)
    number = before.propose(id_, replace(a_question("X"), answer=("C",)), False, LI)
    assert before.preview(number).changes == [(0, 1)]
    before.release(number, WANG)

    finished(session, number)

    assert points(session, "zhang") == [2]
    assert session.get_one(Score, (member, 1)).reached_at == NOON
    assert faults(session) == []


# ------------------------------------------------------------ an open paper


@pytest.mark.slow
def test_an_open_paper_keeps_its_wording_and_is_graded_by_the_mended_key(session: Session) -> None:
    # Each process has a shelf of its own, and this one has read the question before.
    old_shelf = Shelf()
    answered(session, "zhang", "", old_shelf)
    finished(session, released(session, "C"))

    sitting = Quiz(session, NOON, old_shelf).sitting(key("zhang"))
    go_on(session, "zhang", "C", old_shelf)

    assert sitting is not None
    assert sitting.question(1).stem == wording(session, FIRST).stem
    assert sitting.question(1).explanation == "应为另一个。"
    assert points(session, "zhang") == [2]


@pytest.mark.slow
def test_an_answer_on_its_way_at_the_release_follows_all_the_same(three: Session) -> None:
    number = released(three, "C")
    Regrading(three, LATER).go_on(number)
    Regrading(three, LATER).go_on(number)
    assert three.get_one(Regrade, number).finished_at is None
    # A turn that had read the old key commits only now.
    answered(three, "late", "")
    late = {"question_id": FIRST, "choice": "B", "correct": True, "points": 2}
    three.execute(
        insert(Answer).values(
            member_key=key("late"), contest_id=1, day=date(2026, 12, 5), place=1,
            delivery_key=bytes(32), answered_at=LATER, **late,
        )
    )  # fmt: skip
    three.add(Score(member_key=key("late"), contest_id=1, points=2, days=1, reached_at=LATER))
    three.flush()

    finished(three, number)

    assert points(three, "late") == [0]
    assert three.get_one(Regrade, number).finished_at == LATER + GRACE
    assert faults(three) == []


# ------------------------------------------------------------ two people


@pytest.mark.slow
def test_who_proposed_a_key_does_not_release_it(three: Session) -> None:
    regrading = Regrading(three, NOON)
    number = regrading.propose(FIRST, mended(three, "C"), False, LI)

    with pytest.raises(OwnProposal):
        regrading.release(number, LI)
    assert regrading.go_on(number) == 0


@pytest.mark.slow
def test_not_even_the_database_takes_one_person_for_two(sessions: Sessions) -> None:
    with sessions.begin() as session:
        number = Regrading(session, NOON).propose(FIRST, mended(session, "C"), False, LI)

    with pytest.raises(DatabaseError), sessions.begin() as session:
        session.execute(
            update(Regrade).where(Regrade.id == number).values(released_by=LI, released_at=NOON)
        )


@pytest.mark.slow
def test_a_second_click_releases_nothing_and_tells_nobody_twice(three: Session) -> None:
    number = released(three, "C")
    again = Regrading(three, LATER).release(number, WANG)
    finished(three, number)
    finished(three, number)

    assert not again
    assert notices(three) == 2
    releases = select(func.count()).where(Audit.action == "regrade.release")
    assert three.scalar(releases) == 1


def test_the_same_key_and_another_question_are_no_proposal(session: Session) -> None:
    regrading = Regrading(session, NOON)

    with pytest.raises(SameKey):
        regrading.propose(FIRST, wording(session, FIRST), False, LI)
    with pytest.raises(SameKey):
        regrading.propose(FIRST, replace(mended(session, "C"), stem="别的题？"), False, LI)


@pytest.mark.slow
def test_one_key_at_a_time_and_another_after_it(three: Session) -> None:
    number = released(three, "C")
    with pytest.raises(RegradeUnderWay):
        Regrading(three, LATER).propose(FIRST, mended(three, "A"), False, LI)
    with pytest.raises(ReleasedMeanwhile):
        Regrading(three, LATER).withdraw(number, LI)
    finished(three, number)

    finished(three, released(three, "A"))

    assert points(three, "zhang", "li", "chen") == [2, 2, 4]
    assert faults(three) == []


@pytest.mark.slow
def test_a_proposal_that_was_dropped_makes_room_for_another(three: Session) -> None:
    regrading = Regrading(three, NOON)
    regrading.withdraw(regrading.propose(FIRST, mended(three, "A"), False, LI), WANG)

    finished(three, released(three, "C"))

    assert points(three, "li") == [4]


@pytest.mark.slow
def test_the_bank_has_the_mended_key_and_the_question_stays_published(three: Session) -> None:
    released(three, "C")

    row = three.scalars(select(BankQuestion).where(BankQuestion.code == "Q000")).one()
    assert (row.state, row.version) == ("published", 2)
    assert wording(three, row.question_id).answer == ("C",)
    assert wording(three, FIRST).answer == ("B",)
    assert "question_not_where_led" not in {f.what for f in check(three, LATER, SECRET)}


# ------------------------------------------------------------ beforehand


@pytest.mark.slow
def test_a_dry_run_says_what_would_change_and_changes_nothing(three: Session) -> None:
    regrading = Regrading(three, NOON + timedelta(minutes=1))
    before = points(three, "zhang", "li", "chen")

    number = regrading.propose(FIRST, mended(three, "C"), False, LI)
    preview = regrading.preview(number)

    # Zhang 4, then Li and Chen 2 becomes Li 4, then Chen and Zhang 2, in some order.
    assert (preview.people, preview.changes) == (2, [(2, 1), (-2, 1)])
    assert preview.places in (2, 3)
    assert points(three, "zhang", "li", "chen") == before
    assert notices(three) == 0


@pytest.mark.slow
def test_the_dry_run_says_what_the_release_then_does(three: Session) -> None:
    number = Regrading(three, NOON).propose(FIRST, mended(three, "C"), False, LI)
    before = order(three)
    promised = Regrading(three, LATER).preview(number)
    Regrading(three, LATER).release(number, WANG)
    finished(three, number)
    after = order(three)

    assert promised.places == sum(a != b for a, b in zip(before, after, strict=True))


@pytest.mark.slow
def test_a_key_that_only_adds_takes_nothing_in_the_dry_run_either(three: Session) -> None:
    regrading = Regrading(three, LATER)
    number = regrading.propose(FIRST, mended(three, "C"), True, LI)

    assert regrading.preview(number) == Preview(1, [(2, 1)], regrading.preview(number).places)


@pytest.mark.slow
def test_the_dry_run_looks_at_the_places_of_each_bracket(three: Session) -> None:
    """Li passes nobody of the own bracket, whatever becomes of Zhang."""
    three.execute(update(Contest).values(brackets=["甲组", "乙组"]))
    for bracket, name in ((1, "zhang"), (2, "li"), (2, "chen")):
        whose = Score.member_key == key(name)
        three.execute(update(Score).where(whose).values(bracket=bracket))
    number = Regrading(three, NOON).propose(FIRST, mended(three, "C"), False, LI)
    before = [order(three, bracket) for bracket in (1, 2)]

    promised = Regrading(three, LATER).preview(number)
    Regrading(three, LATER).release(number, WANG)
    finished(three, number)

    after = [order(three, bracket) for bracket in (1, 2)]
    moved = [
        a != b
        for old, new in zip(before, after, strict=True)
        for a, b in zip(old, new, strict=True)
    ]
    assert (promised.people, promised.places) == (2, sum(moved))
    assert promised.places < 3


def order(session: Session, bracket: int | None = None) -> list[bytes]:
    by = (Score.points.desc(), Score.days.desc(), Score.reached_at, Score.member_key)
    whose = Score.bracket.is_(None) if bracket is None else Score.bracket == bracket
    return list(session.scalars(select(Score.member_key).where(whose).order_by(*by).limit(20)))


# ------------------------------------------------------------ many


MANY = 2_000


@pytest.fixture
def many(session: Session) -> Session:
    """2,000 members with a paper of two: 1,200 follow the wrong key, 500 the right one."""
    members = [f"m{n}".encode().ljust(16, b"-") for n in range(MANY)]
    letters = ["B" if n < 1_200 else "C" if n < 1_700 else "A" for n in range(MANY)]
    day = date(2026, 12, 5)
    session.execute(
        insert(Member),
        [
            {"member_key": m, "first_seen_at": NOON, "state": "{}", "state_at": NOON}
            for m in members
        ],
    )
    session.execute(
        insert(Attempt),
        [
            {"member_key": m, "contest_id": 1, "day": day, "questions": [FIRST, SECOND],
             "skipped": [], "started_at": NOON, "finished_at": NOON}
            for m in members
        ],
    )  # fmt: skip
    rows, scores = [], []
    for n, (member, letter) in enumerate(zip(members, letters, strict=True)):
        at = NOON + timedelta(milliseconds=n)
        for place, (question, choice) in enumerate(((FIRST, letter), (SECOND, "B")), start=1):
            right = choice == "B"
            rows.append(
                {"member_key": member, "contest_id": 1, "day": day, "place": place,
                 "question_id": question, "choice": choice, "correct": right,
                 "points": 2 * right, "delivery_key": bytes(32), "answered_at": at}
            )  # fmt: skip
        scores.append(
            {"member_key": member, "contest_id": 1, "points": 4 if letter == "B" else 2,
             "days": 1, "reached_at": at}
        )  # fmt: skip
    session.execute(insert(Answer), rows)
    session.execute(insert(Score), scores)
    session.flush()
    return session


@pytest.mark.slow
def test_two_thousand_are_regraded_in_batches_of_which_one_is_killed(many: Session) -> None:
    assert faults(many) == []
    number = Regrading(many, LATER).propose(FIRST, mended(many, "C"), False, LI)
    preview = Regrading(many, LATER).preview(number)
    Regrading(many, LATER).release(number, WANG)
    Regrading(many, LATER).go_on(number)
    killed = many.begin_nested()
    Regrading(many, LATER).go_on(number)
    killed.rollback()
    half_way = notices(many)

    began = time.perf_counter()
    batches = finished(many, number)
    seconds = time.perf_counter() - began

    assert (preview.people, preview.changes, preview.places) == (1_700, [(2, 500), (-2, 1_200)], 20)
    assert half_way == BATCH
    assert batches == 1_500 // BATCH + 1
    assert notices(many) == 1_700
    assert many.scalar(select(func.count()).select_from(RegradedAnswer)) == 1_700
    assert dict(many.execute(select(Score.points, func.count()).group_by(Score.points)).all()) == {
        4: 500,
        2: 1_500,
    }
    assert faults(many) == []
    assert seconds < 20


# ------------------------------------------------------------ what everybody may read


@pytest.mark.slow
def test_everybody_reads_what_was_mended_when_and_why_but_not_the_answer(
    three: Session,
) -> None:
    before = Regrading(three, LATER - timedelta(minutes=5))
    number = before.propose(FIRST, mended(three, "C"), True, LI, "原文核对有误")
    assert Regrading(three, LATER).corrections() == []

    Regrading(three, LATER).release(number, WANG)

    stem = wording(three, FIRST).stem
    assert Regrading(three, LATER).corrections() == [
        Correction(stem, LATER, only_adds=True, reason="原文核对有误")
    ]
