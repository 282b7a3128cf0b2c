"""Signals and quarantine on each engine."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.domain.votes import LATE
from bot.storage.database import Sessions
from bot.storage.tables import Person
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key, said

pytestmark = pytest.mark.slow
SEALED = CLOSES + LATE
PAID = 12


def test_votes_that_look_bought_are_found_and_set_apart_on_each_engine(sessions: Sessions) -> None:
    with sessions.begin() as session:
        number = an_approved_motto(session, "author", "群众的事，一刻也不等")
        for voter in range(PAID):
            a_member(session, f"p{voter}")
            votes = open_services(session, NOON, Shelf()).votes
            votes.cast(key(f"p{voter}"), number, NOON, said("投", f"p{voter}").delivery)
        session.execute(update(Person).values(followed_at=NOON - timedelta(hours=1)))
    with sessions.begin() as session:
        services = open_services(session, SEALED, Shelf())
        (finding,) = services.stuffing.findings(1)
        case = services.quarantines.propose(1, finding, 1)
    with sessions.begin() as session:
        assert open_services(session, SEALED, Shelf()).sealing.seal(1)
    with sessions.begin() as session:
        services = open_services(session, SEALED, Shelf())
        services.quarantines.confirm(case, 2)
        assert len(services.quarantines.claim_mine(key("p0"))) == 1
        services.quarantines.propose_release(case, 1, only_claimed=True)
    with sessions.begin() as session:
        services = open_services(session, SEALED, Shelf())
        services.quarantines.release(case, 2)
        line = services.tally.poll().lines[0]
        assert (line.votes, line.quarantined) == (1, PAID - 1)
        services.outcomes.publicise(1, 3)
        assert services.outcomes.current().quarantined == PAID - 1
