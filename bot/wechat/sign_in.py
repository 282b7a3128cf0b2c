"""Signing in by WeChat: who opens a page, told by WeChat without a question (snsapi_base).

Only accounts that WeChat has certified may ask. The openid stays in this room; the pages get the
key that stands for the member.
"""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from threading import BoundedSemaphore
from typing import Any

import requests
import structlog
from wechatpy.exceptions import WeChatOAuthException
from wechatpy.oauth import WeChatOAuth

from bot.domain.identity import member_key
from bot.settings import Settings

_PATIENCE = (1, 3)
"""Seconds to connect, and to wait for an answer: nginx gives a page five in all."""
_NOBODY = frozenset({40029, 40163, 42003})
"""The code is none, was used before, or is too old."""

log = structlog.get_logger()


class SignIn:
    """Asks WeChat whose browser this is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._identify: Callable[[str], bytes] = partial(
            member_key, settings.secret_key.get_secret_value()
        )
        # While WeChat is slow most threads stay free for the webhook.
        self._asking = BoundedSemaphore(max(1, settings.threads // 4))

    def address(self, back: str, state: str) -> str:
        """WeChat's page, which sends on to our page `back` with a code and this state."""
        with closing(_Client(self._settings, self._settings.address + back, state)) as client:
            return str(client.authorize_url)

    def member(self, code: str) -> bytes | None:
        """Whose code it is; None when it is nobody's or was used before, and for a guest, whose
        openid is not a real one. Raises ConnectionError when WeChat does not say.
        """
        if not self._asking.acquire(blocking=False):
            raise ConnectionError
        try:
            with closing(_Client(self._settings)) as client:
                told = client.fetch_access_token(code)
            openid = None if told.get("is_snapshotuser") else str(told["openid"])
        except WeChatOAuthException as error:
            if error.errcode in _NOBODY:
                return None
            log.warning("sign-in refused by WeChat", errcode=error.errcode)
            raise ConnectionError from None
        except (requests.RequestException, ValueError, LookupError, TypeError) as error:
            # Without its words: they quote the address, which has the account's secret.
            log.warning("sign-in failed", error=type(error).__name__)
            raise ConnectionError from None
        finally:
            self._asking.release()
        return self._identify(openid) if openid else None


class _Client(WeChatOAuth):  # type: ignore[misc]
    """Theirs has no time-outs, and does not close its connection."""

    def __init__(self, settings: Settings, back: str = "", state: str = "") -> None:
        secret = settings.wechat_app_secret.get_secret_value()
        super().__init__(settings.wechat_app_id, secret, back, state=state)
        self.API_BASE_URL = f"{settings.wechat_api_base.rstrip('/')}/"
        self.OAUTH_BASE_URL = f"{settings.wechat_open_base.rstrip('/')}/connect/"

    def _request(self, method: str, url_or_endpoint: str, **options: Any) -> Any:
        return super()._request(
            method, url_or_endpoint, timeout=_PATIENCE, allow_redirects=False, **options
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()
