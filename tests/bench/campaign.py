"""The campaign that is measured, and the crowd that took part before: rows made by SQL itself.

A crowd of a million would take minutes row by row; one statement to a table takes seconds.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    FromClause,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    cast,
    create_engine,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session

from bot.domain.contests import make_room_for_attempts
from bot.domain.entries import MottoState
from bot.domain.identity import campaign_day
from bot.domain.wordings import add_questions
from bot.storage.tables import (
    Answer,
    Attempt,
    Contest,
    ContestQuestion,
    Delivery,
    Member,
    Motto,
    Person,
    Round,
    RoundSlot,
    Score,
    Unit,
    Vote,
)
from quiz_bank import Bank
from tests.bench import yardstick
from tests.bench.scripts import MOTTOS

CONTEST, ROUND = 1, 1
UNITS = 40
REPLY = b"<xml>" + b" " * 390 + b"</xml>"
"""As long as the inner XML of an ordinary answer."""


def words_of(motto: int) -> str:
    """The words of a motto: all of the usual length, no two alike."""
    return f"学思践悟守初心，实干担当作表率，第{motto}条"


def lay_out(session: Session, bank: Bank, now: datetime) -> dict[str, int]:
    """A contest and a selection in full swing, nobody in them; the questions' ids by code."""
    today, week, months = campaign_day(now), timedelta(days=7), timedelta(days=90)
    session.add_all(Unit(id=n, code=f"U{n}", name=f"第{n}支部") for n in range(1, UNITS + 1))
    session.add(
        Contest(
            id=CONTEST, title="我们的十三五", first_day=today - week, last_day=today + months,
            points_each=2, new_paper_hour=7,
        )
    )  # fmt: skip
    session.add(
        Round(
            id=ROUND, title="座右铭评选", collects_from=now - week, collects_until=now + months,
            opens_at=now - week, closes_at=now + months, own_entry_allowed=False,
        )
    )  # fmt: skip
    ids = add_questions(session, bank.questions)
    session.add_all(ContestQuestion(contest_id=CONTEST, question_id=id_) for id_ in ids)
    make_room_for_attempts(session, CONTEST, most=1)
    session.add_all(RoundSlot(round_id=ROUND, slot=slot) for slot in (1, 2, 3))
    session.add_all(_motto(n, now - week) for n in range(1, MOTTOS + 1))
    return {question.code: id_ for question, id_ in zip(bank.questions, ids, strict=True)}


def _motto(number: int, then: datetime) -> Motto:
    words = words_of(number)
    return Motto(
        round_id=ROUND, author=hashlib.md5(words.encode()).digest(), words=words, folded=words,
        signature="masked", state=MottoState.APPROVED, version=2, submitted_at=then,
        decided_at=then,
    )  # fmt: skip


def crowd(connection: Connection, people: int, now: datetime) -> None:
    """So many members, each with a paper, an answer, a vote and a delivery of yesterday."""
    yesterday = now - timedelta(days=1)
    them = _gather(connection, people, yesterday)
    number, key, then = them.c.number, them.c.key, them.c.moment
    day, delivery = campaign_day(yesterday), key.op("||")(key)
    rows: dict[Any, dict[str, Any]] = {
        Person: {"member_key": key, "openid": _named("oCrowd", number), "following": True},
        Member: {
            "member_key": key, "first_seen_at": then, "state": '{"is": "Idle"}',
            "state_at": then, "unit_id": 1 + number % UNITS, "name": "张三",
        },
        Attempt: {
            "member_key": key, "contest_id": CONTEST, "day": day, "questions": [1, 2, 3, 4, 5],
            "skipped": [], "started_at": then, "finished_at": then,
        },
        Answer: {
            "member_key": key, "contest_id": CONTEST, "day": day, "place": 1,
            "question_id": 1 + number % 100, "choice": "B", "correct": True, "points": 2,
            "delivery_key": delivery, "answered_at": then,
        },
        Score: {
            "member_key": key, "contest_id": CONTEST, "points": 2 * (number % 40),
            "days": 1 + number % 7, "reached_at": then, "district_id": 1 + number % UNITS,
        },
        Vote: {
            "member_key": key, "round_id": ROUND, "day": day, "slot": 1,
            "motto_id": 1 + number % MOTTOS, "delivery_key": delivery, "accepted_at": then,
            "tracker": cast(1_000_000_000 + number, String),
        },
        Delivery: {
            "member_key": key, "delivery_key": delivery, "fingerprint": delivery,
            "outcome": "done", "reply": REPLY, "received_at": then,
        },
    }  # fmt: skip
    for table, values in rows.items():
        _pour(connection, table, them, values)


