"""A draw for all to check: rule, list, number, who won, and the program that says so."""

from http import HTTPStatus
from pathlib import Path

from flask import Response, abort

from bot.domain.draws import NoSuchDraw
from bot.domain.services import Transaction
from bot.h5.pages import page

_PROGRAM = Path(__file__).with_name("check_draw.txt")


class DrawPages:
    """The addresses of a draw."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._list = ("", "")
        """The last list that was asked for, and its hash: lists never change."""

    def draw(self, number: int) -> Response:
        """All about it, to be read on a phone."""
        try:
            with self._transaction(read_only=True) as services:
                view, tickets = services.draws.of(number), services.draws.tickets(number)
        except NoSuchDraw:
            abort(HTTPStatus.NOT_FOUND)
        return page("draw", draw=view, tickets=tickets)

    def listed(self, number: int) -> Response:
        """The list as it was published, byte for byte."""
        try:
            with self._transaction(read_only=True) as services:
                view = services.draws.of(number)
                if self._list[0] != view.list_hash:
                    self._list = (view.list_hash, services.draws.list_of(number))
                words = self._list[1]
        except NoSuchDraw:
            abort(HTTPStatus.NOT_FOUND)
        return _file(words, "list.txt")

    def program(self) -> Response:
        """What recomputes a draw; it shares no code with ours."""
        return _file(_PROGRAM.read_text("utf-8"), "check_draw.py")


def _file(words: str, name: str) -> Response:
    response = Response(words, mimetype="text/plain")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-cache"
    return response
