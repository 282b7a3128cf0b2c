"""The console's results: who may look, ask and take, and what the page says meanwhile."""

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from bot.domain.result_files import ResultFiles
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import Contest, Score
from tests.builders import NOON, a_member
from tests.console.browser import Browser, text_of
from tests.console.conftest import PASSWORD, Clock, Opened, signed_in
from tests.domain.test_item_analysis import answered

pytestmark = pytest.mark.slow

RESULTS = "/admin/results"


@pytest.fixture
def organiser(app: Flask, transaction: Transaction) -> Browser:
    return signed_in(app, transaction, "孙组织", Role.ORGANISER)


def make(transaction: Transaction) -> None:
    """What the worker does."""
    with transaction() as services:
        claimed = services.result_files.claim()
        assert claimed
        for name in ("results.xlsx", "report.docx"):
            services.result_files.keep_piece(claimed[0], name, 0, b"content of " + name.encode())
        services.result_files.finish(claimed[0])


def test_everybody_of_the_staff_sees_the_figures_and_a_viewer_can_take_nothing_out(
    viewer: Browser, opened: Opened
) -> None:
    with opened() as session:
        answered(session, "zhang", "B", "A")

    page = text_of(viewer.get(RESULTS))

    assert "我们的十三五 ： 0 人参加，答题 2 人次，答对率 50.0%" in page
    assert "1 农业局 0 / 120 0.0%" in page
    assert "这个账号只能看" in page
    assert viewer.post(RESULTS, {"contest": 1}).status_code == 403
    assert viewer.post(f"{RESULTS}/file", {"file": "results.xlsx"}).status_code == 403


@pytest.mark.parametrize("address", [RESULTS, "/admin/questions/analysis"])
def test_a_contest_that_is_only_planned_hides_not_the_one_that_runs(
    viewer: Browser, opened: Opened, address: str
) -> None:
    planned = {"points_each": 2, "new_paper_hour": 7}
    with opened() as session:
        answered(session, "zhang", "B", "A")
        session.add(
            Contest(
                title="明年的竞赛", first_day=date(2027, 3, 1), last_day=date(2027, 3, 9), **planned
            )
        )

    page = viewer.get(address)

    assert re.search(r'aria-current="true"><bdi>我们的十三五</bdi>', page.text)
    assert "明年的竞赛" in text_of(page)


def test_who_asks_sees_how_far_it_is_and_takes_the_files(
    organiser: Browser, transaction: Transaction, clock: Clock
) -> None:
    asked = organiser.post(RESULTS, {"contest": 1, "full_names": "1"}, follow_redirects=True)
    assert "排队等候" in text_of(asked)
    clock.advance(seconds=20)
    assert "sibian-worker 是否在运行" in text_of(organiser.get(RESULTS))
    with transaction() as services:
        token, _ = services.result_files.claim() or (b"", None)
        services.result_files.note(token, 500, 63_400)
    assert "正在生成，500 / 63400 人" in text_of(organiser.get(RESULTS))
    clock.advance(minutes=5)
    make(transaction)

    page = text_of(organiser.get(RESULTS))
    asked_again = organiser.post(f"{RESULTS}/file", {"file": "results.xlsx"})
    proof = {"proof_password": PASSWORD}
    taken = organiser.post(f"{RESULTS}/file", {"file": "results.xlsx"} | proof)

    assert asked_again.status_code == 401
    assert "含全名，请勿外传" in page
    assert "通报（Word，公文格式）" in page
    assert taken.data == b"content of results.xlsx"
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert "20261205.xlsx" in taken.headers["Content-Disposition"]


def test_a_moderator_takes_out_masked_names_alone(li: Browser) -> None:
    assert "显示全名" not in text_of(li.get(RESULTS))

    refused = li.post(RESULTS, {"contest": 1, "full_names": "1"})

    assert refused.status_code == 403
    assert "全名只有负责人、组织者可以导出" in text_of(refused)
    assert li.post(RESULTS, {"contest": 1}).status_code == 303


def test_nobody_takes_what_another_asked_for(
    organiser: Browser, li: Browser, transaction: Transaction
) -> None:
    organiser.post(RESULTS, {"contest": 1})
    make(transaction)

    refused = li.post(f"{RESULTS}/file", {"file": "results.xlsx"})

    assert refused.status_code == 404
    assert "这份文件已经没有了" in text_of(refused)


def test_a_contest_or_a_file_that_is_none_is_said_so(
    organiser: Browser, transaction: Transaction
) -> None:
    assert organiser.post(RESULTS, {"contest": 9}).status_code == 404
    assert organiser.post(RESULTS, {"contest": "x"}).status_code == 400
    organiser.post(RESULTS, {"contest": 1})
    make(transaction)
    assert organiser.post(f"{RESULTS}/file", {"file": "../etc/passwd"}).status_code == 404


def test_what_failed_says_so_and_can_be_asked_for_again(
    organiser: Browser, opened: Opened, transaction: Transaction
) -> None:
    organiser.post(RESULTS, {"contest": 1})
    with opened() as session:
        files = ResultFiles(session, NOON)
        token, _ = files.claim() or (b"", None)
        files.fail(token)

    assert "没有做成。" in text_of(organiser.get(RESULTS))
    organiser.post(RESULTS, {"contest": 1})
    make(transaction)
    assert "成绩表（Excel）" in text_of(organiser.get(RESULTS))


def test_where_brackets_are_ranked_apart_the_first_of_each_are_shown(
    li: Browser, opened: Opened
) -> None:
    with opened() as session:
        session.execute(update(Contest).values(brackets=["甲组", "乙组", "丙组"]))
        for name, bracket, points in (("zhang", 1, 9), ("li", 1, 8), ("wang", 2, 3)):
            member = a_member(session, name, 3)
            session.add(
                Score(
                    member_key=member, contest_id=1, points=points, days=1, reached_at=NOON,
                    bracket=bracket,
                )
            )  # fmt: skip

    shown = text_of(li.get(RESULTS))

    boards = re.split("甲组 甲组|乙组 乙组|丙组", shown)[1:]
    rows = [re.findall(r"(\d+) \S+ 农业局 (\d) 1", board) for board in boards]
    assert rows == [[("1", "9"), ("2", "8")], [("1", "3")], []]
    assert boards[2].startswith(" 还没有人上榜。")
