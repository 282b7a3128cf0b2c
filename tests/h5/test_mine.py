"""A member's own data behind a link of the chat: opened once, by nobody else, kept nowhere."""

import io

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.storage.tables import DataPass
from tests.builders import NOON, key
from tests.h5.conftest import Campaign
from tests.rows import thinned

WORDS = "=1+1，愿做一块砖，哪里需要哪里搬"


@pytest.fixture
def token(campaign: Campaign) -> str:
    """The pass of a member with an entry and a score."""
    campaign.joins("zhang", "张三", unit=2)
    campaign.approved("zhang", WORDS)
    campaign.scored("zhang", 8)
    campaign.joins("li", "李小四", unit=3)
    with campaign.sessions.begin() as session:
        return open_services(session, NOON, Shelf()).passes.issue(key("zhang"))


@pytest.mark.slow
def test_to_look_at_the_link_uses_nothing_up(client: FlaskClient, token: str) -> None:
    for _ in range(2):
        page = client.get(f"/h/mine?t={token}")

        assert page.status_code == 200
        assert "只能打开一次" in page.text
        assert "张三" not in page.text
        assert page.headers["Cache-Control"] == "no-store"


def test_the_page_shows_all_and_opens_once(client: FlaskClient, token: str) -> None:
    page = client.post("/h/mine", data={"t": token, "as": "page"})

    assert page.status_code == 200
    for words in ("o-zhang", "张三", "城东街道·新安社区支部", WORDS, "我们的十三五", "只写姓"):
        assert words in page.text
    assert "李小四" not in page.text
    assert key("zhang").hex() not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    again = client.post("/h/mine", data={"t": token, "as": "page"})
    assert again.status_code == client.get(f"/h/mine?t={token}").status_code == 410
    assert "这个链接用过了" in again.text


@pytest.mark.slow
def test_the_workbook_has_the_same_and_no_formula(client: FlaskClient, token: str) -> None:
    file = client.post("/h/mine", data={"t": token, "as": "file"})

    assert file.headers["Content-Disposition"].startswith("attachment; ")
    assert file.headers["Cache-Control"] == "no-store"
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.data))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert sheets["您的座右铭"][1][1] == WORDS
    assert sheets["您和登记的资料"][1][6] == "张三"
    assert sheets["积分"][0] == ["活动", "积分", "参加天数", "到这个分数的时间"]
    assert client.post("/h/mine", data={"t": token, "as": "file"}).status_code == 410


@pytest.mark.parametrize("guess", thinned(["", "x", "x" * 43, "'", "\0", "号"], quick=2))
def test_a_wrong_pass_opens_nothing(
    client: FlaskClient, campaign: Campaign, token: str, guess: str
) -> None:
    assert client.get("/h/mine", query_string={"t": guess}).status_code == 410
    assert client.post("/h/mine", data={"t": guess}).status_code == 410
    assert client.get("/h/mine").status_code == client.post("/h/mine").status_code == 410
    with campaign.sessions() as session:
        assert session.scalar(select(func.count()).select_from(DataPass)) == 1


@pytest.mark.slow
def test_a_pass_is_worth_nothing_once_its_member_is_erased(
    client: FlaskClient, campaign: Campaign, token: str
) -> None:
    with campaign.sessions.begin() as session:
        open_services(session, NOON, Shelf()).erasure.erase(key("zhang"))

    assert client.get(f"/h/mine?t={token}").status_code == 410
    assert client.post("/h/mine", data={"t": token}).status_code == 410
