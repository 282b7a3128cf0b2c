"""The audit trail at the console: looked through, taken out without formulas, its chain checked."""

import csv
import json
import re
from dataclasses import fields
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from bot.console.trail import wording as words
from bot.domain.certificates import AwardPlan
from bot.domain.contests import ContestPlan
from bot.domain.draws import DrawPlan
from bot.domain.moderation import Reason
from bot.domain.panel_plan import PanelPlan
from bot.domain.results import Wanted
from bot.domain.roles import Role
from bot.domain.rounds import RoundPlan
from bot.domain.screening.quotations import Saying
from bot.domain.services import Transaction
from bot.domain.trail import PAGE, Entry, Sought
from bot.domain.unit_import import Entry as UnitBefore
from bot.storage.tables import Audit
from tests.builders import NOON
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, Submit, signed_in

pytestmark = pytest.mark.slow

TRAIL = "/admin/trail"
FORMULAS = ["=1+1，一二三四", "+cmd|' /C calc'!A0", "-2+3+cmd|x", "@SUM(1+1)*cmd|x"]


@pytest.fixture
def chen(app: Flask, transaction: Transaction) -> Browser:
    """The browser of an organiser."""
    return signed_in(app, transaction, "陈组织", Role.ORGANISER)


@pytest.fixture
def returned(transaction: Transaction, submit: Submit) -> int:
    """The number of a motto that was sent back with its words put right."""
    number = submit("不忘初心，牢计使命")
    with transaction() as services:
        services.moderation.decide(number, 1, 1, Reason.TYPO, "不忘初心，牢记使命")
    return number


def export(browser: Browser, **fields: Any) -> bytes:
    content: bytes = browser.post(f"{TRAIL}/export", {"format": "csv"} | fields).data
    return content


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def test_a_deed_is_told_with_who_when_before_and_after(chen: Browser, returned: int) -> None:
    page = text_of(chen.get(TRAIL))

    assert "退回 1001号 陈组织 2026年12月5日 12:00:00" in page
    assert "原来： 待审 改为： 已退回" in page
    assert "原因：有错别字" in page
    assert "建议改为：不忘初心，牢记使命" in page
    assert "提交座右铭 1001号 党员" in page


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        ({"who": "member"}, "提交座右铭", "退回"),
        ({"who": "staff:1"}, "退回", "提交座右铭"),
        ({"kind": "staff"}, "建账号", "退回"),
        ({"kind": "motto"}, "退回", "建账号"),
        ({"words": "1001"}, "提交座右铭", "建账号"),
        ({"words": "牢记使命"}, "退回", "提交座右铭"),
        ({"words": "100%"}, "没有这样的记录", "退回"),
        ({"since": "2026-12-05", "until": "2026-12-05"}, "退回", "没有这样的记录"),
        ({"since": "2026-12-06"}, "没有这样的记录", "退回"),
        ({"until": "2026-12-04"}, "没有这样的记录", "退回"),
        ({"since": "gestern"}, "退回", "没有这样的记录"),
        ({"words": "字" * 61}, "退回", "没有这样的记录"),
    ],
)
def test_it_is_narrowed_down(
    chen: Browser, returned: int, asked: dict[str, str], shown: str, hidden: str
) -> None:
    listed = text_of(chen.post(TRAIL, asked)).partition("查找")[2]

    assert shown in listed
    assert hidden not in listed


def test_what_is_looked_for_never_stands_in_an_address(chen: Browser, returned: int) -> None:
    name = "牢记使命"

    found = chen.post(TRAIL, {"words": name})

    assert re.search(f'name="words" value="{name}"', found.text)
    addresses = re.findall(r'(?:href|action)="([^"]*)"', found.text)
    assert not [each for each in addresses if name in unquote(each)]
    assert "提交座右铭" in text_of(chen.get(f"{TRAIL}?words={name}"))


def test_older_deeds_follow_on_further_pages_each_once(
    chen: Browser, transaction: Transaction
) -> None:
    for _ in range(PAGE + 5):
        with transaction() as services:
            services.trail.note_export(1, {})
    with transaction(read_only=True) as services:
        first = services.trail.leaf(Sought())
        second = services.trail.leaf(Sought(), first.older)

    ids = [entry.id for leaf in (first, second) for entry in leaf.entries]
    assert len(first.entries) == PAGE
    assert second.older is None
    assert ids == sorted(set(ids), reverse=True)
    assert "更早的" in text_of(chen.get(TRAIL))
    assert "更早的" not in text_of(chen.post(TRAIL, {"before": first.older}))


def test_further_pages_keep_what_was_looked_for(chen: Browser, transaction: Transaction) -> None:
    for _ in range(PAGE + 5):
        with transaction() as services:
            services.trail.note_export(1, {})

    first = chen.post(TRAIL, {"kind": "audit"})
    fields = fields_of(first.text.partition('aria-label="翻页"')[2].partition("</form>")[0])
    second = chen.post_bare(TRAIL, fields)

    assert fields["kind"] == "audit"
    assert "建账号" not in text_of(second).partition("查找")[2]
    assert second.text.count("trail-entry") == 5
    assert "回到最新的" in text_of(second)
    assert "更早的" not in text_of(second)


