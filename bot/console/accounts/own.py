"""One's own account: where one is signed in, another password, new recovery codes."""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.accounts import wording as words
from bot.console.accounts.browsers import browser_of
from bot.console.accounts.forms import EndForm, LookForm, PasswordForm
from bot.console.pages import page, to
from bot.console.security import Gate
from bot.domain.phones import CODE_LASTS
from bot.domain.services import Transaction
from bot.domain.staff_refusals import StaffRefusal
from bot.settings import Settings


class OwnDesk:
    """What everybody does with their own account."""

    def __init__(self, settings: Settings, transaction: Transaction, gate: Gate) -> None:
        self._secret = settings.secret_key.get_secret_value()
        self._transaction, self._gate = transaction, gate

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        post = ["POST"]
        room.add_url_rule("/account", "account", self.account)
        room.add_url_rule("/account/end", "end_sign_in", self.end, methods=post)
        room.add_url_rule("/account/end-all", "end_sign_ins", self.end_all, methods=post)
        room.add_url_rule("/account/password", "own_password", self.password, methods=post)
        room.add_url_rule("/account/look", "own_look", self.look, methods=post)
        room.add_url_rule("/account/codes", "recovery_codes", self.codes, methods=post)
        room.add_url_rule("/account/replace", "replace_authenticator", self.replace, methods=post)

        room.add_url_rule("/account/phone", "link_phone", self.link_phone, methods=post)
        room.add_url_rule("/account/phone-kept", "keep_phone", self.keep_phone, methods=post)
        room.add_url_rule("/account/phone-off", "unlink_phone", self.unlink_phone, methods=post)

    def account(self) -> Response:
        """Where one is signed in, and what keeps the account safe."""
        return self._page()

    def end(self) -> AnyResponse:
        """End one sign-in, maybe that of this browser."""
        form = EndForm.sent()
        with self._transaction() as services:
            services.devices.end(g.colleague.id, form.sign_in, g.colleague.id)
        return to("account", said="ended")

    def end_all(self) -> AnyResponse:
        """End every sign-in but that of this browser."""
        with self._transaction() as services:
            services.devices.end_all(g.colleague.id, g.colleague.id, self._gate.token)
        return to("account", said="all_ended")

    def look(self) -> AnyResponse:
        """See the console light, dark, or as the machine has it."""
        form = LookForm.sent()
        with self._transaction() as services:
            services.staff.choose_look(g.colleague.id, form.look)
        return to("account")

    def password(self) -> AnyResponse:
        """Take another password; only this browser stays signed in."""
        form = PasswordForm.sent()
        if form.password != form.password_again:
            return self._page(wording.PASSWORDS_DIFFER)
        agent = browser_of(request.user_agent.string)
        try:
            with self._transaction() as services:
                services.colleagues.choose_password(g.colleague.id, form.password)
                token = services.staff.open_sign_in(g.colleague.id, agent, proved=True)
        except StaffRefusal as refusal:
            return self._page(wording.explain(refusal))
        self._gate.remember(token)
        return to("account", said="password")

    def codes(self) -> AnyResponse:
        """Show new recovery codes, this once."""
        if not g.colleague.has_authenticator:
            return to("account")
        with self._transaction() as services:
            codes = services.second_factors.renew_recovery_codes(g.colleague.id, self._secret)
        return page("recovery_codes", codes=codes)

    def replace(self) -> AnyResponse:
        """Go on to set up another authenticator, now that it is known who asks."""
        return to("authenticator")

    def link_phone(self) -> Response:
        """Show the code that the colleague sends by chat from their own WeChat."""
        with self._transaction() as services:
            code = services.phones.invite(g.colleague.id)
        return page("phone", code=code, minutes=CODE_LASTS // timedelta(minutes=1))

    def keep_phone(self) -> AnyResponse:
        """The phone is still the colleague's own, though the authenticator is another one."""
        with self._transaction() as services:
            services.phones.confirm(g.colleague.id)
        return to("account", said="phone_kept")

    def unlink_phone(self) -> AnyResponse:
        """End the review by chat."""
        with self._transaction() as services:
            services.phones.unlink(g.colleague.id, g.colleague.id)
        return to("account", said="phone_off")

    def _page(self, trouble: str | None = None) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK
        with self._transaction(read_only=True) as services:
            return page(
                "account",
                status,
                accounts=words,
                trouble=trouble,
                said=words.SAID.get(request.args.get("said", "")),
                devices=services.devices.of(g.colleague.id, self._gate.token),
                codes_left=services.second_factors.recovery_codes_left(g.colleague.id),
                phone=services.phones.linked_at(g.colleague.id),
                phone_asleep=services.phones.is_asleep(g.colleague.id),
                letters=services.tickets.backlog().waiting,
                now=services.now,
            )
