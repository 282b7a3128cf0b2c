"""A real Chromium for the tests of pages: one for the whole session, since it starts slowly."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium-headless-shell", "chromium")
"""The same engine without windows takes a third of the processor's time, so it is asked first."""

QUIETLY = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""It need not ask anybody for anything: on a closed network each question costs seconds."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures", action="store_true", help="take the pictures of pages, for people to look at"
    )


def no_picture(page: Page, **_: object) -> bytes:
    """Wait for the page as a picture would: to draw what nobody looks at takes long."""
    page.wait_for_load_state()
    return b"none was asked for"


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Debian's Chromium; without one the test says that it was skipped.

    Pictures are only taken with `--pictures`; they lie in the folders of the tests (`--basetemp`).
    """
    if (program := next(filter(None, map(shutil.which, PROGRAMS)), None)) is None:
        pytest.skip(
            "there is no chromium on this machine (Debian: apt install chromium-headless-shell)"
        )
    # Most runs do without, and it takes a quarter of a second to load.
    from playwright.sync_api import Page as PageOfBrowser
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as instead:
        if not request.config.getoption("--pictures"):
            instead.setattr(PageOfBrowser, "screenshot", no_picture)
        browser = playwright.chromium.launch(executable_path=program, args=QUIETLY)
        yield browser
        browser.close()
