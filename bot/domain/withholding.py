"""Withholding: a question that several members call faulty earns nothing until a person has looked.

What earned points before keeps them. An answer given meanwhile is graded as ever, and what it
earns is kept beside it: once a colleague has looked, the worker adds it in batches, each a
transaction that locks its members. A wording is withheld once and never again, for by then
somebody has looked at it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.domain import audit
from bot.domain.contests import scoring_of
from bot.domain.freezing import is_freeze_expected
from bot.domain.identity import campaign_day
from bot.domain.keys import mended_keys, tell_processes, with_key
from bot.domain.notices import Notices
from bot.domain.scores import add_up, lock_members
from bot.storage.tables import (
    Answer,
    BankQuestion,
    Contest,
    ContestQuestion,
    QuestionReport,
    Regrade,
    Score,
    StoredQuestion,
    Withholding,
    table_of,
)
from quiz_bank import Question

BATCH = 200
"""Answers that get their points in one transaction."""
GRACE = timedelta(minutes=1)
"""Answers that were on their way when it ended have arrived by then."""


class NotWithheld(Exception):
    """The points of this wording were never withheld."""


@dataclass(frozen=True)
class Withheld:
    """A wording whose points are withheld, or were."""

    question_id: int
    number: int | None
    """The number of the question in the bank."""
    code: str
    stem: str
    reports: int
    """How many members had called it faulty by then."""
    since: datetime
    ended_at: datetime | None
    ended_by: str | None
    """`staff:3`, as in the audit trail."""
    finished_at: datetime | None
    answers: int
    """How many wait for their points."""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody to look."""
        return self.ended_at is None


_ANSWER = table_of(Answer)
_WAITS = _ANSWER.c.withheld > 0


