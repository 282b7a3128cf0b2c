"""The seal: votes on their way are counted, later ones refused, and the result is final."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.questions import Shelf
from bot.domain.refusals import NotSealed, VotingClosed
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE, Receipt
from bot.storage.database import Sessions
from bot.storage.tables import Audit, Base, Round, RoundResult, Vote, WithdrawnVote
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key, said
from tests.races import while_it_is_open

WORDS = "群众的事，一刻也不等"
SECOND = timedelta(seconds=1)
IN_TIME = CLOSES - SECOND
LAST = CLOSES + LATE - SECOND
"""When a vote sent in time may still arrive, from whose transaction the sealer must not run."""
SEALING = CLOSES + LATE


def at(session: Session, moment: datetime) -> Services:
    return open_services(session, moment, Shelf())


def cast(session: Session, number: int, by: str = "zhang", when: datetime = LAST) -> Receipt:
    return at(session, when).votes.cast(key(by), number, IN_TIME, said("投").delivery)


def seal(session: Session, when: datetime = SEALING) -> bool:
    return at(session, when).sealing.seal(1)


def rows(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


# ------------------------------------------------------------ when, and what it keeps


def test_a_round_is_due_twenty_seconds_after_closing(session: Session) -> None:
    assert at(session, SEALING - SECOND).sealing.due() == []
    assert at(session, SEALING).sealing.due() == [1]


def test_a_round_is_not_sealed_before_it_is_due(session: Session) -> None:
    assert not seal(session, SEALING - SECOND)

    assert session.scalars(select(Round.sealed_at)).one() is None
    assert rows(session, RoundResult) == 0


@pytest.mark.slow
def test_the_result_is_the_count_of_votes_and_names_entries_without_any(session: Session) -> None:
    first, second, third = [an_approved_motto(session, f"a{n}", f"{WORDS}{n}") for n in range(3)]
    cast(session, first, "zhang")
    cast(session, first, "li")
    cast(session, third, "li", when=NOON)

    assert seal(session)

    result = at(session, SEALING).sealing.result(1)
    assert result.votes == {first - 1000: 2, second - 1000: 0, third - 1000: 1}
    assert result.sealed_at == SEALING


@pytest.mark.slow
def test_an_entry_that_was_not_approved_is_in_no_result(session: Session) -> None:
    at(session, NOON).mottos.submit(key("li"), WORDS, WORDS, "none")

    seal(session)

    assert at(session, SEALING).sealing.result(1).votes == {}


def test_before_the_seal_there_is_no_result_to_publish(session: Session) -> None:
    with pytest.raises(NotSealed) as refused:
        at(session, LAST).sealing.result(1)

    assert refused.value.closes_at == CLOSES


@pytest.mark.slow
def test_sealing_leaves_one_row_in_the_audit_trail(session: Session) -> None:
    cast(session, an_approved_motto(session, "author", WORDS))

    seal(session)

    deed = session.scalars(select(Audit).where(Audit.action == "round.seal")).one()
    assert (deed.actor, deed.subject, deed.at) == ("system", "round:1", SEALING)
    assert deed.facts.items() >= {"entries": 1, "votes": 1}.items()
    assert len(deed.facts["chain"]) == 64


@pytest.mark.slow
def test_a_round_is_sealed_once(session: Session) -> None:
    an_approved_motto(session, "author", WORDS)

    assert [seal(session), seal(session, SEALING + SECOND)] == [True, False]

    assert at(session, SEALING).sealing.result(1).sealed_at == SEALING
    assert at(session, SEALING + SECOND).sealing.due() == []


@pytest.mark.slow
def test_every_vote_is_older_than_the_seal(session: Session) -> None:
    cast(session, an_approved_motto(session, "author", WORDS), when=SEALING - SECOND / 10**6)

    seal(session)

    assert session.scalars(select(Vote.accepted_at)).one() < SEALING


# ------------------------------------------------------------ afterwards


@pytest.mark.slow
def test_votes_that_are_sealed_stay_although_their_entry_goes(session: Session) -> None:
    number = an_approved_motto(session, "author", WORDS)
    cast(session, number)
    seal(session)

    at(session, SEALING + SECOND).mottos.withdraw(key("author"))

    assert at(session, SEALING + SECOND).sealing.result(1).votes == {number - 1000: 1}
    assert rows(session, Vote) == 1
    assert rows(session, WithdrawnVote) == 0


# ------------------------------------------------------------ at the same instant


@pytest.fixture
def number(sessions: Sessions) -> int:
    """An entry on each engine; 张 has voted for it once."""
    with sessions.begin() as session:
        for name in ("author", "zhang", "li"):
            a_member(session, name)
        number = an_approved_motto(session, "author", WORDS)
        cast(session, number, when=NOON)
    return number


def result(sessions: Sessions) -> int:
    """What was sealed; the rows say the same."""
    with sessions() as session:
        sealed = sum(at(session, SEALING).sealing.result(1).votes.values())
        assert sealed == rows(session, Vote)
        return sealed


@pytest.mark.slow
def test_the_sealer_waits_for_a_vote_that_is_being_cast(sessions: Sessions, number: int) -> None:
    while_it_is_open(sessions, lambda s: cast(s, number, "li"), seal)

    assert result(sessions) == 2


@pytest.mark.slow
def test_a_voter_who_waited_for_the_sealer_is_told_that_voting_has_closed(
    sessions: Sessions, number: int
) -> None:
    with pytest.raises(VotingClosed):
        while_it_is_open(sessions, seal, lambda s: cast(s, number, "li"))

    assert result(sessions) == 1


@pytest.mark.slow
def test_a_vote_is_not_taken_back_from_a_round_that_is_being_sealed(
    sessions: Sessions, number: int
) -> None:
    def take_back(session: Session) -> None:
        at(session, IN_TIME).votes.withdraw(key("zhang"), number, said("撤回").delivery)

    with pytest.raises(VotingClosed):
        while_it_is_open(sessions, seal, take_back)

    assert result(sessions) == 1


@pytest.mark.slow
def test_an_author_who_withdraws_during_the_sealing_takes_no_votes_along(
    sessions: Sessions, number: int
) -> None:
    def withdraw(session: Session) -> None:
        at(session, LAST).mottos.withdraw(key("author"))

    while_it_is_open(sessions, seal, withdraw)

    assert result(sessions) == 1


@pytest.mark.slow
def test_an_author_who_withdraws_first_is_in_no_result(sessions: Sessions, number: int) -> None:
    def withdraw(session: Session) -> None:
        at(session, LAST).mottos.withdraw(key("author"))

    while_it_is_open(sessions, withdraw, seal)

    assert result(sessions) == 0


@pytest.mark.slow
def test_of_two_workers_one_seals(sessions: Sessions, number: int) -> None:
    sealed: list[bool] = []

    while_it_is_open(sessions, lambda s: sealed.append(seal(s)), lambda s: sealed.append(seal(s)))

    assert sealed == [True, False]
    assert result(sessions) == 1
