"""A pass opens once, within half an hour, and a new one takes the place of the old."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.passes import VALID, Passes
from bot.storage.database import Sessions
from bot.storage.tables import DataPass
from tests.builders import NOON, a_member, key
from tests.races import while_it_is_open


def passes(session: Session, after: timedelta = timedelta()) -> Passes:
    return Passes(session, NOON + after)


@pytest.mark.slow
def test_a_pass_opens_once(session: Session) -> None:
    token = passes(session).issue(key("zhang"))

    assert passes(session).opens(token)
    assert passes(session).opens(token), "to look uses nothing up"
    assert passes(session).redeem(token) == key("zhang")
    assert passes(session).redeem(token) is None
    assert not passes(session).opens(token)


def test_a_pass_waits_for_half_an_hour(session: Session) -> None:
    token = passes(session).issue(key("zhang"))

    assert passes(session, VALID - timedelta(seconds=1)).opens(token)
    assert not passes(session, VALID).opens(token)
    assert passes(session, VALID).redeem(token) is None


def test_a_new_pass_takes_the_place_of_the_old(session: Session) -> None:
    old, new = (passes(session).issue(key("zhang")) for _ in range(2))

    assert not passes(session).opens(old)
    assert passes(session).opens(new)


def test_nobody_opens_anything_with_a_guess(session: Session) -> None:
    passes(session).issue(key("zhang"))

    for guess in ("", "x", key("zhang").hex()):
        assert passes(session).redeem(guess) is None


def test_the_table_does_not_have_the_token(session: Session) -> None:
    token = passes(session).issue(key("zhang"))

    assert token.encode() not in session.scalars(select(DataPass.token_hash)).one()


@pytest.mark.slow
def test_of_two_who_redeem_at_once_one_gets_in(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "zhang")
        token = passes(session).issue(key("zhang"))
    opened: list[bytes | None] = []

    def redeem(session: Session) -> None:
        opened.append(passes(session).redeem(token))

    while_it_is_open(sessions, redeem, redeem)

    assert sorted(map(bool, opened)) == [False, True]
