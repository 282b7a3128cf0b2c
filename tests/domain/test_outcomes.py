"""A result is shown, may be objected to, and then stands: never earlier, and never twice."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import invariants, merkle
from bot.domain.outcomes import OBJECTIONS, ObjectionsOpen, line_of
from bot.domain.questions import Shelf
from bot.domain.refusals import NotSealed
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE, Receipt
from bot.storage.tables import Audit, Outcome, Vote
from tests.board import replayed
from tests.builders import CLOSES, NOON, SECRET, a_member, an_approved_motto, key, said

SEALED = CLOSES + LATE
WORDS = "群众的事，一刻也不等"


def at(session: Session, moment: datetime) -> Services:
    return open_services(session, moment, Shelf())


def cast(session: Session, number: int, by: str) -> Receipt:
    return at(session, NOON).votes.cast(key(by), number, NOON, said("投").delivery)


@pytest.fixture
def receipts(session: Session) -> list[Receipt]:
    """Three votes of a round that is sealed: two for the first entry, one for the second."""
    return replayed(_sealed, session)


def _sealed(session: Session) -> list[Receipt]:
    for name in ("li", "wu", "a0"):
        a_member(session, name)
    numbers = [an_approved_motto(session, f"a{n}", f"{WORDS}{n}") for n in range(3)]
    given = [cast(session, numbers[place], by) for place, by in [(0, "li"), (0, "wu"), (1, "li")]]
    assert at(session, SEALED).sealing.seal(1)
    return given


def deeds(session: Session) -> list[str]:
    of_round = select(Audit.action).where(Audit.subject == "round:1")
    return list(session.scalars(of_round.order_by(Audit.id)))


def broken(session: Session, moment: datetime = SEALED) -> set[str]:
    """What does not hold of the sealed ballots."""
    found = {violation.what for violation in invariants.check(session, moment, SECRET)}
    return found & {"result_differs", "ballots_changed", "vote_for_unfit_entry"}


@pytest.mark.slow
def test_a_result_goes_its_way_and_each_step_is_in_the_trail(
    session: Session, receipts: list[Receipt]
) -> None:
    shown = SEALED + timedelta(hours=9)
    at(session, shown).outcomes.publicise(1, staff_id=1)
    assert at(session, shown).outcomes.current().published_at is None
    over = shown + OBJECTIONS
    at(session, over).outcomes.publish(1, staff_id=1)

    standing = at(session, over).outcomes.current()

    assert (standing.published_at, standing.ballots, standing.objections_until) == (over, 3, over)
    assert deeds(session) == ["round.seal", "round.publicise", "round.publish"]


@pytest.mark.parametrize("moment", [NOON, CLOSES, SEALED - timedelta(seconds=1)])
def test_nothing_is_shown_before_the_seal(session: Session, moment: datetime) -> None:
    for deed in (at(session, moment).outcomes.publicise, at(session, moment).outcomes.publish):
        with pytest.raises(NotSealed):
            deed(1, staff_id=1)
    assert at(session, moment).outcomes.latest_shown() is None


@pytest.mark.slow
def test_a_result_stands_only_when_nobody_can_object_any_more(
    session: Session, receipts: list[Receipt]
) -> None:
    with pytest.raises(NotSealed):
        at(session, SEALED).outcomes.publish(1, staff_id=1)
    at(session, SEALED).outcomes.publicise(1, staff_id=1)

    with pytest.raises(ObjectionsOpen) as refusal:
        at(session, SEALED + OBJECTIONS - timedelta(seconds=1)).outcomes.publish(1, staff_id=1)

    assert refusal.value.until == SEALED + OBJECTIONS


@pytest.mark.slow
def test_a_second_press_changes_nothing(session: Session, receipts: list[Receipt]) -> None:
    for later in (0, 1):
        at(session, SEALED + timedelta(hours=later)).outcomes.publicise(1, staff_id=1)
    for later in (0, 1):
        over = SEALED + OBJECTIONS + timedelta(hours=later)
        at(session, over).outcomes.publish(1, staff_id=1)

    standing = at(session, SEALED).outcomes.current()
    assert standing.publicised_at == SEALED
    assert standing.published_at == SEALED + OBJECTIONS
    assert deeds(session) == ["round.seal", "round.publicise", "round.publish"]


@pytest.mark.slow
def test_each_receipt_leads_to_its_ballot_and_the_ballot_to_the_root(
    session: Session, receipts: list[Receipt]
) -> None:
    outcomes = at(session, SEALED).outcomes
    tree = merkle.Tree(outcomes.ballots(1))

    for receipt in receipts:
        ballot = outcomes.ballot(receipt.tracker)
        assert ballot is not None
        assert (ballot.number, ballot.line) == (
            receipt.number,
            line_of(receipt.tracker, receipt.number),
        )
        steps = tree.path(tree.place_of(ballot.line))
        assert merkle.leads_to(ballot.line, steps) == ballot.root == tree.root
    assert outcomes.ballot("AAAAAAAAAA") is None


def test_no_ballot_in_public_says_whose_it_is(session: Session, receipts: list[Receipt]) -> None:
    public = " ".join(at(session, SEALED).outcomes.ballots(1))

    assert not any(receipt.tracker in public for receipt in receipts)
    assert not any(key(name).hex() in public for name in ("li", "wu"))


@pytest.mark.slow
@pytest.mark.parametrize("who", ["a0", "li"])
def test_who_leaves_after_the_seal_changes_neither_result_nor_root(
    session: Session, receipts: list[Receipt], who: str
) -> None:
    before = at(session, SEALED).outcomes.ballots(1)
    if who == "a0":
        at(session, SEALED).mottos.withdraw(key(who))
    at(session, SEALED + timedelta(minutes=1)).erasure.erase(key(who))

    assert at(session, SEALED).outcomes.ballots(1) == before
    assert not broken(session, SEALED + timedelta(minutes=1))


@pytest.mark.slow
def test_an_entry_withdrawn_after_the_seal_keeps_its_votes(
    session: Session, receipts: list[Receipt]
) -> None:
    at(session, SEALED).mottos.withdraw(key("a0"))

    assert not broken(session)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["another entry", "one less"])
def test_a_ballot_that_is_changed_after_the_seal_is_found(
    session: Session, receipts: list[Receipt], change: str
) -> None:
    vote = session.scalars(select(Vote).where(Vote.tracker == receipts[0].tracker)).one()
    if change == "one less":
        session.delete(vote)
    else:
        vote.motto_id += 2
    session.flush()

    assert broken(session) == {"result_differs", "ballots_changed"}
    assert session.get_one(Outcome, 1).ballots == 3


@pytest.mark.slow
def test_a_round_without_a_single_vote_has_a_result_too(session: Session) -> None:
    a_member(session, "li")

    assert at(session, SEALED).sealing.seal(1)

    assert at(session, SEALED).outcomes.current().root == merkle.Tree([]).root
