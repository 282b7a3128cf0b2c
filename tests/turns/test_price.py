"""A message is cheap: the trips to the store that each takes are counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, update

import handlers
from bot.conversation.reply import Reply
from bot.domain.questions import Shelf
from bot.glances import Glances
from bot.storage.database import Sessions, open_readers
from bot.storage.memory import Memory
from bot.storage.tables import Member, Motto, Round
from bot.turns import Turns
from tests.builders import NOON, a_member, an_approved_motto, key, said
from tests.handlers.papers import a_paper, five_questions


def rendered(reply: Reply, *_: Any) -> bytes:
    return str(reply).encode()


@pytest.fixture
def bot(sessions: Sessions) -> Turns:
    """The whole bot; 张三 is known to it, and there is a motto to vote for."""
    with sessions.begin() as session:
        a_member(session)
        a_member(session, "li")
        an_approved_motto(session, "li", "学而时习之，不亦说乎")
    shelf, talk = Shelf(), handlers.conversation
    glances = Glances(open_readers(sessions.kw["bind"]), shelf, lambda _: NOON, talk, rendered)
    play = handlers.play
    return Turns(sessions, Memory(""), shelf, lambda _: NOON, play, rendered, glances.answer)


@contextmanager
def trips(engine: Engine | Connection) -> Iterator[list[str]]:
    """The statements that are said to the store meanwhile, each in one line."""
    told: list[str] = []

    def note(*call: Any) -> None:
        told.append(" ".join(str(call[2]).split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(engine, "before_cursor_execute", note)


def counted(bot: Turns, sessions: Sessions, *lines: str) -> list[int]:
    """How many statements each of these lines takes, said one second after the other."""
    counts = []
    for second, line in enumerate(lines, start=1):
        with trips(sessions.kw["bind"]) as told:
            assert bot.take(said(line, sent_at=NOON + timedelta(seconds=second)))
        counts.append(len(told))
    return counts


def on(sessions: Sessions, *, postgres: list[int], others: list[int]) -> list[int]:
    """PostgreSQL takes several changes in one trip."""
    return postgres if sessions.kw["bind"].dialect.name == "postgresql" else others


def test_help_is_one_look(bot: Turns, sessions: Sessions) -> None:
    assert counted(bot, sessions, "帮助") == [1]


@pytest.mark.slow
def test_a_vote_is_a_few_trips(bot: Turns, sessions: Sessions) -> None:
    assert counted(bot, sessions, "投1001号") == on(sessions, postgres=[6], others=[7])


@pytest.mark.slow
def test_each_rule_of_a_round_costs_a_vote_one_trip_and_only_where_it_holds(
    bot: Turns, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.execute(update(Member).values(unit_id=3, name="张三"))
        session.execute(update(Motto).values(unit_id=2))
        rules = {"eligibility": "bound", "own_unit_allowed": False, "per_entry": 2}
        session.execute(update(Round).values(**rules))

    assert counted(bot, sessions, "投1001号") == on(sessions, postgres=[6 + 3], others=[7 + 3])


@pytest.mark.slow
def test_an_answer_is_a_few_trips_and_the_last_tells_the_standing_too(
    bot: Turns, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        a_paper(session, key("zhang"), five_questions())
    bot.take(said("答题"))

    trips = counted(bot, sessions, "B", "B", "AC", "对", "B")

    assert trips == on(sessions, postgres=[5, 4, 4, 4, 10], others=[7, 6, 6, 6, 13])
