"""Bringing units and people in: a file, a look at what it would change, taking it in."""

from http import HTTPStatus

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.bringing import Read, Reader, TakeForm, trouble_with
from bot.console.pages import page, to
from bot.console.registers import wording
from bot.console.registers.looking import Looked, look
from bot.console.wording import NOTHING_BROUGHT, NOTHING_TO_TAKE
from bot.domain.roster import RosterChanged
from bot.domain.services import Services, Transaction
from bot.domain.unit_import import RegisterChanged
from bot.domain.uploads import Holds, NothingToTake
from bot.unit_files.apart import MOST_AT_ONCE, read_roster_apart, read_units_apart
from quiz_bank.formats.recognition import LARGEST_MB

MOST_SHOWN = 200
"""Lines of a list on the page."""
READERS: dict[Holds, Read] = {
    Holds.UNITS: read_units_apart,
    Holds.ROSTER: read_roster_apart,
}


class TakeRegisterForm(TakeForm):
    """Also whether those whom a roster no longer has may go."""

    let_go: bool = False


class RegisterDesk:
    """Where units and rosters come in; the same pages for both."""

    def __init__(self, transaction: Transaction, reader: Reader) -> None:
        self._transaction, self._reader = transaction, reader

    def hang(self, room: Blueprint) -> None:
        """Give each page its address; `of` says which of the two is meant."""
        here, post = "/units/import", ["POST"]
        room.add_url_rule(here, "import_units", self.ask)
        room.add_url_rule(here, "bring_units", self.bring, methods=post)
        room.add_url_rule(f"{here}/preview", "preview_units", self.preview)
        room.add_url_rule(f"{here}/take", "take_units", self.take, methods=post)

    def ask(self) -> Response:
        """Ask for a file; below, the names that are still to be settled."""
        return self._ask(done=_done())

    def bring(self) -> AnyResponse:
        """Begin to read what was brought."""
        holds = _meant(request.form.get("of"))
        if not self._reader.bring(g.colleague.id, holds, READERS[holds]):
            return self._ask(HTTPStatus.UNPROCESSABLE_ENTITY, trouble=NOTHING_BROUGHT)
        return to("preview_units", of=holds)

    def preview(self) -> AnyResponse:
        """What the file holds and would change; while it is being read, that it is."""
        if (holds := _of_two(request.args.get("of"))) is None:
            raise NotFound
        return self._preview(holds, None)

    def take(self) -> AnyResponse:
        """Take the file in as it was looked over, or drop it."""
        form, holds = TakeRegisterForm.sent(), _meant(request.form.get("of"))
        token = form.upload
        if form.drop:
            self._reader.drop(g.colleague.id, holds, form)
            return to("import_units")
        try:
            with self._transaction() as services:
                looked = _look(services, holds, token)
                if looked and (looked.held.errors or looked.seen != form.seen):
                    raise RegisterChanged
                if looked and looked.roster and looked.roster.gone and not form.let_go:
                    raise _NotLetGo
                counts = _take_in(services, holds, token, looked)
        except (RegisterChanged, RosterChanged):
            return self._preview(holds, wording.CHANGED)
        except _NotLetGo:
            return self._preview(holds, wording.LET_GO)
        except NothingToTake:
            return self._preview(holds, NOTHING_TO_TAKE)
        return to("import_units", done=holds, **counts)

    # ------------------------------------------------------------ inside

    def _ask(self, status: HTTPStatus = HTTPStatus.OK, **facts: object) -> Response:
        with self._transaction(read_only=True) as services:
            mine = {holds: services.uploads.of(g.colleague.id, holds) for holds in READERS}
            return page(
                "register_import",
                status,
                words=wording,
                largest=LARGEST_MB,
                lines=MOST_AT_ONCE,
                most=MOST_SHOWN,
                letters=services.tickets.backlog().waiting,
                waiting={holds: upload for holds, upload in mine.items() if upload},
                unsettled=services.roster.unsettled(),
                **facts,
            )

    def _preview(self, holds: Holds, banner: tuple[str, str] | None) -> AnyResponse:
        with self._transaction(read_only=True) as services:
            upload = services.uploads.of(g.colleague.id, holds)
            trouble = trouble_with(upload) if upload else None
            report = upload.report if upload and not trouble else None
            looked = look(services, holds, report) if report else None
            letters = services.tickets.backlog().waiting
        status = HTTPStatus.CONFLICT if banner else HTTPStatus.OK
        if upload is None:
            return self._ask(status, banner=banner) if banner else to("import_units")
        if trouble:
            return self._ask(HTTPStatus.UNPROCESSABLE_ENTITY, trouble=trouble, name=upload.name)
        return page(
            "register_preview",
            status,
            words=wording,
            of=holds,
            upload=upload,
            looked=looked,
            most=MOST_SHOWN,
            banner=banner,
            letters=letters,
        )


class _NotLetGo(Exception):
    """People would go off a roster, and nobody has said that they may."""


def _meant(of: str | None) -> Holds:
    """Which of the two a form is about. Raises BadRequest."""
    if (found := _of_two(of)) is None:
        raise BadRequest
    return found


def _of_two(of: str | None) -> Holds | None:
    return next((holds for holds in READERS if holds == of), None)


def _look(services: Services, holds: Holds, token: bytes) -> Looked | None:
    """The colleague's file as it is now; None when it is no longer there."""
    upload = services.uploads.of(g.colleague.id, holds)
    if upload is None or upload.token != token:
        return None
    if upload.report is None or trouble_with(upload):
        raise RegisterChanged
    return look(services, holds, upload.report)


def _take_in(
    services: Services, holds: Holds, token: bytes, looked: Looked | None
) -> dict[str, int]:
    said = looked.held.said if looked else []
    if holds is Holds.UNITS:
        return services.uploads.take_in_units(g.colleague.id, token, said)
    return services.uploads.take_in_roster(g.colleague.id, token, said)


def _done() -> str | None:
    """What is said after a file has been taken in."""
    if (holds := _of_two(request.args.get("done"))) is None:
        return None
    counts = {name: request.args.get(name, type=int) for name in wording.COUNTED[holds]}
    known = {name: count for name, count in counts.items() if count is not None}
    return wording.taken_in(holds, known) if len(known) == len(counts) else None
