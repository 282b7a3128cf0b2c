"""The review desk: what waits, deciding, being late, undoing, and what happened before."""

from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from bot.console import wording
from bot.domain.moderation import Reason
from bot.domain.questions import Shelf
from bot.domain.roles import Role
from bot.domain.services import Transaction, transactions
from bot.storage.database import open_engine
from bot.storage.tables import Audit, Base, Motto, Notice
from tests.builders import a_campaign, chained
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, Submit, an_app, signed_in

pytestmark = pytest.mark.slow

BRICK = "愿做一块砖，哪里需要哪里搬"
CLEAN = "清清白白做人，干干净净做事"


def approve(browser: Browser, number: int, version: int = 1) -> tuple[int, str]:
    response = browser.post(f"/admin/mottos/{number}/approve", {"version": version})
    return response.status_code, text_of(response)


def send_back(
    browser: Browser, number: int, reason: str = "typo", version: int = 1, fix: str = ""
) -> tuple[int, str]:
    fields = {"version": version, "reason": reason, "fix": fix}
    response = browser.post(f"/admin/mottos/{number}/return", fields)
    return response.status_code, text_of(response)


def undo(browser: Browser, number: int, version: int = 2) -> tuple[int, str]:
    response = browser.post(f"/admin/mottos/{number}/undo", {"version": version})
    return response.status_code, text_of(response)


def state(opened: Opened, number: int) -> tuple[str, int]:
    with opened() as session:
        motto = session.get_one(Motto, number - 1_000)
        return motto.state, motto.version


# ------------------------------------------------------------ what waits


def test_an_empty_queue_says_what_will_be_here(li: Browser) -> None:
    page = text_of(li.get("/admin"))

    assert "都审完了" in page
    assert "回复“座右铭”" in page
    assert "这里会列出最近的通过和退回" in page


def test_the_oldest_stands_first_with_all_that_is_needed_to_decide(
    app: Flask, transaction: Transaction, submit: Submit, clock: Clock
) -> None:
    submit(BRICK)
    clock.advance(hours=5)
    submit(CLEAN, unit=None, signature="none")

    page = text_of(signed_in(app, transaction, "李审核").get("/admin"))

    assert page.index(BRICK) < page.index(CLEAN)
    assert "待审 2 条，最早的等了 5 小时" in page
    assert "城东街道·新安社区支部 署姓氏：王* 等了 5 小时" in page
    assert "未登记单位 不署名" in page
    assert all(label in page for label in wording.REASONS.values())


def test_a_long_queue_shows_its_oldest_twenty(li: Browser, submit: Submit, clock: Clock) -> None:
    for n in range(22):
        submit(f"第{n}句要等着审核的座右铭")
        clock.advance(seconds=1)

    page = text_of(li.get("/admin"))

    assert "待审 22 条" in page
    assert "第19句" in page
    assert "第20句" not in page
    assert "这里是给您留着的 20 组" in page


# ------------------------------------------------------------ deciding


def test_approving_is_done_once_and_leaves_its_traces(
    li: Browser, submit: Submit, opened: Opened
) -> None:
    number = submit(BRICK)

    response = li.post(f"/admin/mottos/{number}/approve", {"version": 1})

    assert (response.status_code, response.location) == (303, "/admin/")
    assert state(opened, number) == ("approved", 2)
    with opened() as session:
        row = session.scalars(select(Audit).where(Audit.action == "motto.approve")).one()
        assert (row.actor, row.version) == ("staff:1", 2)
        assert session.scalars(select(Notice.kind)).one() == "motto_approved"
    assert f"{number}号已通过 撤销 还剩 60 秒" in text_of(li.get("/admin"))


@pytest.mark.parametrize("reason", Reason)
def test_sending_back_takes_one_of_the_fixed_reasons(
    li: Browser, submit: Submit, opened: Opened, reason: Reason
) -> None:
    number = submit(BRICK)

    status, _ = send_back(li, number, reason)

    assert status == 303
    with opened() as session:
        assert session.scalars(select(Motto.reason)).one() == reason
    assert f"退回：{wording.REASONS[reason]}" in text_of(li.get("/admin"))


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("return", {"version": "1"}),
        ("return", {"version": "1", "reason": "别的"}),
        ("return", {"reason": "typo"}),
        ("approve", {}),
        ("approve", {"version": "一"}),
        ("approve", {"version": "0"}),
        ("approve", {"version": "9" * 40}),
        ("undo", {"version": ""}),
    ],
)
def test_a_form_that_is_not_whole_changes_nothing(
    li: Browser, submit: Submit, opened: Opened, path: str, fields: dict[str, str]
) -> None:
    number = submit(BRICK)

    response = li.post(f"/admin/mottos/{number}/{path}", fields)

    assert response.status_code == 400
    assert "什么都没有改动" in text_of(response)
    assert state(opened, number) == ("waiting", 1)


