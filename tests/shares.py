"""Shares of the tests: `--share=1/2` takes a half of the files, and another process the rest."""

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ALL_SLOW = re.compile(r"^pytestmark = .*\bslow\b", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--share", default="1/1", help="one of so many shares of the files: 1/2")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave what is another's share to others."""
    number, shares = map(int, config.getoption("share").split("/"))
    if shares == 1 or not collection_path.match("test_*.py"):
        return None
    return collection_path not in dealt(shares)[number - 1] or None


@cache
def dealt(shares: int) -> list[set[Path]]:
    """The files of each share: the largest first, each to whom has least so far."""
    heaps, loads = [set[Path]() for _ in range(shares)], [0] * shares
    sizes = {path: _size(path) for path in sorted(TESTS.rglob("test_*.py"))}
    for path in sorted(sizes, key=sizes.__getitem__, reverse=True):
        least = loads.index(min(loads))
        heaps[least].add(path)
        loads[least] += sizes[path]
    return heaps


def _size(path: Path) -> int:
    """How long a file is; one that is slow as a whole has nothing to do in a quick run."""
    words = path.read_text("utf-8")
    return 0 if ALL_SLOW.search(words) else len(words)
