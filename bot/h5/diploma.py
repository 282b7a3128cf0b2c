"""The picture of a certificate: whose, for what, by whom, and a code that leads to its page."""

from dataclasses import dataclass
from functools import lru_cache

from bot.h5.drawing import (
    FAINT,
    INK,
    MARGIN,
    RED,
    WIDTH,
    drawable,
    foot,
    jpeg,
    lines_of,
    sheet,
    write,
)

_SIZES = (48, 42, 36, 30)
"""Heights of the text's letters: the largest in which it leaves room for the honour below."""
_TOP, _BOTTOM = 310, 930
_HONOUR = 130
_INDENT = "\u3000\u3000"


@dataclass(frozen=True)
class Paper:
    """What stands on a certificate."""

    title: str
    to: str
    text: str
    honour: str
    issuer: str
    day: str
    hint: str
    address: str
    """Where the code leads."""


@lru_cache(32)
def draw(paper: Paper) -> bytes:
    """The picture as JPEG; the latest are kept. Raises Undrawable."""
    image, pen = sheet(paper.title)
    size, told = _set(drawable(paper.to), drawable(paper.text))
    for place, line in enumerate(told):
        write(pen, line, (MARGIN, _TOP + place * _step(size)), size, INK, anchor="lm")
    middle = (_TOP + len(told) * _step(size) + _BOTTOM) // 2
    write(pen, drawable(paper.honour), (WIDTH // 2, middle), 68, RED, bold=1)
    right = WIDTH - MARGIN
    write(pen, drawable(paper.issuer), (right, 960), 42, INK, anchor="rm")
    write(pen, paper.day, (right, 1030), 36, FAINT, anchor="rm")
    foot(image, pen, paper.address, paper.hint)
    return jpeg(image)


def _set(to: str, text: str) -> tuple[int, list[str]]:
    """The size of the letters, and the lines of the text in it."""
    for size in _SIZES:
        told = _lines(to, text, size)
        if len(told) * _step(size) <= _BOTTOM - _TOP - _HONOUR:
            return size, told
    raise ValueError(f"{len(to + text)} characters are more than a certificate has")


def _lines(to: str, text: str, size: int) -> list[str]:
    room = WIDTH - 2 * MARGIN
    return [*lines_of(to, size, room), *lines_of(_INDENT + text, size, room)]


def _step(size: int) -> int:
    return size * 5 // 3
