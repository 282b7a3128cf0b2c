"""What members send through the chat runs on no page, neither theirs nor the moderators'."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.serving import make_server

from bot.domain.entries import number_of
from bot.domain.moderation import Reason
from bot.domain.questions import Shelf
from bot.domain.roles import Role
from bot.domain.services import open_services
from bot.storage.tables import Motto, Ticket
from tests.journeys.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//x.test></script>",
    "</title><script>alert(1)//",
    "</bdi></p><script>alert(1)//",
    "</textarea><script>alert(1)//",
    "</mark><script>alert(1)//加微信",
    "</option></select><img src=x>",
    "<img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>一二三四",
    '"><svg onload=alert(1)>一二三',
    "<svg><script>alert(1)</script>",
    "<svg><animate onbegin=alert(1)>",
    "<math><mi onclick=alert(1)>x",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc=<script>x>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<body onload=alert(1)>一二三",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)一二三四",
    "<a href=javascript:alert(1)>点我",
    "javascript:alert(document.domain)",
    "data:text/html,<script>alert(1)",
    "<base href=//x.test/>一二三四",
    "<meta http-equiv=refresh content=0>",
    "<form action=//x.test><button>",
    "<link rel=stylesheet href=//x.test>",
    "<style>*{display:none}</style>",
    "<!--<script>alert(1)//-->一二三",
    "]]><script>alert(1)</script>",
    "{{7*7}}{% print 7*7 %}一二三四",
    "＜script＞alert(1)＜/script＞",
    "<scr\u200bipt>alert(1)</script>",
    "<b hx-get=/admin hx-trigger=load>",
    "<b hx-on:load=alert(1)>一二三四",
]


@pytest.fixture
def attacked(world: World) -> World:
    """Each payload was sent as a name, a motto, a letter, and a report about a question."""
    for n, payload in enumerate(PAYLOADS):
        member = world.member(f"o-mallory-{n}")
        for words in (f"投稿 {payload}", "交", "联系", payload):
            member.says(words)
        if n % 5 == 0:
            for words in ("答题", "A", "题目有错", payload, "登记单位", "CD-XA", payload):
                member.says(words)
    return world


@pytest.fixture
def decided(attacked: World) -> list[int]:
    """The numbers of what they wrote: a third approved, a third sent back with other such words."""
    with attacked.sessions.begin() as session:
        services = open_services(session, attacked.now(), Shelf())
        services.staff.add("<script>alert(1)", "一句容易记的话，十二个字", Role.MODERATOR)
        ids = session.scalars(select(Motto.id).where(Motto.words.contains("("))).all()
        for n, id_ in enumerate(ids):
            reason = (None, Reason.TYPO)[n % 2]
            if n % 3:
                services.moderation.decide(number_of(id_), 1, 1, reason, PAYLOADS[n][:30])
    attacked.ahead += timedelta(seconds=61)
    return [number_of(id_) for id_ in ids]


@pytest.fixture
def address(decided: list[int], world: World) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, world.client.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def every_page(app: Flask, numbers: list[int]) -> list[str]:
    """The address of each page that somebody can look at, with the numbers that it asks for."""
    pages = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith(("/admin", "/h/")):
            continue
        is_page = not rule.endpoint.endswith("static") and "." not in rule.rule
        if not is_page or rule.arguments - {"number"}:
            continue
        some = numbers[:3] if "mottos" in rule.rule or "/m/" in rule.rule else [1]
        pages += [_numbered(rule.rule, number) for number in some]
    return sorted(set(pages))


def _numbered(rule: str, number: int) -> str:
    return rule.replace("<int:number>", str(number)).replace("<number>", str(number))


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_forty_payloads_run_on_no_page(
    chromium: Browser, world: World, address: str, decided: list[int]
) -> None:
    assert len(PAYLOADS) >= 40
    assert len(decided) >= 20
    assert len(world.rows(select(Ticket.topic))) >= len(PAYLOADS)
    with world.sessions.begin() as session:
        services = open_services(session, world.now(), Shelf())
        owner = services.staff.add("张负责", "一句容易记的话，十二个字", Role.OWNER)
        cookie = services.staff.open_sign_in(owner.id, proved=True)
    complaints: list[str] = []
    fetched: list[str] = []

    with chromium.new_context() as context:
        context.add_cookies([{"name": "sibian", "value": cookie, "url": address}])
        page = context.new_page()
        page.on("dialog", lambda dialog: complaints.append(f"{page.url} {dialog.message}"))
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.on("pageerror", lambda error: complaints.append(f"{page.url} {error}"))
        page.on("console", lambda message: complaints.append(f"{page.url} {message.text}"))
        page.on("request", lambda request: fetched.append(request.url))
        seen = every_page(world.client.application, decided)
        seen += [
            "/h/wall?page=2",
            "/admin/words?say=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E加微信",
        ]
        for path in seen:
            page.goto(address + path)

    assert [one for one in complaints if "Failed to load resource" not in one] == []
    assert [url for url in fetched if not url.startswith((address, "data:"))] == []
    assert len(seen) > 20
