"""A member's own data behind a link of the chat: shown, or handed out as a file, once."""

from http import HTTPStatus
from urllib.parse import quote

from flask import Response, make_response, render_template, request

from bot.domain.services import Transaction
from bot.h5 import wording
from bot.h5.workbook import write

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Mine:
    """The page where the pass is shown, and what it opens."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def ask(self) -> Response:
        """Ask whether to open. To look here uses nothing up: WeChat looks at links too."""
        token = request.args.get("t", "")
        with self._transaction(read_only=True) as services:
            opens = services.passes.opens(token)
        return _private("pass", token=token) if opens else _used_up()

    def open(self) -> Response:
        """Use the pass, and show all we keep about its member, or hand it out as a workbook."""
        with self._transaction() as services:
            member = services.passes.redeem(request.form.get("t", ""))
            if member is None:
                return _used_up()
            sections = services.dossiers.whole(member)
            # Within the transaction: should this fail, the pass is still good.
            if request.form.get("as") == "file":
                return _file(write(sections))
            return _private("mine", sections=sections, words=wording, now=services.now)


def _private(template: str, **facts: object) -> Response:
    """A page that is kept nowhere; its switch for larger letters leads to the first page."""
    response = make_response(render_template(f"h5/{template}.html", private=True, **facts))
    response.headers["Cache-Control"] = "no-store"
    return response


def _used_up() -> Response:
    response = _private("used_up")
    response.status_code = HTTPStatus.GONE
    return response


def _file(contents: bytes) -> Response:
    response = make_response(contents)
    response.headers["Content-Type"] = _WORKBOOK
    name = f"attachment; filename=data.xlsx; filename*=UTF-8''{quote(wording.MY_FILE)}"
    response.headers["Content-Disposition"] = name
    response.headers["Cache-Control"] = "no-store"
    return response
