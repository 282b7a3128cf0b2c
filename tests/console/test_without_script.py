"""Every page of the console without a script: what it shows is there, what it does is a form.

The exceptions are told here: keys, which press buttons that are on the page all the same, the
sheet that lists them, giving the desk back on leaving, which ten minutes do as well, and charts,
which the table beside them tells in figures.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

import bot.console
from bot.domain.roles import Role
from bot.domain.services import Transaction
from tests.console.browser import Browser
from tests.console.conftest import Submit, signed_in
from tests.console.test_security import every_rule

pytestmark = pytest.mark.slow

TEMPLATES = Path(bot.console.__file__).parent / "templates" / "console"
BY_SCRIPT_ALONE = {"console.leave_desk"}
"""Ten minutes do the same."""
OPENS_HELP = "data-open-help"


class Reader(HTMLParser):
    """What of a page could not be used by who has no script."""

    def __init__(self) -> None:
        super().__init__()
        self.useless: list[str] = []
        self.tags: set[str] = set()
        self.asks_itself = False
        """Whether it has a form that is sent to the address of the page itself."""
        self._forms: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        self.tags.add(tag)
        if any(name.startswith("on") for name in has) or (tag == "script" and "src" not in has):
            self.useless.append(f"a script in {tag} {has}")
        if tag == "form":
            self._forms.append(True)
            self.asks_itself |= has.get("method") == "post" and "action" not in has
        if tag == "a" and (has.get("href") or "#").startswith(("javascript:", "#!")):
            self.useless.append(f"a link that leads nowhere {has}")
        if tag == "button" and not (self._forms or "form" in has or OPENS_HELP in has):
            self.useless.append(f"a button of no form {has}")
        if tag == "button" and self._forms and has.get("type") == "button":
            self.useless.append(f"a button that sends nothing {has}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._forms.pop()


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture
def owner(app: Flask, transaction: Transaction, submit: Submit) -> Browser:
    """The browser of an owner, before whom there is an entry, decided and not."""
    decided = submit("愿做一块砖，哪里需要哪里搬")
    submit("清清白白做人，干干净净做事")
    with transaction() as services:
        services.moderation.decide(decided, 1, 99)
    return signed_in(app, transaction, "孙负责", Role.OWNER)


def test_every_page_shows_its_content_and_acts_by_forms(owner: Browser, app: Flask) -> None:
    shown = 0
    for endpoint, method, path in every_rule(app):
        if method != "GET" or endpoint == "console.static":
            continue
        response = owner.open(path, method)
        if response.mimetype != "text/html" or response.status_code == 303:
            continue
        found = read(response.text)
        assert found.useless == [], path
        assert {"main", "h1"} <= found.tags, path
        shown += response.status_code == 200

    assert shown > 20


def test_every_act_is_a_form_on_some_page(owner: Browser, app: Flask) -> None:
    rules = list(every_rule(app))
    at = {path: endpoint for endpoint, method, path in rules if method == "POST"}
    pages = {path for _, method, path in rules if method == "GET" and path in at}
    # The number in an address is that of an entry; of anything else there is the first.
    asked = {
        at[path]
        for path in pages
        for there in (path, path.replace("1001", "1"))
        if read(owner.get(there).text).asks_itself
    }
    templates = " ".join(one.read_text("utf-8") for one in TEMPLATES.glob("*.html"))
    # The menu also asks which page this is, and a script reads where to give the desk back.
    templates = re.sub(r"""request\.endpoint[^%]*%}|data-leave="[^"]*\"""", "", templates)
    named = set(re.findall(r"""["'](?:console\.)?(\w+)["']""", templates))
    asked |= {f"console.{name}" for name in named}

    acts = {endpoint for endpoint, method, _ in rules if method == "POST"}
    assert acts - asked == BY_SCRIPT_ALONE | {"console.nowhere"}


def test_who_reads_this_page_notices_what_needs_a_script() -> None:
    bad = '<button>x</button><form><button type="button"></form><a href="javascript:x">y</a>'

    assert len(read(bad).useless) == 3
    assert read('<p onclick="x"><script>1</script>').useless != []
