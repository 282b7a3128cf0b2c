"""The bot is reached over HTTP alone, and never when it is a real one."""

import socket
from collections.abc import Iterator

import pytest

from bot.simulator import target as targets
from bot.simulator.delivery import deliver
from bot.simulator.pushes import Follower
from bot.simulator.target import Production, Target
from tests.simulator.fake_bot import ACCOUNT, OPENID, FakeBot, served, settings

AT = 1731990601
PUSH = Follower(ACCOUNT.account_id, OPENID).text("答题", AT)


@pytest.fixture
def dumb_address() -> Iterator[str]:
    """Something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def empty_address() -> str:
    """An address of this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_push_reaches_the_bot_and_its_answer_comes_back() -> None:
    bot = FakeBot(lambda push: f"听到“{push['Content']}”")

    with served(bot.app()) as address:
        delivery = deliver(ACCOUNT, PUSH, Target(address).send, AT)

    assert delivery.answer is not None
    assert delivery.answer.text == "听到“答题”"
    assert bot.pushes[0]["FromUserName"] == OPENID


def test_a_bot_that_says_nothing_is_given_up(
    dumb_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "LIMIT", 0.1)

    with pytest.raises(TimeoutError):
        Target(dumb_address).send({}, b"")


def test_a_bot_that_is_not_there_is_unreachable(empty_address: str) -> None:
    target = Target(empty_address)

    target.refuse_production()

    with pytest.raises(ConnectionError):
        target.send({}, b"")


def test_a_bot_in_production_is_refused() -> None:
    bot = FakeBot(lambda _: None, env="production")

    with served(bot.app()) as address, pytest.raises(Production):
        Target(address).refuse_production()


@pytest.mark.slow
def test_a_bot_that_was_away_is_asked_again_what_it_is() -> None:
    bot = FakeBot(lambda _: None)
    with served(bot.app()) as address:
        target = Target(address)
        target.refuse_production()
    with pytest.raises(ConnectionError):
        target.send({}, b"")
    bot.env = "production"

    with served(bot.app(), port=int(address.rpartition(":")[2])), pytest.raises(Production):
        target.refuse_production()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
    ],
)
def test_the_bot_is_where_the_settings_have_it_listen(host: str, address: str) -> None:
    assert Target.of(settings(host=host, port=8000)).address == address
