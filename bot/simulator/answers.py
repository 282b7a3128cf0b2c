"""What a reply says, and how a phone shows it."""

import re
from dataclasses import dataclass
from enum import StrEnum, auto
from urllib.parse import unquote
from xml.etree import ElementTree

TEXT_LIMIT = 2_048
"""Bytes of UTF-8 after which WeChat drops a text: measured by integrators, not documented."""


class Flaw(StrEnum):
    """Why WeChat would tell the member that the account is out of order."""

    LATE = auto()
    UNREACHABLE = auto()
    STATUS = auto()
    NOT_XML = auto()
    UNSEALED = auto()
    SIGNATURE = auto()
    CIPHER = auto()
    APP = auto()
    SENDER = auto()
    RECIPIENT = auto()
    EMPTY = auto()
    TOO_LONG = auto()


class BadAnswer(Exception):
    """A reply that WeChat would not show."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True)
class Words:
    """Plain words, line breaks included."""

    words: str


@dataclass(frozen=True)
class Tap:
    """Words that, when touched, send `sends` in the member's name."""

    label: str
    sends: str
    menu_id: str


@dataclass(frozen=True)
class PageLink:
    """Words that open a page."""

    label: str
    address: str


Part = Words | Tap | PageLink


@dataclass(frozen=True)
class Answer:
    """A reply as WeChat understands it; `kind` is its MsgType, or "silence"."""

    kind: str
    text: str = ""
    xml: str = ""
    sender: str = ""
    recipient: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        return parts_of(self.text)

    @property
    def size(self) -> int:
        """Bytes of the text, tags included, which is what WeChat counts."""
        return len(self.text.encode())


SILENCE = Answer("silence")


def parse(xml: bytes | str) -> ElementTree.Element:
    """The root of the document. Raises BadAnswer."""
    try:
        return ElementTree.fromstring(xml)
    except (ElementTree.ParseError, ValueError):
        raise BadAnswer(Flaw.NOT_XML) from None


def read_answer(xml: str) -> Answer:
    """The reply in this unencrypted XML. Raises BadAnswer where WeChat would show an outage."""
    root = parse(xml)
    answer = Answer(
        kind=root.findtext("MsgType", ""),
        text=root.findtext("Content", ""),
        xml=xml,
        sender=root.findtext("FromUserName", ""),
        recipient=root.findtext("ToUserName", ""),
    )
    if not answer.kind:
        raise BadAnswer(Flaw.NOT_XML)
    if answer.kind == "text" and not answer.text:
        raise BadAnswer(Flaw.EMPTY)
    if answer.size > TEXT_LIMIT:
        raise BadAnswer(Flaw.TOO_LONG)
    return answer


_LINK = re.compile(r"""<a\s+href=(?P<quote>["'])(?P<href>.*?)(?P=quote)[^>]*>(?P<label>.*?)</a>""")
_TAP = "weixin://bizmsgmenu?"


def parts_of(text: str) -> tuple[Part, ...]:
    """The text taken apart as the phone draws it; a tag it does not know stays as it is."""
    parts: list[Part] = []
    end = 0
    for link in _LINK.finditer(text):
        if (part := _linked(link["href"], link["label"])) is None:
            continue
        parts += _words(text[end : link.start()])
        parts.append(part)
        end = link.end()
    return (*parts, *_words(text[end:]))


def _words(words: str) -> list[Part]:
    return [Words(words)] if words else []


def _linked(href: str, label: str) -> Part | None:
    if href.startswith(_TAP):
        fields = dict(pair.partition("=")[::2] for pair in href.removeprefix(_TAP).split("&"))
        content = unquote(fields.get("msgmenucontent", ""))
        return Tap(label, content, fields.get("msgmenuid", ""))
    if href.startswith(("https://", "http://")):
        return PageLink(label, href)
    return None
