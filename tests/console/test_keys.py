"""A wrong key in the console: proposed by one, seen in a dry run, released by another."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.withholding import Withholdings
from bot.storage.tables import Audit, Contest, Notice, Score
from tests.builders import NOON, a_member, key
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, signed_in
from tests.domain.test_regrading import LATER, answered, finished

pytestmark = pytest.mark.slow


@pytest.fixture
def editor(app: Flask, transaction: Transaction) -> Browser:
    return signed_in(app, transaction, "陈出题", Role.EDITOR)


@pytest.fixture
def organiser(app: Flask, transaction: Transaction) -> Browser:
    return signed_in(app, transaction, "周组织", Role.ORGANISER)


@pytest.fixture
def three(opened: Opened, transaction: Transaction) -> None:
    """Zhang answered as the wrong key says, Li as it should be, Chen neither."""
    with opened() as session:
        for name, choices in (("zhang", "BB"), ("li", "CB"), ("chen", "AB")):
            answered(session, name, choices)


def propose(browser: Browser, **fields: str) -> tuple[int, str]:
    typed = {
        "wording": "1",
        "answer": "C",
        "explanation": "应为丙。",
        "reason": "原文核对有误",
    } | fields
    response = browser.post("/admin/questions/1/key", typed)
    return response.status_code, response.location or text_of(response)


@pytest.mark.usefixtures("three")
def test_a_wrong_key_is_mended_by_two(
    editor: Browser, organiser: Browser, opened: Opened, clock: Clock
) -> None:
    question = editor.get("/admin/questions/1").text
    assert "/admin/questions/1/key?wording=1" in question
    assert "现在的答案" in editor.get("/admin/questions/1/key?wording=1").text

    assert propose(editor) == (303, "/admin/regrades/1")
    seen = text_of(editor.get("/admin/regrades/1"))
    assert re.search(r"影响 2 人：\+2 分 1 人，−2 分 1 人；前 20 名变动 [23] 处", seen)
    assert "原来： B 改为： C" in seen
    assert "要请另一位同志来发布。" in seen
    refused = editor.post("/admin/regrades/1/release")
    assert (refused.status_code, "要请另一位同志发布" in text_of(refused)) == (409, True)

    clock.advance(minutes=2)
    for _ in range(2):
        assert organiser.post("/admin/regrades/1/release").location == "/admin/regrades/1"
    assert "已改判 0 份答案，还有 2 人" in text_of(organiser.get("/admin/regrades/1"))
    with opened() as session:
        finished(session, 1)
    assert "已改判 2 份答案，全部完成。" in text_of(organiser.get("/admin/regrades/1"))
    with opened() as session:
        assert session.get_one(Score, (key("li"), 1)).points == 4
        assert session.scalar(select(func.count()).select_from(Notice)) == 2
        deeds = session.scalars(select(Audit.action).where(Audit.subject == "regrade:1")).all()
        assert deeds == ["regrade.propose", "regrade.release", "regrade.finish"]
    page = text_of(editor.get("/admin/questions/1"))
    assert "改判：已改判 改答案" in page
    assert "C 丙 ✔ 答案 1" in page


@pytest.mark.usefixtures("three")
def test_whether_it_only_adds_is_printed_with_the_release(editor: Browser) -> None:
    propose(editor, only_adds="1")

    page = text_of(editor.get("/admin/regrades/1"))

    assert "只加不减 ：发布以前按原来的答案得了分的，不扣回。" in page
    assert "影响 1 人：+2 分 1 人；" in page


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"answer": "B"}, "答案和现在的一样"),
        ({"answer": "H"}, "H"),
        ({"answer": ""}, "答案"),
    ],
)
def test_a_key_that_will_not_do_is_said_so_and_nothing_is_proposed(
    editor: Browser, fields: dict[str, str], words: str
) -> None:
    status, page = propose(editor, **fields)

    assert (status, words in page) == (422, True)
    assert editor.get("/admin/regrades/1").status_code == 404


@pytest.mark.usefixtures("three")
def test_a_proposal_can_be_dropped_and_made_again(editor: Browser) -> None:
    propose(editor)
    assert "还没做完" in propose(editor)[1]

    assert editor.post("/admin/regrades/1/withdraw").status_code == 303

    assert propose(editor)[0] == 303


@pytest.mark.usefixtures("three")
def test_a_wording_of_another_question_is_not_to_be_had(editor: Browser) -> None:
    assert propose(editor, wording="2")[0] == 404
    assert editor.get("/admin/questions/1/key").status_code == 404
    assert editor.get("/admin/questions/9999/key?wording=1").status_code == 404


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("reason", ["", "为" * 61])
def test_everybody_is_told_why_a_key_was_mended(editor: Browser, reason: str) -> None:
    status, page = propose(editor, reason=reason)

    assert status == 422
    assert "为什么改" in page


@pytest.mark.usefixtures("three")
def test_the_reason_for_all_to_read_stands_with_the_proposal(editor: Browser) -> None:
    propose(editor)

    assert "公开的原因： 原文核对有误" in text_of(editor.get("/admin/regrades/1"))


# ------------------------------------------------------------ called faulty


@pytest.fixture
def withheld(opened: Opened, transaction: Transaction) -> None:
    """Two members have called the first question faulty, and Li has answered it since."""
    with opened() as session:
        session.execute(update(Contest).values(report_limit=2))
        for name in ("one", "two"):
            Withholdings(session, NOON).report(a_member(session, name), 1)
        answered(session, "li", "BB")


@pytest.mark.usefixtures("withheld")
def test_a_question_whose_points_are_withheld_stands_where_colleagues_look(
    editor: Browser, viewer: Browser
) -> None:
    for address in ("/admin/tickets", "/admin/questions/analysis"):
        page = text_of(viewer.get(address))
        assert "1 道题暂缓给分，等人核对 题目Q000？ 2 人说有错， 刚刚 起暂缓，1 份答案等着" in page
    page = text_of(editor.get("/admin/questions/1"))
    assert "2 人说这道题有错， 刚刚 起，答它的先不给分；现在 1 份答案等着" in page
    seen = viewer.get("/admin/questions/1")
    assert "由负责人、组织者或出题员核对" in text_of(seen)
    assert "题目没错，补上分数" not in seen.text
    assert viewer.post("/admin/questions/1/restore", {"wording": "1"}).status_code == 403


@pytest.mark.usefixtures("withheld")
def test_who_finds_it_right_lets_the_points_follow(
    editor: Browser, opened: Opened, clock: Clock
) -> None:
    for _ in range(2):
        done = editor.post("/admin/questions/1/restore", {"wording": "1"})
        assert (done.status_code, done.location) == (303, "/admin/questions/1")
    page = text_of(editor.get("/admin/questions/1"))
    assert "由 陈出题 核对，正在补分，还有 1 份答案，不用守着。" in page
    clock.advance(minutes=2)
    with opened() as session:
        while Withholdings(session, LATER).go_on(1):
            pass

    assert "分数都补上了。" in text_of(editor.get("/admin/questions/1"))
    assert "暂缓给分" not in text_of(editor.get("/admin/tickets"))
    with opened() as session:
        assert session.get_one(Score, (key("li"), 1)).points == 4


def test_what_was_never_withheld_is_no_page(editor: Browser) -> None:
    assert editor.post("/admin/questions/1/restore", {"wording": "1"}).status_code == 404
    assert editor.post("/admin/questions/1/restore", {"wording": "x"}).status_code == 400
