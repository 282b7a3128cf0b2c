"""The daily quiz: who draws which paper, who answered what, and how well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import takewhile
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.contests import (
    MAKE_UP_DAYS,
    ContestPlan,
    contest_in_force,
    next_contest,
    running_contests,
    scoring_of,
    week_of,
)
from bot.domain.districts import DISTRICT
from bot.domain.identity import campaign_day
from bot.domain.questions import Shelf
from bot.domain.refusals import (
    BracketFixed,
    BracketNeeded,
    ContestNotBegun,
    ContestOver,
    NoContest,
    NothingToMakeUp,
    PaperFinished,
    PaperNotOut,
)
from bot.domain.scoring import Scoring
from bot.storage.directly import ask
from bot.storage.spoken import Query
from bot.storage.tables import (
    Answer,
    Attempt,
    BracketChoice,
    Contest,
    Instant,
    Score,
    table_of,
)
from bot.storage.together import Together
from quiz_bank import Question, daily_paper, draw

PAUSE = timedelta(hours=24)
"""How long an unfinished paper waits for its member."""
LONGEST = 60
"""Characters we keep of the words somebody filled in."""


@dataclass(frozen=True)
class Marked:
    """A graded answer: what was chosen, whether it was right, what it earned."""

    choice: str
    correct: bool
    points: int
    withheld: int = 0
    """What it earns besides, once somebody has looked at the question."""

    @property
    def in_part(self) -> bool:
        """Whether it was right in part, and earned something for it."""
        return self.points + self.withheld > 0 and not self.correct


@dataclass(frozen=True)
class Sitting:
    """A member's paper of one day, as far as it has got. Places count from 1."""

    contest: int
    day: date
    nth: int
    """Which of the day's attempts it is."""
    questions: tuple[Question, ...]
    answers: Mapping[int, Marked]
    skipped: tuple[int, ...]
    started_at: datetime
    question_ids: tuple[int, ...]
    """The rows of its questions: the wording that was asked, whatever the contest draws today."""
    scoring: Scoring
    """What an answer earns."""
    earlier: tuple[int, ...] = ()
    """What the day's attempts before this one have earned."""
    withheld: frozenset[int] = frozenset()
    """The wordings that earn nothing until somebody has looked at them."""

    @property
    def current(self) -> int | None:
        """The place to answer next: skipped ones come at the end; None when all are done."""
        open_places = [p for p in range(1, len(self.questions) + 1) if p not in self.answers]
        fresh = [place for place in open_places if place not in self.skipped]
        late = [place for place in self.skipped if place in open_places]
        return next(iter(fresh or late), None)

    def question(self, place: int) -> Question:
        """The question at this place."""
        return self.questions[place - 1]

    def is_withheld(self, place: int) -> bool:
        """Whether what the question at this place earns waits for somebody to look."""
        return self.question_ids[place - 1] in self.withheld

    @property
    def right(self) -> int:
        """How many answers were right."""
        return sum(marked.correct for marked in self.answers.values())

    @property
    def in_part(self) -> int:
        """How many answers were right in part, and earned something for it."""
        return sum(marked.in_part for marked in self.answers.values())

    @property
    def earned(self) -> int:
        """What the answers have earned, whatever of it counts."""
        return sum(marked.points for marked in self.answers.values())

    @property
    def points(self) -> int:
        """What the answers would count by themselves."""
        return self.scoring.of_day([self.earned])

    @property
    def counts(self) -> int:
        """What the day counts, with its other attempts; nothing before its first answer."""
        if not self.answers:
            return self.scoring.of_day(self.earlier)
        return self.scoring.of_day((*self.earlier, self.earned), self.current is None)


@dataclass(frozen=True)
class Rules:
    """What a contest promises."""

    plan: ContestPlan
    next_hour: int | None
    """The hour of tomorrow's paper; None when there is none tomorrow."""


@dataclass(frozen=True)
class Choice:
    """A contest of today, where there are several, and how far the member is with it."""

    contest: int
    title: str
    questions: int
    done: bool
    points: int
    """What today counts there."""


