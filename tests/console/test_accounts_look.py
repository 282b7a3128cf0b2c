"""The pages about accounts in a real browser: nothing sticks out, what is pressed is big enough."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.domain.roles import Role
from bot.domain.services import Transaction
from tests.builders import SECRET
from tests.console import test_look as look
from tests.console.conftest import PASSWORD, Clock, a_colleague
from tests.console.test_look import look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]

engine, address, page = look.engine, look.address, look.page


def test_the_pages_about_accounts_fit_the_screen(
    page: Page, address: str, transaction: Transaction, clock: Clock, tmp_path: Path
) -> None:
    with transaction() as services:
        a_colleague(services, "孙负责", Role.OWNER)
        a_colleague(services, "陈出题", Role.EDITOR)
        services.colleagues.invite("钱联络", Role.SECRETARY, 1, 2)
        services.colleagues.disable(3, 2)
    page.goto(f"{address}/admin/invited")
    look_at(page, tmp_path, "invited")
    page.goto(f"{address}/admin")
    page.get_by_label("账号").fill("孙负责")
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="设置验证器")).to_be_visible()
    page.get_by_text("扫不了").click()
    look_at(page, tmp_path, "authenticator")
    page.get_by_label("6 位数字").fill(page.locator("[data-trial-code]").inner_text())
    page.get_by_role("button", name="设好验证器").click()
    expect(page.get_by_role("heading", name="请抄下备用码")).to_be_visible()
    look_at(page, tmp_path, "recovery-codes")
    page.get_by_role("link", name="抄好了").click()
    page.get_by_role("link", name="孙负责").click()
    look_at(page, tmp_path, "account")
    page.get_by_role("link", name="人员").click()
    look_at(page, tmp_path, "people")
    page.get_by_role("link", name="李审核").click()
    look_at(page, tmp_path, "person")
    clock.advance(minutes=6)
    page.get_by_role("button", name="重设口令", exact=True).click()
    expect(page.get_by_role("heading", name="再验一次是不是您")).to_be_visible()
    look_at(page, tmp_path, "prove")
    page.get_by_label("口令", exact=True).fill(PASSWORD)
    with transaction() as services:
        code = services.second_factors.code_now(2, SECRET)
    page.get_by_label("验证器的").fill(code or "")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    look_at(page, tmp_path, "invitation")
    page.goto(f"{address}/admin/trail")
    page.get_by_role("button", name="核对整条链").click()
    expect(page.get_by_text("留痕完整")).to_be_visible()
    look_at(page, tmp_path, "trail")
    page.goto(f"{address}/admin/units")
    look_at(page, tmp_path, "units")
    page.get_by_role("button", name="退出").click()
    page.get_by_label("账号").fill("孙负责")
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="输入验证码")).to_be_visible()
    look_at(page, tmp_path, "code")
