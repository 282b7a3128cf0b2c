"""What is counted for the operator: a closed set of names, bounded labels, never a person.

Until `share` is called the figures are kept in this process for nobody. Then they lie in files,
which the process of the metrics port adds up. A file belongs to a post and not to a process:
whoever replaces a killed worker counts on where it stopped.
"""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_ANSWERS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 4.5, 5)
_WAITS = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1)


def share(folder: Path, post: str) -> None:
    """Keep this process's figures in `folder` from now on, as those of `post`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # What the one before us had in use is free now; what it counted stays counted.
    mark_process_dead(post, str(folder))
    values.ValueClass = values.MultiProcessValue(lambda: post)
    start_afresh()


def start_afresh() -> None:
    """Take up other figures than so far: those of another post, or of nobody."""
    for made in (_instruments, _deliveries, _seconds):
        made.cache_clear()


def forget(folder: Path) -> None:
    """Start all figures at nothing. Raises OSError when they can't be kept there at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()


def page(folder: Path) -> bytes:
    """The figures of all posts as Prometheus reads them."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))
    return generate_latest(registry)


def figure(folder: Path, name: str, **labels: str) -> float | None:
    """One of the figures; None when nobody has noted it yet."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))
    return registry.get_sample_value(name, labels)


# --- What is noted


def delivery(kind: str, outcome: str, seconds: float) -> None:
    """A push was answered: ok, replay, rejected, busy, dropped or poisoned."""
    _deliveries(kind, outcome).inc()
    _seconds(kind).observe(seconds)


def replayed(number: str) -> None:
    """A stored answer was given again, to the delivery `2`, `3` or `late`."""
    _instruments().replays.labels(number).inc()


def conflict() -> None:
    """A delivery came back with other contents."""
    _instruments().conflicts.labels("body_mismatch").inc()


def signature_failed(reason: str) -> None:
    """A request was not WeChat's: mac, age, mode or size."""
    _instruments().signature_failures.labels(reason).inc()


def clock_skew(seconds: float) -> None:
    """By how much our clock is ahead of the signed time of a request."""
    _instruments().clock_skew.set(seconds)


def handler_failed(handler: str) -> None:
    """A handler raised what it should not."""
    _instruments().handler_errors.labels(handler).inc()


def poisoned() -> None:
    """A message was given up: its handler raised, or it took its workers down."""
    _instruments().poisoned.inc()


def retried(reason: str) -> None:
    """A transaction is tried again: deadlock, serialization, busy or lost."""
    _instruments().retries.labels(reason).inc()


def commit_unknown() -> None:
    """A connection was lost during COMMIT."""
    _instruments().commits_unknown.inc()


def pool_in_use(connections: int) -> None:
    """How many connections of this process's pool are lent out."""
    _instruments().pool_in_use.set(connections)


def pool_waited(seconds: float) -> None:
    """How long a turn waited for a connection."""
    _instruments().pool_wait.observe(seconds)


def redis_left_alone(resting: bool) -> None:
    """Whether Redis is left alone, since it failed."""
    _instruments().breaker_open.set(resting)


def moderation(pending: int, oldest_seconds: float) -> None:
    """How many mottos wait for a decision, and how long the oldest has waited."""
    _instruments().moderation_pending.set(pending)
    _instruments().moderation_oldest.set(oldest_seconds)


def admin_login(outcome: str) -> None:
    """Somebody signed in to the console, or tried to: ok, failed or limited."""
    _instruments().admin_logins.labels(outcome).inc()


def admin_code(outcome: str) -> None:
    """A code of an authenticator, or a recovery code, was typed: ok, failed or limited."""
    _instruments().admin_codes.labels(outcome).inc()


def disk_free(size: int) -> None:
    """How many bytes are left where the data is."""
    _instruments().disk_free.set(size)


def backup_age(seconds: float) -> None:
    """How old the latest backup is."""
    _instruments().backup_age.set(seconds)


def violated(invariant: str) -> None:
    """Something is not as it must always be."""
    _instruments().violations.labels(invariant).inc()


# --- How it is kept


class _Instruments:
    """Everything there is; RELIABILITY's names, to which Prometheus adds `_total`."""

    def __init__(self) -> None:
        counter, gauge, histogram = _counter, _gauge, _histogram
        self.deliveries = counter("wx_deliveries", "Pushes answered.", "kind", "outcome")
        self.seconds = histogram("wx_delivery_seconds", "Until the answer.", _ANSWERS, "kind")
        self.replays = counter("wx_inbox_replay", "Stored answers given again.", "delivery")
        self.conflicts = counter("wx_inbox_conflict", "Names used twice.", "reason")
        self.signature_failures = counter("wx_signature_failures", "Not WeChat's.", "reason")
        self.clock_skew = gauge("wx_clock_skew_seconds", "Our clock minus WeChat's.", "mostrecent")
        self.handler_errors = counter("wx_handler_errors", "Handlers that raised.", "handler")
        self.poisoned = counter("wx_poisoned", "Messages given up.")
        self.retries = counter("wx_tx_retries", "Transactions tried again.", "reason")
        self.commits_unknown = counter("wx_commit_unknown", "Connections lost during COMMIT.")
        self.pool_in_use = gauge("wx_db_pool_in_use", "Connections lent out.", "livesum")
        self.pool_wait = histogram("wx_db_pool_wait_seconds", "For a connection.", _WAITS)
        self.breaker_open = gauge("wx_redis_breaker_open", "1: left alone.", "livemax")
        self.moderation_pending = gauge("wx_moderation_pending", "Mottos waiting.", "mostrecent")
        self.moderation_oldest = gauge(
            "wx_moderation_oldest_seconds", "The longest wait.", "mostrecent"
        )
        self.admin_logins = counter("wx_admin_logins", "Sign-ins to the console.", "outcome")
        self.admin_codes = counter("wx_admin_2fa", "Codes of the second factor.", "outcome")
        self.disk_free = gauge("wx_disk_free_bytes", "Where the data is.", "mostrecent")
        self.backup_age = gauge("wx_backup_age_seconds", "Of the latest backup.", "mostrecent")
        self.violations = counter("wx_invariant_violations", "What must not be.", "invariant")


def _counter(name: str, about: str, *labels: str) -> Counter:
    return Counter(name, about, labels, registry=None)


def _gauge(name: str, about: str, mode: Literal["livesum", "livemax", "mostrecent"]) -> Gauge:
    return Gauge(name, about, registry=None, multiprocess_mode=mode)


def _histogram(name: str, about: str, buckets: Sequence[float], *labels: str) -> Histogram:
    return Histogram(name, about, labels, buckets=buckets, registry=None)


@cache
def _instruments() -> _Instruments:
    # Made when first needed: whether its values are shared is settled when one is made.
    return _Instruments()


@cache
def _deliveries(kind: str, outcome: str) -> Counter:
    # To look the labels up costs more than to count.
    return _instruments().deliveries.labels(kind, outcome)


@cache
def _seconds(kind: str) -> Histogram:
    return _instruments().seconds.labels(kind)