def fields_of(form: str) -> dict[str, str]:
    """What the form sends when its button is pressed."""
    return dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form))


@pytest.mark.parametrize("before", [2**63, -(2**63) - 1, 10**40, "abc", ""])
def test_an_id_that_no_deed_has_shows_the_latest(
    chen: Browser, returned: int, before: object
) -> None:
    shown = chen.post(TRAIL, {"before": before})

    assert shown.status_code == 200
    assert "退回 1001号" in text_of(shown)


# ------------------------------------------------------------ files


def test_a_file_says_who_took_it_and_of_what_and_so_does_the_trail(
    chen: Browser, returned: int, opened: Opened
) -> None:
    content = export(chen, kind="motto")

    rows = table(content)
    assert rows[0] == list(words.HEAD)
    assert [row[3] for row in rows[1:-1]] == ["退回", "提交座右铭"]
    assert rows[1][5:7] == ["待审", "已退回"]
    assert "陈组织 于 2026年12月5日 12:00:00 导出，筛选：什么事，2 条" in rows[-1][0]
    with opened() as session:
        row = session.scalars(select(Audit).where(Audit.action == "audit.export")).one()
    assert row.actor == "staff:1"
    assert row.facts == {
        "asked": ["kind"], "count": 2, "format": "csv", "sha256": sha256(content).hexdigest(),
    }  # fmt: skip


def test_a_name_that_was_looked_for_stays_neither_in_the_trail_nor_in_the_file(
    chen: Browser, returned: int, opened: Opened
) -> None:
    content = export(chen, words="欧阳秀兰", since="2026-12-01")

    with opened() as session:
        row = session.scalars(select(Audit).where(Audit.action == "audit.export")).one()
    assert row.facts["asked"] == ["words", "since"]
    assert "欧阳秀兰" not in json.dumps(row.facts, ensure_ascii=False)
    assert "欧阳秀兰" not in content.decode("utf-8-sig")
    assert "筛选：内容里的字、从哪天" in text_of(chen.get(TRAIL))


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(chen: Browser, submit: Submit, formula: str) -> None:
    submit(formula)

    in_csv = [cell for row in table(export(chen)) for cell in row]
    book = CalamineWorkbook.from_filelike(BytesIO(export(chen, format="xlsx")))
    in_book = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]

    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in in_csv)
    assert any(formula in str(cell) for cell in in_book)
    assert all(isinstance(cell, str) for cell in in_book)


def test_taking_it_out_asks_for_proof(chen: Browser, clock: Clock, opened: Opened) -> None:
    clock.advance(minutes=6)

    assert chen.post(f"{TRAIL}/export", {"format": "csv"}).status_code == 401
    with opened() as session:
        assert session.scalars(select(Audit).where(Audit.action == "audit.export")).all() == []


def test_an_unknown_format_is_a_bad_form(chen: Browser) -> None:
    assert chen.post(f"{TRAIL}/export", {"format": "exe"}).status_code == 400


# ------------------------------------------------------------ the chain


def test_a_chain_that_holds_is_said_to_hold(chen: Browser, returned: int) -> None:
    page = text_of(chen.post(f"{TRAIL}/check"))

    assert "留痕完整，没有被改动" in page
    assert "3 条逐条核对" in page


def test_a_row_that_was_changed_by_hand_is_told(
    chen: Browser, returned: int, opened: Opened
) -> None:
    with opened() as session:
        session.execute(update(Audit).where(Audit.id == 2).values(actor="staff:9"))

    page = text_of(chen.post(f"{TRAIL}/check"))

    assert "留痕有 1 处对不上" in page
    assert "altered audit 2" in page


def test_what_somebody_wrote_stays_words_here_too(chen: Browser, submit: Submit) -> None:
    submit("<script>alert(1)</script>")

    assert "<script>alert" not in chen.get(TRAIL).text


@pytest.mark.parametrize(
    "kind", [ContestPlan, RoundPlan, PanelPlan, DrawPlan, AwardPlan, Wanted, Saying, UnitBefore]
)
def test_what_is_planned_asked_for_or_brought_is_told_in_chinese(kind: Any) -> None:
    assert [one.name for one in fields(kind) if one.name not in words.FACTS] == []


def test_of_a_plan_only_what_is_different_is_told() -> None:
    plan = {"title": "学党章", "attempts": 1, "make_up": False}
    facts = {"before": plan, "after": plan | {"attempts": 2, "make_up": True}}
    entry = Entry(1, NOON, "staff:1", "contest.change", "contest-plan:1", facts)

    assert words.before_and_after(entry) == ("每天几次 1；可以补答 否", "每天几次 2；可以补答 是")


def test_how_many_were_decided_together_is_told_of_entries() -> None:
    facts = {"before": "waiting", "after": "approved", "pile": 1001, "of": 3}
    entry = Entry(1, NOON, "staff:1", "motto.approve", "motto:1002", facts)

    assert words.others(entry) == ["同组第一条（编号）：1001", "一起办的条数：3"]


def test_every_deed_that_has_words_fits_the_column() -> None:
    assert max(map(len, words.DEEDS)) <= Audit.action.type.length
