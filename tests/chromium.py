"""A real Chromium for the tests of pages: one for the whole session, since it starts slowly."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without one the test says that it was skipped."""
    if (program := shutil.which("chromium")) is None:
        pytest.skip("there is no chromium on this machine (Debian: apt install chromium)")
    # Most runs do without, and it takes a quarter of a second to load.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIETLY)
        yield browser
        browser.close()
