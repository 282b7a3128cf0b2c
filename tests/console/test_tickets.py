"""The letterbox: what members wrote to the staff, closing it, answering, being late."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from bot.console import wording
from bot.console.security import ACCESS, Access
from bot.conversation.state import Telling
from bot.domain.services import Transaction
from bot.domain.tickets import ANSWER_MOST, URGENT
from bot.storage.tables import Audit, Notice, Ticket
from handlers import care, faulty, joining
from tests.builders import a_member, key, said
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, Submit, signed_in
from tests.console.test_security import PAYLOADS, sealed
from tests.console.test_security import shown as escaped

pytestmark = pytest.mark.slow

STUCK = "点了答题没有反应"
PLACE = "找不到城北街道第三支部"


@dataclass
class Write:
    """Opens tickets; the id of each, as the console's forms name it."""

    transaction: Transaction

    def __call__(self, words: str, topic: str = "help", by: str = "zhang") -> str:
        message = said(words, by)
        with self.transaction() as services:
            services.tickets.open(key(by), topic, words, message.delivery)
        return message.delivery.hex()


@pytest.fixture
def write(transaction: Transaction) -> Write:
    return Write(transaction)


def close(browser: Browser, ticket: str, answer: str | None = None) -> tuple[int, str]:
    fields = {"ticket": ticket} | ({} if answer is None else {"answer": answer})
    response = browser.post("/admin/tickets/close", fields)
    return response.status_code, text_of(response)


def kept(opened: Opened) -> list[tuple[int | None, str | None]]:
    """Who closed each ticket, and the answer, in the order they were opened."""
    with opened() as session:
        rows = session.execute(select(Ticket.handled_by, Ticket.answer).order_by(Ticket.created_at))
        return [(by, answer) for by, answer in rows]


def answers(opened: Opened) -> list[str]:
    """The answers that wait for their members."""
    with opened() as session:
        return [facts["answer"] for facts in session.scalars(select(Notice.facts))]


# ------------------------------------------------------------ what waits


def test_an_empty_letterbox_says_what_will_be_here(li: Browser) -> None:
    page = text_of(li.get("/admin/tickets"))

    assert "没有待办的来信" in page
    assert "回复“联系”，说题目有错" in page
    assert "这里会列出最近办结的来信" in page


def test_the_oldest_stands_first_with_all_that_is_needed_to_answer(
    app: Flask, transaction: Transaction, opened: Opened, write: Write, clock: Clock
) -> None:
    with opened() as session:
        a_member(session, "zhang", unit=2)
    write(STUCK)
    clock.advance(hours=5)
    write(PLACE, "unit", by="nobody")

    page = text_of(signed_in(app, transaction, "李审核").get("/admin/tickets"))

    assert "待办 2 封，最早的等了 5 小时" in page
    assert f"求助 城东街道·新安社区支部 张* 等了 5 小时 {STUCK}" in page
    assert f"找不到单位 未登记单位 未登记姓名 等了 1 秒 {PLACE}" in page
    assert page.index(STUCK) < page.index(PLACE)


def test_a_letter_of_an_author_leads_to_the_motto_it_may_be_about(
    li: Browser, submit: Submit, write: Write
) -> None:
    number = submit("愿做一块砖，哪里需要哪里搬")
    write("我的座右铭没有错字", by="author-1")

    page = li.get("/admin/tickets")

    assert f"座右铭 {number}号" in text_of(page)
    assert f'href="/admin/mottos/{number}"' in page.text


def test_neither_openid_nor_key_nor_full_name_is_on_the_page(
    li: Browser, opened: Opened, write: Write
) -> None:
    with opened() as session:
        a_member(session, "zhang", unit=2)
    close(li, write(STUCK))
    write(PLACE)

    page = li.get("/admin/tickets").text

    assert PLACE in page
    assert not any(secret in page for secret in ("o-zhang", key("zhang").hex(), "张三"))


def test_a_full_letterbox_shows_its_oldest_twenty(li: Browser, write: Write, clock: Clock) -> None:
    for n in range(22):
        write(f"第{n}封来信")
        clock.advance(seconds=1)

    page = text_of(li.get("/admin/tickets"))

    assert "待办 22 封" in page
    assert "第19封" in page
    assert "第20封" not in page
    assert "这里是最早的 20 封" in page


def test_every_topic_that_members_can_write_about_has_its_label() -> None:
    topics = {
        Telling().about, faulty.QUESTION, joining.UNIT, URGENT, care.COMPLAINT,
    }  # fmt: skip

    assert set(wording.TOPICS) == topics
    assert wording.topic("of a later version") == "其他"


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/tickets", "/admin/votes", "/admin/mottos/1001"]
)
def test_every_page_counts_what_waits(li: Browser, submit: Submit, write: Write, path: str) -> None:
    submit("愿做一块砖，哪里需要哪里搬")
    assert "来信 得票 总览 题库 成绩 词库 活动 单位 李审核" in text_of(li.get(path))

    write(STUCK)
    write(PLACE)

    assert "审核台 来信 2 得票 总览 题库 成绩 词库 活动 单位 李审核" in text_of(li.get(path))


# ------------------------------------------------------------ closing


def test_closing_without_an_answer_tells_the_member_nothing(
    li: Browser, write: Write, opened: Opened
) -> None:
    ticket = write(STUCK)

    response = li.post("/admin/tickets/close", {"ticket": ticket, "answer": " \r\n "})

    assert (response.status_code, response.location) == (303, "/admin/tickets")
    assert kept(opened) == [(1, None)]
    assert answers(opened) == []
    page = text_of(li.get("/admin/tickets"))
    assert "都办完了" in page
    assert f"{STUCK} 没有答复 求助 李审核 · 刚刚" in page


