"""`bot verify`: the invariants on a database in use, and where the audit chain ends."""

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot import wording
from bot.domain.chain import Head, head
from bot.domain.invariants import RULES, Violation, check
from bot.settings import Settings
from bot.storage.database import database_clock, open_sessions
from bot.storage.patient import open_survey

LAST = "verified.json"
"""In the data folder: when the invariants were checked last, and how many did not hold."""


@dataclass(frozen=True)
class Verdict:
    """What was found at one moment."""

    at: datetime
    violations: list[Violation]
    head: Head | None
    seconds: float

    def to_json(self) -> str:
        """For programs: the same as a table says to people."""
        facts = {
            "at": self.at.isoformat(),
            "clean": not self.violations,
            "violations": [asdict(violation) for violation in self.violations],
            "head": str(self.head),
            "seconds": round(self.seconds, 1),
        }
        return json.dumps(facts, ensure_ascii=False, indent=2)


def verify(settings: Settings, anchor: Head | None = None) -> Verdict:
    """Check all invariants on one moment of the database; nothing is changed in it."""
    began = time.monotonic()
    engine = open_survey(settings.database_url.get_secret_value())
    with open_sessions(engine)() as session:
        now = database_clock(session)
        violations = check(session, now, settings.secret_key.get_secret_value(), anchor)
        verdict = Verdict(now, violations, head(session), time.monotonic() - began)
    engine.dispose()
    _leave_word(settings, verdict)
    return verdict


def _leave_word(settings: Settings, verdict: Verdict) -> None:
    """For `bot doctor`; a folder that can't be written is its business too."""
    word = {"at": verdict.at.isoformat(), "violations": len(verdict.violations)}
    with suppress(OSError):
        (settings.data_dir / LAST).write_text(json.dumps(word))


def show(verdict: Verdict) -> None:
    """Say it to a person."""
    console = Console(highlight=False)
    if verdict.violations:
        console.print(_table(verdict.violations))
        console.print(wording.VERIFY_KEYS)
        for found in verdict.violations:
            for key in found.keys:
                console.print(f"  {found.invariant} {found.table} {key}", soft_wrap=True)
        console.print(wording.VERIFY_BROKEN.format(count=len(verdict.violations)))
    else:
        rules = len(RULES) + 1
        console.print(wording.VERIFY_CLEAN.format(rules=rules, seconds=verdict.seconds))
    console.print(wording.VERIFY_HEAD.format(head=verdict.head))


def _table(violations: list[Violation]) -> Table:
    table = Table(*wording.VERIFY_COLUMNS)
    for found in violations:
        words = wording.BROKEN_RULES[found.what]
        table.add_row(found.invariant, words, found.table, str(found.count))
    return table
