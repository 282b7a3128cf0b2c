"""The cover and the attachments of what a unit sends in.

They are kept in SQL, where they come with each backup and go with their entry. Whoever brings one
has made it anew or looked it through before (bot/console/sending/accepting.py).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from bot.domain.entries import COVER, MottoState, id_of, number_of
from bot.domain.refusals import NoSuchEntry, Refusal
from bot.domain.sent_entries import SentEntries
from bot.storage.tables import EntryFile, Motto

ATTACHMENTS = 3
NAME_MOST = 60
_TYPES = {"jpg": "image/jpeg", "pdf": "application/pdf"}


@dataclass(eq=False)
class NoRoomLeft(Refusal):
    """The entry has as many attachments as it can."""


@dataclass(frozen=True)
class FileCard:
    """A file of an entry."""

    token: str
    place: int
    name: str
    kind: str

    @property
    def is_cover(self) -> bool:
        return self.place == COVER


@dataclass(frozen=True)
class Content:
    """What is served under the address of a file."""

    name: str
    kind: str
    content: bytes

    @property
    def type(self) -> str:
        """As a browser calls it."""
        return _TYPES[self.kind]

    @property
    def is_picture(self) -> bool:
        """Whether it is shown in its place; a document is saved, not opened."""
        return self.kind == "jpg"


class EntryFiles:
    """The files of what units send in."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._sent = SentEntries(session, now)

    def of(self, number: int) -> list[FileCard]:
        """The files of an entry, its cover first."""
        columns = (EntryFile.token, EntryFile.place, EntryFile.name, EntryFile.kind)
        mine = select(*columns).where(EntryFile.motto_id == id_of(number))
        rows = self._session.execute(mine.order_by(EntryFile.place))
        return [FileCard(*row) for row in rows]

    def at(self, token: str) -> Content | None:
        """What this address leads to for everybody; nothing unless the entry is approved."""
        return self._at(token, Motto.state == MottoState.APPROVED)

    def seen_at(self, token: str, root: int | None) -> Content | None:
        """The same for colleagues, before anybody has approved it too: of the entries of this
        unit and those below it, of all for None. Nothing once the entry was withdrawn.
        """
        motto = self._session.scalar(select(EntryFile.motto_id).where(EntryFile.token == token))
        try:
            self._sent.one(number_of(motto or 0), root)
        except NoSuchEntry:
            return None
        return self._at(token, Motto.state.not_in([MottoState.WITHDRAWN, MottoState.ERASED]))

    def _at(self, token: str, fit: ColumnElement[bool]) -> Content | None:
        row = self._session.execute(
            select(EntryFile.name, EntryFile.kind, EntryFile.content)
            .join(Motto, Motto.id == EntryFile.motto_id)
            .where(EntryFile.token == token, fit)
        ).first()
        return Content(*row) if row else None

    def add(
        self,
        number: int,
        version: int,
        file: Content,
        staff_id: int,
        root: int | None,
        *,
        cover: bool,
    ) -> None:
        """Add an attachment, or put a cover in the place of the one there is.

        The entry waits for review again. Raises NoSuchEntry, UnfitEntry, NoRoomLeft, or
        DecidedMeanwhile when it has changed since, or is approved.
        """
        self._sent.touch(number, version, {"file": file.name}, staff_id, root)
        taken = {one.place for one in self.of(number)}
        if cover:
            self._remove(number, COVER)
        place = COVER if cover else _free(taken)
        row = {
            "token": secrets.token_urlsafe(24),
            "motto_id": id_of(number),
            "place": place,
            "name": file.name[-NAME_MOST:],
            "kind": file.kind,
            "content": file.content,
        }
        self._session.execute(insert(EntryFile).values(row))

    def drop(self, number: int, version: int, place: int, staff_id: int, root: int | None) -> None:
        """Remove one. Raises as `add` does."""
        named = next((one.name for one in self.of(number) if one.place == place), "")
        self._sent.touch(number, version, {"dropped": named}, staff_id, root)
        self._remove(number, place)

    def _remove(self, number: int, place: int) -> None:
        mine = (EntryFile.motto_id == id_of(number), EntryFile.place == place)
        self._session.execute(delete(EntryFile).where(*mine))


def _free(taken: set[int]) -> int:
    for place in range(COVER + 1, COVER + 1 + ATTACHMENTS):
        if place not in taken:
            return place
    raise NoRoomLeft
