"""The whole application over a real database, and members who talk to it as WeChat would."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import create_app
from bot.demo import load_demo
from bot.domain import sounds
from bot.domain.identity import member_key
from bot.domain.invariants import check
from bot.domain.questions import Shelf
from bot.domain.quiz import Quiz
from bot.settings import Settings
from bot.simulator.account import Account
from bot.simulator.answers import Answer, Tap
from bot.simulator.pushes import Follower, Push
from bot.storage.database import Sessions, open_engine
from bot.storage.patient import open_survey
from bot.storage.schema import upgrade
from bot.storage.tables import Attempt
from quiz_bank import Question, load_shipped
from tests.builders import SECRET, Fill, chained


@dataclass
class World:
    """The application, its clock, and its database."""

    settings: Settings
    sessions: Sessions
    client: FlaskClient = field(init=False)
    ahead: timedelta = field(default=timedelta())
    _running: ExitStack = field(default_factory=ExitStack)

    def start_anew(self) -> None:
        """Another process, which remembers nothing of its own."""
        self.end()
        app = create_app(self.settings, clock=lambda _: self.now())
        self.client = app.test_client()
        self._running.callback(app.extensions["engine"].dispose)

    def end(self) -> None:
        """The process ends, and its connections with it."""
        self._running.close()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def member(self, openid: str) -> "Talker":
        return Talker(self, openid)

    def row(self, query: Any) -> Any:
        with self.sessions() as session:
            return session.scalars(query).first()

    def rows(self, query: Any) -> list[Any]:
        with self.sessions() as session:
            return list(session.scalars(query))


@dataclass
class Talker:
    """A member at the phone: each method sends a sealed push and gives what the phone shows.

    Nobody reads and answers within a second, so each push is of a second of its own.
    """

    world: World
    openid: str
    latest: Answer | None = None
    second: int = 0
    """Of the latest push."""

    @property
    def key(self) -> bytes:
        return member_key(SECRET, self.openid)

    def says(self, words: str) -> Answer:
        return self.sends(self.push(words))

    def push(self, words: str, at: int = 0) -> Push:
        return self._follower.text(words, at or self.next_second())

    def next_second(self) -> int:
        """When the next push is made."""
        self.second = max(int(time.time()), self.second + 1)
        return self.second

    def speaks(self, words: str) -> Answer:
        return self.sends(self._follower.voice(words, self.next_second()))

    def taps(self, label: str) -> Answer:
        """Tap the words that carry this label in the latest reply."""
        assert self.latest is not None
        taps = [part for part in self.latest.parts if isinstance(part, Tap)]
        tap = next(tap for tap in taps if label in tap.label)
        return self.sends(self._follower.tap(tap.sends, tap.menu_id, self.next_second()))

    def follows(self, scene: str = "") -> Answer:
        return self.sends(self._follower.subscribe(self.next_second(), scene))

    def leaves(self) -> Answer:
        return self.sends(self._follower.unsubscribe(self.next_second()))

    def sends(self, push: Push) -> Answer:
        account = Account.of(self.world.settings)
        sealed = account.seal(push, int(time.time()))
        response = self.world.client.post("/wechat", query_string=sealed.query, data=sealed.body)
        assert response.status_code == 200
        self.latest = account.open_reply(response.data)
        return self.latest

    def question(self) -> Question:
        """The question that the member should answer next, read from the rows."""
        with self.world.sessions() as session:
            return _open_question(session, self.key)

    @property
    def _follower(self) -> Follower:
        return Follower(self.world.settings.wechat_account, self.openid)


def _open_question(session: Session, member: bytes) -> Question:
    attempt = session.scalars(select(Attempt).where(Attempt.member_key == member)).one()
    sitting = Quiz(session, attempt.started_at, Shelf()).sitting(member)
    assert sitting is not None
    assert sitting.current is not None
    return sitting.question(sitting.current)


@pytest.fixture
def world(store_url: str, fill_store: Callable[[Fill], None]) -> Iterator[World]:
    """The sample campaign in full swing, on each engine."""
    fill_store(load_sample)
    # As `bot serve` does before it takes a message: no turn has to wait for it.
    sounds.load()
    settings = settings_for(store_url)
    engine = open_engine(store_url)
    world = World(settings, chained(engine))
    world.start_anew()
    yield world
    world.end()
    engine.dispose()
    # As the program does it: a transaction of a turn would be ended where a machine is slow.
    survey = open_survey(store_url)
    with Session(survey) as session:
        assert check(session, world.now(), SECRET) == []
    survey.dispose()


def load_sample(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    with chained(engine).begin() as session:
        load_demo(session, datetime.now(UTC), settings_for(url), load_shipped())
    engine.dispose()


def settings_for(store_url: str) -> Settings:
    return Settings(
        _env_file=None,
        env="development",
        secret_key=SECRET,
        database_url=store_url,
        redis_url="",
        wechat_token="a-token-of-the-tests",
        wechat_app_id="wx0123456789abcdef",
        wechat_aes_key="Qm7xVd2RtYkB9pLw0ZsHn4JcEu6Fa1GiTy5NcWq8XrP",
        wechat_account="gh_0123456789ab",
    )
