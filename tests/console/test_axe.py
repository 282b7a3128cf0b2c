"""Every page of the console, light and dark, in the eyes of axe-core."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from bot.domain.moderation import Reason
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.uploads import Holds
from bot.unit_files import apart
from quiz_bank.formats.apart import dump
from quiz_bank.formats.importing import find_questions
from tests.axe import AXE, RULES, Scheme, needs_axe, violations
from tests.console.conftest import Clock, Submit, signed_in
from tests.console.test_imports import HEAD, ONE
from tests.console.test_look import address, appeal, engine, fill_letterbox, fill_queue
from tests.console.test_registers import ROSTER, UNITS

__all__ = ["address", "engine"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    needs_axe,
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


@pytest.fixture
def page(chromium: Chromium, address: str, owner: str) -> Iterator[Page]:
    """A page on which the owner is signed in."""
    with chromium.new_context(bypass_csp=True) as context:
        context.add_cookies([{"name": "sibian", "value": owner, "url": address}])
        yield context.new_page()


def test_axe_finds_nothing_wrong(page: Page, address: str, tmp_path: Path) -> None:
    page.add_init_script(path=AXE)
    wrong = []
    for path in PAGES:
        page.goto(f"{address}/admin{path}")
        page.evaluate(OPEN_ALL)
        name = path.strip("/").replace("/", "-") or "desk"
        for scheme in RULES:
            wrong += violations(page, scheme)
            page.screenshot(path=tmp_path / f"{name}-{scheme}.png")

    assert wrong == []


OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"


def test_who_chose_a_look_keeps_it(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/account")
    look = page.locator("html")
    for scheme in RULES:
        page.emulate_media(color_scheme=scheme)
        expect(look).to_have_attribute("data-bs-theme", scheme)

    choices: list[tuple[str, Scheme, Scheme]] = [
        ("浅色", "light", "dark"),
        ("深色", "dark", "light"),
    ]
    for name, chosen, machine in choices:
        page.emulate_media(color_scheme=machine)
        page.goto(f"{address}/admin/account")
        page.get_by_role("button", name=name).click()
        page.get_by_role("button", name=name, pressed=True).wait_for()

        page.goto(f"{address}/admin/")

        assert look.get_attribute("data-bs-theme") == chosen
