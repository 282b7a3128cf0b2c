"""An organiser's pages about the judges of a round."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording as of_console
from bot.console.pages import page, to
from bot.console.panels import wording
from bot.console.panels.forms import PLACES, JudgeForm, PanelForm
from bot.domain.colleagues import INVITED_FOR
from bot.domain.panel_plan import Flaw, UnfitPanel
from bot.domain.panels import FewerJudges, NoSuchPanel, NotYet, PanelFixed, TooFewJudges
from bot.domain.roles import Role
from bot.domain.services import Services, Transaction
from bot.domain.staff_refusals import StaffRefusal

_ONE = "/panels/<int:number>"


class PanelDesk:
    """The judges of a round, from the rule to the end of their work."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        room.add_url_rule(_ONE, "panel", self.panel)
        for path, name, view in (
            ("", "settle_panel", self.settle), ("/appoint", "appoint_judge", self.appoint),
            ("/dismiss", "dismiss_judge", self.dismiss), ("/begin", "begin_judging", self.begin),
            ("/close", "close_judging", self.close), ("/cancel", "cancel_panel", self.cancel),
        ):  # fmt: skip
            room.add_url_rule(f"{_ONE}{path}", name, view, methods=["POST"])

    def panel(self, number: int) -> Response:
        """The rule, the judges, and how far they have got."""
        said = wording.SAVED if request.args.get("said") == "saved" else ""
        return self._page(number, said=said)

    def settle(self, number: int) -> AnyResponse:
        """Lay down the rule."""
        form = PanelForm.sent()
        plan, flaws = form.plan()
        if plan is None:
            return self._page(number, form=form, flaws=flaws)
        try:
            with self._transaction() as services:
                services.panels.of(number)
                services.panels.settle(number, plan, g.colleague.id)
        except UnfitPanel as refusal:
            return self._page(number, form=form, flaws=refusal.flaws)
        except PanelFixed as refusal:
            return self._page(number, trouble=wording.why_not(refusal))
        except NoSuchPanel:
            raise NotFound from None
        return to("panel", number=number, said="saved")

    def appoint(self, number: int) -> AnyResponse:
        """Appoint a judge; who is new gets a code to choose a password with."""
        form, code = JudgeForm.sent(), ""
        try:
            with self._transaction() as services:
                judge, code = self._judge(services, form)
                services.panels.appoint(number, judge, g.colleague.id)
                account = services.colleagues.account(judge)
        except NoSuchPanel:
            return self._page(number, trouble=wording.NO_JUDGE)
        except StaffRefusal as refusal:
            return self._page(number, trouble=of_console.explain(refusal))
        except PanelFixed as refusal:
            return self._page(number, trouble=wording.why_not(refusal))
        if not code:
            return to("panel", number=number)
        return page("invitation", account=account, code=code, days=INVITED_FOR.days, panel=number)

    def dismiss(self, number: int) -> AnyResponse:
        """Let a judge go."""
        judge = JudgeForm.sent().judge or 0
        return self._do(number, lambda s: s.panels.dismiss(number, judge, g.colleague.id))

    def begin(self, number: int) -> AnyResponse:
        """Give the entries to the judges."""
        with_fewer = bool(request.form.get("with_fewer"))
        try:
            with self._transaction() as services:
                services.panels.begin(number, g.colleague.id, with_fewer=with_fewer)
        except FewerJudges as refusal:
            return self._page(number, trouble=wording.fewer(refusal), short=True)
        except NoSuchPanel:
            raise NotFound from None
        except (NotYet, TooFewJudges) as refusal:
            return self._page(number, trouble=wording.why_not(refusal))
        return to("panel", number=number)

    def close(self, number: int) -> AnyResponse:
        """End the judging."""
        return self._do(number, lambda s: s.panels.close(number, g.colleague.id))

    def cancel(self, number: int) -> AnyResponse:
        """Let the votes alone decide."""
        return self._do(number, lambda s: s.panels.cancel(number, g.colleague.id))

    def _judge(self, services: Services, form: JudgeForm) -> tuple[int, str]:
        """The account, and the code for it if it is new. Raises NoSuchPanel."""
        if form.judge:
            return form.judge, ""
        unit = services.units.called(form.unit) if form.unit else None
        if not form.name or (form.unit and unit is None):
            raise NoSuchPanel
        unit_id = unit.id if unit else None
        return services.colleagues.invite(form.name, Role.JUDGE, unit_id, g.colleague.id)

    def _do(self, number: int, deed: Callable[[Services], None]) -> AnyResponse:
        try:
            with self._transaction() as services:
                deed(services)
        except NoSuchPanel:
            raise NotFound from None
        except (PanelFixed, NotYet, TooFewJudges) as refusal:
            return self._page(number, trouble=wording.why_not(refusal))
        return to("panel", number=number)

    def _page(
        self,
        number: int,
        *,
        form: PanelForm | None = None,
        flaws: Mapping[str, Flaw] | None = None,
        trouble: str = "",
        said: str = "",
        short: bool = False,
    ) -> Response:
        try:
            with self._transaction(read_only=True) as services:
                view = services.panels.of(number)
                facts: dict[str, Any] = {
                    "view": view,
                    "judges": services.panels.judges(number),
                    "free": services.panels.free_judges(number),
                    "table": services.panels.table(number),
                    "letters": services.tickets.backlog().waiting,
                }
        except NoSuchPanel:
            raise NotFound from None
        status = HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK
        status = HTTPStatus.CONFLICT if trouble else status
        return page(
            "panel", status, panels=wording, form=form or PanelForm.of(view), flaws=flaws or {},
            trouble=trouble, said=said, short=short, places=PLACES, **facts,
        )  # fmt: skip
