"""Requests that mean harm: each gets the answer it deserves, and at little cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from statistics import median
from time import process_time
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from bot.settings import Mode
from tests.rows import thinned
from tests.wechat.pushes import (
    ACCOUNT,
    AT,
    NONCE,
    OPENID,
    TOKEN,
    Edge,
    Query,
    a_text,
    an_event,
    asked,
    asked_sealed,
    encipher,
    envelope_of,
    pack,
    pad,
    sign,
)

CPU_LIMIT = 0.020
"""Seconds of processor time that a refusal may cost."""

_LEVELS = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(25))
BOMB = f'<!DOCTYPE xml [<!ENTITY e0 "ha">{_LEVELS}]><xml>&e25;</xml>'


@dataclass(frozen=True)
class Attack:
    """A request that nobody at WeChat would make, or none of a sane client; what it gets."""

    name: str
    status: int
    query: Query
    body: bytes | None = None
    """None: the request is a GET."""
    mode: Mode = "secure"


def _wrong_queries(signature: str, right: str, echo: str | None) -> Iterator[tuple[str, Query]]:
    """Ways of getting the query wrong; `right` is a signature that would be right."""
    changes: dict[str, Any] = {"signature": None, signature: right, "echostr": echo}
    whole = asked(**changes)
    for name in whole:
        pairs = list(whole.items())
        yield f"no {name}", [pair for pair in pairs if pair[0] != name]
        yield f"empty {name}", whole | {name: ""}
        yield f"{name} twice", [*pairs, (name, whole[name])]
        yield f"{name} twice, one empty", [*pairs, (name, "")]
        yield f"{name} as a list", [(f"{name}[]" if n == name else n, v) for n, v in pairs]
        yield f"{name} in capitals", [(n.upper() if n == name else n, v) for n, v in pairs]
        yield f"{name} too long", whole | {name: str(whole[name]) * 40}
        yield f"{name} not in ASCII", whole | {name: "思辨" * 10}
        yield f"{name} with NUL", whole | {name: f"{whole[name]}\x00"}
        yield f"{name} with a line", whole | {name: f"{whole[name]}\r\nX: y"}
    yield "no query", b""
    yield "junk", b"&&=&;;%%%"
    yield "broken percent signs", b"signature=%ff%fe&timestamp=%&nonce=%zz"
    yield "raw bytes", b"signature=\xff\xfe&nonce=\xe6\x80\x9d"
    yield "raw bytes beside a right query", urlencode(whole).encode() + b"&openid=\xff"
    yield "an endless query", b"a=1&" * 3_000
    yield "an endless value", b"nonce=" + b"1" * 30_000
    yield "an endless openid", whole | {"openid": "o" * 2_048}
    yield "another signature", whole | {signature: "0" * 40}
    yield "a signature in capitals", whole | {signature: right.upper()}
    yield "a signature with a blank", whole | {signature: right + " "}
    yield "a short signature", whole | {signature: right[:39]}
    yield "full-width time", whole | {"timestamp": "１７９６４４３２００"}
    for at in (AT - 301, AT + 301, 0, -AT, AT * 1000, f"{AT}.0", f" {AT}", "1e9", "NaN", "9" * 400):
        yield f"time {at!s:.20}", whole | {"timestamp": at}
    for nonce in ("]]>", "a b", "../../x", "<x>", "1" * 65, "\u202e"):
        yield f"nonce {nonce:.10}", whole | {"nonce": nonce}


def _signed(*parts: str) -> str:
    return sign(TOKEN, str(AT), NONCE, *parts)


def _on_the_address_check() -> Iterator[Attack]:
    for name, query in _wrong_queries("signature", _signed(), echo="4375120948345356249"):
        yield Attack(f"check: {name}", 403, query)
    no_token = sign("", str(AT), NONCE)
    yield Attack("check: signed with no token", 403, asked(signature=no_token, echostr="1"))
    stale = asked(AT - 3_600, echostr="1")
    yield Attack("check: well signed an hour ago", 403, stale)


def _on_the_seal() -> Iterator[Attack]:
    sealed = encipher(pad(pack(a_text())))
    body = envelope_of(sealed)
    for name, query in _wrong_queries("msg_signature", _signed(sealed), echo=None):
        yield Attack(f"seal: {name}", 403, query, body)
    stale = asked_sealed(sealed, AT - 3_600)
    yield Attack("seal: well signed an hour ago", 403, stale, body)
    no_token = sign("", str(AT), NONCE, sealed)
    yield Attack(
        "seal: signed with no token", 403, asked_sealed(sealed, msg_signature=no_token), body
    )
    lazy = asked_sealed(sealed, msg_signature=_signed())
    yield Attack("seal: signature of the query alone", 403, lazy, body)
    swapped = envelope_of(encipher(pad(pack(a_text("投9号")))))
    yield Attack("seal: another text under a valid signature", 403, asked_sealed(sealed), swapped)
    for mode in ("secure", "compatible"):
        yield Attack(f"{mode}: a plain body", 403, asked_sealed(""), a_text(), mode)
        raw = asked(encrypt_type="raw")
        yield Attack(f"{mode}: a plain body called raw", 403, raw, a_text(), mode)
    for name, packed in {
        "for another app": pack(a_text(), app_id="wx0000000000000000"),
        "for no app": pack(a_text(), app_id=""),
        "with a length that lies": pack(a_text(), length=2**32 - 1),
        "too short": b"x" * 12,
    }.items():
        yield _sealed(f"seal: {name}", encipher(pad(packed)))
    yield _sealed("seal: with another key", encipher(pad(pack(a_text())), key="B" * 43))
    yield _sealed("seal: padded with zeros", encipher(pack(b"x" * 26) + b"\x00" * 32))
    yield _sealed("seal: padded with 33", encipher(pack(b"x" * 26) + b"\x21" * 32))
    yield _sealed("seal: half a block", encipher(b"\x10" * 16))
    yield _sealed("seal: no base64", "!" * 64)
    yield _sealed("seal: not ASCII", "密" * 44)
    yield _sealed("seal: 48 KiB of anything", "A" * 49_152)


def _sealed(name: str, encrypted: str) -> Attack:
    return Attack(name, 403, asked_sealed(encrypted), envelope_of(encrypted))


BODIES: dict[str, tuple[int, bytes]] = {
    "nothing": (400, b""),
    "one byte": (400, b"\x00"),
    "a word": (400, b"success"),
    "NULs": (400, b"\x00" * 60_000),
    "not UTF-8": (400, b"<xml>\xff\xfe\xfd</xml>"),
    "UTF-16": (400, "<xml/>".encode("utf-16")),
    "overlong UTF-8": (400, b"<xml>\xc0\xbc</xml>"),
    "cut off": (400, b"<xml><Encrypt><![CDATA[AAAA"),
    "another root": (400, b"<html><body/></html>"),
    "two roots": (400, b"<xml/><xml/>"),
    "a document type": (400, b"<!DOCTYPE xml><xml/>"),
    "an outside file": (400, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    "an outside address": (400, b'<!DOCTYPE x SYSTEM "http://169.254.169.254/"><xml/>'),
    "a parameter entity": (400, b'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://a/"> %e;]><xml/>'),
    "an entity bomb": (400, BOMB.encode()),
    "one huge entity": (400, b'<!DOCTYPE x [<!ENTITY e "' + b"a" * 60_000 + b'">]><xml>&e;</xml>'),
    "an unknown entity": (400, b"<xml>&e;</xml>"),
    "100,000 levels": (413, b"<a>" * 100_000),
    "20,000 levels": (400, b"<xml>" * 13_000),
    "16,000 elements": (400, b"<xml>" + b"<a/>" * 16_000 + b"</xml>"),
    "8,000 attributes": (
        400, b"<xml " + b" ".join(b'a%d=""' % n for n in range(6_000)) + b"><b></xml>",
    ),
    "one attribute 8,000 times": (400, b"<xml " + b'a="" ' * 8_000 + b"/>"),
    "5,000 comments": (400, b"<!---->" * 9_000),
    "5,000 instructions": (400, b"<?a?>" * 12_000),
    "a comment without end": (400, b"<xml><!--" + b"-" * 60_000),
    "an element name of 60,000": (400, b"<xml><" + b"a" * 60_000),
    "open CDATA 5,000 times": (400, b"<xml>&#29;" + b"<![CDATA[" * 7_000),
    "an endless reference": (400, b"<xml>&#" + b"9" * 60_000),
    "10,000 references": (400, b"<xml>" + b"&#29;" * 12_000),
    "10,000 bad references": (400, b"<xml>" + b"&#x" * 20_000),
    "JSON cut off": (400, b'{"Encrypt": "'),
    "JSON of 60,000 levels": (400, b'{"a":' + b"[" * 60_000),
    "JSON objects in objects": (400, b'{"a":' * 13_000),
    "JSON with a huge number": (400, b'{"a": ' + b"9" * 60_000),
    "JSON that is a list": (400, b"[1]"),
    "64 KiB and a byte": (413, b" " * 65_537),
    "a megabyte": (413, b"<xml>" + b"a" * 1_000_000),
}  # fmt: skip

ENVELOPES: dict[str, bytes] = {
    "without Encrypt": b"<xml><ToUserName>gh</ToUserName></xml>",
    "with an empty Encrypt": b"<xml><Encrypt><![CDATA[]]></Encrypt></xml>",
    "with a nested Encrypt": b"<xml><Encrypt><a>AAAA</a></Encrypt></xml>",
    "with two Encrypts": b"<xml><Encrypt>AAAA</Encrypt><Encrypt>AAAA</Encrypt></xml>",
    "with Encrypt as an attribute": b'<xml Encrypt="AAAA"/>',
    "in JSON without Encrypt": b'{"ToUserName": "gh"}',
    "in JSON with Encrypt as a list": b'{"Encrypt": ["AAAA"]}',
    "in JSON with Encrypt as an object": b'{"Encrypt": {"a": 1}}',
    "in JSON with Encrypt as null": b'{"Encrypt": null}',
    "in JSON with two Encrypts": b'{"Encrypt": "AAAA", "Encrypt": "AAAA"}',
    "in JSON with 20,000 objects": b'{"a": [' + b"{}," * 20_000 + b"{}]}",
}


def _on_the_body() -> Iterator[Attack]:
    for name, (status, body) in BODIES.items():
        yield Attack(f"secure: {name}", status, asked_sealed("AAAA"), body)
        yield Attack(f"plain: {name}", status, asked(), body, "plain")
    for name, body in ENVELOPES.items():
        yield Attack(f"envelope {name}", 403, asked_sealed("AAAA"), body)


AUTHENTIC: dict[str, tuple[int, bytes]] = {
    "nothing": (200, b""),
    "junk": (200, b"\xff" * 1_000),
    "20,000 levels": (200, b"<xml>" * 6_000),
    "8,000 elements": (200, b"<xml>" + b"<a/>" * 8_000 + b"</xml>"),
    "a document type": (400, b"<!DOCTYPE xml><xml/>"),
    "an entity bomb": (400, BOMB.encode()),
    "no type": (200, b"<xml><FromUserName>o</FromUserName></xml>"),
    "no sender": (200, a_text(FromUserName=None)),
    "two senders": (200, a_text().replace(b"</xml>", b"<FromUserName>o</FromUserName></xml>")),
    "two types": (200, a_text().replace(b"</xml>", b"<MsgType>event</MsgType></xml>")),
    "a nested type": (200, a_text(MsgType="x").replace(b"<![CDATA[x]]>", b"<b/>")),
    "an unknown event": (200, an_event("teleported")),
    "an event with a huge key": (200, an_event("CLICK", EventKey="k" * 40_000)),
    "a text of 40,000 letters": (200, a_text("a" * 40_000)),
    "a text of control characters": (200, a_text("\x1d" * 20_000)),
    "a number that is none": (200, a_text(MsgId="x", CreateTime="y")),
    "a time beyond time": (200, a_text(CreateTime=10**40)),
    "another account": (403, a_text(ToUserName="gh_000000000000")),
    "JSON junk": (200, b'{"a": [[[[{'),
    "JSON with odd values": (200, b'{"FromUserName": {"a": 1}, "MsgType": [1], "MsgId": null}'),
}


def _on_the_push() -> Iterator[Attack]:
    for name, (status, plain) in AUTHENTIC.items():
        encrypted = encipher(pad(pack(plain)))
        yield Attack(f"authentic: {name}", status, asked_sealed(encrypted), envelope_of(encrypted))


ATTACKS = [*_on_the_address_check(), *_on_the_seal(), *_on_the_body(), *_on_the_push()]


@cache
def edge_in(mode: Mode) -> Edge:
    return Edge(mode)


def sent(attack: Attack) -> TestResponse:
    edge = edge_in(attack.mode)
    if attack.body is None:
        return edge.get(attack.query)
    return edge.post(attack.query, attack.body)


def test_the_table_is_a_long_one_and_names_each_attack_once() -> None:
    assert len(ATTACKS) >= 120
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", thinned(ATTACKS, quick=64), ids=lambda attack: attack.name)
def test_each_attack_gets_its_status_and_no_word_more(attack: Attack) -> None:
    edge_in(attack.mode).heard.clear()

    response = sent(attack)

    assert response.status_code == attack.status
    if attack.status >= 400:
        assert response.data == b""
        assert edge_in(attack.mode).heard == []


@pytest.mark.slow
def test_no_attack_costs_more_than_20_ms_of_processor_time() -> None:
    costs = {attack.name: _cost(attack) for attack in ATTACKS}

    # A busy machine may disturb one attempt, rarely the one in the middle of five.
    slow = {name: cost for name, cost in costs.items() if cost > CPU_LIMIT}
    slow = {a.name: c for a in ATTACKS if a.name in slow and (c := _cost(a, 5)) > CPU_LIMIT}
    assert slow == {}


def _cost(attack: Attack, times: int = 1) -> float:
    costs = []
    for _ in range(times):
        begun = process_time()
        sent(attack)
        costs.append(process_time() - begun)
    return median(costs)


def test_the_same_edge_still_serves_a_member() -> None:
    edge = edge_in("secure")
    edge.heard.clear()

    edge.push(a_text("答题"))

    assert [(message.openid, message.account) for message in edge.heard] == [(OPENID, ACCOUNT)]
