"""Judges in the console: the rule, an invitation, marks on a phone, and the end."""

import re

import pytest
from flask import Flask

from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.votes import LATE
from tests.builders import CLOSES, NOON
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Submit, signed_in

pytestmark = pytest.mark.slow

PANEL = "/admin/panels/1"
RULE = {
    "weight": "70", "method": "mean", "per_entry": "1", "finalists": "10",
    "title_1": "立意", "weight_1": "60", "anchors_1": "9–10：可在全市推广",
    "title_2": "表达", "weight_2": "40", "anchors_2": "9–10：一听就记住",
}  # fmt: skip


@pytest.fixture
def sun(app: Flask, transaction: Transaction, submit: Submit) -> Browser:
    """An organiser; two entries are approved."""
    browser = signed_in(app, transaction, "孙组织", Role.ORGANISER)
    for words, unit in (("愿做一块砖，哪里需要哪里搬", 2), ("群众的事，一刻也不等", 3)):
        number = submit(words, unit)
        browser.post(f"/admin/mottos/{number}/approve", {"version": 1})
    return browser


@pytest.fixture
def zhao(app: Flask, transaction: Transaction, sun: Browser) -> Browser:
    """A judge who belongs to no unit."""
    return signed_in(app, transaction, "赵评委", Role.JUDGE)


@pytest.fixture
def judging(sun: Browser, zhao: Browser, clock: Clock, transaction: Transaction) -> list[int]:
    """The judge has begun; the numbers of the entries in the judge's order."""
    assert "还没有请评委" in text_of(sun.post(PANEL, RULE, follow_redirects=True))
    with transaction(read_only=True) as services:
        ((judge, _),) = services.panels.free_judges(1)
    assert sun.post(f"{PANEL}/appoint", {"judge": str(judge)}).status_code == 303
    assert "还没有开始" in text_of(zhao.get("/admin/judging"))
    clock.now = CLOSES + LATE
    with transaction() as services:
        services.sealing.seal(1)
        services.panels.begin(1, 1)
    clock.now = NOON
    with transaction(read_only=True) as services:
        return list(services.judging.stacks(judge)[0].numbers)


def test_who_is_new_gets_a_code_and_the_own_unit_is_kept(sun: Browser) -> None:
    sun.post(PANEL, RULE)

    invited = sun.post(f"{PANEL}/appoint", {"name": "钱评委", "unit": "农业局"})

    assert re.search(r"data-code>[\w-]{23}<", invited.text)
    assert f'href="{PANEL}"' in invited.text
    assert "钱评委 农业局" in text_of(sun.get(PANEL))
    assert "要和单位表里的一致" in sun.post(f"{PANEL}/appoint", {"name": "某", "unit": "没有"}).text


def test_a_judge_comes_to_the_sheets_and_to_nothing_else(
    zhao: Browser, judging: list[int], transaction: Transaction
) -> None:
    assert zhao.get("/admin/").location == "/admin/judging"
    shown = text_of(zhao.get("/admin/judging"))
    assert "分给您 2 条，打完 0 条" in shown

    first, second = judging
    sheet = zhao.get(f"/admin/judging/{first}")
    assert "可在全市推广" in sheet.text
    assert "城东" not in text_of(sheet)
    assert zhao.get("/admin/judging/9999").status_code == 404
    saved = zhao.post(f"/admin/judging/{first}", {"mark_1": "8", "mark_2": "6"})
    assert saved.location == f"/admin/judging/{second}"
    assert "已存 2 项" in text_of(zhao.get(f"/admin/judging/{first}"))
    assert zhao.post(f"/admin/judging/{second}", {"mark_1": "11"}).status_code == 400
    saved = zhao.post(f"/admin/judging/{second}", {"mark_1": "9", "mark_2": "9"})
    assert saved.location == "/admin/judging"
    assert "都打完了" in text_of(zhao.get("/admin/judging"))


