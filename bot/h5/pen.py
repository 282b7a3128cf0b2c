"""The one pen with which a process draws pictures: drawing must not keep the chat waiting."""

import threading
from collections.abc import Callable

from flask import Response, abort, request

PATIENCE = 0.5
"""Seconds for which one waits for a picture of another's to be finished."""


class Pen:
    """Draws for one at a time."""

    def __init__(self) -> None:
        # Drawing takes a processor for a tenth of a second, and the chat is answered beside it.
        self._drawing = threading.Lock()

    def answer(self, draw: Callable[[], bytes]) -> Response:
        """The picture as JPEG, asked for anew each time; not found if a letter can't be drawn."""
        # Loaded when the first one is asked for: most workers never draw.
        from bot.h5.drawing import Undrawable

        # Who waits here holds a thread that might answer the chat.
        if not self._drawing.acquire(timeout=PATIENCE):
            abort(Response(status=503, headers={"Retry-After": "3"}))
        try:
            drawn = draw()
        except Undrawable:
            abort(404)
        finally:
            self._drawing.release()
        response = Response(drawn, mimetype="image/jpeg")
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response
