"""A judge's pages where two entries are compared: which one is better."""

from http import HTTPStatus

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.pages import page, to
from bot.console.panels import wording
from bot.domain.judging import JudgingOver, NoSuchSheet
from bot.domain.services import Transaction

_PAIR = "/judging/pairs/<int:round_id>/<int:place>"


class PairDesk:
    """The pairs of the judge who is signed in."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        room.add_url_rule(_PAIR, "pair", self.pair)
        room.add_url_rule(_PAIR, "choose_better", self.choose, methods=["POST"])

    def pair(self, round_id: int, place: int) -> Response:
        """Two entries."""
        return self._page(round_id, place)

    def choose(self, round_id: int, place: int) -> AnyResponse:
        """Keep which is better, and lead on to the next."""
        better = request.form.get("better", 0, type=int)
        try:
            with self._transaction() as services:
                services.comparing.choose(g.colleague.id, round_id, place, better)
                onward = services.comparing.stack(g.colleague.id, round_id).next_after(place)
        except NoSuchSheet:
            raise NotFound from None
        except JudgingOver:
            return self._page(round_id, place, wording.OVER)
        if onward is None:
            return to("judging")
        return to("pair", round_id=round_id, place=onward)

    def _page(self, round_id: int, place: int, trouble: str = "") -> Response:
        try:
            with self._transaction(read_only=True) as services:
                stack = services.comparing.stack(g.colleague.id, round_id)
                if not 1 <= place <= len(stack.pairs):
                    raise NoSuchSheet
                pair = stack.pairs[place - 1]
                files = {one.number: services.entry_files.of(one.number) for one in pair.sides}
        except NoSuchSheet:
            raise NotFound from None
        status = HTTPStatus.CONFLICT if trouble else HTTPStatus.OK
        return page(
            "pair", status, stack=stack, pair=pair, files=files, place=place, trouble=trouble
        )
