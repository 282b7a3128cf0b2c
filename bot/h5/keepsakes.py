"""An approved motto as a picture to keep: a page around it, and the picture itself."""

import threading

from flask import Response, abort, request, url_for

from bot.domain.services import Transaction
from bot.h5 import wording
from bot.h5.pages import known, page

PATIENCE = 0.5
"""Seconds for which one waits for a picture of another's to be finished."""


class Keepsakes:
    """The two addresses of a motto's picture."""

    def __init__(self, transaction: Transaction, address: str) -> None:
        self._transaction, self._address = transaction, address
        # Drawing takes a processor for a tenth of a second, and the chat is answered beside it.
        self._pen = threading.Lock()

    def page(self, number: str) -> Response:
        """The picture, and how to keep it; or which letter cannot be drawn."""
        # Loaded when the first one is asked for: most workers never draw.
        from bot.h5.poster import Undrawable, drawable

        with self._transaction(read_only=True) as services:
            card, _ = known(services, number)
        try:
            drawable(card.words + wording.signed(card))
        except Undrawable as error:
            return page("poster", card=card, missing=error.letter)
        return page("poster", card=card, missing=None)

    def picture(self, number: str) -> Response:
        """The picture as JPEG: asked for anew each time, as a withdrawn motto has none."""
        from bot.h5.poster import Poster, Undrawable, draw

        with self._transaction(read_only=True) as services:
            card, day = known(services, number)
        poster = Poster(
            wording.POSTER_TITLE,
            card.words,
            wording.signed(card),
            wording.numbered(card.number, day),
            wording.POSTER_HINT,
            f"{self._address}{url_for('h5.motto', number=card.number)}",
        )
        # Who waits here holds a thread that might answer the chat.
        if not self._pen.acquire(timeout=PATIENCE):
            abort(Response(status=503, headers={"Retry-After": "3"}))
        try:
            drawn = draw(poster)
        except Undrawable:
            abort(404)
        finally:
            self._pen.release()
        response = Response(drawn, mimetype="image/jpeg")
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response
