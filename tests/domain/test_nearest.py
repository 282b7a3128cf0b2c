"""The earlier entry that is nearest to what lies on the desk."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.domain.entries import MottoState, read_cards
from bot.domain.moderation import Reason
from bot.domain.nearest import Near
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from tests.builders import NOON
from tests.domain.test_piles import BRICK, LI, at, colleagues, reword, sit, submit

LATER = NOON + timedelta(hours=1)
PERSON, OFFICIAL = "清清白白做人，干干净净做事", "清清白白做人，干干净净做官"


def near(session: Session, number: int, shelf: Shelf | None = None) -> Near | None:
    services = open_services(session, LATER, shelf or Shelf())
    (card,) = [card for card in read_cards(session) if card.number == number]
    return services.nearest.of([card]).get(number)


@pytest.mark.slow
def test_the_nearest_before_it_is_found_with_what_was_decided(session: Session) -> None:
    colleagues(session)
    first, other = submit(session, PERSON, BRICK)
    at(session).moderation.decide(first, 1, LI, Reason.UNFIT)
    (number,) = submit(session, OFFICIAL, since=LATER)

    found = near(session, number)

    assert found is not None
    assert (found.card.number, found.percent) == (first, 91)
    assert (found.card.state, found.card.reason) == (MottoState.RETURNED, Reason.UNFIT)
    assert near(session, first) is None
    assert near(session, other) is None


@pytest.mark.slow
def test_what_lies_on_the_same_pile_is_no_news_but_what_was_decided_is(session: Session) -> None:
    colleagues(session)
    first, second = submit(session, BRICK, f"我{BRICK}")
    sit(session, LI)
    assert near(session, second) is None

    at(session).moderation.decide(first, 1, LI)

    found = near(session, second)
    assert found is not None
    assert (found.card.number, found.percent) == (first, 100)


def test_what_was_found_is_kept_and_told_as_it_stands_now(session: Session) -> None:
    colleagues(session)
    first, number = submit(session, PERSON, OFFICIAL)
    shelf = Shelf()
    assert near(session, number, shelf) is not None

    at(session).moderation.decide(first, 1, LI)
    found = near(session, number, shelf)

    assert found is not None
    assert found.card.state == MottoState.APPROVED
    reword(session, first, BRICK)
    assert near(session, number, shelf) is None
