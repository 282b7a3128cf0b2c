"""Votes that look bought, on the page of the console: signals, and what two people make of them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import Person
from tests.builders import NOON, key, said
from tests.console.browser import Browser, text_of
from tests.console.conftest import Opened, Submit, signed_in
from tests.handlers.talking import Talker

pytestmark = pytest.mark.slow

PAGE, QUARANTINE = "/admin/votes/stuffing", "/admin/votes/quarantine"
PAID = 12


@pytest.fixture
def number(transaction: Transaction, submit: Submit, opened: Opened) -> int:
    """An entry for which a dozen voted who followed an hour ago and have no unit."""
    number = submit("群众的事，一刻也不等")
    with transaction() as services:
        services.moderation.decide(number, 1, staff_id=1)
        for voter in range(PAID):
            services.members.welcome(key(f"p{voter}"), f"o-p{voter}", "{}")
            services.votes.cast(key(f"p{voter}"), number, NOON, said("投").delivery)
    with opened() as session:
        session.execute(update(Person).values(followed_at=NOON - timedelta(hours=1)))
    return number


@pytest.fixture
def sun(app: Flask, transaction: Transaction) -> Browser:
    return signed_in(app, transaction, "孙组织", Role.ORGANISER)


@pytest.fixture
def qian(app: Flask, transaction: Transaction) -> Browser:
    return signed_in(app, transaction, "钱组织", Role.ORGANISER)


def proposal(number: int) -> dict[str, object]:
    return {"round": 1, "entry": number, "day": NOON.date().isoformat()}


def test_a_signal_is_told_in_plain_words_with_its_numbers(sun: Browser, number: int) -> None:
    page = sun.get(PAGE)

    told = text_of(page)
    assert f"{number}号：12月5日 12:00，异常的几个小时收到{PAID}票" in told
    assert f"其中{PAID}票可疑" in told
    assert f"关注后24小时内投的{PAID}票" in told
    assert f"没有登记单位的{PAID}票" in told
    assert "<svg" in page.text
    assert f"12时 {PAID} 0 是" in told


def test_one_proposes_another_confirms_and_the_poll_shows_both_counts(
    sun: Browser, qian: Browser, number: int
) -> None:
    assert sun.post(QUARANTINE, proposal(number)).status_code == 303
    assert "要请另一位同志来确认" in text_of(sun.get(PAGE))
    own = sun.post(f"{QUARANTINE}/1/confirm", {"round": 1})
    assert (own.status_code, "要请另一位同志来决定" in own.text) == (409, True)
    again = qian.post(QUARANTINE, proposal(number))
    assert (again.status_code, "已经处理过" in again.text) == (409, True)

    assert qian.post(f"{QUARANTINE}/1/confirm", {"round": 1}).status_code == 303

    assert f"{PAID} 票暂不计入" in text_of(sun.get(PAGE))
    poll = text_of(sun.get("/admin/votes"))
    assert f"共 0 票，另有 {PAID} 票暂不计入" in poll
    assert f"0 票 含暂不计入的 {PAID}" in poll


def test_what_is_claimed_by_chat_is_shown_and_two_people_let_it_go(
    sun: Browser, qian: Browser, number: int, opened: Opened
) -> None:
    sun.post(QUARANTINE, proposal(number))
    qian.post(f"{QUARANTINE}/1/confirm", {"round": 1})
    nobody = sun.post(f"{QUARANTINE}/1/release", {"round": 1, "only_claimed": "1"})
    assert (nobody.status_code, "还没有人回复" in nobody.text) == (409, True)
    with opened() as session:
        said_so = Talker(session, name="p0", now=NOON).says("是我投的")
    assert "两位工作人员核对以后决定" in said_so

    assert "其中 1 人回复了“是我投的”" in text_of(sun.get(PAGE))
    assert sun.post(f"{QUARANTINE}/1/release", {"round": 1, "only_claimed": "1"}).status_code == 303
    assert qian.post(f"{QUARANTINE}/1/release/confirm", {"round": 1}).status_code == 303

    assert f"现在有 {PAID - 1} 票暂不计入" in text_of(sun.get(PAGE))


def test_where_nothing_is_conspicuous_the_page_says_so(sun: Browser) -> None:
    assert "现在没有等着看的异常票" in text_of(sun.get(PAGE))


def test_a_case_that_is_not_there_is_told_and_not_a_fault(sun: Browser) -> None:
    gone = sun.post(f"{QUARANTINE}/9/drop", {"round": 1})

    assert (gone.status_code, "刚被别的同志处理" in gone.text) == (409, True)


def test_a_moderator_looks_and_decides_nothing(li: Browser, number: int) -> None:
    assert "提出：这" not in text_of(li.get(PAGE))
    assert li.post(QUARANTINE, proposal(number)).status_code == 403
