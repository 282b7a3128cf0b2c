"""The list of well-known words with which entries are compared, kept in the console."""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.kept_lists import KeptListHead, Latest
from bot.domain.screening import quotations
from bot.domain.screening.quotations import Quotations, Saying
from bot.domain.screening.reading import read
from bot.storage.tables import Audit, KeptQuotation

LEAST, WORDS_MOST, AUTHOR_MOST, WORK_MOST = 5, 120, 40, 80
"""Characters of the words, of who said them and of where they stand."""

_LIST, _SUBJECT = "quotations", "quotation-list"
_ADD, _DROP = "quotations.add", "quotations.drop"


class Flaw(StrEnum):
    """What is wrong with a quotation, or with what is said of it."""

    LENGTH = "length"
    MISSING = "missing"
    KNOWN = "known"


class UnfitQuotation(Exception):
    """A quotation that can't be listed, and why, by its field."""

    def __init__(self, flaws: dict[str, Flaw]) -> None:
        super().__init__(", ".join(flaws))
        self.flaws = flaws


@dataclass(frozen=True)
class QuotationChange:
    """A change of the list."""

    added: bool
    saying: Saying
    by: str
    """`staff:3`, as in the audit trail."""
    at: datetime


class QuotationList:
    """The list, as it is and as it becomes."""

    def __init__(
        self,
        session: Session,
        now: datetime,
        kept: Latest[Quotations],
        leaders: Latest[Quotations],
    ) -> None:
        self._session, self._now, self._kept, self._leaders = session, now, kept, leaders
        self._head = KeptListHead(session, _LIST)

    def quotations(self) -> Quotations:
        """The list of this moment, ready to be compared with."""
        version = self._head.version
        return self._kept.of(version, lambda: Quotations(self._listed(version)))

    def quotes_leader(self, words: str) -> bool:
        """Whether an entry quotes a leader, or nearly."""
        version = self._head.version
        said = self._leaders.of(
            version, lambda: Quotations(one for one in self._listed(version) if one.leader)
        )
        return said.compare(words) is not None

    def all(self) -> Sequence[Saying]:
        """The whole list, what was added last first."""
        return self._listed(self._head.version)

    def changes(self, limit: int = 20) -> list[QuotationChange]:
        """What was added and taken away, the latest first."""
        rows = self._session.execute(
            select(Audit.action, Audit.facts, Audit.actor, Audit.at)
            .where(Audit.subject == _SUBJECT)
            .order_by(Audit.version.desc())
            .limit(limit)
        )
        return [
            QuotationChange(action == _ADD, Saying(**facts), by, at)
            for action, facts, by, at in rows
        ]

    def add(self, saying: Saying, staff_id: int) -> None:
        """Add it. Raises UnfitQuotation."""
        version = self._head.change(self._lay_out)
        if flaws := self._flaws(saying):
            raise UnfitQuotation(flaws)
        self._write([saying], audit.staff(staff_id))
        self._note(_ADD, saying, version, staff_id)

    def drop(self, words: str, staff_id: int) -> bool:
        """Take it away; False when it is not there."""
        key = read(words).text
        saying = next((one for one in self.all() if read(one.words).text == key), None)
        if saying is None:
            return False
        version = self._head.change(self._lay_out)
        dropped = self._session.execute(
            update(KeptQuotation)
            .where(KeptQuotation.live_key == key)
            .values(live_key=None, removed_at=self._now, removed_by=audit.staff(staff_id))
        )
        self._note(_DROP, saying, version, staff_id)
        return bool(dropped.rowcount)  # type: ignore[attr-defined]

    # ------------------------------------------------------------ inside

    def _flaws(self, saying: Saying) -> dict[str, Flaw]:
        flaws: dict[str, Flaw] = {}
        key = read(saying.words).text
        if not LEAST <= len(key) <= len(saying.words) <= WORDS_MOST:
            flaws["words"] = Flaw.LENGTH
        elif any(read(one.words).text == key for one in self.all()):
            flaws["words"] = Flaw.KNOWN
        for field, text, most in (
            ("author", saying.author, AUTHOR_MOST),
            ("work", saying.work, WORK_MOST),
        ):
            if not text:
                flaws[field] = Flaw.MISSING
            elif len(text) > most:
                flaws[field] = Flaw.LENGTH
        return flaws

    def _listed(self, version: int) -> Sequence[Saying]:
        if not version:
            return starter_quotations()
        rows = self._session.execute(
            select(
                KeptQuotation.words, KeptQuotation.author, KeptQuotation.work, KeptQuotation.leader
            )
            .where(KeptQuotation.removed_at.is_(None))
            .order_by(KeptQuotation.id.desc())
        )
        return [Saying(*row) for row in rows]

    def _lay_out(self) -> None:
        self._write(starter_quotations(), audit.SYSTEM)

    def _write(self, sayings: Sequence[Saying], by: str) -> None:
        rows = [
            {
                "words": one.words,
                "live_key": read(one.words).text,
                "author": one.author,
                "work": one.work,
                "leader": one.leader,
                "added_at": self._now,
                "added_by": by,
            }
            for one in sayings
        ]
        self._session.execute(insert(KeptQuotation), rows)

    def _note(self, action: str, saying: Saying, version: int, staff_id: int) -> None:
        actor, facts = audit.staff(staff_id), asdict(saying)
        audit.record(self._session, self._now, actor, action, _SUBJECT, facts, version)


@cache
def starter_quotations() -> tuple[Saying, ...]:
    """The quotations that come with the program, each compared with its source."""
    path = Path(quotations.__file__).parent / "quotations.toml"
    found = tomllib.loads(path.read_text("utf-8"))["quotation"]
    return tuple(Saying(one["words"], one["author"], one["work"]) for one in found)