class Withholdings:
    """The questions that are called faulty, and the points that wait for a person to look."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ reports

    def report(self, member: bytes, question_id: int) -> bool:
        """Count a member who calls this wording faulty; whether its points are withheld by that.

        Each member counts once, and stands in a slot: the contest's last one withholds. Of two
        who take one slot at once the key lets one through; the other raises IntegrityError.
        """
        limit = self._limit(question_id)
        if not limit or self._session.get(Withholding, question_id) is not None:
            return False
        rows = self._session.execute(
            select(QuestionReport.member_key, QuestionReport.slot).where(
                QuestionReport.question_id == question_id
            )
        ).all()
        if any(row.member_key == member for row in rows):
            return False
        taken = {row.slot for row in rows}
        slot = next(number for number in count(1) if number not in taken)
        row = {"member_key": member, "question_id": question_id, "slot": slot}
        self._session.execute(insert(QuestionReport).values(**row, reported_at=self._now))
        if slot < limit:
            return False
        self._withhold(question_id, len(rows) + 1)
        return True

    def _limit(self, question_id: int) -> int:
        """That of the contest begun last which draws this wording, or else of the last at all."""
        draws = exists().where(
            ContestQuestion.contest_id == Contest.id, ContestQuestion.question_id == question_id
        )
        asked = (
            select(Contest.report_limit)
            .where(Contest.first_day <= campaign_day(self._now))
            .order_by(case((draws, 0), else_=1), Contest.first_day.desc(), Contest.id.desc())
            .limit(1)
        )
        return self._session.scalar(asked) or 0

    def _withhold(self, question_id: int, reports: int) -> None:
        row = {"question_id": question_id, "since": self._now, "reports": reports}
        self._session.execute(insert(Withholding).values(row))
        tell_processes(self._session)
        code = self._session.get_one(StoredQuestion, question_id).code
        facts = {"code": code, "reports": reports}
        self._record(question_id, audit.SYSTEM, "points.withhold", facts)

    # ------------------------------------------------------------ a person has looked

    def end(self, question_id: int, staff_id: int, *, mended: bool = False) -> bool:
        """Let the answers have their points; False when a colleague did before.

        `mended` when it is because another key was put in force, of which the processes are told
        anyway. Raises NotWithheld.
        """
        ended = self._session.execute(
            update(Withholding)
            .where(Withholding.question_id == question_id, Withholding.ended_at.is_(None))
            .values(ended_at=self._now, ended_by=staff_id)
        )
        if not ended.rowcount:  # type: ignore[attr-defined]
            if self._session.get(Withholding, question_id) is None:
                raise NotWithheld
            return False
        if not mended:
            tell_processes(self._session)
        self._record(question_id, audit.staff(staff_id), "points.restore", {"mended": mended})
        return True

    # ------------------------------------------------------------ looking

    def open(self) -> list[Withheld]:
        """What waits for a person to look, the longest waiting first."""
        return self._found(_cases().where(Withholding.ended_at.is_(None)))

    def of_wordings(self, ids: Sequence[int]) -> dict[int, Withheld]:
        """Those of these wordings whose points are withheld, or were."""
        found = self._found(_cases().where(Withholding.question_id.in_(ids)))
        return {one.question_id: one for one in found}

    def _found(self, cases: Select[Any]) -> list[Withheld]:
        return [_withheld(*row) for row in self._session.execute(cases)]

    # ------------------------------------------------------------ points that come back

    def waiting(self) -> list[int]:
        """The wordings somebody has looked at whose answers have not all got their points."""
        rows = select(Withholding.question_id).where(
            Withholding.ended_at.is_not(None), Withholding.finished_at.is_(None)
        )
        return list(self._session.scalars(rows.order_by(Withholding.question_id)))

    def go_on(self, question_id: int, most: int = BATCH) -> int:
        """Give the next answers their points, at most so many; how many got them."""
        row = self._session.get_one(Withholding, question_id, populate_existing=True)
        if row.ended_at is None or row.finished_at is not None:
            return 0
        if is_freeze_expected(self._session, self._now):
            return 0
        waits = and_(_ANSWER.c.question_id == question_id, _WAITS)
        found = select(_ANSWER.c.member_key).where(waits).limit(most)
        members = sorted(set(self._session.scalars(found)))
        if not members:
            self._finish(question_id, row.ended_at)
            return 0
        known = lock_members(self._session, members)
        theirs = and_(waits, _ANSWER.c.member_key.in_(members))
        answers = self._session.execute(select(_ANSWER).where(theirs)).all()
        if not answers:
            # Given by another worker, or erased, while we waited for the lock.
            return 0
        scores = {(answer.member_key, answer.contest_id) for answer in answers}
        before = self._points(scores)
        self._session.execute(
            update(_ANSWER)
            .where(theirs)
            .values(points=_ANSWER.c.points + _ANSWER.c.withheld, withheld=0)
        )
        add_up(self._session, scores)
        after, keeps = self._points(scores), self._keeps(question_id)
        told = {answer[:2]: answer for answer in answers if keeps(answer)}
        for score, answer in told.items():
            if answer.member_key in known:
                self._tell(question_id, answer, after[score] - before[score])
        return len(answers)

    def _points(self, scores: Collection[tuple[bytes, int]]) -> dict[tuple[bytes, int], int]:
        whose = (Score.member_key, Score.contest_id)
        rows = self._session.execute(
            select(*whose, Score.points).where(tuple_(*whose).in_(sorted(scores)))
        )
        return {(member, contest): points for member, contest, points in rows}

    def _tell(self, question_id: int, answer: Any, points: int) -> None:
        """Say how many points it was; none, where a day's cap was reached without them."""
        day = f"{answer.day:%y%m%d}.{answer.nth}"
        cause = f"points:{question_id}:{answer.contest_id}:{day}:{answer.place}"
        facts = {"day": answer.day.isoformat(), "place": answer.place, "points": points}
        notices = Notices(self._session, self._now)
        notices.leave(answer.member_key, cause, "points_restored", facts, self._now)

    def _keeps(self, question_id: int) -> Callable[[Any], bool]:
        """Whether an answer keeps its points under a key that was mended meanwhile.

        Where it does not, the key that takes them tells of it.
        """
        step = self._session.scalars(
            select(Regrade).where(
                Regrade.question_id == question_id,
                Regrade.released_at.is_not(None),
                Regrade.finished_at.is_(None),
                Regrade.only_adds.is_(False),
            )
        ).first()
        if step is None:
            return lambda _: True
        stored = self._session.get_one(StoredQuestion, question_id)
        question = with_key(
            Question.from_dict(stored.content), mended_keys(self._session)[question_id]
        )
        scoring = {one.id: scoring_of(one) for one in self._session.scalars(select(Contest))}
        return lambda answer: (
            scoring[answer.contest_id].grade_kept(question, answer.choice).points >= answer.withheld
        )

    def _finish(self, question_id: int, ended_at: datetime) -> None:
        """No answer waits for its points, and none can come any more."""
        if self._now < ended_at + GRACE:
            return
        done = self._session.execute(
            update(Withholding)
            .where(Withholding.question_id == question_id, Withholding.finished_at.is_(None))
            .values(finished_at=self._now)
        )
        if done.rowcount:  # type: ignore[attr-defined]
            self._record(question_id, audit.SYSTEM, "points.finish", {})

    # ------------------------------------------------------------ inside

    def _record(self, question_id: int, actor: str, action: str, facts: dict[str, Any]) -> None:
        audit.record(self._session, self._now, actor, action, f"points:{question_id}", facts)


def withheld_now(session: Session) -> frozenset[int]:
    """The wordings that earn nothing for now."""
    return frozenset(
        session.scalars(select(Withholding.question_id).where(Withholding.ended_at.is_(None)))
    )


def are_waiting(question_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether answers to this wording wait for their points, as a condition in SQL."""
    return (
        select(Withholding.question_id)
        .where(Withholding.question_id == question_id, Withholding.finished_at.is_(None))
        .exists()
    )


def _cases() -> Select[Any]:
    answers = (
        select(func.count())
        .where(_ANSWER.c.question_id == Withholding.question_id, _WAITS)
        .correlate(Withholding)
        .scalar_subquery()
    )
    return (
        select(Withholding, StoredQuestion, BankQuestion.id, answers)
        .join(StoredQuestion, StoredQuestion.id == Withholding.question_id)
        .outerjoin(BankQuestion, BankQuestion.code == StoredQuestion.code)
        .order_by(Withholding.since, Withholding.question_id)
    )


def _withheld(
    row: Withholding, stored: StoredQuestion, number: int | None, answers: int
) -> Withheld:
    ended_by = audit.staff(row.ended_by) if row.ended_by else None
    return Withheld(
        row.question_id, number, stored.code, stored.content["stem"], row.reports, row.since,
        row.ended_at, ended_by, row.finished_at, answers,
    )  # fmt: skip