_ANSWER, _ATTEMPT = table_of(Answer), table_of(Attempt)
_CONTEST, _SCORE = table_of(Contest), table_of(Score)
_CHOICE = table_of(BracketChoice)
_SAME_PAPER = and_(
    _ANSWER.c.member_key == _ATTEMPT.c.member_key,
    _ANSWER.c.contest_id == _ATTEMPT.c.contest_id,
    _ANSWER.c.day == _ATTEMPT.c.day,
    _ANSWER.c.nth == _ATTEMPT.c.nth,
)


def _papers() -> Select[Any]:
    """A paper with its answers, a row for each; one row without when there is none yet."""
    return (
        select(
            _ATTEMPT.c.contest_id,
            _ATTEMPT.c.day,
            _ATTEMPT.c.nth,
            _ATTEMPT.c.questions,
            _ATTEMPT.c.skipped,
            _ATTEMPT.c.started_at,
            _CONTEST.c.points_each,
            _CONTEST.c.partial_credit,
            _CONTEST.c.daily_cap,
            _CONTEST.c.counting,
            _CONTEST.c.questions_a_day,
            _CONTEST.c.regrades,
            _ANSWER.c.place,
            _ANSWER.c.choice,
            _ANSWER.c.correct,
            _ANSWER.c.points,
            _ANSWER.c.withheld,
        )
        .join_from(_ATTEMPT, _CONTEST, _ATTEMPT.c.contest_id == _CONTEST.c.id)
        .outerjoin(_ANSWER, _SAME_PAPER)
        .where(_ATTEMPT.c.member_key == bindparam("member"))
    )


_NEW_PAPER = insert(_ATTEMPT)
_OPEN_PAPER = Query(
    _papers()
    .where(_ATTEMPT.c.finished_at.is_(None), _ATTEMPT.c.started_at > bindparam("since"))
    .order_by(_ATTEMPT.c.started_at, _ANSWER.c.place)
)
_ONE_PAPER = Query(
    _papers().where(
        _ATTEMPT.c.contest_id == bindparam("contest"),
        _ATTEMPT.c.day == bindparam("day"),
        _ATTEMPT.c.nth == bindparam("nth"),
    )
)
_EARNED = (
    select(func.coalesce(func.sum(_ANSWER.c.points), 0))
    .where(
        _ANSWER.c.member_key == bindparam("member"),
        _ANSWER.c.contest_id == bindparam("contest"),
        _ANSWER.c.day == bindparam("day"),
    )
    .group_by(_ANSWER.c.nth)
    .order_by(_ANSWER.c.nth)
)
"""What each of a day's attempts has earned that has an answer."""
_PAPERS_OF_DAY = Query(
    select(
        _ATTEMPT.c.contest_id,
        _ATTEMPT.c.finished_at,
        func.coalesce(func.sum(_ANSWER.c.points), 0).label("earned"),
    )
    .outerjoin(_ANSWER, _SAME_PAPER)
    .where(_ATTEMPT.c.member_key == bindparam("member"), _ATTEMPT.c.day == bindparam("day"))
    .group_by(_ATTEMPT.c.contest_id, _ATTEMPT.c.nth, _ATTEMPT.c.finished_at)
    .order_by(_ATTEMPT.c.contest_id, _ATTEMPT.c.nth)
)
"""A day's papers of all contests, each with what it has earned."""
_CHOSEN = select(_CHOICE.c.bracket).where(
    _CHOICE.c.member_key == bindparam("member"), _CHOICE.c.contest_id == bindparam("contest")
)
"""The bracket that a member has chosen."""
_DAYS_ANSWERED = Query(
    select(_ANSWER.c.day)
    .where(_ANSWER.c.member_key == bindparam("member"), _ANSWER.c.day <= bindparam("until"))
    .distinct()
    .order_by(_ANSWER.c.day.desc())
    .limit(400)
)
_ADD_TO_SCORE = (
    update(_SCORE)
    .where(_SCORE.c.member_key == bindparam("member"), _SCORE.c.contest_id == bindparam("contest"))
    .values(
        points=_SCORE.c.points + bindparam("counted"),
        reached_at=case(
            (bindparam("counted", type_=Integer) != 0, bindparam("now", type_=Instant)),
            else_=_SCORE.c.reached_at,
        ),
    )
)
_ADD_DAY = _ADD_TO_SCORE.values(days=_SCORE.c.days + 1)
_NEW_SCORE = Together(
    insert(_SCORE).values(
        member_key=bindparam("member"),
        contest_id=bindparam("contest"),
        points=bindparam("counted"),
        days=1,
        reached_at=bindparam("now"),
        district_id=DISTRICT,
        bracket=_CHOSEN.scalar_subquery(),
    )
)
_NEW_ANSWER = insert(_ANSWER).values(
    member_key=bindparam("member"),
    contest_id=bindparam("contest"),
    day=bindparam("of_day"),
    nth=bindparam("of_attempt"),
    place=bindparam("at"),
    question_id=bindparam("question"),
    choice=bindparam("chosen"),
    correct=bindparam("right"),
    points=bindparam("earned"),
    withheld=bindparam("kept_back"),
    delivery_key=bindparam("delivery"),
    answered_at=bindparam("now"),
)
_FINISH = (
    update(_ATTEMPT)
    .where(
        _ATTEMPT.c.member_key == bindparam("member"),
        _ATTEMPT.c.contest_id == bindparam("contest"),
        _ATTEMPT.c.day == bindparam("of_day"),
        _ATTEMPT.c.nth == bindparam("of_attempt"),
    )
    .values(finished_at=bindparam("now"))
)
_ANSWER_FIRST = Together(_NEW_ANSWER, _ADD_DAY)
"""The first answer of a day counts as a day: it meets a score unless it opens the contest's."""
_ANSWER_ON = Together(_ADD_TO_SCORE, _NEW_ANSWER)
"""A day's later answers: its first has opened the score."""
_ANSWER_LAST = Together(_ADD_TO_SCORE, _FINISH, _NEW_ANSWER)


