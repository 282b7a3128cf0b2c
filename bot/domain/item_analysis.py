"""Item analysis: what the answers of a contest tell about its questions."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from bot.domain.contests import contest_in_force
from bot.domain.keys import Key, mended_keys, with_key
from bot.storage.tables import (
    Answer,
    Attempt,
    BankQuestion,
    Contest,
    Score,
    StoredQuestion,
    Ticket,
)
from quiz_bank import Kind, Question
from quiz_bank.analysis import Alike, Figures, analyse

TIMED = 2_000
"""Of how many answers at most, the latest, the time is taken."""
MOST = 100_000
"""Answers, about, that a page looks at: to go through a million takes a database many seconds."""
REPORT = "question"
"""The topic of the tickets that call a question faulty."""
_Among = tuple[ColumnElement[bool], ...]
_NAMED = re.compile(r"\[(\S+)\]")
"""How such a ticket begins that is about one question."""


@dataclass(frozen=True)
class Held:
    """A contest that there are answers to analyse of."""

    id: int
    title: str


@dataclass(frozen=True)
class Item:
    """A question as a contest asked it, and what its answers tell."""

    id: int
    """The row of its wording."""
    number: int | None
    """The number of the question in the bank."""
    question: Question
    revision: int
    figures: Figures
    choices: Mapping[str, int]
    """What was chosen how often: letters in order, T or F, or the words filled in."""
    reports: int
    """How many members called it faulty in letters that nobody has closed."""


@dataclass(frozen=True)
class Sample:
    """Some of the people of a contest, where all have given too many answers for a page.

    Keys are keyed hashes, so those below any one are as good as drawn by lot.
    """

    below: bytes
    percent: int
    """How many of a hundred people these are, about."""


@dataclass(frozen=True)
class Asked:
    """A question in one contest, with the time that its answers took."""

    contest: Held
    item: Item
    usual_time: timedelta | None
    """Half of the answers took longer; None when none could be timed."""
    timed: int
    """Of how many answers that is the median."""
    sample: Sample | None
    """Whose answers were looked at; None: everybody's."""


