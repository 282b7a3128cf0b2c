"""What is said to the driver itself means what SQLAlchemy would have said, on each engine."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, Table, bindparam, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.storage.database import Sessions
from bot.storage.directly import ask
from bot.storage.spoken import Query, Spoken
from bot.storage.tables import Attempt, Contest, Delivery, Member, Motto, Round, Unit, table_of
from bot.storage.together import Together
from tests.builders import FIRST_DAY, NOON, a_member, an_approved_motto, key
from tests.handlers.papers import a_paper, five_questions

MEMBER = {"member": key("zhang")}


@pytest.fixture
def peopled(sessions: Sessions) -> Sessions:
    """Somebody with a paper and a motto."""
    with sessions.begin() as session:
        a_member(session)
        an_approved_motto(session, "zhang", "学而时习之，不亦说乎")
        a_paper(session, key("zhang"), five_questions())
    return sessions


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Contest, Round, Member, Motto, Attempt, Delivery])
def test_each_column_is_read_as_sqlalchemy_reads_it(peopled: Sessions, kind: Any) -> None:
    table: Table = table_of(kind)
    question = select(*table.c).order_by(*table.primary_key)

    with peopled() as session:
        rows = Query(question).all(session, {})
        assert [tuple(row) for row in rows] == [tuple(row) for row in ask(session, question)]
        assert [row._asdict() for row in rows] == [*ask(session, question).mappings()]


@pytest.mark.slow
def test_values_are_told_as_sqlalchemy_tells_them(peopled: Sessions) -> None:
    contest, attempt = table_of(Contest), table_of(Attempt)
    question: Select[Any] = (
        select(contest.c.title, attempt.c.started_at, attempt.c.day)
        .join_from(attempt, contest, attempt.c.contest_id == contest.c.id)
        .where(
            attempt.c.member_key == bindparam("member"),
            attempt.c.started_at <= bindparam("until"),
            attempt.c.day >= bindparam("since"),
            contest.c.points_each == 2,
        )
        .limit(5)
    )
    values = {**MEMBER, "until": NOON + timedelta(days=1), "since": FIRST_DAY}

    with peopled() as session:
        row = Query(question).first(session, values)
        assert tuple(row) == tuple(ask(session, question, values).one())
        assert Query(question).first(session, values | {"until": NOON - timedelta(days=9)}) is None


@pytest.mark.slow
@pytest.mark.parametrize("words", ["approved", "", "'; --", "100%", "%s :now ?", "\\", "\\'", "对"])
def test_words_that_never_change_are_told_as_sqlalchemy_tells_them(
    peopled: Sessions, words: str
) -> None:
    unit = table_of(Unit)
    with peopled.begin() as session:
        session.execute(insert(unit).values(id=77, code=words, name="一个"))
    question = select(unit.c.name).where(unit.c.code == words, unit.c.id > -1).limit(1)

    with peopled() as session:
        assert [row.name for row in Query(question).all(session, {})] == ["一个"]


def test_a_limit_is_part_of_the_words() -> None:
    state = table_of(Motto).c.state
    question = select(state).where(state == "approved", state != bindparam("but")).limit(2)

    words = Spoken(question, create_engine("postgresql+psycopg://").dialect).words

    assert "state = 'approved'" in words
    assert "LIMIT 2" in words
    assert words.count("%(") == 1


@pytest.mark.slow
def test_a_broken_key_is_told_as_sqlalchemy_tells_it(peopled: Sessions) -> None:
    again = Together(insert(table_of(Unit)).values(id=1, code="CD", name="又一个"))

    with peopled() as session, pytest.raises(IntegrityError):
        again.run(session, {})


CUT = {
    "postgresql": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"),
    "mysql": ("SELECT connection_id()", "KILL {}"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "store_url",
    [
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
    indirect=True,
)
def test_a_line_that_was_cut_is_known_to_be_lost(sessions: Sessions) -> None:
    question = Query(select(table_of(Contest).c.id))
    own, cut = CUT[sessions.kw["bind"].dialect.name]

    with sessions() as session, sessions() as other:
        number = session.scalar(text(own))
        other.execute(text(cut.format(number)))
        with pytest.raises(OperationalError) as told:
            question.all(session, {})
        assert told.value.connection_invalidated
        session.rollback()
        assert len(question.all(session, {})) == 1, "on another line"
