"""The text of a file, in whichever encoding an office computer wrote it."""

import codecs
import re
from collections.abc import Iterator

from quiz_bank.formats import wording
from quiz_bank.formats.found import Unreadable

MOST_LINES = 200_000

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_TEXT = re.compile("[\0-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_ENDS = re.compile(r"\r\n?")


def decode(content: bytes) -> str:
    """The text, its lines ended by line feeds. Raises Unreadable."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return _lines(text)
    broken = _nearly_utf8(content) and not _is_utf8(content)
    raise Unreadable(wording.BROKEN_ENCODING if broken else wording.NOT_TEXT)


def _encodings(content: bytes) -> Iterator[str]:
    """What the file may be written in, the likeliest first."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            yield encoding
            return
    if b"\0" in content:
        # UTF-16 without a mark, unless it is UTF-8 but for the zeros.
        if not _is_utf8(content.replace(b"\0", b"")):
            # In the bytes of a line end or a figure, the zero is the higher one.
            little = content[1::2].count(0) > content[::2].count(0)
            yield "utf-16-le" if little else "utf-16-be"
        return
    yield "utf-8"
    # Nearly any bytes are GB18030: of a damaged UTF-8 file it makes other characters.
    if not _nearly_utf8(content):
        yield "gb18030"


def _nearly_utf8(content: bytes) -> bool:
    broken = content.decode("utf-8", "replace").count("\ufffd")
    beyond_ascii = len(content) - len(content.decode("ascii", "ignore"))
    return broken * 30 < beyond_ascii


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines(text: str) -> str:
    text = _ENDS.sub("\n", text)
    if text.count("\n") > MOST_LINES:
        raise Unreadable(wording.TOO_MANY_LINES.format(limit=MOST_LINES))
    return text
