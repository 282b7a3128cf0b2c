"""Larger letters for those who want them: a cookie that says so, and links of the chat."""

import re
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.h5.headers import PREFIX

COOKIE, LARGER, SMALLER = "size", "larger", "smaller"
ASKED = "size"
"""What a link of the chat asks for: a size, whatever the cookie says, and from then on."""
_KEPT = 365 * 24 * 3600
_OUR_PAGE = re.compile(rf"{PREFIX}/[\w/]*(\?[\w=&]*)?", re.ASCII)
"""Where a switch may lead back to: nothing that a browser could take for another site."""


def offer_sizes(blueprint: Blueprint, over_https: bool) -> None:
    """Add the two links that switch, and tell each template which size is on."""
    for size in (LARGER, SMALLER):
        blueprint.add_url_rule(f"/{size}", size, partial(_switch, size, over_https))
    blueprint.context_processor(_size)

    @blueprint.after_request
    def remember(response: Response) -> Response:
        if asked := asked_for():
            _keep(response, asked, over_https)
        return response


def is_larger() -> bool:
    """Whether the page that is asked for has larger letters."""
    return (asked_for() or request.cookies.get(COOKIE)) == LARGER


def asked_for() -> str | None:
    """The size that the address asks for."""
    asked = request.args.get(ASKED)
    return asked if asked in (LARGER, SMALLER) else None


def _switch(size: str, over_https: bool) -> AnyResponse:
    response = redirect(_our_page(request.args.get("back", "")), 303)
    response.headers["Cache-Control"] = "no-store"
    _keep(response, size, over_https)
    return response


def _keep(response: AnyResponse, size: str, over_https: bool) -> None:
    # Without an age the cookie goes at once.
    kept = _KEPT if size == LARGER else 0
    response.set_cookie(
        COOKIE, LARGER, kept, path=PREFIX, secure=over_https, httponly=True, samesite="Lax"
    )


def _size() -> dict[str, Any]:
    # Back without the size that was asked for: else the switch would switch nothing.
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != ASKED]
    here = f"{request.path}?{urlencode(rest)}".removesuffix("?")
    return {"larger": is_larger(), "back": _our_page(here)}


def _our_page(address: str) -> str:
    """The address, if it is one of our pages; else the first page."""
    ours = len(address) < 200 and _OUR_PAGE.fullmatch(address)
    return address if ours else url_for("h5.home")