class ItemAnalysis:
    """The questions of the contests, by what came of them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def contests(self) -> list[Held]:
        """Every contest, the latest first."""
        rows = self._session.execute(
            select(Contest.id, Contest.title).order_by(Contest.first_day.desc(), Contest.id.desc())
        )
        return [Held(id_, title) for id_, title in rows]

    def in_force(self, today: date) -> Held | None:
        """The contest to look at unless another is asked for; one that is planned hides none."""
        contest = contest_in_force(self._session, today)
        return Held(contest.id, contest.title) if contest else None

    def sample(self, contest: int) -> Sample | None:
        """Whose answers a page looks at; None: everybody's."""
        papers = select(func.coalesce(func.sum(Score.days), 0)).where(Score.contest_id == contest)
        asked = select(Contest.questions_a_day * papers.scalar_subquery())
        answers = int(self._session.scalar(asked.where(Contest.id == contest)) or 0)
        if answers <= MOST:
            return None
        share = MOST / answers
        return Sample(int(share * 2**64).to_bytes(8, "big"), max(1, round(100 * share)))

    def items(self, contest: int, sample: Sample | None = None) -> list[Item]:
        """Every question of the contest that these people answered, in the order of their codes."""
        answered = select(Answer.question_id).where(*_among(contest, sample))
        return list(
            self._by_id(contest, self._session.execute(_stored(answered)).all(), sample).values()
        )

    def of_question(self, number: int) -> list[Asked]:
        """The question of this number in each contest and wording in which it was answered."""
        code = select(BankQuestion.code).where(BankQuestion.id == number).scalar_subquery()
        rows = self._session.execute(_stored(None).where(StoredQuestion.code == code)).all()
        return [
            Asked(contest, item, *self._usual_time(contest.id, id_), sample)
            for contest in self.contests()
            for sample in (self.sample(contest.id),)
            for id_, item in self._by_id(contest.id, rows, sample).items()
        ]

    def _by_id(self, contest: int, rows: Sequence[Any], sample: Sample | None) -> dict[int, Item]:
        """The items of these wordings that the contest has answers to."""
        ids, keys = [row.id for row in rows], mended_keys(self._session)
        alike, choices = self._answers(_among(contest, sample), ids)
        reports = self._reports() if alike else {}
        return {
            row.id: _item(
                row, keys.get(row.id), alike[row.id], choices[row.id], reports.get(row.code, 0)
            )
            for row in rows
            if row.id in alike
        }

    def _answers(
        self, among: _Among, ids: Sequence[int]
    ) -> tuple[Mapping[int, list[Alike]], Mapping[int, Counter[str]]]:
        """How the answers to each question went together with all others of their members, and
        what was chosen how often.
        """
        right = case((Answer.correct, 1), else_=0)
        totals = (
            select(Answer.member_key, func.count().label("answers"), func.sum(right).label("right"))
            .where(*among)
            .group_by(Answer.member_key)
            .subquery()
        )
        others = totals.c.answers - 1
        rest = case((others > 0, (totals.c.right - right) * 1_000 // others))
        each = (
            select(Answer.question_id, Answer.choice, Answer.correct, rest.label("rest"))
            .join(totals, totals.c.member_key == Answer.member_key)
            .where(*among, Answer.question_id.in_(ids))
            .subquery()
        )
        columns = (each.c.question_id, each.c.choice, each.c.correct, each.c.rest)
        alike: dict[int, Counter[tuple[bool, int | None]]] = defaultdict(Counter)
        choices: dict[int, Counter[str]] = defaultdict(Counter)
        for id_, choice, correct, rate, count in self._session.execute(
            select(*columns, func.count()).group_by(*columns)
        ):
            alike[id_][bool(correct), None if rate is None else int(rate)] += count
            choices[id_][choice] += count
        told = {
            id_: [Alike(*kind, count) for kind, count in counts.items()]
            for id_, counts in alike.items()
        }
        return told, choices

    def _reports(self) -> dict[str, int]:
        """How many members each have an open letter that calls this one question faulty."""
        rows = self._session.execute(
            select(Ticket.member_key, Ticket.words).where(
                Ticket.topic == REPORT, Ticket.handled_at.is_(None)
            )
        )
        members: dict[str, set[bytes]] = defaultdict(set)
        for member, words in rows:
            if named := _NAMED.match(words):
                members[named[1]].add(member)
        return {code: len(who) for code, who in members.items()}

    def _usual_time(self, contest: int, id_: int) -> tuple[timedelta | None, int]:
        """From the answer before it, or the beginning of the paper, to the answer; of how many.

        Of several answers that came in one message nobody knows how long each took.
        """
        other = aliased(Answer)
        same_paper = (
            other.member_key == Answer.member_key,
            other.contest_id == Answer.contest_id,
            other.day == Answer.day,
            other.nth == Answer.nth,
        )
        before = (
            select(func.max(other.answered_at))
            .where(*same_paper, other.answered_at < Answer.answered_at)
            .correlate(Answer)
            .scalar_subquery()
        )
        bundled = exists().where(
            *same_paper, other.answered_at == Answer.answered_at, other.place != Answer.place
        )
        paper = and_(
            Attempt.member_key == Answer.member_key,
            Attempt.contest_id == Answer.contest_id,
            Attempt.day == Answer.day,
            Attempt.nth == Answer.nth,
        )
        rows = self._session.execute(
            select(Answer.answered_at, Attempt.started_at, before.label("before"))
            .join(Attempt, paper)
            .where(Answer.contest_id == contest, Answer.question_id == id_, ~bundled)
            .order_by(Answer.answered_at.desc())
            .limit(TIMED)
        )
        spans = [row.answered_at - (row.before or row.started_at) for row in rows]
        return median(spans) if spans else None, len(spans)


def _among(contest: int, sample: Sample | None) -> _Among:
    """Which answers to the contest are looked at."""
    of_contest = Answer.contest_id == contest
    return (of_contest, Answer.member_key < sample.below) if sample else (of_contest,)


def _stored(ids: Select[Any] | None) -> Select[Any]:
    """Wordings with their numbers in the bank."""
    rows = (
        select(
            StoredQuestion.id,
            StoredQuestion.code,
            StoredQuestion.revision,
            StoredQuestion.content,
            BankQuestion.id.label("number"),
        )
        .outerjoin(BankQuestion, BankQuestion.code == StoredQuestion.code)
        .order_by(StoredQuestion.code, StoredQuestion.revision)
    )
    return rows if ids is None else rows.where(StoredQuestion.id.in_(ids))


def _item(
    row: Any, key: Key | None, alike: list[Alike], choices: dict[str, int], reports: int
) -> Item:
    question = with_key(Question.from_dict(row.content), key)
    wrong = {choice: n for choice, n in choices.items() if not _is_right(question, choice)}
    closed = question.kind is not Kind.BLANK
    figures = analyse(alike, wrong, reports, closed)
    return Item(row.id, row.number, question, row.revision, figures, choices, reports)


def _is_right(question: Question, choice: str) -> bool:
    return question.is_correct((choice,) if question.kind is Kind.BLANK else choice)
