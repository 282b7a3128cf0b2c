"""Regrading: a wrong key is mended by two people, and every answer under it graded anew.

The key holds from its release on. The answers given before follow in batches, each a
transaction that locks its members, so that it can end at any moment: an answer whose grade is
right is passed over, and one that was changed has a row whose key leaves no room for a second
change, a second notice or a second point.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
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
from bot.domain.contests import contest_in_force, running_contests, scoring_of
from bot.domain.freezing import is_freeze_expected
from bot.domain.identity import campaign_day
from bot.domain.keys import mended_keys, tell_processes, with_key
from bot.domain.notices import Notices
from bot.domain.ranking import downwards, height
from bot.domain.scores import add_up, lock_members
from bot.domain.scoring import Grade, Graded, Total
from bot.domain.withholding import NotWithheld, Withholdings, are_waiting
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
from quiz_bank import Question

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
    """At how many of the first twenty places of a contest, or of each of its brackets, somebody
    else would stand."""


_ANSWER, _REGRADED = table_of(Answer), table_of(RegradedAnswer)
_KEY = (
    _ANSWER.c.member_key, _ANSWER.c.contest_id, _ANSWER.c.day, _ANSWER.c.nth, _ANSWER.c.place
)  # fmt: skip
_OF_SCORE, _OF_DAY = _KEY[:2], _KEY[:3]
_GRADED = (
    *_KEY, _ANSWER.c.question_id, _ANSWER.c.choice, _ANSWER.c.correct, _ANSWER.c.points,
    _ANSWER.c.answered_at,
)  # fmt: skip
_SET_GRADE = (
    update(_ANSWER)
    .where(*(column == bindparam(f"of_{column.name}") for column in _KEY))
    .values(correct=bindparam("right"), points=bindparam("earned"))
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
        tell_processes(self._session)
        QuestionBank(self._session, self._now).mend(
            row.question_id, tuple(row.answer), row.explanation, staff_id
        )
        facts = {"after": row.answer, "only_adds": row.only_adds}
        self._record(number, audit.staff(staff_id), "regrade.release", facts)
        with suppress(NotWithheld):
            Withholdings(self._session, self._now).end(row.question_id, staff_id, mended=True)
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
        """The keys mended in the contests of today, or the latest, the last one first.

        Not which answer is right: who has not had the question yet would read it here.
        """
        today = campaign_day(self._now)
        contests = running_contests(self._session, today)
        if not contests and (latest := contest_in_force(self._session, today)):
            contests = [latest]
        asked = select(ContestQuestion.question_id).where(
            ContestQuestion.contest_id.in_([contest.id for contest in contests])
        )
        rows = self._session.execute(
            select(Regrade, StoredQuestion.content)
            .join(StoredQuestion, StoredQuestion.id == Regrade.question_id)
            .where(Regrade.question_id.in_(asked), Regrade.released_at.is_not(None))
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
        anew = _Anew(self._session, case_)
        change: dict[int, Counter[bytes]] = {}
        for (member, contest, _), changed in self._changes(anew).items():
            change.setdefault(contest, Counter())[member] += changed
        by_member: Counter[bytes] = Counter()
        for members in change.values():
            by_member.update(members)
        return Preview(
            people=len(by_member),
            changes=sorted(Counter(by_member.values()).items(), reverse=True),
            places=sum(self._places(anew, *one) for one in change.items()),
        )

    def _changes(
        self, anew: "_Anew", members: Sequence[bytes] | None = None
    ) -> dict[tuple[bytes, int, date], int]:
        """What each day with an answer to be graded anew will count more, or less."""
        days = select(*_OF_DAY).where(anew.awaits)
        if members is not None:
            days = days.where(_ANSWER.c.member_key.in_(members))
        touched = days.distinct().subquery()
        same_day = and_(*(column == touched.c[column.name] for column in _OF_DAY))
        rows = self._session.execute(select(*_GRADED).join(touched, same_day).order_by(*_OF_DAY))
        return {
            key: anew.total(of_day).points - anew.total_before(of_day).points
            for key, of_day in _grouped(rows, _OF_DAY)
        }

    def _places(self, anew: "_Anew", contest: int, change: Mapping[bytes, int]) -> int:
        """At how many of the first places of its boards somebody else will stand."""
        return sum(self._places_on(board, anew, contest, change) for board in self._boards(contest))

    def _boards(self, contest: int) -> list[ColumnElement[bool]]:
        """Whether a score stands on the board of people, or on that of each bracket."""
        held = self._session.get_one(Contest, contest)
        of_contest = Score.contest_id == contest
        if held.joined_only:
            joined = select(Member.member_key).where(Member.unit_id.is_not(None))
            of_contest &= Score.member_key.in_(joined)
        brackets = range(1, 1 + len(held.brackets))
        return [of_contest & (Score.bracket == number) for number in brackets] or [of_contest]

    def _places_on(
        self, board: ColumnElement[bool], anew: "_Anew", contest: int, change: Mapping[bytes, int]
    ) -> int:
        rows = self._session.execute(
            select(Score.member_key, Score.points, Score.days, Score.reached_at)
            .where(board)
            .order_by(*downwards(Score))
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
        standing = [
            *(height(row, row.member_key) for row in steady),
            *self._moved(anew, contest, self._hopeful(board, change, least)),
        ]
        after = [key for *_, key in sorted(standing)[:PLACES]]
        return sum(one != other for one, other in zip(before, after, strict=True))

    def _hopeful(
        self, board: ColumnElement[bool], change: Mapping[bytes, int], least: int
    ) -> Iterator[bytes]:
        """Whose points change, and are then as many as it takes to be among the first."""
        for some in _chunks(sorted(change)):
            rows = self._session.execute(
                select(Score.member_key, Score.points).where(board, Score.member_key.in_(some))
            )
            yield from (member for member, points in rows if points + change[member] >= least)

    def _moved(
        self, anew: "_Anew", contest: int, members: Iterable[bytes]
    ) -> Iterator[tuple[int, int, datetime, bytes]]:
        """Where these people will stand, as something to sort by."""
        for some in _chunks(list(members)):
            for (member, _), answers in self._answers([(one, contest) for one in some]):
                yield height(anew.total(answers), member)

    def _answers(self, scores: Sequence[tuple[bytes, int]]) -> Iterator[tuple[Any, list[Any]]]:
        """All answers that each of these scores is the sum of."""
        rows = self._session.execute(
            select(*_GRADED).where(tuple_(*_OF_SCORE).in_(scores)).order_by(*_OF_SCORE)
        )
        return _grouped(rows, _OF_SCORE)

    # ------------------------------------------------------------ grading anew

    def waiting(self) -> list[int]:
        """The keys in force whose answers have not all followed; points withheld come first."""
        rows = select(Regrade.id).where(
            Regrade.released_at.is_not(None),
            Regrade.finished_at.is_(None),
            ~are_waiting(Regrade.question_id),
        )
        return list(self._session.scalars(rows.order_by(Regrade.id)))

    def go_on(self, number: int, most: int = BATCH) -> int:
        """Grade the next answers anew, at most so many; how many were."""
        case_ = self.case(number)
        if case_.released_at is None or case_.finished_at is not None:
            return 0
        if is_freeze_expected(self._session, self._now):
            return 0
        anew = _Anew(self._session, case_)
        found = select(_ANSWER.c.member_key).where(anew.awaits)
        members = sorted(set(self._session.scalars(found.limit(most))))
        if not members:
            self._finish(case_)
            return 0
        known = lock_members(self._session, members)
        return self._grade(case_, anew, members, known)

    def _grade(
        self, case_: Case, anew: "_Anew", members: Sequence[bytes], known: set[bytes]
    ) -> int:
        """Grade the answers of these members anew; who is known can be told."""
        rows = self._session.execute(
            select(*_GRADED).where(anew.awaits, _ANSWER.c.member_key.in_(members))
        ).all()
        if not rows:
            return 0
        keys = [
            {
                "member_key": row.member_key, "contest_id": row.contest_id, "day": row.day,
                "nth": row.nth, "place": row.place,
            }
            for row in rows
        ]  # fmt: skip
        grades = [anew.grade(row) for row in rows]
        changes = self._changes(anew, members)
        self._session.execute(
            insert(_REGRADED),
            [
                key | {
                    "regrade_id": case_.id, "points_before": row.points, "points": grade.points,
                    "regraded_at": self._now,
                }
                for key, row, grade in zip(keys, rows, grades, strict=True)
            ],
        )  # fmt: skip
        self._session.connection().execute(
            _SET_GRADE,
            [
                {f"of_{name}": value for name, value in key.items()}
                | {"right": grade.correct, "earned": grade.points}
                for key, grade in zip(keys, grades, strict=True)
            ],
        )
        add_up(self._session, {(row.member_key, row.contest_id) for row in rows})
        told = {(row.member_key, row.contest_id, row.day): row for row in rows}
        for day, row in told.items():
            if row.member_key in known:
                self._tell(case_, row, changes[day])
        return len(rows)

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


class _Anew:
    """The answers to a question whose grade is not the one that its mended key gives them."""

    def __init__(self, session: Session, case_: Case) -> None:
        self._case = case_
        contests = session.scalars(select(Contest)).all()
        self._scoring = {contest.id: scoring_of(contest) for contest in contests}
        self._due: dict[tuple[int, str, int], Grade] = {}
        kinds = select(Answer.contest_id, Answer.choice, Answer.correct, Answer.points)
        for contest, choice, *grade in session.execute(
            kinds.where(Answer.question_id == case_.question_id).distinct()
        ):
            due = self._scoring[contest].grade_kept(case_.after, choice)
            if due != tuple(grade):
                self._due[contest, choice, grade[1]] = due
        self.awaits = and_(_ANSWER.c.question_id == case_.question_id, self._are_due())
        """Whether an answer is to get another grade."""

    def grade(self, row: Any) -> Grade:
        """The grade that an answer has once the key is in force for all."""
        due = self._due.get((row.contest_id, row.choice, row.points))
        is_other = row.question_id != self._case.question_id
        if due is None or is_other or (due.points < row.points and self._has_mercy(row)):
            return Grade(row.correct, row.points)
        return due

    def total(self, answers: Sequence[Any]) -> Total:
        """What these answers of a member in a contest then add up to."""
        return self._total(answers, [self.grade(answer).points for answer in answers])

    def total_before(self, answers: Sequence[Any]) -> Total:
        """What they add up to as they are graded now."""
        return self._total(answers, [answer.points for answer in answers])

    def _total(self, answers: Sequence[Any], points: Sequence[int]) -> Total:
        graded = (
            Graded(answer.day, answer.nth, answer.answered_at, earned)
            for answer, earned in zip(answers, points, strict=True)
        )
        return self._scoring[answers[0].contest_id].total(graded)

    def _has_mercy(self, row: Any) -> bool:
        # Of a proposal nobody knows the moment yet: whatever is there came before it.
        since = self._case.released_at
        return self._case.only_adds and (since is None or row.answered_at < since)

    def _are_due(self) -> ColumnElement[bool]:
        alike: dict[tuple[int, int, bool], list[str]] = {}
        for (contest, choice, points), due in self._due.items():
            alike.setdefault((contest, points, due.points < points), []).append(choice)
        return or_(false(), *(self._is_one(*kind, among) for kind, among in alike.items()))

    def _is_one(
        self, contest: int, points: int, loses: bool, choices: Sequence[str]
    ) -> ColumnElement[bool]:
        answer = _ANSWER.c
        of_kind = and_(
            answer.contest_id == contest, answer.points == points, answer.choice.in_(choices)
        )
        if not (loses and self._case.only_adds):
            return of_kind
        since = self._case.released_at
        return and_(of_kind, answer.answered_at >= since) if since else false()


def _grouped(rows: Iterable[Any], by: Sequence[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Rows that begin with these columns and are sorted by them, those with the same together."""
    return ((key, list(same)) for key, same in groupby(rows, key=lambda row: tuple(row[: len(by)])))


def _chunks(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (keys[begin : begin + _CHUNK] for begin in range(0, len(keys), _CHUNK))
