"""The audit trail as it is read: looked through, taken out, its chain checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.chain import Break, Head, breaks, head
from bot.storage.tables import Audit, one_form

PAGE = 50
MOST_OUT = 50_000
"""Deeds in one file: a spreadsheet still opens it."""
_BREAKS_TOLD = 20


@dataclass(frozen=True)
class Sought:
    """Which deeds are wanted; what is empty narrows nothing down."""

    actor: str = ""
    """As the trail names who did it: `staff:3`, `member`, `system`."""
    kind: str = ""
    """What the deeds are about: `motto`, `staff`."""
    words: str = ""
    """In the facts; or the number of the thing."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """A row of the trail."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Leaf:
    """A page of the trail, the latest first."""

    entries: list[Entry]
    older: int | None
    """The id before which the next page begins; None on the last."""


@dataclass(frozen=True)
class Check:
    """What a walk along the whole chain has found."""

    links: int
    head: Head | None
    breaks: list[Break]


class Trail:
    """The trail, for who may read it. It changes nothing, but for noting what was taken out."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def leaf(self, sought: Sought, before: int | None = None) -> Leaf:
        """The latest deeds that are wanted, or those before the one of this id."""
        wanted = self._wanted(sought)
        if before is not None:
            wanted = wanted.where(Audit.id < before)
        found = self._entries(wanted.limit(PAGE + 1))
        return Leaf(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)

    def count(self, sought: Sought) -> int:
        """How many deeds are wanted; one more than `MOST_OUT` stands for any greater number."""
        rows = self._wanted(sought).order_by(None).limit(MOST_OUT + 1).subquery()
        return self._session.scalar(select(func.count()).select_from(rows)) or 0

    def entries(self, sought: Sought) -> list[Entry]:
        """All that are wanted, the latest first; no more than `MOST_OUT`."""
        return self._entries(self._wanted(sought).limit(MOST_OUT))

    def check(self, secret: str) -> Check:
        """Walk along the whole chain. `secret` is BOT_SECRET_KEY."""
        found = []
        for broken in breaks(self._session, secret):
            found.append(broken)
            if len(found) == _BREAKS_TOLD:
                break
        end = head(self._session)
        return Check(end.seq if end else 0, end, found)

    def note_export(self, staff_id: int, facts: dict[str, Any]) -> None:
        """Leave a trace of what a colleague took out of the trail."""
        actor = audit.staff(staff_id)
        audit.record(self._session, self._now, actor, "audit.export", "audit", facts)

    def note_list(self, staff_id: int, name: str, facts: dict[str, Any]) -> None:
        """Leave a trace of a list that a colleague took out."""
        actor = audit.staff(staff_id)
        audit.record(self._session, self._now, actor, "list.export", f"list:{name}", facts)

    def _wanted(self, sought: Sought) -> Select[*tuple[Any, ...]]:
        wanted = select(
            Audit.id, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.facts
        ).order_by(Audit.id.desc())
        if sought.actor:
            wanted = wanted.where(Audit.actor == sought.actor)
        if sought.kind:
            wanted = wanted.where(Audit.action.startswith(f"{sought.kind}.", autoescape=True))
        if sought.words:
            wanted = wanted.where(_says(sought.words))
        if sought.since:
            wanted = wanted.where(Audit.at >= sought.since)
        if sought.until:
            wanted = wanted.where(Audit.at < sought.until)
        return wanted

    def _entries(self, wanted: Select[*tuple[Any, ...]]) -> list[Entry]:
        rows: Sequence[Any] = self._session.execute(wanted).all()
        return [Entry(*row) for row in rows]


def _says(words: str) -> ColumnElement[bool]:
    # Facts are kept as JSON in ASCII: what is looked for has to be written alike.
    kept = one_form(words)[1:-1]
    return or_(
        type_coerce(Audit.facts, Text).contains(kept, autoescape=True),
        Audit.subject == words,
        Audit.subject.endswith(f":{words}", autoescape=True),
    )
