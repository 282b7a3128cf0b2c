"""A wrong setting stops the program, all wrong ones are named at once, and no value is shown."""

from pathlib import Path

import pytest

from bot.settings import BadSettings, read_settings

GOOD = {
    "BOT_ENV": "production",
    "BOT_SECRET_KEY": "a secret of at least thirty-two letters",
    "BOT_PUBLIC_URL": "https://party.example.gov.cn",
    "BOT_WECHAT_TOKEN": "pubTok3n2024",
    "BOT_WECHAT_APP_ID": "wx3f9a6b1c2d4e5f70",
    "BOT_WECHAT_AES_KEY": "Qm7xVd2RtYkB9pLw0ZsHn4JcEu6Fa1GiTy5NcWq8XrP",
}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problems(monkeypatch: pytest.MonkeyPatch, **changes: str) -> list[str]:
    for name, value in (GOOD | changes).items():
        monkeypatch.setenv(name, value)
    try:
        read_settings()
    except BadSettings as error:
        return error.problems
    return []


def test_good_settings_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(monkeypatch) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_ENV", "staging"),
        ("BOT_SECRET_KEY", "too short"),
        ("BOT_WECHAT_TOKEN", ""),
        ("BOT_WECHAT_TOKEN", "changeme"),
        ("BOT_WECHAT_MODE", "plain"),
        ("BOT_WECHAT_MODE", "whatever"),
        ("BOT_WECHAT_AES_KEY", ""),
        ("BOT_WECHAT_AES_KEY", "short"),
        ("BOT_WECHAT_AES_KEY_PREVIOUS", "short"),
        ("BOT_PUBLIC_URL", "http://party.example.gov.cn"),
        ("BOT_PORT", "0"),
        ("BOT_PORT", "eighty"),
        ("BOT_WORKERS", "0"),
        ("BOT_REDIS_URL", "https://cache:6379"),
        ("BOT_MAINTENANCE", "22:00"),
        ("BOT_REDIS_URL", "redis+sentinel://:password@one,two"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    found = problems(monkeypatch, **{name: value})

    assert any(name in problem for problem in found)
    assert not any(value and value in problem for problem in found if len(value) > 5)


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = problems(monkeypatch, BOT_PORT="x", BOT_SECRET_KEY="y", BOT_REDIS_URL="z")

    assert len(found) == 3


def test_a_secret_never_shows_in_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)

    printed = repr(read_settings())

    for name in ("BOT_SECRET_KEY", "BOT_WECHAT_TOKEN", "BOT_WECHAT_AES_KEY"):
        assert GOOD[name] not in printed
