"""The figures: added up over posts, kept through deaths, seen at their own port alone."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from bot import metrics
from bot.settings import Settings
from tests.ports import free_port
from tests.processes import eventually
from tests.service import Service, WeChat, serving

NOTING = """
import os, signal, sys
from pathlib import Path
from bot import metrics

folder, post, death = sys.argv[1:]
metrics.share(Path(folder), post)
metrics.delivery("text", "ok", 0.02)
metrics.pool_in_use(3)
os.kill(os.getpid(), int(death))
"""


def note(figures: Path, post: str, death: int = 0) -> None:
    """Note a delivery in a process of its own, which then dies."""
    subprocess.run([sys.executable, "-c", NOTING, str(figures), post, str(death)], check=False)


def test_the_names_are_those_that_alarms_are_written_for(figures: Path) -> None:
    note_everything()

    names = set(re.findall(r"^# TYPE (\w+)", metrics.page(figures).decode(), re.MULTILINE))

    assert names == {
        "wx_deliveries_total", "wx_delivery_seconds", "wx_inbox_replay_total",
        "wx_inbox_conflict_total", "wx_signature_failures_total", "wx_clock_skew_seconds",
        "wx_handler_errors_total", "wx_poisoned_total", "wx_tx_retries_total",
        "wx_commit_unknown_total", "wx_db_pool_in_use", "wx_db_pool_wait_seconds",
        "wx_redis_breaker_open", "wx_moderation_pending", "wx_moderation_oldest_seconds",
        "wx_admin_logins_total", "wx_disk_free_bytes", "wx_backup_age_seconds",
        "wx_invariant_violations_total",
    }  # fmt: skip


def note_everything() -> None:
    metrics.delivery("text", "ok", 0.1)
    metrics.replayed("2")
    metrics.conflict()
    metrics.signature_failed("mac")
    metrics.clock_skew(0.5)
    metrics.handler_failed("quiz.answer")
    metrics.poisoned()
    metrics.retried("deadlock")
    metrics.commit_unknown()
    metrics.pool_in_use(1)
    metrics.pool_waited(0.001)
    metrics.redis_left_alone(resting=True)
    metrics.moderation(3, 60.0)
    metrics.admin_login("ok")
    metrics.disk_free(1 << 30)
    metrics.backup_age(3600.0)
    metrics.violated("I03")


def test_what_is_not_shared_costs_no_file(tmp_path: Path) -> None:
    metrics.delivery("text", "ok", 0.1)

    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_whoever_replaces_a_killed_worker_counts_on(figures: Path) -> None:
    for post in ("web1", "web1", "web2"):
        note(figures, post, signal.SIGKILL)

    assert metrics.figure(figures, "wx_deliveries_total", kind="text", outcome="ok") == 3
    assert metrics.figure(figures, "wx_delivery_seconds_count", kind="text") == 3
    assert len(list(figures.glob("counter_web*"))) == 2


@pytest.mark.slow
def test_what_a_killed_worker_had_in_use_is_free_again(figures: Path) -> None:
    note(figures, "web1", signal.SIGKILL)
    note(figures, "web2", signal.SIGKILL)

    metrics.share(figures, "web1")

    assert metrics.figure(figures, "wx_db_pool_in_use") == 3


@pytest.mark.slow
def test_a_service_that_starts_counts_from_nothing(figures: Path) -> None:
    note(figures, "web1")

    metrics.forget(figures)

    assert metrics.page(figures) == b""


# --- The port


@pytest.fixture
def inside(service_settings: Settings, tmp_path: Path) -> Iterator[tuple[Service, int]]:
    """A running service, and the port for those who run it."""
    port = free_port()
    with serving(service_settings.model_copy(update={"metrics_port": port}), tmp_path) as service:
        yield service, port


def read(port: int, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as page:
        return str(page.read().decode())


@pytest.mark.slow
def test_deliveries_are_counted_over_all_workers_also_those_killed(
    inside: tuple[Service, int], service_settings: Settings
) -> None:
    service, port = inside
    wechat = WeChat(service_settings, service)
    for worker in service.workers()[:2]:
        assert wechat.says("投票")
        os.kill(worker, signal.SIGKILL)
    assert wechat.says("投票", tries=5)

    page = read(port, "/metrics")

    answered = re.search(r'^wx_deliveries_total\{kind="text",outcome="ok"\} (\d+)', page, re.M)
    assert answered
    assert int(answered[1]) >= 3


@pytest.mark.slow
def test_only_the_inner_port_tells_how_well_it_is(inside: tuple[Service, int]) -> None:
    service, port = inside

    report = json.loads(read(port, "/healthz"))

    assert report["ready"] is True
    assert (report["database"], report["redis"]) == ("ok", "none")
    assert read(service.port, "/healthz/ready") == "ready development\n"
    for path in ("/metrics", "/healthz"):
        assert not service.answers(path)


@pytest.mark.slow
def test_the_inner_port_is_served_again_when_its_process_dies(inside: tuple[Service, int]) -> None:
    service, port = inside
    os.kill(service.workers()[2], signal.SIGKILL)

    eventually(lambda: is_served(port))
    eventually(lambda: len(service.workers()) == 3)


def is_served(port: int) -> bool:
    """Whether the port answers; who asks one that is just dying is hung up on."""
    try:
        return "wx_" in (page := read(port, "/metrics")) or page == ""
    except OSError:
        return False
