"""What the console's forms send: checked as a whole, anything else in them ignored."""

import unicodedata
from typing import Annotated, Literal, Self

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from werkzeug.exceptions import BadRequest

from bot.domain.moderation import Reason, Seen
from bot.domain.piles import PAGE
from bot.domain.tickets import ANSWER_MOST

_Line = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]
"""PostgreSQL keeps no text with a NUL in it; no browser sends one."""


def as_typed(words: str) -> str:
    """What a textarea held: browsers send two characters for the end of a line, and count one."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) != "Cc").strip()


class Form(BaseModel):
    """A form as a whole."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def sent(cls) -> Self:
        """The form of this request. Raises BadRequest, which says nothing of what was sent."""
        try:
            return cls.model_validate(request.form.to_dict())
        except ValidationError:
            raise BadRequest from None


class RoundForm(Form):
    """Which round is meant."""

    round: int = Field(ge=1, le=2**31 - 1)


class SignInForm(Form):
    """Name and password."""

    name: _Line
    password: _Line = Field(repr=False)


class SetUpForm(Form):
    """The one-time code, and the first account."""

    code: _Line = Field(repr=False)
    name: _Line
    password: _Line = Field(repr=False)
    password_again: _Line = Field(repr=False)


class ProofForm(Form):
    """Password and code once more; who has no authenticator sends no code."""

    proof_password: _Line = Field(default="", repr=False)
    proof_code: _Line = Field(default="", repr=False)


_Several = Annotated[str, Field(max_length=4_000, pattern=r"^(\d{1,9}:\d{1,9}( |$))*$")]
"""Entries as they were seen, `1002:1 1005:2`."""


def _read(several: str) -> list[Seen]:
    pairs = (one.split(":") for one in several.split())
    return [Seen(int(number), int(version)) for number, version in pairs]


class SeenForm(Form):
    """The version of the entry that the moderator saw, and the others on its pile."""

    version: int = Field(ge=1, le=2**31 - 1)
    others: _Several = ""

    def seen(self, number: int) -> list[Seen]:
        """All that are decided, this entry first."""
        return [Seen(number, self.version), *_read(self.others)]


class ReturnForm(SeenForm):
    """Why the entry is sent back, and its words put right."""

    reason: Reason
    fix: Annotated[_Line, BeforeValidator(as_typed)] = ""


class FollowForm(SeenForm):
    """The number of the entry that says the same."""

    like: int = Field(ge=1, le=10**9)


class LookForm(Form):
    """What the second would have decided: to approve, unless a reason is given."""

    version: int = Field(ge=1, le=2**31 - 1)
    reason: Reason | None = None


class SettleForm(Form):
    """Which of the two verdicts holds."""

    version: int = Field(ge=1, le=2**31 - 1)
    verdict: Literal["approved", "returned"]


class MarkedForm(Form):
    """Which piles are decided at once, and how: approved, unless a reason is given."""

    marked: list[_Several] = Field(max_length=2 * PAGE)
    reason: Reason | None = None

    @classmethod
    def sent(cls) -> Self:
        """The form of this request. Raises BadRequest as others do."""
        fields = {"marked": request.form.getlist("marked"), "reason": request.form.get("reason")}
        try:
            return cls.model_validate(fields)
        except ValidationError:
            raise BadRequest from None

    @property
    def piles(self) -> list[list[Seen]]:
        """Each of the piles as it was seen."""
        return [pile for several in self.marked if (pile := _read(several))]


class LeaveForm(Form):
    """The page of the desk that is left."""

    seat: str = Field(pattern=r"^[0-9a-f]{32}$")


class CloseForm(Form):
    """Which ticket is closed, and what its member is told: nothing, when nothing is written."""

    ticket: str = Field(pattern=r"^[0-9a-f]{64}$")
    answer: Annotated[str, BeforeValidator(as_typed), Field(max_length=ANSWER_MOST)] = ""

    @property
    def delivery(self) -> bytes:
        return bytes.fromhex(self.ticket)


class ResultForm(Form):
    """Which results are wanted as files."""

    contest: int = Field(ge=1, le=2**31 - 1)
    district: Annotated[int | None, BeforeValidator(lambda sent: sent or None)] = Field(
        default=None, ge=1, le=2**31 - 1
    )
    full_names: bool = False


class TakeResultForm(Form):
    """Which of the files is taken."""

    file: _Line
