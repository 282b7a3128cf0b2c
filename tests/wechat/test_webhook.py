"""The webhook: what each request gets, from the address check to the sealed answer."""

import json
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial

import pytest
from flask import Flask
from structlog.testing import capture_logs

from bot.conversation.message import Kind, Message
from bot.settings import Mode
from bot.turns import NotRecorded
from bot.wechat.webhook import webhook
from tests.builders import NOON
from tests.wechat.pushes import (
    AES_KEY,
    AT,
    OLD_KEY,
    OPENID,
    Edge,
    a_text,
    an_event,
    asked,
    asked_sealed,
    decipher,
    encipher,
    field_of,
    fields,
    pack,
    pad,
    settings,
)

MODES: tuple[Mode, ...] = ("secure", "compatible", "plain")


@pytest.mark.parametrize("mode", MODES)
def test_the_address_check_gets_exactly_the_echo_as_plain_text(mode: Mode) -> None:
    response = Edge(mode).get(asked(echostr="<b>4375120948345356249"))

    assert (response.status_code, response.data) == (200, b"<b>4375120948345356249")
    assert response.content_type == "text/plain; charset=utf-8"


def test_the_address_check_without_a_right_signature_echoes_nothing() -> None:
    response = Edge().get(asked(echostr="4375", signature="0" * 40))

    assert (response.status_code, response.data) == (403, b"")


@pytest.mark.parametrize("key", [AES_KEY, OLD_KEY], ids=["current key", "previous key"])
@pytest.mark.parametrize("mode", ["secure", "compatible"])
def test_a_sealed_push_is_played_and_its_answer_sealed_with_its_key(mode: Mode, key: str) -> None:
    edge = Edge(mode)

    response = edge.push(a_text("答题"), key)

    assert [message.raw for message in edge.heard] == ["答题"]
    assert (response.status_code, response.content_type) == (200, "text/xml; charset=utf-8")
    assert decipher(field_of(response.data, "Encrypt"), key) == edge.says


def test_a_plain_push_gets_a_plain_answer() -> None:
    edge = Edge("plain")

    assert edge.push(a_text()).data == edge.says


@pytest.mark.parametrize("mode", MODES)
def test_nothing_to_say_is_the_bare_word_success(mode: Mode) -> None:
    response = Edge(mode, says=b"").push(a_text())

    assert (response.status_code, response.data) == (200, b"success")
    assert response.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("push", [an_event("VIEW"), an_event("teleported"), b"<xml/>", b"{}"])
def test_what_nobody_waits_on_is_not_played(mode: Mode, push: bytes) -> None:
    edge = Edge(mode)

    assert edge.push(push).data == b"success"
    assert edge.heard == []


def test_an_unfollow_is_played() -> None:
    edge = Edge(says=b"")

    edge.push(an_event("unsubscribe"))

    assert [message.kind for message in edge.heard] == [Kind.UNFOLLOW]


@pytest.mark.parametrize("mode", MODES)
def test_a_json_push_is_played_and_answered_in_xml_the_one_form_replies_have(mode: Mode) -> None:
    edge = Edge(mode)
    push = json.dumps(fields("text", Content="答题", MsgId=7), ensure_ascii=False).encode()

    response = edge.push(push)

    assert [message.raw for message in edge.heard] == ["答题"]
    sealed = mode != "plain"
    answer = decipher(field_of(response.data, "Encrypt")) if sealed else response.data
    assert answer == edge.says


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml", "", "é"],
)
def test_the_content_type_of_a_push_means_nothing(content_type: str) -> None:
    edge = Edge("plain")

    response = edge.post(asked(), a_text("答题"), content_type=content_type)

    assert response.data == edge.says
    assert [message.raw for message in edge.heard] == ["答题"]


def test_a_push_for_another_account_is_refused() -> None:
    edge = Edge()

    response = edge.push(a_text(ToUserName="gh_000000000000"))

    assert (response.status_code, response.data, edge.heard) == (403, b"", [])


def test_without_an_account_in_the_settings_any_account_is_ours() -> None:
    edge = Edge(changes={"wechat_account": ""})

    edge.push(a_text(ToUserName="gh_000000000000"))

    assert [message.account for message in edge.heard] == ["gh_000000000000"]


def test_an_authentic_push_that_cannot_be_read_is_acknowledged() -> None:
    assert Edge("secure").push(b"<xml><a>").data == b"success"
    assert Edge("compatible").push(b"\xff\xfe").data == b"success"


def test_in_plain_mode_where_nothing_vouches_for_the_body_junk_is_refused() -> None:
    response = Edge("plain").push(b"<xml><a>")

    assert (response.status_code, response.data) == (400, b"")


@pytest.mark.parametrize("mode", MODES)
def test_a_document_type_is_refused_even_inside_the_seal(mode: Mode) -> None:
    assert Edge(mode).push(b"<!DOCTYPE xml><xml/>").status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_not_allowed(method: str) -> None:
    assert Edge().client.open("/wechat", method=method).status_code == 405


# --- when the bot breaks ---


