"""A newcomer at the simulator: follow, touch, type, send the same again; on a phone and a desk."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.simulator.app import create_simulator
from tests.simulator.fake_bot import FakeBot, Fields, served, settings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = (
    "第1题（共5题，选一个）\n"
    '<a href="weixin://bizmsgmenu?msgmenucontent=第1题A&msgmenuid=1">A. 长江</a>\n'
    '<a href="weixin://bizmsgmenu?msgmenucontent=第1题B&msgmenuid=1">B. 黄河</a>\n'
    '<a href="http://127.0.0.1:9/h/p">说明</a>'
)


def plays(push: Fields) -> str | None:
    if push["MsgType"] == "event":
        return "您好，欢迎参加全市党员冬训。" if push["Event"] == "subscribe" else None
    content = push.get("Content") or push.get("Recognition", "")
    return QUESTION if content == "答题" else f"收到：{content}"


@pytest.fixture(params=[(375, 720), (1280, 860)], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page at the simulator, 375 or 1280 pixels wide, on which nothing may go wrong."""
    width, height = request.param
    wrong: list[str] = []
    with served(FakeBot(plays).app()) as bot, served(create_simulator(settings(), bot)) as address:
        context = chromium.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        yield page
        context.close()
    assert wrong == []


def replies(page: Page) -> list[str]:
    return page.locator(".theirs .bubble").all_inner_texts()


def test_a_newcomer_follows_taps_speaks_and_sends_the_same_again(
    page: Page, tmp_path: Path
) -> None:
    expect(page.locator("#follow")).to_be_visible()
    page.screenshot(path=tmp_path / "before.png")
    page.click("#follow")
    expect(page.locator(".theirs .bubble")).to_have_text("您好，欢迎参加全市党员冬训。")

    page.fill("#words", "答题")
    page.keyboard.press("Enter")
    page.click("text=B. 黄河")
    expect(page.locator(".mine .bubble").last).to_have_text("第1题B")
    expect(page.locator(".theirs .bubble").last).to_have_text("收到：第1题B")
    expect(page.locator("#words")).to_be_focused()

    page.click("#more")
    page.click("#again")
    expect(page.locator(".repeated .yes")).to_be_visible()
    assert len(replies(page)) == 3

    page.click("#to-voice")
    page.click("#speak")
    page.fill("#heard", "选二。")
    page.keyboard.press("Enter")
    expect(page.locator(".theirs .bubble").last).to_have_text("收到：选二。")
    page.screenshot(path=tmp_path / "after.png")


def test_the_pane_tells_how_it_went_over_the_wire(page: Page) -> None:
    page.click("#follow")
    page.click(".chip:has-text('答题')")
    expect(page.locator(".theirs")).to_have_count(2)
    if page.locator("#open-pane").is_visible():
        page.click("#open-pane")

    expect(page.locator("#attempts .status")).to_have_text("200")
    expect(page.locator("#bytes")).to_have_text(str(len(QUESTION.encode())))
    page.click("#tab-sent")
    expect(page.locator("#sent-plain")).to_contain_text("<Content><![CDATA[答题]]></Content>")
    page.click("#tab-received")
    expect(page.locator("#received-wire")).to_contain_text("<Encrypt>")
    page.click("#tab-signature")
    expect(page.locator("[data-push=msg_signature]")).to_have_text(re.compile("[0-9a-f]{40}"))

    for hostile in ("<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>"):
        page.fill("#words", hostile)
        page.keyboard.press("Enter")
        expect(page.locator(".mine .bubble").last).to_have_text(hostile)
        expect(page.locator(".theirs .bubble").last).to_have_text(f"收到：{hostile}")


def test_members_have_chats_of_their_own_that_outlive_a_reload(page: Page) -> None:
    page.click("#follow")
    page.click(".chip:has-text('答题')")
    expect(page.locator(".theirs")).to_have_count(2)

    switch_to(page, "李四")
    expect(page.locator("#follow")).to_be_visible()
    switch_to(page, "张三")
    page.reload()

    expect(page.locator(".theirs")).to_have_count(2)
    expect(page.locator("#whose")).to_have_text("我是 张三")


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    page.click("#follow")
    page.fill("#words", "很" * 200 + "w" * 200)
    page.click("#send")
    expect(page.locator(".theirs")).to_have_count(2)

    log = page.locator("#log")
    widths = [log.evaluate("log => log.scrollWidth"), log.evaluate("log => log.clientWidth")]

    assert widths[0] == widths[1]


def switch_to(page: Page, name: str) -> None:
    if page.locator("#open-people").is_visible():
        page.click("#open-people")
    page.click(f"#roster >> text={name}")
    expect(page.locator("#whose")).to_have_text(f"我是 {name}")
