"""The console as whoever has just installed it sees it; quick, as its other pages are not."""

from tests.console.browser import Browser, text_of


def test_a_new_console_asks_for_the_code(browser: Browser) -> None:
    page = browser.get("/admin", follow_redirects=True)

    assert page.request.path == "/admin/set-up"
    assert "建立第一个账号" in text_of(page)
