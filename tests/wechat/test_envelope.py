"""The envelope: who is believed, in which mode, for how long, and how an answer is closed."""

import hmac
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from bot.settings import Mode
from bot.wechat import cipher
from bot.wechat.envelope import Envelope
from bot.wechat.fields import Refused
from tests.builders import NOON
from tests.wechat.pushes import (
    ACCOUNT,
    AES_KEY,
    APP_ID,
    AT,
    NONCE,
    OLD_KEY,
    TOKEN,
    a_text,
    asked,
    asked_sealed,
    decipher,
    encipher,
    envelope_of,
    field_of,
    pack,
    pad,
    settings,
    sign,
    xml,
)
from tests.wechat.vectors import SEALED

SECURE = Envelope.of(settings())
PLAIN = Envelope.of(settings("plain"))
MODES: tuple[Mode, ...] = ("secure", "compatible")


def query(pairs: dict[str, object]) -> bytes:
    return urlencode(pairs).encode()


def sealed(plain: bytes, key: str = AES_KEY) -> tuple[bytes, bytes]:
    encrypted = encipher(pad(pack(plain)), key)
    return query(asked_sealed(encrypted)), envelope_of(encrypted)


def refusal(opening: Envelope, asked: bytes, body: bytes) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        opening.open(asked, body, NOON)
    return refused.value.status, refused.value.reason


@pytest.mark.parametrize("mode", ["secure", "compatible", "plain"])
def test_the_url_check_gets_its_echo_back_in_every_mode(mode: Mode) -> None:
    echo = Envelope.of(settings(mode)).verify_url(query(asked(echostr="4375120948345356249")), NOON)

    assert echo == "4375120948345356249"


def test_the_official_url_check_passes_at_its_time() -> None:
    official = {"signature": "f464b24fc39322e44b38aa78f5edd27bd1441696"}
    official |= {"timestamp": "1714036504", "nonce": "1514711492", "echostr": "4375120948345356249"}
    then = NOON + timedelta(seconds=1714036504 - AT)

    echo = Envelope("AAAAA", "wx", "plain", []).verify_url(urlencode(official).encode(), then)

    assert echo == "4375120948345356249"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("key", [AES_KEY, OLD_KEY], ids=["current key", "previous key"])
def test_a_push_is_opened_with_either_key_and_answered_with_the_same(mode: Mode, key: str) -> None:
    edge = Envelope.of(settings(mode))

    opened = edge.open(*sealed(a_text(), key), NOON)
    answer = edge.seal(b"<xml>1</xml>", opened, NOON)

    assert opened.plain == a_text()
    assert decipher(field_of(answer, "Encrypt"), key) == b"<xml>1</xml>"


def test_without_a_previous_key_the_previous_key_is_a_stranger() -> None:
    rotated = Envelope.of(settings(wechat_aes_key_previous=SecretStr("")))

    assert refusal(rotated, *sealed(a_text(), OLD_KEY)) == (403, "undecipherable")


def test_an_answer_is_closed_byte_for_byte_as_wechat_wants_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    example = next(example for example in SEALED if example.name == "text_reply")
    monkeypatch.setattr(cipher, "urandom", lambda _: example.random.encode())
    opened = SECURE.open(*sealed(a_text()), NOON)
    moment_later = NOON + timedelta(seconds=int(example.timestamp) - AT)

    answer = SECURE.seal(example.plain.encode(), opened, moment_later)

    assert opened.nonce == example.nonce
    assert answer.decode() == (
        f"<xml>\n<Encrypt><![CDATA[{example.encrypted}]]></Encrypt>\n"
        f"<MsgSignature><![CDATA[{example.msg_signature}]]></MsgSignature>\n"
        f"<TimeStamp>{example.timestamp}</TimeStamp>\n"
        f"<Nonce><![CDATA[{example.nonce}]]></Nonce>\n</xml>"
    )


def test_an_answer_carries_our_clock_the_nonce_of_its_push_and_a_signature() -> None:
    opened = SECURE.open(*sealed(a_text()), NOON)

    answer = SECURE.seal(b"<xml/>", opened, NOON + timedelta(seconds=3, microseconds=9))

    encrypted = field_of(answer, "Encrypt")
    assert (field_of(answer, "TimeStamp"), field_of(answer, "Nonce")) == (str(AT + 3), NONCE)
    assert field_of(answer, "MsgSignature") == sign(TOKEN, str(AT + 3), NONCE, encrypted)


def test_in_plain_mode_body_and_answer_stay_open() -> None:
    opened = PLAIN.open(query(asked()), a_text(), NOON)

    assert opened.plain == a_text()
    assert PLAIN.seal(b"<xml/>", opened, NOON) == b"<xml/>"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["raw", "aes", None])
def test_a_plain_body_does_not_lower_the_mode(mode: Mode, kind: str | None) -> None:
    well_signed = query(asked(encrypt_type=kind, msg_signature=sign(TOKEN, str(AT), NONCE)))

    assert refusal(Envelope.of(settings(mode)), well_signed, a_text()) == (403, "not encrypted")