def test_fields_that_no_form_has_are_ignored(li: Browser, submit: Submit, opened: Opened) -> None:
    number = submit(BRICK)

    fields = {"version": 1, "state": "withdrawn", "role": "owner", "staff_id": 9}
    li.post(f"/admin/mottos/{number}/approve", fields)

    assert state(opened, number) == ("approved", 2)


def test_a_second_click_is_no_conflict(li: Browser, submit: Submit, opened: Opened) -> None:
    number = submit(BRICK)

    clicks = [approve(li, number)[0] for _ in range(2)]

    assert clicks == [303, 303]
    assert state(opened, number) == ("approved", 2)


# ------------------------------------------------------------ putting it right

TYPO, RIGHT = "不忘初心，牢计使命", "不忘初心，牢记使命"


def test_the_right_words_are_sent_back_with_it(li: Browser, submit: Submit, opened: Opened) -> None:
    number = submit(TYPO)

    assert f'name="fix" value="{TYPO}"' in li.get("/admin").text
    assert send_back(li, number, fix=f" {RIGHT}\r\n")[0] == 303
    with opened() as session:
        assert session.scalars(select(Motto.fix)).one() == RIGHT
    assert f"有错别字 建议改为：{RIGHT}" in text_of(li.get(f"/admin/mottos/{number}"))


@pytest.mark.parametrize(
    ("fix", "why"), [("太短", "改好的句子太短，至少 8 个字"), ("长" * 31, "太长，最多 30 个字")]
)
def test_words_that_cannot_stand_are_not_sent(
    li: Browser, submit: Submit, opened: Opened, fix: str, why: str
) -> None:
    number = submit(TYPO)

    status, page = send_back(li, number, fix=fix)

    assert status == 409
    assert f"{number}号没有退回 {'' if fix == '太短' else '改好的句子'}{why}" in page
    assert f"您改的句子没有送出： {fix}" in page
    assert state(opened, number) == ("waiting", 1)


# ------------------------------------------------------------ appeals

WHY = "没有错字，这是我奶奶常说的话"


@pytest.fixture
def appealed(
    li: Browser, submit: Submit, clock: Clock, opened: Opened, transaction: Transaction
) -> int:
    """The number of an entry that 李审核 sent back five minutes ago, and its author's appeal."""
    number = submit(TYPO)
    send_back(li, number, fix=RIGHT)
    clock.advance(minutes=5)
    with opened() as session:
        author = session.scalars(select(Motto.author)).one()
    with transaction() as services:
        services.appeals.open(author, WHY)
    return number


def test_an_appeal_waits_in_the_queue_with_the_first_decision(
    wang: Browser, appealed: int, opened: Opened
) -> None:
    page = text_of(wang.get("/admin"))

    verdict = f"申诉 上次： 李审核 5 分钟前 退回：有错别字 当时建议改为： {RIGHT}"
    assert f"{TYPO} {verdict} 作者说： {WHY} 通过" in page
    assert approve(wang, appealed, version=3)[0] == 303
    assert state(opened, appealed) == ("approved", 4)


def test_who_sent_it_back_is_locked_out_and_told_so_kindly(
    li: Browser, appealed: int, opened: Opened
) -> None:
    page = li.get("/admin")

    assert "上次是您退回的，这次请另一位同志来看。" in text_of(page)
    assert f"/admin/mottos/{appealed}/approve" not in page.text
    for status, told in (approve(li, appealed, 3), send_back(li, appealed, version=3)):
        assert status == 409
        assert f"{appealed}号要请另一位同志来看" in told
        assert "您刚才的操作没有生效" in told
    assert state(opened, appealed) == ("waiting", 3)


def test_nor_can_they_undo_what_the_other_decides(
    li: Browser, wang: Browser, appealed: int, opened: Opened
) -> None:
    approve(wang, appealed, version=3)

    assert f"/admin/mottos/{appealed}/undo" not in li.get("/admin").text
    assert undo(li, appealed, version=4)[0] == 409
    assert state(opened, appealed) == ("approved", 4)
    assert undo(wang, appealed, version=4)[0] == 303


