"""The console's poll: how many votes each entry has, and the result once it is sealed."""

from http import HTTPStatus
from pathlib import Path

from flask import Response, abort, g, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.forms import RoundForm
from bot.console.pages import page, to
from bot.domain.outcomes import ObjectionsOpen
from bot.domain.refusals import NoRound, NotSealed
from bot.domain.services import Services, Transaction
from bot.domain.tally import Poll
from bot.recount import made


class PollBook:
    """The votes of the round in force, and making its result known."""

    def __init__(self, transaction: Transaction, data_dir: Path) -> None:
        self._transaction, self._data_dir = transaction, data_dir

    def votes(self) -> Response:
        """The entries of the round in force by their votes; as of when, the page says."""
        return self._page()

    def publicise(self) -> AnyResponse:
        """Show the result to all, who may object for some days."""
        round_id = RoundForm.sent().round
        try:
            with self._transaction() as services:
                services.outcomes.publicise(round_id, g.colleague.id)
        except NotSealed:
            return self._page(wording.NOT_SEALED)
        except NoRound:
            abort(HTTPStatus.NOT_FOUND)
        return to("votes")

    def publish(self) -> AnyResponse:
        """Say that the result stands."""
        round_id = RoundForm.sent().round
        try:
            with self._transaction() as services:
                services.outcomes.publish(round_id, g.colleague.id)
        except NotSealed:
            return self._page(wording.NOT_SHOWN)
        except ObjectionsOpen as refusal:
            return self._page(wording.objections_open(refusal))
        except NoRound:
            abort(HTTPStatus.NOT_FOUND)
        return to("votes")

    def recount(self) -> Response:
        """The pack with which anybody can count again."""
        with self._transaction(read_only=True) as services:
            standing = services.outcomes.current()
        file = made(self._data_dir, standing)
        if file is None:
            abort(HTTPStatus.NOT_FOUND)
        return send_file(file, "application/zip", as_attachment=True, download_name="recount.zip")

    def _page(self, trouble: str = "") -> Response:
        with self._transaction(read_only=True) as services:
            poll = _poll(services, request.args.get("page", 1, type=int))
            standing = services.outcomes.current() if poll else None
            return page(
                "votes",
                HTTPStatus.CONFLICT if trouble else HTTPStatus.OK,
                poll=poll,
                standing=standing,
                packed=made(self._data_dir, standing) is not None,
                trouble=trouble,
                letters=services.tickets.backlog().waiting,
                now=services.now,
            )


def _poll(services: Services, page_number: int) -> Poll | None:
    """A page of the poll; None before the first round."""
    try:
        return services.tally.poll(page_number)
    except NoRound:
        return None
