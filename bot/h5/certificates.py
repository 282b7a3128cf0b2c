"""Certificates: the page where anybody checks one, and the holder's own picture of it."""

import re
from http import HTTPStatus

from flask import Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.domain.certificates import CODE, Diploma
from bot.domain.codes import bare_code
from bot.domain.services import Transaction
from bot.h5 import wording
from bot.h5.pages import page
from bot.h5.pen import Pen

_KEY = re.compile(r"[\w-]{22}", re.ASCII)


class CertificatePages:
    """The addresses of certificates."""

    def __init__(self, transaction: Transaction, address: str, pen: Pen) -> None:
        self._transaction, self._address, self._pen = transaction, address, pen

    def ask(self) -> AnyResponse:
        """Where a code is typed; typed, it leads to its page."""
        typed = request.args.get("code", "")
        if CODE.fullmatch(code := bare_code(typed[:40])):
            return redirect(url_for("h5.certificate", code=code), HTTPStatus.SEE_OTHER)
        return page("certificate", found=None, asked=typed[:40])

    def check(self, code: str) -> Response:
        """Whether the certificate of this code is one of ours, and valid."""
        with self._transaction(read_only=True) as services:
            found = services.certificates.check(code)
        answer = page("certificate", found=found, asked=code[:40], words_of=wording)
        if found is None:
            answer.status_code = HTTPStatus.NOT_FOUND
        return answer

    def own(self, code: str, key: str) -> Response:
        """The holder's page: the picture, and how to keep it; or which letter can't be drawn."""
        from bot.h5.drawing import Undrawable, drawable

        found = self._own(code, key)
        try:
            drawable(wording.to_whom(found) + wording.cited(found) + found.honour + found.issuer)
            missing = None
        except Undrawable as error:
            missing = error.letter
        answer = page(
            "own_certificate", found=found, key=key, missing=missing, private=True,
            words_of=wording,
        )  # fmt: skip
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def picture(self, code: str, key: str) -> Response:
        """The picture as JPEG."""
        from bot.h5.diploma import Paper, draw

        found = self._own(code, key)
        paper = Paper(
            wording.CERTIFICATE,
            wording.to_whom(found),
            wording.cited(found),
            found.honour,
            found.issuer,
            wording.issued_on(found),
            wording.check_hint(found),
            f"{self._address}{url_for('h5.certificate', code=found.code)}",
        )
        answer = self._pen.answer(lambda: draw(paper))
        # Nobody between us and the holder keeps a full name.
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    def _own(self, code: str, key: str) -> Diploma:
        found = None
        if CODE.fullmatch(code) and _KEY.fullmatch(key):
            with self._transaction(read_only=True) as services:
                found = services.certificates.own(code, key)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return found
