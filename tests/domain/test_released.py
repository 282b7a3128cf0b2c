"""Votes whose entry goes: kept with the reason, and whoever gave one hears of it once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.notices import Notification
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.storage.tables import Vote, WithdrawnVote
from tests.builders import NOON, a_member, an_approved_motto, key

WORDS, OTHERS = "当好一块砖，群众哪里需要就往哪里搬", "愿做一块砖，哪里需要哪里搬"
NUMBER = 1001


def at(session: Session, moment: datetime = NOON) -> Services:
    return open_services(session, moment, Shelf())


@pytest.fixture
def praised(session: Session) -> Services:
    """An entry with a vote of li's on each of two days and one of wang's."""
    an_approved_motto(session, "zhang", WORDS)
    for nth, (name, days) in enumerate((("li", 0), ("wang", 0), ("li", 1))):
        if days == 0:
            a_member(session, name)
        then = NOON + timedelta(days=days)
        at(session, then).votes.cast(key(name), NUMBER, then, bytes([nth + 1]) * 32)
    return at(session, NOON + timedelta(days=1))


def reword(services: Services) -> None:
    services.mottos.reword(key("zhang"), OTHERS, fold_prose(OTHERS), "masked", warned=True)


@pytest.mark.slow
def test_each_receipt_is_kept_with_the_reason(praised: Services, session: Session) -> None:
    receipts = set(session.scalars(select(Vote.tracker)))

    reword(praised)

    kept = session.scalars(select(WithdrawnVote)).all()
    assert {vote.tracker for vote in kept} == receipts
    assert {(vote.reason, vote.withdrawn_by) for vote in kept} == {("reworded", None)}
    assert session.scalars(select(Vote)).all() == []


@pytest.mark.slow
@pytest.mark.parametrize("why", ["reworded", "withdrawn"])
def test_each_voter_hears_once_how_many_votes_went_and_why(
    praised: Services, session: Session, why: str
) -> None:
    if why == "reworded":
        reword(praised)
    else:
        praised.mottos.withdraw(key("zhang"))

    told = {
        name: praised.notices.tell(key(name), bytes([7] * 32))
        + praised.notices.tell(key(name), bytes([7] * 32))
        for name in ("li", "wang", "zhang")
    }

    assert told == {
        "li": [Notification("votes_clear", {"number": NUMBER, "votes": 2, "why": why})],
        "wang": [Notification("votes_clear", {"number": NUMBER, "votes": 1, "why": why})],
        "zhang": [],
    }


@pytest.mark.slow
def test_an_approval_taken_back_tells_its_voters_so(session: Session) -> None:
    services = at(session)
    number = services.mottos.submit(key("zhang"), WORDS, fold_prose(WORDS), "masked").number
    version = services.moderation.decide(number, 1, staff_id=1)
    services.votes.cast(a_member(session, "li"), number, NOON, bytes([7] * 32))

    services.moderation.undo(number, version, staff_id=1)

    [told] = services.notices.tell(key("li"), bytes([7] * 32))
    assert (told.kind, told.facts["why"]) == ("votes_clear", "undone")
    assert session.scalars(select(WithdrawnVote.reason)).one() == "undone"


@pytest.mark.slow
def test_a_vote_taken_back_by_its_member_has_no_other_reason(
    praised: Services, session: Session
) -> None:
    praised.votes.withdraw(key("wang"), NUMBER, b"w" * 32)

    assert session.scalars(select(WithdrawnVote.reason)).one() is None
    assert praised.notices.tell(key("wang"), bytes([7] * 32)) == []


def test_an_entry_without_votes_goes_in_silence(session: Session) -> None:
    an_approved_motto(session, "zhang", WORDS)
    at(session).mottos.withdraw(key("zhang"))

    assert [deed.action for deed in at(session).moderation.history(NUMBER).deeds] == [
        "motto.withdraw", "motto.approve", "motto.submit",
    ]  # fmt: skip


@pytest.mark.slow
def test_two_votes_of_one_day_cannot_both_pass_on(session: Session) -> None:
    """Votes of a time before entries were joined: the heir has one of the same member's."""
    for name in ("zhang", "chen"):
        an_approved_motto(session, name, WORDS)
    services = at(session)
    services.votes.cast(a_member(session, "li"), NUMBER, NOON, b"1" * 32)
    first = session.scalars(select(Vote)).one()
    values = {c.name: getattr(first, c.name) for c in Vote.__table__.columns}
    session.add(Vote(**values | {"slot": 2, "motto_id": 2, "tracker": "ANOTHER000"}))
    session.flush()

    services.mottos.withdraw(key("zhang"))

    assert [vote.tracker for vote in session.scalars(select(Vote))] == ["ANOTHER000"]
    assert session.scalars(select(WithdrawnVote.reason)).one() == "withdrawn"
