"""Pushes as WeChat makes them, and an edge to send them to; its own cipher, not the edge's."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from flask import Flask
from pydantic import SecretStr
from werkzeug.test import TestResponse

from bot.conversation.message import Message
from bot.settings import Mode, Settings
from bot.wechat.webhook import webhook
from tests.builders import NOON, SECRET

TOKEN = "pubTok3n2024"
AES_KEY = "Qm7xVd2RtYkB9pLw0ZsHn4JcEu6Fa1GiTy5NcWq8XrP"
OLD_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wx3f9a6b1c2d4e5f70"
ACCOUNT = "gh_5c1d0e7a93f2"
OPENID = "oVq7Ks2mX0aTnE4yRb9LdPw3HfJc"
NONCE = "1372623149"
AT = int(NOON.timestamp())

Query = Mapping[str, object] | Sequence[tuple[str, object]] | bytes


def settings(mode: Mode = "secure", **changes: Any) -> Settings:
    """The settings of a bot with the account above, whatever the environment says."""
    facts: dict[str, Any] = {
        "env": "development",
        "secret_key": SecretStr(SECRET),
        "wechat_mode": mode,
        "wechat_token": SecretStr(TOKEN),
        "wechat_app_id": APP_ID,
        "wechat_aes_key": SecretStr(AES_KEY),
        "wechat_aes_key_previous": SecretStr(OLD_KEY),
        "wechat_account": ACCOUNT,
    }
    return Settings(_env_file=None, **(facts | changes))


def xml(**fields: object) -> bytes:
    """A push in WeChat's layout: strings in CDATA, numbers bare."""
    lines = [
        f"<{name}>{value if isinstance(value, int) else f'<![CDATA[{value}]]>'}</{name}>"
        for name, value in fields.items()
    ]
    return ("<xml>" + "\n".join(lines) + "\n</xml>").encode()


def fields(sort: str, **more: object) -> dict[str, object]:
    """The fields of a push of this MsgType; None as a value leaves a field out."""
    common = {"ToUserName": ACCOUNT, "FromUserName": OPENID, "CreateTime": AT, "MsgType": sort}
    return {name: value for name, value in (common | more).items() if value is not None}


def a_text(content: str = "答题", **more: object) -> bytes:
    """A text message."""
    return xml(**fields("text", **({"Content": content, "MsgId": 24563187012345671} | more)))


def an_event(event: str, **more: object) -> bytes:
    """An event."""
    return xml(**fields("event", **({"Event": event} | more)))


def sign(*parts: str) -> str:
    """WeChat's signature, as its documentation describes it."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def pack(plain: bytes, app_id: str = APP_ID, length: int | None = None) -> bytes:
    """What goes into the cipher, without its padding; `length` is a lie about the plain text."""
    size = len(plain) if length is None else length
    return b"0123456789abcdef" + size.to_bytes(4, "big") + plain + app_id.encode()


def pad(packed: bytes) -> bytes:
    """The text filled up to whole blocks of 32 bytes."""
    count = 32 - len(packed) % 32
    return packed + bytes([count]) * count


def encipher(padded: bytes, key: str = AES_KEY) -> str:
    """The padded text in AES-CBC and base64."""
    secret = b64decode(key + "=")
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decipher(encrypted: str, key: str = AES_KEY) -> bytes:
    """The plain text of an answer that was sealed for our app id."""
    secret = b64decode(key + "=")
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
    padded = decryptor.update(b64decode(encrypted)) + decryptor.finalize()
    packed = padded[: -padded[-1]]
    size = int.from_bytes(packed[16:20], "big")
    assert packed[20 + size :] == APP_ID.encode()
    return packed[20 : 20 + size]


def asked(at: int = AT, **changes: object) -> dict[str, object]:
    """The query of a plain request; None as a value leaves a parameter out."""
    query: dict[str, object] = {
        "signature": sign(TOKEN, str(at), NONCE), "timestamp": at, "nonce": NONCE,
    }  # fmt: skip
    return {name: value for name, value in (query | changes).items() if value is not None}


def asked_sealed(encrypted: str, at: int = AT, **changes: object) -> dict[str, object]:
    """The query of a request whose body is encrypted."""
    more: dict[str, object] = {
        "openid": OPENID,
        "encrypt_type": "aes",
        "msg_signature": sign(TOKEN, str(at), NONCE, encrypted),
    }
    return asked(at, **(more | changes))


def envelope_of(encrypted: str) -> bytes:
    """The body around an encrypted push."""
    return (
        f"<xml>\n    <ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n"
        f"    <Encrypt><![CDATA[{encrypted}]]></Encrypt>\n</xml>\n"
    ).encode()


def field_of(body: bytes, name: str) -> str:
    """The text of one element of an answer."""
    return ElementTree.fromstring(body).findtext(name) or ""


@dataclass
class Edge:
    """A webhook with a bot behind it that remembers what it heard and says `says`."""

    mode: Mode = "secure"
    says: bytes = b"<xml><Content><![CDATA[ok]]></Content></xml>"
    changes: dict[str, Any] = field(default_factory=dict)
    heard: list[Message] = field(default_factory=list)
    play: Callable[[Message], bytes] | None = None

    def __post_init__(self) -> None:
        app = Flask(__name__)
        app.testing = True
        play = self.play or self._hear
        app.register_blueprint(
            webhook(
                settings(self.mode, **self.changes), lambda message, _: play(message), lambda: NOON
            )
        )
        self.client = app.test_client()

    def _hear(self, message: Message) -> bytes:
        self.heard.append(message)
        return self.says

    def get(self, query: Query) -> TestResponse:
        """What a GET with this query gets."""
        return self.client.get("/wechat", query_string=_encoded(query))

    def post(self, query: Query, body: bytes, **more: Any) -> TestResponse:
        """What a POST with this query and this body gets."""
        return self.client.post("/wechat", query_string=_encoded(query), data=body, **more)

    def push(self, plain: bytes, key: str = AES_KEY, app_id: str = APP_ID) -> TestResponse:
        """What a genuine push of `plain` gets, sealed unless the mode is plain."""
        if self.mode == "plain":
            return self.post(asked(), plain)
        encrypted = encipher(pad(pack(plain, app_id)), key)
        return self.post(asked_sealed(encrypted), envelope_of(encrypted))


def _encoded(query: Query) -> str:
    return query.decode("latin-1") if isinstance(query, bytes) else urlencode(query)