def test_the_plain_signature_does_not_stand_in_for_that_of_the_message() -> None:
    encrypted = encipher(pad(pack(a_text())))
    lazy = query(asked_sealed(encrypted, msg_signature=asked()["signature"]))

    assert refusal(SECURE, lazy, envelope_of(encrypted)) == (403, "signature")


def test_only_the_encrypted_copy_counts_in_compatible_mode() -> None:
    encrypted = encipher(pad(pack(a_text("投3号"))))
    forged = xml(ToUserName=ACCOUNT, MsgType="text", Content="投9号", Encrypt=encrypted)

    opened = Envelope.of(settings("compatible")).open(query(asked_sealed(encrypted)), forged, NOON)

    assert opened.plain == a_text("投3号")


@pytest.mark.parametrize("nonce", ["]]>", "<x>", "a b", "1" * 65, "\u202e"])
def test_a_nonce_unfit_to_be_repeated_is_refused_however_well_signed(nonce: str) -> None:
    odd = query(asked(nonce=nonce, signature=sign(TOKEN, str(AT), nonce)))

    assert refusal(PLAIN, odd, b"") == (403, "query")


def test_what_was_encrypted_for_another_app_is_not_for_us() -> None:
    encrypted = encipher(pad(pack(a_text(), app_id="wwedab3d5fc43636d8")))

    answer = refusal(SECURE, query(asked_sealed(encrypted)), envelope_of(encrypted))

    assert answer == (403, "undecipherable")


@pytest.mark.parametrize("away", [-300, 300])
def test_five_minutes_early_or_late_is_in_time(away: int) -> None:
    assert PLAIN.open(query(asked(AT + away)), b"", NOON).asked_at == NOON + timedelta(seconds=away)


@pytest.mark.parametrize("away", [-301, 301, -3 * 10**8, 3 * 10**8])
def test_a_signed_request_from_another_time_is_refused(away: int) -> None:
    encrypted = encipher(pad(pack(a_text())))
    late = query(asked_sealed(encrypted, AT + away))

    assert refusal(PLAIN, query(asked(AT + away)), b"") == (403, "window")
    assert refusal(SECURE, late, envelope_of(encrypted)) == (403, "window")


def test_the_window_is_judged_by_the_clock_that_is_passed_in() -> None:
    opened = PLAIN.open(query(asked(AT + 9_000)), b"", NOON + timedelta(seconds=9_000))

    assert opened.asked_at == NOON + timedelta(seconds=9_000)


@pytest.mark.parametrize("verdict", [True, False])
def test_signatures_are_compared_in_constant_time_and_by_nothing_else(
    verdict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[object, object]] = []

    def compare(right: bytes, claimed: bytes) -> bool:
        compared.append((right, claimed))
        return verdict

    monkeypatch.setattr(hmac, "compare_digest", compare)
    # The comparison answers against the truth: with it, a wrong signature passes.
    wrong = "0" * 40 if verdict else asked()["signature"]
    sealed_query, body = sealed(a_text())

    outcomes = [
        _outcome(lambda: PLAIN.open(query(asked(signature=wrong)), b"", NOON)),
        _outcome(lambda: PLAIN.verify_url(query(asked(signature=wrong, echostr="1")), NOON)),
        _outcome(lambda: SECURE.open(sealed_query, body, NOON)),
    ]

    assert outcomes == [verdict] * 3
    assert [type(side) for pair in compared for side in pair] == [bytes] * 6


def _outcome(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except Refused:
        return False
    return True


def test_no_envelope_works_without_token_app_id_or_key() -> None:
    for token, app_id, keys in (
        ("", APP_ID, [AES_KEY]),
        (TOKEN, "", [AES_KEY]),
        (TOKEN, APP_ID, []),
    ):
        with pytest.raises(ValueError, match="needs a token"):
            Envelope(token, app_id, "secure", keys)


def test_the_settings_refuse_an_empty_token() -> None:
    with pytest.raises(ValueError, match="wechat_token"):
        settings(wechat_token=SecretStr(""))


def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not() -> None:
    assert len(PLAIN.open(query(asked()), b"x" * 65_536, NOON).plain) == 65_536
    assert refusal(PLAIN, query(asked()), b"x" * 65_537) == (413, "size")


def test_the_envelope_may_come_as_json() -> None:
    encrypted = encipher(pad(pack(a_text())))
    body = f'{{"ToUserName": "{ACCOUNT}", "Encrypt": "{encrypted}"}}'.encode()

    assert SECURE.open(query(asked_sealed(encrypted)), body, NOON).plain == a_text()


def test_the_official_json_push_opens() -> None:
    example = SEALED[0]
    official = Envelope(example.token, example.app_id, "secure", [example.key])
    asked = {"timestamp": example.timestamp, "nonce": example.nonce}
    asked |= {"signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d", "encrypt_type": "aes"}
    asked |= {"msg_signature": example.msg_signature}
    body = f'{{"ToUserName":"gh_97417a04a28d","Encrypt":"{example.encrypted}"}}'
    then = NOON + timedelta(seconds=int(example.timestamp) - AT)

    opened = official.open(urlencode(asked).encode(), body.encode(), then)

    assert opened.plain.decode() == example.plain
