"""The bank in a real browser: how it looks, by keyboard, without script."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from bot.domain.audit import SYSTEM
from bot.domain.bank import BankState, Brought
from bot.domain.roles import Role
from bot.domain.services import Transaction
from quiz_bank import load_shipped
from tests.builders import a_question
from tests.console import test_look as look
from tests.console.conftest import PASSWORD, Clock, a_colleague
from tests.console.test_look import DESK, PHONE, fits

pytestmark = [pytest.mark.browser, pytest.mark.slow]

engine, address, page = look.engine, look.address, look.page


@pytest.fixture
def bank(transaction: Transaction, address: str, clock: Clock) -> int:
    """陈出题's bank: the shipped questions, some of them edited; the number of one that was."""
    shipped = load_shipped().questions
    with transaction() as services:
        chen = a_colleague(services, "陈出题", Role.EDITOR)
        brought = [Brought(question) for question in shipped[:80]]
        services.bank.bring_in(brought, BankState.PUBLISHED, SYSTEM)
        drafts = [Brought(replace(question, source="")) for question in shipped[80:100]]
        services.bank.bring_in(drafts, BankState.DRAFT, f"staff:{chen.id}")
        services.bank.bring_in([Brought(a_question("W" * 40))], BankState.DRAFT, SYSTEM)
        card = services.bank.card(41)
        options = ("另一个选项，写得长一些，看看手机上怎样换行", *card.question.options[1:])
        question = replace(card.question, stem=card.question.stem + "（改）", options=options)
        services.bank.edit(41, 1, question, chen.id)
    clock.advance(minutes=12)
    return 41


def lowest(page: Page) -> float:
    """The height of the lowest thing one can press; of a box to tick, its label's."""
    for box in page.locator("input[type=checkbox]:visible").all():
        assert (box.locator("..").bounding_box() or {"height": 0})["height"] >= 44
    return min(
        (one.bounding_box() or {"height": 0})["height"]
        for one in page.locator("button, .btn, select, textarea, input:not([type=checkbox])").all()
        if one.is_visible()
    )


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/admin")
    page.get_by_label("账号").fill("陈出题")
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{address}/admin/")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_bank_fits_the_screen(
    page: Page, address: str, bank: int, tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 812 if width == PHONE else 900})
    sign_in(page, address)
    page.get_by_role("link", name="题库").click()
    page.get_by_label("题目里的字").fill("十三五")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("heading", name="找到")).to_be_visible()
    measured = []
    for name, path in (
        ("questions", "questions?state=draft"),
        ("first", "questions"),
        ("question", f"questions/{bank}"),
        ("form", f"questions/{bank}/edit"),
        ("nothing", "questions?q=没有这样的题"),
    ):
        page.goto(f"{address}/admin/{path}")
        assert page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
        measured.append((fits(page), lowest(page)))
    page.goto(f"{address}/admin/questions/{bank}/edit")
    page.get_by_label("题干").fill("")
    page.get_by_label("答案").fill("H")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("题干是空的")).to_be_visible()
    assert page.screenshot(path=tmp_path / f"wrong-{width}.png", full_page=True)
    measured.append((fits(page), lowest(page)))

    assert all(fit for fit, _ in measured)
    assert min(height for _, height in measured) >= 44


def test_the_bank_is_worked_with_keys(page: Page, address: str, bank: int) -> None:
    sign_in(page, address)
    page.goto(f"{address}/admin/questions?state=draft")

    page.keyboard.press("/")
    expect(page.get_by_label("题目里的字")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=x**")
    page.goto(f"{address}/admin/questions?state=draft")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("[data-entry] input:checked")).to_have_count(2)
    page.get_by_role("button", name="审过").click()
    expect(page.get_by_role("status")).to_have_text("2 道题已是“已审”。")
    page.get_by_label("选中这一页").check()
    page.get_by_role("button", name="撤下").click()
    expect(page.get_by_text("没有找到这样的题")).to_be_visible()
    page.goto(f"{address}/admin/questions")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/1")
    page.keyboard.press("j")
    page.wait_for_url("**/questions/2")
    page.keyboard.press("k")
    page.wait_for_url("**/questions/1")


def test_without_script_the_bank_is_kept_all_the_same(
    chromium: Chromium, address: str, bank: int, transaction: Transaction
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address)

    page.goto(f"{address}/admin/questions/{bank}")
    page.get_by_role("link", name="改写").click()
    page.get_by_label("难度").select_option("较难")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="审过").click()
    page.get_by_role("button", name="发布").click()
    page.get_by_role("link", name="回到题库").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="撤下").click()
    expect(page.get_by_role("status")).to_have_text("1 道题已是“已撤下”。")
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
    context.close()

    with transaction(read_only=True) as services:
        card = services.bank.card(bank)
    assert (card.state, card.question.difficulty) == (BankState.PUBLISHED, 3)
    assert download.value.suggested_filename == "题库-20261205.xlsx"
