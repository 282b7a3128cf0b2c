"""What was typed about a draw."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field

from bot.console.forms import Form, as_typed
from bot.domain.draws import DrawPlan, Flaw

Value = TypeVar("Value")
Words = Annotated[str, BeforeValidator(as_typed), Field(max_length=200)]


class DrawForm(Form):
    """A draw as it was typed."""

    title: Words = ""
    prize: Words = ""
    winners: Words = ""
    reserves: Words = ""
    least_days: Words = ""
    number_from: Words = ""
    number_due: Words = ""
    fetch_until: Words = ""

    def plan(self) -> tuple[DrawPlan | None, dict[str, Flaw]]:
        """The plan, or what could not be read."""
        flaws: dict[str, Flaw] = {}
        plan = DrawPlan(
            title=self.title,
            prize=self.prize,
            winners=_read(flaws, self, "winners", int, 0),
            reserves=_read(flaws, self, "reserves", int, 0),
            least_days=_read(flaws, self, "least_days", int, 0),
            number_from=self.number_from,
            number_due=_read(flaws, self, "number_due", date.fromisoformat, date.min),
            fetch_until=_read(flaws, self, "fetch_until", date.fromisoformat, date.min),
        )
        return (None if flaws else plan), flaws


def _read(
    flaws: dict[str, Flaw], form: Form, name: str, read: Callable[[str], Value], unread: Value
) -> Value:
    try:
        return read(getattr(form, name))
    except ValueError:
        flaws[name] = Flaw.NUMBER if read is int else Flaw.EMPTY
        return unread


class NumberForm(Form):
    """The public number."""

    number: Words = ""


class CodeForm(Form):
    """Whose prize is meant."""

    code: Annotated[str, Field(pattern=r"^[2-9A-Z]{8}$")]
