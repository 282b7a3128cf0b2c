"""Bad addresses, bad words and bad names: the pages stay pages."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import update

from bot.storage.tables import Member, Motto, Unit
from tests.h5.conftest import Campaign

pytestmark = pytest.mark.slow

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x.test></sCrIpT>",
    "</title><script>alert(1)</script>",
    "</bdi></a><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//x>",
    "<base href=//x.test/>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//x.test><input>",
    "<!--", "-->", "<![CDATA[", "]]>",
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "javascript:alert(1)//一二三四",
    "{{7*7}}{% raw %}", "{{config.items()}}", "${7*7}#{7*7}<%= 7*7 %>",
    "&lt;script&gt;&#60;b&#62;&amp;",
    "<a href=weixin://bizmsgmenu>点</a>",
    "＜script＞alert(1)＜/script＞",
    "<scr\u200bipt>\u2028alert(1)\u2029",
    "\u202e倒过来的字\u202c\u2066<b>",
    "<b>粗</b><i>斜</i><marquee>",
]  # fmt: skip
HARMLESS = "一句再平常不过的话"


def skeleton(page: bytes) -> list[tuple[str, ...]]:
    """The elements of a page with the names of their attributes, without any words."""
    return [(str(element.tag), *sorted(element.attrib)) for element in html.fromstring(page).iter()]


def test_words_and_names_stay_words_and_names(campaign: Campaign, client: FlaskClient) -> None:
    campaign.joins("good", HARMLESS)
    number = campaign.approved("good", HARMLESS, "full")
    addresses = ["/h/wall", "/h/", f"/h/m/{number}"]
    before = [skeleton(client.get(address).data) for address in addresses]

    for payload in PAYLOADS:
        with campaign.sessions.begin() as session:
            session.execute(update(Motto).values(words=payload))
            session.execute(update(Member).values(name=payload))
        pages = [client.get(address).data for address in addresses]

        assert [skeleton(page) for page in pages] == before
        for page in pages:
            shown = [bdi.text_content() for bdi in html.fromstring(page).iter("bdi")]
            assert shown.count(payload) == 2


def test_names_of_units_stay_names(campaign: Campaign, client: FlaskClient) -> None:
    campaign.joins("zhang", "张三")
    campaign.scored("zhang", 10)
    addresses = ["/h/wall?district=1", "/h/standings?district=1", "/h/standings"]
    before = [skeleton(client.get(address).data) for address in addresses]

    for payload in PAYLOADS:
        with campaign.sessions.begin() as session:
            session.execute(update(Unit).where(Unit.id == 1).values(name=payload))

        assert [skeleton(client.get(address).data) for address in addresses] == before


# ------------------------------------------------------------ addresses

ODD_NUMBERS = [
    "-1",
    "0",
    "1e9",
    "1000000000",
    "9" * 5000,
    "abc",
    "",
    "１２",
    "1_0",
    " 2",
    "1;--",
    "\x00",
]
ODD_DISTRICTS = [
    "';--",
    "1' OR '1'='1",
    "-1",
    "9" * 5000,
    "4711",
    "1.0",
    "\x00",
    "城东街道",
    "\ud83d",
    "%",
]


def test_an_odd_page_number_shows_a_page_of_the_wall(
    campaign: Campaign, client: FlaskClient
) -> None:
    campaign.approved("zhang", HARMLESS)

    for page in ODD_NUMBERS:
        response = client.get("/h/wall", query_string={"page": page})

        assert response.status_code == 200
        assert HARMLESS in response.text


@pytest.mark.parametrize("address", ["/h/wall", "/h/standings"])
def test_an_odd_district_means_all(campaign: Campaign, client: FlaskClient, address: str) -> None:
    campaign.joins("zhang", HARMLESS)
    campaign.approved("zhang", HARMLESS)
    campaign.scored("zhang", 10)

    for district in ODD_DISTRICTS:
        query = {"district": district.encode("utf-8", "surrogatepass")}
        response = client.get(address, query_string=query)

        assert response.status_code == 200
        assert "一*******" in response.text


def test_an_odd_motto_number_is_not_found(campaign: Campaign, client: FlaskClient) -> None:
    campaign.approved("zhang", HARMLESS)

    for number in ["-1", "abc", "1001.5", "1001/x", "01001", "１００１", "%00", "..%2f..%2f"]:
        assert client.get(f"/h/m/{number}").status_code == 404


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(
        ["", "wall", "standings", "units", "m/1001", "larger", "privacy", "static/"]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    query=st.dictionaries(
        st.sampled_from(["page", "district", "back", "v", "x"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    ),
    cookie=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
    etag=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
)
def test_no_request_breaks_a_page(
    campaign: Campaign,
    client: FlaskClient,
    path: str,
    query: dict[str, str],
    cookie: str,
    etag: str,
) -> None:
    response = client.get(
        f"/h/{quote(path)}",
        query_string=query,
        headers={"Cookie": f"size={cookie}", "If-None-Match": etag, "If-Range": etag},
    )

    assert response.status_code < 500


def test_pages_are_only_read(client: FlaskClient) -> None:
    for address in ["/h", "/h/", "/h/wall", "/h/m/1001", "/h/larger", "/h/no-such-page"]:
        for method in ["POST", "PUT", "PATCH", "DELETE"]:
            response = client.open(address, method=method)

            assert response.status_code == 405
            assert "Content-Security-Policy" in response.headers


# ------------------------------------------------------------ the switch for larger letters


ELSEWHERE = [
    "",
    "//evil.test",
    "https://evil.test/h/",
    "/\\evil.test",
    "/h/..//evil.test",
    "/admin/",
    "/h/wall\r\nSet-Cookie: a=b",
    "javascript:alert(1)",
    "/h/" + "x" * 5000,
    "/hh",
    "h/wall",
    "/h/wall#x",
    "/h/wall?next=//evil.test",
    "/h/@evil.test",
]


def test_the_switch_leads_back_to_our_pages_alone(client: FlaskClient) -> None:
    for back in ELSEWHERE:
        response = client.get("/h/larger", query_string={"back": back})

        assert (response.status_code, response.location) == (303, "/h/")
        assert len(response.headers.getlist("Set-Cookie")) == 1


def test_the_switch_leads_back_to_where_it_was_used(
    campaign: Campaign, client: FlaskClient
) -> None:
    page = html.fromstring(client.get("/h/wall?page=1&district=1").data)

    response = client.get(page.find_class("size")[0].get("href"))

    assert response.location == "/h/wall?page=1&district=1"
    assert 'class="larger"' in client.get(response.location).text


def test_the_cookie_says_the_size_and_nothing_else(client: FlaskClient) -> None:
    larger = client.get("/h/larger").headers["Set-Cookie"]
    assert larger.startswith("size=larger;")
    assert {"HttpOnly", "Path=/h", "SameSite=Lax"} <= {part.strip() for part in larger.split(";")}
    assert 'data-weui-mode="care"' in client.get("/h/privacy").text

    client.get("/h/smaller")

    assert 'data-weui-mode="care"' not in client.get("/h/privacy").text
    assert client.get_cookie("size", path="/h") is None
