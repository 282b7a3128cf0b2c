"""What was typed about certificates."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.console.forms import Form, as_typed
from bot.domain.certificates import AwardPlan, Flaw

Words = Annotated[str, BeforeValidator(as_typed), Field(max_length=200)]


class AwardForm(Form):
    """An award as it was typed."""

    activity: Words = ""
    honour: Words = ""
    first_rank: Words = ""
    last_rank: Words = ""
    issuer: Words = ""
    sure: bool = False
    """Whether whoever sends it has seen whom it reaches."""

    def plan(self) -> tuple[AwardPlan | None, dict[str, Flaw]]:
        """The plan, or what could not be read."""
        flaws = {
            name: Flaw.NUMBER
            for name in ("first_rank", "last_rank")
            if not (typed := getattr(self, name)).isdecimal() or len(typed) > 4
        }
        if flaws:
            return None, flaws
        plan = AwardPlan(
            self.activity, self.honour, int(self.first_rank), int(self.last_rank), self.issuer
        )
        return plan, flaws


class CertificateForm(Form):
    """Which certificate is meant."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{10}$")]
