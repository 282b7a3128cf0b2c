"""The envelope: who may push to us, what is inside, and how an answer is closed again."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import parse_qsl

from bot.settings import Mode, Settings
from bot.wechat.cipher import AesKey, Undecipherable, sign
from bot.wechat.fields import Refused, read_fields

WINDOW = 300
"""Seconds that the time of a request may be away from ours; WeChat itself names no limit."""

BODY_LIMIT = 64 * 1024
_QUERY_LIMIT = 2_048

_SHAPES = {
    "signature": re.compile(r"[0-9a-f]{40}"),
    "msg_signature": re.compile(r"[0-9a-f]{40}"),
    "timestamp": re.compile(r"[1-9][0-9]{8,10}"),
    "nonce": re.compile(r"[A-Za-z0-9._~-]{1,64}"),
    "echostr": re.compile(r"[ -~]{1,512}"),
}


@dataclass(frozen=True)
class Opened:
    """An authenticated push: its plain body, and what its answer has to repeat.

    `asked_at` is the signed time of the request. `key` is None in plain mode.
    """

    plain: bytes
    nonce: str
    asked_at: datetime
    key: AesKey | None = None


class Envelope:
    """Opens what WeChat sends and seals what we answer, in the mode our settings name.

    The mode never depends on the request: otherwise whoever leaves the encryption out is
    believed. In compatible mode the plain copy of the fields is not even looked at, so that
    compatible and secure are one.
    """

    def __init__(self, token: str, app_id: str, mode: Mode, keys: Sequence[str]) -> None:
        if not token or not app_id or (mode != "plain" and not keys):
            raise ValueError("an envelope needs a token, an app id and, unless plain, a key")
        self._token = token.encode()
        self._app_id = app_id.encode()
        self._sealed = mode != "plain"
        self._keys = [AesKey(key) for key in keys]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The envelope of these settings: the current key is tried first, then the previous."""
        keys = (settings.wechat_aes_key, settings.wechat_aes_key_previous)
        return cls(
            token=settings.wechat_token.get_secret_value(),
            app_id=settings.wechat_app_id,
            mode=settings.wechat_mode,
            keys=[key.get_secret_value() for key in keys if key.get_secret_value()],
        )

    def verify_url(self, query: bytes, now: datetime) -> str:
        """The echo by which we prove that we know the token; plain text in every mode.

        Raises Refused, like the other methods that take a raw query string.
        """
        asked = _read_query(query, now, "signature", "echostr")
        self._check(asked["signature"], asked)
        return asked["echostr"]

    def open(self, query: bytes, body: bytes, now: datetime) -> Opened:
        """The push of this request, once it is proven that WeChat sent it to our account."""
        if len(body) > BODY_LIMIT:
            raise Refused(413, "size")
        asked = _read_query(query, now, "msg_signature" if self._sealed else "signature")
        asked_at = datetime.fromtimestamp(int(asked["timestamp"]), UTC)
        if not self._sealed:
            self._check(asked["signature"], asked)
            return Opened(body, asked["nonce"], asked_at)
        encrypted = (read_fields(body).get("Encrypt") or "").encode()
        if not encrypted:
            raise Refused(403, "not encrypted")
        self._check(asked["msg_signature"], asked, encrypted)
        plain, key = self._decrypt(encrypted)
        return Opened(plain, asked["nonce"], asked_at, key)

    def seal(self, reply: bytes, opened: Opened, now: datetime) -> bytes:
        """The reply as WeChat takes it: closed with the key of its push, in plain mode open."""
        if opened.key is None:
            return reply
        encrypted = opened.key.encrypt(reply, self._app_id)
        timestamp = str(int(now.timestamp())).encode()
        nonce = opened.nonce.encode()
        signature = sign(self._token, timestamp, nonce, encrypted)
        return (
            b"<xml>\n"
            b"<Encrypt><![CDATA[%b]]></Encrypt>\n"
            b"<MsgSignature><![CDATA[%b]]></MsgSignature>\n"
            b"<TimeStamp>%b</TimeStamp>\n"
            b"<Nonce><![CDATA[%b]]></Nonce>\n"
            b"</xml>"
        ) % (encrypted, signature, timestamp, nonce)

    def _check(self, claimed: str, asked: dict[str, str], *more: bytes) -> None:
        right = sign(self._token, asked["timestamp"].encode(), asked["nonce"].encode(), *more)
        if not hmac.compare_digest(right, claimed.encode()):
            raise Refused(403, "signature")

    def _decrypt(self, encrypted: bytes) -> tuple[bytes, AesKey]:
        for key in self._keys:
            try:
                return key.decrypt(encrypted, self._app_id), key
            except Undecipherable:
                continue
        raise Refused(403, "undecipherable")


def _read_query(query: bytes, now: datetime, *names: str) -> dict[str, str]:
    """The parameters called `names`, with nonce and timestamp, all of their shape and in time."""
    asked = _parse_query(query)
    for name in (*names, "nonce", "timestamp"):
        if not _SHAPES[name].fullmatch(asked.get(name, "")):
            raise Refused(403, "query")
    if abs(now.timestamp() - int(asked["timestamp"])) > WINDOW:
        raise Refused(403, "window")
    return asked


def _parse_query(query: bytes) -> dict[str, str]:
    """The parameters of a query, none of which may come twice: who knows which one counts."""
    if len(query) > _QUERY_LIMIT:
        raise Refused(403, "query")
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True)
    except UnicodeDecodeError:
        raise Refused(403, "query") from None
    asked = dict(pairs)
    if len(asked) < len(pairs):
        raise Refused(403, "query")
    return asked
