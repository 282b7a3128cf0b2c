"""Every page of the console, light and dark, in the eyes of axe-core."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from bot.domain.moderation import Reason
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.uploads import Holds
from bot.unit_files import apart
from quiz_bank.formats.apart import dump
from quiz_bank.formats.importing import find_questions
from tests.console.conftest import Clock, Submit, signed_in
from tests.console.test_imports import HEAD, ONE
from tests.console.test_look import address, appeal, engine, fill_letterbox, fill_queue
from tests.console.test_registers import ROSTER, UNITS

__all__ = ["address", "engine"]

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not AXE.exists(), reason="axe-core was not fetched"),
]

PAGES = [
    "/", "/second-looks", "/mottos/1002", "/tickets", "/votes", "/questions", "/questions/import",
    "/questions/analysis", "/plans", "/words", "/quotations", "/results", "/draws", "/certificates",
    "/certificates/new", "/trail", "/people", "/account", "/overview", "/units", "/nowhere",
    "/units/import", "/units/import/preview?of=units", "/units/import/preview?of=roster",
    "/questions/import/preview",
]  # fmt: skip


@pytest.fixture
def owner(address: str, app: Flask, transaction: Transaction, submit: Submit, clock: Clock) -> str:
    """The token of an owner of a console in full swing."""
    fill_queue(submit, clock)
    submit("我愿做一块砖，哪里需要就往哪里搬")
    appeal(transaction, clock)
    fill_letterbox(transaction, clock)
    with transaction() as services:
        services.moderation.decide(1003, 1, 1, Reason.TYPO, "清清白白做人，干干净净办事")
    cookie = str(signed_in(app, transaction, "孙负责", Role.OWNER).cookie)
    bring(transaction, Holds.UNITS, apart.find(Holds.UNITS, UNITS.encode()))
    bring(transaction, Holds.ROSTER, apart.find(Holds.ROSTER, ROSTER.encode()))
    bring(transaction, Holds.QUESTIONS, dump(find_questions((HEAD + ONE).encode())))
    return cookie


def bring(transaction: Transaction, holds: Holds, report: dict[str, Any]) -> None:
    """A file that the owner has brought, and that has been read."""
    with transaction() as services:
        owner = next(one for one in services.colleagues.all() if one.colleague.name == "孙负责")
        token = services.uploads.begin(owner.colleague.id, holds, "名册.csv")
        services.uploads.note(token, report=report)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def page(chromium: Chromium, address: str, owner: str, scheme: Any) -> Iterator[Page]:
    with chromium.new_context(color_scheme=scheme, bypass_csp=True) as context:
        context.add_cookies([{"name": "sibian", "value": owner, "url": address}])
        yield context.new_page()


def test_axe_finds_nothing_wrong(page: Page, address: str, tmp_path: Path, scheme: str) -> None:
    wrong = []
    for path in PAGES:
        page.goto(f"{address}/admin{path}")
        for details in page.locator("details").all():
            details.evaluate("(details) => { details.open = true; }")
        name = path.strip("/").replace("/", "-") or "desk"
        page.screenshot(path=tmp_path / f"{name}-{scheme}.png")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        wrong += [(path, rule["id"], rule["nodes"][0]["html"]) for rule in found]

    assert wrong == []


def test_who_chose_a_look_keeps_it(page: Page, address: str, scheme: str) -> None:
    other = {"light": "深色", "dark": "浅色"}[scheme]
    page.goto(f"{address}/admin/account")
    look = page.locator("html")
    assert look.get_attribute("data-bs-theme") == scheme

    page.get_by_role("button", name=other).click()

    page.get_by_role("button", name=other, pressed=True).wait_for()
    page.goto(f"{address}/admin/")
    assert look.get_attribute("data-bs-theme") == {"深色": "dark", "浅色": "light"}[other]
