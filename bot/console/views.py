"""The console's blueprint, and the review desk behind it."""

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn

import structlog
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.accounts import Entrance, OwnDesk, PeopleDesk
from bot.console.bank.figures import FigureBook
from bot.console.bank.imports import ImportDesk
from bot.console.bank.keys import KeyDesk
from bot.console.bank.views import QuestionDesk
from bot.console.draws import DrawDesk
from bot.console.forms import ReturnForm, SeenForm
from bot.console.letters import Letterbox
from bot.console.lists import ListDesk, Marker
from bot.console.lists import wording as wording_of_lists
from bot.console.login import Door
from bot.console.pages import page, to
from bot.console.plans import PlanningDesk
from bot.console.polls import PollBook
from bot.console.results import ResultDesk
from bot.console.security import PREFIX, Gate
from bot.console.trail import TrailDesk
from bot.console.unit_tables import UnitTables
from bot.domain import audit
from bot.domain.entries import MottoState
from bot.domain.moderation import UNDO, Reason
from bot.domain.refusals import (
    DecidedMeanwhile,
    MottoTooLong,
    MottoTooShort,
    NoSuchEntry,
    OwnDecision,
    Refusal,
    UndoTooLate,
)
from bot.domain.services import Services, Transaction
from bot.logs import trace
from bot.settings import Settings

log = structlog.get_logger()

_ENTRY = "/mottos/<int:number>"
_MOST_NUMBER = 10**9


def console(settings: Settings, transaction: Transaction) -> Blueprint:
    """The pages under /admin."""
    room = Blueprint(
        "console", __name__, url_prefix=PREFIX, static_folder="static", template_folder="templates"
    )
    gate = Gate(settings, transaction)
    door, desk = Door(settings, transaction, gate), Desk(transaction)
    letterbox, poll_book = Letterbox(transaction), PollBook(transaction, settings.data_dir)
    room.before_request(gate.admit)
    room.before_request(_refuse_huge_numbers)
    room.after_app_request(gate.seal)
    room.register_error_handler(HTTPException, _trouble)
    marker = Marker(transaction)
    room.context_processor(
        lambda: {
            "wording": wording,
            "form_token": gate.form_token,
            "marked": marker.mark,
            "lists": wording_of_lists,
        }
    )
    room.add_url_rule("/", view_func=desk.queue, strict_slashes=False)
    room.add_url_rule(_ENTRY, view_func=desk.history)
    room.add_url_rule(f"{_ENTRY}/approve", view_func=desk.approve, methods=["POST"])
    room.add_url_rule(f"{_ENTRY}/return", view_func=desk.send_back, methods=["POST"])
    room.add_url_rule(f"{_ENTRY}/undo", view_func=desk.undo, methods=["POST"])
    room.add_url_rule("/tickets", view_func=letterbox.tickets)
    room.add_url_rule("/tickets/close", "close_ticket", view_func=letterbox.close, methods=["POST"])
    room.add_url_rule("/votes", view_func=poll_book.votes)
    room.add_url_rule("/votes/recount.zip", "recount", poll_book.recount)
    room.add_url_rule("/votes/publicise", view_func=poll_book.publicise, methods=["POST"])
    room.add_url_rule("/votes/publish", view_func=poll_book.publish, methods=["POST"])
    QuestionDesk(transaction).hang(room)
    KeyDesk(transaction).hang(room)
    room.add_url_rule("/questions/analysis", view_func=FigureBook(transaction).analysis)
    PlanningDesk(transaction).hang(room)
    DrawDesk(transaction).hang(room)
    ImportDesk(transaction).hang(room)
    ResultDesk(transaction).hang(room)
    UnitTables(transaction).hang(room)
    Entrance(settings, transaction, gate).hang(room)
    OwnDesk(settings, transaction, gate).hang(room)
    PeopleDesk(transaction).hang(room)
    ListDesk(transaction).hang(room)
    TrailDesk(settings, transaction).hang(room)
    room.add_url_rule("/sign-in", view_func=door.sign_in, methods=["GET", "POST"])
    room.add_url_rule("/set-up", view_func=door.set_up, methods=["GET", "POST"])
    room.add_url_rule("/sign-out", view_func=door.sign_out, methods=["POST"])
    room.add_url_rule(
        "/<path:rest>", view_func=_nowhere, endpoint="nowhere",
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    )  # fmt: skip
    return room


