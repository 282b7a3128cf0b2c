"""Shares of the quick tests: `--share=1/2` takes half of their files, another process the rest."""

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
_LEFT_OUT = r"\b(?:slow|browser|postgres|mariadb|chaos)\b"
NONE_QUICK = re.compile(rf"^pytestmark = .*{_LEFT_OUT}", re.MULTILINE)
ONE_SLOW = re.compile(rf"^@pytest\.mark\.{_LEFT_OUT}", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--share", default="", help="one of so many shares of the files: 1/2")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave what is another's share to others, and what is slow as a whole: to load it is slow."""
    share = config.getoption("share")
    if not share or not collection_path.match("test_*.py"):
        return None
    number, shares = map(int, share.split("/"))
    return collection_path not in dealt(shares)[number - 1] or None


@cache
def dealt(shares: int) -> list[set[Path]]:
    """The files of each share: the largest first, each to whom has least so far."""
    heaps, loads = [set[Path]() for _ in range(shares)], [0] * shares
    texts = {path: path.read_text("utf-8") for path in sorted(TESTS.rglob("test_*.py"))}
    sizes = {path: _size(text) for path, text in texts.items() if not NONE_QUICK.search(text)}
    for path in sorted(sizes, key=sizes.__getitem__, reverse=True):
        least = loads.index(min(loads))
        heaps[least].add(path)
        loads[least] += sizes[path]
    return heaps


def _size(text: str) -> int:
    """How long a file is without its slow tests."""
    return sum(len(part) for part in text.split("\n\n\n") if not ONE_SLOW.search(part))
