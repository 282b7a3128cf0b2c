"""The doctor looks at files, folders, the disk, and at what should have run."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.backup import a_name
from bot.doctor import machine
from bot.doctor.finding import Finding, Mark
from bot.settings import Settings
from bot.verify import LAST
from bot.worker import HEARTBEAT
from tests.builders import SECRET as TYPED
from tests.doctor.conftest import settings

NOW = datetime.now(UTC)


def left(path: Path, **ago: float) -> Path:
    """A file written so long ago, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    then = (NOW - timedelta(**ago)).timestamp()
    os.utime(path, (then, then))
    return path


def test_a_file_of_settings_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert machine.env_file(file).mark is Mark.GOOD
    file.touch()
    file.chmod(0o640)

    finding = machine.env_file(file)
    file.chmod(0o600)

    assert (finding.mark, finding.step) == (Mark.BAD, f"运行 chmod 600 {file}")
    assert machine.env_file(file).mark is Mark.GOOD


def test_a_secret_that_a_hand_typed_is_noticed() -> None:
    assert machine.secret(settings()).mark is Mark.GOOD
    assert machine.secret(settings(secret_key="abc123" * 8)).mark is Mark.BAD
    assert TYPED not in machine.secret(settings(secret_key=TYPED)).said


def test_a_data_folder_must_be_there_and_ours(tmp_path: Path) -> None:
    assert machine.data_dir(settings(data_dir=tmp_path)).mark is Mark.GOOD

    missing = machine.data_dir(settings(data_dir=tmp_path / "var"))

    assert missing.mark is Mark.BAD
    assert "mkdir -p" in missing.step


def test_a_folder_that_can_not_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert "chown" in machine.data_dir(settings(data_dir=tmp_path)).step


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_less_than_two_gigabytes_are_too_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> Usage:
        asked.append(path)
        return Usage(0, 0, 2 * machine.GIB - len(asked))

    monkeypatch.setattr(shutil, "disk_usage", usage)

    assert machine.disk(settings(data_dir=tmp_path / "not" / "yet")).mark is Mark.BAD
    assert asked == [tmp_path]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 2 * machine.GIB))
    assert machine.disk(settings(data_dir=tmp_path)).mark is Mark.GOOD


def test_a_backup_is_taken_every_day(at_home: Settings) -> None:
    def mark() -> Mark:
        return machine.backup(at_home, NOW).mark

    assert mark() is Mark.NOTE
    left(a_name(at_home.data_dir, NOW - timedelta(days=2)), hours=27)
    assert mark() is Mark.NOTE
    latest = left(a_name(at_home.data_dir, NOW), hours=25)
    assert mark() is Mark.GOOD
    latest.chmod(0o644)
    assert mark() is Mark.BAD


def test_what_the_last_check_of_the_invariants_found_is_told(at_home: Settings) -> None:
    def after(violations: int, **ago: float) -> Finding:
        word = {"at": (NOW - timedelta(**ago)).isoformat(), "violations": violations}
        (at_home.data_dir / LAST).write_text(json.dumps(word))
        return machine.verified(at_home, NOW)

    assert machine.verified(at_home, NOW).mark is Mark.NOTE
    assert after(0, days=7).mark is Mark.GOOD
    assert after(0, days=9).mark is Mark.NOTE
    assert after(3, days=1).mark is Mark.BAD
    assert "3" in after(3, days=1).said


def test_a_worker_that_has_not_done_its_round_is_told(at_home: Settings) -> None:
    def mark() -> Mark:
        return machine.worker(at_home, NOW).mark

    assert mark() is Mark.BAD
    left(at_home.data_dir / HEARTBEAT, seconds=50)
    assert mark() is Mark.GOOD
    left(at_home.data_dir / HEARTBEAT, minutes=5)
    assert mark() is Mark.BAD