@dataclass(frozen=True)
class Banner:
    """What stands above the queue when something did not go through."""

    title: str
    text: str
    number: int
    unsent: str
    """The fix that was written in vain."""


class Desk:
    """The review desk: the queue, decisions and their undoing, the history of an entry."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def queue(self) -> Response:
        """What waits, the oldest first, and what was decided lately."""
        with self._transaction(read_only=True) as services:
            return _queue_page(services)

    def history(self, number: int) -> Response:
        """All that happened to one entry."""
        try:
            with self._transaction(read_only=True) as services:
                history = services.moderation.history(number)
                names = services.staff.names()
                letters = services.tickets.backlog().waiting
        except NoSuchEntry:
            raise NotFound from None
        return page("history", history=history, names=names, letters=letters, now=services.now)

    def approve(self, number: int) -> AnyResponse:
        """Approve the entry in the version that was seen."""
        return self._decide(number, SeenForm.sent().version, None)

    def send_back(self, number: int) -> AnyResponse:
        """Send the entry back to its author, for one of the fixed reasons."""
        form = ReturnForm.sent()
        return self._decide(number, form.version, form.reason, form.fix)

    def undo(self, number: int) -> AnyResponse:
        """Take a decision back before its author hears of it."""
        version = SeenForm.sent().version
        try:
            with self._transaction() as services:
                services.moderation.undo(number, version, g.colleague.id)
        except NoSuchEntry:
            raise NotFound from None
        except (UndoTooLate, OwnDecision) as refusal:
            return self._conflict(number, refusal)
        except DecidedMeanwhile as refusal:
            if not _done_already(refusal, MottoState.WAITING):
                return self._conflict(number, refusal)
        return to("queue")

    def _decide(
        self, number: int, version: int, reason: Reason | None, fix: str = ""
    ) -> AnyResponse:
        try:
            with self._transaction() as services:
                services.moderation.decide(number, version, g.colleague.id, reason, fix)
        except NoSuchEntry:
            raise NotFound from None
        except (OwnDecision, MottoTooShort, MottoTooLong) as refusal:
            return self._conflict(number, refusal, fix)
        except DecidedMeanwhile as refusal:
            wanted = MottoState.RETURNED if reason else MottoState.APPROVED
            if not _done_already(refusal, wanted):
                return self._conflict(number, refusal, fix)
        return to("queue")

    def _conflict(self, number: int, refusal: Refusal, unsent: str = "") -> Response:
        """The queue as it is now, and above it why nothing was done."""
        with self._transaction(read_only=True) as services:
            names = services.staff.names()
            words = wording.why_not(number, refusal, names, services.now)
            return _queue_page(services, Banner(*words, number, unsent))


def _queue_page(services: Services, banner: Banner | None = None) -> Response:
    return page(
        "queue",
        HTTPStatus.CONFLICT if banner else HTTPStatus.OK,
        queue=services.moderation.queue(staff_id=g.colleague.id),
        recent=services.moderation.recent(),
        letters=services.tickets.backlog().waiting,
        names=services.staff.names(),
        mine=audit.staff(g.colleague.id),
        banner=banner,
        now=services.now,
        undo=UNDO,
    )


def _done_already(refusal: DecidedMeanwhile, wanted: MottoState) -> bool:
    """Whether a second click came after a first that did just this."""
    return refusal.by == audit.staff(g.colleague.id) and refusal.state == wanted


def _refuse_huge_numbers() -> None:
    # No entry has one, and a database may choke on it.
    if (request.view_args or {}).get("number", 0) > _MOST_NUMBER:
        raise NotFound


def _nowhere(**_: str) -> NoReturn:
    raise NotFound


def _trouble(error: HTTPException) -> AnyResponse:
    """The page for an error: what happened, that nothing is lost, what to do."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    unnamed = wording.TROUBLE[HTTPStatus.BAD_REQUEST]
    title, text = getattr(error, "words", None) or wording.TROUBLE.get(status, unnamed)
    return page("trouble", status, title=title, text=text, incident=_incident(error))


def _incident(error: HTTPException) -> str | None:
    """A number under which the log has the traceback of a fault of ours."""
    if not isinstance(error, InternalServerError):
        return None
    number, fault = secrets.token_hex(4), error.original_exception
    found = trace(fault or error)
    log.error("console fault", incident=number, endpoint=request.endpoint, **found)
    return number
