"""Bringing questions in: a file is looked over, taken in whole or not at all, and only once."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from bot.console import bringing
from bot.console.security import MOST_BYTES, PREFIX, UPLOADS
from bot.domain.audit import SYSTEM
from bot.domain.bank import BankState, Brought
from bot.domain.bank_search import Wanted
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.uploads import Holds
from bot.storage.tables import Audit
from quiz_bank import Question
from quiz_bank.formats.exporting import FORMATS
from tests.board import written_down
from tests.builders import a_campaign, a_question
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, signed_in
from tests.console.test_security import PAYLOADS, sealed
from tests.console.test_security import shown as escaped
from tests.quiz_bank.formats.files import HEADER, SOUND, book

pytestmark = pytest.mark.slow

IMPORT = "/admin/questions/import"
HEAD = "题库编号,题型,题干,选项A,选项B,答案,解析,出处\n"
ONE = "K1,单选题,五中全会在哪里？,北京,上海,A,在北京。,公报\n"
TWO = "K2,判断题,五中全会在北京。,,,对,,\n"
ESSAY = "K3,简答题,谈谈体会。,,,略,,\n"
PASTED = "1. 五中全会在哪里举行？（B）\nA. 上海　B. 北京\n解析：在北京举行。\n出处：公报\n"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The small campaign in a database that the thread which reads can share."""
    engine = written_down(a_campaign, tmp_path / "sibian.db")
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever brings a file waits until it is read, however busy the machine is."""
    monkeypatch.setattr(bringing, "SHORT", 60)


@pytest.fixture
def editor(app: Flask, transaction: Transaction) -> Browser:
    """The browser of 陈出题, who keeps the questions."""
    return signed_in(app, transaction, "陈出题", Role.EDITOR)


def bring(browser: Browser, content: str | bytes, name: str = "题库.csv") -> TestResponse:
    """Bring a file, wait until it is read, and look at what it holds."""
    data = content.encode() if isinstance(content, str) else content
    response = browser.post(IMPORT, {"file": (BytesIO(data), name)})
    assert response.status_code == 303, text_of(response)
    return browser.get(response.location, follow_redirects=True)


def fields_of(preview: TestResponse, **ticked: str) -> dict[str, str]:
    fields = dict(re.findall(r'name="(token|seen|form_token)" value="([0-9a-f]+)"', preview.text))
    return fields | ticked


def take(browser: Browser, preview: TestResponse, **ticked: str) -> TestResponse:
    return browser.post_bare(f"{IMPORT}/take", fields_of(preview, **ticked))


def drafts(transaction: Transaction) -> list[str]:
    with transaction(read_only=True) as services:
        found = services.bank_search.questions(Wanted(state=BankState.DRAFT))
    return [question.code for question in found]


def kept(transaction: Transaction, *questions: Question) -> None:
    with transaction() as services:
        brought = [Brought(question) for question in questions]
        services.bank.bring_in(brought, BankState.PUBLISHED, SYSTEM)


# ------------------------------------------------------------ looking it over


def test_a_file_is_looked_over_before_anything_is_taken_in(
    editor: Browser, transaction: Transaction
) -> None:
    page = text_of(bring(editor, HEAD + ONE + TWO))

    assert "题库.csv 读出 2 道 新题 2 道 题库里有，一样 0 道" in page
    assert "五中全会在哪里？ A. 北京 B. 上海 单选题 答案 A 第2行" in page
    assert "缺解析或出处的题 1 道" in page
    assert "收进题库（草稿）" in page
    assert drafts(transaction) == []


def test_words_can_be_pasted_instead(editor: Browser, transaction: Transaction) -> None:
    response = editor.post(IMPORT, {"text": PASTED.replace("\n", "\r\n")})
    preview = editor.get(response.location)
    take(editor, preview)

    assert "粘贴的文字 读出 1 道" in text_of(preview)
    assert len(drafts(transaction)) == 1


@pytest.mark.parametrize("ending", FORMATS)
def test_what_was_taken_out_of_the_bank_is_known_again(
    editor: Browser, transaction: Transaction, ending: str
) -> None:
    kept(transaction, *(questions := [a_question("N1"), a_question("N2", "judge")]))

    page = text_of(bring(editor, FORMATS[ending](questions), f"题库{ending}"))

    assert "新题 0 道 题库里有，一样 2 道" in page
    assert "没有要收进的新题" in page


def test_what_is_wrong_is_told_with_its_place_and_nothing_can_be_taken_in(
    editor: Browser, transaction: Transaction
) -> None:
    preview = bring(editor, HEAD + ONE + "K2,判断题,在北京。,,,大概,,\n" + ONE)
    page = text_of(preview)

    assert "文件里重复 1 道 聊天里答不了 0 道 要改的地方 3 处" in page
    assert '第3行F列（答案） 判断题的答案要写"对"或"错"。' in page
    assert "题干和另一题一样：第2行" in page
    assert "收进题库" not in page
    assert take(editor, preview, token="0" * 32, seen="0" * 32).status_code == 409
    assert drafts(transaction) == []


def test_a_workbook_is_told_by_sheet_row_and_column(editor: Browser) -> None:
    wrong = tuple("" if name == "答案" else cell for name, cell in zip(HEADER, SOUND, strict=True))

    page = text_of(bring(editor, book(HEADER, SOUND, wrong), "题库.xlsx"))

    assert re.search(r"“\S+”第3行[A-Z]列（答案）|第3行[A-Z]列（答案）", page)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7", "PDF文件"),
        (b"\0" * 50, "空文件"),
        (b"PK\x03\x04xl/workbook.xml", "已经损坏"),
        ("题干,答案\n" + "".join(f"第{n}题。,对\n" for n in range(1_001)), "一次最多收1000道题"),
    ],
)
def test_what_can_not_be_read_is_refused_plainly(
    editor: Browser, content: str | bytes, said: str
) -> None:
    page = bring(editor, content, "不对的.xlsx")

    assert page.status_code == 422
    assert "不对的.xlsx 读不了" in text_of(page)
    assert said in text_of(page)


def test_nothing_at_all_is_said_at_once(editor: Browser) -> None:
    response = editor.post(IMPORT, {"text": " \r\n", "file": (BytesIO(b""), "")})

    assert response.status_code == 422
    assert "还没有选文件，也没有粘贴文字" in text_of(response)


def test_whoever_waits_sees_how_far_it_is(
    editor: Browser, transaction: Transaction, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(bringing.Reader, "begin", lambda *_: None)

    begun = bring(editor, HEAD + ONE)
    with transaction() as services:
        upload = services.uploads.of(1, Holds.QUESTIONS)
        assert upload is not None
        services.uploads.note(upload.token, done=120, total=300)
    later = editor.get(f"{IMPORT}/preview")
    clock.advance(seconds=60)
    stopped = editor.get(f"{IMPORT}/preview")

    assert "正在读文件" in text_of(begun)
    assert 'http-equiv="refresh"' in begun.text
    assert "正在核对，120 / 300 道" in text_of(later)
    assert 'value="120" max="300"' in later.text
    assert "没有读完就中断了" in text_of(stopped)


def test_a_later_file_takes_the_place_of_an_earlier(
    editor: Browser, transaction: Transaction
) -> None:
    first = bring(editor, HEAD + ONE)
    second = bring(editor, HEAD + TWO)

    late = take(editor, first)
    assert late.status_code == 409
    assert "这份预览已经过期" in text_of(late)
    assert take(editor, second).status_code == 303
    assert drafts(transaction) == ["K2"]


def test_a_file_that_waits_can_be_looked_at_again_or_dropped(
    editor: Browser, transaction: Transaction
) -> None:
    preview = bring(editor, HEAD + ONE)

    assert "题库.csv 还没有收进" in text_of(editor.get(IMPORT))
    assert take(editor, preview, drop="1").location == IMPORT
    assert "还没有收进" not in text_of(editor.get(IMPORT))
    assert editor.get(f"{IMPORT}/preview").location == IMPORT
    assert drafts(transaction) == []


# ------------------------------------------------------------ taking it in


def test_what_is_taken_in_is_a_draft_with_its_trail(
    editor: Browser, transaction: Transaction, opened: Opened
) -> None:
    response = take(editor, bring(editor, HEAD + ONE + TWO))
    page = text_of(editor.get(response.location))

    assert "收进 2 道新题，都是草稿。审过再发布。" in page
    assert drafts(transaction) == ["K1", "K2"]
    with opened() as session:
        rows = session.execute(select(Audit.action, Audit.actor, Audit.facts).order_by(Audit.id))
        trail = [row for row in rows if row.action.startswith("question.")]
    assert [row.action for row in trail] == ["question.import"] * 2 + ["question.take_in"]
    assert {row.actor for row in trail} == {"staff:1"}
    assert (trail[-1].facts["new"], trail[-1].facts["left_out"]) == (2, 0)


def test_two_clicks_take_it_in_once(editor: Browser, transaction: Transaction) -> None:
    preview = bring(editor, HEAD + ONE)

    first, second = take(editor, preview), take(editor, preview)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert drafts(transaction) == ["K1"]


def test_two_clicks_at_once_take_it_in_once(
    app: Flask, editor: Browser, transaction: Transaction, opened: Opened
) -> None:
    fields = fields_of(bring(editor, HEAD + ONE + TWO))
    twin = Browser(app)
    twin.client.set_cookie("sibian", editor.cookie or "")

    with ThreadPoolExecutor(2) as pool:
        outcomes = pool.map(
            lambda browser: browser.post_bare(f"{IMPORT}/take", fields), (editor, twin)
        )
        statuses = [response.status_code for response in outcomes]

    assert statuses == [303, 303]
    assert drafts(transaction) == ["K1", "K2"]
    with opened() as session:
        taken = select(Audit.id).where(Audit.action == "question.take_in")
        assert len(session.scalars(taken).all()) == 1


def test_what_no_chat_can_hold_stays_out_only_when_that_is_said(
    editor: Browser, transaction: Transaction
) -> None:
    preview = bring(editor, HEAD + ONE + ESSAY)

    refused = take(editor, preview)
    taken = take(editor, preview, leave_out="1")

    assert "第3行 聊天里答不了简答、论述一类的题。请改成单选" in text_of(preview)
    assert (refused.status_code, taken.status_code) == (409, 303)
    assert "聊天里答不了的题不收”前面打勾" in text_of(refused)
    assert drafts(transaction) == ["K1"]


def test_what_the_bank_has_stays_as_it_is_unless_that_is_said(
    editor: Browser, transaction: Transaction
) -> None:
    kept(transaction, a_question("K1", stem="五中全会在哪里？"))
    kept(transaction, a_question("X9", stem="五中全会在北京"))
    file = HEAD + ONE + TWO + "K4,判断题,五中全会在上海。,,,错,在北京。,公报\n"

    preview = bring(editor, file)
    take(editor, preview)
    left = drafts(transaction)
    again = bring(editor, file)
    response = take(editor, again, revise="1")

    page = text_of(preview)
    assert "题库里有，不一样 2 道" in page
    assert "第2行 编号K1在题库里已经有了，内容不一样：五中全会在哪里？" in page
    assert "第3行 题库里已经有这道题，编号X9：五中全会在北京。" in page
    assert left == ["K4"]
    assert "改写 1 道，都是草稿" in text_of(editor.get(response.location))
    assert sorted(drafts(transaction)) == ["K1", "K4"]


def test_when_the_bank_has_changed_meanwhile_it_is_looked_over_again(
    editor: Browser, transaction: Transaction
) -> None:
    preview = bring(editor, HEAD + ONE)
    kept(transaction, a_question("K7", stem="五中全会在哪里？"))

    response = take(editor, preview)

    assert response.status_code == 409
    assert "题库刚才有变化" in text_of(response)
    assert "题库里已经有这道题，编号K7" in text_of(response)
    assert drafts(transaction) == []


# ------------------------------------------------------------ who may, and how much


def test_a_file_is_read_from_who_may_bring_one_alone(
    app: Flask, li: Browser, viewer: Browser, transaction: Transaction
) -> None:
    stranger = Browser(app)
    token = stranger.form_token()
    small, large = b"x" * 1_000, b"x" * (MOST_BYTES + 1)

    for browser, form_token, refused in (
        (stranger, token, 303),
        (li, li.form_token(), 403),
        (viewer, viewer.form_token(), 403),
    ):
        for content, status in ((small, refused), (large, 413)):
            fields = {"form_token": form_token, "file": (BytesIO(content), "x.csv")}
            response = browser.post_bare(IMPORT, fields)
            assert response.status_code == status
            sealed(response)
    with transaction(read_only=True) as services:
        assert [services.uploads.of(staff, Holds.QUESTIONS) for staff in (1, 2)] == [None, None]


def test_the_sample_nginx_lets_through_what_the_console_takes() -> None:
    sample = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text("utf-8")
    # With a slash at its end nginx would send the page of the queue, /admin, to /admin/.
    console = re.search(rf"location {PREFIX} {{(.*?)\n    }}", sample, re.DOTALL)
    assert console
    most = re.search(r"client_max_body_size (\d+)m;", console[1])
    assert most

    assert int(most[1]) * 2**20 > max(UPLOADS.values())


def test_a_file_without_the_token_of_its_form_is_not_read(editor: Browser) -> None:
    response = editor.post_bare(IMPORT, {"file": (BytesIO(ONE.encode()), "x.csv")})

    assert response.status_code == 403
    assert editor.get(f"{IMPORT}/preview").location == IMPORT


def test_a_file_of_more_than_five_megabytes_is_refused(editor: Browser) -> None:
    kind = "multipart/form-data; boundary=x"
    response = editor.client.post(IMPORT, data=bytes(6 * 2**20), content_type=kind)

    assert response.status_code == 413


def test_nobody_sees_or_takes_in_what_another_brought(
    app: Flask, editor: Browser, transaction: Transaction
) -> None:
    other = signed_in(app, transaction, "周组织", Role.ORGANISER)
    preview = bring(editor, HEAD + ONE)
    fields = fields_of(preview) | {"form_token": other.form_token()}

    assert other.get(f"{IMPORT}/preview").location == IMPORT
    assert other.post_bare(f"{IMPORT}/take", fields).status_code == 409
    assert drafts(transaction) == []


@pytest.mark.parametrize("fields", [{}, {"token": "x", "seen": "0" * 32}, {"token": "0" * 32}])
def test_a_form_that_is_no_form_of_ours_is_refused(editor: Browser, fields: dict[str, str]) -> None:
    assert editor.post(f"{IMPORT}/take", fields).status_code == 400


def test_what_a_file_says_stays_words(editor: Browser, transaction: Transaction) -> None:
    quoted = ['"' + payload.replace('"', '""') + '"' for payload in PAYLOADS]
    sound = [f",判断题,{words},,,对,{words},{words}\n" for words in quoted]
    faulty = [f",{words},{words},,,{words},,\n" for words in quoted]

    pages = [
        bring(editor, HEAD + "".join(sound), "<img src=x onerror=alert(1)>.csv"),
        editor.get(IMPORT),
        bring(editor, HEAD + "".join(faulty)),
    ]

    raw = [payload for payload in PAYLOADS if "<" in payload or '"' in payload]
    for page, payload in product(pages, raw):
        assert payload not in page.text
    assert "&lt;img src=x onerror=alert(1)&gt;.csv" in pages[0].text
    assert escaped(PAYLOADS[0]) in pages[0].text
