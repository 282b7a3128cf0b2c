"""The ballot on a page: choose, confirm, and what became of it. It works without any script.

Who one is says a link of the chat, which opens once, or WeChat where the account may ask it; from
then on a cookie does, for half an hour. Without either the page can be read, and says how to vote.
"""

import secrets
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from bot.conversation.folding import fold_prose
from bot.domain.outcomes import Standing
from bot.domain.page_ballots import Sent
from bot.domain.refusals import NoRound, VotingClosed, VotingNotOpen
from bot.domain.services import Services, Transaction
from bot.domain.tally import Line
from bot.h5 import wording
from bot.h5.signing_in import COOKIE, admit
from bot.h5.sizes import is_larger
from bot.rulebook import round_rules

TOP = 10
"""Entries of which the page says how they stand, where a round shows it."""
SIZE, FEWER = 20, 8
"""Entries on a page; and in larger letters."""
_MOST = 100
"""Choices that are carried from page to page: no round has more votes."""
_LONGEST = 30
"""Characters that are searched for."""
_SHUT = (VotingNotOpen, VotingClosed, NoRound)


class BallotPages:
    """The pages on which a member votes."""

    def __init__(self, transaction: Transaction, over_https: bool) -> None:
        self._transaction, self._over_https = transaction, over_https

    def show(self) -> Response:
        """The ballot; before that the question whether to open the link, which is looked at by
        WeChat too; without either how one comes to vote.
        """
        if token := request.args.get("t", ""):
            with self._transaction(read_only=True) as services:
                opens = services.ballot_passes.opens(token)
            return _page("ballot_pass", token=token) if opens else _gone()
        return self._ballot([], "", 1)

    def open(self) -> AnyResponse:
        """Use the link up, and give this browser the cookie."""
        with self._transaction() as services:
            member = services.ballot_passes.redeem(request.form.get("t", ""))
            if member is None:
                return _gone()
            visit = services.ballot_visits.issue(member)
        response = redirect(url_for("h5.ballot"), HTTPStatus.SEE_OTHER)
        response.headers["Cache-Control"] = "no-store"
        admit(response, visit, self._over_https)
        return response

    def choose(self) -> Response:
        """Carry the choices on: to another page, to what was searched for, or to be confirmed."""
        chosen = _chosen()
        if "confirm" in request.form:
            return self._confirm(chosen)
        page = request.form.get("to", 1, type=int) or 1
        return self._ballot(chosen, request.form.get("q", "")[:_LONGEST], page)

    def send(self) -> Response:
        """Give the votes that were confirmed."""
        chosen, sheet = _chosen(), request.form.get("sheet", "")
        if not _is_ours():
            return self._ballot(chosen, "", 1)
        try:
            sent = self._give(sheet, chosen)
        except IntegrityError:
            # Another vote of the same member came first: look again.
            sent = self._give(sheet, chosen)
        except _SHUT as refusal:
            return _page("ballot_shut", words=wording.shut(refusal))
        if sent is None:
            return _gone()
        refused = [(number, wording.refused(refusal)) for number, refusal in sent.refused]
        return _page("ballot_done", sent=sent, refused=refused)

    def withdraw(self) -> Response:
        """Take a vote back."""
        number = request.form.get("number", 0, type=int)
        taken = False
        if _is_ours():
            try:
                with self._transaction() as services:
                    if member := _member(services):
                        sheet = request.form.get("sheet", "")
                        taken = services.page_ballots.withdraw(member, sheet, number)
            except _SHUT as refusal:
                return _page("ballot_shut", words=wording.shut(refusal))
        return self._ballot([], "", 1, taken=number if taken else None)

    def _ballot(
        self, chosen: list[int], sought: str, page: int, taken: int | None = None
    ) -> Response:
        with self._transaction(read_only=True) as services:
            try:
                member, current = _member(services), services.outcomes.current()
                standings = _standings(services, current)
                if member is None:
                    return _how(current, standings)
                ballot = services.votes.ballot(member)
            except _SHUT as refusal:
                return _page("ballot_shut", words=wording.shut(refusal))
            size = FEWER if is_larger() else SIZE
            sheet = services.page_ballots.sheet(member, fold_prose(sought), page, size)
            own = services.mottos.mine(member)
            card = services.mottos.public(own.number) if own else None
            numbers = {one.number for one in sheet.cards}
            return _page(
                "ballot",
                ballot=ballot,
                sheet=sheet,
                sought=sought,
                chosen=set(chosen),
                kept=[number for number in chosen if number not in numbers],
                voted=services.votes.voted(member),
                own=card.number if card and not ballot.own_entry_allowed else None,
                mine=services.votes.mine(member, _MOST),
                full=services.votes.exhausted(member),
                rules=round_rules(current.plan),
                standings=standings,
                taken=taken,
                **_form(),
            )

    def _confirm(self, chosen: list[int]) -> Response:
        with self._transaction(read_only=True) as services:
            member = _member(services)
            if member is None:
                return _gone()
            try:
                ballot = services.votes.ballot(member)
            except _SHUT as refusal:
                return _page("ballot_shut", words=wording.shut(refusal))
            cards = services.votes.chosen(chosen)
            return _page("ballot_confirm", ballot=ballot, cards=cards, **_form())

    def _give(self, sheet: str, chosen: list[int]) -> Sent | None:
        """What became of the sheet; None when nobody knows whose browser this is."""
        with self._transaction() as services:
            member = _member(services)
            return services.page_ballots.send(member, sheet, chosen) if member else None


def _member(services: Services) -> bytes | None:
    """Whose browser this is."""
    member = services.ballot_visits.holder(request.cookies.get(COOKIE, ""))
    return member if member and services.page_ballots.follows(member) else None


def _how(current: Standing, standings: list[Line]) -> Response:
    """How one comes to vote, and what came of the attempt that the address tells of."""
    failed = wording.NOT_SIGNED_IN.get(request.args.get("failed", ""))
    return _page("ballot_how", plan=current.plan, standings=standings, failed=failed)


def _standings(services: Services, current: Standing) -> list[Line]:
    """The first of the round in force, while it shows how voting goes."""
    if not current.plan.shows_standings(services.now):
        return []
    return services.tally.poll(1, current.round_id, TOP).lines


def _chosen() -> list[int]:
    """The entries that are chosen, on this page and on those before."""
    typed = request.form.getlist("number", type=int)
    return [number for number in dict.fromkeys(typed) if 1000 < number < 10**9][:_MOST]


def _key() -> str:
    """What a form must bring along that this browser was shown."""
    return sha256(f"form:{request.cookies.get(COOKIE, '')}".encode()).hexdigest()


def _is_ours() -> bool:
    return compare_digest(request.form.get("key", "").encode(), _key().encode())


def _form() -> dict[str, Any]:
    return {"key": _key(), "name_of_sheet": secrets.token_hex(16)}


def _page(template: str, status: int = HTTPStatus.OK, **facts: Any) -> Response:
    response = make_response(
        render_template(f"h5/{template}.html", private=True, words_of=wording, **facts), status
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _gone() -> Response:
    return _page("ballot_gone", HTTPStatus.GONE)
