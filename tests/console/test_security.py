"""What every page promises, whatever is on it: who gets in, which forms are heard, headers."""

import re
from collections import defaultdict
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from bot.console.security import ACCESS, DANGEROUS, Access
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import Base, Motto, Staff
from tests.console.browser import Browser, text_of
from tests.console.conftest import Opened, Submit, an_app, signed_in

pytestmark = pytest.mark.slow

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><b onclick=alert(1)>x</b>",
    "</textarea><script>x</script>",
    "</title><script>alert(1)//",
    "<a href=javascript:alert(1)>x",
    "javascript:alert(document)",
    "{{7*7}}{{config.items()}}",
    "{% print 7*7 %} 一二三",
    "${7*7}<%= 7*7 %>#{7*7}",
    "<!--<script>alert(1)//-->",
    "]]><script>alert(1)</script>",
    "&lt;script&gt;alert(1)",
    "&#60;script&#62;alert(1)",
    "<iframe srcdoc=<script>x>",
    "<base href=//evil.example>",
    "<form action=//evil.example>",
    '" autofocus onfocus=alert(1)',
    "<style>*{display:none}</style>",
    "<meta http-equiv=refresh>",
    "\u202e<script>gnirts</script>",
    "<scr\u200bipt>alert(1)</script>",
    "<ScRiPt\u3000src=//e.example>",
    "＜script＞alert(1)＜/script＞",
    "<svg><script>alert(1)</script>",
    "<math href=javascript:x(1)>",
    "<details ontoggle=alert(1)>",
    "<video src=x onerror=alert(1)>",
    "<body onpageshow=alert(1)>",
    "<object data=javascript:x()>",
    "<embed src=//e.example/x.svg>",
    "<link rel=icon href=//e.ex>",
    "<input onfocus=alert(1)>",
    "<a href=data:text/html,<b>>",
    "`onmouseover=alert(1) x=`一二三四",
    "<noscript><p title=<b>",
    "<template><img onerror=x()>",
    "%3Cscript%3Ex()%3C/script",
    "\\x3cscript\\x3ealert(1)//一二三四",
]


LOOKERS = set(Role) - {Role.SECRETARY, Role.JUDGE}
MAY = {
    Access.ANYONE: set(Role),
    Access.ENTERING: set(Role),
    Access.STAFF: set(Role),
    Access.LOOKERS: LOOKERS,
    Access.DECIDERS: {Role.OWNER, Role.ORGANISER, Role.MODERATOR},
    Access.EDITORS: {Role.OWNER, Role.ORGANISER, Role.EDITOR},
    Access.PLANNERS: {Role.OWNER, Role.ORGANISER},
    Access.AUDITORS: {Role.OWNER, Role.ORGANISER},
    Access.OWNERS: {Role.OWNER},
    Access.REPORTERS: {Role.OWNER, Role.ORGANISER, Role.MODERATOR, Role.EDITOR},
    Access.COUNTERS: set(Role) - {Role.JUDGE},
    Access.JUDGES: {Role.OWNER, Role.JUDGE},
    Access.SENDERS: {Role.OWNER, Role.ORGANISER, Role.SECRETARY},
}
"""Who may ask for which views: said here a second time, so that the two can differ."""


