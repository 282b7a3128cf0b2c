"""What each response tells the browser, and what a phone need not fetch twice."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from bot.domain.questions import Shelf
from bot.domain.services import transactions
from bot.h5.views import h5
from tests.builders import NOON
from tests.h5.conftest import Campaign, some_settings

pytestmark = pytest.mark.slow

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)


def style_sheet(client: FlaskClient) -> str:
    """The address of our own style sheet."""
    sheets = html.fromstring(client.get("/h/").data).xpath("//link[@rel='stylesheet']/@href")
    return str(sheets[-1])


def test_every_answer_below_the_prefix_is_armoured(campaign: Campaign, client: FlaskClient) -> None:
    number = campaign.approved("zhang", "一句再平常不过的话")
    addresses = [
        "/h", "/h/", "/h/wall", "/h/standings", "/h/units", "/h/privacy", f"/h/m/{number}",
        "/h/m/4711", "/h/p", "/h/larger", "/h/smaller", "/h/nowhere", "/h//wall",
        "/h/static/nothing.css",
        style_sheet(client),
    ]  # fmt: skip

    for address in addresses:
        for method in ["GET", "HEAD", "POST", "OPTIONS"]:
            headers = client.open(address, method=method, buffered=True).headers
            assert headers["Content-Security-Policy"] == POLICY
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"


def test_other_rooms_keep_their_own_headers(app: Flask) -> None:
    app.add_url_rule("/hello", "hello", lambda: "hello")

    assert "Content-Security-Policy" not in app.test_client().get("/hello").headers


def test_a_page_that_has_not_changed_is_not_sent_again(
    campaign: Campaign, client: FlaskClient
) -> None:
    first = client.get("/h/wall")
    tag = {"If-None-Match": first.headers["ETag"]}

    again = client.get("/h/wall", headers=tag)
    campaign.approved("zhang", "一句再平常不过的话")
    changed = client.get("/h/wall", headers=tag)

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"] == POLICY
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_larger_letters_are_another_copy_of_the_page(
    campaign: Campaign, client: FlaskClient
) -> None:
    normal = client.get("/h/wall")
    client.get("/h/larger")

    larger = client.get("/h/wall", headers={"If-None-Match": normal.headers["ETag"]})

    assert larger.status_code == 200
    assert "Cookie" in larger.headers["Vary"]


def test_a_head_request_tells_all_but_the_page(campaign: Campaign, client: FlaskClient) -> None:
    head, get = client.head("/h/wall"), client.get("/h/wall")

    assert head.data == b""
    assert head.headers["ETag"] == get.headers["ETag"]


def test_our_style_sheet_is_kept_for_good_under_an_address_of_its_contents(
    client: FlaskClient,
) -> None:
    kept = client.get(style_sheet(client), buffered=True).headers["Cache-Control"]
    asked_plainly = client.get("/h/static/pages.css", buffered=True).headers["Cache-Control"]
    missing = client.get("/h/static/nothing.css?v=1")

    assert "immutable" in kept
    assert asked_plainly == "no-cache"
    assert missing.status_code == 404
    assert "immutable" not in missing.headers.get("Cache-Control", "")


@pytest.mark.parametrize(
    ("public_url", "secure"), [("https://dongxun.example.gov.cn", True), ("", False)]
)
def test_the_cookie_travels_encrypted_where_the_pages_do(public_url: str, secure: bool) -> None:
    app = Flask("pages", static_folder=None)
    app.register_blueprint(
        h5(some_settings(public_url), transactions(None, lambda _: NOON, Shelf()))  # type: ignore[arg-type]
    )

    cookie = app.test_client().get("/h/larger").headers["Set-Cookie"]

    assert ("Secure" in cookie) is secure


def test_no_page_has_a_script_or_a_style_of_its_own(
    campaign: Campaign, client: FlaskClient
) -> None:
    number = campaign.approved("zhang", "一句再平常不过的话")

    for address in [
        "/h/",
        "/h/wall",
        "/h/standings",
        "/h/units",
        "/h/privacy",
        f"/h/m/{number}",
        "/h/x",
    ]:
        page = html.fromstring(client.get(address).data)
        assert page.xpath("//script | //style | //@style | //@onclick | //@onload") == []
