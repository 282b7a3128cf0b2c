"""What the bank's pages send, and what they are asked for by their address."""

from typing import Annotated, Any, Self

from flask import request
from pydantic import BeforeValidator, Field, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from bot.console.bringing import TakeForm
from bot.console.forms import Form, SeenForm, as_typed
from bot.domain.bank import BankState
from bot.domain.bank_search import PAGE, Wanted
from quiz_bank.formats.exporting import FORMATS
from quiz_bank.question import LETTERS

NONE_GIVEN = "-"
"""Stands in an address for questions that have no topic, or no source."""
_MOST_SOUGHT = 60

Words = Annotated[str, BeforeValidator(as_typed), Field(max_length=2_000)]


class MoveForm(SeenForm):
    """The version that was seen, and where it is to go."""

    to: BankState


class PicksForm(Form):
    """The questions that were picked, each with the version that was seen.

    Where they go is not called `state`: that is what the bank was narrowed down by.
    """

    to: BankState
    picks: list[Annotated[str, Field(pattern=r"^\d{1,9}:\d{1,9}$")]] = Field(max_length=PAGE)

    @classmethod
    def sent(cls) -> Self:
        """The form of this request. Raises BadRequest."""
        try:
            return cls.model_validate(
                {"to": request.form.get("to"), "picks": request.form.getlist("pick")}
            )
        except ValidationError:
            raise BadRequest from None

    @property
    def seen(self) -> list[tuple[int, int]]:
        """Number and version of each."""
        pairs = (pick.split(":") for pick in self.picks)
        return [(int(number), int(version)) for number, version in pairs]


class WordingForm(SeenForm):
    """A question in other words, as it was typed."""

    kind: Words = ""
    stem: Words = ""
    A: Words = ""
    B: Words = ""
    C: Words = ""
    D: Words = ""
    E: Words = ""
    F: Words = ""
    G: Words = ""
    H: Words = ""
    answer: Words = ""
    explanation: Words = ""
    source: Words = ""
    place: Words = ""
    date: Words = ""
    topic: Words = ""
    difficulty: Words = ""

    @property
    def options(self) -> list[str]:
        """The options up to the last that was filled in."""
        given = [getattr(self, letter) for letter in LETTERS]
        while given and not given[-1]:
            given.pop()
        return given


class KeyForm(Form):
    """Another key for a wording, and whether points that were given stay."""

    wording: int = Field(ge=1, le=2**31 - 1)
    answer: Words = ""
    explanation: Words = ""
    only_adds: bool = False
    reason: Annotated[Words, Field(max_length=200)] = ""


class RestoreForm(Form):
    """The wording that somebody has found to be right."""

    wording: int = Field(ge=1, le=2**31 - 1)


class ExportForm(Form):
    """The format that questions are wanted in."""

    format: str = Field(pattern="^(" + "|".join(FORMATS).replace(".", r"\.") + ")$")


class TakeQuestionsForm(TakeForm):
    """Which file is to be taken in as it was looked over, and what becomes of the rest of it."""

    revise: bool = False
    leave_out: bool = False


def asked_for(values: MultiDict[str, str]) -> Wanted:
    """What an address or a form narrows the bank down to; what makes no sense narrows nothing."""
    return Wanted(
        words=_clean(values.get("q"))[:_MOST_SOUGHT],
        topic=_exact(values.get("topic")),
        difficulty=values.get("difficulty", type=int),
        source=_exact(values.get("source")),
        state=values.get("state", type=BankState),
    )


def address_of(wanted: Wanted, page: int = 1) -> dict[str, Any]:
    """The values of an address that asks for this."""
    values = {
        "q": wanted.words or None,
        "topic": NONE_GIVEN if wanted.topic == "" else wanted.topic,
        "difficulty": wanted.difficulty,
        "source": NONE_GIVEN if wanted.source == "" else wanted.source,
        "state": wanted.state,
        "page": page if page > 1 else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _exact(value: str | None) -> str | None:
    return "" if value == NONE_GIVEN else _clean(value) or None


def _clean(value: str | None) -> str:
    # PostgreSQL keeps no text with a NUL in it, and can't be asked for one.
    return (value or "").replace("\0", "").strip()
