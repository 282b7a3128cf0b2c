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
from tests.bench.campaign import CONTEST, crowd, lay_out, teach_sqlite, yardstick_campaign
from tests.bench.scripts import Part


class Subject(Protocol):
    """One of the three."""

    name: str
    app: str
    """Where its factory is, as module:factory."""
    settings: dict[str, str]
    """Where its stores are."""

    def set_up(self, bank: Bank, people: int) -> None:
        """Fill an empty database with a campaign in which so many people have taken part."""

    def prepare(self, parts: Sequence[Part]) -> None:
        """Bring the members of these parts to where their parts begin."""

    def rows(self) -> Counter[str]:
        """How many answers and votes its database holds."""


class Empty:
    """A view that says one word. It knows no members and keeps nothing."""

    name = "empty"
    app = "tests.bench.empty:create_app"
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
    app = "tests.bench.yardstick:create_app"

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.settings = {"BOT_DATABASE_URL": database_url, "BOT_REDIS_URL": redis_url}
        self._sessions = yardstick.open_sessions(database_url)
        self._redis = Redis.from_url(redis_url)

    def set_up(self, bank: Bank, people: int) -> None:
        with self._sessions.begin() as session:
            yardstick_campaign(session, people, datetime.now(UTC))

    def prepare(self, parts: Sequence[Part]) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for part in parts:
            if part.paper:
                codes = ",".join(question.code for question in part.paper)
                facts = {"doing": "quiz", "paper": codes, "place": 1}
                pipe.hset(f"state:{part.openid}", mapping=facts)  # type: ignore[arg-type]
        pipe.execute()
        with self._sessions.begin() as session:
            _insert(session, yardstick.Answer, [_earned(part) for part in parts if part.points])

    def rows(self) -> Counter[str]:
        with self._sessions() as session:
            return _count(session, answer=yardstick.Answer, vote=yardstick.Vote)


class Ours:
    """The bot of this project."""

    name = "ours"
    app = "bot.app:create_app"

    def __init__(self, database_url: str, redis_url: str, secret: str) -> None:
        self.settings = {"BOT_DATABASE_URL": database_url, "BOT_REDIS_URL": redis_url}
        self._secret = secret
        self._engine = open_engine(database_url)
        teach_sqlite(self._engine)
        self._sessions = open_sessions(self._engine)
        self._question_ids: dict[str, int] = {}

    def set_up(self, bank: Bank, people: int) -> None:
        upgrade(self._engine)
        with self._sessions.begin() as session:
            now = datetime.now(UTC)
            self._question_ids = lay_out(session, bank, now)
            crowd(session, people, now)

    def prepare(self, parts: Sequence[Part]) -> None:
        rows: dict[Any, list[dict[str, Any]]] = {Person: [], Member: [], Attempt: [], Score: []}
        now = datetime.now(UTC)
        for part in parts:
            key = {"member_key": member_key(self._secret, part.openid)}
            state = dump(Answering(1) if part.paper else Idle())
            rows[Person].append(key | {"openid": part.openid, "following": True})
            rows[Member].append(key | {"first_seen_at": now, "state": state, "state_at": now})
            key |= {"contest_id": CONTEST}
            if part.paper:
                rows[Attempt].append(key | self._attempt(part, now))
            if part.points:
                earned = {"points": part.points, "days": 1, "reached_at": now}
                rows[Score].append(key | earned)
        with self._sessions.begin() as session:
            for table, values in rows.items():
                _insert(session, table, values)

    def rows(self) -> Counter[str]:
        with self._sessions() as session:
            return _count(session, answer=Answer, vote=Vote)

    def _attempt(self, part: Part, now: datetime) -> dict[str, Any]:
        questions = [self._question_ids[question.code] for question in part.paper]
        return {
            "day": campaign_day(now), "questions": questions, "skipped": [], "started_at": now,
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
