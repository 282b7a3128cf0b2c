"""Freezing: in a contest's last days its boards stand for all as they did when these began."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.erasure import Erasure
from bot.domain.freezing import GRACE, PATIENCE, Freezing, NotFrozen
from bot.domain.participation import Participation
from bot.domain.planning import Flaw, Planning, Unfit
from bot.domain.questions import Shelf
from bot.domain.refusals import BoardClosed
from bot.domain.regrading import Regrading
from bot.domain.services import open_services
from bot.domain.standings import Standings
from bot.domain.unit_board import Turnout
from bot.storage.database import Sessions
from bot.storage.tables import (
    Answer,
    BoardFreeze,
    Contest,
    FrozenPlace,
    FrozenTurnout,
    Member,
    Score,
)
from tests.builders import NOON, a_member, freeze_boards, key, said
from tests.domain.test_planning import ORGANISER
from tests.domain.test_regrading import LI, WANG, wording
from tests.domain.test_standings import PLAYERS, Player, check_every_view, in_any_order, play

DAY = timedelta(days=1)
LAST = date(2026, 12, 6)
INSTANT = datetime(2026, 12, 4, 16, tzinfo=NOON.tzinfo)
"""The midnight in China with which the fifth of December begins."""
ENDED = INSTANT + 2 * DAY


@pytest.fixture
def contest(session: Session) -> Session:
    """A contest whose boards are frozen for the two days up to the sixth."""
    with_a_freeze(session)
    return session


def with_a_freeze(session: Session) -> None:
    session.execute(update(Contest).values(last_day=LAST, closed_days=2))


def takes_part(session: Session, name: str, at: datetime, right: int) -> None:
    """Answer the day's five questions, the first so many of them rightly."""
    if session.get(Member, key(name)) is None:
        a_member(session, name, {"zhang": 2, "li": 3}.get(name))
    quiz = open_services(session, at, Shelf()).quiz
    sitting, _ = quiz.start(key(name))
    while (place := sitting.current) is not None:
        question = sitting.question(place)
        choice = question.answer if place <= right else ("",)
        sitting = quiz.answer(key(name), sitting, place, choice, said("").delivery)


def played(session: Session) -> None:
    """Li led when the boards froze; Zhang overtook since, and Wang had not begun."""
    takes_part(session, "li", INSTANT - timedelta(hours=1), right=5)
    takes_part(session, "zhang", INSTANT - timedelta(minutes=1), right=1)
    takes_part(session, "zhang", INSTANT + timedelta(seconds=1), right=5)
    takes_part(session, "wang", INSTANT + timedelta(seconds=2), right=5)


def board(session: Session, now: datetime = NOON) -> list[tuple[int, str | None, int, int]]:
    return [(p.rank, p.name, p.points, p.days) for p in Standings(session, now).top(9)]


AS_IT_WAS = [(1, "李**", 10, 1), (2, "张*", 2, 1)]
AS_IT_IS = [(1, "张*", 12, 2), (2, "李**", 10, 1), (3, None, 10, 1)]


def check_a_frozen_board(session: Session) -> None:
    assert board(session) == AS_IT_WAS
    mine = Standings(session, NOON).neighbourhood(key("zhang"))
    assert mine is not None
    assert mine.frozen is not None
    assert (mine.points, mine.rank, mine.out_of) == (12, 1, 1)
    assert (mine.frozen.day, mine.frozen.last_day) == (date(2026, 12, 5), LAST)
    assert [place.points for place in mine.around] == [2]


@pytest.mark.slow
def test_what_comes_after_the_instant_reaches_no_frozen_board(contest: Session) -> None:
    played(contest)
    assert Freezing(contest, INSTANT + GRACE - timedelta(seconds=1)).due() == []
    assert Freezing(contest, INSTANT + GRACE).due() == [1]

    assert freeze_boards(contest, NOON) is True

    check_a_frozen_board(contest)
    assert (Freezing(contest, NOON).due(), freeze_boards(contest, NOON)) == ([], False)
    with pytest.raises(BoardClosed) as refused:
        Standings(contest, NOON).neighbourhood(key("wang"))
    assert refused.value.points == 10


@pytest.mark.slow
def test_every_engine_freezes_alike(sessions: Sessions) -> None:
    with sessions.begin() as session:
        with_a_freeze(session)
        played(session)
    with sessions.begin() as session:
        freeze_boards(session, NOON)

    with sessions() as session:
        check_a_frozen_board(session)


@pytest.mark.slow
def test_until_the_end_all_see_the_frozen_board_and_from_then_on_the_last(
    contest: Session,
) -> None:
    played(contest)
    before = INSTANT - timedelta(seconds=1)
    assert board(contest, before) == AS_IT_IS
    for closed in (INSTANT, INSTANT + timedelta(seconds=30)):
        with pytest.raises(BoardClosed):
            board(contest, closed)
        with pytest.raises(BoardClosed):
            Participation(contest, closed).table()
    freeze_boards(contest, INSTANT + GRACE)

    assert board(contest, ENDED - timedelta(seconds=1)) == AS_IT_WAS
    assert board(contest, ENDED) == AS_IT_IS


