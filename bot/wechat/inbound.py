"""Inbound: an authenticated push becomes our Message."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from wechatpy.events import EVENT_TYPES, ClickEvent, ScanEvent, SubscribeEvent, UnsubscribeEvent
from wechatpy.messages import MESSAGE_TYPES, UnknownMessage, VoiceMessage

from bot.conversation.message import Kind, Message
from bot.wechat.envelope import WINDOW
from bot.wechat.fields import read_fields

RAW_LIMIT = 2_048
"""Characters kept of a text; nothing a member is asked for is a tenth as long."""

_NAMING = ("FromUserName", "ToUserName", "MsgType", "MsgId", "Event", "CreateTime")
_BUSINESS = (
    "MsgType", "CreateTime", "Event", "EventKey", "Ticket", "Content", "bizmsgmenuid",
    "Recognition", "MediaId", "FileKey", "Location_X", "Location_Y", "Url",
)  # fmt: skip
_WORDLESS = {
    "image": Kind.IMAGE,
    "voice": Kind.VOICE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "location": Kind.LOCATION,
    "link": Kind.LINK,
    "file": Kind.FILE,
}
_NAME = re.compile(r"[!-~]{1,64}")
_MSG_ID = re.compile(r"0*[1-9][0-9]{0,19}")
_SECONDS = re.compile(r"[0-9]{1,11}")


def read_push(plain: bytes, asked_at: datetime, identify: Callable[[str], bytes]) -> Message | None:
    """The message in a push, or None when it can't be said who wrote what to whom.

    A field that names the push and comes twice, or nested, names nothing; any other such field
    counts as empty. `identify` gives the member of an openid. `asked_at`, the signed time of
    the request, stands in for a CreateTime that is missing or absurd. Raises Refused.
    """
    fields = read_fields(plain)
    if any(fields.get(name, "") is None for name in _NAMING):
        return None
    texts = {name: text or "" for name, text in fields.items()}
    openid, account = texts.get("FromUserName", ""), texts.get("ToUserName", "")
    sort = texts.get("MsgType", "").lower()
    if not (sort and _NAME.fullmatch(openid) and _NAME.fullmatch(account)):
        return None
    kind, raw = _meaning(sort, texts)
    fingerprint = _fingerprint(texts)
    return Message(
        delivery=_delivery(sort, texts, fingerprint),
        fingerprint=fingerprint,
        member=identify(openid),
        openid=openid,
        account=account,
        sent_at=_sent_at(texts.get("CreateTime", ""), asked_at),
        kind=kind,
        raw=raw[:RAW_LIMIT],
        spoken=kind is Kind.TEXT and sort == "voice",
    )


def _meaning(sort: str, texts: dict[str, str]) -> tuple[Kind, str]:
    """The kind of a push, and the words, the scene or the key that it carries."""
    if sort == "text":
        # Nearly all are, and of a text there is nothing to recognise.
        return Kind.TEXT, texts.get("Content", "")
    match push := _recognised(sort, texts):
        case VoiceMessage() if push.recognition:
            return Kind.TEXT, push.recognition
        case SubscribeEvent():
            # Only a scene has the prefix; payments and bar codes bring keys of their own.
            return Kind.FOLLOW, push.key.removeprefix("qrscene_")
        case UnsubscribeEvent():
            return Kind.UNFOLLOW, ""
        case ScanEvent():
            return Kind.SCAN, push.scene_id or ""
        case ClickEvent():
            return Kind.CLICK, push.key or ""
    if sort in ("event", "device_event"):
        return Kind.EVENT, ""
    return _WORDLESS.get(sort, Kind.UNSUPPORTED), ""


def _recognised(sort: str, texts: dict[str, str]) -> Any:
    """The push as wechatpy's class for it; the case of an event's name varies."""
    if sort == "event":
        known = EVENT_TYPES.get(texts.get("Event", "").lower(), UnknownMessage)
    else:
        known = MESSAGE_TYPES.get(sort, UnknownMessage)
    # A copy, because wechatpy writes its defaults into what it is given.
    return known(dict(texts))


def _fingerprint(texts: dict[str, str]) -> bytes:
    # No text can hold the separator: XML forbids it, so it was dropped on reading.
    return sha256("\x1f".join(texts.get(name, "") for name in _BUSINESS).encode()).digest()


def _delivery(sort: str, texts: dict[str, str], fingerprint: bytes) -> bytes:
    """The name that WeChat's repetitions of a push share, and no other push has.

    A MsgId alone names nothing: it repeats across members. One that is missing or 0 is no id,
    and then the contents stand in for it.
    """
    ends = texts.get("ToUserName", ""), texts.get("FromUserName", "")
    if sort == "event":
        names = ("CreateTime", "Event", "EventKey", "Ticket")
        parts = ["e", *ends, *(texts.get(name, "") for name in names)]
    elif _MSG_ID.fullmatch(msg_id := texts.get("MsgId", "")):
        parts = ["m", *ends, msg_id]
    else:
        parts = ["n", *ends, texts.get("CreateTime", ""), sort, fingerprint.hex()]
    return sha256("|".join(parts).encode()).digest()


def _sent_at(created: str, asked_at: datetime) -> datetime:
    """WeChat's CreateTime, unless it lies too far from the time WeChat signed to be true."""
    if not _SECONDS.fullmatch(created) or abs(int(created) - asked_at.timestamp()) > WINDOW:
        return asked_at
    return datetime.fromtimestamp(int(created), UTC)
