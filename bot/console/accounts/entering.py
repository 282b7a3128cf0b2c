"""The second step of a sign-in: the code of an authenticator, or setting one up."""

from http import HTTPStatus

import pyotp
import segno
from flask import Blueprint, Response, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.accounts import wording as words
from bot.console.accounts.browsers import browser_of
from bot.console.accounts.forms import CodeForm, InvitedForm
from bot.console.pages import page, to
from bot.console.proof import Proof
from bot.console.security import Gate
from bot.domain.second_factor import code_at, seed_of
from bot.domain.services import Transaction
from bot.domain.staff import Missing, Present
from bot.domain.staff_refusals import StaffRefusal, TooManyFailures, WrongCode
from bot.settings import Settings


class Entrance:
    """The pages between the password and the console."""

    def __init__(self, settings: Settings, transaction: Transaction, gate: Gate) -> None:
        self._secret = settings.secret_key.get_secret_value()
        self._is_trial = settings.env == "development"
        self._transaction, self._gate = transaction, gate
        self._proof = Proof(self._secret, transaction)

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        both = ["GET", "POST"]
        room.add_url_rule("/code", "code", self.code, methods=both)
        room.add_url_rule("/authenticator", "authenticator", self.authenticator)
        room.add_url_rule(
            "/authenticator", "set_up_authenticator", self.set_up_authenticator, methods=["POST"]
        )
        room.add_url_rule("/invited", "invited", self.invited, methods=both)

    # ------------------------------------------------------------ the code

    def code(self) -> AnyResponse:
        """Ask for the code that the authenticator shows."""
        colleague = self._colleague()
        if colleague.missing is not Missing.CODE:
            return to("queue")
        if request.method == "GET":
            return self._ask(colleague)
        try:
            right = self._proof.code_is_right(colleague.id, CodeForm.sent().code)
        except TooManyFailures as refusal:
            limited = self._ask(colleague, refusal, HTTPStatus.TOO_MANY_REQUESTS)
            limited.retry_after = refusal.until
            return limited
        if not right:
            return self._ask(colleague, WrongCode(), HTTPStatus.UNAUTHORIZED)
        with self._transaction() as services:
            services.staff.prove(self._gate.token)
            token = services.staff.renew(self._gate.token)
        self._gate.remember(token)
        return to("queue")

    def _ask(
        self,
        colleague: Present,
        refusal: StaffRefusal | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        wrong = isinstance(refusal, WrongCode)
        trouble = words.WRONG_CODE if wrong else wording.explain(refusal) if refusal else None
        return page("code", status, trouble=trouble, trial_code=self._trial_code(colleague.id))

    def _trial_code(self, staff_id: int) -> str | None:
        if not self._is_trial:
            return None
        with self._transaction(read_only=True) as services:
            return services.second_factors.code_now(staff_id, self._secret)

    # ------------------------------------------------------------ the authenticator

    def authenticator(self) -> AnyResponse:
        """Show what an authenticator has to know; who has one shows first who they are."""
        colleague = self._colleague()
        if colleague.missing is Missing.CODE:
            return to("code")
        if colleague.missing is None and not colleague.fresh:
            return to("account")
        return self._offer(colleague)

    def set_up_authenticator(self) -> AnyResponse:
        """Take the authenticator that shows the right code."""
        colleague = self._colleague()
        if colleague.missing is Missing.CODE:
            return to("code")
        if colleague.missing is None and not colleague.fresh:
            return to("account")
        seed = seed_of(self._secret, self._gate.token)
        agent = browser_of(request.user_agent.string)
        try:
            with self._transaction() as services:
                codes = services.second_factors.set_up(
                    colleague.id, seed, CodeForm.sent().code, self._secret
                )
                token = services.staff.open_sign_in(colleague.id, agent, proved=True)
        except WrongCode:
            return self._offer(colleague, words.WRONG_NEW_CODE)
        self._gate.remember(token)
        return page("recovery_codes", codes=codes)

    def _offer(self, colleague: Present, trouble: str | None = None) -> Response:
        seed = seed_of(self._secret, self._gate.token)
        address = pyotp.TOTP(seed).provisioning_uri(name=colleague.name, issuer_name=words.ISSUER)
        with self._transaction(read_only=True) as services:
            trial_code = code_at(seed, services.now) if self._is_trial else None
        picture = segno.make(address, micro=False).svg_inline(light="#fff", border=3, omitsize=True)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK
        typed = " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))
        return page(
            "authenticator",
            status,
            trouble=trouble,
            # Of segno's making: black and white squares, without a letter of anybody's.
            picture=Markup(picture),
            seed=typed,
            trial_code=trial_code,
            is_replacement=colleague.missing is None and colleague.has_authenticator,
        )

    # ------------------------------------------------------------ an invitation

    def invited(self) -> AnyResponse:
        """Let who was invited choose a password."""
        if request.method == "GET":
            return page("invited")
        form = InvitedForm.sent()
        if form.password != form.password_again:
            return _invited_again(form, wording.PASSWORDS_DIFFER)
        try:
            with self._transaction() as services:
                accepted = services.colleagues.accept(
                    form.name, form.code, form.password, request.remote_addr, self._secret
                )
        except StaffRefusal as refusal:
            return _invited_again(form, wording.explain(refusal), _status(refusal))
        if not accepted:
            return _invited_again(form, words.WRONG_INVITATION)
        return to("sign_in", chosen="1")

    def _colleague(self) -> Present:
        colleague = self._gate.colleague()
        assert colleague is not None, "the gate lets nobody else in"
        return colleague


def _status(refusal: StaffRefusal) -> HTTPStatus:
    limited = isinstance(refusal, TooManyFailures)
    return HTTPStatus.TOO_MANY_REQUESTS if limited else HTTPStatus.UNPROCESSABLE_ENTITY


def _invited_again(
    form: InvitedForm, trouble: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
) -> Response:
    return page("invited", status, trouble=trouble, name=form.name)
