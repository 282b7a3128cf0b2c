"""The webhook: the one address that WeChat calls."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Semaphore

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot import metrics
from bot.conversation.message import Kind, Message
from bot.domain.identity import member_key
from bot.journal import Delivery, Journal, current
from bot.logs import trace
from bot.settings import Settings
from bot.turns import NotRecorded
from bot.wechat.envelope import BODY_LIMIT, Envelope, Opened
from bot.wechat.fields import Refused, Unreadable
from bot.wechat.inbound import read_push

Play = Callable[[Message, float], bytes]

LAST = timedelta(seconds=9)
"""The age at which a push must be the third delivery of its message, which is WeChat's last."""
HUNG_UP = 5.1
"""Seconds after which WeChat has given a delivery up."""

_TEXT = "text/plain; charset=utf-8"
_XML = "text/xml; charset=utf-8"

_FAILURES = {
    "signature": "mac",
    "undecipherable": "mac",
    "window": "age",
    "not encrypted": "mode",
    "account": "mode",
    "size": "size",
}
"""What the figures call the reasons for which a push is refused; the others are of its shape."""

log = structlog.get_logger()


def webhook(settings: Settings, play: Play, clock: Callable[[], datetime]) -> Blueprint:
    """`GET` and `POST /wechat`.

    `play` gives the inner XML of the answer, or nothing; it is told when the request arrived, by
    `time.monotonic`. WeChat sends no CSRF token: whoever protects the whole app must exempt this
    blueprint.
    """
    blueprint = Blueprint("wechat", __name__)
    envelope = Envelope.of(settings)
    # Who waits has a thread of its own: half of them stay free for what can be answered.
    held = Semaphore(settings.threads // 2)
    secret_key = settings.secret_key.get_secret_value()
    identify, journal = partial(member_key, secret_key), Journal(secret_key)

    @blueprint.get("/wechat", provide_automatic_options=False)
    def verify() -> Response:
        return Response(envelope.verify_url(request.query_string, clock()), content_type=_TEXT)

    @blueprint.post("/wechat", provide_automatic_options=False)
    def receive() -> Response:
        arrived, body, now = time.monotonic(), _body(), clock()
        opened = envelope.open(request.query_string, body, now)
        metrics.clock_skew((now - opened.asked_at).total_seconds())
        with journal.delivery(len(body)) as record:
            message = _read(opened, identify)
            _note(record, message, now)
            if message and settings.wechat_account not in ("", message.account):
                record.outcome = "rejected"
                raise Refused(403, "account")
            try:
                answer = _answer(play, message, arrived)
            except NotRecorded as failure:
                comes_again = not failure.lasts and record.age < LAST
                if comes_again and held.acquire(blocking=False):
                    record.outcome = "dropped"
                    return _leave_unanswered(arrived, held)
                record.outcome, answer = "busy", failure.line
            if not answer:
                # WeChat takes this word, in every mode unencrypted, as "heard, nothing to say".
                return Response("success", content_type=_TEXT)
            return Response(envelope.seal(answer, opened, clock()), content_type=_XML)

    @blueprint.errorhandler(Refused)
    def refuse(refused: Refused) -> Response:
        log.info("push refused", reason=refused.reason, status=refused.status)
        metrics.signature_failed(_FAILURES.get(refused.reason, "shape"))
        return Response(status=refused.status, content_type=_TEXT)

    return blueprint


def _body() -> bytes:
    # Never request.data or request.form: the content type, which anybody may set, empties them.
    # One byte beyond the limit is read: a body that doesn't tell its size is cut there in silence,
    # and only that byte gives it away.
    request.max_content_length = BODY_LIMIT + 1
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Refused(413, "size") from None
    except HTTPException:
        raise Refused(400, "broken off") from None


def _read(opened: Opened, identify: Callable[[str], bytes]) -> Message | None:
    try:
        return read_push(opened.plain, opened.asked_at, identify)
    except Unreadable:
        if opened.key is None:
            # In plain mode the signature does not cover the body.
            raise
        log.warning("push unreadable")
        return None


def _note(record: Delivery, message: Message | None, now: datetime) -> None:
    if message is None:
        return
    record.kind, record.key, record.openid = message.kind.value, message.delivery, message.openid
    record.age = now - message.sent_at


def _answer(play: Play, message: Message | None, arrived: float) -> bytes:
    """What `play` answers; nothing for an event nobody waits on, nor when `play` breaks."""
    if message is None or message.kind is Kind.EVENT:
        return b""
    try:
        return play(message, arrived)
    except NotRecorded:
        raise
    except Exception as error:
        log.error("turn failed", delivery=message.delivery.hex()[:8], **trace(error))
        current().outcome = "dropped"
        return b""


def _leave_unanswered(arrived: float, held: Semaphore) -> Response:
    """Wait until WeChat has given this delivery up, so that it makes the next one.

    An error it repeats at once, as logs of others show: that would use up all three deliveries
    within a second, in which no store comes back.
    """
    try:
        time.sleep(max(0.0, arrived + HUNG_UP - time.monotonic()))
    finally:
        held.release()
    return Response(status=503, content_type=_TEXT)
