"""The pages on which units send in: what they sent and what came of it, and the form."""

from collections.abc import Mapping
from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, g, request, send_file
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.pages import page, to
from bot.console.sending import wording
from bot.console.sending.accepting import Unacceptable, accepted
from bot.console.sending.forms import (
    DropFileForm,
    EntryForm,
    FileForm,
    WithdrawForm,
    folded,
)
from bot.domain.entries import MottoCard
from bot.domain.entry_files import NoRoomLeft
from bot.domain.refusals import DecidedMeanwhile, NoSuchEntry, Refusal
from bot.domain.roles import Role
from bot.domain.sent_entries import Flaw, UnfitEntry
from bot.domain.services import Services, Transaction


class SendingDesk:
    """Where micro lessons and the cases of projects come in."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        here, both = "/entries", ["GET", "POST"]
        room.add_url_rule(here, "sent_entries", self.entries)
        room.add_url_rule(f"{here}/new", "send_in", self.new, methods=both)
        one = f"{here}/<int:number>"
        room.add_url_rule(one, "change_sent", self.change, methods=both)
        room.add_url_rule(f"{one}/look", "sent_entry", self.look)
        room.add_url_rule(f"{one}/withdraw", "withdraw_sent", self.withdraw, methods=["POST"])
        room.add_url_rule(f"{here}/files/<token>", "entry_file", self.file)
        room.add_url_rule(f"{one}/files", "add_entry_file", self.add_file, methods=["POST"])
        room.add_url_rule(f"{one}/drop-file", "drop_entry_file", self.drop_file, methods=["POST"])

    def entries(self) -> Response:
        """What was sent in, and what came of it."""
        with self._transaction(read_only=True) as services:
            sent = services.sent_entries
            listed = sent.listed(own_root())
            return _page(
                "sent_entries",
                services,
                listed=listed,
                at_stake=sent.votes_at_stake(listed),
                certificates=services.certificates.of_units(own_root()),
                said=wording.SAID.get(request.args.get("said", "")),
            )

    def look(self, number: int) -> Response:
        """All that belongs to one of them, for those who review."""
        with self._transaction(read_only=True) as services:
            try:
                card = services.sent_entries.one(number, None)
            except NoSuchEntry:
                raise NotFound from None
            return _page("sent_entry", services, card=card, files=services.entry_files.of(number))

    def new(self) -> AnyResponse:
        """The form of a new one, and what it brings."""
        if request.method == "GET":
            return self._form(None, {"unit": self._own_unit()})
        form = EntryForm.sent()
        draft = form.draft(may_group=g.colleague.may_plan)
        try:
            with self._transaction() as services:
                services.sent_entries.send(draft, folded(draft), g.colleague.id, own_root())
        except UnfitEntry as refusal:
            return self._form(None, form.model_dump(), refusal.flaws)
        return to("sent_entries", said="sent")

    def change(self, number: int) -> AnyResponse:
        """The form of one of them, and what is put in its place."""
        card = self._one(number)
        if request.method == "GET":
            return self._form(card)
        form = EntryForm.sent()
        draft = form.draft(may_group=g.colleague.may_plan)
        try:
            with self._transaction() as services:
                services.sent_entries.change(
                    number, form.version, draft, folded(draft), g.colleague.id, own_root()
                )
        except UnfitEntry as refusal:
            return self._form(card, form.model_dump(), refusal.flaws)
        except DecidedMeanwhile:
            return self._form(self._one(number), late=True)
        return to("sent_entries", said="changed")

    def withdraw(self, number: int) -> AnyResponse:
        """Take one out of the round."""
        version = WithdrawForm.sent().version
        try:
            with self._transaction() as services:
                services.sent_entries.withdraw(number, version, g.colleague.id, own_root())
        except NoSuchEntry:
            raise NotFound from None
        except DecidedMeanwhile:
            return to("sent_entries", said="late")
        return to("sent_entries", said="withdrawn")

    def add_file(self, number: int) -> AnyResponse:
        """Add a cover or an attachment."""
        form, file = FileForm.sent(), request.files.get("file")
        name, content = (file.filename or "", file.read()) if file else ("", b"")
        try:
            kept = accepted(name, content, cover=form.cover)
            with self._transaction() as services:
                services.entry_files.add(
                    number, form.version, kept, g.colleague.id, own_root(), cover=form.cover
                )
        except Unacceptable as refusal:
            return self._form(self._one(number), trouble=wording.TROUBLES[refusal.trouble])
        except NoRoomLeft:
            return self._form(self._one(number), trouble=wording.NO_ROOM)
        except _ELSEWHERE as refusal:
            return self._elsewhere(number, refusal)
        return to("change_sent", number=number, said="file")

    def drop_file(self, number: int) -> AnyResponse:
        """Remove a file."""
        form = DropFileForm.sent()
        try:
            with self._transaction() as services:
                services.entry_files.drop(
                    number, form.version, form.place, g.colleague.id, own_root()
                )
        except _ELSEWHERE as refusal:
            return self._elsewhere(number, refusal)
        return to("change_sent", number=number, said="dropped")

    def file(self, token: str) -> Response:
        """A picture or a document, also of an entry that nobody has approved yet."""
        may_see = g.colleague.may_look or g.colleague.may_send_in
        with self._transaction(read_only=True) as services:
            files = services.entry_files
            found = files.seen_at(token, own_root()) if may_see else None
            found = found or files.at(token)
        if found is None:
            raise NotFound
        return send_file(
            BytesIO(found.content),
            mimetype=found.type,
            as_attachment=not found.is_picture,
            download_name=found.name,
        )

    def _elsewhere(self, number: int, refusal: Refusal) -> Response:
        """The entry as it is now, and why nothing was done."""
        if isinstance(refusal, NoSuchEntry):
            raise NotFound
        if isinstance(refusal, UnfitEntry):
            return self._form(self._one(number), flaws=refusal.flaws)
        return self._form(self._one(number), late=True)

    def _one(self, number: int) -> MottoCard:
        try:
            with self._transaction(read_only=True) as services:
                return services.sent_entries.one(number, own_root())
        except NoSuchEntry:
            raise NotFound from None

    def _own_unit(self) -> str:
        with self._transaction(read_only=True) as services:
            unit = services.units.card(own_root())
            return unit.full_name if unit else ""

    def _form(
        self,
        card: MottoCard | None,
        fields: Mapping[str, Any] | None = None,
        flaws: Mapping[str, Flaw] | None = None,
        *,
        late: bool = False,
        trouble: str = "",
    ) -> Response:
        """The form; without fields of what was typed, it has those of the entry."""
        wrong = flaws or trouble
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        with self._transaction(read_only=True) as services:
            return _page(
                "send_in",
                services,
                HTTPStatus.CONFLICT if late else status,
                card=card,
                fields=_fields(card) if fields is None and card else fields,
                flaws=flaws or {},
                late=late,
                trouble=trouble,
                files=services.entry_files.of(card.number) if card else [],
                said=wording.FILE_SAID.get(request.args.get("said", "")),
            )


_ELSEWHERE = (NoSuchEntry, UnfitEntry, DecidedMeanwhile)


def own_root() -> int | None:
    """Where the units begin for whom a colleague sends in; a secretary without one has none."""
    if g.colleague.role is not Role.SECRETARY:
        return None
    return g.colleague.unit_id or 0


def _fields(card: MottoCard) -> dict[str, Any]:
    assert card.sent is not None, "only what was sent in is changed here"
    return {
        "version": card.version,
        "title": card.words,
        "unit": card.unit.full_name if card.unit else "",
        "speaker": card.sent.speaker or "",
        "link": card.sent.link or "",
        "text": card.sent.text or "",
        "group": card.sent.group or "",
    }


def _page(
    template: str, services: Services, status: HTTPStatus = HTTPStatus.OK, **facts: Any
) -> Response:
    letters = services.tickets.backlog().waiting if g.colleague.may_look else 0
    facts |= {"current": services.sent_entries.collection(), "now": services.now}
    return page(template, status, sending=wording, letters=letters, **facts)
