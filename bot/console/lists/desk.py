"""The pages of the lists: the words, trying new ones before they count, the quotations."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from bot.console.lists import wording
from bot.console.lists.forms import (
    DropForm,
    DropQuotationForm,
    QuotationForm,
    UndoForm,
    WordsForm,
)
from bot.console.pages import page, to
from bot.domain.quotation_list import UnfitQuotation
from bot.domain.screening.quotations import Saying
from bot.domain.screening.screen import Category
from bot.domain.services import Transaction

_MOST_SHOWN = 100
"""Words of a trial on the page, those that hit most."""
_MOST_SAID = 200
"""Characters of a sentence that is tried out."""


class ListDesk:
    """What entries are compared with, as colleagues keep it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        post = ["POST"]
        room.add_url_rule("/words", "words", self.words)
        room.add_url_rule("/words/try", "try_words", self.try_out, methods=post)
        room.add_url_rule("/words/add", "add_words", self.add, methods=post)
        room.add_url_rule("/words/drop", "drop_words", self.drop, methods=post)
        room.add_url_rule("/words/undo", "undo_words", self.undo, methods=post)
        room.add_url_rule("/quotations", "quotations", self.quotations)
        room.add_url_rule("/quotations/add", "add_quotation", self.add_quotation, methods=post)
        room.add_url_rule("/quotations/drop", "drop_quotation", self.drop_quotation, methods=post)

    # ------------------------------------------------------------ words

    def words(self) -> Response:
        """The words that were asked for, a page of them, and what became of the list lately."""
        return self._words()

    def try_out(self) -> Response:
        """What new words would have hit, before they count."""
        form = WordsForm.sent()
        with self._transaction(read_only=True) as services:
            trial = services.word_list.try_out(form.words, form.category)
            letters = services.tickets.backlog().waiting
        if not trial.tried:
            return self._words(HTTPStatus.UNPROCESSABLE_ENTITY, trouble=wording.NOTHING_TYPED)
        return page("word_trial", trial=trial, form=form, most=_MOST_SHOWN, letters=letters)

    def add(self) -> AnyResponse:
        """List the words that were tried."""
        form = WordsForm.sent()
        with self._transaction() as services:
            added = services.word_list.add(form.words, form.category, form.first, g.colleague.id)
        return to("words", added=added)

    def drop(self) -> AnyResponse:
        """Take away the words that were picked."""
        form = DropForm.picked()
        dropped = 0
        if form.words:
            with self._transaction() as services:
                dropped = services.word_list.drop(form.words, g.colleague.id)
        return to("words", dropped=dropped)

    def undo(self) -> AnyResponse:
        """Take a change of the list back."""
        form = UndoForm.sent()
        with self._transaction() as services:
            undone = services.word_list.undo(form.version, g.colleague.id)
        return to("words", undone=undone)

    def _words(self, status: HTTPStatus = HTTPStatus.OK, trouble: str | None = None) -> Response:
        category = _category(request.args.get("category"))
        sought, said = request.args.get("q", "")[:60], request.args.get("say", "")[:_MOST_SAID]
        number = request.args.get("page", 1, type=int)
        with self._transaction(read_only=True) as services:
            return page(
                "words",
                status,
                found=services.word_list.page(category, sought, number),
                counts=services.word_list.counts(),
                changes=services.word_list.changes(),
                category=category,
                sought=sought,
                said=said,
                trouble=trouble,
                done={name: request.args.get(name, type=int) for name in _DONE},
                names=services.staff.names(),
                letters=services.tickets.backlog().waiting,
                now=services.now,
            )

    # ------------------------------------------------------------ quotations

    def quotations(self) -> Response:
        """The whole list, and what became of it lately."""
        return self._quotations()

    def add_quotation(self) -> AnyResponse:
        """Add a quotation, or say what it lacks."""
        form = QuotationForm.sent()
        try:
            with self._transaction() as services:
                saying = Saying(form.words, form.author, form.work, form.leader)
                services.quotation_list.add(saying, g.colleague.id)
        except UnfitQuotation as refusal:
            return self._quotations(
                HTTPStatus.UNPROCESSABLE_ENTITY, fields=form.model_dump(), flaws=refusal.flaws
            )
        return to("quotations", added=1)

    def drop_quotation(self) -> AnyResponse:
        """Take a quotation away."""
        form = DropQuotationForm.sent()
        with self._transaction() as services:
            dropped = services.quotation_list.drop(form.words, g.colleague.id)
        return to("quotations", dropped=int(dropped))

    def _quotations(self, status: HTTPStatus = HTTPStatus.OK, **facts: Any) -> Response:
        with self._transaction(read_only=True) as services:
            return page(
                "quotations",
                status,
                **{"fields": {}, "flaws": {}, **facts},
                sayings=services.quotation_list.all(),
                changes=services.quotation_list.changes(),
                done={name: request.args.get(name, type=int) for name in _DONE},
                names=services.staff.names(),
                letters=services.tickets.backlog().waiting,
                now=services.now,
            )


_DONE = ("added", "dropped", "undone")
"""What the page before has done, and to how many."""


def _category(name: str | None) -> Category | None:
    return Category(name) if name in set(Category) else None
