"""The sample campaign is one in full swing, and never mixes with people's own data."""

from collections import Counter

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot.demo import load_demo
from bot.domain.entries import MottoState
from bot.domain.invariants import check
from bot.domain.members import in_use
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.storage.tables import Base, Motto, Score
from quiz_bank import Kind, load_shipped
from tests.builders import NOON, SECRET, a_member, chained, key
from tests.h5.conftest import some_settings

pytestmark = pytest.mark.slow

BANK = load_shipped()


@pytest.fixture(scope="module")
def session() -> Session:
    """The sample campaign, loaded at noon; tests only look at it."""
    from sqlalchemy import create_engine

    engine: Engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    session = chained(engine)()
    load_demo(session, NOON, some_settings(), BANK)
    session.commit()
    return session


def test_everything_in_it_came_about_by_the_rules(session: Session) -> None:
    assert check(session, NOON, SECRET) == []


def test_twelve_mottos_are_approved_and_five_wait(session: Session) -> None:
    states = Counter(session.scalars(select(Motto.state)))

    assert states == {MottoState.APPROVED: 12, MottoState.WAITING: 5}


def test_todays_paper_has_every_kind_a_chat_shows_with_taps(session: Session) -> None:
    a_member(session, "new")

    sitting, _ = open_services(session, NOON, Shelf()).quiz.start(key("new"))

    kinds = {question.kind for question in sitting.questions}
    assert kinds == {Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE}


def test_voting_is_open_today(session: Session) -> None:
    ballot = open_services(session, NOON, Shelf()).votes.ballot(key("new"))

    assert (ballot.left, ballot.most) == (3, 3)
    assert ballot.closes_at > NOON


def test_the_branch_of_the_poster_is_there(session: Session) -> None:
    unit = open_services(session, NOON, Shelf()).units.by_code("CD-XA")

    assert unit is not None
    assert unit.full_name == "城东街道·新安社区支部"


def test_there_are_standings_to_look_at(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(Score)) == 20


def test_it_is_in_use_from_then_on(session: Session) -> None:
    assert in_use(session)
