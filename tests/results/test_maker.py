"""The maker in the worker: it makes what was asked for, says how far it is, and never hangs."""

import pytest
from sqlalchemy import select

from bot.domain.result_files import ResultFiles
from bot.domain.results import Wanted
from bot.results import maker as room
from bot.results.building import NAMES
from bot.results.maker import Maker
from bot.storage.database import Sessions
from bot.storage.tables import ResultFile, Staff
from tests.builders import NOON
from tests.domain.test_item_analysis import answered
from tests.processes import eventually

pytestmark = pytest.mark.slow

LI = 1


@pytest.fixture
def maker(sessions: Sessions, store_url: str) -> Maker:
    with sessions.begin() as session:
        session.add(
            Staff(id=LI, name="李组织", password_hash="x", role="organiser", created_at=NOON)
        )
        answered(session, "zhang", "B", "A")
    return Maker(sessions, lambda _: NOON, store_url)


def ask(sessions: Sessions) -> bytes:
    with sessions.begin() as session:
        return ResultFiles(session, NOON).ask(LI, Wanted(1))


def test_what_was_asked_for_is_made_beside_the_other_duties(
    maker: Maker, sessions: Sessions
) -> None:
    ask(sessions)

    maker.look()

    def is_made() -> bool:
        with sessions.begin() as session:
            request = ResultFiles(session, NOON).of(LI)
            return request is not None and sorted(f.name for f in request.files) == sorted(NAMES)

    eventually(is_made)


def test_with_nothing_to_make_nothing_happens(maker: Maker, sessions: Sessions) -> None:
    maker.look()

    with sessions.begin() as session:
        assert session.scalars(select(ResultFile)).all() == []


def test_what_goes_wrong_is_said_where_the_files_would_be(
    maker: Maker, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = ask(sessions)

    def fails(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(room, "build", fails)
    maker.make(token, Wanted(1))

    with sessions.begin() as session:
        request = ResultFiles(session, NOON).of(LI)
        assert request is not None
        assert (request.failed, request.files) == (True, [])


def test_files_that_nobody_waits_for_any_more_are_not_kept(
    maker: Maker, sessions: Sessions
) -> None:
    old = ask(sessions)
    ask(sessions)

    maker.make(old, Wanted(1))

    with sessions.begin() as session:
        assert session.scalars(select(ResultFile)).all() == []
