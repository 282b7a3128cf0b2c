"""Groups of entries: so many are chosen in each, and the slots of one are no other's."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.entry_files import Content
from bot.domain.identity import campaign_day
from bot.domain.questions import Shelf
from bot.domain.refusals import NoVotesLeft
from bot.domain.sent_entries import UnfitEntry
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE, Receipt
from bot.storage.database import Sessions
from bot.storage.tables import RoundSlot, Vote
from tests.builders import (
    CLOSES,
    NOON,
    a_lesson,
    a_member,
    a_round_of,
    an_approved_lesson,
    key,
)

DELIVERY = b"d" * 32


def at(session: Session, moment: object = NOON) -> Services:
    return open_services(session, moment, Shelf())  # type: ignore[arg-type]


@pytest.fixture
def numbers(session: Session) -> list[int]:
    """Nine lessons in three groups, in each of which two are to be chosen."""
    a_member(session)
    a_round_of(session, "lesson", in_all=True, groups=3, least=2)
    session.execute(delete(RoundSlot))
    session.add_all(RoundSlot(round_id=1, slot=slot) for slot in range(1, 7))
    return [an_approved_lesson(session, f"微课{n}") for n in range(9)]


def cast(session: Session, number: int) -> Receipt:
    return at(session).votes.cast(key("zhang"), number, NOON, DELIVERY)


@pytest.mark.slow
def test_what_is_sent_in_goes_to_the_groups_in_turn(session: Session, numbers: list[int]) -> None:
    cards = at(session).sent_entries.listed(None)

    assert [card.sent and card.sent.group for card in cards] == [1, 2, 3] * 3
    groups = [(id_ - 1) % 3 for id_ in at(session).votes.order(key("zhang"))]
    assert groups == [0] * 3 + [1] * 3 + [2] * 3


@pytest.mark.slow
def test_each_group_has_votes_of_its_own(session: Session, numbers: list[int]) -> None:
    first = cast(session, numbers[1])
    assert (first.group, first.most, first.left, first.lacking) == (2, 2, 1, 1)
    assert cast(session, numbers[4]).left == 0

    with pytest.raises(NoVotesLeft) as refused:
        cast(session, numbers[7])
    assert (refused.value.most, refused.value.group) == (2, 2)
    assert cast(session, numbers[0]).group == 1
    assert session.scalars(select(Vote.slot).order_by(Vote.slot)).all() == [1, 3, 4]
    assert at(session).votes.ballot(key("zhang")).left == 3


@pytest.mark.slow
def test_a_vote_taken_back_gives_its_group_its_slot_again(
    session: Session, numbers: list[int]
) -> None:
    for number in (numbers[2], numbers[5]):
        cast(session, number)
    at(session).votes.withdraw(key("zhang"), numbers[2], DELIVERY)

    assert cast(session, numbers[8]).left == 0


@pytest.mark.slow
def test_the_key_holds_though_nobody_counts(session: Session, numbers: list[int]) -> None:
    cast(session, numbers[1])
    day = campaign_day(NOON - timedelta(days=10))
    row = {
        "member_key": key("zhang"), "round_id": 1, "day": day, "slot": 3,
        "motto_id": numbers[4] - 1000, "delivery_key": DELIVERY, "accepted_at": NOON,
        "tracker": "2345678923",
    }  # fmt: skip
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Vote).values(row))


@pytest.mark.slow
def test_with_the_seal_too_few_in_a_group_do_not_count_and_the_others_do(
    session: Session, numbers: list[int]
) -> None:
    for number in (numbers[0], numbers[1], numbers[4]):
        cast(session, number)

    assert at(session, CLOSES + LATE).sealing.seal(1)

    lines = at(session, CLOSES + LATE).tally.result(1)
    assert {line.card.number for line in lines if line.votes} == {numbers[1], numbers[4]}
    assert session.scalar(select(func.count()).select_from(Vote)) == 2


@pytest.mark.slow
def test_entries_files_and_groups_do_the_same_on_each_engine(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_round_of(session, "lesson", in_all=True, groups=3, least=1)
        numbers = [an_approved_lesson(session, f"微课{n}") for n in range(4)]
        waiting = a_lesson(session, "微课五")
        with pytest.raises(UnfitEntry):
            a_lesson(session, "微课五")
        cover = Content("a.jpg", "jpg", bytes(100_000))
        at(session).entry_files.add(waiting, 1, cover, 1, None, cover=True)
    with sessions.begin() as session:
        services = at(session)
        services.members.welcome(key("zhang"), "o-zhang", "{}")
        assert services.votes.cast(key("zhang"), numbers[0], NOON, DELIVERY).left == 0
        with pytest.raises(NoVotesLeft):
            services.votes.cast(key("zhang"), numbers[3], NOON, DELIVERY)
        (file,) = services.entry_files.of(waiting)
        assert services.entry_files.at(file.token) is None
        assert services.entry_files.seen_at(file.token, None) == cover
    with sessions.begin() as session:
        sealed = at(session, CLOSES + LATE)
        assert sealed.sealing.seal(1)
        assert [line.votes for line in sealed.tally.result(1)] == [1, 0, 0, 0]
