"""The overview: each day and each unit, drawn and in tables; and lists that are taken out."""

import csv
import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO, StringIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from bot.console import wording
from bot.console.exports import wording as words
from bot.console.exports.lists import sheet_of
from bot.domain.draws import DrawPlan
from bot.domain.identity import campaign_day
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import Audit, Member, Motto, Score
from tests.builders import NOON, key, said
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, Submit, signed_in
from tests.domain.test_item_analysis import answered

pytestmark = pytest.mark.slow

PAGE = "/admin/overview"
FORMULA = '=HYPERLINK("http://e","x")座右铭一二三'


@pytest.fixture
def chen(app: Flask, transaction: Transaction) -> Browser:
    """The browser of 陈组织, an organiser."""
    return signed_in(app, transaction, "陈组织", Role.ORGANISER)


@pytest.fixture
def played(opened: Opened, submit: Submit, transaction: Transaction, clock: Clock) -> None:
    """Three members answered today, one of them half of it right; one motto, two votes."""
    with opened() as session:
        for name, choices in (("a", "AA"), ("b", "AB"), ("c", "BB")):
            answered(session, name, *choices)
    number = submit("愿做一块砖，哪里需要哪里搬")
    with transaction() as services:
        services.moderation.decide(number, 1, 1)
    clock.advance(minutes=2)
    for voter in ("x", "y"):
        with transaction() as services:
            services.votes.cast(key(voter), number, clock.now, said("投").delivery)


# ------------------------------------------------------------ the page


@pytest.mark.usefixtures("played")
def test_each_day_stands_drawn_and_as_a_row(viewer: Browser) -> None:
    page = viewer.get(PAGE)

    told = text_of(page)
    assert "累计参加 3 人" in told
    assert "今天到现在 3 人答题" in told
    assert re.search(r"今天 3 3 \d+% 1 2", told)
    assert "12月1日 0 0 — 0 0" in told
    assert page.text.count("data-chart") == len(wording.CHARTS)
    assert "每天投票，从12月1日到12月5日，最高 2 票；每天的数在下面的表里" in page.text
    assert "每天投票 最高 2 票" in told
    assert "农业局 0 / 120 0.0%" in told


def test_without_answers_without_a_beginning_and_without_a_contest_the_page_says_what_is_next(
    viewer: Browser, opened: Opened, clock: Clock
) -> None:
    told = text_of(viewer.get(PAGE))
    assert "累计参加 0 人" in told
    assert told.count("到现在还没有") == 4

    clock.now = NOON.replace(month=11, day=20)
    assert "竞赛还没有开始" in text_of(viewer.get(PAGE))


def test_a_contest_that_is_not_there_shows_the_one_in_force(viewer: Browser) -> None:
    assert viewer.get(f"{PAGE}?contest=4711").text == viewer.get(PAGE).text


# ------------------------------------------------------------ the lists


def draw(transaction: Transaction, opened: Opened, clock: Clock) -> None:
    """One of two who took part has won, one stands in reserve."""
    with opened() as session:
        for name in "ab":
            taken_part = {"contest_id": 1, "points": 2, "days": 1, "reached_at": NOON}
            session.add(Score(member_key=key(name), **taken_part))
    now, day = clock.now, campaign_day(clock.now)
    plan = DrawPlan(
        title="学习之星抽签", prize="纪念书", winners=1, reserves=1, least_days=1,
        number_from="开奖号码", number_due=day + timedelta(2), fetch_until=day + timedelta(9),
    )  # fmt: skip
    with transaction() as services:
        number = services.draws.publish(plan, 1)
    clock.advance(days=3)
    with transaction() as services:
        services.draws.draw(number, "583", 1)
    clock.now = now


