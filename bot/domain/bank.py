"""The bank: every question there is, where each stands, and how it came to stand there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.roles import EDITING
from bot.domain.wordings import add_questions
from bot.storage.tables import Audit, BankQuestion, Staff, StoredQuestion
from quiz_bank import Question
from quiz_bank.question import fold


class BankState(StrEnum):
    """Where a question stands; new contests draw from the published ones."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


STEPS: dict[BankState, tuple[BankState, ...]] = {
    BankState.DRAFT: (BankState.REVIEWED, BankState.WITHDRAWN),
    BankState.REVIEWED: (BankState.PUBLISHED, BankState.DRAFT, BankState.WITHDRAWN),
    BankState.PUBLISHED: (BankState.DRAFT, BankState.WITHDRAWN),
    BankState.WITHDRAWN: (BankState.DRAFT,),
}
"""Where a question may go from where it stands."""
EDITED, BROUGHT, MENDED = "question.edit", "question.import", "question.mend"
MOVED = {
    BankState.DRAFT: "question.redraft",
    BankState.REVIEWED: "question.review",
    BankState.PUBLISHED: "question.publish",
    BankState.WITHDRAWN: "question.withdraw",
}
"""What the audit trail calls a move, by where it leads."""


class NoSuchQuestion(Exception):
    """The bank has no question of this number."""


@dataclass(eq=False)
class ChangedMeanwhile(Exception):
    """A colleague changed the question first."""

    code: str
    by: str
    """`staff:3`, as in the audit trail; empty when nobody is on record."""
    at: datetime | None
    state: BankState
    version: int


@dataclass(eq=False)
class Lacking(Exception):
    """A question without explanation or source can't be published."""

    code: str
    lacks: tuple[str, ...]


@dataclass(eq=False)
class StemTaken(Exception):
    """Another question of the bank has this stem."""

    number: int
    code: str


@dataclass(eq=False)
class OwnReview(Exception):
    """Whoever reviewed a question does not publish it too, unless there is nobody else."""

    code: str


class BankChanged(Exception):
    """A colleague brought in some of these questions first."""


@dataclass(frozen=True)
class BankCard:
    """A question of the bank as it stands."""

    number: int
    question: Question
    revision: int
    state: BankState
    version: int

    @property
    def steps(self) -> tuple[BankState, ...]:
        """Where it may go from here; what may not be published does not get to be."""
        return tuple(
            state
            for state in STEPS[self.state]
            if state is not BankState.PUBLISHED or not self.question.lacks
        )


@dataclass(frozen=True)
class Standpoint:
    """What one deed made of a question: where it stood then, and in which wording."""

    state: BankState
    question: Question


@dataclass(frozen=True)
class Deed:
    """Something that was done to a question; `before` is None of the deed that brought it."""

    action: str
    by: str
    at: datetime
    before: Standpoint | None
    after: Standpoint


@dataclass(frozen=True)
class History:
    """A question as it stands, and all that was done to it, the latest first."""

    card: BankCard
    deeds: list[Deed]


@dataclass(frozen=True)
class Brought:
    """A question on its way into the bank, and the wording there that it takes the place of."""

    question: Question
    revises: Question | None = None


