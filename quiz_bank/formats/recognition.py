"""Which format a file has: its content tells, whatever its name says."""

import re
from collections.abc import Callable

from quiz_bank.formats import aiken, delimited, excel, gift, moodle, pasted, toml, wording
from quiz_bank.formats.found import Reading, Unreadable
from quiz_bank.formats.text import decode

LARGEST_MB = 5
WORKBOOK, TEXT = "workbook", "text"

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = {
    b"%PDF": "pdf",
    b"{\\rtf": "rtf",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
    b"Rar!": "zip",
    b"7z\xbc\xaf": "zip",
    b"\x1f\x8b": "zip",
}
"""How files begin that hold no questions we could read, and what they are called."""
_IN_ZIP = {b"word/": "word", b"ppt/": "powerpoint", b"opendocument.spreadsheet": "ods"}
_IN_OLE = {"WordDocument": "word", "PowerPoint Document": "powerpoint"}
_TOML = re.compile(r"(?m)^\s*\[\[question\]\]")
_HTML = re.compile(r"\s*<(?:!doctype html|html|head|body|table|meta|div)\b", re.IGNORECASE)
_SPREADSHEET_XML = "urn:schemas-microsoft-com:office:spreadsheet"
_START = 4_000


def read_content(content: bytes) -> Reading:
    """What the file holds. Raises Unreadable."""
    container = container_of(content)
    if container in wording.OTHER_FILES:
        raise Unreadable(wording.OTHER_FILES[container])
    return excel.read(content) if container == WORKBOOK else _read_text(content)


def container_of(content: bytes) -> str:
    """WORKBOOK, TEXT, or which of `wording.OTHER_FILES` it is. Raises Unreadable."""
    if len(content) > LARGEST_MB * 2**20:
        raise Unreadable(wording.TOO_BIG.format(limit=LARGEST_MB))
    if not content.strip(b"\0\t\n\r \xef\xbb\xbf"):
        raise Unreadable(wording.EMPTY_FILE)
    refuse = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if refuse:
        return refuse
    if content.startswith(_ZIP):
        return _in_zip(content)
    return _in_ole(content) if content.startswith(_OLE) else TEXT


def text_of(content: bytes) -> str:
    """The text, unless it is another program's table in disguise. Raises Unreadable."""
    text = decode(content)
    start = text[:_START].lstrip()
    if start.startswith("<") and _SPREADSHEET_XML in start:
        raise Unreadable(wording.SPREADSHEET_XML)
    if _HTML.match(start):
        raise Unreadable(wording.HTML)
    return text


def _in_zip(content: bytes) -> str:
    if b"xl/workbook" in content or b"xl/worksheets" in content:
        return WORKBOOK
    return next((kind for mark, kind in _IN_ZIP.items() if mark in content), "zip")


def _in_ole(content: bytes) -> str:
    """A file of the older Office, or a new one with a password, which is packed into such."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise Unreadable(wording.ENCRYPTED)
    if holds("Workbook") or holds("Book"):
        return WORKBOOK
    return next((kind for name, kind in _IN_OLE.items() if holds(name)), "ole")


def _read_text(content: bytes) -> Reading:
    text = text_of(content)
    if text[:_START].lstrip().startswith(("<?xml", "<quiz", "<!")):
        return moodle.read(content)
    return _reader(text)(text)


def _reader(text: str) -> Callable[[str], Reading]:
    if _TOML.search(text):
        return toml.read
    if delimiter := delimited.delimiter_of(text):
        return lambda text: delimited.read(text, delimiter)
    if gift.looks_like(text):
        return gift.read
    return aiken.read if aiken.looks_like(text) else pasted.read
