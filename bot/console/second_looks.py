"""The page of second looks: what hangs already, or was chosen by chance, seen by another."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, g
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.forms import LookForm, SettleForm
from bot.console.pages import page, to
from bot.domain.entries import MottoState
from bot.domain.refusals import DecidedMeanwhile, NoSuchEntry, NotTheirs
from bot.domain.second_looks import SecondLooks
from bot.domain.services import Transaction


class SecondDesk:
    """Looks for the second time, and what owners and organisers settle."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give the views their addresses."""
        looks = "/second-looks"
        room.add_url_rule(looks, view_func=self.second_looks)
        room.add_url_rule(f"{looks}/<int:number>", view_func=self.look, methods=["POST"])
        settle = f"{looks}/<int:number>/settle"
        room.add_url_rule(settle, view_func=self.settle, methods=["POST"])

    def second_looks(self) -> Response:
        """What waits for this colleague, without what the first said, and where two disagree."""
        return self._page()

    def look(self, number: int) -> AnyResponse:
        """Say what one would have decided."""
        form = LookForm.sent()
        verdict = MottoState.RETURNED if form.reason else MottoState.APPROVED
        return self._done(
            lambda looks: looks.look(number, form.version, g.colleague.id, verdict, form.reason)
        )

    def settle(self, number: int) -> AnyResponse:
        """Decide between two who disagree."""
        form = SettleForm.sent()
        verdict = MottoState(form.verdict)
        return self._done(lambda looks: looks.settle(number, form.version, g.colleague.id, verdict))

    def _done(self, deed: Callable[[SecondLooks], None]) -> AnyResponse:
        try:
            with self._transaction() as services:
                deed(services.second_looks)
        except NoSuchEntry:
            raise NotFound from None
        except (DecidedMeanwhile, NotTheirs):
            return self._page(late=True)
        return to("second_looks")

    def _page(self, late: bool = False) -> Response:
        me = g.colleague
        with self._transaction(read_only=True) as services:
            looks = services.second_looks
            return page(
                "second_looks",
                HTTPStatus.CONFLICT if late else HTTPStatus.OK,
                cards=looks.waiting(me.id),
                waiting=looks.count(me.id),
                disputed=looks.disputed(),
                agreement=looks.agreement(),
                letters=services.tickets.backlog().waiting,
                names=services.staff.names(),
                late=wording.LOOKED_MEANWHILE if late else None,
                now=services.now,
            )
