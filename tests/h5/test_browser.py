"""The pages in a real Chromium without JavaScript: nothing sticks out, all can be read and hit."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select, update

from bot import h5
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.domain.votes import LATE
from bot.storage.tables import Round, Vote
from tests.axe import AXE, RULES, needs_axe, violations
from tests.builders import CLOSES, NOON, key
from tests.domain.test_certificates import PLAN as AWARD
from tests.domain.test_draws import PLAN as DRAW
from tests.h5.conftest import VENDOR, Campaign
from tests.h5.test_hostile import PAYLOADS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.skipif(not (VENDOR / "weui.min.css").exists(), reason="WeUI was not fetched"),
]

TEMPLATES = Path(h5.__file__).parent / "templates" / "h5"
NO_PAGES = {"layout.html", "parts.html"}

WORDS = [
    "愿做一块砖，哪里需要哪里搬",
    "群众的事，一刻也不等",
    "台账可以晚点，老人等不了",
    "进门先叫一声叔叔阿姨",
    "把别人的难处当自己的难处，把自己的本事变成大家的本事，不多不少",
    "Serve-the-people-wholeheartedly-always",
]
PEOPLE = [("王建国", 2), ("欧阳秀英", 3), ("陈志明", 2), (None, 3), ("赵玉兰", None), (None, None)]


@pytest.fixture
def pages(campaign: Campaign) -> list[str]:
    """The addresses of every page of a campaign in full swing, and of one that is not there."""
    number = 0
    campaign.has_units(
        **{f"第{n}党支部": n for n in range(1, 10)},
        人社局=58,
        全市行政审批和政务服务管理局机关党总支第三联合党支部筹备工作组=31,
        新成立的支部=None,
    )
    for n in range(24):
        name, unit = PEOPLE[n % len(PEOPLE)]
        campaign.joins(f"m{n}", name, unit)
        number = campaign.approved(f"m{n}", f"{WORDS[n % len(WORDS)]}{n}")
        campaign.scored(f"m{n}", points=1000 - 10 * (n // 2), days=99 - n // 2)
    return [
        "/h/",
        "/h/wall",
        "/h/wall?district=1",
        f"/h/m/{number - 1}",
        f"/h/m/{number - 1}/poster",
        "/h/standings",
        "/h/units",
        "/h/units?district=1",
        "/h/privacy",
        "/h/m/4711",
        "/h/c",
        *given_out(campaign),
    ]


def given_out(campaign: Campaign) -> list[str]:
    """A certificate as anybody checks it and as its holder sees it, and a draw."""
    with campaign.sessions.begin() as session:
        certificates = open_services(session, NOON + timedelta(days=40), Shelf()).certificates
        certificates.issue(AWARD, staff_id=1)
        own = certificates.of(key("m0"))[0]
        open_services(session, NOON, Shelf()).draws.publish(DRAW, staff_id=1)
        open_services(session, NOON + timedelta(days=3), Shelf()).draws.draw(1, "583", staff_id=1)
    return [f"/h/c/{own.code}", f"/h/c/{own.code}/{own.key}", "/h/d/1"]


ZOOMS = [1, 1.25, 1.4]
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]

Way = Callable[[], object]
OwnPages = Callable[[Page], list[Way]]
"""Ways to the pages of one's own data: the one that asks, the data, and the link used up; to the
ballot: how one comes there, the one that asks, the entries, what is to be confirmed, what became
of it, and the link used up; when all is over to the result, a receipt, the box, the ballot shut."""


@pytest.fixture
def own_pages(campaign: Campaign, address: str, pages: list[str]) -> OwnPages:
    def ways(page: Page) -> list[Way]:
        with campaign.sessions.begin() as session:
            services = open_services(session, NOON, Shelf())
            token = services.passes.issue(key("m0"))
            ballot = services.ballot_passes.issue(key("m0"))
        link = f"{address}/h/mine?t={token}"
        return [
            lambda: page.goto(link),
            lambda: _open(page),
            lambda: page.goto(link),
            lambda: page.goto(f"{address}/h/vote"),
            lambda: page.goto(f"{address}/h/vote?t={ballot}"),
            page.get_by_role("button", name="去投票").click,
            lambda: _choose(page),
            page.get_by_role("button", name="确定投票").click,
            lambda: page.goto(f"{address}/h/vote?t={ballot}"),
            lambda: _seal(campaign) and page.goto(f"{address}/h/results"),
            lambda: _look_up(page, f"{address}/h/results/receipt", campaign),
            lambda: page.goto(f"{address}/h/box"),
            lambda: page.goto(f"{address}/h/vote"),
        ]

    return ways


def _open(page: Page) -> None:
    page.get_by_role("button", name="打开看看").click()
    page.get_by_role("heading", name="您和登记的资料").wait_for()


def _choose(page: Page) -> None:
    for n in (0, 1):
        page.get_by_role("checkbox").nth(n).check()
    page.get_by_role("button", name="选好了").click()
    page.get_by_role("button", name="确定投票").wait_for()


def _seal(campaign: Campaign) -> bool:
    """The votes are sealed and the result is shown; nobody votes any more."""
    with campaign.sessions.begin() as session:
        boxes = open_services(session, NOON, Shelf()).ballot_boxes
        boxes.add(1, boxes.news(1))
        services = open_services(session, CLOSES + LATE, Shelf())
        sealed = services.sealing.seal(1)
        services.outcomes.publicise(1, staff_id=1)
        session.execute(update(Round).values(opens_at=CLOSES))
    return sealed


def _look_up(page: Page, form: str, campaign: Campaign) -> None:
    with campaign.sessions() as session:
        receipt = session.scalars(select(Vote.tracker)).first() or ""
    page.goto(form)
    page.get_by_label("回执").fill(receipt)
    page.get_by_role("button", name="查", exact=True).click()
    page.get_by_text("这张票在册").wait_for()


def ways_to(page: Page, address: str, paths: list[str]) -> list[Way]:
    """How the browser comes to each of these pages."""
    return [partial(page.goto, address + path) for path in paths]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context(
        viewport={"width": 375, "height": 812}, java_script_enabled=False, device_scale_factor=2
    ) as context:
        yield context


def enlarge(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/h/larger")
    page.close()


@pytest.mark.parametrize("larger", [False, True], ids=["normal", "larger"])
def test_nothing_sticks_out_and_all_can_be_read_and_hit(
    phone: BrowserContext, address: str, pages: list[str], own_pages: OwnPages, larger: bool
) -> None:
    """On the narrowest screens, with letters enlarged by the telephone too, by day and by night."""
    page = phone.new_page()
    if larger:
        page.goto(f"{address}/h/larger")

    for visit in [*ways_to(page, address, pages), *own_pages(page)]:
        visit()
        for width in (320, 375):
            page.set_viewport_size({"width": width, "height": 640})
            assert page.evaluate(WIDER_THAN_THE_SCREEN, ZOOMS) == [], (page.url, width)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(TOO_FAINT) == [], (page.url, scheme)
        assert page.evaluate(TOO_SMALL) == [], page.url
        assert page.evaluate(TOO_TIGHT) == [], page.url


def test_links_and_the_form_do_their_work(
    phone: BrowserContext, address: str, pages: list[str]
) -> None:
    page = phone.new_page()
    page.goto(f"{address}/h/")

    page.get_by_role("link", name="评选", exact=True).click()
    page.get_by_role("link", name="下一页").click()
    page.get_by_text("第2页，共2页").wait_for()
    page.get_by_label("单位").select_option("农业局")
    page.get_by_role("button", name="查看").click()
    assert page.url == f"{address}/h/wall?district=3"
    page.locator(".motto").first.click()
    page.get_by_role("heading", name="1022号").wait_for()
    page.get_by_role("link", name="大字版").click()
    page.get_by_role("link", name="小字版").wait_for()
    assert "/h/m/" in page.url


def test_a_browser_that_runs_scripts_finds_none(
    chromium: Browser, address: str, campaign: Campaign
) -> None:
    """Not in what members wrote either: no dialog opens, nothing is refused or fetched."""
    number = 0
    for n, payload in enumerate(PAYLOADS):
        campaign.joins(f"m{n}", payload)
        campaign.scored(f"m{n}", 10)
        number = campaign.approved(f"m{n}", payload, "full")
    paths = ["/h/wall", "/h/wall?page=2", "/h/", "/h/standings", f"/h/m/{number}"]
    complaints: list[str] = []
    fetched: list[str] = []

    with chromium.new_context() as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: fetched.append(urlsplit(request.url).path))
        for path in paths:
            page.goto(address + path)

    assert complaints == []
    styles = {"/vendor/weui.min.css", "/h/static/pages.css"}
    assert set(fetched) == styles | {urlsplit(path).path for path in paths}


@needs_axe
def test_axe_finds_nothing_wrong_on_any_page(
    chromium: Browser, app: Flask, address: str, pages: list[str], own_pages: OwnPages
) -> None:
    seen: set[str] = set()

    def note(_app: Flask, template: Template, **_: object) -> None:
        seen.add(Path(template.name or "").name)

    with (
        template_rendered.connected_to(note, app),
        chromium.new_context(viewport={"width": 375, "height": 812}, bypass_csp=True) as context,
    ):
        context.add_init_script(path=AXE)
        page = context.new_page()

        for visit in [*ways_to(page, address, pages), *own_pages(page)]:
            visit()
            for scheme in RULES:
                assert violations(page, scheme) == []
    assert seen == {template.name for template in TEMPLATES.iterdir()} - NO_PAGES


@pytest.mark.parametrize(
    ("name", "width", "larger", "scheme"),
    [
        ("phone-dark", 375, False, "dark"),
        ("narrow-larger", 320, True, "light"),
        ("desktop", 1280, False, "light"),
    ],
)
def test_pages_can_be_looked_at(
    request: pytest.FixtureRequest,
    chromium: Browser,
    address: str,
    pages: list[str],
    own_pages: OwnPages,
    tmp_path: Path,
    name: str,
    width: int,
    larger: bool,
    scheme: Any,
) -> None:
    """The pictures stay in pytest's folder, for people."""
    if not request.config.getoption("--pictures"):
        pytest.skip("nobody asked for pictures (--pictures)")
    with chromium.new_context(
        viewport={"width": width, "height": 812},
        java_script_enabled=False,
        color_scheme=scheme,
        device_scale_factor=2 if width < 1000 else 1,
    ) as context:
        if larger:
            enlarge(context, address)
        page = context.new_page()
        visits = [*ways_to(page, address, pages), *own_pages(page)]
        for n, visit in enumerate(visits):
            visit()
            picture = tmp_path / f"{name}-{n}.png"
            page.screenshot(path=picture)
            assert picture.stat().st_size > 10_000


