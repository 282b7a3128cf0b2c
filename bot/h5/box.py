"""The box of ballots for all to watch: its batches, and the codes in each."""

from http import HTTPStatus

from flask import Response, abort, request

from bot.domain.ballot_box import Batch
from bot.domain.refusals import NoRound
from bot.domain.services import Services, Transaction
from bot.h5 import wording
from bot.h5.pages import page

SIZE = 20
"""Batches on a page."""


class BoxPages:
    """The addresses of the box: of the round in force, or of one that is asked for."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def box(self) -> Response:
        """How far it has got, batch by batch."""
        wanted = request.args.get("page", 1, type=int)
        with self._transaction(read_only=True) as services:
            try:
                standing = services.outcomes.of(_asked_for(services))
            except NoRound:
                return page("box", standing=None)
            box = services.ballot_boxes.box(standing.round_id, wanted, SIZE)
        return page("box", standing=standing, box=box, words_of=wording)

    def batch(self, round_id: int, number: int) -> Response:
        """One batch, as a text that a program can read."""
        with self._transaction(read_only=True) as services:
            found = services.ballot_boxes.batch(round_id, number)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        response = Response(_text(found), mimetype="text/plain")
        response.headers["Cache-Control"] = "no-cache"
        return response


def _asked_for(services: Services) -> int:
    """Raises NoRound."""
    wanted = request.args.get("round", type=int)
    return services.outcomes.current().round_id if wanted is None else min(wanted, 10**6)


def _text(batch: Batch) -> str:
    lines = [
        wording.BATCH.format(number=batch.number, at=wording.to_the_second(batch.made_at)),
        f"before {batch.before}",
        *(batch.codes or [wording.CLOSING]),
        f"head {batch.head}",
    ]
    return "\n".join([*lines, ""])
