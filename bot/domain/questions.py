"""Questions as SQL keeps them: each wording is a row that never changes."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.storage.tables import ContestQuestion, StoredQuestion
from quiz_bank import Question


class Shelf:
    """Questions at hand: read from SQL once by each process, since a wording never changes."""

    def __init__(self) -> None:
        self._questions: dict[int, Question] = {}
        self._pools: dict[int, dict[str, int]] = {}

    def questions(self, session: Session, ids: Sequence[int]) -> tuple[Question, ...]:
        """The questions of these ids, in this order."""
        if missing := set(ids) - self._questions.keys():
            self._read(session, StoredQuestion.id.in_(missing))
        return tuple(self._questions[id_] for id_ in ids)

    def pool(self, session: Session, contest: int) -> dict[str, int]:
        """What a contest draws from: the id of each question by its code."""
        if contest not in self._pools:
            ids = session.scalars(
                select(ContestQuestion.question_id).where(ContestQuestion.contest_id == contest)
            ).all()
            found = self.questions(session, ids)
            self._pools[contest] = {q.code: id_ for q, id_ in zip(found, ids, strict=True)}
        return self._pools[contest]

    def _read(self, session: Session, condition: object) -> None:
        rows = session.execute(
            select(StoredQuestion.id, StoredQuestion.content).where(condition)  # type: ignore[arg-type]
        )
        self._questions |= {id_: Question.from_dict(content) for id_, content in rows}


def add_questions(session: Session, questions: Iterable[Question]) -> list[int]:
    """Store questions that are new or worded anew; the ids of all, new or not."""
    return [_store(session, question) for question in questions]


def _store(session: Session, question: Question) -> int:
    latest = session.execute(
        select(StoredQuestion.id, StoredQuestion.content, StoredQuestion.revision)
        .where(StoredQuestion.code == question.code)
        .order_by(StoredQuestion.revision.desc())
        .limit(1)
    ).first()
    if latest and latest.content == question.to_dict():
        return int(latest.id)
    row = StoredQuestion(
        code=question.code,
        revision=latest.revision + 1 if latest else 1,
        content=question.to_dict(),
    )
    session.add(row)
    session.flush()
    return row.id
