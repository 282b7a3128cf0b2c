"""Votes that look bought are set apart by two people, counted by themselves, and never lost."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.invariants.rule import Survey
from bot.domain.invariants.votes import RULES
from bot.domain.outcomes import OBJECTIONS
from bot.domain.quarantine import (
    NoSuchQuarantine,
    NothingClaimed,
    OwnQuarantine,
    ProposedMeanwhile,
    ResultShown,
)
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.domain.stuffing import Finding
from bot.domain.votes import LATE
from bot.storage.tables import Audit, Notice, Person, Quarantine, QuarantinedVote, Vote
from tests.board import replayed
from tests.builders import CLOSES, NOON, SECRET, a_member, an_approved_motto, key, said

LI, WANG, SUN = 1, 2, 3
SEALED = CLOSES + LATE
PAID = 12


def at(session: Session, moment: object = NOON) -> Services:
    return open_services(session, moment, Shelf())  # type: ignore[arg-type]


@pytest.fixture
def number(session: Session) -> int:
    """An entry for which three members voted, and a dozen who followed an hour ago."""
    return replayed(_voted_for, session)


def _voted_for(session: Session) -> int:
    number = an_approved_motto(session, "author", "群众的事，一刻也不等")
    an_approved_motto(session, "other", "愿做一块砖，哪里需要哪里搬")
    for voter in range(3):
        vote(session, number, f"v{voter}", unit=1)
    long_ago = NOON - timedelta(days=30)
    session.execute(update(Person).values(followed_at=long_ago))
    for voter in range(PAID):
        vote(session, number, f"paid{voter}")
    return number


def vote(session: Session, number: int, name: str, unit: int | None = None) -> None:
    a_member(session, name, unit)
    at(session).votes.cast(key(name), number, NOON, said("投", name).delivery)


@pytest.fixture
def finding(session: Session, number: int) -> Finding:
    found = at(session).stuffing.findings(1)
    assert [one.number for one in found] == [number]
    return found[0]


@pytest.fixture
def case(session: Session, finding: Finding) -> int:
    """The votes of those who were paid, in quarantine."""
    case = at(session).quarantines.propose(1, finding, LI)
    at(session).quarantines.confirm(case, WANG)
    return case


def counts(session: Session, moment: object = NOON) -> tuple[int, int]:
    """The votes of the first entry: those that count, and those that do not."""
    line = at(session, moment).tally.poll().lines[0]
    return line.votes, line.quarantined


def told(session: Session, kind: str) -> set[bytes]:
    return set(session.scalars(select(Notice.member_key).where(Notice.kind == kind)))


def everything_holds(session: Session) -> bool:
    survey = Survey(session, SEALED + OBJECTIONS, SECRET)
    return not [found for rule in RULES if (found := rule.check(survey))]


@pytest.mark.slow
def test_the_finding_says_what_speaks_against_the_votes(finding: Finding) -> None:
    assert finding.votes == 3 + PAID
    assert finding.suspicious == PAID
    assert finding.signs == {"fresh": PAID, "unbound": PAID, "sole": PAID, "alike": 0}


@pytest.mark.slow
def test_a_proposal_alone_changes_nothing(session: Session, number: int, finding: Finding) -> None:
    case = at(session).quarantines.propose(1, finding, LI)

    assert counts(session) == (3 + PAID, 0)
    assert not told(session, "votes_held")
    with pytest.raises(OwnQuarantine):
        at(session).quarantines.confirm(case, LI)
    with pytest.raises(ProposedMeanwhile):
        at(session).quarantines.propose(1, finding, WANG)
    assert at(session).stuffing.findings(1) == []


@pytest.mark.slow
def test_the_table_itself_refuses_one_person_twice(session: Session, case: int) -> None:
    for both in ({"confirmed_by": LI}, {"release_proposed_by": SUN, "released_by": SUN}):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Quarantine).values(**both))


@pytest.mark.slow
def test_what_is_dropped_counts_on_and_may_be_proposed_again(
    session: Session, number: int, finding: Finding
) -> None:
    case = at(session).quarantines.propose(1, finding, LI)
    at(session).quarantines.drop(case, WANG)

    assert counts(session) == (3 + PAID, 0)
    assert at(session).stuffing.findings(1) == [finding]
    with pytest.raises(NoSuchQuarantine):
        at(session).quarantines.confirm(case, SUN)


@pytest.mark.slow
def test_confirmed_votes_stay_in_the_box_and_are_counted_by_themselves(
    session: Session, number: int, case: int
) -> None:
    assert counts(session) == (3, PAID)
    assert session.scalar(select(func.count()).select_from(Vote)) == 3 + PAID
    assert told(session, "votes_held") == {key(f"paid{voter}") for voter in range(PAID)}
    mine = at(session).votes.mine(key("paid0"))
    assert [vote.quarantined for vote in mine] == [True]


@pytest.mark.slow
def test_a_claim_is_kept_and_by_itself_brings_no_vote_back(
    session: Session, number: int, case: int
) -> None:
    for _ in range(2):
        held = at(session).quarantines.claim_mine(key("paid0"))
        assert [(one.number, one.frozen) for one in held] == [(number, False)]
    assert at(session).quarantines.claim_mine(key("v0")) == []

    assert counts(session) == (3, PAID)
    assert at(session).quarantines.case(case).claimed == 1
    claims = select(func.count()).where(Audit.action == "quarantine.claim")
    assert session.scalar(claims) == 1


@pytest.mark.slow
def test_two_people_let_go_what_is_claimed_and_leave_the_rest(
    session: Session, number: int, case: int
) -> None:
    with pytest.raises(NothingClaimed):
        at(session).quarantines.propose_release(case, LI, only_claimed=True)
    at(session).quarantines.claim_mine(key("paid0"))
    at(session).quarantines.propose_release(case, LI, only_claimed=True)
    late = at(session, NOON + timedelta(minutes=1))
    late.quarantines.claim_mine(key("paid1"))
    with pytest.raises(OwnQuarantine):
        late.quarantines.release(case, LI)
    assert counts(session) == (3, PAID)

    late.quarantines.release(case, SUN)

    assert counts(session) == (4, PAID - 1)
    assert told(session, "votes_released") == {key("paid0")}
    late.quarantines.propose_release(case, SUN, only_claimed=False)
    late.quarantines.release(case, LI)
    assert counts(session) == (3 + PAID, 0)
    assert told(session, "votes_released") == told(session, "votes_held")
    assert at(session).stuffing.findings(1) == []


@pytest.mark.slow
def test_a_release_that_is_dropped_lets_nothing_go(session: Session, case: int) -> None:
    at(session).quarantines.propose_release(case, LI, only_claimed=False)
    at(session).quarantines.drop_release(case, WANG)

    assert counts(session) == (3, PAID)
    with pytest.raises(NoSuchQuarantine):
        at(session).quarantines.release(case, WANG)


@pytest.mark.slow
def test_it_is_decided_until_the_result_is_shown_and_never_after(
    session: Session, number: int, finding: Finding
) -> None:
    sealed = at(session, SEALED)
    assert sealed.sealing.seal(1)
    root = sealed.outcomes.current().root
    case = sealed.quarantines.propose(1, finding, LI)
    sealed.quarantines.confirm(case, WANG)
    sealed.quarantines.claim_mine(key("paid0"))

    standing = sealed.outcomes.current()
    assert (standing.root, standing.ballots, standing.quarantined) == (root, 3 + PAID, PAID)
    assert counts(session, SEALED) == (3, PAID)
    assert everything_holds(session)

    sealed.outcomes.publicise(1, SUN)
    assert told(session, "votes_left_out") == {key("paid0")}
    for deed in (
        lambda: sealed.quarantines.propose(1, finding, LI),
        lambda: sealed.quarantines.propose_release(case, LI, only_claimed=False),
        lambda: sealed.quarantines.drop(case, LI),
    ):
        with pytest.raises(ResultShown):
            deed()
    assert [one.frozen for one in sealed.quarantines.claim_mine(key("paid1"))] == [True]
    assert sealed.quarantines.case(case).claimed == 1


@pytest.mark.slow
def test_the_receipt_of_such_a_vote_says_so(session: Session, number: int, case: int) -> None:
    at(session, SEALED).sealing.seal(1)
    tracker = session.scalars(select(QuarantinedVote.tracker)).first()
    assert tracker is not None

    ballot = at(session, SEALED).outcomes.ballot(tracker)

    assert ballot is not None
    assert (ballot.number, ballot.quarantined) == (number, True)


@pytest.mark.slow
def test_who_is_erased_leaves_the_vote_where_it_is_and_is_told_nothing(
    session: Session, number: int, finding: Finding
) -> None:
    case = at(session).quarantines.propose(1, finding, LI)
    at(session).erasure.erase(key("paid0"))
    at(session).quarantines.confirm(case, WANG)

    assert counts(session) == (3, PAID)
    assert len(told(session, "votes_held")) == PAID - 1
    assert everything_holds(session)