def test_the_organiser_ends_it_and_only_then_sees_who_leads(
    sun: Browser, zhao: Browser, judging: list[int]
) -> None:
    assert "评委还没有评完" in sun.post("/admin/votes/publicise", {"round": "1"}).text
    early = sun.post(f"{PANEL}/close", {})
    assert (early.status_code, "这些条的评委不够" in early.text) == (409, True)
    for number, mark in zip(judging, ("6", "9"), strict=True):
        zhao.post(f"/admin/judging/{number}", {"mark_1": mark, "mark_2": mark})
    before = text_of(sun.get(PANEL))
    assert "2/2" in before
    assert "第 1 名" not in before

    assert sun.post(f"{PANEL}/close", {}).status_code == 303

    assert re.search(
        rf"第 1 名 63\.00 90\.00 0\.00（0 票） {judging[1]}号", text_of(sun.get(PANEL))
    )
    late = zhao.post(f"/admin/judging/{judging[0]}", {"mark_1": "10"})
    assert (late.status_code, "评审已经结束" in late.text) == (409, True)


def test_a_judge_compares_two_without_any_script_and_can_stop(
    sun: Browser, zhao: Browser, clock: Clock, transaction: Transaction
) -> None:
    sun.post(PANEL, RULE | {"method": "pairwise", "per_entry": "2"})
    with transaction(read_only=True) as services:
        ((judge, _),) = services.panels.free_judges(1)
    sun.post(f"{PANEL}/appoint", {"judge": str(judge)})
    clock.now = CLOSES + LATE
    with transaction() as services:
        services.sealing.seal(1)
        services.panels.begin(1, 1, with_fewer=True)
        ((pair,),) = [stack.pairs for stack in services.comparing.stacks(judge)]
    clock.now = NOON
    assert "分给您 1 对，选完 0 对" in text_of(zhao.get("/admin/judging"))

    page = zhao.get("/admin/judging/pairs/1/1")

    assert "可在全市推广" in page.text
    assert "<script" not in page.text.partition("<main")[2]
    numbers = [side.number for side in pair.sides]
    assert re.findall(r'name="better" value="(\d+)"', page.text) == list(map(str, numbers))
    saved = zhao.post("/admin/judging/pairs/1/1", {"better": str(numbers[1])})
    assert saved.location == "/admin/judging"
    assert f"选的是 {numbers[1]}号" in text_of(zhao.get("/admin/judging/pairs/1/1"))
    assert "都选完了" in text_of(zhao.get("/admin/judging"))
    for wrong in ("/admin/judging/pairs/1/2", "/admin/judging/pairs/9/1"):
        assert zhao.get(wrong).status_code == 404
    assert zhao.post("/admin/judging/pairs/1/1", {"better": "x"}).status_code == 404
    assert sun.post(f"{PANEL}/close", {}).status_code == 303
    assert f"第 1 名 44.03 62.90 0.00（0 票） {numbers[1]}号" in text_of(sun.get(PANEL))
    late = zhao.post("/admin/judging/pairs/1/1", {"better": str(numbers[0])})
    assert (late.status_code, "评审已经结束" in late.text) == (409, True)


def test_fewer_judges_than_announced_are_taken_only_by_a_button_that_says_so(
    sun: Browser, zhao: Browser, clock: Clock, transaction: Transaction
) -> None:
    sun.post(PANEL, RULE | {"per_entry": "2"})
    with transaction(read_only=True) as services:
        ((judge, _),) = services.panels.free_judges(1)
    sun.post(f"{PANEL}/appoint", {"judge": str(judge)})
    clock.now = CLOSES + LATE
    with transaction() as services:
        services.sealing.seal(1)
    clock.now = NOON

    told = sun.post(f"{PANEL}/begin", {})

    assert (told.status_code, "评委不到规则里说的位数" in told.text) == (409, True)
    assert "评委不够的也开始" in told.text
    assert sun.post(f"{PANEL}/begin", {"with_fewer": "1"}).status_code == 303
    assert "评审中" in text_of(sun.get(PANEL))


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(sun: Browser) -> None:
    response = sun.post(PANEL, RULE | {"weight": "一半", "anchors_2": ""})

    assert response.status_code == 422
    assert "请填整数" in text_of(response)
    assert 'value="立意"' in response.text
    trimmed = sun.post(PANEL, RULE | {"method": "trimmed"})
    assert "每条至少要3位评委" in text_of(trimmed)
    assert "没有评委，只按票数" in text_of(sun.get(PANEL))


def test_a_round_that_is_not_there_has_no_panel(sun: Browser) -> None:
    assert sun.get("/admin/panels/9").status_code == 404
    assert sun.post("/admin/panels/9", RULE).status_code == 404
    assert sun.post(f"{PANEL}/begin", {}).status_code == 404
