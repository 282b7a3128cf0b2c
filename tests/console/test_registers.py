"""Bringing units and rosters in: looked over, taken in whole or not at all, by who may."""

import re
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from bot.console import bringing
from bot.console.registers import desk
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.unit_import import Brought
from bot.domain.uploads import Holds
from bot.storage.tables import Audit, RosterName, Unit
from bot.unit_files import apart
from quiz_bank.formats.confined import Report
from quiz_bank.formats.found import Progress
from tests.board import written_down
from tests.builders import a_campaign, a_member, key
from tests.console.browser import Browser, text_of
from tests.console.conftest import Opened, signed_in
from tests.console.test_security import PAYLOADS
from tests.unit_files.test_reading import workbook

pytestmark = pytest.mark.slow

IMPORT = "/admin/units/import"
UNITS = "编码,名称,上级编码,人数\nCD-XA,新安社区支部,CD,47\nGH,工会,,12\n"
ROSTER = "单位编码,姓名\nCD-XA,张三\nCD-XA,李四\n"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The small campaign in a database that the thread which reads can share."""
    engine = written_down(a_campaign, tmp_path / "sibian.db")
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read here, which takes no time; tests/unit_files has them read apart."""
    monkeypatch.setattr(bringing, "SHORT", 60)
    for holds in desk.READERS:
        monkeypatch.setitem(desk.READERS, holds, partial(_read, holds))


def _read(holds: Holds, content: bytes, _progress: Progress) -> Report:
    return apart.find(holds, content)


@pytest.fixture
def zhou(app: Flask, transaction: Transaction) -> Browser:
    """The browser of 周组织, an organiser."""
    return signed_in(app, transaction, "周组织", Role.ORGANISER)


def bring(browser: Browser, of: Holds, content: str | bytes, name: str = "表.csv") -> TestResponse:
    """Bring a file, and look at what it would change."""
    data = content.encode() if isinstance(content, str) else content
    response = browser.post(IMPORT, {"of": of, "file": (BytesIO(data), name)})
    assert response.status_code == 303, text_of(response)
    return browser.get(response.location, follow_redirects=True)


def take(browser: Browser, preview: TestResponse, **ticked: str) -> TestResponse:
    pattern = r'name="(token|seen|form_token|of)" value="(\w+)"'
    return browser.post_bare(f"{IMPORT}/take", dict(re.findall(pattern, preview.text)) | ticked)


def listed(opened: Opened) -> set[tuple[int, str]]:
    with opened() as session:
        return {(row.unit_id, row.name) for row in session.scalars(select(RosterName))}


def deeds(opened: Opened) -> list[tuple[str, str, dict[str, int]]]:
    with opened() as session:
        rows = session.scalars(select(Audit).where(Audit.subject.startswith("upload:")))
        return [(row.action, row.actor, row.facts) for row in rows]


def test_units_are_looked_over_then_taken_in_with_their_trail(
    zhou: Browser, opened: Opened
) -> None:
    preview = bring(zhou, Holds.UNITS, UNITS)
    page = text_of(preview)
    with opened() as session:
        before = session.scalars(select(Unit.code)).all()
    done = zhou.get(take(zhou, preview).location)

    assert (
        "读到 2 个 新增 1 个 改动 1 个 没有变化 0 个 文件里没有，保留 2 个 要改的地方 0 处" in page
    )
    assert "新安社区支部 CD-XA 人数 46 → 47" in page
    assert "新增的单位 GH 工会 12 人" in page
    assert "GH" not in before
    assert "单位导入好了：新增 1 个，改动 1 个，没有变化 0 个。" in text_of(done)
    with opened() as session:
        assert session.scalars(select(Unit.headcount).where(Unit.code == "CD-XA")).one() == 47
    assert deeds(opened) == [("units.import", "staff:1", {"new": 1, "changed": 1, "same": 0})]


def test_a_roster_is_looked_over_then_taken_in_with_their_trail(
    zhou: Browser, opened: Opened
) -> None:
    with opened() as session:
        a_member(session, "zhang", unit=2)

    preview = bring(zhou, Holds.ROSTER, ROSTER.replace("张三", "王五"))
    before = listed(opened)
    done = zhou.get(take(zhou, preview).location)

    assert "读到 2 人 单位 1 个 新增 2 人 去掉 0 人 没有变化 0 人" in text_of(preview)
    assert "新安社区支部 CD-XA 李四 、 王五" in text_of(preview)
    assert before == set()
    assert listed(opened) == {(2, "王五"), (2, "李四")}
    assert "1 个单位的名册导入好了：新增 2 人，去掉 0 人" in text_of(done)
    assert "对不上的 1 个" in text_of(done)
    assert "新安社区支部 张三 名册上没有" in text_of(done)
    facts = {"units": 1, "new": 2, "gone": 0, "same": 0}
    assert deeds(opened) == [("roster.import", "staff:1", facts)], "and no name"


def test_who_is_to_go_off_a_roster_is_shown_and_goes_only_when_that_is_said(
    zhou: Browser, opened: Opened
) -> None:
    take(zhou, bring(zhou, Holds.ROSTER, ROSTER))
    preview = bring(zhou, Holds.ROSTER, "单位编码,姓名\nCD-XA,张三\n")

    refused = take(zhou, preview)
    kept = listed(opened)
    take(zhou, preview, let_go="1")

    assert "从名册上去掉 1 人 新安社区支部 CD-XA 李四" in text_of(preview)
    assert refused.status_code == 409
    assert "在“去掉”前面打勾" in text_of(refused)
    assert kept == {(2, "张三"), (2, "李四")}
    assert listed(opened) == {(2, "张三")}


