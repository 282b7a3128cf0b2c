"""The console's letterbox: what members want a colleague to read, and closing it."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, g
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.forms import CloseForm
from bot.console.pages import page, to
from bot.domain import audit
from bot.domain.services import Services, Transaction
from bot.domain.tickets import ANSWER_MOST, ClosedMeanwhile, NoSuchTicket


@dataclass(frozen=True)
class Banner:
    """What stands above the letters when one could not be closed."""

    title: str
    text: str
    unsent: str | None
    """The answer that was written in vain."""


class Letterbox:
    """The tickets that wait, and those closed lately."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def tickets(self) -> Response:
        """What waits, the oldest first, and what was closed lately."""
        with self._transaction(read_only=True) as services:
            return _page(services)

    def close(self) -> AnyResponse:
        """Close a ticket, with an answer or without."""
        form = CloseForm.sent()
        answer = form.answer or None
        try:
            with self._transaction() as services:
                services.tickets.close(form.delivery, g.colleague.id, answer)
        except NoSuchTicket:
            raise NotFound from None
        except ClosedMeanwhile as refusal:
            if not _done_already(refusal, answer):
                return self._conflict(refusal, answer)
        return to("tickets")

    def _conflict(self, refusal: ClosedMeanwhile, answer: str | None) -> Response:
        """The letters as they are now, and above them why nothing was done."""
        with self._transaction(read_only=True) as services:
            words = wording.closed_already(refusal, services.staff.names(), services.now)
            return _page(services, Banner(*words, answer))


def _page(services: Services, banner: Banner | None = None) -> Response:
    backlog = services.tickets.backlog()
    return page(
        "tickets",
        HTTPStatus.CONFLICT if banner else HTTPStatus.OK,
        backlog=backlog,
        letters=backlog.waiting,
        tickets=services.tickets.waiting(),
        withheld=services.withholdings.open(),
        handled=services.tickets.handled(),
        names=services.staff.names(),
        banner=banner,
        now=services.now,
        answer_most=ANSWER_MOST,
    )


def _done_already(refusal: ClosedMeanwhile, answer: str | None) -> bool:
    """Whether a second click came after a first that did just this."""
    return refusal.by == audit.staff(g.colleague.id) and refusal.answer == answer
