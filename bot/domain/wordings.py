"""Wordings of questions: new ones become rows, and none is ever written over.

Apart from the shelf they are read from, which knows the whole campaign: who brings in a file of
questions needs little memory.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.storage.tables import StoredQuestion
from quiz_bank import Question


def add_questions(session: Session, questions: Sequence[Question]) -> list[int]:
    """Store questions that are new or worded anew; the ids of all, new or not."""
    latest = _latest(session, [question.code for question in questions])
    rows = [
        _unless_worded_anew(latest.get(question.code), question) or _new(latest, question)
        for question in questions
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def _latest(session: Session, codes: Sequence[str]) -> dict[str, StoredQuestion]:
    """The last revision stored under each of these codes."""
    rows = session.scalars(
        select(StoredQuestion)
        .where(StoredQuestion.code.in_(codes))
        .order_by(StoredQuestion.revision)
    )
    return {row.code: row for row in rows}


def _unless_worded_anew(row: StoredQuestion | None, question: Question) -> StoredQuestion | None:
    return row if row and row.content == question.to_dict() else None


def _new(latest: dict[str, StoredQuestion], question: Question) -> StoredQuestion:
    before = latest.get(question.code)
    return StoredQuestion(
        code=question.code,
        revision=before.revision + 1 if before else 1,
        content=question.to_dict(),
    )
