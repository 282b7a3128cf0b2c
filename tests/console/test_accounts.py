"""Accounts at the console: the second step, proof before dangerous acts, devices, colleagues."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from werkzeug.test import TestResponse

from bot.console import wording
from bot.console.accounts import wording as words
from bot.console.accounts.browsers import browser_of
from bot.console.security import ACCESS, DANGEROUS
from bot.domain.roles import Role
from bot.domain.second_factor import code_at
from bot.domain.services import Transaction
from bot.domain.staff import FRESH
from bot.storage.tables import Audit, Staff
from tests.builders import key
from tests.console.browser import Browser, text_of
from tests.console.conftest import PASSWORD, Clock, Opened, a_colleague, an_app, signed_in
from tests.console.test_security import every_rule

pytestmark = pytest.mark.slow

SEED = re.compile(r"data-seed>([A-Z2-7 ]+)<")
RECOVERY_CODE = re.compile(r"<li>([0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5})</li>")
INVITATION = re.compile(r"data-code>([0-9A-Z-]+)<")
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36 Edg/142.0"


@pytest.fixture
def sun(app: Flask, transaction: Transaction) -> Browser:
    """The browser of 孙负责, an owner."""
    return signed_in(app, transaction, "孙负责", Role.OWNER)


@pytest.fixture
def wu(app: Flask, transaction: Transaction) -> Browser:
    """A browser in which 吴审核 has just shown the password, and has no authenticator yet."""
    with transaction() as services:
        a_colleague(services, "吴审核")
    browser = Browser(app)
    browser.sign_in("吴审核", PASSWORD)
    return browser


def enrol(browser: Browser, clock: Clock) -> tuple[str, list[str]]:
    """Set up an authenticator as a phone does; its seed, and the recovery codes."""
    found = SEED.search(browser.get("/admin/authenticator").text)
    assert found
    seed = found[1].replace(" ", "")
    answer = browser.post("/admin/authenticator", {"code": code_at(seed, clock.now)})
    clock.advance(minutes=2)
    return seed, RECOVERY_CODE.findall(answer.text)


def deeds(opened: Opened) -> list[str]:
    with opened() as session:
        return list(session.scalars(select(Audit.action).order_by(Audit.id)))


# ------------------------------------------------------------ the second step


def test_the_first_sign_in_sets_up_an_authenticator(wu: Browser, clock: Clock) -> None:
    page = wu.get("/admin/authenticator")
    assert "<svg" in page.text
    assert re.search(r"<svg(?![^>]*style=)", page.text)

    _, codes = enrol(wu, clock)

    assert len(set(codes)) == 10
    assert wu.get("/admin").status_code == 200


def test_what_the_authenticator_does_not_show_is_not_taken(wu: Browser) -> None:
    answer = wu.post("/admin/authenticator", {"code": "000000"})

    assert answer.status_code == 422
    assert words.WRONG_NEW_CODE in text_of(answer)
    assert wu.get("/admin").location == "/admin/authenticator"


def test_later_the_code_is_asked_for(app: Flask, wu: Browser, clock: Clock) -> None:
    seed, _ = enrol(wu, clock)
    other = Browser(app)
    other.sign_in("吴审核", PASSWORD)

    assert other.get("/admin").location == "/admin/code"
    assert other.get("/admin/authenticator").location == "/admin/code"
    wrong = other.post("/admin/code", {"code": "000000"})
    assert (wrong.status_code, words.WRONG_CODE in text_of(wrong)) == (401, True)
    assert other.post("/admin/code", {"code": code_at(seed, clock.now)}).status_code == 303
    assert other.get("/admin").status_code == 200
    assert other.get("/admin/code").location == "/admin/"


def test_a_code_opens_one_of_two_sign_ins(app: Flask, wu: Browser, clock: Clock) -> None:
    seed, _ = enrol(wu, clock)
    code = code_at(seed, clock.now)
    browsers = [Browser(app), Browser(app)]
    for browser in browsers:
        browser.sign_in("吴审核", PASSWORD)

    assert [each.post("/admin/code", {"code": code}).status_code for each in browsers] == [303, 401]


def test_the_sixth_wrong_code_is_told_to_wait_and_a_recovery_code_still_opens(
    app: Flask, wu: Browser, clock: Clock
) -> None:
    _, codes = enrol(wu, clock)
    other = Browser(app)
    other.sign_in("吴审核", PASSWORD)

    answers = [other.post("/admin/code", {"code": f"00000{n}"}) for n in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["Retry-After"]
    assert other.post("/admin/code", {"code": codes[0]}).status_code == 303
    assert other.get("/admin").status_code == 200


def test_the_token_changes_with_each_step_and_the_old_one_is_dead(
    app: Flask, wu: Browser, clock: Clock
) -> None:
    before = wu.cookie or ""
    seed, _ = enrol(wu, clock)
    other = Browser(app)
    other.sign_in("吴审核", PASSWORD)
    half = other.cookie or ""
    other.post("/admin/code", {"code": code_at(seed, clock.now)})

    assert len({before, wu.cookie, half, other.cookie}) == 4
    for dead in (before, half):
        thief = Browser(app)
        thief.client.set_cookie("sibian", dead)
        assert thief.get("/admin").location == "/admin/sign-in?again=1"


def test_setting_up_an_authenticator_ends_other_sign_ins(
    app: Flask, wu: Browser, clock: Clock
) -> None:
    other = Browser(app)
    other.sign_in("吴审核", PASSWORD)

    enrol(wu, clock)

    assert other.get("/admin").location == "/admin/sign-in?again=1"


def test_who_only_looks_needs_no_authenticator_and_may_have_one(
    app: Flask, transaction: Transaction, clock: Clock
) -> None:
    with transaction() as services:
        a_colleague(services, "赵只读", Role.VIEWER)
    zhao = Browser(app)
    zhao.sign_in("赵只读", PASSWORD)
    assert zhao.get("/admin").status_code == 200

    assert zhao.post("/admin/account/replace").location == "/admin/authenticator"
    enrol(zhao, clock)
    zhao.sign_in("赵只读", PASSWORD)

    assert zhao.get("/admin").location == "/admin/code"


def test_a_trial_shows_the_code_and_production_does_not(
    transaction: Transaction, browser: Browser
) -> None:
    with transaction() as services:
        a_colleague(services, "吴审核")
    production = an_app(transaction, env="production", public_url="https://party.example.gov.cn")
    served = Browser(production, scheme="https")

    for each in (browser, served):
        each.sign_in("吴审核", PASSWORD)

    assert "data-trial-code" in browser.get("/admin/authenticator").text
    assert "data-trial-code" not in served.get("/admin/authenticator").text
    browser.take_second_step()
    served.sign_in("吴审核", PASSWORD)
    assert "data-trial-code" not in served.get("/admin/code").text


# ------------------------------------------------------------ proof before dangerous acts


def test_every_dangerous_view_is_one_of_the_console() -> None:
    assert set(ACCESS) >= DANGEROUS


def test_a_dangerous_act_asks_for_password_and_code_and_keeps_the_form(
    app: Flask, transaction: Transaction, clock: Clock, opened: Opened
) -> None:
    with transaction() as services:
        a_colleague(services, "孙负责", Role.OWNER)
    sun = Browser(app)
    sun.sign_in("孙负责", PASSWORD)
    seed, _ = enrol(sun, clock)
    clock.now += FRESH
    form = {"name": "王审核", "role": "moderator", "unit": '"><script>'}

    asked = sun.post("/admin/people", form)

    assert asked.status_code == 401
    assert 'name="name" value="王审核"' in asked.text
    assert "<script>" not in asked.text
    proof = {"proof_password": PASSWORD, "proof_code": code_at(seed, clock.now)}
    for wrong in (
        proof | {"proof_password": "不对不对不对不对不对不对"},
        proof | {"proof_code": "000000"},
        proof | {"proof_code": ""},
    ):
        answer = sun.post("/admin/people", form | wrong)
        assert (answer.status_code, wording.WRONG_PROOF in text_of(answer)) == (401, True)
    assert names(opened) == ["孙负责"]

    done = sun.post("/admin/people", form | proof)

    assert INVITATION.search(done.text)
    assert names(opened) == ["孙负责", "王审核"]
    # For five minutes nothing is asked again.
    assert sun.post("/admin/people", form | {"name": "赵审核"}).status_code == 200


def names(opened: Opened) -> list[str]:
    with opened() as session:
        return list(session.scalars(select(Staff.name).order_by(Staff.id)))


def test_none_of_the_dangerous_acts_is_done_without_proof(
    app: Flask, sun: Browser, clock: Clock
) -> None:
    clock.now += FRESH
    token = sun.form_token()
    paths = {endpoint: path for endpoint, method, path in every_rule(app) if method == "POST"}

    for endpoint in DANGEROUS:
        answer = sun.post_bare(paths[endpoint], {"form_token": token})
        assert answer.status_code == 401, endpoint
        assert "再验一次是不是您" in text_of(answer)


def test_guessing_the_password_of_an_open_sign_in_is_counted(sun: Browser, clock: Clock) -> None:
    clock.now += FRESH
    form = {"name": "王审核", "role": "moderator", "proof_password": "不对不对不对不对不对不对"}

    answers = [sun.post("/admin/people", form).status_code for _ in range(11)]

    assert answers == [401] * 10 + [429]


# ------------------------------------------------------------ one's own account


def test_the_devices_are_listed_and_ended_one_by_one_or_all(
    app: Flask, transaction: Transaction, clock: Clock
) -> None:
    with transaction() as services:
        a_colleague(services, "赵只读", Role.VIEWER)
    phone, desk = Browser(app), Browser(app)
    phone.sign_in("赵只读", PASSWORD, headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/604.1"})
    desk.sign_in("赵只读", PASSWORD, headers={"User-Agent": WINDOWS})

    page = desk.get("/admin/account")
    assert "Edge · Windows 这一台" in text_of(page)
    assert "Safari · iPhone" in text_of(page)

    (other,) = [handle for handle in handles(page) if handle != handles_of_this(page)]
    desk.post("/admin/account/end", {"sign_in": other})
    assert phone.get("/admin").location == "/admin/sign-in?again=1"
    assert desk.get("/admin").status_code == 200

    phone.sign_in("赵只读", PASSWORD)
    desk.post("/admin/account/end-all")
    assert phone.get("/admin").location == "/admin/sign-in?again=1"
    assert desk.get("/admin").status_code == 200

    desk.post("/admin/account/end", {"sign_in": handles_of_this(desk.get("/admin/account"))})
    assert desk.get("/admin").location == "/admin/sign-in?again=1"


def handles(page: TestResponse) -> list[str]:
    return re.findall(r'name="sign_in" value="([0-9a-f]{64})"', page.text)


def handles_of_this(page: TestResponse) -> str:
    return handles(page)[page.text.split("这一台")[0].count('name="sign_in"')]


def test_nobody_ends_the_sign_in_of_somebody_else(li: Browser, viewer: Browser) -> None:
    (theirs,) = handles(li.get("/admin/account"))

    viewer.post("/admin/account/end", {"sign_in": theirs})

    assert li.get("/admin").status_code == 200


def test_another_password_leaves_only_this_browser(
    app: Flask, wu: Browser, clock: Clock, opened: Opened
) -> None:
    seed, _ = enrol(wu, clock)
    other = Browser(app)
    other.sign_in("吴审核", PASSWORD)
    other.post("/admin/code", {"code": code_at(seed, clock.now)})
    new = {"password": "换成另外一句容易记的话了", "password_again": "换成另外一句容易记的话了"}

    assert wu.post("/admin/account/password", new | {"password_again": "x"}).status_code == 422
    assert (
        wu.post("/admin/account/password", {"password": "短", "password_again": "短"}).status_code
        == 422
    )
    assert wu.post("/admin/account/password", new).status_code == 303

    assert wu.get("/admin").status_code == 200
    assert other.get("/admin").status_code == 303
    assert Browser(app).sign_in("吴审核", PASSWORD).status_code == 401
    assert deeds(opened).count("staff.password") == 1


def test_new_recovery_codes_are_shown_once(app: Flask, wu: Browser, clock: Clock) -> None:
    _, old = enrol(wu, clock)

    new = RECOVERY_CODE.findall(wu.post("/admin/account/codes").text)

    assert len(set(new) | set(old)) == 20
    assert not any(code in wu.get("/admin/account").text for code in new)
    assert "还剩 10 个备用码" in text_of(wu.get("/admin/account"))


def test_another_authenticator_takes_the_place_of_the_first(
    app: Flask, wu: Browser, clock: Clock
) -> None:
    first, _ = enrol(wu, clock)
    wu.post("/admin/account/replace")

    second, _ = enrol(wu, clock)

    other = Browser(app)
    other.sign_in("吴审核", PASSWORD)
    assert other.post("/admin/code", {"code": code_at(first, clock.now)}).status_code == 401
    assert other.post("/admin/code", {"code": code_at(second, clock.now)}).status_code == 303


def test_the_authenticator_is_not_offered_without_proof(wu: Browser, clock: Clock) -> None:
    enrol(wu, clock)
    clock.now += FRESH

    assert wu.get("/admin/authenticator").location == "/admin/account"
    assert wu.post("/admin/authenticator", {"code": "000000"}).location == "/admin/account"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WINDOWS, "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142 MicroMessenger/8.0", "WeChat, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari/605", "Safari, Mac"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_kind_and_machine(agent: str, name: str) -> None:
    assert browser_of(agent) == name


# ------------------------------------------------------------ colleagues


def invite(sun: Browser, **changes: Any) -> str:
    form = {"name": "王审核", "role": "moderator", "unit": ""} | changes
    found = INVITATION.search(sun.post("/admin/people", form).text)
    assert found
    return found[1]


def test_an_owner_invites_and_the_colleague_chooses_the_password(
    app: Flask, sun: Browser, opened: Opened
) -> None:
    code = invite(sun)
    wang = Browser(app)
    form = {"name": "王审核", "code": code, "password": PASSWORD, "password_again": PASSWORD}

    wrong = wang.post("/admin/invited", form | {"code": "AAAAA"})
    assert (wrong.status_code, words.WRONG_INVITATION in text_of(wrong)) == (422, True)
    assert wang.post("/admin/invited", form | {"password_again": "x"}).status_code == 422
    done = wang.post("/admin/invited", form, follow_redirects=True)
    assert wording.PASSWORD_CHOSEN in text_of(done)
    wang.sign_in("王审核", PASSWORD)
    wang.take_second_step()

    assert wang.get("/admin").status_code == 200
    assert wang.post("/admin/invited", form).status_code == 422
    assert [deed for deed in deeds(opened) if deed in ("staff.invite", "staff.password")] == [
        "staff.invite",
        "staff.password",
    ]


def test_what_is_wrong_with_an_invitation_is_said_and_what_was_typed_stays(sun: Browser) -> None:
    taken = sun.post("/admin/people", {"name": "孙负责", "role": "editor", "unit": ""})
    unit = sun.post("/admin/people", {"name": "钱联络", "role": "secretary", "unit": "没有"})

    assert (taken.status_code, unit.status_code) == (422, 422)
    assert "已经有人用了" in text_of(taken)
    assert 'value="editor" checked' in taken.text
    assert "没有找到这个单位" in text_of(unit)


def test_a_role_is_changed_and_the_colleague_has_to_sign_in_anew(
    app: Flask, sun: Browser, transaction: Transaction
) -> None:
    li = signed_in(app, transaction, "李审核")

    answer = sun.post("/admin/people/2/role", {"role": "editor", "unit": ""})

    assert answer.location == "/admin/people/2?said=role"
    assert li.get("/admin").location == "/admin/sign-in?again=1"
    assert "出题员" in text_of(sun.get("/admin/people/2"))


@pytest.mark.parametrize(
    ("act", "opens"), [("disable", False), ("password", True), ("authenticator", True)]
)
def test_an_account_is_closed_or_reset_and_its_sign_ins_end(
    app: Flask, sun: Browser, transaction: Transaction, act: str, opens: bool
) -> None:
    li = signed_in(app, transaction, "李审核")

    answer = sun.post(f"/admin/people/2/{act}", follow_redirects=True)

    assert bool(INVITATION.search(answer.text)) is opens
    assert li.get("/admin").location == "/admin/sign-in?again=1"
    assert Browser(app).sign_in("李审核", PASSWORD).status_code == 401


def test_a_closed_account_is_opened_again(sun: Browser, viewer: Browser) -> None:
    sun.post("/admin/people/2/disable")

    assert "重新启用" in text_of(sun.get("/admin/people/2"))
    assert INVITATION.search(sun.post("/admin/people/2/reopen").text)


def test_an_owner_signs_a_colleague_out_everywhere(sun: Browser, li: Browser) -> None:
    sun.post("/admin/people/2/sign-out")

    assert li.get("/admin").status_code == 303
    assert sun.get("/admin").status_code == 200


def test_after_another_authenticator_the_phone_waits_for_its_owner(
    wu: Browser, clock: Clock, transaction: Transaction
) -> None:
    enrol(wu, clock)
    with transaction() as services:
        services.members.welcome(key("wu"), "o-wu", "")
        services.phones.link(key("wu"), services.phones.invite(1))
    assert "还是我的微信" not in text_of(wu.get("/admin/account"))
    assert "微信里先停审" in text_of(wu.get("/admin/authenticator"))
    clock.advance(minutes=1)
    enrol(wu, clock)
    assert "您的验证器换过，微信里先停审了" in text_of(wu.get("/admin/account"))

    answer = wu.post("/admin/account/phone-kept", follow_redirects=True)

    assert words.SAID["phone_kept"] in text_of(answer)
    assert "还是我的微信" not in text_of(answer)
    with transaction(read_only=True) as services:
        moderator = services.phones.moderator(key("wu"))
    assert moderator
    assert moderator.proved


def test_an_owner_unlinks_the_phone_of_a_colleague(
    sun: Browser, li: Browser, transaction: Transaction
) -> None:
    assert "解除绑定" not in text_of(sun.get("/admin/people/2"))
    with transaction() as services:
        services.members.welcome(key("li"), "o-li", "")
        services.phones.link(key("li"), services.phones.invite(2))
    assert "解除绑定" in text_of(sun.get("/admin/people/2"))

    answer = sun.post("/admin/people/2/phone-off", follow_redirects=True)

    assert words.SAID["phone_off"] in text_of(answer)
    assert "解除绑定" not in text_of(answer)
    with transaction(read_only=True) as services:
        assert services.phones.moderator(key("li")) is None
    assert li.get("/admin").status_code == 200


def test_the_own_account_is_not_changed_here(sun: Browser) -> None:
    for act in ("disable", "password", "authenticator", "role"):
        answer = sun.post(f"/admin/people/1/{act}", {"role": "viewer", "unit": ""})
        assert answer.status_code == 409
        assert "请另一位负责人来办" in text_of(answer)


def test_who_does_not_exist_is_not_found(sun: Browser) -> None:
    assert sun.get("/admin/people/4711").status_code == 404
    for act in ("disable", "password", "authenticator", "role"):
        answer = sun.post(f"/admin/people/4711/{act}", {"role": "viewer", "unit": ""})
        assert answer.status_code == 404


# ------------------------------------------------------------ a secretary


@pytest.fixture
def qian(app: Flask, transaction: Transaction, opened: Opened) -> Browser:
    """The browser of 钱联络, secretary of 城东街道."""
    browser = signed_in(app, transaction, "钱联络", Role.SECRETARY)
    with opened() as session:
        session.scalars(select(Staff)).one().unit_id = 1
    return browser


def test_a_secretary_sees_the_own_unit_and_those_below(qian: Browser) -> None:
    page = qian.get("/admin", follow_redirects=True)

    assert page.request.path == "/admin/units"
    assert "城东街道" in text_of(page)
    assert "新安社区支部" in text_of(page)
    assert "农业局" not in text_of(page)
    assert "新安社区支部" in text_of(qian.get("/admin/units?unit=2"))


def test_units_of_others_are_as_if_they_were_not_there(qian: Browser) -> None:
    others, nowhere = qian.get("/admin/units?unit=3"), qian.get("/admin/units?unit=4711")

    assert others.status_code == nowhere.status_code == 404
    assert text_of(others) == text_of(nowhere)


def test_for_units_of_others_the_same_is_done_as_for_none(qian: Browser, engine: Engine) -> None:
    done: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *words: done.append(words[2]))
    qian.get("/admin/units?unit=2")

    asked = []
    for unit in (3, 4711):
        done.clear()
        qian.get(f"/admin/units?unit={unit}")
        asked.append(list(done))

    assert asked[0] == asked[1] != []


def test_a_secretary_without_a_unit_sees_none(app: Flask, transaction: Transaction) -> None:
    lost = signed_in(app, transaction, "钱联络", Role.SECRETARY)

    assert lost.get("/admin/units").status_code == 404
    assert lost.get("/admin/units?unit=1").status_code == 404


def test_everybody_else_sees_all_units(viewer: Browser) -> None:
    page = text_of(viewer.get("/admin/units"))

    assert "城东街道" in page
    assert "农业局" in page
