"""Outbound: our Reply becomes the XML that WeChat shows."""

from collections.abc import Callable
from datetime import datetime

from wechatpy.replies import TextReply

from bot.conversation.message import Message
from bot.conversation.reply import Reply, Silence, compile_text
from bot.wechat.fields import legal


def render(
    reply: Reply, message: Message, now: datetime, page_address: Callable[[str], str]
) -> bytes:
    """The answer to `message`; no bytes at all when there is nothing to say.

    WeChat shows "service unavailable" for an empty Content, so a text without words is silence.
    """
    if isinstance(reply, Silence):
        return b""
    # XML can't carry everything that a text can.
    words = legal(compile_text(reply, page_address))
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


def _for_cdata(words: str) -> str:
    # wechatpy writes into CDATA as it is: a member's `]]>` would close it and inject elements.
    return words.replace("]]>", "]]]]><![CDATA[>")
