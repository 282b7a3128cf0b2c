"""The cipher: the worked examples in both directions, and everything it must not accept."""

import pytest

from bot.wechat import cipher
from bot.wechat.cipher import AesKey, Undecipherable, sign
from tests.wechat.pushes import AES_KEY, APP_ID, encipher, pack, pad
from tests.wechat.vectors import SEALED, URL_SIGNATURES, Sealed

each_example = pytest.mark.parametrize("example", SEALED, ids=lambda example: example.name)


@each_example
def test_every_worked_example_opens(example: Sealed) -> None:
    plain = AesKey(example.key).decrypt(example.encrypted.encode(), example.app_id.encode())

    assert plain.decode() == example.plain


@each_example
def test_every_worked_example_is_sealed_byte_for_byte(
    example: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cipher, "urandom", lambda _: example.random.encode())

    encrypted = AesKey(example.key).encrypt(example.plain.encode(), example.app_id.encode())

    assert encrypted.decode() == example.encrypted


@each_example
def test_every_worked_example_carries_our_signature(example: Sealed) -> None:
    parts = example.token, example.timestamp, example.nonce, example.encrypted

    assert sign(*(part.encode() for part in parts)).decode() == example.msg_signature


@pytest.mark.parametrize(("token", "timestamp", "nonce", "signature"), URL_SIGNATURES)
def test_the_parts_of_a_signature_are_sorted_as_bytes(
    token: str, timestamp: str, nonce: str, signature: str
) -> None:
    assert sign(token.encode(), timestamp.encode(), nonce.encode()).decode() == signature


def test_the_examples_cover_paddings_that_blocks_of_16_refuse() -> None:
    assert {17, 32} < {example.padding for example in SEALED}


@pytest.mark.parametrize("padding", range(1, 33))
def test_each_padding_from_1_to_32_opens(padding: int) -> None:
    plain = b"x" * (96 - len(pack(b"")) - padding)
    encrypted = encipher(pad(pack(plain)))

    assert pad(pack(plain))[-1] == padding
    assert AesKey(AES_KEY).decrypt(encrypted.encode(), APP_ID.encode()) == plain


def test_the_random_bytes_differ_each_time() -> None:
    key = AesKey(AES_KEY)

    assert key.encrypt(b"x", b"wx") != key.encrypt(b"x", b"wx")


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        AesKey("A" * 42 + "=")


BLOCKS = pack(b"x" * 26)
"""Exactly two blocks of 32 bytes without any padding."""

CROOKED = {
    "nothing": "",
    "no base64": "!!!!",
    "base64 with a line feed": encipher(pad(pack(b"x"))).replace("=", "\n=", 1),
    "base64 without its end": encipher(pad(pack(b"x"))).rstrip("=") + "A",
    "not ASCII": "密" * 44,
    "not whole blocks of AES": "AAAA",
    "16 bytes, half a block of ours": encipher(b"\x10" * 16),
    "48 bytes, a block and a half": encipher(b"\x10" * 48),
    "padding of 0": encipher(BLOCKS[:-1] + b"\x00"),
    "padding of 33": encipher(pack(b"x" * 25) + b"\x21" * 33),
    "padding of 255": encipher(BLOCKS + b"\xff" * 32),
    "padding whose bytes differ": encipher(BLOCKS + b"\x01" + b"\x20" * 31),
    "padding and nothing else": encipher(b"\x20" * 32),
    "fewer bytes than a head has": encipher(pad(b"x" * 19)),
    "a head and nothing else": encipher(pad(b"x" * 16 + b"\x00" * 4)),
    "a length beyond the text": encipher(pad(pack(b"x", length=5_000))),
    "the largest length": encipher(pad(pack(b"x", length=0xFFFFFFFF))),
    "a length one too long": encipher(pad(pack(b"x", length=2))),
    "a length one too short": encipher(pad(pack(b"xx", length=1))),
    "another app id": encipher(pad(pack(b"x", app_id="wx0000000000000000"))),
    "no app id": encipher(pad(pack(b"x", app_id=""))),
    "our app id and more": encipher(pad(pack(b"x", app_id=APP_ID + "x"))),
    "the beginning of our app id": encipher(pad(pack(b"x", app_id=APP_ID[:-1]))),
    "another key": encipher(pad(pack(b"x")), key="B" * 43),
}


@pytest.mark.parametrize("crooked", CROOKED.values(), ids=CROOKED.keys())
def test_whatever_is_wrong_there_is_one_error(crooked: str) -> None:
    with pytest.raises(Undecipherable) as refusal:
        AesKey(AES_KEY).decrypt(crooked.encode(), APP_ID.encode())

    assert refusal.value.args == ()
