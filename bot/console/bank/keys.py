"""The pages on which a wrong key is mended: another key, what it would change, its release."""

from http import HTTPStatus

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.bank import wording
from bot.console.bank.draft import Errors, typed, worded
from bot.console.bank.forms import KeyForm, RestoreForm, WordingForm
from bot.console.pages import page, to
from bot.domain import audit
from bot.domain.bank import NoSuchQuestion
from bot.domain.item_analysis import Item
from bot.domain.regrading import (
    NoSuchRegrade,
    OwnProposal,
    RegradeUnderWay,
    ReleasedMeanwhile,
    SameKey,
)
from bot.domain.services import Services, Transaction
from bot.domain.withholding import NotWithheld

REASON_MOST = 60
"""Characters of what is told to everybody."""
_KEY = "/questions/<int:number>/key"
_RESTORE = "/questions/<int:number>/restore"
_REGRADE = "/regrades/<int:number>"


class KeyDesk:
    """Wrong keys, as two colleagues put them right."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        post = ["POST"]
        room.add_url_rule(_KEY, "mend_key", self.form)
        room.add_url_rule(_KEY, "propose_key", self.propose, methods=post)
        room.add_url_rule(_REGRADE, "regrade", self.show)
        room.add_url_rule(f"{_REGRADE}/release", "release_key", self.release, methods=post)
        room.add_url_rule(_RESTORE, "restore_points", self.restore, methods=post)
        room.add_url_rule(f"{_REGRADE}/withdraw", "withdraw_key", self.withdraw, methods=post)

    def form(self, number: int) -> Response:
        """The form that asks for the right key."""
        with self._transaction(read_only=True) as services:
            item = _item(services, number, request.args.get("wording", 0, type=int))
            fields = typed(item.question)
            return _form(services, number, item, fields["answer"], item.question.explanation)

    def propose(self, number: int) -> AnyResponse:
        """Propose the key that was typed, or say what is wrong with it."""
        form = KeyForm.sent()
        with self._transaction(read_only=True) as services:
            item = _item(services, number, form.wording)
        fields = typed(item.question) | {"answer": form.answer, "explanation": form.explanation}
        mended, errors = worded(WordingForm(version=1, **fields), item.question.code)
        if not 0 < len(form.reason) <= REASON_MOST:
            mended, errors = None, errors | {"reason": [wording.REASON_WANTED]}
        try:
            if mended is not None:
                with self._transaction() as services:
                    regrade = services.regrading.propose(
                        item.id, mended, form.only_adds, g.colleague.id, form.reason
                    )
                return to("regrade", number=regrade)
        except SameKey:
            errors = {"answer": [wording.SAME_KEY]}
        except RegradeUnderWay:
            errors = {"answer": [wording.REGRADE_UNDER_WAY]}
        with self._transaction(read_only=True) as services:
            return _form(services, number, item, form.answer, form.explanation, errors, form.reason)

    def show(self, number: int) -> Response:
        """What the key changes, who proposed and who released it, how far its answers are."""
        return self._shown(number, None)

    def release(self, number: int) -> AnyResponse:
        """Put the key in force; a second click finds it so."""
        try:
            with self._transaction() as services:
                services.regrading.release(number, g.colleague.id)
        except NoSuchRegrade:
            raise NotFound from None
        except OwnProposal:
            return self._shown(number, wording.OWN_PROPOSAL)
        return to("regrade", number=number)

    def withdraw(self, number: int) -> AnyResponse:
        """Drop the proposal."""
        try:
            with self._transaction() as services:
                services.regrading.withdraw(number, g.colleague.id)
        except NoSuchRegrade:
            raise NotFound from None
        except ReleasedMeanwhile:
            return self._shown(number, wording.RELEASED_MEANWHILE)
        return to("analysis")

    def restore(self, number: int) -> AnyResponse:
        """The question is right: let its answers have their points. A second click finds it so."""
        form = RestoreForm.sent()
        try:
            with self._transaction() as services:
                services.withholdings.end(form.wording, g.colleague.id)
        except NotWithheld:
            raise NotFound from None
        return to("question", number=number)

    def _shown(self, number: int, banner: tuple[str, str] | None) -> Response:
        try:
            with self._transaction(read_only=True) as services:
                case = services.regrading.case(number)
                return page(
                    "regrade",
                    HTTPStatus.CONFLICT if banner else HTTPStatus.OK,
                    bank=wording,
                    case=case,
                    preview=services.regrading.preview(number),
                    mine=case.proposed_by == audit.staff(g.colleague.id),
                    names=services.staff.names(),
                    now=services.now,
                    banner=banner,
                    letters=services.tickets.backlog().waiting,
                )
        except NoSuchRegrade:
            raise NotFound from None


def _item(services: Services, number: int, wording_id: int) -> Item:
    """The question of this number in the wording that was asked. Raises NotFound."""
    try:
        services.bank.card(number)
    except NoSuchQuestion:
        raise NotFound from None
    asked = services.item_analysis.of_question(number)
    if (item := next((one.item for one in asked if one.item.id == wording_id), None)) is None:
        raise NotFound
    return item


def _form(
    services: Services,
    number: int,
    item: Item,
    answer: str,
    explanation: str,
    errors: Errors | None = None,
    reason: str = "",
) -> Response:
    return page(
        "key_form",
        HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        bank=wording,
        number=number,
        item=item,
        answer=answer,
        explanation=explanation,
        reason=reason,
        reason_most=REASON_MOST,
        errors=[line for lines in (errors or {}).values() for line in lines],
        letters=services.tickets.backlog().waiting,
    )
