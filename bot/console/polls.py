"""The console's poll: how many votes each entry of a round has, and its result once sealed."""

from http import HTTPStatus
from pathlib import Path

from flask import Response, abort, g, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.forms import RoundForm
from bot.console.pages import page, to
from bot.domain.outcomes import JudgingOpen, ObjectionsOpen, Standing
from bot.domain.refusals import NoRound, NotSealed
from bot.domain.services import Services, Transaction
from bot.recount import made


class PollBook:
    """The votes of the round in force, or of another one, and making its result known."""

    def __init__(self, transaction: Transaction, data_dir: Path) -> None:
        self._transaction, self._data_dir = transaction, data_dir

    def votes(self) -> Response:
        """The entries of the round that was asked for, or is in force, by their votes."""
        return self._page(request.args.get("round", type=int))

    def publicise(self) -> AnyResponse:
        """Show the result to all, who may object for some days."""
        round_id = RoundForm.sent().round
        try:
            with self._transaction() as services:
                services.outcomes.publicise(round_id, g.colleague.id)
        except NotSealed:
            return self._page(round_id, wording.NOT_SEALED)
        except JudgingOpen:
            return self._page(round_id, wording.JUDGING_OPEN)
        except NoRound:
            abort(HTTPStatus.NOT_FOUND)
        return to("votes", round=round_id)

    def publish(self) -> AnyResponse:
        """Say that the result stands."""
        round_id = RoundForm.sent().round
        try:
            with self._transaction() as services:
                services.outcomes.publish(round_id, g.colleague.id)
        except NotSealed:
            return self._page(round_id, wording.NOT_SHOWN)
        except ObjectionsOpen as refusal:
            return self._page(round_id, wording.objections_open(refusal))
        except NoRound:
            abort(HTTPStatus.NOT_FOUND)
        return to("votes", round=round_id)

    def recount(self) -> Response:
        """The pack with which anybody can count again."""
        with self._transaction(read_only=True) as services:
            standing = chosen(rounds_begun(services), request.args.get("round", type=int))
        file = made(self._data_dir, standing)
        if file is None:
            abort(HTTPStatus.NOT_FOUND)
        return send_file(file, "application/zip", as_attachment=True, download_name="recount.zip")

    def _page(self, number: int | None, trouble: str = "") -> Response:
        with self._transaction(read_only=True) as services:
            rounds = rounds_begun(services)
            standing = chosen(rounds, number)
            wanted = request.args.get("page", 1, type=int)
            return page(
                "votes",
                HTTPStatus.CONFLICT if trouble else HTTPStatus.OK,
                poll=services.tally.poll(wanted, standing.round_id) if standing else None,
                standing=standing,
                others=[one for one in rounds if one is not standing],
                strangers=services.sealing.strangers(standing.round_id) if standing else 0,
                packed=made(self._data_dir, standing) is not None,
                trouble=trouble,
                letters=services.tickets.backlog().waiting,
                now=services.now,
            )


def rounds_begun(services: Services) -> list[Standing]:
    """The rounds there are votes of, the one in force first; none before the first."""
    try:
        return services.outcomes.begun()
    except NoRound:
        return []


def chosen(rounds: list[Standing], number: int | None) -> Standing | None:
    """The round of this number, else the one in force."""
    named = (one for one in rounds if one.round_id == number)
    return next(named, next(iter(rounds), None))
