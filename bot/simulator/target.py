"""The bot under test, known by its address alone."""

from collections.abc import Mapping
from contextlib import suppress

import requests

from bot.settings import Settings
from bot.simulator import wording
from bot.simulator.delivery import LIMIT

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
"""Where to reach a server that listens on all addresses."""


class Production(Exception):
    """The bot at the other end is not one for playing."""


class Target:
    """Posts to the webhook of the bot at `address` (scheme, host and port).

    It refuses a bot whose readiness page says that it is in production. An unreachable bot
    says nothing, so it is asked again before each delivery until it has spoken.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._harmless = False

    @classmethod
    def of(cls, settings: Settings) -> "Target":
        host = _EVERYWHERE.get(settings.host, settings.host)
        return cls(f"http://{host}:{settings.port}")

    def refuse_production(self) -> None:
        """Raises Production."""
        if self._harmless:
            return
        with suppress(requests.RequestException), _session() as session:
            ready = session.get(f"{self.address}/healthz/ready", timeout=2)
            if "production" in ready.text:
                raise Production(wording.PRODUCTION)
            self._harmless = True

    def send(self, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Post as WeChat does. Raises TimeoutError or ConnectionError."""
        try:
            with _session() as session:
                response = session.post(
                    f"{self.address}/wechat",
                    params=query,
                    data=body,
                    headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"},
                    timeout=LIMIT,
                    allow_redirects=False,
                )
        except requests.Timeout as error:
            raise TimeoutError from error
        except requests.RequestException as error:
            self._harmless = False
            raise ConnectionError from error
        return response.status_code, response.content


def _session() -> requests.Session:
    """A session of one call, since WeChat keeps no connection; no proxy stands in between."""
    session = requests.Session()
    session.trust_env = False
    return session
