"""Second looks: what two have to see, what is chosen by chance, and how often two agree."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.barred import Bar
from bot.domain.entries import UNDO, MottoState
from bot.domain.moderation import Reason, Seen
from bot.domain.refusals import DecidedMeanwhile, ForTheLead, LookedAlready, UndoTooLate
from bot.domain.screening.quotations import Saying
from bot.domain.second_looks import Agreement, Cause, is_in_sample
from bot.storage.database import Sessions
from bot.storage.tables import Motto, Notice, SecondLook, Staff
from tests.board import replayed
from tests.builders import NOON, key, said
from tests.domain.test_piles import CLEAN, LI, WANG, at, colleagues, sit, submit
from tests.races import while_it_is_open
from tests.turns.test_price import trips

SUN, ZHAO = 3, 4
SAID = "江山就是人民，人民就是江山"
APPROVED, RETURNED, WAITING = MottoState.APPROVED, MottoState.RETURNED, MottoState.WAITING
LATER = NOON + UNDO


@pytest.fixture
def desk(session: Session) -> Session:
    """Two moderators, an organiser, and a leader's words among the quotations."""
    replayed(_sit_down, session)
    return session


def _sit_down(session: Session) -> None:
    colleagues(session)
    sun = {"id": SUN, "name": "孙组长", "password_hash": "", "role": "organiser"}
    session.execute(insert(Staff).values(sun | {"created_at": NOON}))
    saying = Saying(SAID, "某领导人", "《某次讲话》", leader=True)
    at(session).quotation_list.add(saying, SUN)


def states(session: Session) -> list[str]:
    return list(session.scalars(select(Motto.state).order_by(Motto.id)))


def decide(session: Session, seen: Seen, by: int, reason: Reason | None = None) -> Seen:
    (done,) = at(session).piles.decide([seen], by, reason).done
    return done


# ------------------------------------------------------------ before it is approved


@pytest.mark.slow
def test_who_quotes_a_leader_is_approved_by_two(desk: Session) -> None:
    number, other = submit(desk, SAID, CLEAN)
    decide(desk, Seen(other, 1), LI)
    once = decide(desk, Seen(number, 1), LI)

    assert states(desk) == [WAITING, APPROVED]
    assert desk.scalars(select(Notice)).all() != []
    with pytest.raises(LookedAlready):
        decide(desk, once, LI)
    sit(desk, LI)
    assert [pile.barred for pile in at(desk).piles.desk(LI).piles] == [Bar.LOOKED]
    assert sit(desk, WANG) == [[number]]

    decide(desk, once, WANG)

    assert states(desk) == [APPROVED, APPROVED]
    assert at(desk).second_looks.at(number, once.version).second_by == WANG  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_misquoted_leader_is_looked_at_by_two_and_one_may_send_it_back(desk: Session) -> None:
    near, plain = submit(desk, SAID.replace("就是江山", "才是江山"), SAID)

    decide(desk, Seen(near, 1), LI)
    decide(desk, Seen(plain, 1), LI, Reason.QUOTATION)

    assert states(desk) == [WAITING, RETURNED]


@pytest.mark.slow
def test_where_two_disagree_the_lead_decides_with_both_before_them(desk: Session) -> None:
    (number,) = submit(desk, SAID)
    twice = decide(desk, decide(desk, Seen(number, 1), LI), WANG, Reason.QUOTATION)

    assert states(desk) == [WAITING]
    (look,) = at(desk).second_looks.of(at(desk).moderation.queue().mottos).values()
    assert (look.first_by, look.first, look.second_by) == (LI, APPROVED, WANG)
    assert (look.second, look.reason) == (RETURNED, Reason.QUOTATION)
    other = {"id": ZHAO, "name": "赵审核", "password_hash": "", "role": "moderator"}
    desk.execute(insert(Staff).values(other | {"created_at": NOON}))
    with pytest.raises(ForTheLead):
        decide(desk, twice, ZHAO)

    decide(desk, twice, SUN)

    assert states(desk) == [APPROVED]


@pytest.mark.slow
def test_each_of_the_steps_can_be_undone_exactly(desk: Session) -> None:
    (number,) = submit(desk, SAID)
    once = decide(desk, Seen(number, 1), LI)
    at(desk).piles.undo([once], LI)
    assert at(desk).second_looks.of(at(desk).moderation.queue().mottos) == {}

    once = decide(desk, Seen(number, once.version + 1), LI)
    twice = decide(desk, once, WANG)
    at(desk).piles.undo([twice], WANG)
    (look,) = at(desk).second_looks.of(at(desk).moderation.queue().mottos).values()
    assert (look.first_by, look.second_by) == (LI, None)
    assert states(desk) == [WAITING]

    against = decide(desk, Seen(number, twice.version + 1), WANG, Reason.UNFIT)
    at(desk).piles.undo([against], WANG)
    (look,) = at(desk).second_looks.of(at(desk).moderation.queue().mottos).values()
    assert (look.first_by, look.second_by, look.reason) == (LI, None, None)

    decide(desk, Seen(number, against.version + 1), WANG)
    assert states(desk) == [APPROVED]