@pytest.mark.slow
def test_units_stand_as_they_did_and_colleagues_see_them_as_they_are(contest: Session) -> None:
    played(contest)
    freeze_boards(contest, NOON)
    contest.execute(update(Member).where(Member.member_key == key("wang")).values(unit_id=3))

    seen = {p.name: p.turnout for p in Participation(contest, NOON).table().places}
    live = {p.name: p.turnout for p in Participation(contest, NOON, live=True).table().places}

    assert seen == {"城东街道": Turnout(1, 900), "农业局": Turnout(1, 120)}
    assert live == {"城东街道": Turnout(1, 900), "农业局": Turnout(2, 120)}


@pytest.mark.slow
def test_a_key_mended_during_the_freeze_changes_points_and_no_frozen_board(
    contest: Session,
) -> None:
    played(contest)
    asked = contest.scalars(
        select(Answer).where(Answer.member_key == key("li"), Answer.place == 1)
    ).one()
    before = Regrading(contest, INSTANT - DAY)
    asked_as = wording(contest, asked.question_id)
    other = {"T": "F", "B": "C"}.get(asked_as.answer[0], "D")
    another = replace(asked_as, answer=(other,))
    number = before.propose(asked.question_id, another, False, LI)
    Regrading(contest, INSTANT - timedelta(hours=2)).release(number, WANG)

    waits = Regrading(contest, INSTANT + timedelta(seconds=1)).go_on(number)
    freeze_boards(contest, INSTANT + GRACE)
    followed = Regrading(contest, NOON).go_on(number)

    assert (waits, followed > 0) == (0, True)
    assert contest.get_one(Score, (key("li"), 1), populate_existing=True).points == 8
    assert board(contest) == AS_IT_WAS


@pytest.mark.slow
def test_a_colleague_lifts_it_once_and_for_good(contest: Session) -> None:
    played(contest)
    with pytest.raises(NotFrozen):
        Freezing(contest, NOON).lift(1, ORGANISER)
    freeze_boards(contest, NOON)
    assert Planning(contest, NOON).contest(1).frozen

    Freezing(contest, NOON).lift(1, ORGANISER)

    assert board(contest) == AS_IT_IS
    assert not Planning(contest, NOON).contest(1).frozen
    assert contest.get_one(BoardFreeze, 1).lifted_by == ORGANISER
    with pytest.raises(NotFrozen):
        Freezing(contest, NOON).lift(1, ORGANISER)


@pytest.mark.parametrize(("now", "moves"), [(INSTANT - 2 * DAY, False), (INSTANT, True)])
def test_a_freeze_that_has_begun_is_not_moved(contest: Session, now: datetime, moves: bool) -> None:
    planning = Planning(contest, now)
    plan = planning.contest(1).plan
    later = replace(plan, last_day=LAST + DAY)

    if not moves:
        planning.change_contest(1, 0, later, ORGANISER)
        return
    with pytest.raises(Unfit) as refused:
        planning.change_contest(1, 0, later, ORGANISER)
    assert refused.value.flaws == {"last_day": Flaw.FROZEN}


@pytest.mark.slow
@given(players=PLAYERS.filter(len))
@in_any_order(max_examples=30)
def test_whoever_stands_when_it_freezes_sees_what_there_was_to_see(
    contest: Session, players: list[Player]
) -> None:
    contest.query(BoardFreeze).delete()
    contest.query(FrozenPlace).delete()
    contest.query(FrozenTurnout).delete()
    play(contest, *players)
    table = Standings(contest, ENDED).top(9)

    freeze_boards(contest, NOON)

    assert Standings(contest, NOON).top(9) == table
    check_every_view(Standings(contest, NOON), players)


@pytest.mark.slow
def test_nobody_sees_a_snapshot_before_it_is_whole_and_one_worker_alone_takes_it(
    contest: Session,
) -> None:
    played(contest)
    freezing = Freezing(contest, NOON)
    claim = freezing.claim(1)
    assert claim is not None
    assert freezing.claim(1) is None
    snapshot = freezing.look(claim)
    for piece in snapshot.pieces():
        assert freezing.write(claim, piece)

    with pytest.raises(BoardClosed):
        board(contest)
    with pytest.raises(NotFrozen):
        freezing.lift(1, ORGANISER)
    assert Freezing(contest, NOON).due() == [1]
    assert freezing.finish(snapshot, freezing.turnout(claim))

    check_a_frozen_board(contest)
    assert not freezing.finish(snapshot, [])


@pytest.mark.slow
def test_what_a_worker_left_half_written_is_begun_anew_and_it_writes_no_more(
    contest: Session,
) -> None:
    played(contest)
    freezing = Freezing(contest, NOON)
    claim = freezing.claim(1)
    assert claim is not None
    (piece,) = freezing.look(claim).pieces()
    freezing.write(claim, piece[:3])
    assert not freeze_boards(contest, NOON + PATIENCE - timedelta(seconds=1))

    assert freeze_boards(contest, NOON + PATIENCE)

    check_a_frozen_board(contest)
    assert not freezing.write(claim, piece)


@pytest.mark.slow
def test_who_goes_while_the_snapshot_is_written_stands_on_no_board(contest: Session) -> None:
    played(contest)
    freezing = Freezing(contest, NOON)
    claim = freezing.claim(1)
    assert claim is not None
    snapshot = freezing.look(claim)
    Erasure(contest, NOON).erase(key("li"))
    for piece in snapshot.pieces():
        freezing.write(claim, piece)

    freezing.finish(snapshot, freezing.turnout(claim))

    assert board(contest) == AS_IT_WAS[1:]
