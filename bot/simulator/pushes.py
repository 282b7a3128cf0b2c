"""What WeChat sends when a follower does something, field by field as real pushes have it."""

import secrets
from dataclasses import dataclass

from bot.simulator.wording import STICKER

Field = tuple[str, str]
"""A tag and what stands in it, already written as XML."""


def in_cdata(words: str) -> str:
    return f"<![CDATA[{words.replace(']]>', ']]]]><![CDATA[>')}]]>"


def document(fields: tuple[Field, ...]) -> str:
    """One element to a line, the first on the line of the root, no declaration."""
    return "<xml>" + "\n".join(f"<{tag}>{inner}</{tag}>" for tag, inner in fields) + "\n</xml>"


@dataclass(frozen=True)
class Push:
    """One thing that happened. Delivering it again repeats it letter by letter."""

    openid: str
    fields: tuple[Field, ...]

    @property
    def xml(self) -> str:
        return document(self.fields)


@dataclass(frozen=True)
class Follower:
    """A person as one account sees him; each method is a thing he does at second `at`.

    Without a `msg_id` a push is a new message; with one it can be told from the outside.
    """

    account_id: str
    openid: str

    def text(self, content: str, at: int, msg_id: int | None = None) -> Push:
        return self._message("text", at, msg_id, ("Content", in_cdata(content)))

    def tap(self, content: str, menu_id: str, at: int, msg_id: int | None = None) -> Push:
        """Touch a `weixin://bizmsgmenu` link: a text with one more field."""
        said = self.text(content, at, msg_id)
        bare = menu_id.isascii() and menu_id.isdigit()
        touched = ("bizmsgmenuid", menu_id if bare else in_cdata(menu_id))
        return Push(self.openid, (*said.fields, touched))

    def sticker(self, at: int, msg_id: int | None = None) -> Push:
        """Stickers from the shop arrive as this text."""
        return self.text(STICKER, at, msg_id)

    def voice(self, recognition: str | None, at: int, msg_id: int | None = None) -> Push:
        """Speak; `recognition` is what WeChat made of it, None when it does not recognise."""
        heard = () if recognition is None else (("Recognition", in_cdata(recognition)),)
        fields = (_media("MediaId"), ("Format", in_cdata("amr")), *heard)
        return self._message("voice", at, msg_id, *fields)

    def image(self, at: int, msg_id: int | None = None) -> Push:
        address = f"http://mmbiz.qpic.cn/mmbiz_jpg/{secrets.token_urlsafe(24)}/0"
        picture = ("PicUrl", in_cdata(address))
        return self._message("image", at, msg_id, picture, _media("MediaId"))

    def video(self, at: int, msg_id: int | None = None) -> Push:
        return self._message("video", at, msg_id, _media("MediaId"), _media("ThumbMediaId"))

    def location(
        self,
        label: str,
        at: int,
        msg_id: int | None = None,
        place: tuple[float, float] = (39.915119, 116.403963),
    ) -> Push:
        """Send a place, given as latitude and longitude."""
        x, y = place
        return self._message(
            "location",
            at,
            msg_id,
            ("Location_X", f"{x:.6f}"),
            ("Location_Y", f"{y:.6f}"),
            ("Scale", "16"),
            ("Label", in_cdata(label)),
        )

    def link(self, title: str, address: str, at: int, msg_id: int | None = None) -> Push:
        return self._message(
            "link",
            at,
            msg_id,
            ("Title", in_cdata(title)),
            ("Description", in_cdata(title)),
            ("Url", in_cdata(address)),
        )

    def file(self, name: str, at: int, msg_id: int | None = None) -> Push:
        """Send a file: not documented, and real."""
        return self._message(
            "file",
            at,
            msg_id,
            ("Title", in_cdata(name)),
            ("Description", in_cdata("")),
            ("FileKey", in_cdata(secrets.token_urlsafe(24))),
            ("FileMd5", in_cdata(secrets.token_hex(16))),
            ("FileTotalLen", "20480"),
        )

    def subscribe(self, at: int, scene: str = "") -> Push:
        """Follow the account, `scene` being what the scanned code carries."""
        key = ("EventKey", in_cdata(f"qrscene_{scene}" if scene else ""))
        return self._event("subscribe", at, key, *([_ticket()] if scene else []))

    def unsubscribe(self, at: int) -> Push:
        return self._event("unsubscribe", at, ("EventKey", in_cdata("")))

    def scan(self, scene: str, at: int) -> Push:
        """Scan a code of the account while following it already."""
        return self._event("SCAN", at, ("EventKey", in_cdata(scene)), _ticket())

    def click(self, key: str, at: int) -> Push:
        """Touch a menu button of type click."""
        return self._event("CLICK", at, ("EventKey", in_cdata(key)))

    def _message(self, kind: str, at: int, msg_id: int | None, *fields: Field) -> Push:
        number = _new_id() if msg_id is None else msg_id
        return self._push(kind, at, *fields, ("MsgId", str(number)))

    def _event(self, event: str, at: int, *fields: Field) -> Push:
        return self._push("event", at, ("Event", in_cdata(event)), *fields)

    def _push(self, kind: str, at: int, *fields: Field) -> Push:
        head = (
            ("ToUserName", in_cdata(self.account_id)),
            ("FromUserName", in_cdata(self.openid)),
            ("CreateTime", str(at)),
            ("MsgType", in_cdata(kind)),
        )
        return Push(self.openid, head + fields)


def _media(tag: str) -> Field:
    return tag, in_cdata(secrets.token_urlsafe(24))


def _ticket() -> Field:
    return "Ticket", in_cdata(f"gQ{secrets.token_urlsafe(64)}==")


def _new_id() -> int:
    """A MsgId of the length that real ones have."""
    return secrets.randbelow(9 * 10**16) + 10**16