class Quiz:
    """The knowledge contest."""

    def __init__(self, session: Session, now: datetime, shelf: Shelf) -> None:
        self._session, self._now, self._shelf = session, now, shelf

    def choices(self, member: bytes) -> list[Choice]:
        """The contests of today; none where there are no two of them."""
        running = self._of_today
        if not running[1:]:
            return []
        papers = self._papers_of_today(member)
        return [_choice(contest, papers.get(contest.id, [])) for contest in running]

    def titles(self) -> dict[int, str]:
        """The titles of today's contests, the latest last; none where there are no two of them."""
        running = self._of_today
        return {contest.id: contest.title for contest in running} if running[1:] else {}

    def start(self, member: bytes, contest_id: int | None = None) -> tuple[Sitting, bool]:
        """The paper the member should work on now, and whether it was begun before.

        It is one of this contest, or else of the one in force; but an open paper is finished
        first, whatever it belongs to. One begun yesterday belongs to its day.
        Raises NoContest, ContestNotBegun, ContestOver, PaperFinished or PaperNotOut.
        """
        if sitting := self.sitting(member):
            return sitting, True
        contest = self._contest_today(member, contest_id)
        today = campaign_day(self._now)
        if done := self._attempts(member, contest.id, today):
            raise self._finished(member, contest, done)
        self._ensure_out(member, contest)
        return self._begin(member, contest, today), False

    def brackets(self, member: bytes, contest_id: int) -> tuple[str, ...]:
        """The brackets of this contest, of which the member may choose one until the first answer.

        Raises NoContest, or BracketFixed.
        """
        contest = self._contest(contest_id)
        score = self._session.get(Score, (member, contest.id))
        if score is not None and score.bracket is not None:
            raise BracketFixed(contest.brackets[score.bracket - 1])
        return tuple(contest.brackets)

    def choose_bracket(self, member: bytes, contest_id: int, number: int) -> str | None:
        """Let the member belong to this bracket, counted from 1; its name, or None without one.

        Raises as `brackets` does.
        """
        names = self.brackets(member, contest_id)
        if not 1 <= number <= len(names):
            return None
        contest = self._contest(contest_id).id
        row = {"bracket": number, "chosen_at": self._now}
        self._session.merge(BracketChoice(member_key=member, contest_id=contest, **row))
        return names[number - 1]

    def again(self, member: bytes) -> tuple[Sitting, bool] | None:
        """The paper of today's next attempt, and whether it was begun before.

        An open paper is finished first. None when no first attempt is done, or none is left.
        Raises PaperNotOut.
        """
        if sitting := self.sitting(member):
            return sitting, True
        today = campaign_day(self._now)
        for contest in self._running(member):
            done = self._attempts(member, contest.id, today)
            if 0 < done < contest.attempts:
                self._ensure_out(member, contest)
                return self._begin(member, contest, today, done + 1), False
        return None

    def attempts_left(self, sitting: Sitting) -> int:
        """How many more attempts at today's questions can be begun after this one."""
        contest = self._contest(sitting.contest)
        is_todays = sitting.day == campaign_day(self._now)
        return self._left(contest, sitting.nth) if is_todays else 0

    def make_up(self, member: bytes) -> tuple[Sitting, bool]:
        """The paper of the day missed last, and whether it is one that was begun before.

        An open paper is finished first. Raises as `start` does, or NothingToMakeUp.
        """
        if sitting := self.sitting(member):
            return sitting, True
        running = self._running(member) or [self._contest_today(member)]
        for contest in running:
            if day := self._missed(member, contest):
                self._ensure_out(member, contest)
                week = week_of(campaign_day(self._now))
                return self._begin(member, contest, day, made_up_in=week), False
        allowed = [contest for contest in running if contest.make_up]
        used = any(self._made_up_in(member, contest) for contest in allowed)
        raise NothingToMakeUp(bool(allowed), used)

    def missed(self, member: bytes, contest_id: int) -> date | None:
        """The day of this contest that the member may make up now; None without one."""
        contest = self._session.get_one(Contest, contest_id)
        on = contest.first_day <= campaign_day(self._now) <= contest.last_day
        return self._missed(member, contest) if on else None

    def has_begun(self, member: bytes, contest: int, day: date) -> bool:
        """Whether the member has begun the paper of this day."""
        return bool(self._attempts(member, contest, day))

    def sitting(self, member: bytes) -> Sitting | None:
        """The member's open paper, if one was begun in the last 24 hours."""
        values = {"member": member, "since": self._now - PAUSE}
        return self._sitting(member, _OPEN_PAPER.all(self._session, values))

    def latest(self, member: bytes) -> Sitting | None:
        """The member's paper begun last, open or done."""
        last = self._latest(member)
        return self._paper(member, *last) if last else None

    def _latest(self, member: bytes) -> tuple[int, date, int] | None:
        row = self._session.execute(
            select(Attempt.contest_id, Attempt.day, Attempt.nth)
            .where(Attempt.member_key == member)
            .order_by(Attempt.started_at.desc(), Attempt.nth.desc())
            .limit(1)
        ).first()
        return (row.contest_id, row.day, row.nth) if row else None

    def answer(
        self, member: bytes, sitting: Sitting, place: int, choice: Sequence[str], delivery: bytes
    ) -> Sitting:
        """Grade the member's choice for the question at `place`, which must be open.

        The key of the answer decides: a place is graded once. The sitting after it.
        """
        grade = sitting.scoring.grade(sitting.question(place), choice)
        kept_back = grade.points if sitting.is_withheld(place) else 0
        marked = Marked("".join(choice), grade.correct, grade.points - kept_back, kept_back)
        after = replace(sitting, answers={**sitting.answers, place: marked})
        record = {
            "member": member,
            "contest": sitting.contest,
            "of_day": sitting.day,
            "of_attempt": sitting.nth,
            "at": place,
            "question": sitting.question_ids[place - 1],
            "chosen": marked.choice[:LONGEST],
            "right": grade.correct,
            "earned": marked.points,
            "kept_back": kept_back,
            "counted": after.counts - sitting.counts,
            "delivery": delivery,
            "now": self._now,
        }
        if sitting.answers or sitting.earlier:
            going_on = _ANSWER_LAST if after.current is None else _ANSWER_ON
            going_on.run(self._session, record)
            return after
        if not _ANSWER_FIRST.run(self._session, record):
            _NEW_SCORE.run(self._session, record)
        if after.current is None:
            self._change(member, sitting, finished_at=self._now)
        return after

    def skip(self, member: bytes, sitting: Sitting, place: int) -> Sitting:
        """Put the question at `place` off to the end."""
        skipped = (*(p for p in sitting.skipped if p != place), place)
        self._change(member, sitting, skipped=list(skipped))
        return replace(sitting, skipped=skipped)

    def streak(self, member: bytes, day: date) -> int:
        """On how many days in a row, up to `day`, the member has answered something."""
        rows = _DAYS_ANSWERED.all(self._session, {"member": member, "until": day})
        return _run_length(day, [row.day for row in rows])

    def rules(self, contest_id: int | None = None) -> Rules:
        """What this contest promises, or else the one in force. Raises NoContest."""
        return self._rules(self._contest(contest_id))

    def _rules(self, contest: Contest) -> Rules:
        ends = campaign_day(self._now) >= contest.last_day
        return Rules(
            plan=ContestPlan.of(contest),
            next_hour=None if ends else contest.new_paper_hour,
        )

    def _papers_of_today(self, member: bytes) -> dict[int, list[Any]]:
        """The member's papers of today, by contest, the first attempt first."""
        papers: dict[int, list[Any]] = {}
        values = {"member": member, "day": campaign_day(self._now)}
        for row in _PAPERS_OF_DAY.all(self._session, values):
            papers.setdefault(row.contest_id, []).append(row)
        return papers

    @cached_property
    def _of_today(self) -> list[Contest]:
        """The contests of today, asked for once in a turn; the last of them is in force."""
        return running_contests(self._session, campaign_day(self._now))

    def _running(self, member: bytes) -> list[Contest]:
        """The contests of today, that of the member's latest paper first."""
        latest = self._latest(member) if self._of_today[1:] else None
        return sorted(self._of_today, key=lambda contest: not latest or contest.id != latest[0])

    def _contest(self, id_: int | None) -> Contest:
        """This contest, or else the one in force. Raises NoContest."""
        if wanted := [one for one in self._of_today if id_ in (None, one.id)]:
            return wanted[-1]
        contest = self._session.get(Contest, id_) if id_ else None
        contest = contest or contest_in_force(self._session, campaign_day(self._now))
        if contest is None:
            raise NoContest
        return contest

    def _contest_today(self, member: bytes, id_: int | None = None) -> Contest:
        contest = self._contest(id_)
        today = campaign_day(self._now)
        if today < contest.first_day:
            raise ContestNotBegun(contest.first_day)
        if today > contest.last_day:
            raise self._after(member, contest)
        return contest

    def _after(self, member: bytes, contest: Contest) -> ContestNotBegun | ContestOver:
        """What there is to say after the end of a contest."""
        if coming := next_contest(self._session, campaign_day(self._now)):
            return ContestNotBegun(coming.first_day)
        return ContestOver(contest.last_day, self._days_taken(member, contest.id))

    def _ensure_out(self, member: bytes, contest: Contest) -> None:
        wait = ContestPlan.of(contest).opens_in(self._now)
        if wait is None:
            return
        if campaign_day(self._now + wait) > contest.last_day:
            raise self._after(member, contest)
        raise PaperNotOut(self._now + wait)

    def _missed(self, member: bytes, contest: Contest) -> date | None:
        if not contest.make_up or self._made_up_in(member, contest):
            return None
        today = campaign_day(self._now)
        begun = set(
            self._session.scalars(
                select(Attempt.day).where(
                    Attempt.member_key == member,
                    Attempt.contest_id == contest.id,
                    Attempt.day >= today - timedelta(days=MAKE_UP_DAYS),
                )
            )
        )
        days = (today - timedelta(days=back) for back in range(1, MAKE_UP_DAYS + 1))
        return next((day for day in days if day >= contest.first_day and day not in begun), None)

    def _made_up_in(self, member: bytes, contest: Contest) -> bool:
        """Whether the member has made up a day this week."""
        asked = select(Attempt.day).where(
            Attempt.member_key == member,
            Attempt.contest_id == contest.id,
            Attempt.made_up_in == week_of(campaign_day(self._now)),
        )
        return self._session.scalar(asked) is not None

    def _attempts(self, member: bytes, contest: int, day: date) -> int:
        """How many papers of this day the member has begun."""
        of_day = (
            Attempt.member_key == member, Attempt.contest_id == contest, Attempt.day == day
        )  # fmt: skip
        return self._session.scalar(select(func.max(Attempt.nth)).where(*of_day)) or 0

    def _left(self, contest: Contest, done: int) -> int:
        plan = ContestPlan.of(contest)
        can_begin = plan.opens_in(self._now) is None
        return max(plan.attempts - done, 0) if can_begin else 0

    def _finished(self, member: bytes, contest: Contest, done: int) -> PaperFinished:
        earned = self._earned(member, contest.id, campaign_day(self._now))
        plan = ContestPlan.of(contest)
        return PaperFinished(
            plan.scoring.of_day(earned),
            self._rules(contest).next_hour,
            self._left(contest, done),
            plan.counting,
        )

    def _begin(
        self,
        member: bytes,
        contest: Contest,
        day: date,
        nth: int = 1,
        made_up_in: date | None = None,
    ) -> Sitting:
        if contest.brackets and self._bracket(member, contest.id) is None:
            raise BracketNeeded(contest.id, tuple(contest.brackets))
        pool = self._shelf.pool(self._session, contest.id)
        questions = self._shelf.questions(self._session, list(pool.values()))
        seed = member + f"{contest.id}/{day.isoformat()}{f'/{nth}' if nth > 1 else ''}".encode()
        seen = self._seen(member, contest.id)
        codes_seen = {
            q.code for q, id_ in zip(questions, pool.values(), strict=True) if id_ in seen
        }
        paper = draw(questions, daily_paper(contest.questions_a_day), seed, avoid=codes_seen)
        row = {
            "member_key": member,
            "contest_id": contest.id,
            "day": day,
            "nth": nth,
            "questions": [pool[question.code] for question in paper],
            "skipped": [],
            "started_at": self._now,
            "made_up_in": made_up_in,
        }
        self._session.execute(_NEW_PAPER, row)
        sitting = self._paper(member, contest.id, day, nth)
        assert sitting is not None, "it was begun just now"
        return sitting

    def _bracket(self, member: bytes, contest: int) -> int | None:
        return ask(self._session, _CHOSEN, {"member": member, "contest": contest}).scalar()

    def _seen(self, member: bytes, contest: int) -> set[int]:
        papers = self._session.scalars(
            select(Attempt.questions).where(
                Attempt.member_key == member, Attempt.contest_id == contest
            )
        )
        return {question for paper in papers for question in paper}

    def _paper(self, member: bytes, contest: int, day: date, nth: int) -> Sitting | None:
        values = {"member": member, "contest": contest, "day": day, "nth": nth}
        return self._sitting(member, _ONE_PAPER.all(self._session, values))

    def _sitting(self, member: bytes, rows: Sequence[Any]) -> Sitting | None:
        """The first paper in the rows, each of which carries one of its answers."""
        if not rows:
            return None
        paper = rows[0]
        its_own = takewhile(lambda row: row[:3] == paper[:3], rows)
        before = paper.nth - 1
        return Sitting(
            paper.contest_id,
            paper.day,
            paper.nth,
            self._shelf.questions(self._session, paper.questions, paper.regrades),
            {
                row.place: Marked(row.choice, row.correct, row.points, row.withheld)
                for row in its_own
                if row.place is not None
            },
            tuple(paper.skipped),
            paper.started_at,
            tuple(paper.questions),
            scoring_of(paper),
            self._earned(member, paper.contest_id, paper.day)[:before] if before else (),
            self._shelf.withheld(self._session),
        )

    def _change(self, member: bytes, sitting: Sitting, **values: object) -> None:
        self._session.execute(
            update(Attempt)
            .where(
                Attempt.member_key == member,
                Attempt.contest_id == sitting.contest,
                Attempt.day == sitting.day,
                Attempt.nth == sitting.nth,
            )
            .values(**values)
        )

    def _earned(self, member: bytes, contest: int, day: date) -> tuple[int, ...]:
        """What each of the day's attempts has earned."""
        values = {"member": member, "contest": contest, "day": day}
        return tuple(int(earned) for (earned,) in ask(self._session, _EARNED, values))

    def _days_taken(self, member: bytes, contest: int) -> int:
        score = self._session.get(Score, (member, contest))
        return score.days if score else 0


def _choice(contest: Contest, papers: Sequence[Any]) -> Choice:
    """A contest of today, of which the member has begun these papers."""
    earned = [int(paper.earned) for paper in papers]
    finished = [paper.finished_at is not None for paper in papers]
    counts = scoring_of(contest).of_day(earned, all(finished))
    return Choice(contest.id, contest.title, contest.questions_a_day, any(finished), counts)


def _run_length(day: date, days: Sequence[date]) -> int:
    length = 0
    for earlier in days:
        if earlier != day - timedelta(days=length):
            break
        length += 1
    return length
