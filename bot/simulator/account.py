"""An official account from WeChat's side: it seals pushes and opens the replies.

The cipher here is the simulator's own and not the one of the service, so that the two check
each other.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from bot.settings import Mode, Settings
from bot.simulator.answers import SILENCE, Answer, BadAnswer, Flaw, parse, read_answer
from bot.simulator.pushes import Push, document, in_cdata

_PADDING = PKCS7(256)
"""Padded to 32 bytes, although a block of AES has 16."""


@dataclass(frozen=True)
class Sealed:
    """A push as it goes over the wire. Sent again it is the same request."""

    query: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Account:
    """What the account's owner and WeChat share."""

    token: str = field(repr=False)
    app_id: str
    aes_key: str = field(repr=False)
    """The EncodingAESKey: 43 letters and digits; not used in plain mode."""
    account_id: str
    """The account's own id, gh_..."""
    mode: Mode

    @classmethod
    def of(cls, settings: Settings) -> "Account":
        return cls(
            token=settings.wechat_token.get_secret_value(),
            app_id=settings.wechat_app_id,
            aes_key=settings.wechat_aes_key.get_secret_value(),
            account_id=settings.wechat_account or "gh_simulator0",
            mode=settings.wechat_mode,
        )

    def sign(self, *parts: str) -> str:
        """The signature of these parts, among which the token always is."""
        joined = b"".join(sorted(part.encode() for part in (self.token, *parts)))
        return hashlib.sha1(joined, usedforsecurity=False).hexdigest()

    def seal(
        self, push: Push, timestamp: int, nonce: str | None = None, noise: bytes | None = None
    ) -> Sealed:
        """The push as the account's mode has it sent at `timestamp`.

        `nonce` and `noise` (16 bytes ahead of the message) are random unless given.
        """
        time, nonce = str(timestamp), nonce or str(secrets.randbelow(10**10))
        query = {
            "signature": self.sign(time, nonce),
            "timestamp": time,
            "nonce": nonce,
            "openid": push.openid,
        }
        if self.mode == "plain":
            return Sealed(query, push.xml.encode())
        cipher = self.encrypt(push.xml, noise)
        query |= {"encrypt_type": "aes", "msg_signature": self.sign(time, nonce, cipher)}
        return Sealed(query, self._envelope(push, cipher).encode())

    def open_reply(self, body: bytes) -> Answer:
        """What the reply says. Raises BadAnswer where WeChat would show an outage."""
        if body in (b"", b"success"):
            return SILENCE
        answer = read_answer(self._plain(body))
        if answer.sender != self.account_id:
            raise BadAnswer(Flaw.SENDER)
        return answer

    def encrypt(self, message: str, noise: bytes | None = None) -> str:
        """The message as it stands in an Encrypt element."""
        data = message.encode()
        head = (noise or secrets.token_bytes(16)) + len(data).to_bytes(4, "big")
        padder, encryptor = _PADDING.padder(), self._cipher().encryptor()
        padded = padder.update(head + data + self.app_id.encode()) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, cipher: str) -> str:
        """The message of an Encrypt element. Raises BadAnswer."""
        unpadder, decryptor = _PADDING.unpadder(), self._cipher().decryptor()
        try:
            padded = decryptor.update(base64.b64decode(cipher, validate=True))
            plain = unpadder.update(padded + decryptor.finalize()) + unpadder.finalize()
            end = 20 + int.from_bytes(plain[16:20], "big")
            message = plain[20:end].decode()
        except ValueError:
            raise BadAnswer(Flaw.CIPHER) from None
        if plain[end:] != self.app_id.encode():
            raise BadAnswer(Flaw.APP)
        return message

    def _envelope(self, push: Push, cipher: str) -> str:
        encrypted = ("Encrypt", in_cdata(cipher))
        if self.mode == "compatible":
            return document((*push.fields, encrypted))
        recipient = f"    <ToUserName>{in_cdata(self.account_id)}</ToUserName>\n"
        return f"<xml>\n{recipient}    <Encrypt>{encrypted[1]}</Encrypt>\n</xml>\n"

    def _plain(self, body: bytes) -> str:
        """The reply's inner XML. In compatible mode a server may answer either way."""
        root = parse(body)
        if self.mode != "plain" and (cipher := root.findtext("Encrypt")):
            self._check_signature(root, cipher)
            return self.decrypt(cipher)
        if self.mode == "secure":
            raise BadAnswer(Flaw.UNSEALED)
        return body.decode(errors="replace")

    def _check_signature(self, root: Element, cipher: str) -> None:
        time, nonce = root.findtext("TimeStamp", ""), root.findtext("Nonce", "")
        if not hmac.compare_digest(
            self.sign(time, nonce, cipher), root.findtext("MsgSignature", "").lower()
        ):
            raise BadAnswer(Flaw.SIGNATURE)

    def _cipher(self) -> Cipher[CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(AES(key), CBC(key[:16]))