def broken(message: Message) -> bytes:
    raise RuntimeError(f"no such motto: {message.raw} of {message.openid}")


def test_a_bot_that_breaks_is_answered_for_with_success() -> None:
    assert Edge(play=broken).push(a_text()).data == b"success"


@pytest.mark.slow
def test_the_log_names_the_delivery_and_the_place_and_nobody() -> None:
    sound = Edge()
    sound.push(a_text("我的座右铭"))

    with capture_logs() as logs:
        Edge(play=broken).push(a_text("我的座右铭"))

    (entry,) = logs
    assert (entry["event"], entry["error"]) == ("turn failed", "RuntimeError")
    assert entry["delivery"] == sound.heard[0].delivery.hex()[:8]
    assert "in broken" in entry["places"]
    assert OPENID not in str(entry)
    assert "我的座右铭" not in str(entry)


def test_a_refusal_is_logged_with_its_reason_and_without_the_request() -> None:
    with capture_logs() as logs:
        Edge().get(asked(echostr="4375", openid=OPENID, signature="0" * 40))

    assert logs == [
        {"event": "push refused", "reason": "signature", "status": 403, "log_level": "info"}
    ]


def test_an_unreadable_push_is_logged() -> None:
    with capture_logs() as logs:
        Edge().push(b"junk")

    assert [entry["event"] for entry in logs] == ["push unreadable"]


# --- when the store is away ---


def not_recorded(message: Message, lasts: bool = False) -> bytes:
    raise NotRecorded(b"<xml><Content><![CDATA[busy]]></Content></xml>", lasts=lasts)


@pytest.mark.slow
@pytest.mark.parametrize("age", [0, 5, 8])
def test_the_first_two_deliveries_are_held_until_wechat_has_hung_up(
    monkeypatch: pytest.MonkeyPatch, age: int
) -> None:
    monkeypatch.setattr("bot.wechat.webhook.HUNG_UP", 0.3)
    began = time.monotonic()

    response = Edge(play=not_recorded).push(a_text(CreateTime=AT - age))

    assert (response.status_code, response.data) == (503, b"")
    assert time.monotonic() - began >= 0.3


@pytest.mark.slow
def test_half_of_the_threads_stay_free_for_what_can_be_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.wechat.webhook.HUNG_UP", 2.0)
    edge = Edge("plain", play=not_recorded)
    half = settings("plain").threads // 2

    with ThreadPoolExecutor(half + 1) as threads:
        asking = [threads.submit(edge.push, a_text()) for _ in range(half + 1)]
        first = next(as_completed(asking)).result()
        statuses = sorted(request.result().status_code for request in asking)

    assert field_of(first.data, "Content") == "busy"
    assert statuses == [200] + [503] * half


@pytest.mark.parametrize("age", [9, 11])
def test_the_third_delivery_is_told_that_nothing_was_recorded(age: int) -> None:
    response = Edge("plain", play=not_recorded).push(a_text(CreateTime=AT - age))

    assert field_of(response.data, "Content") == "busy"


def test_once_an_outage_lasts_the_first_delivery_is_told_too() -> None:
    response = Edge("plain", play=partial(not_recorded, lasts=True)).push(a_text())

    assert field_of(response.data, "Content") == "busy"


# --- the size of a body ---


class Endless:
    """A body without a length that never ends."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int) -> bytes:
        self.given += size
        return b"x" * size


@pytest.mark.parametrize("mode", MODES)
def test_a_body_over_64_kib_is_refused(mode: Mode) -> None:
    response = Edge(mode).post(asked(), b"x" * 65_537)

    assert (response.status_code, response.data) == (413, b"")


def test_a_body_that_hides_its_size_is_refused_while_it_is_read() -> None:
    edge = Edge("plain")
    stream = Endless()
    chunked = {"CONTENT_LENGTH": "", "wsgi.input": stream, "wsgi.input_terminated": True}

    response = edge.client.post("/wechat", query_string=asked(), environ_overrides=chunked)

    assert response.status_code == 413
    assert stream.given < 200_000


def test_a_body_that_breaks_off_is_refused() -> None:
    edge = Edge("plain")

    with capture_logs() as logs:
        response = edge.post(asked(), b"<xml/>", environ_overrides={"CONTENT_LENGTH": "900"})

    assert (response.status_code, response.data) == (400, b"")
    assert [entry["reason"] for entry in logs] == ["broken off"]


def test_the_limit_of_the_app_does_not_widen_ours() -> None:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 10_000_000
    app.register_blueprint(webhook(settings(), lambda *_: b"", lambda: NOON))

    response = app.test_client().post("/wechat", query_string=asked(), data=b"x" * 65_537)

    assert response.status_code == 413


# --- compatible mode ---


def test_in_compatible_mode_the_plain_copy_is_not_even_looked_at() -> None:
    edge = Edge("compatible")
    encrypted = encipher(pad(pack(a_text("投3号"))))
    body = a_text("投9号").replace(b"</xml>", f"<Encrypt>{encrypted}</Encrypt></xml>".encode())

    edge.post(asked_sealed(encrypted), body)

    assert [message.raw for message in edge.heard] == ["投3号"]
