"""The overview in a real browser: what is drawn, and what there is without a script."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from bot.domain.roles import Role
from bot.domain.services import Transaction
from tests.console import test_look as look
from tests.console import test_overview
from tests.console.conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("played")]

engine, address, page, played = look.engine, look.address, look.page, test_overview.played

DRAWN = """place => {
    const { series, tooltip, xAxis } = echarts.getInstanceByDom(place).getOption();
    const numbers = series[0].data.map((one) => one.value ?? one);
    return { numbers, days: xAxis[0].data, tooltip: tooltip[0].renderMode };
}"""


@pytest.fixture
def cookies(app: Flask, transaction: Transaction, address: str) -> list[Any]:
    """Somebody who may only look is signed in."""
    cookie = signed_in(app, transaction, "赵只读", Role.VIEWER).cookie
    return [{"name": "sibian", "value": cookie, "url": address}]


def test_what_is_drawn_is_what_the_table_says_and_fits_the_screen(
    page: Page, address: str, cookies: list[Any], tmp_path: Any
) -> None:
    page.context.add_cookies(cookies)
    page.goto(f"{address}/admin/overview")
    charts = page.locator("[data-chart]")
    expect(charts.locator("canvas")).to_have_count(4)

    drawn = [chart.evaluate(DRAWN) for chart in charts.all()]
    assert drawn[0]["days"] == ["12月1日", "12月2日", "12月3日", "12月4日", "今天"]
    assert [one["numbers"] for one in drawn] == [
        [0, 0, 0, 0, 3], [0, 0, 0, 0, 3], [0, 0, 0, 0, 1], [0, 0, 0, 0, 2],
    ]  # fmt: skip
    assert {one["tooltip"] for one in drawn} == {"richText"}

    charts.first.hover()
    look.look_at(page, tmp_path, "overview")
    widths = charts.evaluate_all("all => all.map(one => one.scrollWidth - one.clientWidth)")
    assert widths == [0] * 4


def test_the_drawings_follow_from_light_to_dark(
    page: Page, address: str, cookies: list[Any]
) -> None:
    page.context.add_cookies(cookies)
    page.goto(f"{address}/admin/overview")
    chart = page.locator("[data-chart]").first
    ink = "place => echarts.getInstanceByDom(place).getOption().textStyle.color"
    before = chart.evaluate(ink)

    page.emulate_media(color_scheme="dark")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert chart.evaluate(ink) not in ("", before)


def test_without_a_script_there_is_the_table_alone(
    chromium: Chromium, address: str, cookies: list[Any]
) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(f"{address}/admin/overview")

        expect(page.locator("[data-chart]").first).to_be_hidden()
        expect(page.get_by_role("row", name="今天 3 3")).to_be_visible()
