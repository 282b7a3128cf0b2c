"""How the console answers: a page, or the way to another view."""

from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse


def page(template: str, status: HTTPStatus = HTTPStatus.OK, **facts: Any) -> Response:
    """A page made from the template of this name."""
    return make_response(render_template(f"console/{template}.html", **facts), status)


def to(view: str, **values: Any) -> AnyResponse:
    """Send the browser on to a view of the console; it asks with GET."""
    return redirect(url_for(f"console.{view}", **values), HTTPStatus.SEE_OTHER)