def taken(browser: Browser, name: str, format_: str = "csv", **more: object) -> bytes:
    view = {"entries": "words", "letters": "words"}.get(name, name)
    view = view if view in ("words", "listed", "people") else "figures"
    fields = {"list": name, "format": format_} | more
    response = browser.post(f"/admin/export/{view}", fields)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment;")
    return bytes(response.data)


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("name", words.LISTS)
def test_each_list_is_taken_out_and_says_who_took_it_and_so_does_the_trail(
    app: Flask, opened: Opened, transaction: Transaction, clock: Clock, name: str
) -> None:
    chen = signed_in(app, transaction, "陈组织", Role.OWNER)
    with transaction() as services:
        services.tickets.open(key("a"), "help", "看不清字", said("x").delivery)
    draw(transaction, opened, clock)

    content = taken(chen, name, of=1)

    rows = table(content)
    assert rows[0] == list(words.COLUMNS[name])
    assert len(rows) > 2
    assert all(len(row) == len(rows[0]) for row in rows[1:-1])
    titles = {"days": "我们的十三五", "units": "我们的十三五", "draw": "学习之星抽签"}
    titles |= dict.fromkeys(("letters", "listed", "people"), "")
    title = titles.get(name, "座右铭评选")
    told = f"《{title}》" if title else "没有"
    assert rows[-1][0].startswith(f"陈组织 于 2026年12月5日 12:02:00 导出，筛选：{told}，")
    assert rows[-1][0].endswith(f"，{len(rows) - 2} 条")
    with opened() as session:
        row = session.scalars(select(Audit).where(Audit.action == "list.export")).one()
    assert (row.actor, row.subject) == ("staff:1", f"list:{name}")
    assert row.facts == ({"of": 1} if title else {}) | {
        "count": len(rows) - 2, "format": "csv", "sha256": sha256(content).hexdigest(),
    }  # fmt: skip
    assert f"导出清单 {words.LISTS[name]}" in text_of(chen.get("/admin/trail"))


def test_in_no_list_is_a_cell_a_formula_or_a_name_whole(
    chen: Browser, submit: Submit, opened: Opened, transaction: Transaction
) -> None:
    submit("一句平常的座右铭就好了", signature="full")
    with opened() as session:
        session.execute(update(Motto).values(words=FORMULA))
        session.execute(update(Member).values(name="欧阳秀兰"))
    with transaction() as services:
        services.tickets.open(key("author-1"), "help", FORMULA, said("x").delivery)

    for name in ("entries", "letters"):
        in_csv = [cell for row in table(taken(chen, name, of=1)) for cell in row]
        book = CalamineWorkbook.from_filelike(BytesIO(taken(chen, name, "xlsx", of=1)))
        in_book = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in in_csv)
        assert f"'{FORMULA}" in in_csv
        assert FORMULA in in_book
        assert "欧***" in in_csv
        assert not any("秀兰" in str(cell) for cell in [*in_csv, *in_book])


def test_names_of_colleagues_are_masked_unless_they_are_asked_for(
    app: Flask, transaction: Transaction, opened: Opened
) -> None:
    owner = signed_in(app, transaction, "欧阳秀兰", Role.OWNER)

    masked, whole = taken(owner, "people"), taken(owner, "people", full_names="1")

    assert table(masked)[1][:2] == ["欧***", "负责人"]
    assert table(whole)[1][0] == "欧阳秀兰"
    assert "筛选：账号名写全，" in table(whole)[-1][0]
    with opened() as session:
        rows = session.scalars(select(Audit.facts).where(Audit.action == "list.export")).all()
    assert [row.get("full_names") for row in rows] == [None, True]


def test_accounts_are_taken_out_by_owners_alone_and_with_proof(
    app: Flask, transaction: Transaction, chen: Browser, li: Browser, clock: Clock
) -> None:
    fields = {"list": "people", "format": "csv"}
    owner = signed_in(app, transaction, "孙负责", Role.OWNER)
    clock.advance(minutes=6)

    assert owner.post("/admin/export/people", fields).status_code == 401
    for browser in (chen, li):
        assert browser.post("/admin/export/people", fields).status_code == 403


def test_words_are_taken_out_only_with_proof_and_not_by_who_only_looks(
    li: Browser, viewer: Browser, clock: Clock
) -> None:
    clock.advance(minutes=6)

    assert li.post("/admin/export/words", {"list": "letters", "format": "csv"}).status_code == 401
    assert li.post("/admin/export/figures", {"list": "votes", "format": "csv"}).status_code == 200
    for view, name in (("words", "letters"), ("figures", "votes")):
        answer = viewer.post(f"/admin/export/{view}", {"list": name, "format": "csv"})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "fields",
    [{"list": "letters", "format": "csv"}, {"list": "days", "format": "exe"}, {"format": "csv"},
     {"list": "days", "format": "csv", "of": "x"}],
)  # fmt: skip
def test_what_is_no_list_is_a_bad_form(chen: Browser, fields: dict[str, str]) -> None:
    assert chen.post("/admin/export/figures", fields).status_code == 400


def test_a_list_of_nothing_has_its_columns_alone(transaction: Transaction, opened: Opened) -> None:
    with transaction(read_only=True) as services:
        empty = [name for name in words.LISTS if not list(sheet_of(name, services, None).rows)]
    # The list of words begins as it comes with the program.
    assert [name for name in words.LISTS if name not in empty] == ["listed"]