class QuestionBank:
    """The questions, and everything that may be done with them."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ looking

    def card(self, number: int) -> BankCard:
        """The question of this number. Raises NoSuchQuestion."""
        row = self._session.execute(
            select(BankQuestion, StoredQuestion)
            .join(StoredQuestion, BankQuestion.question_id == StoredQuestion.id)
            .where(BankQuestion.id == number)
        ).first()
        if row is None:
            raise NoSuchQuestion
        return to_card(*row)

    def history(self, number: int) -> History:
        """All that happened to a question since there is a trail of it. Raises NoSuchQuestion."""
        card = self.card(number)
        wordings = self._wordings(card.question.code)
        rows = self._session.execute(
            select(Audit.action, Audit.actor, Audit.at, Audit.facts)
            .where(Audit.subject == subject_of(number))
            .order_by(Audit.id.desc())
        )
        return History(card, [_deed(row, wordings) for row in rows])

    def questions(self) -> list[Question]:
        """Every question in its latest wording, in the order of their codes."""
        contents = self._session.scalars(
            select(StoredQuestion.content)
            .join(BankQuestion, BankQuestion.question_id == StoredQuestion.id)
            .order_by(BankQuestion.code)
        )
        return [Question.from_dict(content) for content in contents]

    def drawable(self) -> list[int]:
        """What a new contest draws from: the wordings that are published today, by their ids."""
        return list(
            self._session.scalars(
                select(BankQuestion.question_id)
                .where(BankQuestion.state == BankState.PUBLISHED)
                .order_by(BankQuestion.id)
            )
        )

    def publishers(self, number: int, staff_id: int) -> list[str]:
        """The colleagues who have to publish it because this one has reviewed it, by name."""
        return self._others(staff_id) if self._reviewer(number) == audit.staff(staff_id) else []

    # ------------------------------------------------------------ changing

    def move(self, number: int, version: int, state: BankState, staff_id: int) -> int:
        """Let a question step to another state. The version it came to.

        `version` is the one the editor saw. Raises NoSuchQuestion, Lacking, OwnReview, or
        ChangedMeanwhile when the question has changed since, or can't step there.
        """
        row, wording = self._seen(number, version)
        if state not in STEPS[BankState(row.state)]:
            raise self._changed_meanwhile(row)
        if state is BankState.PUBLISHED and (lacks := _question(wording).lacks):
            raise Lacking(row.code, lacks)
        actor = audit.staff(staff_id)
        alone = state is BankState.PUBLISHED and self._reviewer(number) == actor
        if alone and self._others(staff_id):
            raise OwnReview(row.code)
        return self._change(row, wording, wording, state, actor, MOVED[state], alone=alone)

    def edit(self, number: int, version: int, question: Question, staff_id: int) -> int:
        """Word a question anew; it keeps its code and is a draft again. The version it came to.

        Contests keep the wording they began with. Raises NoSuchQuestion, StemTaken, or
        ChangedMeanwhile when the question has changed since.
        """
        row, before = self._seen(number, version)
        if question == _question(before):
            return row.version
        self._find_room(row, question)
        after = self._add_wording(before, question)
        actor = audit.staff(staff_id)
        return self._change(row, before, after, BankState.DRAFT, actor, EDITED)

    def mend(
        self, question_id: int, answer: tuple[str, ...], explanation: str, staff_id: int
    ) -> None:
        """Give the question whose latest wording this is another key. Its state stays.

        Two colleagues have looked. A question that was worded anew meanwhile is left alone.
        """
        row = self._session.scalars(
            select(BankQuestion)
            .where(BankQuestion.question_id == question_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).first()
        if row is None:
            return
        before = self._wording(row)
        mended = replace(_question(before), answer=answer, explanation=explanation)
        after = self._add_wording(before, mended)
        self._change(row, before, after, BankState(row.state), audit.staff(staff_id), MENDED)

    def bring_in(
        self, brought: Sequence[Brought], state: BankState, actor: str, cause: str = ""
    ) -> list[int]:
        """Take questions in, all or none; the ids of their wordings.

        `cause` names in the trail what they came with. Raises Lacking, or BankChanged when the
        bank has some of them already, or no longer in the wording they take the place of.
        """
        for one in brought:
            if state is BankState.PUBLISHED and one.question.lacks:
                raise Lacking(one.question.code, one.question.lacks)
        try:
            with self._session.begin_nested():
                return self._bring_in(brought, state, actor, cause)
        except IntegrityError as error:
            raise BankChanged from error

    def note_export(self, staff_id: int, facts: dict[str, Any]) -> None:
        """Leave a trace of what a colleague took out."""
        actor = audit.staff(staff_id)
        audit.record(self._session, self._now, actor, "question.export", "questions", facts)

    # ------------------------------------------------------------ inside

    def _bring_in(
        self, brought: Sequence[Brought], state: BankState, actor: str, cause: str
    ) -> list[int]:
        revised = {one.question.code for one in brought if one.revises}
        rows = {row.code: row for row in self._locked(revised)}
        if len(rows) < len(revised):
            raise BankChanged
        before = {code: self._wording(row) for code, row in rows.items()}
        if any(
            one.revises and _question(before[one.question.code]) != one.revises for one in brought
        ):
            raise BankChanged
        ids = add_questions(self._session, [one.question for one in brought])
        for one, id_ in zip(brought, ids, strict=True):
            if one.revises:
                row = rows[one.question.code]
                old, new = before[row.code], self._session.get_one(StoredQuestion, id_)
                self._change(row, old, new, state, actor, BROUGHT, cause)
        fresh = [
            self._row(one.question, id_, state)
            for one, id_ in zip(brought, ids, strict=True)
            if not one.revises
        ]
        self._session.add_all(fresh)
        self._session.flush()
        facts = {"before": None, "after": {"state": state, "revision": 1}, "cause": cause}
        facts_of = {subject_of(row.id): facts for row in fresh}
        audit.record_all(self._session, self._now, actor, BROUGHT, facts_of, version=1)
        return ids

    def _row(self, question: Question, id_: int, state: BankState) -> BankQuestion:
        return BankQuestion(
            code=question.code, question_id=id_, state=state, version=1, **found_by(question)
        )

    def _locked(self, codes: set[str]) -> Sequence[BankQuestion]:
        return self._session.scalars(
            select(BankQuestion)
            .where(BankQuestion.code.in_(codes))
            .order_by(BankQuestion.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()

    def _seen(self, number: int, version: int) -> tuple[BankQuestion, StoredQuestion]:
        """The question, locked, if it still is as it was seen: of two changes one is late."""
        row = self._session.scalars(
            select(BankQuestion)
            .where(BankQuestion.id == number)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).first()
        if row is None:
            raise NoSuchQuestion
        if row.version != version:
            raise self._changed_meanwhile(row)
        return row, self._wording(row)

    def _reviewer(self, number: int) -> str | None:
        """Who reviewed the question last, as in the trail."""
        return self._session.scalar(
            select(Audit.actor)
            .where(Audit.subject == subject_of(number), Audit.action == MOVED[BankState.REVIEWED])
            .order_by(Audit.id.desc())
            .limit(1)
        )

    def _others(self, staff_id: int) -> list[str]:
        """The names of the others who keep the bank; who has not signed in yet is none to ask."""
        return list(
            self._session.scalars(
                select(Staff.name)
                .where(
                    Staff.id != staff_id, Staff.role.in_(EDITING), Staff.disabled_at.is_(None),
                    Staff.password_hash != "",
                )
                .order_by(Staff.id)
            )
        )  # fmt: skip

    def _wording(self, row: BankQuestion) -> StoredQuestion:
        return self._session.get_one(StoredQuestion, row.question_id)

    def _wordings(self, code: str) -> dict[int, Question]:
        rows = self._session.scalars(select(StoredQuestion).where(StoredQuestion.code == code))
        return {row.revision: _question(row) for row in rows}

    def _add_wording(self, before: StoredQuestion, question: Question) -> StoredQuestion:
        wording = StoredQuestion(
            code=before.code, revision=before.revision + 1, content=question.to_dict()
        )
        self._session.add(wording)
        self._session.flush()
        return wording

    def _find_room(self, row: BankQuestion, question: Question) -> None:
        """Claim the stem for this question. Raises StemTaken."""
        key = _stem_key(question)
        try:
            with self._session.begin_nested():
                row.stem_key = key
                self._session.flush()
        except IntegrityError as error:
            other = self._session.execute(
                select(BankQuestion.id, BankQuestion.code).where(BankQuestion.stem_key == key)
            ).one()
            raise StemTaken(other.id, other.code) from error

    def _change(
        self,
        row: BankQuestion,
        before: StoredQuestion,
        after: StoredQuestion,
        state: BankState,
        actor: str,
        action: str,
        cause: str = "",
        *,
        alone: bool = False,
    ) -> int:
        facts: dict[str, Any] = {
            "before": {"state": row.state, "revision": before.revision},
            "after": {"state": state, "revision": after.revision},
        }
        row.state, row.version, row.question_id = state, row.version + 1, after.id
        for name, value in found_by(_question(after)).items():
            setattr(row, name, value)
        self._session.flush()
        facts |= {"cause": cause} if cause else {}
        # Reviewed and published by one and the same person: the trail says so.
        facts |= {"alone": True} if alone else {}
        self._record(row, actor, action, facts)
        return row.version

    def _record(self, row: BankQuestion, actor: str, action: str, facts: dict[str, Any]) -> None:
        subject = subject_of(row.id)
        audit.record(self._session, self._now, actor, action, subject, facts, row.version)

    def _changed_meanwhile(self, row: BankQuestion) -> ChangedMeanwhile:
        last = self._session.execute(
            select(Audit.actor, Audit.at).where(
                Audit.subject == subject_of(row.id), Audit.version == row.version
            )
        ).first()
        by, at = (last.actor, last.at) if last else ("", None)
        return ChangedMeanwhile(row.code, by, at, BankState(row.state), row.version)


def subject_of(number: int) -> str:
    """How the audit trail names the question."""
    return f"question:{number}"


def to_card(row: BankQuestion, wording: StoredQuestion) -> BankCard:
    """A question and its wording as a card."""
    return BankCard(row.id, _question(wording), wording.revision, BankState(row.state), row.version)


def _question(wording: StoredQuestion) -> Question:
    return Question.from_dict(wording.content)


def _stem_key(question: Question) -> bytes:
    return blake2b(fold(question.stem).encode(), digest_size=16).digest()


def found_by(question: Question) -> dict[str, Any]:
    """The columns that say by what a question is found."""
    words = (
        question.code,
        question.stem,
        question.explanation,
        question.source,
        question.place,
        question.topic,
        *question.options,
    )
    return {
        "stem_key": _stem_key(question),
        "topic": question.topic,
        "difficulty": question.difficulty,
        "source": question.source,
        "sought": "\n".join(map(fold, words)),
    }


def _deed(row: Any, wordings: dict[int, Question]) -> Deed:
    before, after = row.facts["before"], row.facts["after"]
    return Deed(
        row.action,
        row.actor,
        row.at,
        _standpoint(before, wordings) if before else None,
        _standpoint(after, wordings),
    )


def _standpoint(facts: dict[str, Any], wordings: dict[int, Question]) -> Standpoint:
    return Standpoint(BankState(facts["state"]), wordings[facts["revision"]])
