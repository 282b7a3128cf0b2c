"""Regrading: a wrong key is mended by two people, and every answer under it graded anew.

The key holds from its release on. The answers given before follow in batches, each a
transaction that locks its members, so that it can end at any moment: an answer whose grade is
right is passed over, and one that was changed has a row whose key leaves no room for a second
change, a second notice or a second point.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.bank import QuestionBank
from bot.domain.contests import contest_in_force
from bot.domain.identity import campaign_day
from bot.domain.keys import mended_keys, with_key
from bot.domain.notices import Notices
from bot.storage.tables import (
    Answer,
    Contest,
    ContestQuestion,
    Member,
    Regrade,
    RegradedAnswer,
    Score,
    StoredQuestion,
    table_of,
)
from quiz_bank import Kind, Question

BATCH = 200
"""Answers that are regraded in one transaction."""
GRACE = timedelta(minutes=1)
"""Answers that were on their way when the key was released have arrived by then."""
PLACES = 20
"""The first places that a dry run looks at."""
LATELY = 10
"""Mended keys that are told of."""
_CHUNK = 500


class NoSuchRegrade(Exception):
    """No mended key of this number was proposed, or no longer."""


class SameKey(Exception):
    """The proposed key is the one there is, or the question would be another."""


class RegradeUnderWay(Exception):
    """Another mended key of this wording waits for its release or its answers."""


class OwnProposal(Exception):
    """Whoever proposed a key does not release it."""


class ReleasedMeanwhile(Exception):
    """The key is in force already."""


@dataclass(frozen=True)
class Case:
    """A mended key and how far it has got."""

    id: int
    question_id: int
    before: Question
    """As it is graded without this key."""
    after: Question
    only_adds: bool
    reason: str
    """For all to read."""
    proposed_by: str
    """`staff:3`, as in the audit trail."""
    proposed_at: datetime
    released_by: str | None
    released_at: datetime | None
    finished_at: datetime | None
    regraded: int
    """How many answers have got another grade by now."""


@dataclass(frozen=True)
class Correction:
    """What everybody may read about a mended key."""

    stem: str
    at: datetime
    only_adds: bool
    reason: str


@dataclass(frozen=True)
class Preview:
    """What a mended key would change."""

    people: int
    changes: list[tuple[int, int]]
    """Points won or lost, and by how many people; the most won first."""
    places: int
    """At how many of the first twenty places of a contest somebody else would stand."""


_ANSWER, _SCORE, _REGRADED = table_of(Answer), table_of(Score), table_of(RegradedAnswer)
_KEY = (_ANSWER.c.member_key, _ANSWER.c.contest_id, _ANSWER.c.day, _ANSWER.c.place)
_WORTH = Contest.points_each
_SET_GRADE = (
    update(_ANSWER)
    .where(*(column == bindparam(f"of_{column.name}") for column in _KEY))
    .values(correct=bindparam("right"), points=bindparam("earned"))
)
_SET_SCORE = (
    update(_SCORE)
    .where(_SCORE.c.member_key == bindparam("member"), _SCORE.c.contest_id == bindparam("contest"))
    .values(points=bindparam("sum"), reached_at=bindparam("reached"))
)


class Regrading:
    """Wrong keys, put right."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ two people

    def propose(
        self,
        question_id: int,
        mended: Question,
        only_adds: bool,
        staff_id: int,
        reason: str = "",
    ) -> int:
        """Propose another key for a wording; the number of the proposal.

        The reason, of at most 60 characters, is for all to read once the key is released.
        Raises SameKey, or RegradeUnderWay while another is not done with.
        """
        before = self._in_force(question_id)
        same_question = replace(before, answer=mended.answer, explanation=mended.explanation)
        if mended.answer == before.answer or mended != same_question:
            raise SameKey
        steps = self._session.execute(
            select(func.max(Regrade.step), func.count() - func.count(Regrade.finished_at)).where(
                Regrade.question_id == question_id
            )
        ).one()
        if steps[1]:
            raise RegradeUnderWay
        row = Regrade(
            question_id=question_id, step=(steps[0] or 0) + 1, answer=list(mended.answer),
            explanation=mended.explanation, only_adds=only_adds, reason=reason,
            proposed_by=staff_id, proposed_at=self._now,
        )  # fmt: skip
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            raise RegradeUnderWay from error
        facts = {
            "code": before.code, "before": list(before.answer), "after": row.answer,
            "only_adds": only_adds, "reason": reason,
        }  # fmt: skip
        self._record(row.id, audit.staff(staff_id), "regrade.propose", facts)
        return row.id

    def withdraw(self, number: int, staff_id: int) -> None:
        """Drop a proposal. Raises NoSuchRegrade or ReleasedMeanwhile."""
        gone = self._session.execute(
            delete(Regrade).where(Regrade.id == number, Regrade.released_at.is_(None))
        )
        if not gone.rowcount:  # type: ignore[attr-defined]
            self.case(number)
            raise ReleasedMeanwhile
        self._record(number, audit.staff(staff_id), "regrade.withdraw", {})

    def release(self, number: int, staff_id: int) -> bool:
        """Put the key in force; False when it was before, as by a double click.

        Raises OwnProposal for whoever proposed it, or NoSuchRegrade.
        """
        released = self._session.execute(
            update(Regrade)
            .where(
                Regrade.id == number,
                Regrade.released_at.is_(None),
                Regrade.proposed_by != staff_id,
            )
            .values(released_by=staff_id, released_at=self._now)
        )
        row = self._row(number)
        if not released.rowcount:  # type: ignore[attr-defined]
            if row.released_at is None:
                raise OwnProposal
            return False
        # With it each process learns, from the next paper it reads, that there is a new key.
        self._session.execute(update(Contest).values(regrades=Contest.regrades + 1))
        QuestionBank(self._session, self._now).mend(
            row.question_id, tuple(row.answer), row.explanation, staff_id
        )
        facts = {"after": row.answer, "only_adds": row.only_adds}
        self._record(number, audit.staff(staff_id), "regrade.release", facts)
        return True

    # ------------------------------------------------------------ looking

    def case(self, number: int) -> Case:
        """The mended key of this number. Raises NoSuchRegrade."""
        row = self._row(number)
        earlier = self._session.scalars(
            select(Regrade).where(
                Regrade.question_id == row.question_id, Regrade.step == row.step - 1
            )
        ).first()
        stored = self._session.get_one(StoredQuestion, row.question_id)
        before = with_key(
            Question.from_dict(stored.content),
            (tuple(earlier.answer), earlier.explanation) if earlier else None,
        )
        count = select(func.count()).where(RegradedAnswer.regrade_id == number)
        return Case(
            id=row.id,
            question_id=row.question_id,
            before=before,
            after=with_key(before, (tuple(row.answer), row.explanation)),
            only_adds=row.only_adds,
            reason=row.reason,
            proposed_by=audit.staff(row.proposed_by),
            proposed_at=row.proposed_at,
            released_by=audit.staff(row.released_by) if row.released_by else None,
            released_at=row.released_at,
            finished_at=row.finished_at,
            regraded=self._session.scalar(count) or 0,
        )

    def of_wording(self, question_id: int) -> list[int]:
        """The numbers of the mended keys of a wording, the latest first."""
        rows = select(Regrade.id).where(Regrade.question_id == question_id)
        return list(self._session.scalars(rows.order_by(Regrade.step.desc())))

    def corrections(self, limit: int = LATELY) -> list[Correction]:
        """The keys of the contest in force that were mended, for all to read, the latest first.

        Not which answer is right: who has not had the question yet would read it here.
        """
        contest = contest_in_force(self._session, campaign_day(self._now))
        if contest is None:
            return []
        rows = self._session.execute(
            select(Regrade, StoredQuestion.content)
            .join(StoredQuestion, StoredQuestion.id == Regrade.question_id)
            .join(ContestQuestion, ContestQuestion.question_id == Regrade.question_id)
            .where(ContestQuestion.contest_id == contest.id, Regrade.released_at.is_not(None))
            .order_by(Regrade.released_at.desc(), Regrade.id.desc())
            .limit(limit)
        )
        return [
            Correction(content["stem"], row.released_at, row.only_adds, row.reason)
            for row, content in rows
            if row.released_at is not None
        ]

    def preview(self, number: int) -> Preview:
        """What is still to change by the key: nothing is written. Raises NoSuchRegrade."""
        case_ = self.case(number)
        rows = self._session.execute(
            select(Answer.member_key, Answer.contest_id, Answer.correct, _WORTH)
            .join(Contest, Contest.id == Answer.contest_id)
            .where(self._misgraded(case_))
        )
        change: dict[int, Counter[bytes]] = {}
        for member, contest, correct, worth in rows:
            change.setdefault(contest, Counter())[member] += -worth if correct else worth
        by_member: Counter[bytes] = Counter()
        for members in change.values():
            by_member.update(members)
        return Preview(
            people=len(by_member),
            changes=sorted(Counter(by_member.values()).items(), reverse=True),
            places=sum(self._places(case_, *one) for one in change.items()),
        )

    def _places(self, case_: Case, contest: int, change: Mapping[bytes, int]) -> int:
        """At how many of the first places somebody else will stand."""
        order = (Score.points.desc(), Score.days.desc(), Score.reached_at, Score.member_key)
        rows = self._session.execute(
            select(Score.member_key, Score.points, Score.days, Score.reached_at)
            .where(Score.contest_id == contest)
            .order_by(*order)
            .execution_options(yield_per=_CHUNK)
        )
        before: list[bytes] = []
        steady: list[Any] = []
        for row in rows:
            if len(before) < PLACES:
                before.append(row.member_key)
            if row.member_key not in change:
                steady.append(row)
            if len(steady) == PLACES:
                break
        rows.close()
        least = steady[-1].points if len(steady) == PLACES else 0
        standing = [(-row.points, -row.days, row.reached_at, row.member_key) for row in steady] + [
            one for one in self._moved(case_, contest, change) if -one[0] >= least
        ]
        after = [key for *_, key in sorted(standing)[:PLACES]]
        return sum(one != other for one, other in zip(before, after, strict=True))

    def _moved(
        self, case_: Case, contest: int, change: Mapping[bytes, int]
    ) -> Iterator[tuple[int, int, datetime, bytes]]:
        """Where the people whose points change will stand, as something to sort by."""
        misgraded = self._misgraded(case_)
        wins = or_(and_(Answer.points > 0, ~misgraded), and_(misgraded, Answer.correct.is_(False)))
        for members in _chunks(sorted(change)):
            rows = self._session.execute(
                select(Score.member_key, Score.points, Score.days, _reached(wins))
                .join(
                    Answer,
                    and_(
                        Answer.member_key == Score.member_key,
                        Answer.contest_id == Score.contest_id,
                    ),
                )
                .where(Score.contest_id == contest, Score.member_key.in_(members))
                .group_by(Score.member_key, Score.points, Score.days)
            )
            for member, points, days, reached_at in rows:
                yield -(points + change[member]), -days, reached_at, member

    # ------------------------------------------------------------ grading anew

    def waiting(self) -> list[int]:
        """The keys in force whose answers have not all followed."""
        rows = select(Regrade.id).where(
            Regrade.released_at.is_not(None), Regrade.finished_at.is_(None)
        )
        return list(self._session.scalars(rows.order_by(Regrade.id)))

    def go_on(self, number: int, most: int = BATCH) -> int:
        """Grade the next answers anew, at most so many; how many were."""
        case_ = self.case(number)
        if case_.released_at is None or case_.finished_at is not None:
            return 0
        found = select(_ANSWER.c.member_key).where(self._misgraded(case_))
        members = sorted(set(self._session.scalars(found.limit(most))))
        if not members:
            self._finish(case_)
            return 0
        # Whoever answers just now has this lock; behind it nothing of theirs is on its way.
        known = self._session.scalars(
            select(Member.member_key)
            .where(Member.member_key.in_(members))
            .order_by(Member.member_key)
            .with_for_update()
        ).all()
        return self._grade(case_, members, set(known))

    def _grade(self, case_: Case, members: Sequence[bytes], known: set[bytes]) -> int:
        """Grade the answers of these members anew; who is known can be told."""
        rows = self._session.execute(
            select(*_KEY, _ANSWER.c.choice, _ANSWER.c.correct, _ANSWER.c.points, _WORTH)
            .join(Contest, Contest.id == _ANSWER.c.contest_id)
            .where(self._misgraded(case_), _ANSWER.c.member_key.in_(members))
        ).all()
        if not rows:
            return 0
        keys = [
            {
                "member_key": row.member_key, "contest_id": row.contest_id, "day": row.day,
                "place": row.place,
            }
            for row in rows
        ]  # fmt: skip
        earned = [0 if row.correct else row.points_each for row in rows]
        self._session.execute(
            insert(_REGRADED),
            [
                key | {
                    "regrade_id": case_.id, "points_before": row.points, "points": points,
                    "regraded_at": self._now,
                }
                for key, row, points in zip(keys, rows, earned, strict=True)
            ],
        )  # fmt: skip
        self._session.connection().execute(
            _SET_GRADE,
            [
                {f"of_{name}": value for name, value in key.items()}
                | {"right": not row.correct, "earned": points}
                for key, row, points in zip(keys, rows, earned, strict=True)
            ],
        )
        self._add_up({(row.member_key, row.contest_id) for row in rows})
        for row, points in zip(rows, earned, strict=True):
            if row.member_key in known:
                self._tell(case_, row, points - row.points)
        return len(rows)

    def _add_up(self, scores: set[tuple[bytes, int]]) -> None:
        """Let each score be what its answers add up to."""
        sums = self._session.execute(
            select(
                Answer.member_key,
                Answer.contest_id,
                func.sum(Answer.points),
                _reached(Answer.points > 0),
            )
            .where(tuple_(Answer.member_key, Answer.contest_id).in_(sorted(scores)))
            .group_by(Answer.member_key, Answer.contest_id)
        )
        self._session.connection().execute(
            _SET_SCORE,
            [
                {"member": member, "contest": contest, "sum": int(points), "reached": reached}
                for member, contest, points, reached in sums
            ],
        )

    def _tell(self, case_: Case, row: Any, change: int) -> None:
        cause = f"regrade:{case_.id}:{row.contest_id}:{row.day:%y%m%d}:{row.place}"
        facts = {
            "day": row.day.isoformat(),
            "place": row.place,
            "kind": case_.after.kind,
            "answer": list(case_.after.answer),
            "choice": row.choice,
            "change": change,
        }
        notices = Notices(self._session, self._now)
        notices.leave(row.member_key, cause, "answer_regraded", facts, self._now)

    def _finish(self, case_: Case) -> None:
        """No answer under the old key is left, and none can come any more."""
        assert case_.released_at is not None, "only a key in force is worked on"
        if self._now < case_.released_at + GRACE:
            return
        done = self._session.execute(
            update(Regrade)
            .where(Regrade.id == case_.id, Regrade.finished_at.is_(None))
            .values(finished_at=self._now)
        )
        if done.rowcount:  # type: ignore[attr-defined]
            facts = {"answers": case_.regraded}
            self._record(case_.id, audit.SYSTEM, "regrade.finish", facts)

    # ------------------------------------------------------------ inside

    def _misgraded(self, case_: Case) -> ColumnElement[bool]:
        """Whether an answer has another grade than the key gives it."""
        choices = self._session.scalars(
            select(Answer.choice).where(Answer.question_id == case_.question_id).distinct()
        )
        right = [choice for choice in choices if accepts(case_.after, choice)]
        loses = and_(Answer.correct.is_(True), Answer.choice.not_in(right))
        if case_.only_adds:
            # Of a proposal nobody knows the moment yet: whatever is there came before it.
            since = case_.released_at
            loses = and_(loses, Answer.answered_at >= since) if since else false()
        wins = and_(Answer.correct.is_(False), Answer.choice.in_(right))
        return and_(Answer.question_id == case_.question_id, or_(wins, loses))

    def _in_force(self, question_id: int) -> Question:
        stored = self._session.get_one(StoredQuestion, question_id)
        key = mended_keys(self._session).get(question_id)
        return with_key(Question.from_dict(stored.content), key)

    def _row(self, number: int) -> Regrade:
        found = select(Regrade).where(Regrade.id == number)
        fresh = found.execution_options(populate_existing=True)
        if (row := self._session.scalars(fresh).first()) is None:
            raise NoSuchRegrade
        return row

    def _record(self, number: int, actor: str, action: str, facts: dict[str, Any]) -> None:
        audit.record(self._session, self._now, actor, action, f"regrade:{number}", facts)


def accepts(question: Question, choice: str) -> bool:
    """Whether a choice as it was kept is the answer; letters are kept as one string."""
    return question.is_correct((choice,) if question.kind is Kind.BLANK else choice)


def _reached(wins: ColumnElement[bool]) -> ColumnElement[datetime]:
    """When the last point was won, or else when the first answer was given."""
    won_at = func.max(case((wins, Answer.answered_at)))
    return func.coalesce(won_at, func.min(Answer.answered_at))


def _chunks(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (keys[begin : begin + _CHUNK] for begin in range(0, len(keys), _CHUNK))
