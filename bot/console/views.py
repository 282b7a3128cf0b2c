"""The console's blueprint, and the review desk behind it."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import NoReturn

import structlog
from flask import Blueprint, Response, g, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.accounts import Entrance, OwnDesk, PeopleDesk
from bot.console.bank.figures import FigureBook
from bot.console.bank.imports import ImportDesk
from bot.console.bank.keys import KeyDesk
from bot.console.bank.views import QuestionDesk
from bot.console.bringing import Reader
from bot.console.certificates import CertificateDesk
from bot.console.draws import DrawDesk
from bot.console.exports import ExportDesk
from bot.console.exports import wording as wording_of_exports
from bot.console.forms import FollowForm, LeaveForm, MarkedForm, ReturnForm, SeenForm
from bot.console.letters import Letterbox
from bot.console.lists import ListDesk, Marker
from bot.console.lists import wording as wording_of_lists
from bot.console.login import Door
from bot.console.overview import Overview
from bot.console.pages import page, to
from bot.console.panels import PairDesk, PanelDesk, SheetDesk
from bot.console.plans import PlanningDesk
from bot.console.polls import PollBook
from bot.console.registers import RegisterDesk
from bot.console.results import ResultDesk
from bot.console.second_looks import SecondDesk
from bot.console.security import PREFIX, Gate
from bot.console.sending import EntryImports, SendingDesk
from bot.console.stuffing import StuffingDesk
from bot.console.trail import TrailDesk
from bot.console.unit_tables import UnitTables
from bot.domain import audit
from bot.domain.entries import UNDO, MottoState
from bot.domain.moderation import Outcome, Reason, Seen
from bot.domain.piles import Desk as ReviewDesk
from bot.domain.piles import Placing
from bot.domain.refusals import (
    DecidedMeanwhile,
    MottoTooLong,
    MottoTooShort,
    NoSuchEntry,
    NotLike,
    NotTheirs,
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
    reader = Reader(transaction)
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
            "exports": wording_of_exports,
        }
    )
    desk.hang(room)
    SecondDesk(transaction).hang(room)
    room.add_url_rule("/tickets", view_func=letterbox.tickets)
    room.add_url_rule("/tickets/close", "close_ticket", view_func=letterbox.close, methods=["POST"])
    room.add_url_rule("/votes", view_func=poll_book.votes)
    room.add_url_rule("/votes/recount.zip", "recount", poll_book.recount)
    room.add_url_rule("/votes/publicise", view_func=poll_book.publicise, methods=["POST"])
    room.add_url_rule("/votes/publish", view_func=poll_book.publish, methods=["POST"])
    StuffingDesk(transaction).hang(room)
    QuestionDesk(transaction).hang(room)
    KeyDesk(transaction).hang(room)
    room.add_url_rule("/questions/analysis", view_func=FigureBook(transaction).analysis)
    PlanningDesk(transaction).hang(room)
    DrawDesk(transaction).hang(room)
    CertificateDesk(transaction).hang(room)
    PanelDesk(transaction).hang(room)
    SheetDesk(transaction).hang(room)
    SendingDesk(transaction).hang(room)
    EntryImports(transaction, reader).hang(room)
    PairDesk(transaction).hang(room)
    ImportDesk(transaction, reader).hang(room)
    RegisterDesk(transaction, reader).hang(room)
    ResultDesk(transaction).hang(room)
    UnitTables(transaction).hang(room)
    ExportDesk(transaction).hang(room)
    room.add_url_rule("/overview", view_func=Overview(transaction).overview)
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
    """The review desk: the piles that wait, decisions and their undoing, an entry's history."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give the views their addresses."""
        room.add_url_rule("/", view_func=self.queue, strict_slashes=False)
        room.add_url_rule("/decide-marked", view_func=self.decide_marked, methods=["POST"])
        room.add_url_rule("/leave-desk", view_func=self.leave_desk, methods=["POST"])
        room.add_url_rule(_ENTRY, view_func=self.history)
        room.add_url_rule(f"{_ENTRY}/approve", view_func=self.approve, methods=["POST"])
        room.add_url_rule(f"{_ENTRY}/return", view_func=self.send_back, methods=["POST"])
        room.add_url_rule(f"{_ENTRY}/follow", view_func=self.follow, methods=["POST"])
        room.add_url_rule(f"{_ENTRY}/undo", view_func=self.undo, methods=["POST"])
        room.add_url_rule(f"{_ENTRY}/reopen", view_func=self.reopen, methods=["POST"])

    def queue(self) -> Response:
        """What lies on the colleague's desk, and what was decided lately."""
        return self._page()

    def history(self, number: int) -> Response:
        """All that happened to one entry."""
        try:
            with self._transaction(read_only=True) as services:
                history = services.moderation.history(number)
                versions = {number: history.card.version}
                blind = services.second_looks.is_blind(versions, g.colleague.id)
                may_reopen = g.colleague.may_plan and services.moderation.may_be_reopened(
                    history.card
                )
                votes = services.mottos.votes_for(number) if may_reopen else 0
                names = services.staff.names()
                letters = services.tickets.backlog().waiting
        except NoSuchEntry:
            raise NotFound from None
        return page(
            "history", history=history, blind=blind, names=names, letters=letters,
            may_reopen=may_reopen, votes=votes, now=services.now,
        )  # fmt: skip

    def approve(self, number: int) -> AnyResponse:
        """Approve the entry, and its pile with it, in the versions that were seen."""
        return self._decide(SeenForm.sent().seen(number), None)

    def send_back(self, number: int) -> AnyResponse:
        """Send the entry, and its pile, back to the authors, for one of the fixed reasons."""
        form = ReturnForm.sent()
        return self._decide(form.seen(number), form.reason, form.fix)

    def follow(self, number: int) -> AnyResponse:
        """Do with the entry, and its pile, as with another that says the same."""
        form = FollowForm.sent()
        seen = form.seen(number)
        joined = False

        def follow(services: Services) -> Outcome:
            nonlocal joined
            outcome = services.piles.follow(seen, form.like, g.colleague.id)
            joined = outcome is None
            return outcome or Outcome([], {})

        banner = self._done(number, None, follow)
        return self._page(banner) if banner else to("queue", joined=form.like if joined else None)

    def decide_marked(self) -> AnyResponse:
        """Decide several piles alike, each for itself: one that has changed holds up no other."""
        form = MarkedForm.sent()
        answers = [self._decided(pile, form.reason) for pile in form.piles]
        return self._page(next(filter(None, answers))) if any(answers) else to("queue")

    def undo(self, number: int) -> AnyResponse:
        """Take a decision back before its authors hear of it."""
        seen = SeenForm.sent().seen(number)
        banner = self._done(
            number, MottoState.WAITING, lambda s: s.piles.undo(seen, g.colleague.id)
        )
        return self._page(banner) if banner else to("queue")

    def reopen(self, number: int) -> AnyResponse:
        """Put a decided entry back among those that wait, when it is too late to undo."""
        form = SeenForm.sent()

        def reopen(services: Services) -> Outcome:
            services.moderation.reopen(number, form.version, g.colleague.id)
            return Outcome([], {})

        banner = self._done(number, MottoState.WAITING, reopen)
        return self._page(banner) if banner else to("history", number=number)

    def leave_desk(self) -> AnyResponse:
        """Give back what lay on this page of the desk, so that others need not wait for it."""
        seat = bytes.fromhex(LeaveForm.sent().seat)
        with self._transaction() as services:
            services.piles.leave(g.colleague.id, seat)
        return to("queue")

    def _decide(self, seen: list[Seen], reason: Reason | None, fix: str = "") -> AnyResponse:
        banner = self._decided(seen, reason, fix)
        return self._page(banner) if banner else to("queue")

    def _decided(self, seen: list[Seen], reason: Reason | None, fix: str = "") -> Banner | None:
        wanted = MottoState.RETURNED if reason else MottoState.APPROVED
        return self._done(
            seen[0].number,
            wanted,
            lambda s: s.piles.decide(seen, g.colleague.id, reason, fix),
            fix,
        )

    def _done(
        self,
        number: int,
        wanted: MottoState | None,
        deed: Callable[[Services], Outcome],
        unsent: str = "",
    ) -> Banner | None:
        """Do it, or say why it was not done, or not to all.

        `wanted` is where it would lead: a second click that finds it there has done no harm.
        """
        try:
            with self._transaction() as services:
                outcome = deed(services)
        except NoSuchEntry:
            raise NotFound from None
        except DecidedMeanwhile as refusal:
            return None if _done_already(refusal, wanted) else self._banner(number, refusal, unsent)
        except (NotLike, NotTheirs, MottoTooShort, MottoTooLong, UndoTooLate) as refusal:
            return self._banner(number, refusal, unsent)
        if not outcome.late:
            return None
        banner = self._banner(*next(iter(outcome.late.items())), "")
        text = wording.the_rest_is_done(len(outcome.done), len(outcome.late))
        return replace(banner, text=text)

    def _banner(self, number: int, refusal: Refusal, unsent: str) -> Banner:
        with self._transaction(read_only=True) as services:
            names = services.staff.names()
            return Banner(*wording.why_not(number, refusal, names, services.now), number, unsent)

    def _page(self, banner: Banner | None = None) -> Response:
        """The desk as it is now, and above it why something was not done."""
        seat, me = secrets.token_bytes(16), g.colleague
        with self._transaction(read_only=True) as services:
            placings = services.piles.sort()
            urgent = services.word_list.urgent()
        taken = (placings or me.may_decide) and self._take(placings, seat, urgent)
        with self._transaction(read_only=True) as services:
            desk = services.piles.desk(me.id if taken and me.may_decide else None, urgent)
            return page(
                "queue",
                HTTPStatus.CONFLICT if banner else HTTPStatus.OK,
                desk=desk,
                appealed=services.moderation.appealed(desk.mottos),
                pace=services.moderation.pace(me.id),
                waits=services.moderation.waits(),
                recent=services.moderation.recent(me.id),
                near=services.nearest.of(desk.mottos),
                pasts=services.pasts.of(desk.mottos),
                looks=services.second_looks.of(desk.mottos),
                leaders=_leaders(desk, services),
                agreement=services.second_looks.agreement(),
                looks_waiting=services.second_looks.count(me.id),
                letters=services.tickets.backlog().waiting,
                names=services.staff.names(),
                mine=audit.staff(me.id),
                joined=request.args.get("joined", type=int),
                seat=seat.hex(),
                banner=banner,
                now=services.now,
                undo=UNDO,
            )

    def _take(self, placings: Sequence[Placing], seat: bytes, urgent: Collection[int]) -> bool:
        """Fill the colleague's desk; False where others write for so long that it has to wait.

        Then all that waits is shown: of two who decide the same, the entry's version lets one.
        """
        me = g.colleague
        try:
            with self._transaction() as services:
                services.piles.place(placings)
                if me.may_decide:
                    services.piles.take(me.id, seat, urgent)
        except OperationalError as error:
            log.warning("desk not filled", **trace(error))
            return False
        return True


def _leaders(desk: ReviewDesk, services: Services) -> set[int]:
    """The numbers of those before a colleague that two have to approve."""
    quotes = services.quotation_list.quotes_leader
    return {card.number for card in desk.mottos if quotes(card.words)}


def _done_already(refusal: DecidedMeanwhile, wanted: MottoState | None) -> bool:
    """Whether a second click came after a first that did just this."""
    looked = {"motto.first_look": MottoState.APPROVED, "motto.second_look": MottoState.RETURNED}
    state = looked.get(refusal.deed, refusal.state)
    return refusal.by == audit.staff(g.colleague.id) and state == wanted


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
