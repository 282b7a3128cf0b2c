"""Replies to others that quote an entry: they go with its author.

A reply is kept for a day, though WeChat repeats a message for seconds only. Whoever comes back in
those seconds for one that has gone is told so, and may ask again.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.orm import Session

from bot.domain.retention import length_of
from bot.storage.bytes_in import holds
from bot.storage.tables import Delivery

STRUCK = "struck"
"""The outcome of a delivery whose reply has gone."""
_OPENING = 8
"""Characters by which an entry is known: it has no fewer, and a long reply may lose its end."""
_AT_ONCE = 500
_CHANGED = re.compile(r"[<\]]")
"""What does not stand in a reply as it was written."""


def strike_replies(session: Session, now: datetime, author: bytes, quoted: Iterable[str]) -> None:
    """Remove the replies of the last day in which others were told one of the author's texts."""
    pieces = {piece for words in quoted if (piece := _piece(words))}
    if not pieces:
        return
    # Found first and changed by key: MySQL would lock whatever an update walks past.
    found = session.execute(
        select(Delivery.member_key, Delivery.delivery_key).where(
            Delivery.received_at >= now - length_of("delivery", "reply"),
            Delivery.member_key != author,
            or_(*(holds(Delivery.reply, piece.encode()) for piece in sorted(pieces))),
        )
    )
    keys = sorted(tuple(row) for row in found)
    for some in _batches(keys):
        session.execute(
            update(Delivery)
            .where(tuple_(Delivery.member_key, Delivery.delivery_key).in_(some))
            .values(reply=b"", outcome=STRUCK)
        )


def _piece(words: str) -> str:
    """Enough of the text to know it by; nothing of one too short to be an entry."""
    piece = max(_CHANGED.split(words), key=len)[:_OPENING]
    return piece if len(words) >= _OPENING else ""


def _batches(keys: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
