"""The doctor looks at what WeChat's console and our settings must agree on."""

import socket
from typing import Any

import pytest
import requests

from bot.doctor import account
from bot.doctor.finding import Mark
from tests.doctor.conftest import GOOD, settings

DEVELOPMENT = {"env": "development"}
SIGNING_IN = {"wechat_sign_in": True, "wechat_app_secret": "of-the-account"}


@pytest.mark.parametrize(
    "check",
    [
        account.public_url,
        account.mode,
        account.token,
        account.aes_key,
        account.app_id,
        account.account,
        account.sign_in,
    ],
)
def test_good_settings_are_good(check: Any) -> None:
    assert check(settings()).mark is Mark.GOOD


@pytest.mark.parametrize(
    ("check", "changes", "mark"),
    [
        (account.public_url, {"public_url": "", **DEVELOPMENT}, Mark.NOTE),
        (account.public_url, {"public_url": "https://10.0.0.7"}, Mark.BAD),
        (account.public_url, {"public_url": "https://localhost"}, Mark.BAD),
        (account.public_url, {"public_url": "http://a.gov.cn", **DEVELOPMENT}, Mark.BAD),
        (account.public_url, {"public_url": "https://a.gov.cn/wechat"}, Mark.BAD),
        (account.public_url, {"public_url": "https://a.gov.cn/"}, Mark.GOOD),
        (account.mode, {"wechat_mode": "plain", **DEVELOPMENT}, Mark.NOTE),
        (account.token, {"wechat_token": "a-token"}, Mark.BAD),
        (account.token, {"wechat_token": "abc123"}, Mark.NOTE),
        (account.aes_key, {"wechat_aes_key": "A" * 43}, Mark.BAD),
        (
            account.aes_key,
            {"wechat_aes_key": "", "wechat_mode": "plain", **DEVELOPMENT},
            Mark.NOTE,
        ),
        (
            account.aes_key,
            {"wechat_aes_key_previous": GOOD["wechat_aes_key"]},
            Mark.NOTE,
        ),
        (account.aes_key, {"wechat_aes_key_previous": "B" * 43}, Mark.NOTE),
        (account.app_id, {"wechat_app_id": "wx123"}, Mark.BAD),
        (account.account, {"wechat_account": ""}, Mark.NOTE),
        (account.sign_in, SIGNING_IN, Mark.GOOD),
        (account.sign_in, {**SIGNING_IN, "public_url": "", **DEVELOPMENT}, Mark.BAD),
        (account.account, {"wechat_account": "kunshan"}, Mark.BAD),
    ],
)
def test_what_is_odd_about_a_setting_is_told_with_the_next_step(
    check: Any, changes: dict[str, Any], mark: Mark
) -> None:
    finding = check(settings(**changes))

    assert finding.mark is mark
    assert bool(finding.step) == (mark is not Mark.GOOD)


def test_no_secret_is_told() -> None:
    told = [
        check(settings(wechat_aes_key="AB" * 21 + "C", wechat_token="secret-token")).said
        for check in (account.token, account.aes_key)
    ]

    assert not any("ABAB" in said or "secret-token" in said for said in told)


# ---------------------------------------------------------------- asking our own address


class Answer:
    def __init__(self, status_code: int, text: str) -> None:
        self.status_code, self.text = status_code, text


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were asked for; each answers that it lives."""
    asked: list[str] = []

    def get(url: str, **_: Any) -> Answer:
        asked.append(url)
        return Answer(200, "live\n")

    monkeypatch.setattr(requests, "get", get)
    return asked


def test_our_own_public_address_is_asked_and_nobody_else(asked: list[str]) -> None:
    finding = account.online(settings(public_url="https://a.gov.cn/"))

    assert finding is not None
    assert finding.mark is Mark.GOOD
    assert asked == ["https://a.gov.cn/healthz/live"]
    assert account.online(settings(public_url="", **DEVELOPMENT)) is None


@pytest.mark.parametrize("answer", [Answer(502, "Bad Gateway"), Answer(200, "<h1>nginx</h1>")])
def test_an_answer_that_is_not_ours_is_told(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "get", lambda *_, **__: answer)

    finding = account.online(settings())

    assert finding is not None
    assert "nginx" in finding.step


@pytest.mark.parametrize(("resolves", "step"), [(True, "443"), (False, "解析记录")])
def test_a_name_that_leads_nowhere_is_told_from_a_door_that_is_shut(
    resolves: bool, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise requests.ConnectionError

    def look_up(*_: Any) -> list[str]:
        if not resolves:
            raise OSError
        return ["an address"]

    monkeypatch.setattr(requests, "get", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    finding = account.online(settings())

    assert finding is not None
    assert finding.mark is Mark.BAD
    assert step in finding.step
