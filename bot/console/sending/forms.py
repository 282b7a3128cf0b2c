"""What was typed about an entry that a unit sends in."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.console.forms import Form, as_typed
from bot.conversation.folding import fold_prose
from bot.domain.sent_entries import Draft

Words = Annotated[str, BeforeValidator(as_typed), Field(max_length=2_000)]


class EntryForm(Form):
    """An entry as it was typed."""

    version: int = Field(default=0, ge=0, le=2**31 - 1)
    title: Words = ""
    unit: Words = ""
    speaker: Words = ""
    link: Words = ""
    text: Words = ""
    group: Annotated[Words, Field(max_length=3)] = ""

    def draft(self, *, may_group: bool) -> Draft:
        """What it says; who only sends in does not choose the group."""
        group = self.group if may_group else ""
        title, speaker = _line(self.title), _line(self.speaker)
        return Draft(title, self.unit, speaker, self.link, self.text, group)


class WithdrawForm(Form):
    """The version that was seen."""

    version: int = Field(ge=1, le=2**31 - 1)


class FileForm(WithdrawForm):
    """Whether the file is the cover."""

    cover: bool = False


class DropFileForm(WithdrawForm):
    """The place of the file that goes."""

    place: int = Field(ge=0, le=99)


def folded(draft: Draft) -> str:
    """The bare words by which an entry is found, and told from others."""
    return fold_prose(draft.title + draft.speaker + draft.unit)


def _line(words: str) -> str:
    return " ".join(words.split())
