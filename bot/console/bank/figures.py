"""The page that lists the questions of a contest with what their answers tell about them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from bot.console.bank import wording
from bot.console.pages import page
from bot.domain.identity import campaign_day
from bot.domain.item_analysis import TIMED, Item
from bot.domain.services import Transaction
from quiz_bank.analysis import LEAST

_Order = Callable[[Item], Any]


def _told(value: float | None) -> tuple[bool, float]:
    """A figure as something to sort by; where nothing is told comes last."""
    return value is None, value or 0.0


ORDERS: Mapping[str, _Order] = {
    "doubts": lambda item: (-len(item.figures.doubts), _told(item.figures.discrimination)),
    "facility": lambda item: _told(item.figures.facility),
    "discrimination": lambda item: _told(item.figures.discrimination),
    "answers": lambda item: item.figures.answers,
    "code": lambda item: item.question.code,
}


class FigureBook:
    """The figures of a contest's questions."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def analysis(self) -> Response:
        """The questions of the contest that was asked for, or of the one in force, in an order."""
        sort = request.args.get("sort", "doubts")
        sort = sort if sort in ORDERS else "doubts"
        down = "down" in request.args
        with self._transaction(read_only=True) as services:
            contests = services.item_analysis.contests()
            asked = request.args.get("contest", type=int)
            contest = next((one for one in contests if one.id == asked), None)
            contest = contest or services.item_analysis.in_force(campaign_day(services.now))
            analysis = services.item_analysis
            sample = analysis.sample(contest.id) if contest else None
            items = analysis.items(contest.id, sample) if contest else []
            return page(
                "analysis",
                bank=wording,
                contests=contests,
                contest=contest,
                sample=sample,
                withheld=services.withholdings.open(),
                items=sorted(items, key=ORDERS[sort], reverse=down),
                doubtful=sum(bool(item.figures.doubts) for item in items),
                sort=sort,
                down=down,
                now=services.now,
                least=LEAST,
                timed=TIMED,
                letters=services.tickets.backlog().waiting,
            )
