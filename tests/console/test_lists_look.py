"""The lists in a real browser: how they look, and that everything can be done without script."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from bot.domain.screening.screen import Category
from bot.domain.services import Transaction
from tests.console import test_look as look
from tests.console.conftest import Clock, Submit
from tests.console.test_look import look_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

engine, address, page = look.engine, look.address, look.page

ENTRIES = [
    "想发财的加 微-信聊聊，jia weixin也行",
    "先天下之优而忧，后天下之乐而乐",
    "俯首甘为孺子牛，一心为民",
    "台账可以晚点，老人等不了",
    "電話一三八零零一三八零零零找我",
]


@pytest.fixture
def desk(submit: Submit, transaction: Transaction, clock: Clock) -> None:
    for entry in ENTRIES:
        submit(entry, signature="full")
    with transaction() as services:
        services.moderation.decide(1004, 1, 1)
        services.word_list.add("报表\n代开", Category.OTHER, first=True, staff_id=1)
    clock.advance(minutes=5)
    with transaction() as services:
        services.word_list.drop(["代开"], staff_id=1)
    clock.advance(minutes=5)


def test_the_lists_and_their_marks_fit_the_screen(
    page: Page, address: str, desk: None, tmp_path: Path
) -> None:
    sign_in(page, address)

    expect(page.locator("mark").first).to_be_visible()
    look_at(page, tmp_path, "marks")
    page.get_by_role("link", name="词库", exact=True).click()
    page.get_by_label("随便写一句").fill("加薇信，代開發票")
    page.get_by_role("button", name="试试").click()
    expect(page.get_by_text("形近或谐音字")).to_be_visible()
    look_at(page, tmp_path, "words")
    page.get_by_label("每行一个").fill("台账\n老人\n的\n发票\n加微信")
    page.get_by_role("button", name="看看会命中什么").click()
    expect(page.get_by_text("其中 1 条已通过").first).to_be_visible()
    look_at(page, tmp_path, "trial")
    page.get_by_role("button", name="加进词库").click()
    expect(page.get_by_text("加了 3 个")).to_be_visible()
    page.get_by_role("link", name="引文", exact=True).click()
    page.get_by_label("原文").fill("太短")
    page.get_by_role("button", name="加上").click()
    expect(page.get_by_text("没有加")).to_be_visible()
    look_at(page, tmp_path, "quotations")


def test_without_script_a_word_is_tried_added_and_taken_away(
    chromium: Chromium, address: str, desk: None
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address)
    page.get_by_role("link", name="词库", exact=True).click()
    page.get_by_label("每行一个").fill("台账")
    page.get_by_label("优先排队", exact=True).check()
    page.get_by_role("button", name="看看会命中什么").click()
    page.get_by_role("button", name="加进词库").click()
    page.get_by_label("台账").check()
    page.get_by_role("button", name="拿掉打勾的").click()
    expect(page.get_by_text("拿掉了 1 个")).to_be_visible()
    page.get_by_role("button", name="加回来").first.click()
    expect(page.get_by_text("1 个词恢复原样")).to_be_visible()
    context.close()
