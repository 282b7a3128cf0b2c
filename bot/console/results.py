"""The console's results: what a contest came to, and the files that are handed on."""

from http import HTTPStatus
from io import BytesIO

from flask import Blueprint, Response, g, request, send_file
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.forms import ResultForm, TakeResultForm
from bot.console.pages import page, to
from bot.domain.identity import campaign_day
from bot.domain.item_analysis import Held
from bot.domain.result_files import NoSuchFile
from bot.domain.results import NoSuchContest, Wanted
from bot.domain.services import Services, Transaction

TOP = 10
"""People whose places the page shows, of each bracket where there are some."""


class ResultDesk:
    """Where results are looked at, asked for and taken."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        post = ["POST"]
        room.add_url_rule("/results", "results", self.show)
        room.add_url_rule("/results", "ask_results", self.ask, methods=post)
        room.add_url_rule("/results/file", "take_results", self.take, methods=post)

    def show(self) -> Response:
        """What the contest that was asked for, or the one in force, came to."""
        return self._shown(request.args.get("contest", type=int), None)

    def ask(self) -> AnyResponse:
        """Ask for the files; the worker makes them."""
        form = ResultForm.sent()
        if form.full_names and not g.colleague.may_name:
            return self._shown(form.contest, wording.NO_FULL_NAMES, HTTPStatus.FORBIDDEN)
        wanted = Wanted(form.contest, form.district, form.full_names)
        try:
            with self._transaction() as services:
                services.result_files.ask(g.colleague.id, wanted)
        except NoSuchContest:
            raise NotFound from None
        return to("results", contest=form.contest)

    def take(self) -> AnyResponse:
        """Hand out one of the files, and leave a trail of who took it."""
        name = TakeResultForm.sent().file
        try:
            with self._transaction() as services:
                asked = services.result_files.of(g.colleague.id)
                if asked is None or (asked.wanted.full_names and not g.colleague.may_name):
                    raise NoSuchFile
                content = services.result_files.take(g.colleague.id, name)
                title = services.result_files.read(asked.wanted).frame().title
        except NoSuchFile:
            return self._shown(None, wording.FILE_GONE, HTTPStatus.NOT_FOUND)
        day = campaign_day(services.now).strftime("%Y%m%d")
        saved_as = wording.RESULT_FILES[name][1].format(title=title, day=day)
        return send_file(
            BytesIO(content), "application/octet-stream", as_attachment=True,
            download_name=saved_as,
        )  # fmt: skip

    def _shown(
        self,
        number: int | None,
        banner: tuple[str, str] | None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        with self._transaction(read_only=True) as services:
            contests = services.item_analysis.contests()
            contest = next((one for one in contests if one.id == number), None)
            contest = contest or services.item_analysis.in_force(campaign_day(services.now))
            return page(
                "results",
                status,
                contests=contests,
                contest=contest,
                asked=services.result_files.of(g.colleague.id),
                banner=banner,
                now=services.now,
                letters=services.tickets.backlog().waiting,
                **(_figures(services, contest) if contest else {}),
            )


def _figures(services: Services, contest: Held) -> dict[str, object]:
    results = services.result_files.read(Wanted(contest.id))
    return {
        "frame": results.frame(),
        "units": results.table(),
        "top": results.first(TOP),
        "districts": services.units.districts(),
    }
