"""The page of the audit trail: looked through, taken out as a file, its chain checked."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from flask import Blueprint, Response, g, request
from pydantic import BeforeValidator, Field, ValidationError

from bot.console.exports.files import handed_out, written
from bot.console.exports.wording import taken_by
from bot.console.forms import Form, as_typed
from bot.console.pages import page
from bot.console.sheets import Sheet
from bot.console.trail import wording
from bot.domain import audit
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.services import Services, Transaction
from bot.domain.trail import Sought
from bot.settings import Settings

_Short = Annotated[str, BeforeValidator(as_typed), Field(max_length=60)]
_DAY = "%Y-%m-%d"
_LARGEST_ID = 2**63 - 1


class SoughtForm(Form):
    """What the trail is narrowed down by. Sent as a form: a name has no place in an address."""

    who: _Short = ""
    kind: _Short = ""
    words: _Short = ""
    since: _Short = ""
    until: _Short = ""

    @property
    def sought(self) -> Sought:
        """The same for the domain; a day that can't be read narrows nothing down."""
        until = _day(self.until)
        return Sought(
            self.who, self.kind, self.words, _day(self.since),
            until + timedelta(days=1) if until else None,
        )  # fmt: skip

    @property
    def filters(self) -> dict[str, str]:
        """What of it is not empty."""
        values = self.model_dump(include=set(SoughtForm.model_fields))
        return {name: value for name, value in values.items() if value}


class LeafForm(SoughtForm):
    """The same, and before which deed the page begins."""

    before: int | None = Field(default=None, ge=1, le=_LARGEST_ID)


class ExportForm(SoughtForm):
    """The same, and in which format."""

    format: Literal["csv", "xlsx"]


class TrailDesk:
    """Who did what, when, before and after."""

    def __init__(self, settings: Settings, transaction: Transaction) -> None:
        self._secret = settings.secret_key.get_secret_value()
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        room.add_url_rule("/trail", "trail", self.trail, methods=["GET", "POST"])
        room.add_url_rule("/trail/check", "check_trail", self.check, methods=["POST"])
        room.add_url_rule("/trail/export", "export_trail", self.export, methods=["POST"])

    def trail(self) -> Response:
        """The latest deeds, or those that were asked for."""
        with self._transaction(read_only=True) as services:
            return self._page(services, _asked())

    def check(self) -> Response:
        """Walk along the whole chain and say what was found; nothing is changed."""
        began = datetime.now(CAMPAIGN_ZONE)
        with self._transaction(read_only=True) as services:
            check = services.trail.check(self._secret)
            took = datetime.now(CAMPAIGN_ZONE) - began
            said = wording.checked(check, took)
            return self._page(services, LeafForm(), said, is_sound=not check.breaks)

    def export(self) -> Response:
        """What was asked for as a file, and a row of the trail about who took it."""
        form = ExportForm.sent()
        # Not the words: they may be a member's name, and an erasure would not reach them here.
        asked = list(form.filters)
        with self._transaction(read_only=True) as services:
            names = services.staff.names()
            rows = [wording.row(entry, names) for entry in services.trail.entries(form.sought)]
        note = taken_by(g.colleague.name, services.now, wording.filters(asked), len(rows))
        sheet = Sheet(wording.SHEET, wording.HEAD, rows)
        content, facts = written(sheet, form.format, note)
        with self._transaction() as services:
            services.trail.note_export(g.colleague.id, {"asked": asked, **facts})
        return handed_out(content, wording.SHEET, form.format, services.now)

    def _page(
        self,
        services: Services,
        asked: LeafForm,
        said: tuple[str, str] | None = None,
        *,
        is_sound: bool = True,
    ) -> Response:
        names = services.staff.names()
        return page(
            "trail",
            trail=wording,
            leaf=services.trail.leaf(asked.sought, asked.before),
            count=services.trail.count(asked.sought),
            asked=asked,
            actors={audit.MEMBER: wording.MEMBERS, audit.SYSTEM: wording.SYSTEM, **names},
            names=names,
            said=said,
            is_sound=is_sound,
            letters=services.tickets.backlog().waiting,
            now=services.now,
        )


def _asked() -> LeafForm:
    try:
        return LeafForm.model_validate(request.form.to_dict())
    except ValidationError:
        return LeafForm()


def _day(typed: str) -> datetime | None:
    try:
        return datetime.strptime(typed, _DAY).replace(tzinfo=CAMPAIGN_ZONE)
    except ValueError:
        return None
