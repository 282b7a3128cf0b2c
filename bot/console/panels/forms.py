"""What was typed about a panel, and what a judge marked."""

from typing import Annotated, Self

from flask import request
from pydantic import BeforeValidator, Field, ValidationError
from werkzeug.exceptions import BadRequest

from bot.console.forms import Form, as_typed
from bot.domain.panel_plan import MOST_CRITERIA, Criterion, Flaw, PanelPlan
from bot.domain.panel_scoring import FULL, Method
from bot.domain.panels import PanelView

Words = Annotated[str, BeforeValidator(as_typed), Field(max_length=400)]
PLACES = range(1, MOST_CRITERIA + 1)


class PanelForm(Form):
    """The rule of a panel as it was typed; a criterion without any word is none."""

    weight: Words = ""
    method: Method = Method.MEAN
    per_entry: Words = ""
    finalists: Words = ""
    criteria: tuple[tuple[Words, Words, Words], ...] = ()
    """Title, weight and anchors of each."""

    @classmethod
    def sent(cls) -> Self:
        """The form of this request. Raises BadRequest as others do."""
        sent = request.form
        parts = ("title", "weight", "anchors")
        rows = [
            tuple(as_typed(sent.get(f"{part}_{place}", "")) for part in parts) for place in PLACES
        ]
        try:
            return cls.model_validate(
                {**sent.to_dict(), "criteria": [row for row in rows if row[0] or row[2]]}
            )
        except ValidationError:
            raise BadRequest from None

    @classmethod
    def of(cls, view: PanelView) -> Self:
        """The rule as it stands, or one to begin with."""
        if (plan := view.plan) is None:
            return cls(weight="70", per_entry="3", finalists="50")
        return cls(
            weight=str(plan.weight), method=plan.method, per_entry=str(plan.per_entry),
            finalists=str(plan.finalists),
            criteria=tuple((one.title, str(one.weight), one.anchors) for one in plan.criteria),
        )  # fmt: skip

    def plan(self) -> tuple[PanelPlan | None, dict[str, Flaw]]:
        """The plan, or what could not be read."""
        numbers = {name: getattr(self, name) for name in ("weight", "per_entry", "finalists")}
        numbers |= {f"weight_{n}": row[1] for n, row in enumerate(self.criteria, start=1)}
        flaws = {
            name: Flaw.NUMBER
            for name, typed in numbers.items()
            if not typed.isdecimal() or len(typed) > 4
        }
        if flaws:
            return None, flaws
        criteria = tuple(
            Criterion(title, int(weight), anchors) for title, weight, anchors in self.criteria
        )
        plan = PanelPlan(
            int(self.weight), self.method, int(self.per_entry), int(self.finalists), criteria
        )
        return plan, flaws


class JudgeForm(Form):
    """Who judges: somebody with an account, or somebody new."""

    judge: Annotated[int | None, BeforeValidator(lambda sent: sent or None)] = Field(
        default=None, ge=1, le=2**31 - 1
    )
    name: Words = ""
    unit: Words = ""


class MarksForm(Form):
    """The marks of one sheet; what was left open is not among them."""

    marks: dict[int, Annotated[int, Field(ge=1, le=FULL)]]

    @classmethod
    def sent(cls) -> Self:
        """The form of this request. Raises BadRequest as others do."""
        sent = {place: request.form.get(f"mark_{place}", "") for place in PLACES}
        try:
            return cls(marks={place: mark for place, mark in sent.items() if mark})
        except ValidationError:
            raise BadRequest from None
