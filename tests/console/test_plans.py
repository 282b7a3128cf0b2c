"""Organisers set up contests and selections; everybody at the console sees what is planned."""

import pytest
from flask import Flask
from sqlalchemy import update

from bot.domain.bank import BankState
from bot.domain.identity import campaign_day
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import BankQuestion, Contest
from tests.builders import NOON, freeze_boards
from tests.console.browser import Browser, text_of
from tests.console.conftest import Opened, signed_in

pytestmark = pytest.mark.slow

PLANS = "/admin/plans"
CONTEST = {
    "title": "春训知识竞赛",
    "first_day": "2027-03-01",
    "last_day": "2027-03-31",
    "points_each": "2",
    "questions_a_day": "5",
    "closed_days": "0",
    "attempts": "1",
    "counting": "best",
    "report_limit": "5",
    "new_paper_hour": "7",
}
ROUND = {
    "title": "春天的座右铭",
    "collects_from": "2027-03-01T08:00",
    "collects_until": "2027-03-20T23:59",
    "opens_at": "2027-03-10T00:00",
    "closes_at": "2027-03-31T00:00",
    "votes": "4",
    "in_all": "False",
    "per_entry": "",
    "least": "1",
    "eligibility": "anyone",
    "own_unit_allowed": "true",
}


@pytest.fixture
def chen(app: Flask, transaction: Transaction) -> Browser:
    """The browser of an organiser."""
    return signed_in(app, transaction, "陈组织", Role.ORGANISER)


def test_a_contest_is_set_up_and_stands_in_the_list(chen: Browser) -> None:
    response = chen.post(f"{PLANS}/contest", CONTEST)

    assert (response.status_code, response.location) == (303, f"{PLANS}?saved=1")
    page = text_of(chen.get(response.location))
    assert "已经保存" in page
    assert "春训知识竞赛 未开始 2027年3月1日 到 2027年3月31日 每天 5 题 每题 2 分" in page


def test_the_rules_are_seen_before_anything_is_saved(chen: Browser) -> None:
    typed = CONTEST | {"until_hour": "22", "make_up": "true", "look": "true"}

    page = text_of(chen.post(f"{PLANS}/contest", typed))

    assert "每天5题，7点到22点之间开始答" in page
    assert "每周（周一到周日）可以补答1天" in page
    assert "春训知识竞赛" not in text_of(chen.get(PLANS))


def test_to_look_at_a_plan_that_is_no_good_says_so(chen: Browser) -> None:
    response = chen.post(f"{PLANS}/contest", CONTEST | {"until_hour": "5", "look": "true"})

    assert response.status_code == 422
    assert "先后不对：结束要在开始之后。" in text_of(response)


def test_hours_and_making_up_are_kept(chen: Browser) -> None:
    chen.post(f"{PLANS}/contest", CONTEST | {"until_hour": "22", "make_up": "true"})

    page = text_of(chen.get(PLANS))
    assert "每天 7 点到 22 点答题 每周可补答 1 天" in page
    form = chen.get(f"{PLANS}/contest/2").text
    assert 'id="until_hour" name="until_hour" value="22"' in form
    assert 'name="make_up" value="true" checked' in form


def test_what_counts_in_part_and_at_most_is_kept_and_told(chen: Browser) -> None:
    chen.post(f"{PLANS}/contest", CONTEST | {"partial_credit": "true", "daily_cap": "8"})

    assert "每题 2 分 每天最多 8 分 多选少选得一半" in text_of(chen.get(PLANS))
    form = chen.get(f"{PLANS}/contest/2")
    assert 'id="daily_cap" name="daily_cap" value="8"' in form.text
    assert 'name="partial_credit" value="true" checked' in form.text
    assert "每天最多8分；多选题全部选对得2分，少选但没有选错的得1分" in text_of(form)


