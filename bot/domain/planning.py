"""Planning: contests and selections are set up, and changed while nobody relies on what changes.

Members take part in one selection at a time, so the times of selections never overlap; contests
run side by side, a few of them at once. What a contest or a selection was like at every time, and
who changed it, is in the audit trail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, Select, case, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

from bot.domain import audit
from bot.domain.bank import QuestionBank
from bot.domain.contests import (
    ContestPlan,
    board_freezes_at,
    is_board_closed,
    make_room_for_attempts,
)
from bot.domain.identity import campaign_day
from bot.domain.refusals import Refusal
from bot.domain.rounds import Eligibility, Kind, RoundPlan
from bot.storage.locks import claim
from bot.storage.tables import (
    Attempt,
    AttemptSlot,
    Audit,
    BoardFreeze,
    Contest,
    ContestQuestion,
    Motto,
    Round,
    RoundSlot,
)

TITLE_MOST = 60
POINTS_MOST = 100
VOTES_MOST = 20
"""Votes of a member on one day."""
IN_ALL_MOST = 100
"""Votes of a member, where they are for the whole of the voting; or for one entry."""
GROUPS_MOST = 20
LONGEST = timedelta(days=400)
QUESTIONS_MOST = 9
"""As many as the chat can name with one figure."""
CLOSED_MOST = 14
CAP_MOST = POINTS_MOST * QUESTIONS_MOST
ATTEMPTS_MOST = 5
SEVERAL_MOST = 5
"""Contests that run at once: a list that is read at a glance."""
REPORTS_MOST = 100
BRACKETS_MOST = 5
"""Groups that are told apart at a glance."""
BRACKET_LONGEST = 8
"""Characters of the name of a bracket."""


class Flaw(StrEnum):
    """What can be wrong with a plan."""

    UNREADABLE = "unreadable"
    TITLE = "title"
    """Empty, or too long."""
    PAST = "past"
    """Begins, or ends, before now."""
    ORDER = "order"
    """Ends before it begins."""
    TOO_LONG = "too_long"
    OVERLAP = "overlap"
    """Another one takes place at that time."""
    CROWDED = "crowded"
    """As many take place at that time as there may be."""
    NUMBER = "number"
    """Not between the least and the most there may be."""
    NO_HALF = "no_half"
    """One point has no half."""
    FEW_QUESTIONS = "few_questions"
    """Fewer are published than a day's paper has."""
    NARROWER = "narrower"
    """Members rely on the longer time."""
    BEGUN = "begun"
    """Members rely on it already."""
    BRACKETS = "brackets"
    """One alone, too many, two of one name, or a name that is too long."""
    FROZEN = "frozen"
    """The instant at which its boards freeze is, or would be, behind us."""
    OVER = "over"
    IDLE = "idle"
    """It would change nothing beside what else is planned."""
    UNITS = "units"
    """It needs voters who belong to a unit."""


@dataclass(eq=False)
class Unfit(Refusal):
    """A plan that can't be kept: what is wrong, by the field it is wrong with."""

    flaws: Mapping[str, Flaw]


@dataclass(eq=False)
class PlanChanged(Refusal):
    """Somebody changed the plan after it was seen."""


@dataclass(eq=False)
class NoSuchPlan(Refusal):
    """There is no contest, or selection, of this number."""


@dataclass(frozen=True)
class PlannedContest:
    """A contest, and how far it has got."""

    id: int
    version: int
    """Counts the changes; a change names the one it saw. 0 when it was made without the console."""
    plan: ContestPlan
    begun: bool
    over: bool
    questions: int
    people: int
    """Who has begun a paper."""
    frozen: bool = False
    """Whether members see its boards as they were when they froze, until somebody lifts that."""


@dataclass(frozen=True)
class PlannedRound:
    """A selection, and how far it has got."""

    id: int
    version: int
    plan: RoundPlan
    open: bool
    """Whether members vote, or have voted."""
    over: bool
    entries: int


