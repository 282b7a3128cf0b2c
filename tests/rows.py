"""The rows of long tables: a few of them are tried each time, all of them in the whole run."""

from collections.abc import Iterable
from typing import Any

import pytest


def thinned(rows: Iterable[Any], quick: int) -> list[Any]:
    """The rows, of which all but so many, evenly spread, are `slow`."""
    table = list(rows)
    kept = {place * len(table) // quick for place in range(quick)}
    return [
        row if place in kept else pytest.param(row, marks=pytest.mark.slow)
        for place, row in enumerate(table)
    ]