def test_an_answer_waits_for_its_member_and_is_on_the_list(
    li: Browser, write: Write, opened: Opened, clock: Clock
) -> None:
    ticket = write(STUCK)

    assert close(li, ticket, "网络好了，\r\n请再试试\x00\x07。")[0] == 303

    clock.advance(minutes=3)
    assert kept(opened) == [(1, "网络好了，\n请再试试。")]
    assert answers(opened) == ["网络好了，\n请再试试。"]
    page = text_of(li.get("/admin/tickets"))
    assert f"{STUCK} 答复： 网络好了， 请再试试。 求助 李审核 · 3 分钟前" in page


def test_an_answer_may_be_as_long_as_the_field_says(
    li: Browser, write: Write, opened: Opened
) -> None:
    longest = "一\r\n" + "二" * (ANSWER_MOST - 2)

    assert f'maxlength="{ANSWER_MOST}"' in (write(STUCK) and li.get("/admin/tickets").text)
    assert close(li, write(PLACE), longest + "三")[0] == 400
    assert answers(opened) == []
    assert close(li, write(PLACE), longest)[0] == 303
    assert [len(answer) for answer in answers(opened)] == [ANSWER_MOST]


@pytest.mark.parametrize("ticket", [None, "", "0" * 63, "0" * 65, "g" * 64, "０" * 64, "A" * 64])
def test_a_form_that_is_not_whole_changes_nothing(
    li: Browser, write: Write, opened: Opened, ticket: str | None
) -> None:
    write(STUCK)

    fields = {"answer": "好"} | ({} if ticket is None else {"ticket": ticket})
    response = li.post("/admin/tickets/close", fields)

    assert response.status_code == 400
    assert "什么都没有改动" in text_of(response)
    assert kept(opened) == [(None, None)]


def test_closing_what_nobody_wrote_is_not_there(li: Browser) -> None:
    assert close(li, "0" * 64)[0] == 404


def test_a_form_without_its_token_is_not_heard(li: Browser, write: Write, opened: Opened) -> None:
    response = li.post_bare("/admin/tickets/close", {"ticket": write(STUCK), "answer": "好"})

    assert response.status_code == 403
    assert kept(opened) == [(None, None)]


# ------------------------------------------------------------ being late


def test_the_later_of_two_hears_who_was_first_and_keeps_the_words_written(
    li: Browser, wang: Browser, write: Write, opened: Opened, clock: Clock
) -> None:
    ticket = write(STUCK)
    write(PLACE)
    close(li, ticket, "网络好了")
    clock.advance(seconds=10)

    status, page = close(wang, ticket, "请稍候，正在查")

    assert status == 409
    assert "这封来信10 秒前已由李审核办结" in page
    assert "您写的答复没有发出： 请稍候，正在查" in page
    assert PLACE in page
    assert answers(opened) == ["网络好了"]


def test_a_second_click_is_no_conflict(li: Browser, write: Write, opened: Opened) -> None:
    ticket = write(STUCK)

    assert [close(li, ticket, "网络好了")[0] for _ in range(2)] == [303, 303]
    assert answers(opened) == ["网络好了"]


def test_another_answer_to_a_letter_one_has_closed_is_told_not_to_be_sent(
    li: Browser, write: Write, opened: Opened
) -> None:
    ticket = write(STUCK)
    close(li, ticket)

    status, page = close(li, ticket, "对了，再试试")

    assert status == 409
    assert "您写的答复没有发出： 对了，再试试" in page
    assert answers(opened) == []


# ------------------------------------------------------------ who may do what


def test_looking_is_for_all_colleagues_and_closing_for_those_who_decide() -> None:
    assert ACCESS["console.tickets"] is Access.LOOKERS
    assert ACCESS["console.close_ticket"] is Access.DECIDERS


def test_a_viewer_reads_without_buttons(viewer: Browser, write: Write) -> None:
    write(STUCK)

    page = viewer.get("/admin/tickets").text

    assert STUCK in page
    assert "/admin/tickets/close" not in page


def test_a_viewer_who_closes_is_denied_and_that_is_noted(
    viewer: Browser, write: Write, opened: Opened
) -> None:
    status, _ = close(viewer, write(STUCK), "好")

    assert status == 403
    assert kept(opened) == [(None, None)]
    with opened() as session:
        denied = session.scalars(select(Audit).where(Audit.action == "staff.denied")).one()
    assert denied.facts == {"what": "console.close_ticket"}


def test_without_signing_in_no_letter_is_shown(browser: Browser, write: Write) -> None:
    write(STUCK)

    response = browser.get("/admin/tickets")

    assert (response.status_code, response.location) == (303, "/admin/sign-in")


# ------------------------------------------------------------ what people write


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_people_write_stays_words(
    li: Browser, wang: Browser, write: Write, payload: str
) -> None:
    ticket = write(payload)

    before = li.get("/admin/tickets")
    close(li, ticket, payload)
    late = wang.post("/admin/tickets/close", {"ticket": ticket, "answer": f"{payload}！"})

    assert late.status_code == 409
    for page in (before, late, li.get("/admin/tickets")):
        sealed(page)
        assert escaped(payload) in page.text
        assert payload not in page.text or escaped(payload) == payload
