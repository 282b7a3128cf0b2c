"""The doctor goes on whatever it finds, and says for each what to do next."""

import json
from pathlib import Path
from string import Formatter

import pytest
from click.testing import CliRunner, Result

from bot import doctor
from bot.commands import main
from bot.doctor.wording import FINDINGS
from bot.settings import Settings
from bot.worker import HEARTBEAT
from tests.doctor.conftest import GOOD


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    return {f"BOT_{name.upper()}": str(value) for name, value in GOOD.items()}


def bot(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, words, env=environment)


def marks(result: Result) -> dict[str, str]:
    return {found["check"]: found["mark"] for found in json.loads(result.output)["findings"]}


@pytest.mark.slow
def test_a_fresh_service_becomes_well_by_doing_what_the_doctor_says(
    environment: dict[str, str], tmp_path: Path
) -> None:
    before = bot(environment, "doctor")
    for words in [("db", "upgrade"), ("demo",), ("admin", "add", "李审核"), ("verify",)]:
        assert bot(environment, *words).exit_code == 0
    assert bot(environment, "backup").exit_code == 0
    (tmp_path / "var" / HEARTBEAT).touch()

    after = bot(environment, "doctor", "--json")

    assert before.exit_code == 1
    assert "下一步：运行 bot db upgrade" in before.output
    assert {check: mark for check, mark in marks(after).items() if mark != "good"} == {}
    assert (after.exit_code, json.loads(after.output)["well"]) == (0, True)


def test_wrong_settings_are_told_by_the_doctor_too(environment: dict[str, str]) -> None:
    result = bot(environment | {"BOT_PORT": "x", "BOT_WORKERS": "y"}, "doctor")

    assert result.exit_code == 1
    assert "BOT_PORT" in result.output
    assert "BOT_WORKERS" in result.output


def test_a_check_that_fails_is_told_and_keeps_none_from_being_made(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "var" / "verified.json").write_text("not JSON")

    result = bot(environment, "doctor", "--json")

    assert marks(result)["check"] == "bad"
    assert {"verified", "database"} & marks(result).keys() == {"database"}


def test_nothing_of_the_settings_that_is_secret_is_told(environment: dict[str, str]) -> None:
    result = bot(environment, "doctor")

    secrets = [GOOD[name] for name in ("secret_key", "wechat_token", "wechat_aes_key")]
    assert not [secret for secret in secrets if secret in result.output]


def test_nobody_is_called_without_being_asked_to(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Settings] = []
    monkeypatch.setattr(doctor.account, "online", asked.append)

    bot(environment, "doctor")
    assert asked == []
    bot(environment, "doctor", "--online")
    assert len(asked) == 1


def test_whatever_is_not_good_has_a_next_step() -> None:
    fine = {("redis", "none"), ("env_file", "none"), ("contest", "coming"), ("round", "coming")}
    fine |= {("round", "over"), ("sign_in", "off")}

    for check, findings in FINDINGS.items():
        for what, words in findings.items():
            assert ("→" in words) == (what != "good" and (check, what) not in fine) or (
                check == "check"
            ), words
            assert [*Formatter().parse(words)]
