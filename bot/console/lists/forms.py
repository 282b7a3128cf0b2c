"""What was typed about words and quotations."""

from typing import Annotated

from flask import request
from pydantic import BeforeValidator, Field
from werkzeug.exceptions import BadRequest

from bot.console.forms import Form, as_typed
from bot.domain.screening.screen import Category

MOST_BYTES = 480 * 1024
"""Of pasted words: some 40,000 of four characters. As many as a form may hold without a file."""

_Words = Annotated[str, BeforeValidator(as_typed)]
_Line = Annotated[str, BeforeValidator(as_typed), Field(max_length=400)]


class WordsForm(Form):
    """Words that somebody wants to list."""

    words: _Words = ""
    category: Category
    first: bool = False


class DropForm(Form):
    """Words, as they are listed, that somebody wants to take away."""

    words: tuple[_Line, ...] = Field(max_length=200)

    @classmethod
    def picked(cls) -> "DropForm":
        """The words that were picked on a page. Raises BadRequest."""
        words = tuple(request.form.getlist("word"))
        if not all(len(word) <= 400 for word in words):
            raise BadRequest
        return cls(words=words)


class UndoForm(Form):
    """The change of the list that is taken back."""

    version: int = Field(ge=1, le=2**31 - 1)


class QuotationForm(Form):
    """A quotation as it was typed."""

    words: _Line = ""
    author: _Line = ""
    work: _Line = ""
    leader: bool = False


class DropQuotationForm(Form):
    """The quotation that is taken away."""

    words: _Line
