"""Pushes are sealed as WeChat seals them, and only a reply that it would accept is opened."""

from dataclasses import replace

import pytest

from bot.settings import Mode
from bot.simulator.account import Account
from bot.simulator.answers import SILENCE, BadAnswer, Flaw
from bot.simulator.pushes import Follower
from tests.simulator.fake_bot import ACCOUNT, OPENID, reply_xml, sealed_reply, settings
from tests.wechat.vectors import SEALED, Sealed

AT = 1731990601
PUSH = Follower(ACCOUNT.account_id, OPENID).text("答题", AT, 24563187012345671)
TEXT_PUSH = next(vector for vector in SEALED if vector.name == "text_push")


def in_mode(mode: Mode) -> Account:
    return replace(ACCOUNT, mode=mode)


@pytest.mark.parametrize("vector", SEALED, ids=lambda vector: vector.name)
def test_the_worked_examples_come_out_both_ways(vector: Sealed) -> None:
    account = Account(vector.token, vector.app_id, vector.key, "gh_", "secure")

    assert account.encrypt(vector.plain, vector.random.encode()) == vector.encrypted
    assert account.decrypt(vector.encrypted) == vector.plain
    signature = account.sign(vector.timestamp, vector.nonce, vector.encrypted)
    assert signature == vector.msg_signature


def test_the_official_signature_comes_out() -> None:
    account = Account("AAAAA", "wx", "", "gh_", "plain")

    signature = account.sign("1714036504", "1514711492")

    assert signature == "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_a_push_in_secure_mode_is_the_request_that_wechat_sends() -> None:
    sealed = ACCOUNT.seal(PUSH, AT, TEXT_PUSH.nonce, TEXT_PUSH.random.encode())

    assert sealed.query == {
        "signature": "b67c44e0b262d8e721cab42e573e5aa2e3add3f9",
        "timestamp": "1731990601",
        "nonce": "1372623149",
        "openid": OPENID,
        "encrypt_type": "aes",
        "msg_signature": "308169a39308419f046406ae6763bcda9994939b",
    }
    assert sealed.body.decode() == (
        "<xml>\n    <ToUserName><![CDATA[gh_5c1d0e7a93f2]]></ToUserName>\n"
        f"    <Encrypt><![CDATA[{TEXT_PUSH.encrypted}]]></Encrypt>\n</xml>\n"
    )


def test_a_push_in_plain_mode_is_not_encrypted() -> None:
    sealed = in_mode("plain").seal(PUSH, AT)

    assert sealed.body.decode() == PUSH.xml
    assert sorted(sealed.query) == ["nonce", "openid", "signature", "timestamp"]


def test_a_push_in_compatible_mode_has_both() -> None:
    sealed = in_mode("compatible").seal(PUSH, AT)

    assert "<Content><![CDATA[答题]]></Content>" in sealed.body.decode()
    assert "<Encrypt><![CDATA[" in sealed.body.decode()
    assert "msg_signature" in sealed.query


def test_the_same_push_is_sealed_anew_each_time() -> None:
    assert ACCOUNT.seal(PUSH, AT) != ACCOUNT.seal(PUSH, AT)


def test_a_sealed_reply_is_opened() -> None:
    answer = ACCOUNT.open_reply(sealed_reply(reply_xml("你好")))

    assert (answer.kind, answer.text, answer.recipient) == ("text", "你好", OPENID)
    assert answer.xml == reply_xml("你好")


@pytest.mark.parametrize("body", [b"success", b""])
def test_silence_is_never_encrypted(body: bytes) -> None:
    assert ACCOUNT.open_reply(body) == SILENCE


@pytest.mark.parametrize("mode", ["compatible", "plain"])
def test_outside_secure_mode_a_plain_reply_is_fine(mode: Mode) -> None:
    assert in_mode(mode).open_reply(reply_xml("你好").encode()).text == "你好"


def test_in_compatible_mode_a_sealed_reply_is_fine_too() -> None:
    assert in_mode("compatible").open_reply(sealed_reply(reply_xml("你好"))).text == "你好"


GOOD = sealed_reply(reply_xml("你好"))
BAD: dict[str, tuple[bytes, Flaw]] = {
    "a page": (b"Internal Server Error", Flaw.NOT_XML),
    "broken": (b"<xml><a></xml>", Flaw.NOT_XML),
    "success and more": (b"success\n", Flaw.NOT_XML),
    "not sealed": (reply_xml("你好").encode(), Flaw.UNSEALED),
    "touched": (GOOD.replace(b"<Nonce><![CDATA[1", b"<Nonce><![CDATA[2"), Flaw.SIGNATURE),
    "other token": (
        sealed_reply(reply_xml("你好"), replace(ACCOUNT, token="other")),
        Flaw.SIGNATURE,
    ),
    "other key": (sealed_reply(reply_xml("你好"), replace(ACCOUNT, aes_key="A" * 43)), Flaw.CIPHER),
    "other app": (sealed_reply(reply_xml("你好"), replace(ACCOUNT, app_id="wx0")), Flaw.APP),
    "other account": (sealed_reply(reply_xml("你好", sender="gh_other")), Flaw.SENDER),
    "empty text": (sealed_reply(reply_xml("")), Flaw.EMPTY),
    "no type": (sealed_reply("<xml></xml>"), Flaw.NOT_XML),
    "over 2,048 bytes": (sealed_reply(reply_xml("长" * 683)), Flaw.TOO_LONG),
}


@pytest.mark.parametrize("case", BAD)
def test_a_reply_that_wechat_would_not_show_is_refused(case: str) -> None:
    body, flaw = BAD[case]

    with pytest.raises(BadAnswer) as refusal:
        ACCOUNT.open_reply(body)

    assert refusal.value.flaw is flaw


def test_in_plain_mode_an_encrypted_reply_means_nothing() -> None:
    with pytest.raises(BadAnswer):
        in_mode("plain").open_reply(GOOD)


def test_an_account_takes_its_secrets_from_the_settings_and_tells_none() -> None:
    account = Account.of(settings())

    assert account == ACCOUNT
    assert ACCOUNT.token not in repr(account)
    assert ACCOUNT.aes_key not in repr(account)
