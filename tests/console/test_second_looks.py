"""The page of second looks, and the cards that two have to approve."""

import pytest
from flask import Flask

from bot.console import wording
from bot.domain.barred import Bar
from bot.domain.roles import Role
from bot.domain.second_looks import Cause
from bot.domain.services import Transaction
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, Submit, signed_in
from tests.console.test_review import CLEAN, approve, state, undo

SAID = "江山就是人民，人民就是江山"

pytestmark = pytest.mark.slow


@pytest.fixture
def sun(app: Flask, transaction: Transaction) -> Browser:
    """The browser of 孙组长, an organiser."""
    return signed_in(app, transaction, "孙组长", Role.ORGANISER)


def hang(browser: Browser, submit: Submit, clock: Clock, transaction: Transaction) -> int:
    """The number of an entry that this colleague approved and that was made a poster."""
    number = submit(CLEAN)
    approve(browser, number)
    with transaction() as services:
        services.second_looks.ask(number, Cause.POSTER)
    clock.advance(minutes=2)
    return number


def test_two_approve_who_quotes_a_leader(
    li: Browser, wang: Browser, submit: Submit, opened: Opened, clock: Clock
) -> None:
    fields = {"words": SAID, "author": "某领导人", "work": "《某次讲话》", "leader": "1"}
    assert "两人审" in text_of(li.post("/admin/quotations/add", fields, follow_redirects=True))
    number = submit(SAID)
    assert "两人审 引用领导人的话，要两位同志都通过" in text_of(li.get("/admin"))

    approve(li, number)

    page = li.get("/admin")
    assert f"{number}号已通过，还要另一位同志看" in text_of(page)
    assert wording.BARRED[Bar.LOOKED] in text_of(page)
    assert f"/admin/mottos/{number}/approve" not in page.text
    assert approve(li, number)[0] == 303
    assert approve(li, number, 2)[0] == 409
    assert "李审核已看过，要另一位同志再看" in approve(wang, number)[1]
    assert undo(li, number)[0] == 303
    approve(li, number, 3)
    told = "引用领导人的话：李审核通过了，要另一位同志也看"
    assert told in text_of(wang.get("/admin"))
    approve(wang, number, 4)
    assert state(opened, number) == ("approved", 5)


def test_who_looks_afterwards_does_not_learn_what_was_decided(
    li: Browser, wang: Browser, submit: Submit, clock: Clock, transaction: Transaction
) -> None:
    assert "都看过了" in text_of(wang.get("/admin/second-looks"))
    number = hang(li, submit, clock, transaction)
    assert "都看过了" in text_of(li.get("/admin/second-looks"))
    assert "盲看" not in text_of(wang.get("/admin"))
    assert "1 条等您复看" in text_of(wang.get("/admin"))
    assert f"{number}号 已定，等复看" in text_of(wang.get("/admin"))
    assert f"{number}号 通过" in text_of(li.get("/admin"))

    theirs = text_of(wang.get(f"/admin/mottos/{number}"))
    assert "等您复看" in theirs
    assert "李审核" not in theirs
    assert "李审核" in text_of(li.get(f"/admin/mottos/{number}"))

    page = wang.get("/admin/second-looks")

    assert CLEAN in page.text
    assert "已通过" not in page.text
    assert "李审核" not in page.text
    fields = {"version": "2", "reason": "unfit"}
    assert wang.post(f"/admin/second-looks/{number}", fields).status_code == 303
    assert wang.post(f"/admin/second-looks/{number}", fields).status_code == 409
    told = "李审核：通过；王审核：退回：内容不合适 由负责人或组织者来定。"
    assert told in text_of(wang.get("/admin/second-looks"))


def test_the_lead_settles_what_two_see_differently(
    li: Browser, wang: Browser, sun: Browser, submit: Submit, clock: Clock,
    transaction: Transaction, opened: Opened,
) -> None:  # fmt: skip
    number = hang(li, submit, clock, transaction)
    wang.post(f"/admin/second-looks/{number}", {"version": "2", "reason": "unfit"})
    settle = f"/admin/second-looks/{number}/settle"
    assert wang.post(settle, {"version": "2", "verdict": "returned"}).status_code == 403
    assert "撤下退回，票作废" in text_of(sun.get("/admin/second-looks"))

    assert sun.post(settle, {"version": "2", "verdict": "returned"}).status_code == 303

    assert state(opened, number) == ("returned", 3)
    assert "还没有" not in text_of(sun.get(f"/admin/mottos/{number}"))
    assert "复看后撤下" in text_of(sun.get(f"/admin/mottos/{number}"))
    assert "看法不一的会列在这里" in text_of(sun.get("/admin/second-looks"))