def test_the_history_has_the_appeal(wang: Browser, appealed: int) -> None:
    page = text_of(wang.get(f"/admin/mottos/{appealed}"))

    assert f"申诉，请另一位同志重新看 作者本人 · 刚刚 {WHY}" in page


# ------------------------------------------------------------ one's own, and one like it


def test_ones_own_entry_lies_there_without_buttons(
    li: Browser, submit: Submit, opened: Opened, transaction: Transaction
) -> None:
    number = submit(BRICK)
    with opened() as session:
        author = session.scalars(select(Motto.author)).one()
    with transaction() as services:
        services.phones.link(author, services.phones.invite(1))

    page = li.get("/admin")

    assert "自己的座右铭，请另一位同志来看。" in text_of(page)
    assert f"/admin/mottos/{number}/approve" not in page.text
    status, told = approve(li, number)
    assert status == 409
    assert f"{number}号是您自己交的" in told
    assert state(opened, number) == ("waiting", 1)


def test_a_card_names_the_earlier_entry_that_is_like_it(
    li: Browser, submit: Submit, clock: Clock
) -> None:
    first = submit(CLEAN)
    send_back(li, first, reason="unfit")
    clock.advance(minutes=5)
    submit(CLEAN.replace("做事", "做官"))

    page = li.get("/admin")

    assert f"像 {first}号 91% 退回：内容不合适 {CLEAN}" in text_of(page)
    assert f'href="/admin/mottos/{first}"' in page.text


def test_how_long_authors_wait_stands_beside_what_they_are_promised(
    li: Browser, submit: Submit, clock: Clock
) -> None:
    numbers = [submit(f"第{word}天也要把群众的事放在心上") for word in "甲乙丙丁戊己庚辛壬癸"]
    assert "近7天定的还不到10条，对党员说的是“按先后审”" in text_of(li.get("/admin"))
    clock.advance(minutes=25)
    for number in numbers:
        approve(li, number)

    told = "近7天 10 条：一半在 25 分钟内、九成在 25 分钟内有结果；对党员说的是“一般1小时内有结果”"
    assert told in text_of(li.get("/admin"))


# ------------------------------------------------------------ being late


def test_the_later_of_two_hears_who_decided_what_and_when(
    li: Browser, wang: Browser, submit: Submit, clock: Clock, opened: Opened
) -> None:
    number, other = submit(BRICK), submit(CLEAN)
    li.get("/admin")
    approve(li, number)
    clock.advance(seconds=10)

    status, page = send_back(wang, number)

    assert status == 409
    assert f"{number}号 10 秒前已由李审核通过" in page
    assert "您刚才的操作没有生效" in page
    assert "收回重审" in page
    assert "撤销 还剩 50 秒" in page
    assert "李审核 正在看 1 组" in page
    assert state(opened, number) == ("approved", 2)
    assert state(opened, other) == ("waiting", 1)


def test_words_that_changed_are_not_judged_unseen(
    li: Browser, submit: Submit, transaction: Transaction, opened: Opened
) -> None:
    number = submit(BRICK)
    with opened() as session:
        author = session.scalars(select(Motto.author)).one()
    with transaction() as services:
        services.mottos.reword(author, CLEAN, CLEAN, "masked")

    status, page = approve(li, number)

    assert status == 409
    assert "由作者本人改过并重新提交" in page
    assert CLEAN in page
    assert state(opened, number) == ("waiting", 2)


def test_a_withdrawn_motto_cannot_be_decided(
    li: Browser, submit: Submit, transaction: Transaction, opened: Opened
) -> None:
    number = submit(BRICK)
    with opened() as session:
        author = session.scalars(select(Motto.author)).one()
    with transaction() as services:
        services.mottos.withdraw(author)

    status, page = approve(li, number)

    assert status == 409
    assert "由作者本人撤下" in page