def every_rule(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and an address of each view of the console."""
    rules = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            path = re.sub(r"<int[^>]*:\w+>", "1001", rule.rule)
            path = path.replace("<path:filename>", "console.css").replace("<path:rest>", "x")
            rules += [(rule.endpoint, method, path) for method in rule.methods or ()]
    return rules


# ------------------------------------------------------------ who gets in


def test_the_table_of_access_names_exactly_the_views_there_are(app: Flask) -> None:
    assert {endpoint for endpoint, _, _ in every_rule(app)} == set(ACCESS)


def test_without_signing_in_only_the_doors_open(
    app: Flask, browser: Browser, submit: Submit, opened: Opened
) -> None:
    submit("愿做一块砖，哪里需要哪里搬")

    for endpoint, method, path in every_rule(app):
        response = browser.open(path, method)
        if ACCESS[endpoint] is Access.ANYONE:
            continue
        assert "哪里需要" not in response.text, path
        if method in ("GET", "HEAD", "OPTIONS"):
            assert (response.status_code, response.location) == (303, "/admin/sign-in"), path
        else:
            assert response.status_code == 403, path
    with opened() as session:
        assert session.scalars(select(Motto.version)).one() == 1


def test_without_signing_in_a_good_form_still_decides_nothing(
    app: Flask, browser: Browser, submit: Submit, opened: Opened
) -> None:
    number = submit("愿做一块砖，哪里需要哪里搬")

    response = browser.post(f"/admin/mottos/{number}/approve", {"version": 1})

    assert (response.status_code, response.location) == (303, "/admin/sign-in")
    with opened() as session:
        assert session.scalars(select(Motto.version)).one() == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.VIEWER])
def test_before_the_second_step_nobody_gets_further_than_to_it(
    app: Flask, transaction: Transaction, submit: Submit, role: Role
) -> None:
    submit("愿做一块砖，哪里需要哪里搬")
    colleague = signed_in(app, transaction, "某同志", role, proved=False)
    fields = {"form_token": colleague.form_token(), "version": 1, "reason": "typo"}

    for endpoint, method, path in every_rule(app):
        if ACCESS[endpoint] in (Access.ANYONE, Access.ENTERING):
            continue
        data = None if method in ("GET", "HEAD", "OPTIONS") else fields
        response = colleague.open(path, method, data)
        assert (response.status_code, response.location) == (303, "/admin/authenticator"), path


OPEN_TO_ALL = {"sign_in", "set_up", "invited", "sign_out", "code", "set_up_authenticator"}
OWN_ACCOUNT = {
    "end_sign_in", "end_sign_ins", "own_password", "own_look", "recovery_codes",
    "replace_authenticator", "leave_desk", "nowhere",
}  # fmt: skip
OF_OWNERS = {
    "invite_colleague", "change_role", "disable_account", "reset_reopen", "reset_password",
    "reset_authenticator", "sign_out_colleague", "unlink_phone_of_colleague", "export_people",
}  # fmt: skip
OF_PLANNERS = {
    "reopen", "settle", "publicise", "publish", "confirm_quarantine", "confirm_release", "new_draw",
    "new_award", "revoke", "close_judging", "take_units", "change_contest", "change_round",
    "lift_freeze",
}  # fmt: skip


def test_the_table_lets_nobody_do_what_is_not_theirs(app: Flask) -> None:
    """Said here a second time: what the next test asks, it reads from the table itself."""
    acts: dict[Access, set[str]] = defaultdict(set)
    for endpoint, method, _ in every_rule(app):
        if method not in ("GET", "HEAD", "OPTIONS"):
            acts[ACCESS[endpoint]].add(endpoint.removeprefix("console."))

    assert acts[Access.ANYONE] | acts[Access.ENTERING] == OPEN_TO_ALL
    assert acts[Access.STAFF] == OWN_ACCOUNT
    assert acts[Access.LOOKERS] | acts[Access.COUNTERS] == set()
    assert acts[Access.OWNERS] == OF_OWNERS
    assert acts[Access.PLANNERS] >= OF_PLANNERS
    assert acts[Access.DECIDERS] >= {"approve", "send_back", "undo", "look", "close_ticket"}


WANT_PROOF = {
    # How colleagues come in.
    "own_password", "recovery_codes", "replace_authenticator", "link_phone", "keep_phone",
    *(OF_OWNERS - {"sign_out_colleague", "unlink_phone_of_colleague"}),
    # What cannot be taken back, or takes votes and points.
    "settle", "reopen", "publicise", "publish", "confirm_quarantine", "confirm_release",
    "release_key", "lift_freeze", "close_judging", "cancel_panel", "revoke", "revoke_award",
    "new_draw", "enter_number", "prize_lapsed", "new_award", "begin_judging",
    # Names that leave the house.
    "export_trail", "export_words", "take_results",
}  # fmt: skip


def test_what_cannot_be_taken_back_asks_for_proof() -> None:
    """Said here a second time: what else is asked of these, the tests read from the table."""
    assert {f"console.{act}" for act in WANT_PROOF} <= DANGEROUS


@pytest.mark.parametrize("role", Role)
def test_every_role_gets_exactly_what_the_table_says(
    app: Flask, transaction: Transaction, submit: Submit, role: Role
) -> None:
    submit("愿做一块砖，哪里需要哪里搬")
    colleague = signed_in(app, transaction, "某同志", role)
    fields = {"form_token": colleague.form_token(), "version": 1, "reason": "typo"}

    for endpoint, method, path in every_rule(app):
        if method == "OPTIONS" or endpoint in ("console.sign_out", "console.nowhere"):
            continue
        data = fields if method == "POST" else None
        status = colleague.open(path, method, data).status_code
        denied = role not in MAY[ACCESS[endpoint]]
        if denied and endpoint == "console.queue":
            # Where whoever signs in comes first: a secretary is sent on.
            assert status == 303
            continue
        assert (status == 403) == denied, (path, status)
        assert status < 500


# ------------------------------------------------------------ whose forms are heard


@pytest.fixture
def decide(submit: Submit, opened: Opened) -> Any:
    """Approve a motto with these fields and headers; whether it went through, and the page."""
    number = submit("愿做一块砖，哪里需要哪里搬")

    def decide(
        browser: Browser, token: str | None, headers: dict[str, str] | None = None, **options: Any
    ) -> tuple[bool, TestResponse]:
        fields: dict[str, Any] = {"version": 1}
        if token is not None:
            fields["form_token"] = token
        path = f"/admin/mottos/{number}/approve"
        response = browser.post_bare(path, fields, headers=headers or {}, **options)
        with opened() as session:
            state = session.get_one(Motto, number - 1_000).state
        return state == "approved", response

    return decide


@pytest.mark.parametrize("token", [None, "", "0" * 64, "不是十六进制"])
def test_a_form_without_its_token_is_not_heard(li: Browser, decide: Any, token: str | None) -> None:
    done, response = decide(li, token)

    assert not done
    assert response.status_code == 403
    assert "这个页面过期了" in text_of(response)


def test_a_token_of_another_sign_in_is_not_heard(li: Browser, wang: Browser, decide: Any) -> None:
    done, response = decide(li, wang.form_token())

    assert not done
    assert response.status_code == 403


def test_a_token_dies_with_its_sign_in(
    app: Flask, li: Browser, transaction: Transaction, decide: Any
) -> None:
    stale = li.form_token()
    li.post("/admin/sign-out")
    with transaction() as services:
        li.client.set_cookie("sibian", services.staff.open_sign_in(1, proved=True))

    done, response = decide(li, stale)

    assert not done
    assert response.status_code == 403


def test_the_token_of_the_sign_in_page_is_worth_nothing_after_it(
    browser: Browser, transaction: Transaction, decide: Any
) -> None:
    before = browser.form_token()
    with transaction() as services:
        colleague = services.staff.add("李审核", "一句容易记的话，十二个字以上")
        browser.client.set_cookie("sibian", services.staff.open_sign_in(colleague.id, proved=True))

    assert not decide(browser, before)[0]


def test_signing_in_needs_a_token_too(browser: Browser) -> None:
    response = browser.post_bare("/admin/sign-in", {"name": "李审核", "password": "x" * 12})

    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost:81"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_sent_from_elsewhere_is_not_heard(
    li: Browser, decide: Any, headers: dict[str, str]
) -> None:
    done, response = decide(li, li.form_token(), headers)

    assert not done
    assert response.status_code == 403
    assert "不是从本站的页面发出的" in text_of(response)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        # Browsers hide the origin of a page that asks for no referrer.
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_our_own_page_is_heard(li: Browser, decide: Any, headers: dict[str, str]) -> None:
    done, _ = decide(li, li.form_token(), headers)

    assert done


def test_fields_that_a_form_has_not_change_nothing(
    app: Flask, transaction: Transaction, submit: Submit, opened: Opened
) -> None:
    number = submit("愿做一块砖，哪里需要哪里搬")
    editor = signed_in(app, transaction, "陈出题", Role.EDITOR)
    moderator = signed_in(app, transaction, "李审核")
    more = {"role": "owner", "state": "withdrawn", "staff_id": "1", "author": "x", "words": "改了"}

    editor.post("/admin/account/end-all", more)
    moderator.post(f"/admin/mottos/{number}/approve", {"version": 1} | more)

    with opened() as session:
        motto = session.scalars(select(Motto)).one()
        assert (motto.state, motto.words) == ("approved", "愿做一块砖，哪里需要哪里搬")
        assert set(session.scalars(select(Staff.role))) == {"editor", "moderator"}


def test_getting_changes_nothing(
    app: Flask, transaction: Transaction, submit: Submit, opened: Opened
) -> None:
    submit("愿做一块砖，哪里需要哪里搬")
    owner = signed_in(app, transaction, "孙负责", Role.OWNER)
    owner.get("/admin")
    before = everything(opened)

    for _ in range(2):
        for _, method, path in every_rule(app):
            if method in ("GET", "HEAD", "OPTIONS"):
                owner.open(path, method)

    assert everything(opened) == before


def everything(opened: Opened) -> dict[str, list[Any]]:
    """All rows of all tables, but for when a colleague was last seen, and at which desk."""
    with opened() as session:
        return {
            table.name: sorted(
                map(repr, session.execute(text(f"SELECT * FROM {table.name}"))),  # noqa: S608
            )
            for table in Base.metadata.tables.values()
            if table.name not in ("staff_session", "pile_claim")
        }


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_do_nothing(li: Browser, submit: Submit, method: str) -> None:
    submit("愿做一块砖，哪里需要哪里搬")
    fields = {"form_token": li.form_token(), "version": 1}

    response = li.open("/admin/mottos/1001/approve", method, fields)

    assert response.status_code in (404, 405)
    assert response.headers["Content-Security-Policy"] == POLICY


def test_a_form_of_a_megabyte_is_refused(li: Browser) -> None:
    response = li.post_bare("/admin/sign-out", {"form_token": "x" * 1_000_000})

    assert response.status_code == 413
    assert "太长" in text_of(response)


# ------------------------------------------------------------ what every answer carries


def test_every_answer_carries_the_policy_and_its_companions(
    app: Flask, li: Browser, browser: Browser, submit: Submit
) -> None:
    submit("愿做一块砖，哪里需要哪里搬")

    for visitor in (browser, li):
        for endpoint, method, path in every_rule(app):
            response = visitor.open(path, method)
            sealed(response, no_store=endpoint != "console.static")
    sealed(li.get("/admin/mottos/4711"))
    sealed(li.post("/admin/mottos/1001/approve", {"version": 7}))
    sealed(li.post("/admin/mottos/1001/approve", {}))


def sealed(response: TestResponse, no_store: bool = True) -> None:
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not no_store or response.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_fault_of_ours_is_told_kindly_and_logged_under_its_number(
    li: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("SELECT secret FROM /etc/passwd")

    monkeypatch.setattr("bot.domain.piles.Piles.desk", fail)
    app.logger.disabled = True

    with capture_logs() as logs:
        response = li.get("/admin")

    assert response.status_code == 500
    assert "SELECT" not in response.text
    assert "Traceback" not in response.text
    assert logs[0]["incident"] in text_of(response)
    sealed(response)


def test_when_the_register_cannot_be_asked_nobody_gets_in(
    li: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("no database")

    monkeypatch.setattr("bot.domain.staff.StaffRegister.seen_lately", fail)
    app.logger.disabled = True

    assert li.get("/admin").status_code == 500


def test_pages_hold_no_script_and_no_style_of_their_own(
    li: Browser, browser: Browser, submit: Submit
) -> None:
    submit("愿做一块砖，哪里需要哪里搬")
    pages = [browser.get("/admin/set-up"), li.get("/admin"), li.get("/admin/mottos/1001")]

    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page.text)


# ------------------------------------------------------------ what members write


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_member_writes_stays_words(
    li: Browser, submit: Submit, opened: Opened, payload: str
) -> None:
    number = submit(payload)
    before = li.get("/admin")
    li.post(f"/admin/mottos/{number}/return", {"version": 1, "reason": "unfit"})

    pages = [before, li.get("/admin"), li.get(f"/admin/mottos/{number}")]

    with opened() as session:
        words = session.scalars(select(Motto.words)).one()
    for page in pages:
        assert shown(words) in page.text
        assert words not in page.text or shown(words) == words


def shown(words: str) -> str:
    """How text stands in HTML when none of it can be anything but text."""
    for char, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&#34;"),
        ("'", "&#39;"),
    ):
        words = words.replace(char, entity)
    return words


def test_the_name_of_a_colleague_stays_words(app: Flask, transaction: Transaction) -> None:
    mallory = signed_in(app, transaction, "<script>alert(1)</script>")

    page = mallory.get("/admin").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_name_given_at_set_up_stays_words(browser: Browser) -> None:
    fields = {"code": "x", "name": '"><script>alert(1)', "password": "x", "password_again": "y"}

    assert '"><script>alert' not in browser.post("/admin/set-up", fields).text


# ------------------------------------------------------------ in production


@pytest.fixture
def production(transaction: Transaction) -> Browser:
    app = an_app(transaction, env="production", public_url="https://party.example.gov.cn")
    with transaction() as services:
        services.staff.add("李审核", "一句容易记的话，十二个字以上")
    return Browser(app, scheme="https")


def test_in_production_the_cookie_is_bound_to_the_host_and_to_https(production: Browser) -> None:
    response = production.sign_in("李审核", "一句容易记的话，十二个字以上")

    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-sibian=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "Secure", "HttpOnly", "Path=/", "SameSite=Strict",
    }  # fmt: skip
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_in_development_the_cookie_works_over_http(browser: Browser) -> None:
    cookie = browser.get("/admin/set-up").headers["Set-Cookie"]

    assert cookie.startswith("sibian=visitor-")
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://party.example.gov.cn"}, 303),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "https://party.example.gov.cn.evil.example"}, 403),
    ],
)
def test_in_production_forms_come_from_the_public_address(
    production: Browser, headers: dict[str, str], status: int
) -> None:
    response = production.sign_in("李审核", "一句容易记的话，十二个字以上", headers=headers)

    assert response.status_code == status
