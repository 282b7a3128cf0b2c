"""Signing in by WeChat on the ballot page, with the simulator in WeChat's place."""

import html
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine, select, update
from structlog.testing import capture_logs
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

import bot.wechat.sign_in
from bot.domain.identity import member_key
from bot.domain.members import Members
from bot.domain.questions import Shelf
from bot.domain.services import transactions
from bot.h5.signing_in import Failure
from bot.h5.views import h5
from bot.settings import Settings
from bot.simulator.account import Account
from bot.simulator.app import create_simulator
from bot.simulator.chats import Chats
from bot.simulator.sign_in import LIFE, SignIns, WrongDomain, domains_of
from bot.simulator.target import Target
from bot.storage.tables import BallotVisit, Person
from bot.wechat.sign_in import SignIn
from tests.builders import NOON, SECRET, chained
from tests.h5.conftest import Campaign, some_settings

pytestmark = pytest.mark.slow

APP_SECRET = "the-secret-of-the-account"
OURS = "https://vote.example.gov.cn"
ZHANG = 0
"""The first of the simulator's phones."""
GUEST = -1


def account(wechat: str) -> Settings:
    """Of an account that may ask WeChat, which is there."""
    changes = {
        "wechat_sign_in": True, "wechat_app_secret": SecretStr(APP_SECRET),
        "wechat_api_base": wechat, "wechat_open_base": wechat,
    }  # fmt: skip
    return some_settings(OURS).model_copy(update=changes)


