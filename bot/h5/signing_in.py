"""The way from the ballot page to WeChat and back, by which a browser becomes a member's.

The state is bound to the browser by a cookie and good for one return. Every return ends at the
ballot's own address, without the code and without anything that names the member.
"""

import secrets
from enum import StrEnum
from hmac import compare_digest
from http import HTTPStatus
from typing import Protocol

from flask import redirect, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from bot.domain.passes import VALID
from bot.domain.services import Transaction
from bot.h5.headers import PREFIX

COOKIE, STATE = "ballot", "sign-in"
PATH = f"{PREFIX}/vote"
_WAITS = 600
"""Seconds within which WeChat has to send the member back; its code lives half as long."""
_LONGEST = 512
"""Characters of a code."""


class SignIn(Protocol):
    """What is asked of WeChat."""

    def address(self, back: str, state: str) -> str:
        """WeChat's page, which sends on to our page `back` with a code and this state."""

    def member(self, code: str) -> bytes | None:
        """Whose code it is, if anybody's. Raises ConnectionError when WeChat does not say."""


class Failure(StrEnum):
    """Why nobody was signed in."""

    UNKNOWN = "unknown"
    LATE = "late"
    """WeChat did not answer."""
    STRANGER = "stranger"
    """Does not follow the account, or did so before we were there and never wrote."""


class SigningIn:
    """The two addresses of the way."""

    def __init__(self, transaction: Transaction, over_https: bool, wechat: SignIn) -> None:
        self._transaction, self._over_https, self._wechat = transaction, over_https, wechat

    def leave(self) -> Response:
        """Send to WeChat, and remember in this browser what must come back."""
        state = secrets.token_urlsafe(32)
        back = url_for("h5.ballot_signed_in")
        response = _onward(self._wechat.address(back, state))
        self._remember(response, state, _WAITS)
        return response

    def come_back(self) -> Response:
        """Give this browser to the member whom WeChat names."""
        visit, failure = self._visit()
        response = _onward(url_for("h5.ballot", failed=failure))
        if visit:
            # Not strict: a browser may take the page it is led on to for WeChat's deed.
            admit(response, visit, self._over_https, "Lax")
        self._remember(response, "", 0)
        return response

    def _remember(self, response: Response, state: str, seconds: int) -> None:
        response.set_cookie(
            STATE, state, seconds, path=PATH, secure=self._over_https, httponly=True,
            samesite="Lax",
        )  # fmt: skip

    def _visit(self) -> tuple[str, Failure | None]:
        state, code = request.cookies.get(STATE, ""), request.args.get("code", "")
        ours = state and compare_digest(state.encode(), request.args.get("state", "").encode())
        if not (ours and 0 < len(code) <= _LONGEST):
            return "", Failure.UNKNOWN
        try:
            member = self._wechat.member(code)
        except ConnectionError:
            return "", Failure.LATE
        if member is None:
            return "", Failure.UNKNOWN
        try:
            visit = self._issue(member)
        except IntegrityError:
            # The same member came in elsewhere at the same moment.
            visit = self._issue(member)
        return visit, None if visit else Failure.STRANGER

    def _issue(self, member: bytes) -> str:
        """The secret of a new visit; empty for who has no vote here."""
        with self._transaction() as services:
            if not services.page_ballots.follows(member):
                return ""
            return services.ballot_visits.issue(member)


def admit(response: Response, visit: str, over_https: bool, samesite: str = "Strict") -> None:
    """Give this browser the cookie by which it is a member's."""
    response.set_cookie(
        COOKIE, visit, VALID, path=PATH, secure=over_https, httponly=True, samesite=samesite
    )


def _onward(address: str) -> Response:
    response = redirect(address, HTTPStatus.SEE_OTHER)
    response.headers["Cache-Control"] = "no-store"
    return response