def yardstick_crowd(connection: Connection, people: int, now: datetime) -> None:
    """The same for the yardstick."""
    yesterday = now - timedelta(days=1)
    them = _gather(connection, people, yesterday)
    number, then, openid = them.c.number, them.c.moment, _named("oCrowd", them.c.number)
    day = campaign_day(yesterday)
    _pour(connection, yardstick.Answer, them, {
        "openid": openid, "day": day, "place": 1, "question": "Q1", "choice": "B",
        "correct": True, "points": 2 * (number % 40), "created_at": then,
    })  # fmt: skip
    _pour(connection, yardstick.Vote, them, {
        "openid": openid, "day": day, "motto_id": 1001 + number % MOTTOS, "created_at": then,
    })  # fmt: skip


@contextmanager
def pouring(url: str) -> Iterator[Connection]:
    """A connection for rows by the million: a crash would lose them, and no statement is too long.

    SQLite is given the functions by which PostgreSQL makes a key and a moment of a number.
    """
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.create_function("md5", 1, _md5, deterministic=True)
            driver.create_function("decode", 2, _decode, deterministic=True)
            driver.create_function("to_timestamp", 1, _to_timestamp, deterministic=True)
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
            connection.exec_driver_sql("PRAGMA cache_size=-500000")
        else:
            connection.exec_driver_sql("SET timezone = 'UTC'")
            # Millions of foreign keys would be looked up that we know to be right.
            connection.exec_driver_sql("SET session_replication_role = replica")
        yield connection
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What a database does by itself some time later would disturb the measurement.
        after = {"sqlite": "PRAGMA wal_checkpoint(TRUNCATE)", "postgresql": "VACUUM ANALYZE"}
        connection.exec_driver_sql(after[engine.dialect.name])
    engine.dispose()


def _md5(words: str) -> str:
    return hashlib.md5(words.encode()).hexdigest()


def _decode(digits: str, _format: str) -> bytes:
    return bytes.fromhex(digits)


def _to_timestamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _gather(connection: Connection, people: int, until: datetime) -> FromClause:
    """The crowd: a number, a key, and a moment of the last six days for each.

    They lie in the order of their keys, which makes the filling fast.
    """
    # Wide, since a million of them are multiplied below.
    numbers = select(literal(1, BigInteger).label("number")).cte("numbers", recursive=True)
    following = numbers.c.number + 1
    numbers = numbers.union_all(select(following).where(numbers.c.number < people))
    key = func.decode(func.md5(cast(numbers.c.number, String)), "hex")
    rank = func.row_number().over(order_by=key)
    moment = func.to_timestamp(int(until.timestamp()) - numbers.c.number * 7_919 % 518_400)
    columns = (Column("number", Integer), Column("key", LargeBinary), Column("moment", DateTime))
    them = Table("crowd", MetaData(), *columns, prefixes=["TEMPORARY"])
    them.create(connection)
    in_order = select(rank, key, moment).order_by(key)
    connection.execute(insert(them).from_select(["number", "key", "moment"], in_order))
    return them


def _named(prefix: str, number: ColumnElement[int]) -> ColumnElement[str]:
    return literal(prefix, String).op("||")(cast(100_000_000 + number, String))


def _pour(connection: Connection, table: Any, them: FromClause, values: dict[str, Any]) -> None:
    columns = table.__table__.c
    made = [
        value if isinstance(value, ColumnElement) else literal(value, columns[name].type)
        for name, value in values.items()
    ]
    everybody = select(*made).select_from(them).order_by(them.c.number)
    connection.execute(insert(table).from_select(list(values), everybody))
