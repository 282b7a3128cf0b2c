"""The console's draws: from the list to the last prize."""

import re

import pytest
from flask import Flask

from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import Score
from tests.builders import NOON, a_member, key
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, signed_in

pytestmark = pytest.mark.slow

FORM = {
    "title": "学习之星抽签",
    "prize": "纪念书1本",
    "winners": "1",
    "reserves": "1",
    "least_days": "1",
    "number_from": "福彩3D第2026345期的开奖号码",
    "number_due": "2026-12-08",
    "fetch_until": "2026-12-20",
}
NEW = "/admin/draws/new"


@pytest.fixture
def sun(app: Flask, transaction: Transaction, opened: Opened) -> Browser:
    """An organiser; three members have taken part."""
    with opened() as session:
        for n in range(3):
            a_member(session, f"m{n}")
            session.add(
                Score(member_key=key(f"m{n}"), contest_id=1, points=2, days=1, reached_at=NOON)
            )
    return signed_in(app, transaction, "孙组织", Role.ORGANISER)


def test_a_draw_goes_from_the_list_to_the_last_prize(
    sun: Browser, clock: Clock, app: Flask, transaction: Transaction
) -> None:
    assert "还没有抽签" in text_of(sun.get("/admin/draws"))

    assert sun.post(NEW, FORM).location == "/admin/draws/1"
    assert "名单已公布，等开奖号码" in text_of(sun.get("/admin/draws/1"))
    assert "还没到开奖的日子" in sun.post("/admin/draws/1/number", {"number": "583"}).text
    clock.advance(days=3)
    sun = signed_in(app, transaction, "周组织", Role.ORGANISER)
    assert "请只填数字" in sun.post("/admin/draws/1/number", {"number": "x"}).text
    assert sun.post("/admin/draws/1/number", {"number": "583"}).status_code == 303
    assert "已经开过奖了" in sun.post("/admin/draws/1/number", {"number": "584"}).text
    first, second = re.findall(r"<td><code>(\w{8})</code>", sun.get("/admin/draws/1").text)
    assert "12月20日还没过" in sun.post("/admin/draws/1/lapsed", {"code": first}).text
    clock.advance(days=13)
    sun = signed_in(app, transaction, "吴组织", Role.ORGANISER)
    assert sun.post("/admin/draws/1/lapsed", {"code": first}).status_code == 303
    assert sun.post("/admin/draws/1/fetched", {"code": second}).status_code == 303
    late = sun.post("/admin/draws/1/fetched", {"code": second})
    assert (late.status_code, "刚才已经办过了" in late.text) == (409, True)

    shown = text_of(sun.get("/admin/draws/1"))
    assert "过期，已递补" in shown
    assert "已领取" in shown


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("title", "", "请填写。"),
        ("winners", "十", "请填整数"),
        ("winners", "4", "符合条件的人比奖品少"),
        ("number_due", "2026-12-05", "要在明天或以后"),
        ("fetch_until", "2026-12-08", "要在开奖之后"),
        ("fetch_until", "", "请填写。"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    sun: Browser, field: str, typed: str, words: str
) -> None:
    response = sun.post(NEW, FORM | {field: typed})

    assert response.status_code == 422
    assert words in text_of(response)
    assert 'value="学习之星抽签"' in response.text or field == "title"
    assert "还没有抽签" in text_of(sun.get("/admin/draws"))


def test_a_draw_that_is_not_there_is_not_found(sun: Browser) -> None:
    assert sun.get("/admin/draws/9").status_code == 404
    assert sun.post("/admin/draws/9/number", {"number": "5"}).status_code == 404
