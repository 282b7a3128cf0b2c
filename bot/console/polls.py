"""The console's poll: how many votes each entry has, and the result once it is sealed."""

from flask import Response, request

from bot.console.pages import page
from bot.domain.refusals import NoRound
from bot.domain.services import Services, Transaction
from bot.domain.tally import Poll


class PollBook:
    """The votes of the latest round."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def votes(self) -> Response:
        """The entries of the latest round by their votes; as of when, the page says."""
        with self._transaction(read_only=True) as services:
            poll = _poll(services, request.args.get("page", 1, type=int))
            letters = services.tickets.backlog().waiting
            return page("votes", poll=poll, letters=letters, now=services.now)


def _poll(services: Services, page_number: int) -> Poll | None:
    """A page of the poll; None before the first round."""
    try:
        return services.tally.poll(page_number)
    except NoRound:
        return None
