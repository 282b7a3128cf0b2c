"""The box of ballots: batch after batch for all to see, and nothing in it changes unseen."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from bot.domain.ballot_box import MOST, BallotBoxes, broken
from bot.domain.outcomes import code_of
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE, Receipt
from bot.storage.database import Sessions
from bot.storage.tables import BallotBatch, Vote
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key, said
from tests.races import while_it_is_open

WORDS = "群众的事，一刻也不等"
SOON = timedelta(seconds=10)
SEALING = CLOSES + LATE


def at(session: Session, moment: datetime) -> Services:
    return open_services(session, moment, Shelf())


@pytest.fixture
def numbers(session: Session) -> list[int]:
    return [an_approved_motto(session, f"a{n}", f"{WORDS}{n}") for n in range(3)]


def cast(session: Session, number: int, by: str, when: datetime = NOON) -> Receipt:
    return at(session, when).votes.cast(key(by), number, when, said("投", by).delivery)


def grow(session: Session, when: datetime) -> None:
    boxes = at(session, when).ballot_boxes
    assert boxes.open() == [1]
    assert boxes.add(1, boxes.news(1))


def code(receipt: Receipt) -> str:
    return code_of(receipt.tracker, receipt.number)


@pytest.mark.slow
def test_what_is_new_becomes_a_batch_that_leads_on_from_the_one_before(
    session: Session, numbers: list[int]
) -> None:
    one = [cast(session, number, "li") for number in numbers[:2]]
    grow(session, NOON + SOON)
    late = cast(session, numbers[2], "li", NOON + timedelta(days=1))
    grow(session, NOON + timedelta(days=1) + SOON)
    boxes = at(session, NOON).ballot_boxes

    first, second = boxes.batch(1, 1), boxes.batch(1, 2)

    assert first is not None
    assert second is not None
    assert first.codes == sorted(map(code, one))
    assert second.codes == [code(late)]
    assert (first.before, second.before) == ("0" * 64, first.head)
    # As anybody recomputes it.
    assert second.head == sha256(bytes.fromhex(second.before + code(late))).hexdigest()
    assert boxes.batch_of(late.tracker) == 2
    box = boxes.box(1, 1, 20)
    assert (box.batches, box.ballots, [line.number for line in box.lines]) == (2, 3, [2, 1])
    assert boxes.batch(1, 3) is None


@pytest.mark.slow
def test_while_nothing_is_new_there_is_no_batch(session: Session, numbers: list[int]) -> None:
    receipt = cast(session, numbers[0], "li")
    for _ in range(2):
        news = at(session, NOON + SOON).ballot_boxes.news(1)
        assert at(session, NOON + SOON).ballot_boxes.add(1, news)

    assert at(session, NOON).ballot_boxes.box(1, 1, 20).ballots == 1
    assert at(session, NOON).ballot_boxes.batch_of(receipt.tracker) == 1
    assert at(session, NOON).ballot_boxes.batch_of("2345678923") is None


@pytest.mark.slow
def test_many_at_once_are_several_batches(session: Session, numbers: list[int]) -> None:
    session.execute(
        text(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) "
            "INSERT INTO vote (member_key, round_id, day, slot, motto_id, delivery_key, "
            "accepted_at, tracker) SELECT randomblob(16), 1, '2026-12-05', 1, 1, "
            "randomblob(32), '2026-12-05 04:00:00.000000', printf('%010d', i) FROM n"
        ),
        {"most": MOST + 1},
    )

    grow(session, NOON + SOON)

    box = at(session, NOON).ballot_boxes.box(1, 1, 20)
    assert [line.ballots for line in box.lines] == [1, MOST]


@pytest.mark.slow
def test_with_the_seal_all_that_stands_is_in_it_and_it_is_closed(
    session: Session, numbers: list[int]
) -> None:
    gone = cast(session, numbers[0], "li")
    grow(session, NOON + SOON)
    at(session, NOON + SOON).votes.withdraw(key("li"), numbers[0], said("撤回", "li").delivery)
    stands = cast(session, numbers[1], "li", NOON + SOON)

    assert at(session, SEALING).sealing.seal(1)

    boxes = at(session, SEALING).ballot_boxes
    batches = [boxes.batch(1, number) for number in (1, 2, 3)]
    assert [batch and batch.codes for batch in batches] == [[code(gone)], [code(stands)], []]
    assert boxes.open() == []
    assert list(broken(session)) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2, 3])
def test_whatever_is_changed_in_it_is_found(
    session: Session, numbers: list[int], number: int
) -> None:
    cast(session, numbers[0], "li")
    grow(session, NOON + SOON)
    cast(session, numbers[1], "li", NOON + SOON)
    at(session, SEALING).sealing.seal(1)
    one = BallotBatch.number == number

    for hands in (
        update(BallotBatch).where(one).values(codes=b"x" * 32),
        update(BallotBatch).where(one).values(head=b"x" * 32),
        delete(BallotBatch).where(BallotBatch.number >= number),
    ):
        with session.begin_nested() as spoiled:
            session.execute(hands)
            assert [round_id for round_id, _ in broken(session)] == [1]
            spoiled.rollback()
    assert list(broken(session)) == []


@pytest.mark.slow
def test_a_vote_put_in_after_the_seal_is_in_no_batch(session: Session, numbers: list[int]) -> None:
    cast(session, numbers[0], "li")
    at(session, SEALING).sealing.seal(1)

    session.execute(update(Vote).values(tracker="2345678923"))

    assert list(broken(session)) == [(1, 2)]


@pytest.mark.slow
def test_two_who_chain_at_once_chain_it_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "li")
        cast(session, an_approved_motto(session, "author", WORDS), "li")
    with sessions() as session:
        news = BallotBoxes(session, NOON + SOON).news(1)
    done: list[bool] = []

    def chains(session: Session) -> None:
        done.append(BallotBoxes(session, NOON + SOON).add(1, news))

    while_it_is_open(sessions, chains, chains)

    assert done == [True, False]
    with sessions.begin() as session:
        assert at(session, SEALING).sealing.seal(1)
        assert list(broken(session)) == []
        assert session.scalars(select(BallotBatch.number)).all() == [1, 2]
        assert at(session, SEALING).ballot_boxes.box(1, 1, 20).ballots == 1
