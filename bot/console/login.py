"""Coming in and going out: the first account, signing in, signing out."""

from http import HTTPStatus

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from bot import metrics
from bot.console import wording
from bot.console.accounts.browsers import browser_of
from bot.console.forms import SetUpForm, SignInForm
from bot.console.pages import page, to
from bot.console.security import Gate
from bot.domain.services import Transaction
from bot.domain.staff_refusals import StaffRefusal, TooManyFailures
from bot.settings import Settings


class Door:
    """The views that need no sign-in, and the one that ends it.

    The gate sends whoever has shown a password on to the second step; see accounts/entering.py.
    """

    def __init__(self, settings: Settings, transaction: Transaction, gate: Gate) -> None:
        self._secret = settings.secret_key.get_secret_value()
        self._transaction, self._gate = transaction, gate

    def sign_in(self) -> AnyResponse:
        """Ask for name and password."""
        if request.method == "POST":
            return self._take_password(SignInForm.sent())
        if self._gate.colleague():
            return to("queue")
        if self._is_new():
            return to("set_up")
        again = wording.SIGN_IN_AGAIN if "again" in request.args else None
        chosen = wording.PASSWORD_CHOSEN if "chosen" in request.args else None
        return page("sign_in", trouble=again, done=chosen)

    def set_up(self) -> AnyResponse:
        """Ask for the one-time code and make the first account."""
        if not self._is_new():
            return to("sign_in")
        if request.method == "POST":
            return self._make_first_account(SetUpForm.sent())
        return page("set_up")

    def sign_out(self) -> AnyResponse:
        """End the sign-in of this browser."""
        with self._transaction() as services:
            if colleague := services.staff.whose(self._gate.token):
                services.piles.leave(colleague.id)
            services.staff.sign_out(self._gate.token)
        self._gate.forget()
        return to("sign_in")

    def _take_password(self, form: SignInForm) -> AnyResponse:
        try:
            with self._transaction() as services:
                attempt = services.staff.begin_sign_in(form.name, request.remote_addr, self._secret)
        except TooManyFailures as refusal:
            metrics.admin_login("limited")
            return self._wait(refusal)
        matched = attempt.matches(form.password)
        with self._transaction() as services:
            agent = browser_of(request.user_agent.string)
            token = services.staff.finish_sign_in(attempt, matched, agent)
            if token:
                services.staff.sign_out(self._gate.token)  # Whoever was in here before.
        metrics.admin_login("failed" if token is None else "ok")
        if token is None:
            return page("sign_in", HTTPStatus.UNAUTHORIZED, trouble=wording.WRONG_PASSWORD)
        self._gate.remember(token)
        return to("queue")

    def _wait(self, refusal: TooManyFailures) -> Response:
        response = page("sign_in", HTTPStatus.TOO_MANY_REQUESTS, trouble=wording.explain(refusal))
        response.retry_after = refusal.until
        return response

    def _make_first_account(self, form: SetUpForm) -> AnyResponse:
        if form.password != form.password_again:
            return _again(form, wording.PASSWORDS_DIFFER)
        try:
            with self._transaction() as services:
                owner = services.staff.set_up(form.code, form.name, form.password)
                agent = browser_of(request.user_agent.string)
                token = services.staff.open_sign_in(owner.id, agent)
        except StaffRefusal as refusal:
            return _again(form, wording.explain(refusal))
        self._gate.remember(token)
        return to("queue")

    def _is_new(self) -> bool:
        with self._transaction(read_only=True) as services:
            return services.staff.is_empty()


def _again(form: SetUpForm, trouble: str) -> Response:
    return page("set_up", HTTPStatus.UNPROCESSABLE_ENTITY, trouble=trouble, name=form.name)
