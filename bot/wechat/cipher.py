"""WeChat's signature and cipher: the two primitives of its message encryption."""

from base64 import b64decode, b64encode
from hashlib import sha1
from os import urandom

from wechatpy.crypto.cryptography import WeChatCipher
from wechatpy.crypto.pkcs7 import PKCS7Encoder

_BLOCK = 32
"""WeChat pads to 32 bytes, two blocks of AES: padding of 1 to 32 bytes is right."""


class Undecipherable(Exception):
    """The text was not encrypted for us with this key; nothing tells what was wrong with it."""


def sign(*parts: bytes) -> bytes:
    """The signature over the parts: SHA-1 of all of them in byte order, in lower-case hex."""
    return sha1(b"".join(sorted(parts))).hexdigest().encode()


class AesKey:
    """One EncodingAESKey (43 letters and digits), ready for use by many threads.

    wechatpy gives the cipher and the padding. The packing is ours: wechatpy's takes its random
    bytes from a generator made for games, and its unpacking checks neither padding nor length.
    """

    def __init__(self, encoding_aes_key: str) -> None:
        # The last letter may carry bits beyond the 32 bytes, so encoding again proves nothing.
        key = b64decode(encoding_aes_key + "=")
        if len(key) != 32:
            raise ValueError("an EncodingAESKey stands for 32 bytes")
        self._cipher = WeChatCipher(key)

    def encrypt(self, plain: bytes, app_id: bytes) -> bytes:
        """The base64 text that only `app_id` should accept."""
        packed = urandom(16) + len(plain).to_bytes(4, "big") + plain + app_id
        return b64encode(self._cipher.encrypt(PKCS7Encoder.encode(packed)))

    def decrypt(self, text: bytes, app_id: bytes) -> bytes:
        """What was encrypted for `app_id`; raises Undecipherable for anything else."""
        packed = _without_padding(self._cipher.decrypt(_sealed_bytes(text)))
        end = 20 + int.from_bytes(packed[16:20], "big")
        if packed[end:] != app_id:
            raise Undecipherable
        return packed[20:end]


def _sealed_bytes(text: bytes) -> bytes:
    try:
        sealed = b64decode(text, validate=True)
    except ValueError:
        raise Undecipherable from None
    if not sealed or len(sealed) % _BLOCK:
        raise Undecipherable
    return sealed


def _without_padding(padded: bytes) -> bytes:
    count = padded[-1]
    if not 1 <= count <= _BLOCK or not padded.endswith(bytes([count]) * count):
        raise Undecipherable
    return padded[:-count]
