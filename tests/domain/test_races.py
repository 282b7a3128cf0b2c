"""Members and moderators who do things to one entry at the same instant."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.entries import UNDO
from bot.domain.questions import Shelf
from bot.domain.refusals import DecidedMeanwhile
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions
from bot.storage.tables import Motto, Vote, WithdrawnVote
from tests.builders import NOON, a_member, an_approved_motto, key, said
from tests.races import while_it_is_open

pytestmark = pytest.mark.slow

WORDS = "清清白白做人，堂堂正正办事"
IN_TIME = NOON - timedelta(minutes=5) + UNDO - timedelta(seconds=1)
"""A second before the decision of `an_approved_motto` can't be undone any more."""


def services(session: Session) -> Services:
    return open_services(session, IN_TIME, Shelf())


def an_entry_with_a_vote(sessions: Sessions) -> int:
    with sessions.begin() as session:
        a_member(session, "author")
        a_member(session, "voter")
        number = an_approved_motto(session, "author", WORDS)
        services(session).votes.cast(key("voter"), number, IN_TIME, said("投").delivery)
    return number


def test_a_vote_taken_back_while_the_decision_is_undone_is_set_aside_once(
    sessions: Sessions,
) -> None:
    number = an_entry_with_a_vote(sessions)

    while_it_is_open(
        sessions,
        lambda s: services(s).votes.withdraw(key("voter"), number, said("撤回").delivery),
        lambda s: services(s).moderation.undo(number, 2, staff_id=1),
    )

    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Vote)) == 0
        assert session.scalar(select(func.count()).select_from(WithdrawnVote)) == 1
        assert session.scalars(select(Motto.state)).one() == "waiting"


def test_a_decision_that_is_undone_while_its_author_rewords_comes_too_late(
    sessions: Sessions,
) -> None:
    number = an_entry_with_a_vote(sessions)
    anew = "愿做一块砖，哪里需要哪里搬"

    with pytest.raises(DecidedMeanwhile):
        while_it_is_open(
            sessions,
            lambda s: s.execute(select(Motto.id).with_for_update()).all(),
            lambda s: services(s).moderation.undo(number, 2, staff_id=1),
            lambda s: services(s).mottos.reword(
                key("author"), anew, fold_prose(anew), "masked", warned=True
            ),
        )

    with sessions() as session:
        assert session.scalars(select(Motto.words)).one() == anew
