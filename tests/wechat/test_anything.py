"""Anything at all may arrive: the edge neither breaks nor passes on what is not sound."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.message import Kind, Message
from bot.conversation.reply import Text
from bot.settings import Mode
from bot.wechat.fields import legal
from bot.wechat.inbound import RAW_LIMIT
from bot.wechat.outbound import render
from tests.builders import NOON
from tests.wechat.pushes import (
    ACCOUNT,
    AT,
    OPENID,
    Edge,
    Query,
    a_text,
    an_event,
    asked,
    asked_sealed,
    decipher,
    encipher,
    envelope_of,
    field_of,
    fields,
    pack,
    pad,
)

pytestmark = [pytest.mark.slow, pytest.mark.long]


@dataclass(frozen=True)
class Attempt:
    """A request to an edge of this mode; without a body it is a GET."""

    mode: Mode
    query: Query
    body: bytes | None


NAMES = st.sampled_from([
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event", "EventKey",
    "Ticket", "Recognition", "MediaId", "Encrypt", "xml", "a", "Content><Content",
])  # fmt: skip
REAL = st.sampled_from([
    ACCOUNT, OPENID, str(AT), "0", "-1", "text", "voice", "event", "image", "subscribe", "SCAN",
    "CLICK", "unsubscribe", "qrscene_", "last_trade_no_1", "答题", "投3号", "x" * 3_000,
])  # fmt: skip
PIECES = st.sampled_from([
    "<![CDATA[", "]]>", "&#29;", "&#x1d;", "&#", "&lt;", "&e;", "<a>", "</a>", "<a/>", "<!--",
    "-->", "<?x?>", "</xml>", "<!DOCTYPE x>", "💪🏽", '"', "\\", "\x00", "\x1d", "\ud800",
    "\ufffe", "\r",
])  # fmt: skip
texts = st.one_of(
    REAL, st.lists(st.one_of(PIECES, st.text(st.characters(), max_size=6)), max_size=5).map("".join)
)
elements = st.builds(
    lambda name, text, cdata: f"<{name}>{f'<![CDATA[{text}]]>' if cdata else text}</{name}>",
    NAMES,
    texts,
    st.booleans(),
)
documents = st.builds(
    lambda head, parts, tail: f"{head}<xml>{''.join(parts)}</xml>{tail}",
    st.sampled_from(["", "", "", "\ufeff", '<?xml version="1.0"?>', "<!DOCTYPE xml>", "\x00"]),
    st.lists(elements, max_size=8),
    st.sampled_from(["", "", "", "\n", "</xml>", "x"]),
)
pushes = st.builds(
    # Near enough to a real push that most of it is understood.
    lambda sort, more: (
        "<xml>"
        + "".join(f"<{n}><![CDATA[{v}]]></{n}>" for n, v in (fields(sort) | more).items())
        + "</xml>"
    ),
    st.sampled_from(["text", "voice", "event", "image", "file", "link", "TEXT", "new", ""]),
    st.dictionaries(NAMES, texts, max_size=5),
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
objects = st.builds(
    lambda sort, more: json.dumps(fields(sort) | more),
    st.sampled_from(["text", "event", "voice"]),
    st.dictionaries(NAMES, json_values, max_size=5),
)
damaged = st.builds(
    lambda push, at, length, patch: push[:at] + patch + push[at + length :],
    st.sampled_from([a_text(), an_event("SCAN", EventKey="7"), a_text("甲]]>乙&#29;")]),
    st.integers(0, 300),
    st.integers(0, 60),
    st.binary(max_size=12),
)
bodies = st.one_of(
    st.binary(max_size=200),
    damaged,
    st.one_of(documents, pushes, objects, texts).map(lambda t: t.encode(errors="surrogatepass")),
)
queries: st.SearchStrategy[Query] = st.one_of(
    st.binary(max_size=120),
    st.lists(
        st.tuples(
            st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr", "x"]),
            st.one_of(st.text(max_size=20), st.sampled_from([str(AT), "0" * 40, "1"])),
        ),
        max_size=6,
    ),
)


Bring = Callable[[Any, Any], Attempt]
"""How something is brought to an edge of some mode."""


def under_the_seal(mode: Mode, plain: bytes) -> Attempt:
    return signed_by_wechat(mode, encipher(pad(pack(plain))))


def in_the_open(mode: Mode, plain: bytes) -> Attempt:
    return Attempt(mode, asked(), plain)


def around_the_seal(mode: Mode, body: bytes) -> Attempt:
    return Attempt(mode, asked_sealed("AAAA"), body)


def instead_of_the_envelope(mode: Mode, packed: bytes) -> Attempt:
    return signed_by_wechat(mode, encipher(packed + bytes(-len(packed) % 16)))


def signed_by_wechat(mode: Mode, encrypted: str) -> Attempt:
    return Attempt(mode, asked_sealed(encrypted), envelope_of(encrypted))


def to_the_check(mode: Mode, query: Query) -> Attempt:
    return Attempt(mode, query, None)


def with_a_body(body: bytes) -> Bring:
    return lambda mode, query: Attempt(mode, query, body)


def bring(
    how: Bring | st.SearchStrategy[Bring], what: st.SearchStrategy[Any], *modes: Mode
) -> st.SearchStrategy[tuple[Bring, Mode, Any]]:
    ways = how if isinstance(how, st.SearchStrategy) else st.just(how)
    return st.tuples(ways, st.sampled_from(modes or get_args(Mode)), what)


MATERIAL = {
    "anything under the seal": bring(under_the_seal, bodies, "secure", "compatible"),
    "any signed plain body": bring(in_the_open, bodies, "plain"),
    "anything around or instead of the seal": st.one_of(
        bring(around_the_seal, bodies),
        bring(signed_by_wechat, st.text("ABCDabcd01+/=", max_size=90)),
        bring(instead_of_the_envelope, st.binary(min_size=1, max_size=90), "secure"),
    ),
    "any query": st.one_of(bring(to_the_check, queries), bring(bodies.map(with_a_body), queries)),
}
"""What may be brought, and how."""
WEARS = 4
"""How often it is brought again, each time a little more worn: that is cheaper than to invent."""


def worn(thing: Any, dice: Random) -> Any:
    """Bytes, words or a list of which a piece is lost, doubled, reversed or put elsewhere."""
    at, to = sorted(dice.choices(range(len(thing) + 1), k=2))
    before, piece, after = thing[:at], thing[at:to], thing[to:]
    ways = (before + after, before + piece + piece + after, before + piece[::-1] + after)
    return dice.choice((*ways, piece + before + after))


@cache
def edge_in(mode: Mode) -> Edge:
    return Edge(mode, play=echo)


last_heard: list[Message] = []


def echo(message: Message) -> bytes:
    last_heard.append(message)
    return render(Text((message.raw or "收到",)), message, NOON, lambda path: path)


def survives(attempt: Attempt) -> None:
    last_heard.clear()
    edge = edge_in(attempt.mode)

    if attempt.body is None:
        response = edge.get(attempt.query)
    else:
        response = edge.post(attempt.query, attempt.body)

    assert response.status_code in (200, 400, 403, 413)
    if response.status_code != 200:
        assert (response.data, last_heard) == (b"", [])
    for message in last_heard:
        assert_sound(message)
        answer = response.data
        if attempt.mode != "plain":
            answer = decipher(field_of(answer, "Encrypt")) if answer != b"success" else b""
        assert field_of(answer, "ToUserName") == message.openid


def assert_sound(message: Message) -> None:
    assert message.kind is not Kind.EVENT
    assert (len(message.delivery), len(message.fingerprint), len(message.member)) == (32, 32, 16)
    assert message.openid.isascii()
    assert 1 <= len(message.openid) <= 64
    assert len(message.raw) <= RAW_LIMIT
    assert message.raw == legal(message.raw).strip()
    assert abs((message.sent_at - NOON).total_seconds()) <= 300


@pytest.mark.parametrize("kind", MATERIAL)
def test_whatever_arrives_20_000_times_the_edge_stands(kind: str) -> None:
    times = 20_000 // len(MATERIAL) // (1 + WEARS)

    @settings(max_examples=times, deadline=None)
    @given(MATERIAL[kind], st.integers(0, 2**32))
    def survives_it(material: tuple[Bring, Mode, Any], seed: int) -> None:
        how, mode, thing = material
        dice = Random(seed)
        survives(how(mode, thing))
        for _ in range(WEARS):
            thing = worn(thing, dice)
            survives(how(mode, thing))

    survives_it()


def test_such_attempts_reach_the_bot_as_well() -> None:
    heard: set[Kind] = set()

    @settings(max_examples=500, deadline=None, derandomize=True)
    @given(st.one_of(pushes, objects))
    def listen(text: str) -> None:
        survives(under_the_seal("secure", text.encode(errors="surrogatepass")))
        heard.update(message.kind for message in last_heard)

    listen()

    assert {Kind.TEXT, Kind.VOICE, Kind.IMAGE, Kind.UNSUPPORTED} <= heard
