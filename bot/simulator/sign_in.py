"""WeChat's side of signing in on a web page: a code for the phone that opens it, and whose it is.

https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
"""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

LIFE = 300
"""Seconds for which a code is good."""
_INVALID_APP, _INVALID_SECRET, _INVALID_CODE, _USED = 40013, 40125, 40029, 40163
_SAID = {
    _INVALID_APP: "invalid appid",
    _INVALID_SECRET: "invalid appsecret",
    _INVALID_CODE: "invalid code",
    _USED: "code been used",
}


class WrongDomain(ValueError):
    """The page is not of the domain that the account has entered with WeChat."""


@dataclass
class _Code:
    openid: str
    snapshot: bool
    until: float
    used: bool = False


class SignIns:
    """The codes that were given out; `domains` are those the account has entered."""

    def __init__(
        self,
        app_id: str,
        secret: str,
        domains: frozenset[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app_id, self._secret, self._domains = app_id, secret, domains
        self._clock, self._lock = clock, Lock()
        self._codes: dict[str, _Code] = {}

    def way_back(self, page: str, state: str, openid: str, *, snapshot: bool = False) -> str:
        """The address to which WeChat sends this phone. Raises WrongDomain.

        With `snapshot` it is somebody who looks at a snapshot of the page: WeChat makes an openid
        up for that.
        """
        if urlsplit(page).scheme not in ("http", "https") or _domain(page) not in self._domains:
            raise WrongDomain
        code = secrets.token_urlsafe(24)
        shown = f"o{secrets.token_urlsafe(20)}" if snapshot else openid
        with self._lock:
            self._codes[code] = _Code(shown, snapshot, self._clock() + LIFE)
        return f"{page}?{urlencode({'code': code, 'state': state})}"

    def token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """What WeChat's server answers to the account's."""
        if asked.get("appid") != self._app_id:
            return _error(_INVALID_APP)
        if not hmac.compare_digest(asked.get("secret", "").encode(), self._secret.encode()):
            return _error(_INVALID_SECRET)
        with self._lock:
            code = self._codes.get(asked.get("code", ""))
            if code is None or code.until <= self._clock():
                return _error(_INVALID_CODE)
            if code.used:
                return _error(_USED)
            code.used = True
        told = {
            "access_token": secrets.token_urlsafe(48), "expires_in": 7200,
            "refresh_token": secrets.token_urlsafe(48), "openid": code.openid,
            "scope": "snsapi_base",
        }  # fmt: skip
        return told | {"is_snapshotuser": 1} if code.snapshot else told


def _domain(address: str) -> str:
    return urlsplit(address).netloc


def domains_of(*addresses: str) -> frozenset[str]:
    """The domains of these addresses."""
    return frozenset(_domain(address) for address in addresses)


def _error(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": _SAID[code]}
