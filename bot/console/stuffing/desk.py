"""The page of votes that look bought: one colleague proposes, another decides."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus

from flask import Blueprint, Response, g, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from bot.console.forms import Form, RoundForm
from bot.console.pages import page, to
from bot.console.polls import chosen, rounds_begun
from bot.console.stuffing import wording
from bot.domain.outcomes import Standing
from bot.domain.quarantine import (
    NoSuchQuarantine,
    NothingClaimed,
    OwnQuarantine,
    ProposedMeanwhile,
    Quarantines,
    ResultShown,
)
from bot.domain.services import Services, Transaction
from bot.domain.stuffing import Finding

_REFUSALS = {
    NoSuchQuarantine: wording.DECIDED_MEANWHILE,
    NothingClaimed: wording.NOTHING_CLAIMED,
    OwnQuarantine: wording.OWN_PROPOSAL,
    ProposedMeanwhile: wording.PROPOSED_MEANWHILE,
    ResultShown: wording.RESULT_SHOWN,
}
_CASE = "/votes/quarantine/<int:number>"


class ProposalForm(RoundForm):
    """Whose suspicious votes of which day are meant."""

    entry: int = Field(ge=1, le=10**9)
    day: date


class ReleaseForm(Form):
    """Which votes are to be let go."""

    only_claimed: bool = False


class StuffingDesk:
    """Signals, and the quarantine."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        post = ["POST"]
        room.add_url_rule("/votes/stuffing", "stuffing", self.signals)
        room.add_url_rule("/votes/quarantine", "propose_quarantine", self.propose, methods=post)
        for word, endpoint, view in (
            ("confirm", "confirm_quarantine", self.confirm),
            ("drop", "drop_quarantine", self.drop),
            ("release", "propose_release", self.propose_release),
            ("release/confirm", "confirm_release", self.confirm_release),
            ("release/drop", "drop_release", self.drop_release),
        ):
            room.add_url_rule(f"{_CASE}/{word}", endpoint, view, methods=post)

    def signals(self) -> Response:
        """What is conspicuous in the round that was asked for, and what became of it."""
        return self._page(request.args.get("round", type=int))

    def propose(self) -> AnyResponse:
        """Propose to set the suspicious votes of an entry's day apart."""
        form = ProposalForm.sent()
        with self._transaction(read_only=True) as services:
            finding = services.stuffing.finding(form.round, form.entry, form.day)
        if finding is None:
            return self._page(form.round, wording.NOTHING_LEFT)
        return self._do(lambda desk: desk.propose(form.round, finding, g.colleague.id))

    def confirm(self, number: int) -> AnyResponse:
        """Set them apart, as somebody else proposed."""
        return self._do(lambda desk: desk.confirm(number, g.colleague.id))

    def drop(self, number: int) -> AnyResponse:
        """Drop the proposal: the votes go on to count."""
        return self._do(lambda desk: desk.drop(number, g.colleague.id))

    def propose_release(self, number: int) -> AnyResponse:
        """Propose to let votes go."""
        only = ReleaseForm.sent().only_claimed
        return self._do(
            lambda desk: desk.propose_release(number, g.colleague.id, only_claimed=only)
        )

    def confirm_release(self, number: int) -> AnyResponse:
        """Let them go, as somebody else proposed."""
        return self._do(lambda desk: desk.release(number, g.colleague.id))

    def drop_release(self, number: int) -> AnyResponse:
        """Drop the proposal to let them go."""
        return self._do(lambda desk: desk.drop_release(number, g.colleague.id))

    def _do(self, deed: Callable[[Quarantines], object]) -> AnyResponse:
        round_id = RoundForm.sent().round
        try:
            with self._transaction() as services:
                deed(services.quarantines)
        except tuple(_REFUSALS) as refusal:
            return self._page(round_id, _REFUSALS[type(refusal)])
        return to("stuffing", round=round_id)

    def _page(self, number: int | None, trouble: str = "") -> Response:
        with self._transaction(read_only=True) as services:
            standing = chosen(rounds_begun(services), number)
            return page(
                "stuffing",
                HTTPStatus.CONFLICT if trouble else HTTPStatus.OK,
                stuffing=wording,
                standing=standing,
                frozen=standing is not None and standing.publicised_at is not None,
                findings=_findings(services, standing),
                cases=services.quarantines.cases(standing.round_id) if standing else [],
                names=services.staff.names(),
                trouble=trouble,
                letters=services.tickets.backlog().waiting,
                now=services.now,
            )


def _findings(services: Services, standing: Standing | None) -> list[Finding]:
    """What may still be decided about: nothing, once all may see the result."""
    if standing is None or standing.publicised_at is not None:
        return []
    return services.stuffing.findings(standing.round_id)
