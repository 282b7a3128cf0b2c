"""The pages of a small campaign, as a member's phone asks for them."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, Response, send_from_directory
from flask.testing import FlaskClient
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

import bot
from bot.conversation.folding import fold_prose
from bot.domain.districts import follow_member
from bot.domain.entries import id_of
from bot.domain.moderation import Reason
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services, transactions
from bot.h5.views import h5
from bot.settings import Settings
from bot.storage.database import Sessions
from bot.storage.tables import Member, Motto, Score, Unit
from tests.builders import NOON, SECRET, a_campaign, a_member, an_approved_motto, chained, key

VENDOR = Path(bot.__file__).parent / "vendor"


@dataclass(frozen=True)
class Campaign:
    """What has happened before somebody opens a page."""

    sessions: Sessions

    def joins(self, member: str, name: str | None = None, unit: int | None = 2) -> None:
        """The member, entered when need be, now has this name and this unit."""
        with self.sessions() as session:
            if session.get(Member, key(member)) is None:
                a_member(session, member)
            session.execute(
                update(Member)
                .where(Member.member_key == key(member))
                .values(name=name, unit_id=unit)
            )
            session.commit()

    def has_units(self, **headcounts: int | None) -> None:
        """There are also these units at the top."""
        with self.sessions.begin() as session:
            session.add_all(
                Unit(code=f"U{n}", name=name, headcount=headcount)
                for n, (name, headcount) in enumerate(headcounts.items())
            )

    def approved(self, author: str, words: str, signature: str = "masked") -> int:
        """The number of the author's motto, which stands on the wall with these very words."""
        with self.sessions() as session:
            number = an_approved_motto(session, author, "一句足够长的座右铭")
            values = {"words": words, "folded": fold_prose(words), "signature": signature}
            session.execute(update(Motto).where(Motto.id == id_of(number)).values(**values))
            session.commit()
        return number

    def submitted(self, author: str, words: str) -> int:
        """The number of a motto that waits for review."""
        with self.sessions.begin() as session:
            return _services(session).mottos.submit(key(author), words, words, "masked").number

    def returned(self, author: str, words: str) -> int:
        """The number of a motto that was sent back."""
        number = self.submitted(author, words)
        with self.sessions.begin() as session:
            _services(session).moderation.decide(number, 1, staff_id=1, reason=Reason.TYPO)
        return number

    def withdrawn(self, author: str, words: str) -> int:
        """The number of a motto that stood on the wall until its author withdrew it."""
        number = self.approved(author, words)
        with self.sessions.begin() as session:
            _services(session).mottos.withdraw(key(author))
        return number

    def scored(self, member: str, points: int, days: int = 1, minute: int = 0) -> None:
        """The member has reached these points."""
        with self.sessions.begin() as session:
            session.add(
                Score(
                    member_key=key(member), contest_id=1, points=points, days=days,
                    reached_at=NOON + timedelta(minutes=minute),
                )
            )  # fmt: skip
            session.flush()
            follow_member(session, key(member))


def _services(session: Session) -> Services:
    return open_services(session, NOON, Shelf())


@pytest.fixture
def campaign(engine: Engine) -> Campaign:
    """A campaign in full swing, in which nobody has said anything."""
    sessions = chained(engine)
    with sessions.begin() as session:
        a_campaign(session)
    return Campaign(sessions)


@pytest.fixture
def app(engine: Engine) -> Flask:
    """The pages alone, over a database that may still be empty."""
    app = Flask("pages", static_folder=None)
    app.register_blueprint(
        h5(some_settings(), transactions(chained(engine), lambda _: NOON, Shelf()))
    )
    app.add_url_rule("/vendor/<path:filename>", "vendor", _vendor)
    return app


def some_settings(public_url: str = "") -> Settings:
    """Settings with which everything starts."""
    return Settings(
        _env_file=None,
        env="development",
        secret_key=SECRET,
        wechat_mode="plain",
        wechat_token="a-token-of-the-tests",
        wechat_app_id="wx0123456789abcdef",
        public_url=public_url,
    )


def _vendor(filename: str) -> Response:
    return send_from_directory(VENDOR, filename, max_age=3600)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A phone without a browser."""
    return app.test_client()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the pages are served, on this machine alone."""
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
