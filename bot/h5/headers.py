"""What each response under /h tells the browser to refuse."""

from flask import Blueprint, Response, request

PREFIX = "/h"

_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    # WeUI carries its icons inside its style sheet.
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
    "base-uri": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{what} {whence}" for what, whence in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_YEAR = 365 * 24 * 3600


def protect(blueprint: Blueprint) -> None:
    """Put the headers on all that is answered below the prefix, also where no page is met."""

    @blueprint.after_app_request
    def add_headers(response: Response) -> Response:
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            response.headers.update(_HEADERS)
        # The address of a style sheet changes with its contents.
        if request.endpoint == "h5.static" and "v" in request.args and response.status_code < 400:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return response
