"""The questions of a contest with their figures: listed, put in order, shown on their own page."""

import re

import pytest

from bot.domain import item_analysis
from bot.domain.services import Transaction
from bot.storage.tables import Score
from tests.builders import NOON, key
from tests.console.browser import Browser, text_of
from tests.console.conftest import Opened
from tests.domain.test_item_analysis import answered, some_papers

pytestmark = pytest.mark.slow


def codes(browser: Browser, address: str) -> list[str]:
    return re.findall(r"<bdi>(Q\d+)</bdi>", browser.get(address).text)


def test_before_the_first_answer_the_page_says_what_will_be_here(viewer: Browser) -> None:
    assert "还没有人答题" in text_of(viewer.get("/admin/questions/analysis"))


def test_where_not_everybody_is_looked_at_the_pages_say_so(
    viewer: Browser, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_analysis, "MOST", 4)
    with opened() as session:
        some_papers(session)
        score = {"contest_id": 1, "points": 0, "days": 1, "reached_at": NOON}
        session.add(Score(member_key=key("m0"), **score))

    for address in ("/admin/questions/analysis", "/admin/questions/1"):
        assert "这里看的是随机抽出的约 80% 的人" in text_of(viewer.get(address))


def test_every_question_stands_with_its_figures_and_the_size_of_its_sample(
    viewer: Browser, opened: Opened
) -> None:
    with opened() as session:
        some_papers(session)

    page = text_of(viewer.get("/admin/questions/analysis"))

    assert "3 道题有人答过， 0 道存疑" in page
    assert "题目Q000？ Q000 单选题 不到 30 人次，只供参考 人次 6 答对率 50% 区分度 −0.33" in page


def test_what_is_doubtful_comes_first_and_says_why(viewer: Browser, opened: Opened) -> None:
    with opened() as session:
        for n in range(30):
            answered(session, f"m{n}", "B" if n < 20 else "A", "A" if n < 20 else "B", "A")

    page = text_of(viewer.get("/admin/questions/analysis"))

    assert codes(viewer, "/admin/questions/analysis")[:2] == ["Q001", "Q002"]
    assert "存疑：选某个错误选项的人比答对的还多" in page
    assert "存疑：答对的不到 20%，太难或有歧义" in page
    assert "存疑：答得好的人反而更容易错，答案可能标错了" in page


def test_a_link_puts_the_questions_in_another_order(viewer: Browser, opened: Opened) -> None:
    with opened() as session:
        answered(session, "one", "A", "B", "B")
        answered(session, "two", "A", "B", "A")

    page = "/admin/questions/analysis?sort="

    assert codes(viewer, f"{page}facility") == ["Q000", "Q002", "Q001"]
    assert codes(viewer, f"{page}facility&down=1") == ["Q001", "Q002", "Q000"]
    assert codes(viewer, f"{page}nonsense&contest=99") == codes(viewer, f"{page}doubts")
    assert "sort=facility&amp;down=1" in viewer.get(f"{page}facility").text


def test_a_question_shows_what_was_chosen_how_often(
    viewer: Browser, opened: Opened, transaction: Transaction
) -> None:
    with opened() as session:
        some_papers(session)

    page = viewer.get("/admin/questions/1")

    assert "答得怎样： 我们的十三五 答题 6 人次 答对率 50%" in text_of(page)
    assert "A 甲 2 33% B 乙 ✔ 答案 3 50% C 丙 1 17%" in text_of(page)
    assert "一般用时 20 秒 （6 次）" in text_of(page)
    assert "（Lord & Novick，1968）" in text_of(page)
    assert '<rect class="figures-good" width="50.0"' in page.text
