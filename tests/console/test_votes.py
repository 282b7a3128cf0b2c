"""The poll: entries by their votes, as of when, and the result once it is sealed."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from bot.console.security import ACCESS, Access
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.domain.tally import PAGE
from bot.domain.votes import LATE
from bot.storage.tables import Base, Motto, Round
from tests.builders import CLOSES, NOON, a_member, key, said
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, Submit, signed_in
from tests.console.test_security import PAYLOADS, sealed
from tests.console.test_security import shown as escaped

pytestmark = pytest.mark.slow

VOTES = "/admin/votes"


@pytest.fixture
def entries(transaction: Transaction, submit: Submit) -> list[int]:
    """Four approved entries; the second has two votes, the first and the third one."""
    numbers = [submit(f"群众的事，一刻也不等{n}") for n in range(4)]
    with transaction() as services:
        for number in numbers:
            services.moderation.decide(number, 1, staff_id=1)
        for voter, number in [("a", 1), ("b", 1), ("a", 0), ("a", 2)]:
            delivery = said("投").delivery
            services.votes.cast(key(voter), numbers[number], NOON, delivery)
    return numbers


def test_entries_stand_by_their_votes_and_equal_ones_share_a_rank(
    li: Browser, entries: list[int]
) -> None:
    page = text_of(li.get(VOTES))

    first, second, third, fourth = entries
    assert "座右铭评选 ： 4 条，共 4 票" in page
    for place in [
        f"第 1 名 2 票 群众的事，一刻也不等1 {second}号",
        f"第 2 名 1 票 群众的事，一刻也不等0 {first}号",
        f"第 2 名 1 票 群众的事，一刻也不等2 {third}号",
        f"第 4 名 0 票 群众的事，一刻也不等3 {fourth}号",
    ]:
        assert place in page


def test_the_page_says_as_of_when_it_was_counted(li: Browser, entries: list[int]) -> None:
    assert "投票进行中 截至 2026年12月5日 12:00:00" in text_of(li.get(VOTES))


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOON - timedelta(days=11), "投票还没开始"),
        (NOON, "投票进行中"),
        (CLOSES, "投票已截止，等待封票"),
    ],
)
def test_how_far_voting_is(
    app: Flask, transaction: Transaction, clock: Clock, moment: datetime, words: str
) -> None:
    clock.now = moment

    assert words in text_of(signed_in(app, transaction, "李审核").get(VOTES))


def test_afterwards_the_sealed_result_stands_there(
    app: Flask, transaction: Transaction, entries: list[int], clock: Clock
) -> None:
    clock.now = CLOSES + LATE
    with transaction() as services:
        services.sealing.seal(1)
    clock.advance(hours=1)
    with transaction() as services:
        services.mottos.withdraw(key("author-2"))

    page = text_of(signed_in(app, transaction, "李审核").get(VOTES))

    assert "已封票 最终得票，2026年12月21日 00:00:20 封存，不再变动" in page
    assert f"第 1 名 2 票 群众的事，一刻也不等1 {entries[1]}号 署姓氏：王* 作者已撤下" in page


def test_the_organiser_shows_the_result_and_later_says_that_it_stands(
    app: Flask, transaction: Transaction, entries: list[int], clock: Clock
) -> None:
    sun = signed_in(app, transaction, "孙组织", Role.ORGANISER)
    early = sun.post(f"{VOTES}/publicise", {"round": 1})
    assert (early.status_code, "还没有封票" in early.text) == (409, True)
    clock.now = CLOSES + LATE
    with transaction() as services:
        services.sealing.seal(1)
    sun = signed_in(app, transaction, "钱组织", Role.ORGANISER)
    assert "公示三天" in text_of(sun.get(VOTES))

    assert sun.post(f"{VOTES}/publicise", {"round": 1}).status_code == 303
    too_soon = sun.post(f"{VOTES}/publish", {"round": 1})
    assert (too_soon.status_code, "公示还没有结束" in too_soon.text) == (409, True)
    clock.advance(days=3)
    sun = signed_in(app, transaction, "周组织", Role.ORGANISER)
    assert sun.post(f"{VOTES}/publish", {"round": 1}).status_code == 303

    assert "这是最终结果" in text_of(sun.get(VOTES))
    assert sun.post(f"{VOTES}/publish", {"round": 99}).status_code == 404


def test_a_result_is_published_though_the_next_selection_has_begun(
    app: Flask, transaction: Transaction, entries: list[int], clock: Clock, opened: Opened
) -> None:
    with opened() as session:
        session.add(
            Round(
                title="春天的座右铭", collects_from=CLOSES + timedelta(days=1),
                collects_until=CLOSES + timedelta(days=9), opens_at=CLOSES + timedelta(days=5),
                closes_at=CLOSES + timedelta(days=20), own_entry_allowed=False,
            )
        )  # fmt: skip
    clock.now = CLOSES + LATE
    with transaction() as services:
        services.sealing.seal(1)
        services.outcomes.publicise(1, staff_id=1)
    clock.advance(days=4)
    sun = signed_in(app, transaction, "孙组织", Role.ORGANISER)

    current = sun.get(VOTES)
    assert "春天的座右铭 ： 0 条" in text_of(current)
    assert "《 座右铭评选 》公示期满，等待发布。 去看它的得票" in text_of(current)
    assert f'href="{VOTES}?round=1"' in current.text
    assert "座右铭评选 ： 4 条，共 4 票" in text_of(sun.get(f"{VOTES}?round=1"))
    answer = sun.post(f"{VOTES}/publish", {"round": 1})

    assert answer.location == f"{VOTES}?round=1"
    assert "这是最终结果" in text_of(sun.get(answer.location))
    assert "等待发布" not in text_of(sun.get(VOTES))
    assert "春天的座右铭 ： 0 条" in text_of(sun.get(f"{VOTES}?round=999"))


def test_how_many_would_be_left_out_is_said_while_a_secretary_can_settle_it(
    li: Browser, entries: list[int], opened: Opened
) -> None:
    assert "名册" not in text_of(li.get(VOTES))
    with opened() as session:
        session.get_one(Round, 1).eligibility = "roster"
        for name in "ab":
            a_member(session, name, 3)

    assert "其中 2 个投票的人，单位和姓名在名册上还没有对上" in text_of(li.get(VOTES))


def test_before_there_is_anything_to_count_the_page_says_what_will_be_here(
    li: Browser, opened: Opened
) -> None:
    assert "还没有可以投票的座右铭" in text_of(li.get(VOTES))

    with opened() as session:
        for table in ("round_slot", "motto", "round"):
            session.execute(Base.metadata.tables[table].delete())
    assert "还没有评选" in text_of(li.get(VOTES))


def test_many_entries_have_pages(li: Browser, transaction: Transaction, submit: Submit) -> None:
    numbers = [submit(f"群众的事，一刻也不等{n}") for n in range(PAGE + 1)]
    with transaction() as services:
        for number in numbers:
            services.moderation.decide(number, 1, staff_id=1)

    first, last = li.get(VOTES), li.get(f"{VOTES}?page=2")

    assert "第 1 页，共 2 页 下一页" in text_of(first)
    assert "上一页 第 2 页，共 2 页" in text_of(last)
    assert f"{numbers[-1]}号" not in text_of(first)
    assert f"{numbers[-1]}号" in text_of(last)


@pytest.mark.parametrize("page", ["0", "-3", "99999999999999999999", "x", ""])
def test_a_page_that_is_not_there_is_the_nearest(li: Browser, page: str) -> None:
    assert li.get(f"{VOTES}?page={page}").status_code == 200


def test_looking_is_for_all_colleagues(viewer: Browser, entries: list[int]) -> None:
    assert ACCESS["console.votes"] is Access.LOOKERS
    assert "第 1 名 2 票" in text_of(viewer.get(VOTES))


def test_without_signing_in_no_vote_is_shown(browser: Browser) -> None:
    assert browser.get(VOTES).location == "/admin/sign-in"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_an_author_writes_stays_words(
    li: Browser, transaction: Transaction, submit: Submit, opened: Opened, payload: str
) -> None:
    number = submit("群众的事，一刻也不等")
    with transaction() as services:
        services.moderation.decide(number, 1, staff_id=1)
    with opened() as session:
        session.get_one(Motto, 1).words = payload

    page = li.get(VOTES)

    sealed(page)
    assert escaped(payload) in page.text
