"""What the doctor finds: good, worth knowing, or bad, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.doctor.wording import FINDINGS


class Mark(StrEnum):
    """How it is; only what is bad keeps a service from being ready."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's."""

    check: str
    mark: Mark
    said: str
    step: str
    """What to do next; empty when nothing is to be done."""


def good(check: str, what: str = "good", /, **facts: object) -> Finding:
    """All is well with this."""
    return _finding(check, Mark.GOOD, what, facts)


def note(check: str, what: str, /, **facts: object) -> Finding:
    """It works, and the operator should know something."""
    return _finding(check, Mark.NOTE, what, facts)


def bad(check: str, what: str, /, **facts: object) -> Finding:
    """It must be put right."""
    return _finding(check, Mark.BAD, what, facts)


def _finding(check: str, mark: Mark, what: str, facts: dict[str, object]) -> Finding:
    said, _, step = FINDINGS[check][what].format(**facts).partition("→")
    return Finding(check, mark, said.strip(), step.strip())