@pytest.fixture(scope="module")
def wechat() -> Iterator[str]:
    """The simulator on this machine."""
    simulator = create_simulator(account("http://127.0.0.1:1"))
    server = make_server("127.0.0.1", 0, simulator, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(engine: Engine, wechat: str) -> Flask:
    """The pages of the account that may ask WeChat."""
    return pages(engine, account(wechat))


def pages(engine: Engine, settings: Settings) -> Flask:
    app = Flask("pages", static_folder=None)
    transaction = transactions(chained(engine), lambda _: NOON, Shelf())
    sign_in = SignIn(settings) if settings.wechat_sign_in else None
    app.register_blueprint(h5(settings, transaction, sign_in))
    app.add_url_rule("/vendor/<path:filename>", "vendor", lambda filename: filename)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A phone that reaches us at our address."""
    client = app.test_client()
    client.environ_base |= {"HTTP_HOST": urlsplit(OURS).netloc, "wsgi.url_scheme": "https"}
    return client


def ways(client: FlaskClient) -> list[str]:
    """Where WeChat may send this browser back to: one address for each phone, the guest's last."""
    left = client.get("/h/vote/sign-in")
    assert left.status_code == 303
    assert "scope=snsapi_base" in left.location
    shown = requests.get(left.location, timeout=5).text
    return [html.unescape(way) for way in re.findall(r'<a href="([^"]+)"', shown)]


def comes_back(client: FlaskClient, way: str) -> TestResponse:
    """The browser follows WeChat's way back, and where that leads."""
    back = client.get(way.removeprefix(OURS))
    assert back.status_code == 303
    assert back.location in ("/h/vote", *(f"/h/vote?failed={failure}" for failure in Failure))
    return client.get(back.location)


def phone(settings: Settings, number: int = 1) -> str:
    """The openid of one of the simulator's phones."""
    return Chats(Account.of(settings), Target("http://127.0.0.1:1")).of(number).member.openid


@pytest.fixture
def zhang(campaign: Campaign, wechat: str) -> bytes:
    """A follower, by the key; there is something to vote for."""
    campaign.approved("a", "群众的事，一刻也不等")
    openid = phone(account(wechat))
    with campaign.sessions.begin() as session:
        Members(session, NOON).welcome(member_key(SECRET, openid), openid, "")
    return member_key(SECRET, openid)


def visitors(campaign: Campaign) -> list[bytes]:
    with campaign.sessions() as session:
        return list(session.scalars(select(BallotVisit.member_key)))


# ------------------------------------------------------------ the way there and back


def test_a_follower_votes_by_one_tap_and_no_address_tells_who_it_was(
    client: FlaskClient, campaign: Campaign, zhang: bytes, wechat: str
) -> None:
    assert "用微信确认身份，去投票" in client.get("/h/vote").text
    way = ways(client)[ZHANG]
    back = client.get(way.removeprefix(OURS))

    assert back.location == "/h/vote"
    cookies = " ".join(back.headers.getlist("Set-Cookie"))
    assert all(mark in cookies for mark in ("ballot=", "Secure", "HttpOnly", "SameSite=Lax"))
    assert 'type="checkbox"' in client.get("/h/vote").text
    assert visitors(campaign) == [zhang]
    told = f"{way} {back.location} {cookies}"
    assert not any(who in told for who in (phone(account(wechat)), zhang.hex()))


def test_the_way_back_leads_nobody_else_in_and_opens_once(
    client: FlaskClient, app: Flask, campaign: Campaign, zhang: bytes
) -> None:
    way = ways(client)[ZHANG]
    another = app.test_client()
    ways(another)
    for browser in (another, app.test_client()):
        assert "微信没有告诉我们您是谁" in comes_back(browser, way).text
    assert visitors(campaign) == []

    comes_back(client, way)
    # WeChat's browser is known to ask twice: the second time changes nothing.
    assert 'type="checkbox"' in comes_back(client, way).text
    client.delete_cookie("ballot", path="/h/vote")
    assert "微信没有告诉我们您是谁" in comes_back(client, way).text


def test_a_code_that_was_used_is_nobodys(
    client: FlaskClient, campaign: Campaign, zhang: bytes, wechat: str
) -> None:
    (code,) = parse_qs(urlsplit(ways(client)[ZHANG]).query)["code"]
    sign_in = SignIn(account(wechat))

    assert sign_in.member(code) == zhang
    assert sign_in.member(code) is None
    assert sign_in.member("never-given-out") is None


def test_who_looks_at_a_snapshot_or_does_not_follow_is_a_reader(
    client: FlaskClient, campaign: Campaign, zhang: bytes
) -> None:
    assert "微信没有告诉我们您是谁" in comes_back(client, ways(client)[GUEST]).text
    assert "还没有关注公众号" in comes_back(client, ways(client)[1]).text
    with campaign.sessions.begin() as session:
        session.execute(update(Person).values(following=False))

    assert "还没有关注公众号" in comes_back(client, ways(client)[ZHANG]).text
    assert visitors(campaign) == []


# ------------------------------------------------------------ when WeChat does not help


@contextmanager
def odd(answer: bytes) -> Iterator[str]:
    """A server that says this to everything; empty: nothing at all."""
    kept: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                kept.append(connection)
                if answer:
                    connection.recv(4096)
                    connection.sendall(answer)
                    connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in kept:
        connection.close()


def said(status: str, body: str) -> bytes:
    return f"HTTP/1.0 {status}\r\nContent-Type: text/plain\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no HTTP at all",
        said("500 Trouble", ""),
        said("302 Elsewhere", ""),
        said("200 OK", "<html>"),
        said("200 OK", "[]"),
        said("200 OK", "{}"),
        said("200 OK", '{"errcode": -1, "errmsg": "system error"}'),
        said("200 OK", '{"errcode": 40125, "errmsg": "invalid appsecret"}'),
        said("200 OK", '{"errcode": 48001}'),
    ],
    ids=range(10),
)
def test_when_wechat_does_not_say_who_it_is_the_page_says_what_to_do(
    engine: Engine, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(bot.wechat.sign_in, "_PATIENCE", (0.3, 0.3))
    with odd(answer) as wechat:
        app = pages(engine, account(wechat))
        client = app.test_client()
        client.environ_base |= {"wsgi.url_scheme": "https"}
        left = client.get("/h/vote/sign-in")
        (state,) = parse_qs(urlsplit(left.location).query)["state"]
        with capture_logs() as logs:
            page = comes_back(client, f"/h/vote/signed-in?code=c0de&state={state}")

    assert "微信现在没有答复" in page.text
    assert "从公众号里点链接打开" in page.text
    assert logs
    assert not any(secret in str(logs) for secret in (APP_SECRET, "c0de"))


def test_many_who_wait_for_wechat_leave_threads_to_others(wechat: str) -> None:
    sign_in = SignIn(account(wechat).model_copy(update={"threads": 4}))
    assert sign_in.member("one after the other") is None
    assert sign_in.member("is no trouble") is None
    assert sign_in._asking.acquire(blocking=False)

    with pytest.raises(ConnectionError):
        sign_in.member("one too many")


def test_without_the_setting_there_is_no_such_way(engine: Engine) -> None:
    client = pages(engine, some_settings()).test_client()

    for path in ("sign-in", "signed-in"):
        assert client.get(f"/h/vote/{path}").status_code == 404


def test_the_setting_needs_the_secret_of_the_account() -> None:
    facts = some_settings(OURS).model_dump() | {"wechat_sign_in": True}

    with pytest.raises(ValidationError, match="BOT_WECHAT_APP_SECRET"):
        Settings(_env_file=None, **facts)


# ------------------------------------------------------------ WeChat as the simulator plays it


def test_wechat_sends_to_the_accounts_domain_alone_and_forgets_codes() -> None:
    clock = [0.0]
    sign_ins = SignIns("wx1", "secret", domains_of(OURS), lambda: clock[0])
    for page in ("https://evil.example/h", "javascript:alert(1)", "", f"{OURS}.evil.example/"):
        with pytest.raises(WrongDomain):
            sign_ins.way_back(page, "s", "o1")
    way = sign_ins.way_back(f"{OURS}/h", "s", "o1")
    asked = {"appid": "wx1", "secret": "secret", "code": parse_qs(urlsplit(way).query)["code"][0]}

    assert sign_ins.token(asked | {"appid": "wx2"})["errcode"] == 40013
    assert sign_ins.token(asked | {"secret": "guess"})["errcode"] == 40125
    clock[0] = LIFE
    assert sign_ins.token(asked)["errcode"] == 40029
    clock[0] = LIFE - 1
    assert sign_ins.token(asked)["openid"] == "o1"
    assert sign_ins.token(asked)["errcode"] == 40163