@pytest.mark.parametrize(
    ("of", "content", "said"),
    [
        (Holds.UNITS, UNITS + "X,甲支部,没有,9\n", "第4行C列（上级编码） 上级编码“没有”在文件里"),
        (Holds.UNITS, UNITS + "X,甲支部,,九人\n", "第4行D列（人数） 人数“九人”不对"),
        (Holds.ROSTER, ROSTER + "农业局,王五\n", "第4行A列（单位编码） 单位编码写成了单位名称"),
        (Holds.ROSTER, ROSTER + "NY,3\n", "第4行B列（姓名） “3”不像姓名"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_can_be_taken_in(
    zhou: Browser, opened: Opened, of: Holds, content: str, said: str
) -> None:
    preview = bring(zhou, of, content)
    forced = zhou.post(f"{IMPORT}/take", {"of": of, "token": "0" * 32, "seen": "0" * 32})

    assert "要改的地方 1 处" in text_of(preview)
    assert said in text_of(preview)
    assert 'name="seen"' not in preview.text
    assert forced.status_code == 409
    assert deeds(opened) == []


def test_a_workbook_is_told_by_sheet_row_and_column(zhou: Browser) -> None:
    book = workbook(["单位编码", "姓名"], ["CD-XA", "张三"], ["CD-XA", "合计"])

    assert re.search(r"“\S+”第3行B列（姓名）", text_of(bring(zhou, Holds.ROSTER, book, "册.xlsx")))


def test_what_is_the_same_has_nothing_to_take_in_and_can_be_dropped(zhou: Browser) -> None:
    take(zhou, bring(zhou, Holds.UNITS, UNITS))
    preview = bring(zhou, Holds.UNITS, UNITS)

    dropped = take(zhou, preview, drop="1")

    assert "和已有的完全一样，没有要导入的" in text_of(preview)
    assert dropped.location == IMPORT
    assert zhou.get(f"{IMPORT}/preview?of=units").location == IMPORT


def test_when_the_register_has_changed_meanwhile_it_is_looked_over_again(
    zhou: Browser, transaction: Transaction, opened: Opened
) -> None:
    preview = bring(zhou, Holds.UNITS, UNITS)
    with transaction() as services:
        services.unit_import.bring_in([Brought("GH", "总工会", "", 12)], "system")

    response = take(zhou, preview)

    assert response.status_code == 409
    assert "单位或名册刚才有变化" in text_of(response)
    assert "总工会 GH 名称 总工会 → 工会" in text_of(response)
    assert deeds(opened) == []


def test_two_clicks_take_it_in_once(zhou: Browser, opened: Opened) -> None:
    preview = bring(zhou, Holds.ROSTER, ROSTER)

    first, second = take(zhou, preview), take(zhou, preview)

    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert len(deeds(opened)) == 1


def test_nobody_sees_or_takes_in_what_another_brought(
    app: Flask, zhou: Browser, transaction: Transaction, opened: Opened
) -> None:
    other = signed_in(app, transaction, "吴负责", Role.OWNER)
    preview = bring(zhou, Holds.ROSTER, ROSTER)

    assert other.get(f"{IMPORT}/preview?of=roster").location == IMPORT
    assert take(other, preview, form_token=other.form_token()).status_code == 409
    assert listed(opened) == set()


def test_a_roster_that_waits_is_forgotten_when_somebody_is_erased(
    zhou: Browser, transaction: Transaction, opened: Opened
) -> None:
    preview = bring(zhou, Holds.ROSTER, ROSTER)
    with opened() as session:
        a_member(session, "zhang", unit=2)
    with transaction() as services:
        services.erasure.erase(key("zhang"))

    assert take(zhou, preview).status_code == 409
    assert listed(opened) == set()


def test_what_can_not_be_read_is_refused_plainly_and_nothing_at_all_at_once(zhou: Browser) -> None:
    unread = bring(zhou, Holds.UNITS, b"%PDF-1.7", "文.pdf")
    nothing = zhou.post(IMPORT, {"of": "units", "text": " \r\n"})

    assert (unread.status_code, nothing.status_code) == (422, 422)
    assert "文.pdf 读不了 这不是单位表" in text_of(unread)
    assert "还没有选文件" in text_of(nothing)


def test_a_form_that_is_no_form_of_ours_is_refused(zhou: Browser) -> None:
    assert zhou.post(IMPORT, {"of": "questions", "text": UNITS}).status_code == 400
    assert zhou.post(f"{IMPORT}/take", {"of": "units", "token": "x"}).status_code == 400
    assert zhou.get(f"{IMPORT}/preview?of=questions").status_code == 404


def test_what_a_file_says_stays_words(zhou: Browser) -> None:
    quoted = ['"' + payload.replace('"', '""')[:40] + '"' for payload in PAYLOADS]
    sound = "".join(f"X{n},{words},,\n" for n, words in enumerate(quoted))

    pages = [
        bring(zhou, Holds.UNITS, f"编码,名称\n{sound}", "<img src=x onerror=alert(1)>.csv"),
        bring(zhou, Holds.ROSTER, "单位编码,姓名\n" + "".join(f"{w},{w}\n" for w in quoted)),
        zhou.get(IMPORT),
    ]

    for page in pages:
        for payload in PAYLOADS:
            assert payload not in page.text or not set('<"') & set(payload)
