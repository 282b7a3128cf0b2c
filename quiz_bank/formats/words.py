"""Words as they come out of files: on one line, and folded for comparison with ours."""

import re
import unicodedata

_LINE_ENDS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""What Word and web pages leave behind; other odd characters are complained about."""


def tidy(words: str) -> str:
    """The words on one line, without the invisible characters of a copied text."""
    if words.isprintable():
        return words.strip()
    pieces = [piece.strip() for piece in _LINE_ENDS.split(_INVISIBLE.sub("", words))]
    line = ""
    for piece in filter(None, pieces):
        # Chinese is written without spaces: a line that ends is no gap there.
        gap = " " if line and line[-1].isascii() and piece[0].isascii() else ""
        line += gap + piece
    return line


def plain(words: str) -> str:
    """What two ways to write a header or a keyword share: no width, case or space counts."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())