class Planning:
    """The contests and selections of the campaign."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._bank = QuestionBank(session, now)

    # ------------------------------------------------------------ contests

    def contests(self) -> list[PlannedContest]:
        """All, the latest first."""
        rows = self._session.scalars(select(Contest).order_by(Contest.first_day.desc())).all()
        return [self._planned_contest(row) for row in rows]

    def contest(self, id_: int) -> PlannedContest:
        """One of them. Raises NoSuchPlan."""
        return self._planned_contest(self._row(Contest, id_))

    def add_contest(self, plan: ContestPlan, staff_id: int) -> int:
        """Set up a contest on the questions that are published now; its id. Raises Unfit."""
        self.check_contest(plan, None)
        questions = self._bank.drawable()
        # Processes count on from what they know: with less than that they would read nothing anew.
        known = self._session.scalar(select(func.max(Contest.regrades))) or 0
        row = Contest(**asdict(plan), regrades=known)
        self._session.add(row)
        self._session.flush()
        make_room_for_attempts(self._session, row.id, plan.attempts)
        drawn = [{"contest_id": row.id, "question_id": id_} for id_ in questions]
        self._session.execute(insert(ContestQuestion), drawn)
        facts = _facts(plan) | {"questions": len(questions)}
        self._note(staff_id, "contest.plan", _contest(row.id), facts, 1)
        return row.id

    def change_contest(self, id_: int, version: int, plan: ContestPlan, staff_id: int) -> None:
        """Change it; once it has begun, only its title and end change, and hours widen.

        Raises NoSuchPlan, PlanChanged or Unfit.
        """
        row = self._row(Contest, id_, lock=True)
        before = self._planned_contest(row)
        _ensure_seen(before.version, version)
        self.check_contest(plan, before)
        for name, value in asdict(plan).items():
            setattr(row, name, value)
        if plan.attempts != before.plan.attempts:
            self._session.execute(delete(AttemptSlot).where(AttemptSlot.contest_id == id_))
            make_room_for_attempts(self._session, id_, plan.attempts)
        facts = {"before": _facts(before.plan), "after": _facts(plan)}
        self._note(staff_id, "contest.change", _contest(id_), facts, version + 1)

    def check_contest(self, plan: ContestPlan, before: PlannedContest | None) -> None:
        """Whether it could be set up like that, or changed to that from before. Raises Unfit."""
        flaws = self._flaws_of_contest(plan, before)
        available = before.questions if before else len(self._bank.drawable())
        if available < plan.questions_a_day:
            flaws.setdefault("questions", Flaw.FEW_QUESTIONS)
        _refuse(flaws)

    def _flaws_of_contest(
        self, plan: ContestPlan, before: PlannedContest | None
    ) -> dict[str, Flaw]:
        if before and before.over:
            return {"last_day": Flaw.OVER}
        flaws = _flaws_of_title(plan.title) | self._flaws_of_days(plan, before)
        if not 1 <= plan.questions_a_day <= QUESTIONS_MOST:
            flaws["questions_a_day"] = Flaw.NUMBER
        days = (plan.last_day - plan.first_day).days + 1
        if not 0 <= plan.closed_days <= CLOSED_MOST or 0 < days <= plan.closed_days:
            flaws["closed_days"] = Flaw.NUMBER
        if not 0 <= plan.report_limit <= REPORTS_MOST:
            flaws["report_limit"] = Flaw.NUMBER
        if not _are_brackets(plan.brackets):
            flaws["brackets"] = Flaw.BRACKETS
        flaws |= _flaws_of_scoring(plan) | _flaws_of_hours(plan)
        if before is None or not before.begun:
            return flaws
        fixed = (
            "first_day", "points_each", "partial_credit", "daily_cap", "attempts", "counting",
            "make_up", "questions_a_day", "closed_days", "joined_only", "brackets",
        )  # fmt: skip
        return flaws | _narrowed(plan, before.plan) | _changed(fixed, plan, before)

    def _flaws_of_days(self, plan: ContestPlan, before: PlannedContest | None) -> dict[str, Flaw]:
        today = campaign_day(self._now)
        if plan.first_day < today and not (before and before.begun):
            return {"first_day": Flaw.PAST}
        if plan.last_day < plan.first_day:
            return {"last_day": Flaw.ORDER}
        if plan.last_day < today:
            return {"last_day": Flaw.PAST}
        if plan.last_day - plan.first_day > LONGEST:
            return {"last_day": Flaw.TOO_LONG}
        if before and before.begun and self._moves_freeze(plan, before):
            return {"last_day": Flaw.FROZEN}
        return {"first_day": Flaw.CROWDED} if self._is_crowded(plan, before) else {}

    def _moves_freeze(self, plan: ContestPlan, before: PlannedContest) -> bool:
        """Whether it shifts a freeze that has begun, or has one begin in the past."""
        if not plan.closed_days or plan.last_day == before.plan.last_day:
            return False
        if self._is_lifted(before.id):
            return False
        ends = (plan.last_day, before.plan.last_day)
        return any(board_freezes_at(end, plan.closed_days) <= self._now for end in ends)

    def _is_lifted(self, contest: int) -> bool:
        asked = select(BoardFreeze.contest_id).where(
            BoardFreeze.contest_id == contest, BoardFreeze.lifted_at.is_not(None)
        )
        return self._session.scalar(asked) is not None

    def _is_crowded(self, plan: ContestPlan, before: PlannedContest | None) -> bool:
        """Whether on one of its days as many others run as there may be."""
        meets = (Contest.first_day <= plan.last_day, Contest.last_day >= plan.first_day)
        # Where the most run at once, one of them has just begun, or this one has.
        first = literal(plan.first_day, Date)
        begins = case((Contest.first_day > first, Contest.first_day), else_=first)
        beside = aliased(Contest)
        running = select(func.count()).where(beside.first_day <= begins, beside.last_day >= begins)
        if before is not None:
            running = running.where(beside.id != before.id)
        crowds = running.correlate(Contest).scalar_subquery() >= SEVERAL_MOST
        crowded = select(Contest.id).where(*meets, crowds).limit(1)
        return self._session.scalar(crowded) is not None

    def _planned_contest(self, row: Contest) -> PlannedContest:
        today = campaign_day(self._now)
        people = select(func.count(Attempt.member_key.distinct()))
        return PlannedContest(
            row.id,
            self._version(_contest(row.id)),
            ContestPlan.of(row),
            begun=row.first_day <= today,
            over=row.last_day < today,
            questions=self._count(ContestQuestion, ContestQuestion.contest_id == row.id),
            people=self._session.scalar(people.where(Attempt.contest_id == row.id)) or 0,
            frozen=is_board_closed(row.last_day, row.closed_days, self._now)
            and not self._is_lifted(row.id),
        )

    # ------------------------------------------------------------ selections

    def rounds(self) -> list[PlannedRound]:
        """All, the latest first."""
        rows = self._session.scalars(select(Round).order_by(Round.collects_from.desc())).all()
        return [self._planned_round(row) for row in rows]

    def round(self, id_: int) -> PlannedRound:
        """One of them. Raises NoSuchPlan."""
        return self._planned_round(self._row(Round, id_))

    def add_round(self, plan: RoundPlan, staff_id: int) -> int:
        """Set up a selection; its id. Raises Unfit."""
        self.check_round(plan, None)
        row = Round(**_columns(plan), sealed_at=None)
        self._session.add(row)
        self._session.flush()
        self._make_room(row.id, plan.votes * plan.groups)
        self._note(staff_id, "round.plan", _round(row.id), _facts(plan), 1)
        return row.id

    def change_round(self, id_: int, version: int, plan: RoundPlan, staff_id: int) -> None:
        """Change it; once voting has opened, only its title and its ends.

        Whoever is voting now has voted before it changes. Raises NoSuchPlan, PlanChanged or Unfit.
        """
        claim(self._session, id_)
        row = self._row(Round, id_, lock=True)
        before = self._planned_round(row)
        _ensure_seen(before.version, version)
        self.check_round(plan, before)
        self._session.execute(update(Round).where(Round.id == id_).values(**_columns(plan)))
        if (plan.votes, plan.groups) != (before.plan.votes, before.plan.groups):
            self._session.execute(delete(RoundSlot).where(RoundSlot.round_id == id_))
            self._make_room(id_, plan.votes * plan.groups)
        facts = {"before": _facts(before.plan), "after": _facts(plan)}
        self._note(staff_id, "round.change", _round(id_), facts, version + 1)

    def check_round(self, plan: RoundPlan, before: PlannedRound | None) -> None:
        """Whether it could be set up like that, or changed to that from before. Raises Unfit."""
        _refuse(self._flaws_of_round(plan, before))

    def _flaws_of_round(self, plan: RoundPlan, before: PlannedRound | None) -> dict[str, Flaw]:
        if before and before.over:
            return {"closes_at": Flaw.OVER}
        flaws = _flaws_of_title(plan.title)
        if plan.collects_until <= plan.collects_from:
            flaws["collects_until"] = Flaw.ORDER
        if plan.opens_at < plan.collects_from:
            flaws["opens_at"] = Flaw.ORDER
        if plan.closes_at <= plan.opens_at or plan.closes_at < plan.collects_until:
            flaws["closes_at"] = Flaw.ORDER
        elif plan.closes_at <= self._now:
            flaws["closes_at"] = Flaw.PAST
        elif plan.closes_at - plan.collects_from > LONGEST:
            flaws["closes_at"] = Flaw.TOO_LONG
        elif self._others_of_round(plan, before):
            flaws.setdefault("collects_from", Flaw.OVERLAP)
        return flaws | _flaws_of_votes(plan) | self._relied_on(plan, before)

    def _relied_on(self, plan: RoundPlan, before: PlannedRound | None) -> dict[str, Flaw]:
        """What members who have voted, or written, rely on and would change."""
        fixed: tuple[str, ...] = ()
        if before and before.plan.collects_from <= self._now:
            fixed += ("collects_from", "kind", "groups")
        if before and before.open:
            fixed += (
                "opens_at", "votes", "in_all", "per_entry", "least", "eligibility",
                "own_entry_allowed", "own_unit_allowed", "standings_from",
            )  # fmt: skip
        return _changed(fixed, plan, before)

    def _others_of_round(self, plan: RoundPlan, before: PlannedRound | None) -> bool:
        at_that_time = select(Round.id).where(
            Round.collects_from <= plan.closes_at, Round.closes_at >= plan.collects_from
        )
        return self._any_but(at_that_time, before.id if before else None)

    def _planned_round(self, row: Round) -> PlannedRound:
        return PlannedRound(
            row.id,
            self._version(_round(row.id)),
            RoundPlan.of(row, self._count(RoundSlot, RoundSlot.round_id == row.id)),
            open=row.opens_at <= self._now,
            over=row.closes_at <= self._now,
            entries=self._count(Motto, Motto.round_id == row.id),
        )

    def _make_room(self, round_id: int, votes: int) -> None:
        slots = [{"round_id": round_id, "slot": slot} for slot in range(1, votes + 1)]
        self._session.execute(insert(RoundSlot), slots)

    # ------------------------------------------------------------ both

    def _row(self, kind: type[Any], id_: int, *, lock: bool = False) -> Any:
        asked = select(kind).where(kind.id == id_).execution_options(populate_existing=True)
        row = self._session.scalars(asked.with_for_update() if lock else asked).one_or_none()
        if row is None:
            raise NoSuchPlan
        return row

    def _any_but(self, asked: Select[int], id_: int | None) -> bool:
        return any(found != id_ for found in self._session.scalars(asked))

    def _count(self, kind: type[Any], condition: Any) -> int:
        counted = select(func.count()).select_from(kind).where(condition)
        return self._session.scalar(counted) or 0

    def _version(self, subject: str) -> int:
        latest = select(func.max(Audit.version)).where(Audit.subject == subject)
        return self._session.scalar(latest) or 0

    def _note(
        self, staff_id: int, action: str, subject: str, facts: dict[str, Any], version: int
    ) -> None:
        actor = audit.staff(staff_id)
        audit.record(self._session, self._now, actor, action, subject, facts, version)


def _contest(id_: int) -> str:
    return f"contest-plan:{id_}"


def _round(id_: int) -> str:
    # The seal has versions of its own under `round:`.
    return f"round-plan:{id_}"


def _columns(plan: RoundPlan) -> dict[str, Any]:
    return {name: value for name, value in asdict(plan).items() if name != "votes"}


def _facts(plan: ContestPlan | RoundPlan) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(plan).items()
    }


def _changed(
    fixed: Sequence[str],
    plan: ContestPlan | RoundPlan,
    before: PlannedContest | PlannedRound | None,
) -> dict[str, Flaw]:
    """Which of the fixed fields are no longer what they were."""
    if before is None:
        return {}
    return {name: Flaw.BEGUN for name in fixed if getattr(plan, name) != getattr(before.plan, name)}


def _are_brackets(names: Sequence[str]) -> bool:
    """Whether these are brackets, or none are wanted."""
    if not names:
        return True
    fit = all(0 < len(name) <= BRACKET_LONGEST and "\n" not in name for name in names)
    return fit and 2 <= len(set(names)) == len(names) <= BRACKETS_MOST


def _flaws_of_scoring(plan: ContestPlan) -> dict[str, Flaw]:
    flaws: dict[str, Flaw] = {}
    if not 1 <= plan.points_each <= POINTS_MOST:
        flaws["points_each"] = Flaw.NUMBER
    elif plan.partial_credit and not plan.scoring.points_in_part:
        flaws["partial_credit"] = Flaw.NO_HALF
    if plan.daily_cap is not None and not 1 <= plan.daily_cap <= CAP_MOST:
        flaws["daily_cap"] = Flaw.NUMBER
    if not 1 <= plan.attempts <= ATTEMPTS_MOST:
        flaws["attempts"] = Flaw.NUMBER
    return flaws


def _flaws_of_hours(plan: ContestPlan) -> dict[str, Flaw]:
    if not 0 <= plan.new_paper_hour <= 23:
        return {"new_paper_hour": Flaw.NUMBER}
    if plan.until_hour is None:
        return {}
    if not 1 <= plan.until_hour <= 24:
        return {"until_hour": Flaw.NUMBER}
    return {} if plan.until_hour > plan.new_paper_hour else {"until_hour": Flaw.ORDER}


def _flaws_of_votes(plan: RoundPlan) -> dict[str, Flaw]:
    flaws: dict[str, Flaw] = {}
    if not 1 <= plan.votes <= (IN_ALL_MOST if plan.in_all else VOTES_MOST):
        flaws["votes"] = Flaw.NUMBER
    most_groups = min(GROUPS_MOST, IN_ALL_MOST // max(1, plan.votes))
    if plan.groups != 1 and not 1 <= plan.groups <= most_groups:
        flaws["groups"] = Flaw.NUMBER
    elif plan.groups > 1 and (plan.kind is Kind.MOTTO or not plan.in_all):
        flaws["groups"] = Flaw.IDLE
    if plan.per_entry is not None and plan.in_all:
        flaws["per_entry"] = Flaw.IDLE
    elif plan.per_entry is not None and not 1 <= plan.per_entry <= IN_ALL_MOST:
        flaws["per_entry"] = Flaw.NUMBER
    if plan.least > 1 and not plan.in_all:
        flaws["least"] = Flaw.IDLE
    elif plan.least != 1 and not 1 <= plan.least <= plan.votes:
        flaws["least"] = Flaw.NUMBER
    if plan.standings_from and not plan.opens_at <= plan.standings_from < plan.closes_at:
        flaws["standings_from"] = Flaw.ORDER
    if not plan.own_unit_allowed and plan.eligibility is Eligibility.ANYONE:
        flaws["own_unit_allowed"] = Flaw.UNITS
    return flaws


def _narrowed(plan: ContestPlan, before: ContestPlan) -> dict[str, Flaw]:
    """Hours at which papers could be begun, and would no more."""
    if plan.until_hour is None:
        return {}
    if before.until_hour is None or plan.until_hour < before.until_hour:
        return {"until_hour": Flaw.NARROWER}
    later = plan.new_paper_hour > before.new_paper_hour
    return {"new_paper_hour": Flaw.NARROWER} if later else {}


def _flaws_of_title(title: str) -> dict[str, Flaw]:
    return {} if 0 < len(title) <= TITLE_MOST else {"title": Flaw.TITLE}


def _ensure_seen(now: int, seen: int) -> None:
    if now != seen:
        raise PlanChanged


def _refuse(flaws: dict[str, Flaw]) -> None:
    if flaws:
        raise Unfit(flaws)
