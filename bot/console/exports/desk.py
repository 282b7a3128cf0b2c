"""Takes lists out as files: figures, and what members wrote."""

from typing import Literal

from flask import Blueprint, Response, g
from pydantic import Field

from bot.console.exports import wording
from bot.console.exports.files import handed_out, written
from bot.console.exports.lists import activity, sheet_of
from bot.console.forms import Form
from bot.domain.services import Transaction


class _ListForm(Form):
    """In which format a list is wanted, and of which contest or round."""

    format: Literal["csv", "xlsx"]
    of: int | None = Field(default=None, ge=1, le=2**31 - 1)


class FigureForm(_ListForm):
    """Which figures are wanted."""

    list: Literal["days", "units", "votes", "draw"]


class WordsForm(_ListForm):
    """Which of what members wrote is wanted."""

    list: Literal["entries", "letters"]


class ListedForm(_ListForm):
    """The list of words."""

    list: Literal["listed"]


class PeopleForm(_ListForm):
    """The accounts: their names whole only when that is asked for."""

    list: Literal["people"]
    full_names: bool = False


class ExportDesk:
    """Hands out lists and notes who took which."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give the views their addresses."""
        post = ["POST"]
        room.add_url_rule("/export/figures", "export_figures", self.figures, methods=post)
        room.add_url_rule("/export/words", "export_words", self.words, methods=post)
        room.add_url_rule("/export/listed", "export_listed", self.listed, methods=post)
        room.add_url_rule("/export/people", "export_people", self.people, methods=post)

    def figures(self) -> Response:
        """A list of figures."""
        form = FigureForm.sent()
        return self._taken(form.list, form)

    def words(self) -> Response:
        """A list of what members wrote, their names masked."""
        form = WordsForm.sent()
        return self._taken(form.list, form)

    def listed(self) -> Response:
        """The words that are looked for in entries."""
        form = ListedForm.sent()
        return self._taken(form.list, form)

    def people(self) -> Response:
        """The accounts of the console."""
        form = PeopleForm.sent()
        return self._taken(form.list, form, full_names=form.full_names)

    def _taken(self, name: str, form: _ListForm, *, full_names: bool = False) -> Response:
        with self._transaction(read_only=True) as services:
            of = activity(name, services, form.of)
            sheet = sheet_of(name, services, of, full_names=full_names)
        narrowed = wording.about(of.title) if of else wording.FULL_NAMES[full_names]
        note = wording.taken_by(g.colleague.name, services.now, narrowed, len(sheet.rows))
        content, facts = written(sheet, form.format, note)
        with self._transaction() as services:
            told: dict[str, int] = {"of": of.id} if of else {}
            if full_names:
                told["full_names"] = True
            services.trail.note_list(g.colleague.id, name, {**told, **facts})
        return handed_out(content, sheet.name, form.format, services.now)
