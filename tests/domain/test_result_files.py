"""Files of results: one set to each colleague, made once, taken with a trace, gone in time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.erasure import Erasure
from bot.domain.result_files import PATIENCE, NoSuchFile, ResultFiles
from bot.domain.results import NoSuchContest, Wanted
from bot.storage.database import Sessions
from bot.storage.tables import Audit, ResultFile, ResultRequest, Staff
from tests.builders import NOON, a_member

LI, WANTED = 1, Wanted(1, full_names=True)


@pytest.fixture
def on_each(sessions: Sessions) -> Iterator[Session]:
    """A session on each engine, with one colleague."""
    with sessions.begin() as session:
        session.add(
            Staff(id=LI, name="李组织", password_hash="x", role="organiser", created_at=NOON)
        )
        session.flush()
        yield session


def files(session: Session, **later: float) -> ResultFiles:
    return ResultFiles(session, NOON + timedelta(**later))


def make(session: Session, token: bytes) -> None:
    for piece, content in enumerate((b"one, ", b"two")):
        files(session).keep_piece(token, "people.csv", piece, content)
    assert files(session).finish(token)


@pytest.mark.slow
def test_what_was_made_is_handed_out_piece_after_piece(on_each: Session) -> None:
    token = files(on_each).ask(LI, WANTED)
    assert files(on_each).claim() == (token, WANTED)
    assert files(on_each).note(token, 1, 2)
    with pytest.raises(NoSuchFile):
        files(on_each).take(LI, "people.csv")
    make(on_each, token)

    assert files(on_each).take(LI, "people.csv") == b"one, two"
    made = files(on_each).of(LI)
    assert made is not None
    assert [(file.name, file.size) for file in made.files] == [("people.csv", 8)]


@pytest.mark.slow
def test_one_request_is_made_by_one_maker_until_that_falls_silent(on_each: Session) -> None:
    token = files(on_each).ask(LI, WANTED)

    assert files(on_each).claim() == (token, WANTED)
    assert files(on_each).claim() is None
    assert files(on_each, seconds=PATIENCE.total_seconds() + 1).claim() == (token, WANTED)


@pytest.mark.slow
def test_who_asks_again_gets_the_new_and_the_old_is_wanted_no_more(on_each: Session) -> None:
    old = files(on_each).ask(LI, WANTED)
    files(on_each).keep_piece(old, "people.csv", 0, b"old")

    new = files(on_each).ask(LI, Wanted(1, district=1))

    assert not files(on_each).note(old, 1, 1)
    assert not files(on_each).finish(old)
    assert on_each.scalars(select(ResultFile)).all() == []
    assert files(on_each).claim() == (new, Wanted(1, district=1))


@pytest.mark.slow
def test_who_asked_and_who_took_what_is_on_record(on_each: Session) -> None:
    token = files(on_each).ask(LI, WANTED)
    make(on_each, token)
    files(on_each).take(LI, "people.csv")

    trail = on_each.execute(
        select(Audit.actor, Audit.action, Audit.facts).where(Audit.subject == "results:1")
    ).all()
    asked = {"contest": 1, "district": None, "full_names": True}
    assert trail[0] == (f"staff:{LI}", "results.ask", asked)
    assert trail[1][:2] == (f"staff:{LI}", "results.take")
    assert trail[1].facts.items() >= (asked | {"file": "people.csv"}).items()


@pytest.mark.slow
def test_what_failed_is_not_tried_for_ever(on_each: Session) -> None:
    token = files(on_each).ask(LI, WANTED)
    files(on_each).claim()
    files(on_each).fail(token)

    assert files(on_each, days=1).claim() is None


@pytest.mark.slow
def test_when_a_member_is_erased_all_files_go(on_each: Session) -> None:
    make(on_each, files(on_each).ask(LI, WANTED))
    member = a_member(on_each, "zhang", 2)

    Erasure(on_each, NOON).erase(member)

    assert on_each.scalars(select(ResultFile)).all() == []
    assert on_each.scalars(select(ResultRequest)).all() == []


@pytest.mark.slow
def test_results_of_no_contest_or_no_district_are_refused(on_each: Session) -> None:
    for wanted in (Wanted(9), Wanted(1, district=9)):
        with pytest.raises(NoSuchContest):
            files(on_each).ask(LI, wanted)
