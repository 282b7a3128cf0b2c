"""Several entries at once: a table is brought, looked over, and sent in whole or not at all."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g
from werkzeug.wrappers import Response as AnyResponse

from bot.console.bringing import BringForm, Reader, TakeForm
from bot.console.pages import page, to
from bot.console.sending import wording
from bot.console.sending.desk import own_root
from bot.console.sending.forms import folded
from bot.console.wording import NOTHING_BROUGHT, STOPPED
from bot.domain.sent_entries import Draft, UnfitEntry
from bot.domain.services import Services, Transaction
from bot.domain.uploads import Holds, Upload
from bot.unit_files.apart import entries_of, read_entries_apart


@dataclass(frozen=True)
class Looked:
    """What a table holds, and what is wrong where."""

    drafts: list[Draft]
    faults: list[tuple[str, str]]


class EntryImports:
    """Where a table of entries comes in."""

    def __init__(self, transaction: Transaction, reader: Reader) -> None:
        self._transaction, self._reader = transaction, reader

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        here, post = "/entries/import", ["POST"]
        room.add_url_rule(here, "bring_entries", self.bring, methods=post)
        room.add_url_rule(here, "preview_entries", self.preview)
        room.add_url_rule(f"{here}/take", "take_entries", self.take, methods=post)

    def bring(self) -> AnyResponse:
        """Begin to read what was brought."""
        form = BringForm.sent()
        if not form.content:
            return self._preview(trouble=NOTHING_BROUGHT)
        with self._transaction() as services:
            token = services.uploads.begin(g.colleague.id, Holds.ENTRIES, form.name)
        self._reader.begin(token, form.content, read_entries_apart)
        return to("preview_entries")

    def preview(self) -> AnyResponse:
        """What the table holds; while it is being read, that it is."""
        return self._preview()

    def take(self) -> AnyResponse:
        """Send in all that the table holds, or drop it."""
        form = TakeForm.sent()
        token, mine = bytes.fromhex(form.token), g.colleague.id
        try:
            with self._transaction() as services:
                upload = services.uploads.of(mine, Holds.ENTRIES)
                known = services.uploads.drop(mine, Holds.ENTRIES, token)
                if not known or form.drop or upload is None:
                    return to("sent_entries")
                looked = _look(services, upload)
                if looked is None or looked.faults:
                    raise _Faulty(wording.NOT_YET)
                for draft in looked.drafts:
                    _send(services, draft)
        except _Faulty as fault:
            return self._preview(trouble=str(fault))
        return to("sent_entries", said="sent")

    def _preview(self, trouble: str = "") -> Response:
        with self._transaction(read_only=True) as services:
            upload = services.uploads.of(g.colleague.id, Holds.ENTRIES)
            unread = _unread(upload) if upload else None
            looked = _look(services, upload) if upload and not unread else None
            letters = services.tickets.backlog().waiting if g.colleague.may_look else 0
        status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble or unread else HTTPStatus.OK
        return page(
            "entries_preview", status, sending=wording, upload=upload, looked=looked,
            trouble=trouble or unread, letters=letters,
        )  # fmt: skip


class _Faulty(Exception):
    """There is something to mend first, and nothing was sent in."""


def _send(services: Services, draft: Draft) -> None:
    try:
        services.sent_entries.send(draft, folded(draft), g.colleague.id, own_root())
    except UnfitEntry as refusal:
        # The same stands twice in the table, or in the round meanwhile.
        raise _Faulty(wording.none_sent(draft.title, refusal.flaws)) from None


def _unread(upload: Upload) -> str | None:
    """Why it is not known what the table holds, and will not be."""
    if upload.stopped:
        return STOPPED
    found: str | None = (upload.report or {}).get("trouble")
    return found


def _look(services: Services, upload: Upload) -> Looked | None:
    report: dict[str, Any] | None = upload.report
    if report is None or "trouble" in report:
        return None
    held = entries_of(report)
    faults = [(note.place, note.message) for note in held.errors]
    for row in held.rows:
        for item, flaw in services.sent_entries.check(row.said, own_root()).items():
            faults.append((row.places.get(item, ""), wording.explain(item, flaw)))
    return Looked(held.said, faults)
