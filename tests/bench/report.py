"""The figures as a table and as JSON."""

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.rounds import Round

PACKAGES = ("flask", "granian", "psycopg", "redis", "sqlalchemy", "wechatpy")


@dataclass(frozen=True)
class Setting:
    """In which surroundings a subject was measured."""

    engine: str
    mode: str
    action: str
    subject: str


@dataclass(frozen=True)
class Figures:
    """The medians of the rounds; errors are counted over all of them."""

    setting: Setting
    rounds: int
    requests: int
    rate: float
    p50: float
    p99: float
    cpu: float
    client_busy: float
    memory: float
    """Megabytes of the two workers."""
    errors: int


def figures(setting: Setting, rounds: list[Round], memory: float) -> Figures:
    """What the rounds come to."""

    def middle(name: str) -> float:
        return median(getattr(one, name) for one in rounds)

    return Figures(
        setting=setting,
        rounds=len(rounds),
        requests=sum(one.requests for one in rounds),
        rate=middle("rate"),
        p50=middle("p50"),
        p99=middle("p99"),
        cpu=middle("cpu"),
        client_busy=middle("client_busy"),
        memory=memory,
        errors=sum(one.flaws.total() for one in rounds),
    )


def show(all_figures: list[Figures], console: Console) -> None:
    """Print one table for each engine and mode."""
    for engine, mode in dict.fromkeys((f.setting.engine, f.setting.mode) for f in all_figures):
        here = [f for f in all_figures if (f.setting.engine, f.setting.mode) == (engine, mode)]
        console.print(_table(f"{engine}, {mode}", here))


def _table(title: str, here: list[Figures]) -> Table:
    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    table.add_column("action")
    table.add_column("subject")
    for name in (
        "req/s", "÷ empty", "÷ yardst.", "p50 ms", "p99 ms", "CPU µs", "÷ empty", "÷ yardst.",
        "MB", "client", "requests", "errors",
    ):  # fmt: skip
        table.add_column(name, justify="right")
    empty = next((f for f in here if f.setting.subject == "empty"), None)
    for one in here:
        beside = _beside(here, one)
        table.add_row(
            one.setting.action,
            one.setting.subject,
            f"{one.rate:,.0f}",
            _ratio(one.rate, empty and empty.rate),
            _ratio(one.rate, beside and beside.rate),
            f"{one.p50:.1f}",
            f"{one.p99:.1f}",
            f"{one.cpu:,.0f}",
            _ratio(one.cpu, empty and empty.cpu),
            _ratio(one.cpu, beside and beside.cpu),
            f"{one.memory:.0f}",
            f"{one.client_busy:.0%}",
            f"{one.requests:,}",
            str(one.errors),
        )
    return table


def _beside(here: list[Figures], one: Figures) -> Figures | None:
    """The yardstick doing the same."""
    same = [f for f in here if f.setting.action == one.setting.action]
    return next((f for f in same if f.setting.subject == "yardstick"), None)


def _ratio(figure: float, of: float | None) -> str:
    return f"{figure / of:.2f}" if of else ""


def save(path: Path, all_figures: list[Figures], seed: int) -> None:
    """Write everything to a file, for programs."""
    facts = {"seed": seed, **surroundings(), "figures": [asdict(one) for one in all_figures]}
    path.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def surroundings() -> dict[str, Any]:
    """On what it was measured."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: version(name) for name in PACKAGES},
    }
