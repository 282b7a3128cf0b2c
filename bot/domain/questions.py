"""Questions as SQL keeps them: each wording is a row that never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.keys import Key, mended_keys, with_key
from bot.domain.ladders import Ladders
from bot.domain.participation import Boards
from bot.storage.tables import ContestQuestion, StoredQuestion
from quiz_bank import Question


@dataclass(frozen=True)
class _Known:
    """The questions that were read under the same keys."""

    regrades: int = -1
    keys: Mapping[int, Key] = field(default_factory=dict)
    questions: dict[int, Question] = field(default_factory=dict)


class Shelf:
    """What a process keeps at hand: questions, whose wording never changes, ladders and boards."""

    def __init__(self) -> None:
        self.ladders, self.boards = Ladders(), Boards()
        self._known = _Known()
        self._pools: dict[int, dict[str, int]] = {}

    def questions(
        self, session: Session, ids: Sequence[int], regrades: int = 0
    ) -> tuple[Question, ...]:
        """The questions of these ids, in this order.

        `regrades` is how many keys the contest says have been mended: with fewer known here,
        all are read anew.
        """
        known = self._known
        if known.regrades < regrades:
            # A new shelf rather than a cleared one: others may be reading into the old.
            known = self._known = _Known(regrades, mended_keys(session))
        if missing := set(ids) - known.questions.keys():
            rows = session.execute(
                select(StoredQuestion.id, StoredQuestion.content).where(
                    StoredQuestion.id.in_(missing)
                )
            )
            known.questions.update(
                (id_, with_key(Question.from_dict(content), known.keys.get(id_)))
                for id_, content in rows
            )
        return tuple(known.questions[id_] for id_ in ids)

    def pool(self, session: Session, contest: int) -> dict[str, int]:
        """What a contest draws from: the id of each question by its code."""
        if contest not in self._pools:
            ids = session.scalars(
                select(ContestQuestion.question_id).where(ContestQuestion.contest_id == contest)
            ).all()
            found = self.questions(session, ids)
            self._pools[contest] = {q.code: id_ for q, id_ in zip(found, ids, strict=True)}
        return self._pools[contest]


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
