"""What a rule is that the data must keep at every moment, and what breaks it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from bot.domain.chain import Head

SHOWN = 3
"""Keys told of each broken rule: enough to look at the rows."""

Key = Sequence[Any]


@dataclass(frozen=True)
class Survey:
    """One look at the whole database, at one moment."""

    session: Session
    now: datetime
    secret: str
    anchor: Head | None = None


@dataclass(frozen=True)
class Violation:
    """A rule that does not hold. Its keys are hashes and numbers: they name no person."""

    invariant: str
    what: str
    table: str
    count: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A rule, and how to find the keys of all rows that break it."""

    invariant: str
    """As in the list of invariants: I03."""
    what: str
    """Names what is wrong; the faces have a sentence for it."""
    table: str
    find: Callable[[Survey], Iterable[Key]]

    def check(self, survey: Survey) -> Violation | None:
        """What is found wrong, if anything."""
        found = iter(self.find(survey))
        keys = tuple(_legible(key) for key in islice(found, SHOWN))
        if not keys:
            return None
        count = len(keys) + sum(1 for _ in found)
        return Violation(self.invariant, self.what, self.table, count, keys)


def rows(query: Select[*tuple[Any, ...]]) -> Callable[[Survey], Iterable[Key]]:
    """Finds what the query selects; a million rows pass by a thousand at a time."""
    return lambda survey: stream(survey, query)


def stream(survey: Survey, query: Select[*tuple[Any, ...]]) -> Iterable[Any]:
    """The rows of a query, a thousand at a time."""
    return survey.session.execute(query, execution_options={"yield_per": 1000})


def _legible(key: Key) -> str:
    return "/".join(part.hex() if isinstance(part, bytes) else str(part) for part in key)
