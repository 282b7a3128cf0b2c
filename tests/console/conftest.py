"""A console over a real database, its clock, and the people who work with it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, Response, send_from_directory
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import bot
from bot.console.views import console
from bot.conversation.folding import fold_prose
from bot.domain import passwords
from bot.domain.questions import Shelf
from bot.domain.roles import Role
from bot.domain.services import Services, Transaction, transactions
from bot.domain.staff import Colleague
from bot.settings import Settings
from tests.board import laid_out
from tests.builders import NOON, SECRET, a_campaign, a_member, chained
from tests.console.browser import Browser

PASSWORD = "一句容易记的话，十二个字以上"

Opened = Callable[[], AbstractContextManager[Session]]


@dataclass
class Clock:
    """The database's clock, which tests move on."""

    now: datetime = NOON

    def __call__(self, _session: Session) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(autouse=True)
def hashed_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are slow on purpose; how slow, tests/domain/test_passwords.py knows."""
    monkeypatch.setattr(passwords, "_HASHER", _QUICK)
    monkeypatch.setattr(passwords, "_NOBODYS", _QUICK.hash("nobody's"))


_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine() -> Engine:
    """An in-memory database with the small campaign."""
    return laid_out(a_campaign)


@pytest.fixture
def transaction(engine: Engine, clock: Clock) -> Transaction:
    """How the console reaches the domain."""
    return transactions(chained(engine), clock, Shelf())


@pytest.fixture
def opened(engine: Engine) -> Opened:
    """A session for looking at the rows; what is done on it is committed."""

    @contextmanager
    def opened() -> Iterator[Session]:
        with chained(engine).begin() as session:
            yield session

    return opened


def some_settings(**changes: Any) -> Settings:
    values: dict[str, Any] = {
        "env": "development",
        "secret_key": SecretStr(SECRET),
        "wechat_token": SecretStr("a-token-of-tests"),
        "wechat_app_id": "wx-test",
        "wechat_aes_key": SecretStr("A" * 43),
    }
    return Settings(_env_file=None, **(values | changes))


def an_app(transaction: Transaction, **settings: Any) -> Flask:
    """The console alone, with the one view of the application that its pages point to."""
    app = Flask("tests", static_folder=None)
    app.register_blueprint(console(some_settings(**settings), transaction))
    app.add_url_rule("/vendor/<path:filename>", "vendor", _vendor)
    return app


def _vendor(filename: str) -> Response:
    return send_from_directory(Path(bot.__file__).parent / "vendor", filename, max_age=3600)


@pytest.fixture
def app(transaction: Transaction) -> Flask:
    return an_app(transaction)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser on which nobody has signed in."""
    return Browser(app)


@pytest.fixture
def li(app: Flask, transaction: Transaction) -> Browser:
    """The browser of 李审核, a moderator who is signed in."""
    return signed_in(app, transaction, "李审核")


@pytest.fixture
def wang(app: Flask, transaction: Transaction) -> Browser:
    """The browser of 王审核, another moderator."""
    return signed_in(app, transaction, "王审核")


@pytest.fixture
def viewer(app: Flask, transaction: Transaction) -> Browser:
    """The browser of somebody who may only look."""
    return signed_in(app, transaction, "赵只读", Role.VIEWER)


def signed_in(
    app: Flask,
    transaction: Transaction,
    name: str,
    role: Role = Role.MODERATOR,
    *,
    proved: bool = True,
) -> Browser:
    """A browser on which a new colleague is signed in, with the second step done or not."""
    browser = Browser(app)
    with transaction() as services:
        token = services.staff.open_sign_in(a_colleague(services, name, role).id, proved=proved)
    browser.client.set_cookie("sibian", token)
    return browser


def a_colleague(services: Services, name: str, role: Role = Role.MODERATOR) -> Colleague:
    return services.staff.add(name, PASSWORD, role)


@dataclass
class Submit:
    """Submits mottos, each by a member of its own."""

    opened: Opened
    transaction: Transaction
    count: int = 0

    def __call__(self, words: str, unit: int | None = 2, signature: str = "masked") -> int:
        self.count += 1
        with self.opened() as session:
            author = a_member(session, f"author-{self.count}", unit)
        with self.transaction() as services:
            return services.mottos.submit(author, words, fold_prose(words), signature).number


@pytest.fixture
def submit(opened: Opened, transaction: Transaction) -> Submit:
    return Submit(opened, transaction)
