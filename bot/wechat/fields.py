"""The fields of a body that WeChat sent, XML or JSON, read strictly and within bounds."""

# wechatpy's own parser takes what nobody has authenticated yet to seven kinds of exception, needs
# up to 70 ms for one body of 64 KiB, hides that a field came twice, and knows no JSON. The
# envelope and the push inside it are therefore read here. The parser is the standard library's;
# it gets nothing that could define an entity, and nothing that is nested too often.

import json
import re
from typing import Any
from xml.etree import ElementTree

Fields = dict[str, str | None]
"""Top-level fields without blanks around them; None: given twice, or not a plain text."""

_MARKS, _REFERENCES = 4_000, 1_000
"""The largest pushes of WeChat have some 600 opening brackets and next to no character
references."""

_BEGINNING = re.compile(r"(?:<\?xml\s[^<>]*\?>\s*)?<xml[\s/>]")
"""How a body begins: where nothing stands before the root, nothing can define an entity."""
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&#(?:x(?P<hex>[0-9A-Fa-f]++)|(?P<decimal>[0-9]++));", re.DOTALL
)


class Refused(Exception):
    """This request is not one that WeChat makes of us; it gets `status` and an empty body."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Unreadable(Refused):
    """The body is neither XML nor JSON as WeChat writes it."""

    def __init__(self) -> None:
        super().__init__(400, "unreadable")


def read_fields(body: bytes) -> Fields:
    """The fields of a body.

    Raises Unreadable, and Refused for a document type declaration. Characters that XML forbids
    are dropped first, plain or as references: WeChat passes them on when a member types them.
    """
    try:
        text = legal(body.decode("utf-8-sig")).strip()
    except UnicodeDecodeError:
        raise Unreadable from None
    return _read_json(text) if text.startswith("{") else _read_xml(text)


def legal(text: str) -> str:
    """The text without the characters that XML 1.0 forbids, lone surrogates among them."""
    return _ILLEGAL.sub("", text)


def _read_json(text: str) -> Fields:
    try:
        # Numbers keep their digits: a MsgId is larger than a float is exact.
        fields: Fields = json.loads(
            text, strict=False, object_pairs_hook=_flat, parse_int=str, parse_float=str
        )
    except (ValueError, RecursionError):
        raise Unreadable from None
    return fields


def _flat(pairs: list[tuple[str, Any]]) -> Fields:
    fields: Fields = {}
    for name, value in pairs:
        plain = isinstance(value, str) and name not in fields
        fields[name] = legal(value).strip() if plain else None
    return fields


def _read_xml(text: str) -> Fields:
    if references := text.count("&#"):
        if references > _REFERENCES:
            raise Unreadable
        text = _REFERENCE.sub(_legal_reference, text)
    if not _BEGINNING.match(text) or text.count("<") > _MARKS:
        raise _not_ours(text)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise Unreadable from None
    fields: Fields = {}
    for element in root:
        plain = len(element) == 0 and element.tag not in fields
        fields[element.tag] = (element.text or "").strip() if plain else None
    return fields


def _not_ours(text: str) -> Refused:
    """Why nobody will parse this."""
    before_root = text.partition("<xml")[0]
    return Refused(400, "doctype") if "<!DOCTYPE" in before_root else Unreadable()


def _legal_reference(match: re.Match[str]) -> str:
    """The match as it is, unless it is a reference to a character that XML forbids.

    The pattern takes CDATA sections whole: in there a reference is text that somebody typed.
    """
    if match[0].startswith("<"):
        return match[0]
    digits = (match["hex"] or match["decimal"]).lstrip("0")
    code = int(digits or "0", 16 if match["hex"] else 10) if len(digits) < 8 else 0
    return match[0] if code <= 0x10FFFF and legal(chr(code)) else ""
