"""The stage: one in-memory database with a campaign in full swing, laid out anew in no time."""

import sqlite3
from functools import cache

from sqlalchemy import Engine

from bot.storage.database import open_engine
from bot.storage.tables import Base
from tests.builders import a_campaign, a_member, a_waiting_motto, an_approved_motto, chained

AUTHORS = {
    "chen": "清清白白做人，堂堂正正办事",
    "lin": "愿做一块砖，哪里需要哪里搬",
    "wu": "把群众的小事当成自己的大事",
    "he": "扎根田野，一步一个脚印往前走",
}
"""Who has an approved motto from the beginning: numbers 1001 to 1004."""
HOPEFULS = {"sun": "群众无小事，件件要落实", "qian": "不忘来时的路，走好脚下的路"}
"""Whose motto waits for review: numbers 1005 and 1006."""


@cache
def _boards() -> Engine:
    """One engine, so that what is compiled for one example serves the next."""
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    with chained(engine).begin() as session:
        a_campaign(session)
        for author, words in AUTHORS.items():
            a_member(session, author)
            an_approved_motto(session, author, words)
        for author, words in HOPEFULS.items():
            a_member(session, author)
            a_waiting_motto(session, author, words)
    return engine


@cache
def _scenery() -> sqlite3.Connection:
    """A copy of the campaign as it was at first."""
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    _connection().backup(copy)
    return copy


def _connection() -> sqlite3.Connection:
    with _boards().connect() as connection:
        driver = connection.connection.driver_connection
        connection.rollback()
    assert isinstance(driver, sqlite3.Connection)
    return driver


def laid_out() -> Engine:
    """The database as it was at first; there is but one, in this thread."""
    _scenery().backup(_connection())
    return _boards()
