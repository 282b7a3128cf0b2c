"""The invariants: what must hold of the data at every moment, checked on a live database."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.chain import Head, breaks
from bot.domain.invariants import answers, bank, entries, erasures, panels, records, votes
from bot.domain.invariants.rule import SHOWN, Survey, Violation

__all__ = ["RULES", "Violation", "check"]

RULES = (
    *votes.RULES, *panels.RULES, *answers.RULES, *entries.RULES, *bank.RULES, *records.RULES,
    *erasures.RULES,
)  # fmt: skip
"""All rules but the audit trail's chain."""
CHAIN = "I16"
"""The rule of the chain, which has its own way of being checked."""


def check(
    session: Session, now: datetime, secret: str, anchor: Head | None = None
) -> list[Violation]:
    """All that is wrong with the data; nothing is changed.

    `secret` keys the audit chain, `anchor` is a head of it that was written down. Give it a
    session of `open_survey`: else other people's work in progress is taken for a fault.
    """
    survey = Survey(session, now, secret, anchor)
    found = (rule.check(survey) for rule in RULES)
    return [*(violation for violation in found if violation), *_chain_violations(survey)]


def _chain_violations(survey: Survey) -> list[Violation]:
    """All ways in which the chain is broken, for it is walked but once."""
    places: dict[tuple[str, str], list[str]] = {}
    for place in breaks(survey.session, survey.secret, survey.anchor):
        places.setdefault((place.what, place.table), []).append(place.key)
    return [
        Violation(CHAIN, f"chain_{what}", table, len(keys), tuple(keys[:SHOWN]))
        for (what, table), keys in places.items()
    ]
