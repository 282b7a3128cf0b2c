"""Deciding anew what was decided long ago: no mistake of the desk has to stay."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.entries import UNDO, MottoState
from bot.domain.moderation import Reason
from bot.domain.refusals import DecidedMeanwhile, NoSuchEntry, OwnDecision
from bot.domain.votes import LATE
from bot.storage.database import Sessions
from bot.storage.tables import Motto, Notice, Vote
from tests.builders import CLOSES, NOON, a_waiting_motto, an_approved_motto, key, said
from tests.domain.test_piles import CLEAN, LI, WANG, at, colleagues

SUN = 3
LATER = NOON + UNDO


def notices(session: Session) -> list[tuple[bytes, str]]:
    return [(row.member_key, row.kind) for row in session.scalars(select(Notice))]


@pytest.mark.slow
def test_what_hangs_comes_down_at_once_and_waits_without_its_votes(session: Session) -> None:
    number = an_approved_motto(session, "zhang", CLEAN)
    at(session).votes.cast(key("li"), number, NOON, said("投").delivery)

    at(session, LATER).moderation.reopen(number, 2, SUN)

    assert at(session, LATER).mottos.public(number) is None
    (card,) = at(session, LATER).moderation.queue().mottos
    assert (card.number, card.version, card.submitted_at) == (number, 3, LATER)
    assert session.scalars(select(Vote.tracker)).all() == []
    assert notices(session) == [(key("li"), "votes_clear")]
    at(session, LATER).moderation.decide(number, 3, LI, Reason.UNFIT)
    assert (key("zhang"), "motto_returned") in notices(session)


@pytest.mark.slow
def test_what_was_sent_back_by_mistake_is_decided_anew(session: Session) -> None:
    number = a_waiting_motto(session, "zhang", CLEAN)
    at(session).moderation.decide(number, 1, LI, Reason.TYPO, CLEAN.replace("净", "静"))

    at(session, LATER).moderation.reopen(number, 2, SUN)

    card = at(session, LATER).moderation.queue().mottos[0]
    assert (card.reason, card.fix, card.decided_at) == (None, None, None)
    at(session, LATER).moderation.decide(number, 3, LI)
    assert session.scalars(select(Motto.state)).one() == MottoState.APPROVED


def test_while_it_can_be_undone_and_once_it_is_sealed_it_stays(session: Session) -> None:
    number = a_waiting_motto(session, "zhang", CLEAN)
    with pytest.raises(DecidedMeanwhile):
        at(session, LATER).moderation.reopen(number, 1, SUN)
    at(session).moderation.decide(number, 1, LI)

    for version, moment in ((2, LATER - timedelta(seconds=1)), (1, LATER)):
        with pytest.raises(DecidedMeanwhile):
            at(session, moment).moderation.reopen(number, version, SUN)
    at(session, CLOSES + LATE).sealing.seal(1)
    with pytest.raises(DecidedMeanwhile):
        at(session, CLOSES + LATE).moderation.reopen(number, 2, SUN)
    with pytest.raises(NoSuchEntry):
        at(session, LATER).moderation.reopen(number + 1, 1, SUN)


@pytest.mark.slow
def test_against_whose_decision_there_was_an_appeal_does_not_reopen_it(session: Session) -> None:
    number = a_waiting_motto(session, "zhang", CLEAN)
    at(session).moderation.decide(number, 1, LI, Reason.TYPO)
    at(session, LATER).appeals.open(key("zhang"), "没有错字")
    at(session, LATER).moderation.decide(number, 3, WANG)

    with pytest.raises(OwnDecision):
        at(session, LATER + UNDO).moderation.reopen(number, 4, LI)

    at(session, LATER + UNDO).moderation.reopen(number, 4, SUN)
    with pytest.raises(OwnDecision):
        at(session, LATER + UNDO).moderation.decide(number, 5, LI)


@pytest.mark.slow
def test_the_trail_allows_it_on_each_engine(sessions: Sessions) -> None:
    with sessions.begin() as session:
        colleagues(session)
        number = an_approved_motto(session, "zhang", CLEAN)
        at(session, LATER).moderation.reopen(number, 2, SUN)

    with sessions() as session:
        history = at(session, LATER).moderation.history(number)
    assert history.deeds[0].action == "motto.reopen"
    assert history.card.state is MottoState.WAITING
