"""The pages of the bank: looking through it, one question, wording it anew, taking it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, g, request, send_file
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.bank import chat, wording
from bot.console.bank.draft import Errors, typed, worded
from bot.console.bank.forms import (
    NONE_GIVEN,
    ExportForm,
    MoveForm,
    PicksForm,
    WordingForm,
    address_of,
    asked_for,
)
from bot.console.pages import page, to
from bot.domain import audit
from bot.domain.bank import (
    BankCard,
    BankState,
    ChangedMeanwhile,
    Lacking,
    NoSuchQuestion,
    OwnReview,
    StemTaken,
)
from bot.domain.bank_search import Wanted
from bot.domain.identity import campaign_day
from bot.domain.item_analysis import TIMED
from bot.domain.services import Transaction
from quiz_bank import Question, shipped_documents
from quiz_bank.analysis import LEAST
from quiz_bank.formats.exporting import FORMATS

_QUESTION = "/questions/<int:number>"


@dataclass(frozen=True)
class Banner:
    """What stands above a page when something did not go through."""

    title: str
    text: str


class QuestionDesk:
    """The bank, as its editors work with it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        post = ["POST"]
        room.add_url_rule("/questions", "questions", self.browse)
        room.add_url_rule("/questions/move", "move_questions", self.move_all, methods=post)
        room.add_url_rule("/questions/export", "export_questions", self.export, methods=post)
        room.add_url_rule(_QUESTION, "question", self.show)
        room.add_url_rule(f"{_QUESTION}/move", "move_question", self.move, methods=post)
        room.add_url_rule(f"{_QUESTION}/edit", "edit_question", self.edit)
        room.add_url_rule(f"{_QUESTION}/edit", "word_question", self.word, methods=post)

    # ------------------------------------------------------------ the bank

    def browse(self) -> Response:
        """The questions that were asked for, a page of them."""
        return self._browsed(asked_for(request.args), None)

    def move_all(self) -> AnyResponse:
        """Let all that were picked step to another state; what can't stays, and is named."""
        form, wanted = PicksForm.sent(), asked_for(request.form)
        if not form.picks:
            return self._browsed(wanted, Banner(*wording.NOTHING_PICKED))
        stayed = []
        with self._transaction() as services:
            names = services.staff.names()
            for number, version in form.seen:
                try:
                    services.bank.move(number, version, form.to, g.colleague.id)
                except (ChangedMeanwhile, Lacking, OwnReview) as refusal:
                    if not _done_already(refusal, form.to):
                        stayed.append(wording.stayed(refusal, names, services.now))
                except NoSuchQuestion:
                    raise NotFound from None
        moved = len(form.picks) - len(stayed)
        if stayed:
            return self._browsed(wanted, Banner(*wording.some_stayed(moved, form.to, stayed)))
        here = address_of(wanted, _page(request.form))
        return to("questions", **here, moved=moved, to=form.to)

    def export(self) -> Response:
        """The questions that were asked for as a file, and a trail of who took them."""
        ending, wanted = ExportForm.sent().format, asked_for(request.form)
        with self._transaction(read_only=True) as services:
            questions = services.bank_search.questions(wanted)
        content = FORMATS[ending](questions)
        digest = sha256(content).hexdigest()
        with self._transaction() as services:
            facts = {"format": ending, "asked": address_of(wanted), "count": len(questions)}
            services.bank.note_export(g.colleague.id, facts | {"sha256": digest})
        day = campaign_day(services.now)
        name = wording.EXPORT_NAME.format(day=day.strftime("%Y%m%d"), ending=ending)
        return send_file(
            BytesIO(content), "application/octet-stream", as_attachment=True, download_name=name
        )

    # ------------------------------------------------------------ one question

    def show(self, number: int) -> Response:
        """A question as members see it, what may be done with it, and what was done."""
        return self._shown(number, asked_for(request.args), None)

    def move(self, number: int) -> AnyResponse:
        """Let the question step to another state."""
        form, wanted = MoveForm.sent(), asked_for(request.form)
        try:
            with self._transaction() as services:
                services.bank.move(number, form.version, form.to, g.colleague.id)
        except NoSuchQuestion:
            raise NotFound from None
        except Lacking as refusal:
            return self._shown(number, wanted, Banner(*wording.unfit(refusal)))
        except OwnReview as refusal:
            return self._shown(number, wanted, Banner(*wording.own_review(refusal)))
        except ChangedMeanwhile as refusal:
            if not _done_already(refusal, form.to):
                return self._conflict(number, wanted, refusal)
        return to("question", number=number, **address_of(wanted))

    def edit(self, number: int) -> Response:
        """The form that words the question anew."""
        card = self._card(number)
        return self._form(number, typed(card.question))

    def word(self, number: int) -> AnyResponse:
        """Word the question anew, or say at each field what is wrong with it."""
        form = WordingForm.sent()
        card = self._card(number)
        question, errors = worded(form, card.question.code)
        if question is None:
            return self._form(number, form.model_dump(), errors, seen=form.version)
        try:
            with self._transaction() as services:
                services.bank.edit(number, form.version, question, g.colleague.id)
        except StemTaken as refusal:
            errors = {"stem": [wording.stem_taken(refusal)]}
            fields = form.model_dump()
            return self._form(number, fields, errors, seen=form.version, other=refusal.number)
        except ChangedMeanwhile as refusal:
            if not (_by_me(refusal) and card.question == question):
                return self._late(number, form, question, refusal)
        return to("question", number=number)

    # ------------------------------------------------------------ inside

    def _browsed(self, wanted: Wanted, banner: Banner | None) -> Response:
        """The bank as it is now, and above it why something was not done."""
        with self._transaction(read_only=True) as services:
            found = services.bank_search.browse(wanted, _page(request.values))
            return page(
                "questions",
                HTTPStatus.CONFLICT if banner else HTTPStatus.OK,
                bank=wording,
                found=found,
                wanted=wanted,
                choices=services.bank_search.choices(),
                address=address_of,
                none_given=NONE_GIVEN,
                done=_done(request.args),
                banner=banner,
                letters=services.tickets.backlog().waiting,
            )

    def _shown(self, number: int, wanted: Wanted, banner: Banner | None) -> Response:
        try:
            with self._transaction(read_only=True) as services:
                history = services.bank.history(number)
                asked_in = services.item_analysis.of_question(number)
                return page(
                    "question",
                    HTTPStatus.CONFLICT if banner else HTTPStatus.OK,
                    bank=wording,
                    asked_for=address_of(wanted),
                    neighbours=services.bank_search.neighbours(wanted, number),
                    card=history.card,
                    deeds=history.deeds,
                    publishers=services.bank.publishers(number, g.colleague.id),
                    asked_in=asked_in,
                    least=LEAST,
                    timed=TIMED,
                    regrades={
                        one.item.id: list(
                            map(services.regrading.case, services.regrading.of_wording(one.item.id))
                        )
                        for one in asked_in
                    },
                    withheld=services.withholdings.of_wordings([one.item.id for one in asked_in]),
                    asked=chat.asked(history.card.question, services.now),
                    answered=chat.answered(history.card.question),
                    names=services.staff.names(),
                    now=services.now,
                    banner=banner,
                    letters=services.tickets.backlog().waiting,
                )
        except NoSuchQuestion:
            raise NotFound from None

    def _conflict(self, number: int, wanted: Wanted, refusal: ChangedMeanwhile) -> Response:
        with self._transaction(read_only=True) as services:
            names, now = services.staff.names(), services.now
        banner = Banner(*wording.changed_meanwhile(refusal, names, now))
        return self._shown(number, wanted, banner)

    def _card(self, number: int) -> BankCard:
        try:
            with self._transaction(read_only=True) as services:
                return services.bank.card(number)
        except NoSuchQuestion:
            raise NotFound from None

    def _late(
        self, number: int, form: WordingForm, question: Question, refusal: ChangedMeanwhile
    ) -> Response:
        """The form as it was sent, beside what a colleague made of the question meanwhile."""
        with self._transaction(read_only=True) as services:
            card = services.bank.card(number)
            words = wording.changed_while_writing(refusal, services.staff.names(), services.now)
        differences = wording.differences(card.question, question)
        banner = Banner(*words)
        return self._form(number, form.model_dump(), banner=banner, differences=differences)

    def _form(
        self,
        number: int,
        fields: Mapping[str, Any],
        errors: Errors | None = None,
        banner: Banner | None = None,
        **facts: Any,
    ) -> Response:
        """The form with these fields, and what is wrong at each."""
        status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
        with self._transaction(read_only=True) as services:
            choices = services.bank_search.choices()
            return page(
                "question_form",
                HTTPStatus.CONFLICT if banner else status,
                bank=wording,
                card=services.bank.card(number),
                fields=fields,
                errors=errors or {},
                banner=banner,
                topics=[topic for topic in choices.topics if topic],
                sources=sorted({*shipped_documents(), *choices.sources} - {""}),
                letters=services.tickets.backlog().waiting,
                **facts,
            )


def _done_already(refusal: ChangedMeanwhile | Lacking | OwnReview, state: BankState) -> bool:
    """Whether a second click came after a first that did just this."""
    return isinstance(refusal, ChangedMeanwhile) and _by_me(refusal) and refusal.state == state


def _by_me(refusal: ChangedMeanwhile) -> bool:
    return refusal.by == audit.staff(g.colleague.id)


def _page(values: MultiDict[str, str]) -> int:
    return min(values.get("page", 1, type=int), 10**6)


def _done(values: MultiDict[str, str]) -> str | None:
    """What is said after all that was picked has moved, or a file has been taken in."""
    count, state = values.get("moved", type=int), values.get("to", type=BankState)
    if count and state:
        return wording.have_moved(count, state)
    new, revised = values.get("new", type=int), values.get("revised", type=int)
    return None if new is None or revised is None else wording.taken_in(new, revised)
