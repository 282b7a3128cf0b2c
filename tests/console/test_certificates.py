"""The console's certificates: whom they reach first, then the issue, then a revocation."""

import re

import pytest
from flask import Flask
from sqlalchemy import update

from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import Member, Outcome, Score
from tests.builders import NOON, a_member, a_round_of, an_approved_lesson, key
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, signed_in

pytestmark = pytest.mark.slow

FORM = {
    "activity": "contest:1", "honour": "学习之星", "first_rank": "1", "last_rank": "2",
    "issuer": "市委组织部",
}  # fmt: skip
NEW = "/admin/certificates/new"


@pytest.fixture
def sun(app: Flask, transaction: Transaction, opened: Opened, clock: Clock) -> Browser:
    """An organiser, after a contest in which two took part, one without a name."""
    with opened() as session:
        for n in range(2):
            a_member(session, f"m{n}", 3)
            session.add(
                Score(member_key=key(f"m{n}"), contest_id=1, points=9 - n, days=1, reached_at=NOON)
            )
        session.execute(update(Member).where(Member.member_key == key("m1")).values(name=None))
    clock.advance(days=40)
    return signed_in(app, transaction, "孙组织", Role.ORGANISER)


def test_certificates_go_from_a_preview_to_a_revocation_and_back(
    sun: Browser, opened: Opened
) -> None:
    assert "还没有发过证书" in text_of(sun.get("/admin/certificates"))
    seen = text_of(sun.post(NEW, FORM))
    assert "要发给这 1 位，请核对" in seen
    assert "另有 1 位没有登记姓名" in seen
    assert "还没有发过证书" in text_of(sun.get("/admin/certificates"))

    assert sun.post(NEW, FORM | {"sure": "1"}).location == "/admin/certificates/1?said=issued"
    shown = sun.get("/admin/certificates/1?said=issued")
    assert "证书已经发放" in shown.text
    (code,) = re.findall(r'href="/h/c/(\w{10})"', shown.text)
    with opened() as session:
        session.execute(update(Member).where(Member.member_key == key("m1")).values(name="钱七"))
    assert sun.post("/admin/certificates/1/rest", {}).location.endswith("said=rest")
    assert sun.post("/admin/certificates/1/rest", {}).location.endswith("said=nobody")
    assert sun.post("/admin/certificates/revoke", {"code": code}).status_code == 303
    assert "已撤销" in text_of(sun.get("/admin/certificates/1"))
    assert sun.post("/admin/certificates/restore", {"code": code}).status_code == 303
    assert sun.post("/admin/certificates/1/revoke-all", {}).status_code == 303
    assert "现在有效 0 张" in text_of(sun.get("/admin/certificates/1"))


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("honour", "", "请填写。"),
        ("last_rank", "十", "请填1到1000的整数"),
        ("first_rank", "3", "不能比前一个数小"),
        ("activity", "round:1", "评选要已经发布结果"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    sun: Browser, field: str, typed: str, words: str
) -> None:
    response = sun.post(NEW, FORM | {field: typed, "sure": "1"})

    assert response.status_code == 422
    assert words in text_of(response)


def test_while_nothing_is_over_there_is_nothing_to_give_for(
    sun: Browser, clock: Clock, app: Flask, transaction: Transaction
) -> None:
    clock.advance(days=-40)
    zhou = signed_in(app, transaction, "周组织", Role.ORGANISER)

    assert "现在没有可以发证书的活动" in text_of(zhou.get(NEW))


def test_what_is_not_there_is_not_found(sun: Browser) -> None:
    assert sun.get("/admin/certificates/9").status_code == 404
    assert sun.post("/admin/certificates/9/rest", {}).status_code == 404
    assert sun.post("/admin/certificates/revoke", {"code": "0" * 10}).status_code == 404


def test_a_unit_finds_its_certificate_where_it_sent_in(
    sun: Browser, opened: Opened, transaction: Transaction
) -> None:
    with opened() as session:
        a_round_of(session, "lesson")
        an_approved_lesson(session, "把群众的小事办好")
    with transaction() as services:
        assert services.sealing.seal(1)
        services.outcomes.publicise(1, 1)
    with opened() as session:
        session.execute(update(Outcome).values(published_at=NOON))
    form = FORM | {"activity": "round:1", "honour": "一等奖"}

    seen = text_of(sun.post(NEW, form))
    assert "要发这 1 张，请核对" in seen
    assert "把群众的小事办好 主讲： 陈小红" in seen
    sun.post(NEW, form | {"sure": "1"})

    own = re.findall(r'href="(/h/c/\w{10}/[^"]{22})"', sun.get("/admin/entries").text)
    assert own == re.findall(
        r'href="(/h/c/\w{10}/[^"]{22})"', sun.get("/admin/certificates/1").text
    )
    assert len(own) == 1
