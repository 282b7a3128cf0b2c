"""The pages of planning: all contests and selections, and the form of each."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.pages import page, to
from bot.console.plans import wording
from bot.console.plans.forms import ContestForm, LiftForm, RoundForm
from bot.domain.freezing import NotFrozen
from bot.domain.planning import (
    Flaw,
    NoSuchPlan,
    PlanChanged,
    PlannedContest,
    PlannedRound,
    Planning,
    Unfit,
)
from bot.domain.rounds import Eligibility
from bot.domain.rounds import Kind as Sort
from bot.domain.services import Transaction
from bot.rulebook import contest_rules, round_rules


@dataclass(frozen=True)
class Kind:
    """What a contest and a selection have of their own: a form, and what is done with it."""

    name: str
    """Of its template and its views."""
    form: type[ContestForm] | type[RoundForm]
    first: Mapping[str, Any]
    """What stands in the form of a new one."""
    find: Callable[[Planning, int], PlannedContest | PlannedRound]
    add: Callable[[Planning, Any, int], int]
    change: Callable[[Planning, int, int, Any, int], None]
    check: Callable[[Planning, Any, Any], None]
    rules: Callable[[Any], Sequence[str]]
    """What members are told about it."""


CONTEST = Kind(
    "contest",
    ContestForm,
    {
        "points_each": 2,
        "questions_a_day": 5,
        "attempts": 1,
        "counting": "best",
        "new_paper_hour": 7,
        "closed_days": 0,
        "report_limit": 5,
    },
    Planning.contest,
    Planning.add_contest,
    Planning.change_contest,
    Planning.check_contest,
    contest_rules,
)
ROUND = Kind(
    "round",
    RoundForm,
    {
        "votes": 3,
        "in_all": False,
        "least": 1,
        "groups": 1,
        "eligibility": Eligibility.ANYONE,
        "kind": Sort.MOTTO,
        "own_unit_allowed": True,
    },
    Planning.round,
    Planning.add_round,
    Planning.change_round,
    Planning.check_round,
    round_rules,
)


class PlanningDesk:
    """What the campaign is made of, as its organisers set it up."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        room.add_url_rule("/plans", "plans", self.plans)
        room.add_url_rule(
            "/plans/contest/<int:number>/lift", "lift_freeze", self.lift_freeze, methods=["POST"]
        )
        for kind in (CONTEST, ROUND):
            self._hang_forms(room, kind)

    def _hang_forms(self, room: Blueprint, kind: Kind) -> None:
        def new() -> AnyResponse:
            return self._save(kind, None) if request.method == "POST" else self._form(kind, None)

        def one(number: int) -> AnyResponse:
            planned = self._find(kind, number)
            if request.method == "POST":
                return self._save(kind, planned)
            return self._form(kind, planned)

        both, address = ["GET", "POST"], f"/plans/{kind.name}"
        room.add_url_rule(address, f"plan_{kind.name}", new, methods=both)
        room.add_url_rule(f"{address}/<int:number>", f"change_{kind.name}", one, methods=both)

    def lift_freeze(self, number: int) -> AnyResponse:
        """Let all see the boards of a contest before its end: asked for by its title."""
        planned = self._find(CONTEST, number)
        if LiftForm.sent().title != planned.plan.title:
            return self._form(CONTEST, planned, mistyped=True)
        with suppress(NotFrozen), self._transaction() as services:
            services.freezing.lift(number, g.colleague.id)
        return to("plans", saved="1")

    def plans(self) -> Response:
        """All contests and selections."""
        with self._transaction(read_only=True) as services:
            return page(
                "plans",
                plans=wording,
                contests=services.planning.contests(),
                rounds=services.planning.rounds(),
                saved="saved" in request.args,
                now=services.now,
                letters=services.tickets.backlog().waiting,
            )

    def _save(self, kind: Kind, planned: PlannedContest | PlannedRound | None) -> AnyResponse:
        """Keep what the form says, or say at each field what is wrong with it."""
        form = kind.form.sent()
        plan, flaws = form.plan()
        if plan is None:
            return self._form(kind, planned, form.model_dump(), flaws, form.version)
        if form.look:
            return self._look(kind, form, plan, planned)
        staff_id = g.colleague.id
        try:
            with self._transaction() as services:
                if planned is None:
                    kind.add(services.planning, plan, staff_id)
                else:
                    kind.change(services.planning, planned.id, form.version, plan, staff_id)
        except Unfit as refusal:
            return self._form(kind, planned, form.model_dump(), refusal.flaws, form.version)
        except PlanChanged:
            assert planned is not None, "a new one was never seen before"
            return self._form(kind, self._find(kind, planned.id), late=True)
        return to("plans", saved="1")

    def _look(self, kind: Kind, form: ContestForm | RoundForm, plan: Any, planned: Any) -> Response:
        """Show what members would be told, and what is wrong; nothing is saved."""
        flaws: Mapping[str, Flaw] = {}
        try:
            with self._transaction(read_only=True) as services:
                kind.check(services.planning, plan, planned)
        except Unfit as refusal:
            flaws = refusal.flaws
        return self._form(kind, planned, form.model_dump(), flaws, form.version)

    def _find(self, kind: Kind, number: int) -> PlannedContest | PlannedRound:
        try:
            with self._transaction(read_only=True) as services:
                return kind.find(services.planning, number)
        except NoSuchPlan:
            raise NotFound from None

    def _form(
        self,
        kind: Kind,
        planned: PlannedContest | PlannedRound | None,
        fields: Mapping[str, Any] | None = None,
        flaws: Mapping[str, Flaw] | None = None,
        seen: int | None = None,
        *,
        late: bool = False,
        mistyped: bool = False,
    ) -> Response:
        """The form; `seen` is the version that what was typed is about."""
        if fields is None:
            fields = kind.form.of(planned.plan) if planned else kind.first  # type: ignore[arg-type]
        current = planned.version if planned else 0
        with self._transaction(read_only=True) as services:
            return page(
                f"plan_{kind.name}",
                _status(flaws, late=late, mistyped=mistyped),
                plans=wording,
                planned=planned,
                fields=fields,
                flaws=flaws or {},
                late=late,
                mistyped=mistyped,
                rules=() if flaws else _rules(kind, fields),
                version=current if seen is None else seen,
                letters=services.tickets.backlog().waiting,
            )


def _rules(kind: Kind, fields: Mapping[str, Any]) -> Sequence[str]:
    """What members are told when a form reads so; nothing while it can't be read."""
    plan, _ = kind.form.model_validate({k: _as_sent(v) for k, v in fields.items()}).plan()
    return kind.rules(plan) if plan else ()


def _as_sent(value: object) -> object:
    return value if isinstance(value, bool) else str(value)


def _status(flaws: Mapping[str, Flaw] | None, *, late: bool, mistyped: bool) -> HTTPStatus:
    if late:
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY if flaws or mistyped else HTTPStatus.OK
