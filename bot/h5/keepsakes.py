"""An approved motto as a picture to keep: a page around it, and the picture itself."""

from datetime import date

from flask import Response, abort, url_for

from bot.domain.entries import MottoCard
from bot.domain.services import Services, Transaction
from bot.h5 import wording
from bot.h5.pages import known, page
from bot.h5.pen import Pen


def _motto(services: Services, number: str) -> tuple[MottoCard, date]:
    """As `known`, but a title is no sentence to keep."""
    card, day = known(services, number)
    if card.sent:
        abort(404)
    return card, day


class Keepsakes:
    """The two addresses of a motto's picture."""

    def __init__(self, transaction: Transaction, address: str, pen: Pen) -> None:
        self._transaction, self._address, self._pen = transaction, address, pen

    def page(self, number: str) -> Response:
        """The picture, and how to keep it; or which letter cannot be drawn."""
        # Loaded when the first one is asked for: most workers never draw.
        from bot.h5.drawing import Undrawable, drawable

        with self._transaction(read_only=True) as services:
            card = _motto(services, number)[0]
        try:
            drawable(card.words + wording.signed(card))
        except Undrawable as error:
            return page("poster", card=card, missing=error.letter)
        return page("poster", card=card, missing=None)

    def picture(self, number: str) -> Response:
        """The picture as JPEG: asked for anew each time, as a withdrawn motto has none."""
        from bot.h5.poster import Poster, draw

        with self._transaction(read_only=True) as services:
            card, day = _motto(services, number)
        poster = Poster(
            wording.POSTER_TITLE,
            card.words,
            wording.signed(card),
            wording.numbered(card.number, day),
            wording.POSTER_HINT,
            f"{self._address}{url_for('h5.motto', number=card.number)}",
        )
        return self._pen.answer(lambda: draw(poster))
