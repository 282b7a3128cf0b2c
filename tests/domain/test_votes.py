"""The ballot box: so many votes a day, one a day for a motto, nobody for themselves."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.identity import campaign_day
from bot.domain.questions import Shelf
from bot.domain.refusals import (
    AlreadyVoted,
    NoSuchEntry,
    NothingToWithdraw,
    NoVotesLeft,
    OwnEntry,
    VotingClosed,
    VotingNotOpen,
)
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE, Batch, Receipt, in_order
from bot.storage.database import Sessions
from bot.storage.tables import Round, Vote, WithdrawnVote
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key

WORDS = "群众的事，一刻也不等"
DELIVERY = bytes(32)
OPENS = NOON - timedelta(days=10)
SECOND = timedelta(seconds=1)


def at(session: Session, moment: datetime) -> Services:
    return open_services(session, moment, Shelf())


def mottos(session: Session, count: int) -> list[int]:
    return [an_approved_motto(session, f"author {n}", f"{WORDS}{n}") for n in range(count)]


def cast(services: Services, number: int, sent_at: datetime = NOON, by: str = "zhang") -> Receipt:
    return services.votes.cast(key(by), number, sent_at, DELIVERY)


def votes(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Vote)) or 0


# ------------------------------------------------------------ how many


def test_a_vote_has_a_receipt_that_can_be_read_aloud(services: Services, session: Session) -> None:
    (number,) = mottos(session, 1)

    receipt = cast(services, number)

    assert (receipt.number, receipt.left, receipt.most) == (number, 2, 3)
    assert len(receipt.tracker) == 10
    assert not set(receipt.tracker) & set("0O1I")
    assert services.votes.mine(key("zhang"))[0].tracker == receipt.tracker


@pytest.mark.slow
def test_the_vote_beyond_the_limit_has_no_slot(services: Services, session: Session) -> None:
    *three, fourth = mottos(session, 4)
    lefts = [cast(services, number).left for number in three]

    with pytest.raises(NoVotesLeft) as refused:
        cast(services, fourth)

    assert lefts == [2, 1, 0]
    assert refused.value.most == 3
    assert votes(session) == 3


@pytest.mark.slow
def test_a_motto_gets_one_vote_a_day_from_a_member(services: Services, session: Session) -> None:
    (number,) = mottos(session, 1)
    cast(services, number)

    with pytest.raises(AlreadyVoted):
        cast(services, number)

    assert votes(session) == 1
    assert services.votes.has_voted(key("zhang"), number)
    assert not services.votes.has_voted(key("li"), number)


@pytest.mark.slow
def test_a_new_day_brings_new_votes(services: Services, session: Session) -> None:
    numbers = mottos(session, 3)
    for number in numbers:
        cast(services, number)
    tomorrow = NOON + timedelta(days=1)

    receipt = cast(at(session, tomorrow), numbers[0], tomorrow)

    assert receipt.left == 2
    assert not at(session, tomorrow).votes.has_voted(key("zhang"), numbers[1])


@pytest.mark.slow
def test_a_vote_sent_before_midnight_is_one_of_that_day_though_it_arrives_later(
    session: Session,
) -> None:
    *three, fourth = mottos(session, 4)
    midnight = datetime(2026, 12, 5, 16, tzinfo=NOON.tzinfo)
    evening = at(session, midnight - timedelta(hours=1))
    for number in three:
        cast(evening, number, midnight - timedelta(hours=1))

    with pytest.raises(NoVotesLeft):
        cast(at(session, midnight + 5 * SECOND), fourth, midnight - SECOND)


def test_the_key_of_the_table_refuses_a_second_vote_in_a_slot(
    services: Services, session: Session
) -> None:
    first, second = mottos(session, 2)
    cast(services, first)

    with pytest.raises(IntegrityError):
        session.execute(
            insert(Vote).values(
                member_key=key("zhang"), round_id=1, day=campaign_day(NOON), slot=1,
                motto_id=second - 1000, delivery_key=DELIVERY, accepted_at=NOON, tracker="X" * 10,
            )
        )  # fmt: skip


# ------------------------------------------------------------ for whom


@pytest.mark.slow
def test_nobody_votes_for_themselves(services: Services, session: Session) -> None:
    own = an_approved_motto(session, "zhang", WORDS)

    with pytest.raises(OwnEntry):
        cast(services, own)

    assert votes(session) == 0


@pytest.mark.slow
def test_a_round_may_allow_the_own_entry(services: Services, session: Session) -> None:
    own = an_approved_motto(session, "zhang", WORDS)
    session.get_one(Round, 1).own_entry_allowed = True
    session.flush()

    assert cast(services, own).number == own
    assert services.votes.ballot(key("zhang")).own_entry_allowed


@pytest.mark.slow
def test_only_an_approved_motto_can_be_voted_for(services: Services, session: Session) -> None:
    waiting = services.mottos.submit(key("li"), WORDS, WORDS, "none").number
    withdrawn = an_approved_motto(session, "wang", WORDS)
    services.mottos.withdraw(key("wang"))

    for number in (waiting, withdrawn, 1999, 0):
        with pytest.raises(NoSuchEntry):
            cast(services, number)


# ------------------------------------------------------------ until when


def test_before_voting_opens_there_is_no_ballot(session: Session) -> None:
    early = at(session, OPENS - SECOND)

    with pytest.raises(VotingNotOpen):
        early.votes.ballot(key("zhang"))
    with pytest.raises(VotingNotOpen):
        cast(early, 1001, OPENS - SECOND)


@pytest.mark.parametrize(
    ("sent_at", "arrives_at", "counts"),
    [
        (CLOSES - SECOND, CLOSES - SECOND, True),
        (CLOSES - SECOND, CLOSES + LATE - SECOND, True),
        (CLOSES - SECOND, CLOSES + LATE, False),
        (CLOSES, CLOSES, False),
        (CLOSES + SECOND, CLOSES - SECOND, False),
    ],
)
def test_a_vote_counts_if_it_was_sent_before_closing_and_arrives_within_twenty_seconds(
    session: Session, sent_at: datetime, arrives_at: datetime, counts: bool
) -> None:
    (number,) = mottos(session, 1)

    if counts:
        cast(at(session, arrives_at), number, sent_at)
    else:
        with pytest.raises(VotingClosed):
            cast(at(session, arrives_at), number, sent_at)

    assert votes(session) == counts


def test_a_sealed_round_takes_no_more_votes(services: Services, session: Session) -> None:
    (number,) = mottos(session, 1)
    session.get_one(Round, 1).sealed_at = NOON
    session.flush()

    with pytest.raises(VotingClosed):
        cast(services, number)


def test_on_the_last_day_there_is_no_tomorrow(session: Session) -> None:
    assert at(session, CLOSES - timedelta(hours=1)).votes.ballot(key("zhang")).last_day
    assert not at(session, CLOSES - timedelta(hours=25)).votes.ballot(key("zhang")).last_day


# ------------------------------------------------------------ taking a vote back


@pytest.mark.slow
def test_a_vote_taken_back_frees_its_slot_and_can_be_explained(
    services: Services, session: Session
) -> None:
    first, second = mottos(session, 2)
    receipt = cast(services, first)

    card = services.votes.withdraw(key("zhang"), first, b"w" * 32)

    assert card.number == first
    assert services.votes.ballot(key("zhang")).left == 3
    kept = session.scalars(select(WithdrawnVote)).one()
    assert (kept.tracker, kept.withdrawn_by) == (receipt.tracker, b"w" * 32)
    assert cast(services, second).left == 2


@pytest.mark.slow
def test_a_vote_can_be_given_taken_back_and_given_again(
    services: Services, session: Session
) -> None:
    (number,) = mottos(session, 1)

    for _ in range(5):
        cast(services, number)
        services.votes.withdraw(key("zhang"), number, DELIVERY)
    cast(services, number)

    assert votes(session) == 1


@pytest.mark.slow
def test_of_two_votes_for_a_motto_the_latest_is_taken_back(
    services: Services, session: Session
) -> None:
    (number,) = mottos(session, 1)
    tomorrow = NOON + timedelta(days=1)
    first = cast(services, number)
    cast(at(session, tomorrow), number, tomorrow)

    at(session, tomorrow).votes.withdraw(key("zhang"), number, DELIVERY)

    assert [vote.tracker for vote in services.votes.mine(key("zhang"))] == [first.tracker]


@pytest.mark.slow
def test_there_is_nothing_to_take_back_of_what_was_never_given(
    services: Services, session: Session
) -> None:
    (number,) = mottos(session, 1)
    cast(services, number, by="li")

    for asked in (number, 1999):
        with pytest.raises(NothingToWithdraw):
            services.votes.withdraw(key("zhang"), asked, DELIVERY)


def test_after_closing_no_vote_is_taken_back(services: Services, session: Session) -> None:
    (number,) = mottos(session, 1)
    cast(services, number)

    with pytest.raises(VotingClosed):
        at(session, CLOSES).votes.withdraw(key("zhang"), number, DELIVERY)


# ------------------------------------------------------------ each in their own order


@pytest.mark.slow
def test_each_motto_is_as_likely_as_any_other_to_be_seen_first() -> None:
    members = [sha256(f"member {n}".encode()).digest()[:16] for n in range(10_000)]

    first = Counter(in_order(member, range(1, 13))[0][1] for member in members)

    assert len(first) == 12
    assert all(700 <= times <= 1_000 for times in first.values())


@pytest.mark.slow
def test_batches_go_through_all_mottos_before_one_comes_again(
    services: Services, session: Session
) -> None:
    numbers = mottos(session, 9)

    seen, cursor = [], ""
    for _ in range(3):
        batch = services.votes.batch(key("zhang"), cursor)
        seen += [card.number for card in batch.mottos]
        cursor = batch.cursor

    assert sorted(seen) == sorted(numbers)
    assert [c.number for c in services.votes.batch(key("zhang"), cursor).mottos] == seen[:3]


@pytest.mark.slow
def test_one_batch_back_is_the_one_before(services: Services, session: Session) -> None:
    mottos(session, 7)
    first = services.votes.batch(key("zhang"))
    second = services.votes.batch(key("zhang"), first.cursor)

    assert services.votes.batch_before(key("zhang"), second.cursor) == first


@pytest.mark.slow
def test_a_motto_approved_later_slips_in_without_moving_the_rest(
    services: Services, session: Session
) -> None:
    old = mottos(session, 6)
    before = ranks(session)

    new = an_approved_motto(session, "somebody new", WORDS)

    assert [number for number in ranks(session) if number != new] == before
    assert sorted(before) == old


def ranks(session: Session) -> list[int]:
    services, cursor, seen = at(session, NOON), "", list[int]()
    while not set(seen) & set(batch := shown(services.votes.batch(key("zhang"), cursor))):
        seen += batch
        cursor = services.votes.batch(key("zhang"), cursor).cursor
    return seen + [number for number in batch if number not in seen]


def shown(batch: Batch) -> list[int]:
    return [card.number for card in batch.mottos]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_mottos_make_a_short_list_without_repetition(
    services: Services, session: Session, count: int
) -> None:
    numbers = mottos(session, count)

    batch = services.votes.batch(key("zhang"))

    assert sorted(shown(batch)) == numbers
    assert sorted(shown(services.votes.batch(key("zhang"), batch.cursor))) == numbers
    assert sorted(shown(services.votes.batch_before(key("zhang"), batch.cursor))) == numbers


# ------------------------------------------------------------ at the same moment


@pytest.mark.slow
def test_words_are_not_changed_under_a_vote_that_is_being_cast(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session)
        number = an_approved_motto(session, "author", WORDS)

    with sessions.begin() as session:
        cast(at(session, NOON), number)
        author = threading.Thread(target=rewords, args=(sessions,))
        author.start()
        # Long enough for the author to arrive at the locked entry, or at the locked database.
        author.join(0.3)
    author.join()

    with sessions() as session:
        assert votes(session) == 0
        assert session.scalar(select(func.count()).select_from(WithdrawnVote)) == 1


def rewords(sessions: Sessions) -> None:
    with sessions.begin() as session:
        words = "愿做一块砖，哪里需要哪里搬"
        at(session, NOON).mottos.reword(key("author"), words, "x", "masked", warned=True)