def test_several_attempts_are_kept_with_the_one_that_counts(chen: Browser) -> None:
    chen.post(f"{PLANS}/contest", CONTEST | {"attempts": "2", "counting": "last"})

    assert "每天 2 次，算最后做完的一次" in text_of(chen.get(PLANS))
    form = chen.get(f"{PLANS}/contest/2")
    assert '<option value="last" selected>' in form.text
    assert "每天可以答2次，每次另抽一套题，按最后做完的一次算" in text_of(form)
    odd = chen.post(f"{PLANS}/contest", CONTEST | {"counting": "worst"})
    assert odd.status_code == 422


def test_who_has_no_unit_may_be_left_off_the_board(chen: Browser) -> None:
    chen.post(f"{PLANS}/contest", CONTEST | {"joined_only": "true"})

    assert "登记单位的才上榜" in text_of(chen.get(PLANS))
    assert 'name="joined_only" value="true" checked' in chen.get(f"{PLANS}/contest/2").text


def test_one_point_has_no_half(chen: Browser) -> None:
    typed = CONTEST | {"partial_credit": "true", "points_each": "1"}

    assert "一题只有 1 分，分不出一半。" in text_of(chen.post(f"{PLANS}/contest", typed))


def test_a_selection_is_set_up_in_the_time_of_the_campaign(chen: Browser) -> None:
    chen.post(f"{PLANS}/round", ROUND)

    page = text_of(chen.get(PLANS))
    assert "春天的座右铭 未开始 征集：2027年3月1日 08:00 到 2027年3月20日 23:59" in page
    assert "每人每天 4 票 关注的都能投 不能投自己" in page


def test_the_rules_of_a_selection_are_read_before_it_is_saved(chen: Browser) -> None:
    rules = {"in_all": "True", "votes": "5", "least": "2", "eligibility": "roster"}

    sent = {name: value for name, value in (ROUND | rules).items() if name != "own_unit_allowed"}
    form = chen.post(f"{PLANS}/round", sent | {"look": "true"})

    page = text_of(form)
    assert "投几票：每人一共5票，每条1票，至少投2条，少于2条的不计入，封票时才看。" in page
    assert "截止时和支部报来的名册核对，对不上的票不计入" in page
    assert "不能投自己的和本单位的。" in page
    assert 'value="roster" selected' in form.text
    assert "每人一共" not in text_of(chen.get(PLANS))
    chen.post(f"{PLANS}/round", ROUND | rules)
    assert "每人一共 5 票，至少投 2 条 登记了，并且名册上有的" in text_of(chen.get(PLANS))


def test_rules_that_do_not_fit_together_are_said_at_their_field(chen: Browser) -> None:
    sent = ROUND | {"least": "2", "votes": "50"}
    del sent["own_unit_allowed"]

    page = text_of(chen.post(f"{PLANS}/round", sent))

    assert "每天几票的评选不能要求至少投几条" in page
    assert "请把“谁能投”改成登记了单位的。" in page
    assert "每天几票，请填 1 到 20；一共几票，请填 1 到 100。" in page


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(chen: Browser) -> None:
    response = chen.post(f"{PLANS}/contest", CONTEST | {"last_day": "2027-02-01"})

    assert response.status_code == 422
    page = text_of(response)
    assert "没有保存" in page
    assert "先后不对：结束要在开始之后。" in page
    assert 'value="春训知识竞赛"' in response.text


@pytest.mark.parametrize("typed", ["", "明天", "2027-13-01", "9" * 150])
def test_what_cannot_be_read_is_said(chen: Browser, typed: str) -> None:
    response = chen.post(f"{PLANS}/contest", CONTEST | {"first_day": typed, "points_each": typed})

    assert response.status_code == 422
    assert "没看懂，请按提示的样子填。" in text_of(response)


def test_without_questions_the_way_to_the_bank_is_shown(chen: Browser, opened: Opened) -> None:
    with opened() as session:
        session.execute(update(BankQuestion).values(state=BankState.DRAFT))

    response = chen.post(f"{PLANS}/contest", CONTEST)

    assert response.status_code == 422
    assert "能抽的题不够一天的。请先到题库发布一些题" in text_of(response)
    assert 'href="/admin/questions"' in response.text


