"""What pictures are drawn with: letters that the font has, lines that break well, a code."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from io import BytesIO

import segno
from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1080, 1440
"""Three to four, as phones keep pictures; at this width a photo printer makes 9 cm of it."""
PAPER, RED, INK, FAINT, GOLD = "#fdf8ef", "#b3261e", "#26211c", "#6f6357", "#c9a15a"
MARGIN = 120
_BAND = 210
_SIMPLIFIED = 2
"""The place of the simplified forms in the font's collection; the first would be the Japanese."""
_NO_GLYPH = "\U0010ffff"
NOT_FIRST = frozenset("，。、；：？！”’）》〉」』】…—·")
"""What may not begin a line (GB/T 15834, 5.1); it hangs at the end of the line before."""
_NOT_LAST = frozenset("“‘（《〈「『【")
_NO_LETTER = frozenset("SMZ")
"""What may be left out; not what is unassigned, since a letter may be newer than our tables."""


class Undrawable(ValueError):
    """A letter that the font does not have: a box in its place would be no keepsake."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"no glyph for U+{ord(letter):04X}")
        self.letter = letter


def sheet(title: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Paper with a red band that bears a title, and a pen for it."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, _BAND), fill=RED)
    pen.rectangle((0, _BAND, WIDTH, _BAND + 8), fill=GOLD)
    write(pen, title, (WIDTH // 2, _BAND // 2), 76, PAPER, bold=2)
    return image, pen


def foot(image: Image.Image, pen: ImageDraw.ImageDraw, address: str, hint: str) -> None:
    """The foot of a sheet: a code that leads to the address, and what it is for."""
    pen.line((MARGIN, 1100, WIDTH - MARGIN, 1100), fill=GOLD, width=3)
    code = _code(address)
    image.paste(code, (MARGIN, 1270 - code.height // 2))
    right = WIDTH - MARGIN - code.width - 50
    told = [part for line in hint.split("\n") for part in lines_of(line, 40, right)]
    for place, line in enumerate(told):
        middle = 1270 + 60 * place - 30 * (len(told) - 1)
        write(pen, line, (MARGIN + code.width + 50, middle), 40, INK, anchor="lm")


def jpeg(image: Image.Image) -> bytes:
    """The picture as a file."""
    file = BytesIO()
    image.save(file, "JPEG", quality=90, optimize=True)
    return file.getvalue()


def drawable(words: str) -> str:
    """The words without signs that the font does not have. Raises Undrawable for a letter."""
    for letter in words:
        if not _has(letter) and unicodedata.category(letter)[0] not in _NO_LETTER:
            raise Undrawable(letter)
    return "".join(letter for letter in words if _has(letter))


def write(
    pen: ImageDraw.ImageDraw,
    words: str,
    at: tuple[int, int],
    size: int,
    colour: str,
    bold: int = 0,
    anchor: str = "mm",
) -> None:
    """Write a line, by its middle unless `anchor` says otherwise."""
    # The font that ships has one weight: a stroke around each letter makes another.
    pen.text(at, words, colour, font(size), anchor, stroke_width=bold, stroke_fill=colour)


def lines_of(words: str, size: int, room: int) -> Iterator[str]:
    """The words in lines of about one length, so that no letter stands alone in the last."""
    letters = font(size)
    count = max(1, -(-int(letters.getlength(words)) // room))
    room = min(room, int(letters.getlength(words)) // count + size)
    line = ""
    for at, letter in enumerate(words):
        clings = letter in NOT_FIRST or (line and line[-1] in _NOT_LAST)
        opens_last = letter in _NOT_LAST and at + 1 < len(words)
        width = letters.getlength(line + letter) + (size if opens_last else 0)
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
def font(size: int) -> ImageFont.FreeTypeFont:
    """The letters of this height."""
    return ImageFont.truetype(str(FONT_PATH), size, index=_SIMPLIFIED)


@cache
def _tofu() -> bytes:
    return bytes(font(24).getmask(_NO_GLYPH))


def _has(letter: str) -> bool:
    return bytes(font(24).getmask(letter)) != _tofu()
