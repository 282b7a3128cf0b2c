"""What is measured: the empty view, the yardstick, ours; each with its data and its server."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from redis import Redis
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.conversation.state import Answering, Idle, dump
from bot.domain.identity import campaign_day, member_key
from bot.storage.database import open_engine, open_sessions
from bot.storage.schema import upgrade
from bot.storage.tables import Answer, Attempt, Member, Person, Score, Vote
from quiz_bank import Bank
from tests.bench import yardstick
from tests.bench.campaign import CONTEST, crowd, lay_out, pouring, words_of, yardstick_crowd
from tests.bench.scripts import MOTTOS, Paper, Part


class Subject(Protocol):
    """One of the three."""

    name: str
    settings: dict[str, str]
    """Where its stores are."""

    @property
    def program(self) -> Sequence[str]:
        """What Python runs to serve it."""

    def set_up(self, bank: Bank, people: int) -> None:
        """Fill an empty database with a campaign in which so many people have taken part."""

    def prepare(self, parts: Sequence[Part]) -> None:
        """Bring the members of these parts to where their parts begin."""

    def rows(self) -> Counter[str]:
        """How many answers and votes its database holds."""


class Empty:
    """A view that says one word. It knows no members and keeps nothing."""

    name = "empty"
    program = ("-m", "tests.bench.seat", "tests.bench.empty")
    settings: dict[str, str]

    def __init__(self) -> None:
        self.settings = {}

    def set_up(self, bank: Bank, people: int) -> None:
        """It has no data."""

    def prepare(self, parts: Sequence[Part]) -> None:
        """It knows nobody."""

    def rows(self) -> Counter[str]:
        """It keeps nothing."""
        return Counter()


class Yardstick:
    """The bot that most people write."""

    name = "yardstick"
    program = ("-m", "tests.bench.seat", "tests.bench.yardstick")

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.settings = {"BOT_DATABASE_URL": database_url, "BOT_REDIS_URL": redis_url}
        self._sessions = yardstick.open_sessions(database_url)
        self._redis = Redis.from_url(redis_url)

    def set_up(self, bank: Bank, people: int) -> None:
        with self._sessions.begin() as session:
            yardstick.Base.metadata.create_all(session.connection())
            session.add_all(
                yardstick.Motto(id=1000 + n, words=words_of(n)) for n in range(1, MOTTOS + 1)
            )
        with pouring(self.settings["BOT_DATABASE_URL"]) as connection:
            yardstick_crowd(connection, people, datetime.now(UTC))

    def prepare(self, parts: Sequence[Part]) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for part in parts:
            if part.paper:
                codes = ",".join(question.code for question in part.paper)
                facts: dict[Any, Any] = {"doing": "quiz", "paper": codes, "place": 1}
                pipe.hset(f"state:{part.openid}", mapping=facts)
        pipe.execute()
        with self._sessions.begin() as session:
            _insert(session, yardstick.Answer, [_earned(part) for part in parts if part.points])

    def rows(self) -> Counter[str]:
        with self._sessions() as session:
            return _count(session, answer=yardstick.Answer, vote=yardstick.Vote)


class Ours:
    """The bot of this project."""

    program = ("-m", "bot", "serve")

    def __init__(self, database_url: str, redis_url: str, secret: str, name: str = "ours") -> None:
        self.name = name
        self.settings = {"BOT_DATABASE_URL": database_url, "BOT_REDIS_URL": redis_url}
        self._secret = secret
        self._engine = open_engine(database_url)
        self._sessions = open_sessions(self._engine)
        self._question_ids: dict[str, int] = {}

    def set_up(self, bank: Bank, people: int) -> None:
        upgrade(self._engine)
        now = datetime.now(UTC)
        with self._sessions.begin() as session:
            self._question_ids = lay_out(session, bank, now)
        with pouring(self.settings["BOT_DATABASE_URL"]) as connection:
            crowd(connection, people, now)

    def prepare(self, parts: Sequence[Part]) -> None:
        rows: dict[Any, list[dict[str, Any]]] = {Person: [], Member: [], Attempt: [], Score: []}
        now = datetime.now(UTC)
        for part in parts:
            key = member_key(self._secret, part.openid)
            state = dump(Answering(1) if part.paper else Idle())
            rows[Person].append({"member_key": key, "openid": part.openid, "following": True})
            rows[Member].append(
                {"member_key": key, "first_seen_at": now, "state": state, "state_at": now}
            )
            if part.paper:
                rows[Attempt].append(self._attempt(key, part.paper, now))
            if part.points:
                rows[Score].append(_score(key, part.points, now))
        with self._sessions.begin() as session:
            for table, values in rows.items():
                _insert(session, table, values)

    def rows(self) -> Counter[str]:
        with self._sessions() as session:
            return _count(session, answer=Answer, vote=Vote)

    def _attempt(self, member: bytes, paper: Paper, now: datetime) -> dict[str, Any]:
        questions = [self._question_ids[question.code] for question in paper]
        return {
            "member_key": member, "contest_id": CONTEST, "day": campaign_day(now),
            "questions": questions, "skipped": [], "started_at": now,
        }  # fmt: skip


def _score(member: bytes, points: int, now: datetime) -> dict[str, Any]:
    return {
        "member_key": member, "contest_id": CONTEST, "points": points, "days": 1,
        "reached_at": now,
    }  # fmt: skip


def _earned(part: Part) -> dict[str, Any]:
    yesterday = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
    return {
        "openid": part.openid, "day": yesterday.date(), "place": 1, "question": "Q1",
        "choice": "B", "correct": True, "points": part.points, "created_at": yesterday,
    }  # fmt: skip


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _count(session: Session, **tables: Any) -> Counter[str]:
    counts = {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in tables.items()
    }
    return Counter(counts)
