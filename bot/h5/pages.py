"""How a page is answered, and which motto an address means."""

import re
from datetime import date
from typing import Any

from flask import Response, abort, make_response, render_template, request

from bot.domain.entries import MottoCard
from bot.domain.identity import campaign_day
from bot.domain.services import Services

_NUMBER = re.compile(r"[1-9][0-9]{3,8}")


def page(template: str, **facts: Any) -> Response:
    """The page, or the word that the reader's copy is still good."""
    response = make_response(render_template(f"h5/{template}.html", **facts))
    # WeChat keeps pages for long unless told to ask. The cookie decides the size of letters.
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Cookie")
    response.add_etag()
    response.make_conditional(request)
    return response


def known(services: Services, number: str) -> tuple[MottoCard, date]:
    """The approved motto of this number and the day of its approval; else the page is not found."""
    # Nothing longer has ever been given out, and not every database could read it.
    card = services.mottos.public(int(number)) if _NUMBER.fullmatch(number) else None
    if card is None or card.decided_at is None:
        abort(404)
    return card, campaign_day(card.decided_at)