WIDER_THAN_THE_SCREEN = """zooms => {
  const root = document.documentElement, out = [];
  for (const zoom of zooms) {
    root.style.zoom = zoom;
    for (const e of document.querySelectorAll('body *')) {
      const box = e.getBoundingClientRect();
      if (box.width && (box.right > innerWidth + 1 || box.left < -1))
        out.push([zoom, e.outerHTML.slice(0, 80)]);
    }
    if (document.scrollingElement.scrollWidth > root.clientWidth + 1)
      out.push([zoom, 'the page itself']);
  }
  root.style.zoom = 1;
  return out;
}"""

TOO_SMALL = """() => {
  const least = document.body.classList.contains('larger') ? 59.5 : 44;
  const small = [];
  for (const e of document.querySelectorAll('a, button, select')) {
    const { height, width } = e.getBoundingClientRect();
    if (Math.min(height, width) < least) small.push([e.textContent.trim(), height, width]);
  }
  for (const e of document.querySelectorAll('body *:not([type=hidden])')) {
    const aside = e.closest('.below, small, .note, .tabs, figcaption, code');
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < (aside ? 16 : 17)) small.push([e.outerHTML.slice(0, 60), size]);
  }
  return small;
}"""

TOO_TIGHT = """() => {
  const tight = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const { lineHeight, fontSize } = getComputedStyle(e);
    const ratio = parseFloat(lineHeight) / parseFloat(fontSize);
    if (lineHeight !== 'normal' && ratio < 1.29) tight.push([e.outerHTML.slice(0, 60), ratio]);
  }
  return tight;
}"""

TOO_FAINT = """() => {
  const parse = color => [...color.match(/[\\d.]+/g).map(Number), 1].slice(0, 4);
  const over = ([r, g, b, a], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a));
  const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = rgb => {
    const [r, g, b] = rgb.map(v => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = e => {
    const below = e.parentElement ? ground(e.parentElement) : [255, 255, 255];
    return over(parse(getComputedStyle(e).backgroundColor), below);
  };
  const faint = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const under = ground(e), ink = over(parse(getComputedStyle(e).color), under);
    const [a, b] = [light(under), light(ink)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push([e.tagName, e.textContent.trim().slice(0, 20), ratio]);
  }
  return faint;
}"""
