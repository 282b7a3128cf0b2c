"""Larger letters for those who want them: a cookie that says so, and nothing else."""

import re
from functools import partial
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from bot.h5.headers import PREFIX

COOKIE, LARGER = "size", "larger"
_KEPT = 365 * 24 * 3600
_OUR_PAGE = re.compile(rf"{PREFIX}/[\w/]*(\?[\w=&]*)?", re.ASCII)
"""Where a switch may lead back to: nothing that a browser could take for another site."""


def offer_sizes(blueprint: Blueprint, over_https: bool) -> None:
    """Add the two links that switch, and tell each template which size is on."""
    for size in (LARGER, "smaller"):
        switch = partial(_switch, larger=size == LARGER, over_https=over_https)
        blueprint.add_url_rule(f"/{size}", size, switch)
    blueprint.context_processor(_size)


def _switch(larger: bool, over_https: bool) -> Response:
    response = redirect(_our_page(request.args.get("back", "")), 303)
    response.headers["Cache-Control"] = "no-store"
    # Without an age the cookie goes at once.
    kept = _KEPT if larger else 0
    response.set_cookie(
        COOKIE, LARGER, kept, path=PREFIX, secure=over_https, httponly=True, samesite="Lax"
    )
    return response


def _size() -> dict[str, Any]:
    here = request.full_path.removesuffix("?")
    return {"larger": request.cookies.get(COOKIE) == LARGER, "back": _our_page(here)}


def _our_page(address: str) -> str:
    """The address, if it is one of our pages; else the first page."""
    ours = len(address) < 200 and _OUR_PAGE.fullmatch(address)
    return address if ours else url_for("h5.home")
