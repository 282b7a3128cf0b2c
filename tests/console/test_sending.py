"""Units send in micro lessons and the cases of projects."""

import re

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from bot.console.sending import imports
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.uploads import Holds
from bot.storage.tables import Staff
from bot.unit_files import apart
from tests.builders import a_round_of
from tests.console.browser import Browser, text_of
from tests.console.conftest import Opened, signed_in

pytestmark = pytest.mark.slow

ENTRIES = "/admin/entries"
LESSON = {
    "title": "把群众的小事办好",
    "unit": "新安社区支部",
    "speaker": "陈小红",
    "link": "https://v.example.cn/1",
}


@pytest.fixture
def round_of_lessons(opened: Opened, transaction: Transaction) -> None:
    with opened() as session:
        a_round_of(session, "lesson", title="微党课评选")


@pytest.fixture
def wu(app: Flask, transaction: Transaction, opened: Opened) -> Browser:
    """The browser of the secretary of 城东街道."""
    browser = signed_in(app, transaction, "吴秘书", Role.SECRETARY)
    with opened() as session:
        session.execute(update(Staff).where(Staff.name == "吴秘书").values(unit_id=1))
    return browser


@pytest.mark.usefixtures("round_of_lessons")
def test_a_secretary_sends_a_lesson_in_and_a_moderator_reviews_it(wu: Browser, li: Browser) -> None:
    assert 'value="城东街道"' in wu.get(f"{ENTRIES}/new").text
    response = wu.post(f"{ENTRIES}/new", LESSON)

    assert (response.status_code, response.location) == (303, f"{ENTRIES}?said=sent")
    page = text_of(wu.get(response.location))
    assert "报上去了，等审核。" in page
    assert "把群众的小事办好 等审核 1001号 陈小红 城东街道·新安社区支部" in page
    queue = li.get("/admin")
    assert "主讲： 陈小红" in text_of(queue)
    assert 'href="https://v.example.cn/1" target="_blank" rel="noopener noreferrer' in queue.text
    li.post("/admin/mottos/1001/approve", {"version": "1"})
    assert "把群众的小事办好 通过了" in text_of(wu.get(ENTRIES))


@pytest.mark.usefixtures("round_of_lessons")
def test_what_is_wrong_is_said_and_what_was_typed_stays(wu: Browser) -> None:
    response = wu.post(f"{ENTRIES}/new", LESSON | {"link": "http://v.cn", "unit": "农业局"})

    assert response.status_code == 422
    page = text_of(response)
    assert "链接要以 https:// 开头" in page
    assert "没有找到这个单位，或者不归您报送" in page
    assert 'value="把群众的小事办好"' in response.text


@pytest.mark.usefixtures("round_of_lessons")
def test_one_is_changed_withdrawn_and_sent_in_again(wu: Browser) -> None:
    wu.post(f"{ENTRIES}/new", LESSON)
    one = f"{ENTRIES}/1001"

    wu.post(one, LESSON | {"version": "1", "speaker": "林一"})
    assert "林一" in text_of(wu.get(ENTRIES))
    assert wu.post(one, LESSON | {"version": "1"}).status_code == 409
    assert wu.post(f"{one}/withdraw", {"version": "1"}).location.endswith("said=late")
    wu.post(f"{one}/withdraw", {"version": "2"})
    assert "撤下了" in text_of(wu.get(ENTRIES))
    wu.post(one, LESSON | {"version": "3"})
    assert "等审核" in text_of(wu.get(ENTRIES))


@pytest.mark.usefixtures("round_of_lessons")
def test_one_of_another_unit_is_not_there(
    wu: Browser, app: Flask, transaction: Transaction
) -> None:
    chen = signed_in(app, transaction, "陈组织", Role.ORGANISER)
    chen.post(f"{ENTRIES}/new", LESSON | {"unit": "NY"})

    assert "把群众的小事办好" not in text_of(wu.get(ENTRIES))
    assert wu.get(f"{ENTRIES}/1001").status_code == 404
    assert wu.post(f"{ENTRIES}/1001/withdraw", {"version": "1"}).status_code == 404


def test_without_such_a_round_the_page_says_what_to_do(
    wu: Browser, app: Flask, transaction: Transaction
) -> None:
    chen = signed_in(app, transaction, "陈组织", Role.ORGANISER)

    assert "组织者开始微党课或项目案例评选以后，在这里报送。" in text_of(wu.get(ENTRIES))
    assert "“评什么”选微党课或项目案例" in text_of(chen.get(ENTRIES))
    assert chen.get(f"{ENTRIES}/new").status_code == 200


def test_others_do_not_send_in(li: Browser, transaction: Transaction) -> None:
    assert li.get(ENTRIES).status_code == 403


TABLE = """标题,单位,主讲人,链接
把群众的小事办好,新安社区支部,陈小红,https://v.example.cn/1
渔港里的夜校,CD,林一,https://v.example.cn/2
"""
_TOKEN = re.compile(r'name="token" value="(\w+)"')


def brings(browser: Browser, table: str) -> TestResponse:
    return browser.get(browser.post(f"{ENTRIES}/import", {"text": table}).location)


@pytest.mark.usefixtures("round_of_lessons", "read_here")
def test_a_table_is_looked_over_and_sent_in_as_a_whole(wu: Browser) -> None:
    page = brings(wu, TABLE)
    assert "读到 2 个，要改的地方 0 处。" in text_of(page)
    take = {"token": _TOKEN.findall(page.text)[0], "seen": "0" * 32}

    assert wu.post(f"{ENTRIES}/import/take", take).location.endswith("said=sent")
    told = text_of(wu.get(ENTRIES))
    assert "把群众的小事办好 等审核 1001号" in told
    assert "渔港里的夜校 等审核 1002号" in told
    assert wu.post(f"{ENTRIES}/import/take", take).location == ENTRIES


@pytest.mark.usefixtures("round_of_lessons", "read_here")
def test_what_is_wrong_with_a_table_is_said_by_line_and_nothing_is_sent_in(wu: Browser) -> None:
    page = brings(wu, TABLE.replace("CD,", "农业局,").replace("https://v.example.cn/2", "x"))

    told = text_of(page)
    assert "要改的地方 2 处" in told
    assert "没有找到这个单位，或者不归您报送" in told
    take = {"token": _TOKEN.findall(page.text)[0], "seen": "0" * 32}
    assert wu.post(f"{ENTRIES}/import/take", take).status_code == 422
    twice = brings(wu, TABLE + TABLE.splitlines()[1] + "\n")
    take["token"] = _TOKEN.findall(twice.text)[0]
    assert "都没有报送。“把群众的小事办好”" in text_of(wu.post(f"{ENTRIES}/import/take", take))
    assert "1001号" not in text_of(wu.get(ENTRIES))


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read here, which takes no time; tests/unit_files has them read apart."""
    monkeypatch.setattr(
        imports, "read_entries_apart", lambda content, _: apart.find(Holds.ENTRIES, content)
    )