@pytest.mark.slow
def test_whoever_disagrees_too_late_leaves_nothing_on_the_look(sessions: Sessions) -> None:
    """As the chat does, which goes on with its transaction."""
    with sessions.begin() as session:
        colleagues(session)
        zhao = {"id": ZHAO, "name": "赵审核", "password_hash": "", "role": "moderator"}
        session.execute(insert(Staff).values(zhao | {"created_at": NOON}))
        at(session).quotation_list.add(Saying(SAID, "某领导人", "《讲话》", leader=True), LI)
        (number,) = submit(session, SAID)
        once = decide(session, Seen(number, 1), LI)

    def disagree(session: Session) -> None:
        with pytest.raises(DecidedMeanwhile):
            decide(session, once, ZHAO, Reason.UNFIT)

    while_it_is_open(sessions, lambda session: decide(session, once, WANG), disagree)

    with sessions() as session:
        rows = session.execute(select(SecondLook.second_by, SecondLook.settled_by)).all()
    assert rows == [(WANG, None)]


@pytest.mark.slow
def test_no_row_has_one_colleague_twice(desk: Session) -> None:
    (number,) = submit(desk, CLEAN)
    row = {"motto_id": number - 1000, "version": 2, "cause": "sample", "first": "approved"}
    two = {"first_by": LI, "second_by": LI, "due_at": NOON}
    with pytest.raises(IntegrityError), desk.begin_nested():
        desk.execute(insert(SecondLook).values(row | two))
    third = {"first_by": LI, "second_by": WANG, "settled_by": WANG, "due_at": NOON}
    with pytest.raises(IntegrityError), desk.begin_nested():
        desk.execute(insert(SecondLook).values(row | third))


# ------------------------------------------------------------ afterwards


@pytest.mark.slow
def test_about_two_of_a_hundred_are_chosen_and_always_the_same() -> None:
    chosen = [number for number in range(1_001, 11_001) if is_in_sample(number)]

    assert 150 < len(chosen) < 250
    assert all(is_in_sample(number) for number in chosen)


def sampled(session: Session) -> int:
    """The number of the first entry that is chosen by chance, decided by 李审核."""
    number = next(number for number in range(1_001, 9_999) if is_in_sample(number))
    (first,) = submit(session, CLEAN)
    moved = Motto.__table__.update().where(Motto.id == first - 1000)  # type: ignore[attr-defined]
    session.execute(moved.values(id=number - 1000))
    session.expire_all()
    at(session).moderation.decide(number, 1, LI)
    return number


@pytest.mark.slow
def test_what_is_chosen_is_seen_by_another_after_undoing_is_over(session: Session) -> None:
    colleagues(session)
    number = sampled(session)

    assert at(session).second_looks.waiting(WANG) == []
    assert at(session, LATER).second_looks.waiting(LI) == []
    assert [card.number for card in at(session, LATER).second_looks.waiting(WANG)] == [number]
    with pytest.raises(DecidedMeanwhile):
        at(session, LATER).second_looks.look(number, 2, LI, APPROVED, None)

    at(session, LATER).second_looks.look(number, 2, WANG, APPROVED, None)

    assert at(session, LATER).second_looks.agreement() == Agreement(1, 1)
    assert at(session, LATER).second_looks.disputed() == []
    assert at(session, LATER + timedelta(days=31)).second_looks.agreement() == Agreement(0, 0)


@pytest.mark.slow
def test_a_decision_that_is_undone_leaves_nothing_to_look_at(session: Session) -> None:
    colleagues(session)
    number = sampled(session)

    at(session).piles.undo([Seen(number, 2)], LI)

    assert session.scalars(select(SecondLook.motto_id)).all() == []


