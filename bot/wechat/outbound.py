"""Outbound: our Reply becomes the XML that WeChat shows."""

from collections.abc import Callable
from datetime import datetime

from wechatpy.replies import TextReply

from bot.conversation.message import Message
from bot.conversation.reply import Page, Part, Prose, Reply, Silence, Tap, Text, compile_text
from bot.wechat.fields import legal


def render(
    reply: Reply, message: Message, now: datetime, page_address: Callable[[str], str]
) -> bytes:
    """The answer to `message`; no bytes at all when there is nothing to say.

    WeChat shows "service unavailable" for an empty Content, so a text without words is silence.
    """
    if isinstance(reply, Silence):
        return b""
    words = compile_text(Text(tuple(_clean(part) for part in reply.parts)), page_address)
    if not words.strip():
        return b""
    answer = TextReply(
        target=_for_cdata(message.openid),
        source=_for_cdata(message.account),
        time=int(now.timestamp()),
        content=_for_cdata(words),
    )
    rendered: str = answer.render()
    return rendered.encode()


def _clean(part: Part) -> Part:
    """The part without what XML can't carry."""
    match part:
        case str():
            return legal(part)
        case Prose(words):
            return Prose(legal(words))
        case Tap(label, sends):
            return Tap(legal(label), legal(sends))
        case Page(label, path):
            return Page(legal(label), legal(path))


def _for_cdata(words: str) -> str:
    # wechatpy writes into CDATA as it is: a member's `]]>` would close it and inject elements.
    return words.replace("]]>", "]]]]><![CDATA[>")
