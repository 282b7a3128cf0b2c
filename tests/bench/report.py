"""The figures as tables and as JSON."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.stage import Round

PACKAGES = ("flask", "granian", "sqlalchemy", "psycopg", "redis", "wechatpy")


@dataclass(frozen=True)
class Setting:
    """Where, doing what, and who."""

    where: str
    action: str
    subject: str


@dataclass(frozen=True)
class Figures:
    """The medians of the rounds; requests and errors are counted over all of them."""

    setting: Setting
    rate: float
    p50: float
    p99: float
    cpu: float
    client_busy: float
    memory: float
    """Megabytes of all workers."""
    requests: int
    errors: int


def figures(setting: Setting, rounds: list[Round], memory: int) -> Figures:
    """What the rounds come to."""

    def middle(name: str) -> float:
        return float(median(getattr(one, name) for one in rounds))

    return Figures(
        setting=setting,
        rate=middle("rate"),
        p50=middle("p50"),
        p99=middle("p99"),
        cpu=middle("cpu"),
        client_busy=middle("client_busy"),
        memory=memory / 1e6,
        requests=sum(one.requests for one in rounds),
        errors=sum(one.flaws.total() for one in rounds),
    )


def show(compared: list[Figures], grown: list[Figures], console: Console) -> None:
    """Print a table for each engine and mode."""
    for where, here in groupby(compared, lambda one: one.setting.where):
        console.print(_comparison(where, list(here)))
    for where, here in groupby(grown, lambda one: one.setting.where):
        console.print(_growth(where, list(here)))


def _comparison(where: str, here: list[Figures]) -> Table:
    table = _table(
        where, "action", "subject", "req/s", "÷ empty", "÷ yard.", "p50 ms", "p99 ms", "CPU µs",
        "÷ empty", "÷ yard.", "MB", "client", "requests", "errors",
    )  # fmt: skip
    for one in here:
        yardstick = _of(here, "yardstick", one.setting.action)
        table.add_row(
            one.setting.action,
            one.setting.subject,
            f"{one.rate:,.0f}",
            _ratio(one, here[0], "rate"),
            _ratio(one, yardstick, "rate"),
            f"{one.p50:.1f}",
            f"{one.p99:.1f}",
            f"{one.cpu:,.0f}",
            _ratio(one, here[0], "cpu"),
            _ratio(one, yardstick, "cpu"),
            f"{one.memory:.0f}",
            f"{one.client_busy:.0%}",
            f"{one.requests:,}",
            f"{one.errors}",
        )
    return table


def _growth(where: str, here: list[Figures]) -> Table:
    table = _table(
        where, "action", "rows", "CPU µs", "× cost", "p50 ms", "× time", "requests", "errors"
    )
    for one in here:
        few = next(other for other in here if other.setting.action == one.setting.action)
        table.add_row(
            one.setting.action,
            one.setting.subject,
            f"{one.cpu:,.0f}",
            _ratio(one, few, "cpu"),
            f"{one.p50:.2f}",
            _ratio(one, few, "p50"),
            f"{one.requests:,}",
            f"{one.errors}",
        )
    return table


def _table(title: str, action: str, subject: str, *numbers: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", padding=(0, 1, 0, 0))
    table.add_column(action)
    table.add_column(subject)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _of(here: list[Figures], subject: str, action: str) -> Figures | None:
    wanted = subject, action
    return next((f for f in here if (f.setting.subject, f.setting.action) == wanted), None)


def _ratio(one: Figures, other: Figures | None, name: str) -> str:
    return f"{getattr(one, name) / getattr(other, name):.2f}" if other else ""


def save(path: Path, compared: list[Figures], grown: list[Figures], seed: int) -> None:
    """Write everything to a file, for programs."""
    facts = {
        "surroundings": surroundings(seed),
        "compared": [asdict(one) for one in compared],
        "grown": [asdict(one) for one in grown],
    }
    path.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def surroundings(seed: int) -> dict[str, str]:
    """On what it is measured."""
    return {
        "seed": str(seed),
        "cores": str(os.cpu_count()),
        "linux": platform.release(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }
