"""The picture of an approved motto: paper, ink, a seal's red, and a code that leads to its page."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO

import segno
from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1080, 1440
"""Three to four, as phones keep pictures; at this width a photo printer makes 9 cm of it."""
_SIMPLIFIED = 2
"""The place of the simplified forms in the font's collection; the first would be the Japanese."""
_PAPER, _RED, _INK, _FAINT, _GOLD = "#fdf8ef", "#b3261e", "#26211c", "#6f6357", "#c9a15a"
_NO_GLYPH = "\U0010ffff"
_BAND = 210
_MARGIN = 120
_SIZES = (108, 96, 84, 76, 68)
"""Heights of the motto's letters: the largest that needs no more lines than there is room for."""
_TOP, _BOTTOM = 250, 910
"""Between what the lines of the motto stand."""
_NOT_FIRST = frozenset("，。、；：？！”’）》〉」』】…—·")
"""What may not begin a line (GB/T 15834, 5.1); it hangs at the end of the line before."""
_NOT_LAST = frozenset("“‘（《〈「『【")


_NO_LETTER = frozenset("SMZ")
"""What may be left out; not what is unassigned, since a letter may be newer than our tables."""
_CLAUSE = re.compile(r".+?(?:[，。；！？]+[”’）》」』]*|$)")


class Undrawable(ValueError):
    """A letter that the font does not have: a box in its place would be no keepsake."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"no glyph for U+{ord(letter):04X}")
        self.letter = letter


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
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, _BAND), fill=_RED)
    pen.rectangle((0, _BAND, WIDTH, _BAND + 8), fill=_GOLD)
    _write(pen, poster.title, (WIDTH // 2, _BAND // 2), 76, _PAPER, bold=2)
    _write_motto(pen, drawable(poster.words))
    _write(pen, drawable(poster.signed), (WIDTH // 2, 960), 46, _INK)
    _write(pen, poster.below, (WIDTH // 2, 1030), 36, _FAINT)
    pen.line((_MARGIN, 1100, WIDTH - _MARGIN, 1100), fill=_GOLD, width=3)
    code = _code(poster.address)
    image.paste(code, (_MARGIN, 1270 - code.height // 2))
    right = WIDTH - _MARGIN - code.width - 50
    hint = list(_lines(poster.hint, 40, right))
    for place, line in enumerate(hint):
        middle = 1270 + 60 * place - 30 * (len(hint) - 1)
        _write(pen, line, (_MARGIN + code.width + 50, middle), 40, _INK, anchor="lm")
    file = BytesIO()
    image.save(file, "JPEG", quality=90, optimize=True)
    return file.getvalue()


def drawable(words: str) -> str:
    """The words without signs that the font does not have. Raises Undrawable for a letter."""
    for letter in words:
        if not _has(letter) and unicodedata.category(letter)[0] not in _NO_LETTER:
            raise Undrawable(letter)
    return "".join(letter for letter in words if _has(letter))


def _write_motto(pen: ImageDraw.ImageDraw, words: str) -> None:
    size, lines = _set(words)
    top = (_TOP + _BOTTOM - _height(size, lines) + size) // 2
    for place, line in enumerate(lines):
        _write(pen, line, (WIDTH // 2, top + place * _step(size)), size, _INK, bold=1)


def _set(words: str) -> tuple[int, list[str]]:
    """The largest letters in which the words have room: a clause to a line, else evenly."""
    room = WIDTH - 2 * _MARGIN
    clauses = _CLAUSE.findall(words)
    for size in _SIZES:
        for lines in (clauses, list(_lines(words, size, room))):
            if _height(size, lines) <= _BOTTOM - _TOP and _width(size, lines) <= room + size:
                return size, lines
    raise ValueError(f"{len(words)} characters are more than a motto has")


def _width(size: int, lines: list[str]) -> float:
    return max(map(_font(size).getlength, lines))


def _height(size: int, lines: list[str]) -> int:
    return _step(size) * (len(lines) - 1) + size


def _step(size: int) -> int:
    """From the middle of a line to that of the next."""
    return size * 3 // 2


def _write(
    pen: ImageDraw.ImageDraw,
    words: str,
    at: tuple[int, int],
    size: int,
    colour: str,
    bold: int = 0,
    anchor: str = "mm",
) -> None:
    # The font that ships has one weight: a stroke around each letter makes another.
    pen.text(at, words, colour, _font(size), anchor, stroke_width=bold, stroke_fill=colour)


def _lines(words: str, size: int, room: int) -> Iterator[str]:
    """The words in lines of about one length, so that no letter stands alone in the last."""
    font = _font(size)
    count = max(1, -(-int(font.getlength(words)) // room))
    room = min(room, int(font.getlength(words)) // count + size)
    line = ""
    for at, letter in enumerate(words):
        clings = letter in _NOT_FIRST or (line and line[-1] in _NOT_LAST)
        opens_last = letter in _NOT_LAST and at + 1 < len(words)
        width = font.getlength(line + letter) + (size if opens_last else 0)
        if line and width > room and not clings:
            yield line
            line = ""
        line += letter
    yield line


def _code(address: str) -> Image.Image:
    """The address as a QR code, with the quiet zone that the standard asks for (ISO/IEC 18004)."""
    file = BytesIO()
    segno.make(address, error="m", micro=False).save(file, kind="png", scale=7, border=4)
    return Image.open(file).convert("RGB")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), size, index=_SIMPLIFIED)


@cache
def _tofu() -> bytes:
    return bytes(_font(24).getmask(_NO_GLYPH))


def _has(letter: str) -> bool:
    return bytes(_font(24).getmask(letter)) != _tofu()
