"""The bank: each question stands where its audit rows led it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from bot.domain.bank import BankState, subject_of
from bot.domain.invariants.rule import Key, Rule, Survey, stream
from bot.storage.tables import Audit, BankQuestion

_Stand = tuple[str, int]


def _told(survey: Survey) -> dict[str, _Stand]:
    """The state and the version that the trail tells of last, by the question's name in it."""
    rows = select(Audit.subject, Audit.version, Audit.facts).where(
        Audit.subject.startswith("question:"), Audit.version.is_not(None)
    )
    ordered: Iterable[Any] = stream(survey, rows.order_by(Audit.subject, Audit.version))
    return {row.subject: (row.facts["after"]["state"], row.version) for row in ordered}


def _elsewhere(survey: Survey) -> Iterable[Key]:
    told = _told(survey)
    stands = select(BankQuestion.id, BankQuestion.state, BankQuestion.version)
    for id_, state, version in stream(survey, stands):
        # Those that were there before the bank had states have no row for their beginning.
        tale = told.pop(subject_of(id_), (state, 1))
        if tale != (state, version) or state not in set(BankState):
            yield [subject_of(id_)]
    yield from ([subject] for subject in told)


RULES = (Rule("I14", "question_not_where_led", "bank_question", _elsewhere),)