def test_a_change_that_comes_too_late_shows_what_stands_now(chen: Browser) -> None:
    chen.post(f"{PLANS}/round", ROUND)
    address = f"{PLANS}/round/2"
    chen.post(address, ROUND | {"version": "1", "title": "甲的名字"})

    response = chen.post(address, ROUND | {"version": "1", "title": "乙的名字"})

    assert response.status_code == 409
    assert "刚才有同事改过这一项" in text_of(response)
    assert 'value="甲的名字"' in response.text


def test_a_running_selection_keeps_its_votes_a_day(chen: Browser) -> None:
    form = chen.get(f"{PLANS}/round/1")
    assert "投票已经开始" in text_of(form)

    response = chen.post(f"{PLANS}/round/1", ROUND | {"version": "0", "votes": "9"})

    assert response.status_code == 422
    assert "已经开始，这一项不能再改" in text_of(response)


def test_moderators_see_the_plans_and_cannot_change_them(li: Browser) -> None:
    page = li.get(PLANS)

    assert page.status_code == 200
    assert "新建" not in text_of(page)
    assert li.get(f"{PLANS}/contest").status_code == 403
    assert li.post(f"{PLANS}/contest", CONTEST).status_code == 403


def test_what_is_not_there_is_said(chen: Browser) -> None:
    assert chen.get(f"{PLANS}/contest/999").status_code == 404
    assert chen.post(f"{PLANS}/round/999", ROUND).status_code == 404


def test_a_freeze_is_lifted_by_whoever_writes_the_title(chen: Browser, opened: Opened) -> None:
    with opened() as session:
        session.execute(update(Contest).values(last_day=campaign_day(NOON), closed_days=1))
        freeze_boards(session, NOON)
    form = chen.get(f"{PLANS}/contest/1")
    assert "现在封着榜，大家看到的是封榜时的名次，2026年12月5日答完自动揭晓。" in text_of(form)

    wrong = chen.post(f"{PLANS}/contest/1/lift", {"title": "另一场"})
    assert (wrong.status_code, "和名称不一样，没有揭晓。" in text_of(wrong)) == (422, True)
    right = chen.post(f"{PLANS}/contest/1/lift", {"title": "我们的十三五"})

    assert right.location == f"{PLANS}?saved=1"
    assert "提前揭晓" not in text_of(chen.get(f"{PLANS}/contest/1"))


def test_a_selection_of_lessons_has_groups_and_one_of_mottos_has_none(chen: Browser) -> None:
    grouped = ROUND | {"groups": "3", "in_all": "True", "votes": "3", "least": "1"}
    assert "分组只用于单位报送的评选" in text_of(chen.post(f"{PLANS}/round", grouped))

    form = text_of(chen.post(f"{PLANS}/round", grouped | {"kind": "lesson", "look": "true"}))
    assert "投几票：分3组，每人每组投1到3条，每条1票。" in form
    assert "各单位报送微党课" in form
    chen.post(f"{PLANS}/round", grouped | {"kind": "lesson"})
    assert "分 3 组，每人每组投 1 到 3 条" in text_of(chen.get(PLANS))
    assert 'name="groups" value="3"' in chen.get(f"{PLANS}/round/2").text


def test_brackets_are_written_with_a_comma_between_them(chen: Browser) -> None:
    wrong = chen.post(f"{PLANS}/contest", CONTEST | {"brackets": "在职党员组"})
    assert (wrong.status_code, "请写 2 到 5 个组" in text_of(wrong)) == (422, True)

    chen.post(f"{PLANS}/contest", CONTEST | {"brackets": "在职党员组、 离退休组"})

    assert "分组：在职党员组、离退休组" in text_of(chen.get(PLANS))