@pytest.mark.slow
def test_what_hangs_is_taken_down_when_the_lead_agrees_with_the_second(desk: Session) -> None:
    (number,) = submit(desk, CLEAN)
    at(desk).moderation.decide(number, 1, LI)
    looks = at(desk, LATER).second_looks
    looks.ask(number, Cause.POSTER)
    looks.ask(number, Cause.TOP)
    after = at(desk, LATER + UNDO).second_looks
    after.look(number, 2, WANG, RETURNED, Reason.UNFIT)
    (look,) = after.disputed()
    assert (look.cause, look.first, look.second) == (Cause.POSTER, APPROVED, RETURNED)
    for party in (LI, WANG):
        with pytest.raises(DecidedMeanwhile), desk.begin_nested():
            after.settle(number, 2, party, RETURNED)

    after.settle(number, 2, SUN, RETURNED)

    assert states(desk) == [RETURNED]
    assert after.disputed() == []
    told = at(desk, LATER + UNDO).notices.tell(desk.scalars(select(Motto.author)).one(), bytes(32))
    assert [one.kind for one in told] == ["motto_returned"]


@pytest.mark.slow
def test_what_was_taken_down_can_be_objected_to_at_once_and_is_not_taken_back(
    desk: Session,
) -> None:
    (number,) = submit(desk, CLEAN)
    at(desk).moderation.decide(number, 1, LI)
    at(desk, LATER).second_looks.ask(number, Cause.TOP)
    after = at(desk, LATER + UNDO)
    after.second_looks.look(number, 2, WANG, RETURNED, Reason.UNFIT)
    after.second_looks.settle(number, 2, SUN, RETURNED)

    with pytest.raises(UndoTooLate):
        after.piles.undo([Seen(number, 3)], LI)

    after.appeals.open(desk.scalars(select(Motto.author)).one(), "为什么撤下")
    assert states(desk) == [WAITING]


@pytest.mark.slow
def test_what_was_admitted_in_the_end_is_not_taken_back_as_a_decision(desk: Session) -> None:
    (number,) = submit(desk, CLEAN)
    at(desk).moderation.decide(number, 1, LI, Reason.UNFIT)
    row = {"motto_id": number - 1000, "version": 2, "cause": "sample", "first": "returned"}
    desk.execute(insert(SecondLook).values(row | {"first_by": LI, "due_at": NOON}))
    after = at(desk, LATER)
    after.second_looks.look(number, 2, WANG, APPROVED, None)
    after.second_looks.settle(number, 2, SUN, APPROVED)

    assert states(desk) == [APPROVED]
    assert desk.scalars(select(Motto.decided_at)).one() == LATER
    with pytest.raises(UndoTooLate):
        after.piles.undo([Seen(number, 3)], LI)


@pytest.mark.slow
def test_until_the_second_has_looked_others_do_not_read_the_verdict(session: Session) -> None:
    colleagues(session)
    number = sampled(session)

    (mine,), (theirs,) = (at(session).moderation.recent(who) for who in (LI, WANG))
    assert (mine.blind, mine.undoable) == (False, True)
    assert (theirs.blind, theirs.undoable) == (True, False)

    at(session, LATER).second_looks.look(number, 2, WANG, APPROVED, None)
    (theirs,) = at(session, LATER).moderation.recent(WANG)
    assert not theirs.blind


@pytest.mark.slow
def test_which_of_the_first_have_had_a_second_is_one_question(desk: Session) -> None:
    seen, asked, left = submit(desk, SAID, CLEAN, f"{CLEAN}吧")
    decide(desk, decide(desk, Seen(seen, 1), LI), WANG)
    for number in (asked, left):
        at(desk).moderation.decide(number, 1, LI)
    at(desk).second_looks.ask(asked, Cause.POSTER)
    for number in (seen, asked, left):
        voter = key(f"voter-{number}")
        at(desk).votes.cast(voter, number, NOON, said(f"{number}").delivery)

    with trips(desk.connection().engine) as told:
        unasked = at(desk).second_looks.unasked()

    assert unasked == [left]
    assert sum("FROM second_look" in statement for statement in told) == 1


@pytest.mark.slow
def test_what_the_lead_upholds_stays(desk: Session) -> None:
    (number,) = submit(desk, CLEAN)
    at(desk).moderation.decide(number, 1, LI)
    at(desk, LATER).second_looks.ask(number, Cause.TOP)
    after = at(desk, LATER + UNDO).second_looks
    after.look(number, 2, WANG, RETURNED, Reason.UNFIT)

    after.settle(number, 2, SUN, APPROVED)

    assert states(desk) == [APPROVED]
    assert after.disputed() == []


def test_how_sure_the_agreement_is_depends_on_how_many_were_seen() -> None:
    few, many = Agreement(10, 9), Agreement(1000, 900)

    assert few.between == pytest.approx((0.596, 0.982), abs=0.001)
    assert many.between == pytest.approx((0.880, 0.917), abs=0.001)
    assert Agreement(0, 0).between == (0, 1)
