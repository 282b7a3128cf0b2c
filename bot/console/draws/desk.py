"""The pages of draws: all of them, a new one, and one with its winners."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.draws import wording
from bot.console.draws.forms import CodeForm, DrawForm, NumberForm
from bot.console.pages import page, to
from bot.domain.draws import (
    DrawnAlready,
    Flaw,
    MayBeFetched,
    NoSuchDraw,
    NothingWon,
    UnfitDraw,
)
from bot.domain.services import Services, Transaction

_FIRST = {"winners": "10", "reserves": "10", "least_days": "1"}
"""What stands in the form of a new one."""


class DrawDesk:
    """Draws, from the list to the last prize."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        one = "/draws/<int:number>"
        room.add_url_rule("/draws", "draws", self.draws)
        room.add_url_rule("/draws/new", "new_draw", self.new, methods=["GET", "POST"])
        room.add_url_rule(one, "draw", self.draw)
        room.add_url_rule(f"{one}/number", "enter_number", self.enter, methods=["POST"])
        room.add_url_rule(f"{one}/fetched", "prize_fetched", self.fetched, methods=["POST"])
        room.add_url_rule(f"{one}/lapsed", "prize_lapsed", self.lapsed, methods=["POST"])

    def draws(self) -> Response:
        """All draws."""
        with self._transaction(read_only=True) as services:
            return _page("draws", services, found=services.draws.all())

    def new(self) -> AnyResponse:
        """The form of a new one; sent, it publishes the list."""
        if request.method == "GET":
            return self._form(_FIRST, {})
        form = DrawForm.sent()
        plan, flaws = form.plan()
        if plan is not None:
            try:
                with self._transaction() as services:
                    number = services.draws.publish(plan, g.colleague.id)
                return to("draw", number=number)
            except UnfitDraw as refusal:
                flaws = refusal.flaws
        return self._form(form.model_dump(), flaws)

    def draw(self, number: int) -> Response:
        """One draw: its list, its number, who won."""
        return self._draw(number)

    def enter(self, number: int) -> AnyResponse:
        """Enter the public number."""
        try:
            with self._transaction() as services:
                services.draws.draw(number, NumberForm.sent().number, g.colleague.id)
        except NoSuchDraw:
            raise NotFound from None
        except UnfitDraw as refusal:
            early = Flaw.EARLY in refusal.flaws.values()
            return self._draw(number, wording.EARLY if early else wording.NUMBER)
        except DrawnAlready as refusal:
            return self._draw(number, wording.drawn_already(refusal.number))
        return to("draw", number=number)

    def fetched(self, number: int) -> AnyResponse:
        """A prize was handed out."""
        return self._settle(number, "fetched")

    def lapsed(self, number: int) -> AnyResponse:
        """A prize was not fetched: the next of the reserve wins it."""
        return self._settle(number, "lapse")

    def _settle(self, number: int, deed: str) -> AnyResponse:
        code = CodeForm.sent().code
        try:
            with self._transaction() as services:
                getattr(services.draws, deed)(number, code, g.colleague.id)
        except NothingWon:
            return self._draw(number, wording.NOTHING_WON)
        except MayBeFetched as refusal:
            return self._draw(number, wording.may_be_fetched(refusal))
        return to("draw", number=number)

    def _draw(self, number: int, trouble: str = "") -> Response:
        try:
            with self._transaction(read_only=True) as services:
                view, tickets = services.draws.of(number), services.draws.tickets(number)
                status = HTTPStatus.CONFLICT if trouble else HTTPStatus.OK
                facts = {"draw": view, "tickets": tickets, "trouble": trouble}
                return _page("draw", services, status, **facts)
        except NoSuchDraw:
            raise NotFound from None

    def _form(self, fields: Mapping[str, Any], flaws: Mapping[str, Flaw]) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK
        with self._transaction(read_only=True) as services:
            return _page("draw_form", services, status, fields=fields, flaws=flaws)


def _page(
    template: str, services: Services, status: HTTPStatus = HTTPStatus.OK, **facts: Any
) -> Response:
    letters = services.tickets.backlog().waiting
    return page(template, status, draws=wording, letters=letters, now=services.now, **facts)
