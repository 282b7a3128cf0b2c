"""The result of a selection for all to see, the way to count it again, and one's own ballot."""

import re
import threading
from collections.abc import Mapping
from pathlib import Path

from flask import Response, abort, request, send_file

from bot.domain import merkle
from bot.domain.outcomes import TRACKER, Ballot, Standing
from bot.domain.services import Services, Transaction
from bot.h5.pages import page
from bot.recount import made
from bot.rulebook import round_rules

_ZIP = "application/zip"


class Results:
    """The pages about selections whose result all may see: the latest, or one that is asked for."""

    def __init__(self, transaction: Transaction, data_dir: Path) -> None:
        self._transaction, self._data_dir = transaction, data_dir
        self._looking = threading.Lock()
        self._tree = merkle.Tree([])
        """Of the ballots of one round: they never change."""

    def result(self) -> Response:
        """The table, the rule, and how far the selection has got."""
        wanted = request.args.get("page", 1, type=int)
        with self._transaction(read_only=True) as services:
            shown = services.outcomes.shown()
            standing = _asked_for(services, shown)
            poll = services.tally.poll(wanted, standing.round_id) if standing else None
            panel = services.panels.of(standing.round_id).plan if standing else None
            table = services.panels.table(standing.round_id) if standing else None
        file = made(self._data_dir, standing)
        rules = round_rules(standing.plan) if standing else ()
        return page(
            "result", standing=standing, poll=poll, rules=rules, packed=file is not None,
            panel=panel, table=table, others=_others(shown, standing),
        )  # fmt: skip

    def pack(self) -> Response:
        """The pack for a recount."""
        with self._transaction(read_only=True) as services:
            standing = _asked_for(services, services.outcomes.shown())
        file = made(self._data_dir, standing)
        if file is None:
            abort(404)
        return send_file(file, _ZIP, as_attachment=True, download_name="recount.zip")

    def receipt(self) -> Response:
        """Whether the vote of a receipt is in the box, and where among all once it is sealed."""
        # Asked for by a form that is sent, not by an address: addresses are written down.
        asked = re.sub(r"\W", "", request.form.get("receipt", "")).upper()
        # Nothing else has ever been given out.
        if not re.fullmatch(rf"[2-9A-Z]{{{TRACKER}}}", asked):
            return page("receipt", asked=asked[: 2 * TRACKER], ballot=None, place=None)
        with self._transaction(read_only=True) as services:
            ballot = services.outcomes.ballot(asked)
            tree = self._all(services, ballot) if ballot else None
            batch = services.ballot_boxes.batch_of(asked) if ballot else None
        if ballot is None or tree is None:
            return page("receipt", asked=asked, ballot=ballot, batch=batch, place=None)
        place = tree.place_of(ballot.line)
        facts = {"place": place + 1, "of": len(tree), "steps": tree.path(place)}
        return page("receipt", asked=asked, ballot=ballot, batch=batch, **facts)

    def _all(self, services: Services, ballot: Ballot) -> merkle.Tree | None:
        """All ballots of the round, once it is sealed."""
        if ballot.sealed_in is None:
            return None
        # Hundreds of thousands of lines: read once, by one who asks, and their hashes kept.
        with self._looking:
            if self._tree.root != ballot.root:
                self._tree = merkle.Tree(services.outcomes.ballots(ballot.sealed_in))
            return self._tree


def _asked_for(services: Services, shown: Mapping[int, str]) -> Standing | None:
    """The round that the address names, else the latest; None before there is one."""
    if not shown:
        return None
    if "round" not in request.args:
        return services.outcomes.of(next(iter(shown)))
    wanted = request.args.get("round", type=int)
    if wanted is None or wanted not in shown:
        abort(404)
    return services.outcomes.of(wanted)


def _others(shown: Mapping[int, str], standing: Standing | None) -> dict[int, str]:
    """The titles of the rounds besides this one."""
    this = standing.round_id if standing else None
    return {id_: title for id_, title in shown.items() if id_ != this}
