"""All accounts, as owners look after them: invite, role, reset, close."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.accounts import wording as words
from bot.console.accounts.forms import InviteForm, RoleForm
from bot.console.pages import page, to
from bot.domain.colleagues import INVITED_FOR, Colleagues
from bot.domain.roles import Role
from bot.domain.services import Services, Transaction
from bot.domain.staff_refusals import NoSuchColleague, StaffRefusal

_ONE = "/people/<int:number>"


class PeopleDesk:
    """Who may come in, and as what."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        post = ["POST"]
        room.add_url_rule("/people", "people", self.people)
        room.add_url_rule("/people", "invite_colleague", self.invite, methods=post)
        room.add_url_rule(_ONE, "person", self.person)
        room.add_url_rule(f"{_ONE}/role", "change_role", self.change_role, methods=post)
        room.add_url_rule(f"{_ONE}/disable", "disable_account", self.disable, methods=post)
        room.add_url_rule(f"{_ONE}/sign-out", "sign_out_colleague", self.sign_out, methods=post)
        room.add_url_rule(
            f"{_ONE}/phone-off", "unlink_phone_of_colleague", self.unlink_phone, methods=post
        )
        for name, act in (
            ("password", _reset_password), ("authenticator", _reset_authenticator),
            ("reopen", _reopen),
        ):  # fmt: skip
            self._hang_reset(room, name, act)

    def _hang_reset(
        self, room: Blueprint, name: str, act: Callable[[Colleagues, int], str]
    ) -> None:
        def reset(number: int) -> AnyResponse:
            return self._with_code(number, lambda services: act(services.colleagues, number))

        room.add_url_rule(f"{_ONE}/{name}", f"reset_{name}", reset, methods=["POST"])

    def people(self) -> Response:
        """All accounts."""
        return self._page()

    def invite(self) -> Response:
        """Make an account, and show the code to choose its password with."""
        form = InviteForm.sent()
        try:
            with self._transaction() as services:
                unit = _unit(services, form.unit)
                number, code = services.colleagues.invite(
                    form.name, form.role, unit, g.colleague.id
                )
        except StaffRefusal as refusal:
            return self._page(wording.explain(refusal), form)
        return self._code_page(number, code)

    def person(self, number: int) -> Response:
        """One account and what can be done with it."""
        return self._one(number)

    def change_role(self, number: int) -> AnyResponse:
        """Let the account do other things from now on."""
        form = RoleForm.sent()
        try:
            with self._transaction() as services:
                unit = _unit(services, form.unit)
                services.colleagues.change_role(number, form.role, unit, g.colleague.id)
        except NoSuchColleague:
            raise NotFound from None
        except StaffRefusal as refusal:
            return self._one(number, wording.explain(refusal))
        return to("person", number=number, said="role")

    def disable(self, number: int) -> AnyResponse:
        """Close the account."""
        try:
            with self._transaction() as services:
                services.colleagues.disable(number, g.colleague.id)
        except NoSuchColleague:
            raise NotFound from None
        except StaffRefusal as refusal:
            return self._one(number, wording.explain(refusal))
        return to("person", number=number, said="disabled")

    def sign_out(self, number: int) -> AnyResponse:
        """End all sign-ins of the account."""
        with self._transaction() as services:
            services.devices.end_all(number, g.colleague.id)
        return to("person", number=number, said="signed_out")

    def unlink_phone(self, number: int) -> AnyResponse:
        """End the colleague's review by chat."""
        with self._transaction() as services:
            services.phones.unlink(number, g.colleague.id)
        return to("person", number=number, said="phone_off")

    def _with_code(self, number: int, act: Callable[[Services], str]) -> Response:
        try:
            with self._transaction() as services:
                code = act(services)
        except NoSuchColleague:
            raise NotFound from None
        except StaffRefusal as refusal:
            return self._one(number, wording.explain(refusal))
        return self._code_page(number, code)

    def _code_page(self, number: int, code: str) -> Response:
        with self._transaction(read_only=True) as services:
            account = services.colleagues.account(number)
        return page("invitation", account=account, code=code, days=INVITED_FOR.days)

    def _page(self, trouble: str | None = None, form: InviteForm | None = None) -> Response:
        with self._transaction(read_only=True) as services:
            return page(
                "people",
                HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK,
                accounts=words,
                roles=list(Role),
                people=services.colleagues.all(),
                trouble=trouble,
                form=form,
                letters=services.tickets.backlog().waiting,
                now=services.now,
            )

    def _one(self, number: int, trouble: str | None = None) -> Response:
        try:
            with self._transaction(read_only=True) as services:
                account = services.colleagues.account(number)
                devices = services.devices.of(number)
                phone = services.phones.linked_at(number)
                letters = services.tickets.backlog().waiting
        except NoSuchColleague:
            raise NotFound from None
        return page(
            "person",
            HTTPStatus.CONFLICT if trouble else HTTPStatus.OK,
            accounts=words,
            roles=list(Role),
            account=account,
            devices=devices,
            phone=phone,
            is_own=number == g.colleague.id,
            trouble=trouble,
            said=words.SAID.get(request.args.get("said", "")),
            letters=letters,
            now=services.now,
        )


def _unit(services: Services, words_typed: str) -> int | None:
    found = services.units.called(words_typed) if words_typed else None
    return found.id if found else None


def _reset_password(colleagues: Colleagues, number: int) -> str:
    return colleagues.reset(number, g.colleague.id, authenticator=False)


def _reset_authenticator(colleagues: Colleagues, number: int) -> str:
    return colleagues.reset(number, g.colleague.id, authenticator=True)


def _reopen(colleagues: Colleagues, number: int) -> str:
    return colleagues.reopen(number, g.colleague.id)
