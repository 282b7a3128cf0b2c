"""What was typed about a contest or a selection: the plan, or what is wrong at which field."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from bot.console.forms import Form, as_typed
from bot.domain.contests import ContestPlan
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.planning import Flaw
from bot.domain.rounds import Eligibility, Kind, RoundPlan
from bot.domain.scoring import Counting

Words = Annotated[str, BeforeValidator(as_typed), Field(max_length=200)]
Value = TypeVar("Value")
Flaws = dict[str, Flaw]

_MINUTE = "%Y-%m-%dT%H:%M"
"""How a browser sends the time of a `datetime-local` field."""


class PlanForm(Form):
    """What both kinds of plan have: a title, and the version that was seen."""

    version: int = Field(default=0, ge=0, le=2**31 - 1)
    title: Words = ""
    look: bool = False
    """Only to see what members would be told; nothing is saved."""


class LiftForm(Form):
    """The title of the contest whose boards all are to see, typed to be sure."""

    title: Words = ""


class ContestForm(PlanForm):
    """A contest as it was typed."""

    first_day: Words = ""
    last_day: Words = ""
    points_each: Words = ""
    questions_a_day: Words = ""
    closed_days: Words = ""
    new_paper_hour: Words = ""
    until_hour: Words = ""
    daily_cap: Words = ""
    attempts: Words = ""
    counting: Words = ""
    report_limit: Words = ""
    brackets: Words = ""
    partial_credit: bool = False
    joined_only: bool = False
    make_up: bool = False

    def plan(self) -> tuple[ContestPlan | None, Flaws]:
        """The plan, or what could not be read."""
        values, flaws = _read(
            self,
            first_day=date.fromisoformat,
            last_day=date.fromisoformat,
            points_each=int,
            questions_a_day=int,
            closed_days=int,
            new_paper_hour=int,
            until_hour=_number_or_none,
            daily_cap=_number_or_none,
            attempts=int,
            counting=Counting,
            report_limit=int,
            brackets=_names,
        )
        if flaws:
            return None, flaws
        plan = ContestPlan(
            title=self.title, make_up=self.make_up, partial_credit=self.partial_credit,
            joined_only=self.joined_only, **values,
        )  # fmt: skip
        return plan, flaws

    @staticmethod
    def of(plan: ContestPlan) -> dict[str, Any]:
        """The fields that describe this plan."""
        return {
            "title": plan.title,
            "first_day": plan.first_day.isoformat(),
            "last_day": plan.last_day.isoformat(),
            "points_each": plan.points_each,
            "questions_a_day": plan.questions_a_day,
            "closed_days": plan.closed_days,
            "new_paper_hour": plan.new_paper_hour,
            "until_hour": "" if plan.until_hour is None else plan.until_hour,
            "daily_cap": "" if plan.daily_cap is None else plan.daily_cap,
            "attempts": plan.attempts,
            "counting": plan.counting.value,
            "partial_credit": plan.partial_credit,
            "joined_only": plan.joined_only,
            "report_limit": plan.report_limit,
            "brackets": "、".join(plan.brackets),
            "make_up": plan.make_up,
        }


class RoundForm(PlanForm):
    """A selection as it was typed."""

    kind: Words = Kind.MOTTO.value
    collects_from: Words = ""
    collects_until: Words = ""
    opens_at: Words = ""
    closes_at: Words = ""
    votes: Words = ""
    in_all: bool = False
    per_entry: Words = ""
    least: Words = ""
    groups: Words = "1"
    eligibility: Words = ""
    standings_from: Words = ""
    own_entry_allowed: bool = False
    own_unit_allowed: bool = False

    def plan(self) -> tuple[RoundPlan | None, Flaws]:
        """The plan, or what could not be read."""
        values, flaws = _read(
            self,
            collects_from=_moment,
            collects_until=_moment,
            opens_at=_moment,
            closes_at=_moment,
            votes=int,
            per_entry=_number_or_none,
            least=int,
            groups=int,
            eligibility=Eligibility,
            kind=Kind,
            standings_from=_moment_or_none,
        )
        if flaws:
            return None, flaws
        allowed = {
            name: getattr(self, name)
            for name in ("own_entry_allowed", "own_unit_allowed", "in_all")
        }
        return RoundPlan(title=self.title, **allowed, **values), flaws

    @staticmethod
    def of(plan: RoundPlan) -> dict[str, Any]:
        """The fields that describe this plan."""
        return {
            "title": plan.title,
            "collects_from": _typed(plan.collects_from),
            "collects_until": _typed(plan.collects_until),
            "opens_at": _typed(plan.opens_at),
            "closes_at": _typed(plan.closes_at),
            "votes": plan.votes,
            "in_all": plan.in_all,
            "per_entry": "" if plan.per_entry is None else plan.per_entry,
            "least": plan.least,
            "groups": plan.groups,
            "eligibility": plan.eligibility,
            "kind": plan.kind,
            "standings_from": _typed(plan.standings_from) if plan.standings_from else "",
            "own_entry_allowed": plan.own_entry_allowed,
            "own_unit_allowed": plan.own_unit_allowed,
        }


def _read(form: Form, **readers: Callable[[str], Any]) -> tuple[dict[str, Any], Flaws]:
    values: dict[str, Any] = {}
    flaws: Flaws = {}
    for name, read in readers.items():
        try:
            values[name] = read(getattr(form, name))
        except (ValueError, OverflowError):
            flaws[name] = Flaw.UNREADABLE
    return values, flaws


def _names(typed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in re.split("[、，,;；\n]", typed) if name.strip())


def _number_or_none(typed: str) -> int | None:
    return int(typed) if typed else None


def _moment(typed: str) -> datetime:
    return datetime.strptime(typed, _MINUTE).replace(tzinfo=CAMPAIGN_ZONE)


def _moment_or_none(typed: str) -> datetime | None:
    return _moment(typed) if typed else None


def _typed(moment: datetime) -> str:
    return moment.astimezone(CAMPAIGN_ZONE).strftime(_MINUTE)
