"""Password and code once more, for who did not just give them and is about to do harm, maybe."""

from http import HTTPStatus

from flask import Response, request

from bot import metrics
from bot.console import wording
from bot.console.forms import ProofForm
from bot.console.pages import page
from bot.domain.services import Transaction
from bot.domain.staff import Present
from bot.domain.staff_refusals import TooManyFailures

_OURS = ("form_token", "proof_password", "proof_code")


class Proof:
    """What stands before a dangerous act until the colleague has shown who they are."""

    def __init__(self, secret: str, transaction: Transaction) -> None:
        self._secret, self._transaction = secret, transaction

    def wanted(self, colleague: Present, token: str) -> Response | None:
        """The page that asks; None once its answer came with the form that was kept on it."""
        form = ProofForm.sent()
        if not form.proof_password:
            return self._page(colleague)
        try:
            if self._is_right(colleague, form):
                with self._transaction() as services:
                    services.staff.prove(token)
                return None
        except TooManyFailures as refusal:
            metrics.admin_code("limited")
            limited = self._page(colleague, wording.explain(refusal), HTTPStatus.TOO_MANY_REQUESTS)
            limited.retry_after = refusal.until
            return limited
        return self._page(colleague, wording.WRONG_PROOF)

    def code_is_right(self, staff_id: int, typed: str) -> bool:
        """Whether this code counts for the account; it is used up. Raises TooManyFailures."""
        try:
            with self._transaction() as services:
                right = services.second_factors.accepts(staff_id, typed, self._secret)
        except TooManyFailures:
            metrics.admin_code("limited")
            raise
        metrics.admin_code("ok" if right else "failed")
        return right

    def _is_right(self, colleague: Present, form: ProofForm) -> bool:
        with self._transaction() as services:
            attempt = services.staff.begin_sign_in(
                colleague.name, request.remote_addr, self._secret
            )
        matched = attempt.matches(form.proof_password)
        with self._transaction() as services:
            if not services.staff.proves_password(attempt, matched):
                return False
        if not colleague.has_authenticator:
            return True
        return self.code_is_right(colleague.id, form.proof_code)

    def _page(
        self,
        colleague: Present,
        trouble: str | None = None,
        status: HTTPStatus = HTTPStatus.UNAUTHORIZED,
    ) -> Response:
        kept = [pair for pair in request.form.items(multi=True) if pair[0] not in _OURS]
        asks = colleague.has_authenticator
        return page("prove", status, trouble=trouble, kept=kept, asks_code=asks, here=_here())


def _here() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path
