"""The overview: how many took part, day by day and unit by unit, for whoever is asked for it."""

from flask import Response, request

from bot.console.pages import page
from bot.domain.identity import campaign_day
from bot.domain.results import Wanted
from bot.domain.services import Transaction


class Overview:
    """The page of figures."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def overview(self) -> Response:
        """How the contest that was asked for, or the one in force, has gone so far."""
        with self._transaction(read_only=True) as services:
            contests = services.item_analysis.contests()
            wanted = request.args.get("contest", type=int)
            contest = next((one for one in contests if one.id == wanted), None)
            today = campaign_day(services.now)
            contest = contest or services.item_analysis.in_force(today)
            days = services.diaries.of(contest.id).days if contest else []
            table = services.result_files.read(Wanted(contest.id)).table() if contest else None
            return page(
                "overview",
                contests=contests,
                contest=contest,
                days=days,
                today=next((day for day in days if day.day == today), None),
                before=[day for day in days if day.day < today][-2:],
                table=table,
                headcount=sum(place.turnout.headcount for place in table.places) if table else 0,
                letters=services.tickets.backlog().waiting,
                now=services.now,
            )
