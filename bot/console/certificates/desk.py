"""The pages of certificates: all awards, a new one, and one with its certificates."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.certificates import wording
from bot.console.certificates.forms import AwardForm, CertificateForm
from bot.console.pages import page, to
from bot.domain.certificates import Certificates, Flaw, NoSuchAward, UnfitAward
from bot.domain.services import Services, Transaction

_FIRST = {"first_rank": "1", "last_rank": "10"}
"""What stands in the form of a new one."""


class CertificateDesk:
    """Certificates, from the form to a revocation."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        one, post = "/certificates/<int:number>", ["POST"]
        room.add_url_rule("/certificates", "certificates", self.awards)
        room.add_url_rule("/certificates/new", "new_award", self.new, methods=["GET", "POST"])
        room.add_url_rule(one, "award", self.award)
        room.add_url_rule(f"{one}/rest", "issue_rest", self.rest, methods=post)
        room.add_url_rule(f"{one}/revoke-all", "revoke_award", self.revoke_all, methods=post)
        room.add_url_rule("/certificates/revoke", "revoke", self.revoke, methods=post)
        room.add_url_rule("/certificates/restore", "restore", self.restore, methods=post)

    def awards(self) -> Response:
        """All awards."""
        with self._transaction(read_only=True) as services:
            return _page("certificates", services, found=services.certificates.awards())

    def new(self) -> AnyResponse:
        """The form of a new one; sent, it shows whom it reaches, and sent again, it is issued."""
        if request.method == "GET":
            return self._form(_FIRST)
        form = AwardForm.sent()
        plan, flaws = form.plan()
        if plan is None:
            return self._form(form.model_dump(), flaws)
        try:
            if form.sure:
                with self._transaction() as services:
                    number = services.certificates.issue(plan, g.colleague.id)
                return to("award", number=number, said="issued")
            with self._transaction(read_only=True) as services:
                preview = services.certificates.preview(plan)
        except UnfitAward as refusal:
            return self._form(form.model_dump(), refusal.flaws)
        return self._form(form.model_dump(), preview=preview)

    def award(self, number: int) -> Response:
        """One award and its certificates."""
        try:
            with self._transaction(read_only=True) as services:
                view = services.certificates.award(number)
                lines = services.certificates.lines(number)
                said = wording.SAID.get(request.args.get("said", ""))
                return _page("award", services, award=view, lines=lines, said=said)
        except NoSuchAward:
            raise NotFound from None

    def rest(self, number: int) -> AnyResponse:
        """Write out certificates for those who have registered a name since."""
        given = self._do(lambda desk: desk.issue_rest(number, g.colleague.id))
        return to("award", number=number, said="rest" if given else "nobody")

    def revoke_all(self, number: int) -> AnyResponse:
        """Revoke all certificates of an award."""
        self._do(lambda desk: desk.revoke_all(number, g.colleague.id))
        return to("award", number=number)

    def revoke(self) -> AnyResponse:
        """Revoke one certificate."""
        code = CertificateForm.sent().code
        return to("award", number=self._do(lambda desk: desk.revoke(code, g.colleague.id)))

    def restore(self) -> AnyResponse:
        """Take a revocation back."""
        code = CertificateForm.sent().code
        return to("award", number=self._do(lambda desk: desk.restore(code, g.colleague.id)))

    def _do(self, deed: Callable[[Certificates], int | None]) -> int | None:
        try:
            with self._transaction() as services:
                return deed(services.certificates)
        except NoSuchAward:
            raise NotFound from None

    def _form(
        self, fields: Mapping[str, Any], flaws: Mapping[str, Flaw] | None = None, **facts: Any
    ) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK
        with self._transaction(read_only=True) as services:
            facts |= {"fields": fields, "flaws": flaws or {}}
            occasions = services.certificates.occasions()
            return _page("award_form", services, status, occasions=occasions, **facts)


def _page(
    template: str, services: Services, status: HTTPStatus = HTTPStatus.OK, **facts: Any
) -> Response:
    letters = services.tickets.backlog().waiting
    return page(template, status, certificates=wording, letters=letters, now=services.now, **facts)
