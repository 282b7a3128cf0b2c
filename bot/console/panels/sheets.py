"""A judge's pages: what there is to do, and one entry at a time."""

from http import HTTPStatus

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console.pages import page, to
from bot.console.panels import wording
from bot.console.panels.forms import MarksForm
from bot.domain.judging import JudgingOver, NoSuchSheet
from bot.domain.panel_scoring import FULL
from bot.domain.services import Transaction

_SHEET = "/judging/<int:number>"


class SheetDesk:
    """The sheets of the judge who is signed in."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        room.add_url_rule("/judging", "judging", self.stacks)
        room.add_url_rule(_SHEET, "sheet", self.sheet)
        room.add_url_rule(_SHEET, "save_sheet", self.save, methods=["POST"])

    def stacks(self) -> Response:
        """What there is to do."""
        with self._transaction(read_only=True) as services:
            return page(
                "judging", stacks=services.judging.stacks(g.colleague.id),
                compared=services.comparing.stacks(g.colleague.id),
            )  # fmt: skip

    def sheet(self, number: int) -> Response:
        """One entry."""
        return self._page(number)

    def save(self, number: int) -> AnyResponse:
        """Keep the marks; a script that saves by itself gets the page again, others the next."""
        marks = MarksForm.sent().marks
        try:
            with self._transaction() as services:
                services.judging.save(g.colleague.id, number, marks)
                stack = services.judging.sheet(g.colleague.id, number).stack
        except NoSuchSheet:
            raise NotFound from None
        except JudgingOver:
            return self._page(number, wording.OVER)
        if request.headers.get("HX-Request"):
            return self._page(number)
        after = stack.numbers[stack.numbers.index(number) + 1 :]
        left = [one for one in after if one not in stack.done]
        onward = left[0] if left else stack.next
        return to("sheet", number=onward) if onward else to("judging")

    def _page(self, number: int, trouble: str = "") -> Response:
        try:
            with self._transaction(read_only=True) as services:
                sheet = services.judging.sheet(g.colleague.id, number)
                files = {number: services.entry_files.of(number)}
        except NoSuchSheet:
            raise NotFound from None
        at = sheet.stack.numbers.index(number)
        status = HTTPStatus.CONFLICT if trouble else HTTPStatus.OK
        return page(
            "sheet", status, sheet=sheet, files=files, at=at, trouble=trouble,
            marks=range(1, FULL + 1),
        )  # fmt: skip
