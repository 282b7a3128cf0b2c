"""A list as a file in a browser's hands, and what the trail notes of it."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from flask import Response, send_file

from bot.console.exports import wording
from bot.console.sheets import WRITERS, Sheet
from bot.domain.identity import campaign_day


def written(sheet: Sheet, format_: str, note: str) -> tuple[bytes, Mapping[str, Any]]:
    """The file, and by what it is known again: format, rows, hash."""
    content = WRITERS[format_](sheet, note)
    digest = sha256(content).hexdigest()
    return content, {"format": format_, "count": len(sheet.rows), "sha256": digest}


def handed_out(content: bytes, name: str, format_: str, now: datetime) -> Response:
    """The file as something to keep, named after the list and the day."""
    day = campaign_day(now).strftime("%Y%m%d")
    saved_as = wording.FILE_NAME.format(name=name, day=day, ending=format_)
    return send_file(
        BytesIO(content), "application/octet-stream", as_attachment=True, download_name=saved_as
    )
