"""Files that somebody brings: pictures are made anew, documents are looked through.

What is served later is never what was sent, but for PDFs, which browsers are told to save. Those
with scripts or files inside are refused as far as that can be seen; no virus is looked for.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from bot.domain.entry_files import NAME_MOST, Content

MOST_MB = 5
_PIXELS = 25_000_000
_WIDTH = 1280
"""As wide as a phone shows, twice."""
_UNWELCOME = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia)\b")
_TAIL = 2048
"""Bytes within which a PDF ends."""


class Trouble(StrEnum):
    """Why a file is not taken."""

    NONE = "none"
    """There is none."""
    LARGE = "large"
    OTHER = "other"
    """Neither a picture nor a PDF."""
    BROKEN = "broken"
    """It says that it is one, and can't be read."""
    ACTIVE = "active"
    """Scripts or files are inside."""


@dataclass(eq=False)
class Unacceptable(Exception):
    """The file is not taken."""

    trouble: Trouble


def accepted(name: str, content: bytes, *, cover: bool) -> Content:
    """What is kept of a file. Raises Unacceptable."""
    if not content:
        raise Unacceptable(Trouble.NONE)
    if len(content) > MOST_MB * 2**20:
        raise Unacceptable(Trouble.LARGE)
    stem = "".join(char for char in name if char.isprintable()).rpartition(".")[0]
    stem = re.sub(r"[\\/:*?\"<>|]", "", stem)[-(NAME_MOST - 4) :] or "1"
    if content.startswith(b"%PDF-") and not cover:
        return Content(f"{stem}.pdf", "pdf", _document(content))
    return Content(f"{stem}.jpg", "jpg", _picture(content))


def _document(content: bytes) -> bytes:
    if b"%%EOF" not in content[-_TAIL:]:
        raise Unacceptable(Trouble.BROKEN)
    if _UNWELCOME.search(content):
        raise Unacceptable(Trouble.ACTIVE)
    return content


def _picture(content: bytes) -> bytes:
    """As JPEG, with nothing of the file but what is seen."""
    # Loaded when the first one is brought: most workers never see one.
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > _PIXELS:
                raise Unacceptable(Trouble.LARGE)
            image.draft("RGB", (_WIDTH, _WIDTH))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((_WIDTH, _WIDTH))
            seen = upright.convert("RGBA")
    except UnidentifiedImageError:
        raise Unacceptable(Trouble.OTHER) from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unacceptable(Trouble.BROKEN) from None
    sheet = Image.new("RGB", seen.size, "white")
    sheet.paste(seen, mask=seen.getchannel("A"))
    made = BytesIO()
    sheet.save(made, "JPEG", quality=82)
    return made.getvalue()
