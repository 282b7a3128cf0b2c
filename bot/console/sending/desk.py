"""The pages on which units send in: what they sent and what came of it, and the form."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.pages import page, to
from bot.console.sending import wording
from bot.console.sending.forms import EntryForm, WithdrawForm, folded
from bot.domain.entries import MottoCard
from bot.domain.refusals import DecidedMeanwhile, NoSuchEntry
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
        room.add_url_rule(f"{one}/withdraw", "withdraw_sent", self.withdraw, methods=["POST"])

    def entries(self) -> Response:
        """What was sent in, and what came of it."""
        with self._transaction(read_only=True) as services:
            sent = services.sent_entries
            listed = sent.listed(_root())
            return _page(
                "sent_entries",
                services,
                listed=listed,
                at_stake={card.number: sent.votes_at_stake(card) for card in listed},
                said=wording.SAID.get(request.args.get("said", "")),
            )

    def new(self) -> AnyResponse:
        """The form of a new one, and what it brings."""
        if request.method == "GET":
            return self._form(None, {"unit": self._own_unit()})
        form = EntryForm.sent()
        draft = form.draft()
        try:
            with self._transaction() as services:
                services.sent_entries.send(draft, folded(draft), g.colleague.id, _root())
        except UnfitEntry as refusal:
            return self._form(None, form.model_dump(), refusal.flaws)
        return to("sent_entries", said="sent")

    def change(self, number: int) -> AnyResponse:
        """The form of one of them, and what is put in its place."""
        card = self._one(number)
        if request.method == "GET":
            return self._form(card)
        form = EntryForm.sent()
        draft = form.draft()
        try:
            with self._transaction() as services:
                services.sent_entries.change(
                    number, form.version, draft, folded(draft), g.colleague.id, _root()
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
                services.sent_entries.withdraw(number, version, g.colleague.id, _root())
        except NoSuchEntry:
            raise NotFound from None
        except DecidedMeanwhile:
            return to("sent_entries", said="late")
        return to("sent_entries", said="withdrawn")

    def _one(self, number: int) -> MottoCard:
        try:
            with self._transaction(read_only=True) as services:
                return services.sent_entries.one(number, _root())
        except NoSuchEntry:
            raise NotFound from None

    def _own_unit(self) -> str:
        with self._transaction(read_only=True) as services:
            unit = services.units.card(_root())
            return unit.full_name if unit else ""

    def _form(
        self,
        card: MottoCard | None,
        fields: Mapping[str, Any] | None = None,
        flaws: Mapping[str, Flaw] | None = None,
        *,
        late: bool = False,
    ) -> Response:
        """The form; without fields of what was typed, it has those of the entry."""
        status = HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK
        with self._transaction(read_only=True) as services:
            return _page(
                "send_in",
                services,
                HTTPStatus.CONFLICT if late else status,
                card=card,
                fields=_fields(card) if fields is None and card else fields,
                flaws=flaws or {},
                late=late,
            )


def _root() -> int | None:
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
    }


def _page(
    template: str, services: Services, status: HTTPStatus = HTTPStatus.OK, **facts: Any
) -> Response:
    letters = services.tickets.backlog().waiting if g.colleague.may_look else 0
    facts |= {"current": services.sent_entries.collection(), "now": services.now}
    return page(template, status, sending=wording, letters=letters, **facts)
