"""The picture of an approved motto: paper, ink, a seal's red, and a code that leads to its page."""

import re
from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageDraw

from bot.h5.drawing import (
    FAINT,
    INK,
    MARGIN,
    WIDTH,
    drawable,
    font,
    foot,
    jpeg,
    lines_of,
    sheet,
    write,
)

_SIZES = (108, 96, 84, 76, 68)
"""Heights of the motto's letters: the largest that needs no more lines than there is room for."""
_TOP, _BOTTOM = 250, 910
"""Between what the lines of the motto stand."""
_CLAUSE = re.compile(r".+?(?:[，。；！？]+[”’）》」』]*|$)")


@dataclass(frozen=True)
class Poster:
    """What stands on a picture. Signs without a glyph, such as emoji, are left out."""

    title: str
    words: str
    signed: str
    below: str
    """Number and day."""
    hint: str
    """What the code is for."""
    address: str
    """Where the code leads."""


@lru_cache(32)
def draw(poster: Poster) -> bytes:
    """The picture as JPEG, some 120 KB; the latest are kept. Raises Undrawable."""
    image, pen = sheet(poster.title)
    _write_motto(pen, drawable(poster.words))
    write(pen, drawable(poster.signed), (WIDTH // 2, 960), 46, INK)
    write(pen, poster.below, (WIDTH // 2, 1030), 36, FAINT)
    foot(image, pen, poster.address, poster.hint)
    return jpeg(image)


def _write_motto(pen: ImageDraw.ImageDraw, words: str) -> None:
    size, lines = _set(words)
    top = (_TOP + _BOTTOM - _height(size, lines) + size) // 2
    for place, line in enumerate(lines):
        write(pen, line, (WIDTH // 2, top + place * _step(size)), size, INK, bold=1)


def _set(words: str) -> tuple[int, list[str]]:
    """The largest letters in which the words have room: a clause to a line, else evenly."""
    room = WIDTH - 2 * MARGIN
    clauses = _CLAUSE.findall(words)
    for size in _SIZES:
        for lines in (clauses, list(lines_of(words, size, room))):
            if _height(size, lines) <= _BOTTOM - _TOP and _width(size, lines) <= room + size:
                return size, lines
    # A row of marks that may not begin a line is longer than a line: it is cut as letters are.
    smallest = _SIZES[-1]
    most = room // smallest
    return smallest, [words[at : at + most] for at in range(0, len(words), most)]


def _width(size: int, lines: list[str]) -> float:
    return max(map(font(size).getlength, lines))


def _height(size: int, lines: list[str]) -> int:
    return _step(size) * (len(lines) - 1) + size


def _step(size: int) -> int:
    """From the middle of a line to that of the next."""
    return size * 3 // 2
