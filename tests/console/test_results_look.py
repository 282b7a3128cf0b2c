"""The results in a real browser: nothing sticks out, and what is pressed is big enough."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import Score
from tests.builders import NOON, a_member
from tests.console import test_look as look
from tests.console.conftest import Opened, a_colleague
from tests.console.test_look import look_at
from tests.console.test_results import make

pytestmark = [pytest.mark.browser, pytest.mark.slow]

engine, address, page = look.engine, look.address, look.page


def test_the_results_fit_the_screen(
    page: Page, address: str, transaction: Transaction, opened: Opened, tmp_path: Path
) -> None:
    with transaction() as services:
        a_colleague(services, "孙组织", Role.ORGANISER)
    with opened() as session:
        for n in range(14):
            member = a_member(session, f"m{n}", (2, 3, None)[n % 3])
            row = Score(member_key=member, contest_id=1, points=40 - n, days=4, reached_at=NOON)
            session.add(row)
    look.sign_in(page, address, "孙组织")
    page.get_by_role("link", name="成绩").click()
    page.get_by_role("button", name="生成成绩表和通报").click()
    expect(page.get_by_text("排队等候")).to_be_visible()
    # It loads itself anew every few seconds: held back, so that it stays to be looked at.
    page.route("**/admin/results?*", lambda _: None)
    look_at(page, tmp_path, "waiting")
    page.unroute("**/admin/results?*")
    make(transaction)
    page.goto(page.url)
    expect(page.get_by_role("button", name="通报（Word，公文格式）")).to_be_visible()
    look_at(page, tmp_path, "made")
