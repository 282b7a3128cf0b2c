"""Sessions on a connection whose transaction has begun: all is kept, or nothing."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.storage.database import Sessions, open_readers
from bot.storage.directly import short_look, short_transactions
from bot.storage.tables import Unit

pytestmark = pytest.mark.slow


class Fault(Exception):
    """What a turn may raise."""


def a_unit(session: Session) -> None:
    session.add(Unit(id=77, code="77", name="一个"))


def fails_after_a_unit(session: Session) -> None:
    a_unit(session)
    session.flush()
    raise Fault


def is_there(sessions: Sessions) -> bool:
    with sessions() as session:
        return bool(session.scalar(select(func.count()).where(Unit.id == 77)))


def test_what_was_added_is_written_before_the_commit(sessions: Sessions) -> None:
    with short_transactions(sessions)() as session:
        a_unit(session)

    assert not session.in_transaction()
    assert is_there(sessions)


def test_of_a_block_that_fails_nothing_is_left_and_its_session_has_ended(
    sessions: Sessions,
) -> None:
    with pytest.raises(Fault), short_transactions(sessions)() as session:
        fails_after_a_unit(session)

    assert not session.in_transaction()
    assert not is_there(sessions)


def test_a_look_that_asked_for_an_object_has_ended(sessions: Sessions) -> None:
    readers = open_readers(sessions.kw["bind"])

    with short_look(readers) as session:
        assert session.get(Unit, 77) is None
        assert session.in_transaction()

    assert not session.in_transaction()
