"""Pages in the eyes of axe-core."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
"""The rules, which `dev.py` fetches with the browser libraries; an init script of the context."""

needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core was not fetched")

Scheme = Literal["light", "dark"]
RULES: dict[Scheme, dict[str, list[str]]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast"]},
}
"""All of them by day; what the night changes is the colours."""

_VIOLATIONS = """async rules => {
    await new Promise(requestAnimationFrame);
    // Colours are looked at when they have changed, not on their way.
    document.getAnimations().forEach(one => one.cancel());
    const { violations } = await axe.run(document, { resultTypes: ["violations"], ...rules });
    return violations.map(({ id, nodes }) => [id, nodes[0].html]);
}"""


def violations(page: Page, scheme: Scheme) -> list[tuple[str, ...]]:
    """Where the page is, the scheme, the rule and the first piece of the page that breaks it."""
    page.emulate_media(color_scheme=scheme)
    broken = page.evaluate(_VIOLATIONS, RULES[scheme])
    return [(page.url, scheme, *found) for found in broken]