def test_of_two_moderators_at_the_same_instant_one_wins(file_engine: Engine, clock: Clock) -> None:
    sessions = chained(file_engine)
    with sessions.begin() as session:
        a_campaign(session)
    transaction = transactions(sessions, clock, Shelf())
    app = an_app(transaction)
    number = Submit(sessions.begin, transaction)(BRICK)
    browsers = [signed_in(app, transaction, name) for name in ("李审核", "王审核")]
    tokens, start = [browser.form_token() for browser in browsers], Barrier(2)
    answers: dict[int, int] = {}

    def decide(which: int) -> None:
        fields = {"form_token": tokens[which], "version": 1, "reason": "typo"}
        start.wait()
        path = f"/admin/mottos/{number}/{('approve', 'return')[which]}"
        answers[which] = browsers[which].post_bare(path, fields).status_code

    threads = [Thread(target=decide, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers.values()) == [303, 409]
    with sessions() as session:
        decided = Audit.action.in_(["motto.approve", "motto.return"])
        assert len(session.scalars(select(Audit).where(decided)).all()) == 1


@pytest.fixture
def file_engine(tmp_path: object) -> object:
    engine = open_engine(f"sqlite:///{tmp_path}/sibian.db")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


# ------------------------------------------------------------ undoing


def test_a_decision_can_be_undone_for_sixty_seconds(
    li: Browser, submit: Submit, clock: Clock, opened: Opened
) -> None:
    number = submit(BRICK)
    send_back(li, number)
    clock.advance(seconds=59)

    status, _ = undo(li, number)

    assert status == 303
    assert state(opened, number) == ("waiting", 3)
    with opened() as session:
        assert session.scalars(select(Notice)).all() == []
    page = text_of(li.get("/admin"))
    assert "待审 1 条" in page
    assert "之后有变化，现在：待审" in page


def test_another_moderator_may_undo_too(
    li: Browser, wang: Browser, submit: Submit, opened: Opened
) -> None:
    number = submit(BRICK)
    approve(li, number)

    assert "撤销 还剩 60 秒" in text_of(wang.get("/admin"))
    assert undo(wang, number)[0] == 303
    assert state(opened, number) == ("waiting", 3)


def test_after_sixty_seconds_the_decision_stands(
    li: Browser, submit: Submit, clock: Clock, opened: Opened
) -> None:
    number = submit(BRICK)
    approve(li, number)
    clock.advance(seconds=60)

    assert "撤销" not in text_of(li.get("/admin")).replace("U 撤销", "").replace("可以撤销", "")
    status, page = undo(li, number)

    assert status == 409
    assert "已满 60 秒" in page
    assert state(opened, number) == ("approved", 2)


def test_undoing_twice_is_undoing_once(li: Browser, submit: Submit, opened: Opened) -> None:
    number = submit(BRICK)
    approve(li, number)

    assert [undo(li, number)[0] for _ in range(2)] == [303, 303]
    assert state(opened, number) == ("waiting", 3)


def test_later_an_organiser_takes_it_back_to_be_decided_anew(
    li: Browser, app: Flask, transaction: Transaction, submit: Submit, clock: Clock, opened: Opened
) -> None:
    number = submit(BRICK)
    sun = signed_in(app, transaction, "孙组织", Role.ORGANISER)
    history = f"/admin/mottos/{number}"
    assert "收回重审" not in text_of(sun.get(history))
    approve(li, number)
    assert "收回重审" not in text_of(sun.get(history))
    clock.advance(seconds=60)
    assert "请负责人或组织者在这一页收回重审" in text_of(li.get(history))
    assert li.post(f"{history}/reopen", {"version": 2}).status_code == 403
    assert f"收回 {number}号" in text_of(sun.get(history))

    assert sun.post(f"{history}/reopen", {"version": 2}).location == history

    assert state(opened, number) == ("waiting", 3)
    assert "待审" in text_of(sun.get(history))
    assert "收回重审，回到待审 孙组织" in text_of(sun.get(history))
    assert sun.post(f"{history}/reopen", {"version": 2}).status_code == 303
    approve(li, number, 3)
    late = sun.post(f"{history}/reopen", {"version": 2})
    assert (late.status_code, state(opened, number)) == (409, ("approved", 4))


def test_a_card_tells_why_it_was_sent_back_before(
    li: Browser, submit: Submit, transaction: Transaction, opened: Opened, clock: Clock
) -> None:
    number = submit(BRICK)
    assert "上次退回" not in text_of(li.get("/admin"))
    send_back(li, number)
    clock.advance(minutes=2)
    with opened() as session:
        author = session.scalars(select(Motto.author)).one()
    with transaction() as services:
        services.mottos.reword(author, CLEAN, CLEAN, "masked")

    assert "这一条上次退回：有错别字" in text_of(li.get("/admin"))


# ------------------------------------------------------------ history


def test_the_history_tells_who_did_what(
    li: Browser, wang: Browser, submit: Submit, clock: Clock
) -> None:
    number = submit(BRICK)
    send_back(li, number, "unfit")
    undo(wang, number)
    clock.advance(minutes=3)
    approve(wang, number, version=3)

    page = text_of(li.get(f"/admin/mottos/{number}"))

    told = page[page.index("署姓氏") :]
    places = [told.index(word) for word in ("通过", "撤销决定", "退回", "提交")]
    assert places == sorted(places)
    assert "退回 李审核 · 3 分钟前 内容不合适" in told
    assert "提交 作者本人 · 3 分钟前" in told
    assert 'title="2026年12月5日 12:03:00"' in li.get(f"/admin/mottos/{number}").text


def test_the_history_keeps_the_words_that_were_changed(
    li: Browser, submit: Submit, transaction: Transaction, opened: Opened
) -> None:
    number = submit(BRICK)
    with opened() as session:
        author = session.scalars(select(Motto.author)).one()
    with transaction() as services:
        services.mottos.reword(author, CLEAN, CLEAN, "full")

    page = text_of(li.get(f"/admin/mottos/{number}"))

    assert f"改字，重新送审 作者本人 · 刚刚 原来：{BRICK} 改为：{CLEAN}" in page


@pytest.mark.parametrize(
    "path",
    ["/admin/mottos/1999", "/admin/mottos/0", f"/admin/mottos/{'9' * 30}", "/admin/mottos/x",
     "/admin/mottos/-1", "/admin/no/such/page"],
)  # fmt: skip
def test_what_is_not_there_is_not_there_in_one_way(li: Browser, path: str) -> None:
    unknown = li.get(path)

    assert unknown.status_code == 404
    assert unknown.data == li.get("/admin/mottos/1998").data


@pytest.mark.parametrize("deed", ["approve", "return", "undo"])
def test_deciding_about_nothing_is_not_there_either(li: Browser, deed: str) -> None:
    fields = {"version": 1, "reason": "typo"}

    assert li.post(f"/admin/mottos/1999/{deed}", fields).status_code == 404


# ------------------------------------------------------------ who may only look


def test_a_viewer_sees_the_queue_without_buttons(
    viewer: Browser, li: Browser, submit: Submit
) -> None:
    number = submit(BRICK)
    approve(li, submit(CLEAN))

    page = viewer.get("/admin").text

    assert BRICK in page
    assert f"/admin/mottos/{number}/approve" not in page
    assert "/undo" not in page


@pytest.mark.parametrize("deed", ["approve", "return", "undo"])
def test_a_viewer_who_decides_is_denied_and_that_is_noted(
    viewer: Browser, submit: Submit, opened: Opened, deed: str
) -> None:
    number = submit(BRICK)

    response = viewer.post(f"/admin/mottos/{number}/{deed}", {"version": 1, "reason": "typo"})

    assert response.status_code == 403
    assert "角色不能做这件事" in text_of(response)
    assert state(opened, number) == ("waiting", 1)
    with opened() as session:
        denied = session.scalars(select(Audit).where(Audit.action == "staff.denied")).one()
        assert denied.actor == "staff:1"


def test_every_colleague_may_sign_out(viewer: Browser, app: Flask) -> None:
    assert viewer.post("/admin/sign-out").status_code == 303
    assert viewer.get("/admin").status_code == 303


# ------------------------------------------------------------ piles and desks

BRICKS = (BRICK, "我的座右铭是：愿做一块砖，哪里需要就往哪里搬")


def test_what_says_the_same_is_one_card_and_one_decision(
    li: Browser, submit: Submit, opened: Opened
) -> None:
    first, second = map(submit, BRICKS)
    page = li.get("/admin")

    assert "待审 2 条，合成 1 组" in text_of(page)
    assert f"也这样写： {BRICKS[1]}" in text_of(page)
    assert f'name="others" value="{second}:1"' in page.text
    fields = {"version": 1, "others": f"{second}:1"}
    assert li.post(f"/admin/mottos/{first}/approve", fields).status_code == 303
    assert [state(opened, number) for number in (first, second)] == [("approved", 2)] * 2
    page = li.get("/admin")
    assert f"{first}号等 2 条已通过 撤销" in text_of(page)
    fields = {"version": 2, "others": f"{second}:2"}
    assert li.post(f"/admin/mottos/{first}/undo", fields).status_code == 303
    assert [state(opened, number) for number in (first, second)] == [("waiting", 3)] * 2


def test_of_a_pile_only_what_has_not_changed_is_decided_and_that_is_told(
    li: Browser, wang: Browser, submit: Submit, opened: Opened
) -> None:
    first, second = map(submit, BRICKS)
    send_back(wang, second)

    response = li.post(f"/admin/mottos/{first}/approve", {"version": 1, "others": f"{second}:1"})

    assert response.status_code == 409
    assert f"{second}号 刚刚已由王审核退回" in text_of(response)
    assert "同组有变化的 1 条没有动，其余 1 条已照您的决定办好。" in text_of(response)
    assert [state(opened, number)[0] for number in (first, second)] == ["approved", "returned"]


def test_marked_piles_are_decided_at_once_each_for_itself(
    li: Browser, wang: Browser, submit: Submit, opened: Opened
) -> None:
    numbers = [*map(submit, BRICKS), submit(CLEAN), submit(TYPO)]
    approve(wang, numbers[2])
    marked = [f"{numbers[0]}:1 {numbers[1]}:1", f"{numbers[2]}:1", f"{numbers[3]}:1"]

    response = li.post("/admin/decide-marked", {"marked": marked, "reason": "unfit"})

    assert response.status_code == 409
    assert f"{numbers[2]}号 刚刚已由王审核通过" in text_of(response)
    states = [state(opened, number)[0] for number in numbers]
    assert states == ["returned", "returned", "approved", "returned"]


def follow(browser: Browser, number: int, like: object, **more: object) -> TestResponse:
    fields = {"version": 1, "like": like} | more
    return browser.post(f"/admin/mottos/{number}/follow", fields)


def test_what_says_the_same_as_a_decided_one_is_decided_alike_with_its_number(
    li: Browser, submit: Submit, opened: Opened
) -> None:
    first, second = submit(BRICK), submit(CLEAN)
    send_back(li, first, "typo")

    assert "和几号是同一句？" in text_of(li.get("/admin"))
    assert follow(li, second, first).location == "/admin/"
    assert state(opened, second) == ("returned", 2)
    assert f"{second}号已退回：有错别字 撤销" in text_of(li.get("/admin"))
    undo(li, second)
    assert state(opened, second) == ("waiting", 3)


def test_what_says_the_same_as_one_that_waits_joins_its_card(
    li: Browser, submit: Submit, clock: Clock
) -> None:
    first, second = submit(BRICK), submit(CLEAN)
    li.get("/admin")

    page = text_of(li.get(follow(li, second, first).location))

    assert f"已和 {first}号放在一组，一起定" in page
    assert "待审 2 条，合成 1 组" in page
    assert "和另一条放在一组" in text_of(li.get(f"/admin/mottos/{second}"))


def test_with_a_number_that_will_not_do_nothing_is_done_and_that_is_said(
    li: Browser, submit: Submit, opened: Opened
) -> None:
    number = submit(BRICK)

    for other in (number, 4711):
        answer = follow(li, number, other)
        assert answer.status_code == 409
        assert f"没有照{other}号办" in text_of(answer)
    assert follow(li, number, "x").status_code == 400
    assert state(opened, number) == ("waiting", 1)


@pytest.mark.parametrize("marked", ["1001", "1001:1,1002:1", "一:1", "1:1 " * 2_000])
def test_marks_that_no_page_has_change_nothing(
    li: Browser, submit: Submit, opened: Opened, marked: str
) -> None:
    number = submit(BRICK)

    assert li.post("/admin/decide-marked", {"marked": [marked]}).status_code == 400
    assert state(opened, number) == ("waiting", 1)


def test_what_lies_on_one_desk_is_not_shown_on_another(
    li: Browser, wang: Browser, submit: Submit
) -> None:
    submit(BRICK)
    li.get("/admin")

    page = text_of(wang.get("/admin"))
    assert BRICK not in page
    assert "李审核 正在看 1 组" in page
    assert "剩下的别人正在看" in page

    li.post("/admin/sign-out")
    assert BRICK in text_of(wang.get("/admin"))


def test_who_leaves_the_desk_gives_back_what_lay_on_it(
    li: Browser, wang: Browser, submit: Submit
) -> None:
    submit(BRICK)
    token = li.form_token()
    seat = li.get("/admin").text.partition('data-seat="')[2][:32]

    li.post_bare("/admin/leave-desk", {"form_token": token, "seat": seat})

    assert BRICK in text_of(wang.get("/admin"))
