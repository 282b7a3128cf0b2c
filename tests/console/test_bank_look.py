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
from tests.console.conftest import Clock, a_colleague
from tests.console.test_look import look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]

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


def sign_in(page: Page, address: str) -> None:
    look.sign_in(page, address, "陈出题")


def test_the_bank_fits_the_screen(page: Page, address: str, bank: int, tmp_path: Path) -> None:
    sign_in(page, address)
    page.get_by_role("link", name="题库").click()
    page.get_by_label("题目里的字").fill("十三五")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("heading", name="找到")).to_be_visible()
    for name, path in (
        ("questions", "questions?state=draft"),
        ("first", "questions"),
        ("question", f"questions/{bank}"),
        ("form", f"questions/{bank}/edit"),
        ("nothing", "questions?q=没有这样的题"),
    ):
        page.goto(f"{address}/admin/{path}")
        look_at(page, tmp_path, name)
    page.goto(f"{address}/admin/questions/{bank}/edit")
    page.get_by_label("题干").fill("")
    page.get_by_label("答案").fill("H")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("题干是空的")).to_be_visible()
    look_at(page, tmp_path, "wrong")


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
    with transaction() as services:
        a_colleague(services, "王出题", Role.EDITOR)
    sign_in(page, address)

    page.goto(f"{address}/admin/questions/{bank}")
    page.get_by_role("link", name="改写").click()
    page.get_by_label("难度").select_option("较难")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="审过").click()
    expect(page.get_by_text("请另一位同志发布：王出题")).to_be_visible()
    page.goto(f"{address}/admin/questions")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="撤下").click()
    expect(page.get_by_role("status")).to_have_text("1 道题已是“已撤下”。")
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
    context.close()

    with transaction(read_only=True) as services:
        card = services.bank.card(bank)
    assert (card.state, card.question.difficulty) == (BankState.REVIEWED, 3)
    assert download.value.suggested_filename == "题库-20261205.xlsx"


# ------------------------------------------------------------ bringing in

TABLE = (
    "题型,题干,选项A,选项B,选项C,答案,解析,出处,专题\n"
    "单选题,党的十八届五中全会在哪里举行，会期几天？,上海，两天,北京，四天,昆山，三天,B,"
    "在北京举行，会期四天。,五中全会公报,五中全会\n"
    "多选题,下列哪些属于新发展理念？,创新,协调,封闭,AB,还有绿色、开放、共享。,五中全会公报,新理念\n"
    "判断题,绿色发展就是植树造林。,,,,错,,,新理念\n"
)
ODD = TABLE + "简答题,谈谈您对新发展理念的体会。,,,,略,,,\n"
FAULTY = (
    ODD
    + "单选题,共享发展的核心是什么？,人民,,,D,,,新理念\n判断题,绿色发展就是植树造林！,,,,错,,,\n"
)


def test_bringing_questions_in_fits_the_screen(
    page: Page, address: str, bank: int, tmp_path: Path
) -> None:
    sign_in(page, address)
    page.get_by_role("link", name="题库").click()
    page.get_by_role("link", name="导入题目").click()
    for name, table in (
        ("pdf", b"%PDF-1.7"),
        ("faulty", FAULTY.encode("gb18030")),
        ("odd", ODD.encode("gb18030")),
    ):
        look_at(page, tmp_path, f"import-{name}")
        file = {"name": "五中全会题库.csv", "mimeType": "text/csv", "buffer": table}
        page.get_by_label("选一个文件").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_role("button", name="看看读出了什么").click()
        expect(page.get_by_text("正在")).to_have_count(0, timeout=60_000)
        look_at(page, tmp_path, f"preview-{name}")
        if name != "odd":
            page.goto(f"{address}/admin/questions/import")
    page.get_by_label("聊天里答不了的 1 道不收").check()
    page.get_by_role("button", name="收进题库（草稿）").dblclick()
    expect(page.get_by_role("status")).to_have_text("收进 3 道新题，都是草稿。审过再发布。")


def test_without_script_words_are_pasted_and_taken_in(
    chromium: Chromium, address: str, bank: int, transaction: Transaction
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address)

    page.goto(f"{address}/admin/questions/import")
    page.get_by_label("或者把 Word 里的题目粘贴在这里").fill(
        "1. 五中全会在哪里举行？（B）\nA. 上海　B. 北京\n解析：在北京举行。\n出处：公报"
    )
    page.get_by_role("button", name="看看读出了什么").click()
    page.get_by_role("button", name="收进题库（草稿）").click(timeout=60_000)

    expect(page.get_by_role("status")).to_have_text("收进 1 道新题，都是草稿。审过再发布。")
    context.close()
