"""The lookout sees what waits, what is left of the disk, and what must not be."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import metrics
from bot.lookout import Lookout
from bot.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def lookout(service_settings: Settings, figures: Path) -> Iterator[Lookout]:
    lookout = Lookout(service_settings)
    yield lookout
    lookout.close()


def test_what_waits_for_a_decision_is_counted(lookout: Lookout, figures: Path) -> None:
    lookout.look()

    assert (metrics.figure(figures, "wx_moderation_pending") or 0) > 0
    assert (metrics.figure(figures, "wx_moderation_oldest_seconds") or 0) > 0


def test_the_room_on_the_disk_is_measured(
    lookout: Lookout, figures: Path, service_settings: Settings
) -> None:
    lookout.look()

    free = shutil.disk_usage(service_settings.data_dir).free
    assert metrics.figure(figures, "wx_disk_free_bytes") == pytest.approx(free, rel=0.2)


def test_the_age_of_the_latest_backup_is_told_once_there_is_one(
    lookout: Lookout, figures: Path, service_settings: Settings
) -> None:
    lookout.look()
    assert not metrics.figure(figures, "wx_backup_age_seconds")
    backup = service_settings.data_dir / "backups" / "sibian-20261205-120000.zip"
    backup.parent.mkdir()
    backup.touch()
    os.utime(backup, (time.time(), time.time() - 3600))

    lookout.look()

    assert metrics.figure(figures, "wx_backup_age_seconds") == pytest.approx(3600, abs=30)


def test_a_broken_invariant_is_reported_and_a_sound_database_is_not(
    lookout: Lookout, figures: Path, tmp_path: Path
) -> None:
    lookout.look()
    assert b"wx_invariant_violations_total{" not in metrics.page(figures)
    with closing(sqlite3.connect(tmp_path / "sibian.db")) as store, store:
        store.execute("PRAGMA ignore_check_constraints = ON")
        store.execute("UPDATE motto SET state = 'approved' WHERE state = 'waiting'")

    lookout.look()

    assert b"wx_invariant_violations_total{" in metrics.page(figures)


def test_a_database_that_is_away_keeps_the_other_figures_from_nobody(
    lookout: Lookout, figures: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "sibian.db")) as store:
        store.execute("ALTER TABLE motto RENAME TO moved")

    with capture_logs() as logs:
        lookout.look()

    assert [log["event"] for log in logs] == ["nothing to be seen"]
    assert metrics.figure(figures, "wx_disk_free_bytes")
