"""Statements that travel together: one trip carries several where an engine takes them so."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Insert, Update
from sqlalchemy.orm import Session


class Together:
    """Changes to different tables whose outcome nobody asks for one by one.

    PostgreSQL takes them as a single statement, the others as its common table expressions; all
    of them see the tables as they were before. The other engines get them one after the other.
    Values are named by `bindparam`, and a name means the same in each of them.
    """

    def __init__(self, *changes: Insert | Update) -> None:
        self._each = [(change, frozenset(change.compile().params)) for change in changes]
        *before, last = changes
        ctes = [change.cte(f"change_{number}") for number, change in enumerate(before)]
        self._at_once = last.add_cte(*ctes)

    def run(self, session: Session, values: Mapping[str, Any]) -> None:
        """Make the changes. Raises IntegrityError as each of them would."""
        if session.get_bind().dialect.name == "postgresql":
            session.execute(self._at_once, dict(values))
            return
        for change, names in self._each:
            session.execute(change, {name: values[name] for name in names & values.keys()})
