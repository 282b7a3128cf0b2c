"""The figures in a real browser: nothing sticks out, and what is pressed is big enough."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.withholding import Withholdings
from bot.storage.tables import Contest
from tests.builders import NOON, key
from tests.console import test_look as look
from tests.console.conftest import Opened, a_colleague
from tests.console.test_bank_look import sign_in
from tests.console.test_look import look_at
from tests.domain.test_item_analysis import answered

pytestmark = [pytest.mark.browser, pytest.mark.slow]

engine, address, page = look.engine, look.address, look.page


def test_the_figures_and_a_mended_key_fit_the_screen(
    page: Page, address: str, transaction: Transaction, opened: Opened, tmp_path: Path
) -> None:
    with transaction() as services:
        a_colleague(services, "陈出题", Role.EDITOR)
    with opened() as session:
        for n in range(40):
            answered(
                session, f"m{n}", *("B" if (n + place) % 4 else "CA"[n % 2] for place in range(8))
            )
        session.execute(update(Contest).values(report_limit=2))
        for name in ("m0", "m1"):
            Withholdings(session, NOON).report(key(name), 1)
    sign_in(page, address)
    page.get_by_role("link", name="题库").click()
    page.get_by_role("link", name="题目分析").click()
    expect(page.get_by_role("heading", name="题目分析")).to_be_visible()
    page.get_by_role("link", name="答对率").click()
    page.wait_for_url("**sort=facility**")
    look_at(page, tmp_path, "analysis")
    page.get_by_role("link", name="题目Q000？").last.click()
    expect(page.get_by_role("heading", name="答得怎样")).to_be_visible()
    look_at(page, tmp_path, "question")
    page.get_by_role("link", name="改答案").click()
    page.get_by_label("应该是").fill("C")
    page.get_by_label("为什么改").fill("出处原文核对有误")
    look_at(page, tmp_path, "key")
    page.get_by_role("button", name="看影响").click()
    expect(page.get_by_text("影响 40 人")).to_be_visible()
    look_at(page, tmp_path, "regrade")
