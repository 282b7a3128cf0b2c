"""The bank in the console: looking through it, one question, other words, states, taking it out."""

import re
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, text

from bot.console.bank import wording
from bot.domain.audit import SYSTEM
from bot.domain.bank import MOVED, STEPS, BankCard, BankState, Brought
from bot.domain.bank_search import PAGE, Wanted
from bot.domain.roles import Role
from bot.domain.services import Transaction
from bot.storage.tables import Audit
from quiz_bank import Question
from quiz_bank.formats.importing import find_questions
from tests.builders import a_question
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, signed_in
from tests.console.test_security import PAYLOADS, sealed
from tests.console.test_security import shown as escaped

pytestmark = pytest.mark.slow

DRAFT, REVIEWED, PUBLISHED, WITHDRAWN = BankState
OLD = 40
"""Questions of the small campaign, all published."""


@pytest.fixture
def editor(app: Flask, transaction: Transaction) -> Browser:
    """The browser of 陈出题, who keeps the questions."""
    return signed_in(app, transaction, "陈出题", Role.EDITOR)


@pytest.fixture
def organiser(app: Flask, transaction: Transaction) -> Browser:
    return signed_in(app, transaction, "周组织", Role.ORGANISER)


def kept(transaction: Transaction, *questions: Question, state: BankState = DRAFT) -> int:
    """The number of the first of these questions, once they are in the bank."""
    with transaction() as services:
        services.bank.bring_in([Brought(question) for question in questions], state, SYSTEM)
        found = services.bank_search.browse(Wanted(words=questions[0].code))
    return found.cards[0].number


def card(transaction: Transaction, number: int) -> BankCard:
    with transaction(read_only=True) as services:
        return services.bank.card(number)


def move(browser: Browser, number: int, version: int, state: str) -> tuple[int, str]:
    fields = {"version": version, "to": state}
    response = browser.post(f"/admin/questions/{number}/move", fields)
    return response.status_code, text_of(response)


def fields_of(browser: Browser, number: int) -> dict[str, str]:
    """The fields of the form, as it opens."""
    form = browser.get(f"/admin/questions/{number}/edit").text
    inputs = re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', form)
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', form)
    choices = re.findall(r'<select[^>]* name="(\w+)".*?value="([^"]*)" selected', form, re.S)
    return dict([*inputs, *areas, *choices])


def word(browser: Browser, number: int, **changes: str) -> tuple[int, str]:
    fields = fields_of(browser, number) | changes
    response = browser.post_bare(f"/admin/questions/{number}/edit", fields)
    return response.status_code, text_of(response)


# ------------------------------------------------------------ looking


def test_an_empty_bank_says_what_will_be_here(viewer: Browser, opened: Opened, app: Flask) -> None:
    with opened() as session:
        session.execute(text("DELETE FROM bank_question"))

    assert "题库还是空的" in text_of(viewer.get("/admin/questions"))


def test_the_bank_shows_a_page_and_how_many_stand_where(
    viewer: Browser, transaction: Transaction
) -> None:
    kept(transaction, a_question("N1", topic="新专题", source=""))

    page = text_of(viewer.get("/admin/questions"))
    last = text_of(viewer.get("/admin/questions?page=2"))

    assert f"全部 {OLD + 1} 草稿 1 已审 0 已发布 {OLD} 已撤下 0" in page
    assert page.count("单选题") == 24
    assert "第 1 页，共 2 页" in page
    assert "题目N1？ 草稿 N1 单选题 容易 新专题 缺出处" in last


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=题目Q007", 1),
        ("q=%EF%BC%B1007%EF%BC%9F", 1),
        ("topic=专题1", 8),
        ("topic=专题1&difficulty=1", 3),
        ("source=文件", OLD),
        ("source=-", 1),
        ("topic=-", 1),
        ("state=draft", 1),
        ("state=nonsense&difficulty=x&page=x", OLD + 1),
        ("page=999999999999999999999", OLD + 1),
        ("q=%00&topic=%00&source=a%00b", 0),
    ],
)
def test_the_bank_is_narrowed_down(
    viewer: Browser, transaction: Transaction, asked: str, found: int
) -> None:
    kept(transaction, a_question("N1", topic="", source=""))

    page = text_of(viewer.get(f"/admin/questions?{asked}"))

    assert (f"找到 {found} 道" if found <= OLD else f"共 {found} 道") in page or not found
    assert found or "没有找到这样的题" in page


def test_what_was_asked_for_stays_asked_for_on_the_next_page(viewer: Browser) -> None:
    page = viewer.get("/admin/questions?source=文件&state=published").text

    assert re.search(r'rel="next" href="[^"]*source=[^"]*state=published[^"]*page=2"', page)
    assert '<option value="文件" selected>' in page


def test_a_question_is_shown_as_members_see_it(viewer: Browser, transaction: Transaction) -> None:
    number = kept(transaction, a_question("N1"), a_question("N2", "blank"))

    page = text_of(viewer.get(f"/admin/questions/{number}"))
    blank = text_of(viewer.get(f"/admin/questions/{number + 1}"))

    assert "第1题（共1题，单选题）" in page or "第1题（共1题" in page
    assert "A. 甲 B. 乙" in page
    assert "✘ 您选A（甲），正确的是B（乙）。 为什么：说明N1。" in page
    assert "✘ 您填“不知道”，正确的是“2016”。" in blank


def test_one_leads_to_the_next_of_what_was_asked_for(
    viewer: Browser, transaction: Transaction
) -> None:
    number = kept(transaction, a_question("N1"), a_question("N2"), a_question("N3"))
    with transaction() as services:
        services.bank.move(number + 1, 1, WITHDRAWN, 1)

    page = viewer.get(f"/admin/questions/{number}?state=draft").text

    assert f'href="/admin/questions/{number + 2}?state=draft"' in page
    assert "上一道" not in page
    assert 'href="/admin/questions?state=draft">← 回到题库' in page


def test_there_is_no_page_for_a_question_that_is_not_there(editor: Browser) -> None:
    assert editor.get("/admin/questions/4711").status_code == 404
    assert editor.get("/admin/questions/4711/edit").status_code == 404
    assert (
        editor.post("/admin/questions/4711/move", {"version": 1, "to": "draft"}).status_code == 404
    )
    assert editor.post("/admin/questions/4711/edit", {"version": 1}).status_code == 404


# ------------------------------------------------------------ where it stands


def test_a_question_is_read_and_then_published(editor: Browser, transaction: Transaction) -> None:
    number = kept(transaction, a_question("N1"))

    move(editor, number, 1, "reviewed")
    status, _ = move(editor, number, 2, "published")

    assert status == 303
    assert card(transaction, number).state is PUBLISHED


def test_whoever_read_a_question_asks_another_to_publish_it(
    editor: Browser, organiser: Browser, transaction: Transaction
) -> None:
    number = kept(transaction, a_question("N1"))
    move(editor, number, 1, "reviewed")

    page = editor.get(f"/admin/questions/{number}")
    assert 'value="published"' not in page.text
    assert "请另一位同志发布：周组织都可以" in text_of(page)
    assert 'value="published"' in organiser.get(f"/admin/questions/{number}").text
    status, said = move(editor, number, 2, "published")
    picked = {"to": "published", "pick": [f"{number}:2"]}

    assert status == 409
    assert "N1 要请另一位同志发布 这道题是您审的。" in said
    assert "N1 是您审的，要请另一位同志发布" in text_of(
        editor.post("/admin/questions/move", picked)
    )
    assert move(organiser, number, 2, "published")[0] == 303


def test_what_lacks_its_source_is_not_published_and_says_so(
    editor: Browser, transaction: Transaction
) -> None:
    number = kept(transaction, a_question("N1", source=""), state=REVIEWED)

    status, said = move(editor, number, 1, "published")

    assert status == 409
    assert "N1 还不能发布 它还缺出处。" in said
    assert card(transaction, number).state is REVIEWED


def test_who_comes_second_is_told_who_was_first(
    editor: Browser, organiser: Browser, transaction: Transaction, clock: Clock
) -> None:
    number = kept(transaction, a_question("N1"))
    move(editor, number, 1, "reviewed")
    clock.advance(minutes=3)

    status, said = move(organiser, number, 1, "withdrawn")
    twice, _ = move(editor, number, 1, "reviewed")

    assert (status, twice) == (409, 303)
    assert "N1 3 分钟前由陈出题动过，现在是“已审”" in said
    assert card(transaction, number).version == 2


def test_several_are_moved_at_once(editor: Browser, transaction: Transaction) -> None:
    number = kept(transaction, a_question("N1"), a_question("N2"))
    fields = {
        "to": "reviewed",
        "state": "draft",
        "pick": [f"{number}:1", f"{number + 1}:1"],
        "q": "题目N",
    }

    response = editor.post("/admin/questions/move", fields)
    page = text_of(editor.get(response.location))

    assert response.status_code == 303
    assert "2 道题已是“已审”。" in page
    assert "没有找到这样的题" in page


def test_those_that_can_not_move_stay_and_are_named(
    editor: Browser, transaction: Transaction
) -> None:
    number = kept(transaction, a_question("N1"), a_question("N2", source=""), state=REVIEWED)
    fields = {"to": "published", "pick": [f"{number}:1", f"{number + 1}:1", "1:7"]}

    response = editor.post("/admin/questions/move", fields)

    assert response.status_code == 409
    assert "有 2 道没有动" in text_of(response)
    assert "其余 1 道已是“已发布”。没有动的：N2 缺出处；Q000 现在是“已发布”" in text_of(response)
    assert card(transaction, number).state is PUBLISHED
    assert card(transaction, number + 1).state is REVIEWED


def test_nothing_picked_is_said(editor: Browser) -> None:
    response = editor.post("/admin/questions/move", {"to": "draft"})

    assert "还没有选题" in text_of(response)


@pytest.mark.parametrize(
    "fields",
    [
        {"to": "gone", "pick": "1:1"},
        {"to": "draft", "pick": "1"},
        {"to": "draft", "pick": "1:1 OR 1=1"},
        {"pick": "1:1"},
        {"to": "draft", "pick": [f"{n}:1" for n in range(PAGE + 1)]},
    ],
)
def test_a_form_that_is_no_form_of_ours_is_refused(
    editor: Browser, fields: dict[str, object]
) -> None:
    assert editor.post("/admin/questions/move", fields).status_code == 400


# ------------------------------------------------------------ other words


def test_other_words_are_a_draft_and_the_old_ones_stay_in_the_history(
    editor: Browser, transaction: Transaction
) -> None:
    number = kept(transaction, question := a_question("N1"), state=PUBLISHED)

    status, _ = word(editor, number, stem="换个\r\n问法？", A="子", answer="a", difficulty="3")

    after = card(transaction, number)
    assert (status, after.state, after.revision) == (303, DRAFT, 2)
    assert (after.question.stem, after.question.options[0]) == ("换个问法？", "子")
    assert (after.question.answer, after.question.difficulty) == (("A",), 3)
    assert after.question.explanation == question.explanation
    page = text_of(editor.get(f"/admin/questions/{number}"))
    assert "改写 已发布 → 草稿 陈出题" in page
    assert "题干 原来： 题目N1？ 改为： 换个问法？" in page
    assert "选项A 原来： 甲 改为： 子" in page
    assert "答案 原来： B 改为： A" in page
    assert "难度 原来： 易 改为： 难" in page


@pytest.mark.parametrize("kind", ["single", "multiple", "judge", "blank"])
def test_the_form_as_it_opens_changes_nothing(
    editor: Browser, transaction: Transaction, kind: str
) -> None:
    number = kept(transaction, a_question("N1", kind), state=PUBLISHED)

    assert word(editor, number)[0] == 303
    assert card(transaction, number).version == 1


def test_a_kind_can_change_with_its_answer(editor: Browser, transaction: Transaction) -> None:
    number = kept(transaction, a_question("N1"))

    word(editor, number, kind="blank", answer="昆山\r\n昆山市\r\n")

    question = card(transaction, number).question
    assert (question.kind, question.options, question.answer) == ("blank", (), ("昆山", "昆山市"))


@pytest.mark.parametrize(
    ("changes", "item", "said"),
    [
        ({"stem": "长" * 91}, "stem", "题干有91个字，最多90个字"),
        ({"stem": ""}, "stem", "题干是空的"),
        ({"answer": "D"}, "answer", "“D”不在选项里"),
        ({"answer": "AB"}, "answer", "单选题只能有一个答案"),
        ({"B": "", "C": "丙"}, "B", "选项B是空的"),
        ({"B": "甲"}, "B", "选项A和选项B一样"),
        ({"B": "", "C": ""}, "options", "有1个选项"),
        ({"explanation": "长" * 121}, "explanation", "最多120个字"),
        ({"kind": "essay"}, "kind", "题型"),
        ({"difficulty": "9"}, "difficulty", "难度"),
        ({"stem": "题目Q007？"}, "stem", "题库里已经有这道题，编号Q007"),
        ({"kind": "judge", "answer": "大概"}, "answer", '判断题的答案要写"对"或"错"'),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    editor: Browser, transaction: Transaction, changes: dict[str, str], item: str, said: str
) -> None:
    number = kept(transaction, a_question("N1"))

    fields = fields_of(editor, number) | {"topic": "写到一半"} | changes
    response = editor.post_bare(f"/admin/questions/{number}/edit", fields)

    assert response.status_code == 422
    wrong = re.search(rf'<p class="invalid-feedback" id="wrong-{item}">([^<]*)', response.text)
    assert wrong
    assert said in wrong[1].replace("&#34;", '"')
    assert 'value="写到一半"' in response.text
    assert card(transaction, number).version == 1


def test_who_writes_while_a_colleague_saves_loses_nothing(
    editor: Browser, organiser: Browser, transaction: Transaction, clock: Clock
) -> None:
    number = kept(transaction, a_question("N1"))
    mine = fields_of(editor, number) | {"stem": "我的问法？"}
    word(organiser, number, topic="别的")
    clock.advance(seconds=30)

    late = editor.post_bare(f"/admin/questions/{number}/edit", mine)
    version = re.search(r'name="version" value="(\d+)"', late.text)
    assert version
    again = editor.post_bare(f"/admin/questions/{number}/edit", mine | {"version": version[1]})

    assert (late.status_code, again.status_code) == (409, 303)
    assert "N1 30 秒前由周组织动过" in text_of(late)
    assert "题干 现在： 题目N1？ ；您写的： 我的问法？" in text_of(late)
    assert card(transaction, number).question.stem == "我的问法？"


def test_saving_twice_saves_once(editor: Browser, transaction: Transaction) -> None:
    number = kept(transaction, a_question("N1"))
    fields = fields_of(editor, number) | {"stem": "我的问法？"}

    outcomes = [
        editor.post_bare(f"/admin/questions/{number}/edit", fields).status_code for _ in range(2)
    ]

    assert outcomes == [303, 303]
    assert card(transaction, number).version == 2


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_question_says_stays_words(
    editor: Browser, transaction: Transaction, payload: str
) -> None:
    words = payload[:40]
    question = a_question(
        "N1", stem=words, options=(words, "乙"), explanation=words, source=words, place=words,
        topic=payload[:20], date=payload[:20],
    )  # fmt: skip
    number = kept(transaction, question)
    pages = [
        editor.get("/admin/questions?page=2"),
        editor.get(f"/admin/questions/{number}"),
        editor.get(f"/admin/questions/{number}/edit"),
        editor.post(
            f"/admin/questions/{number}/edit", {"version": 1, "stem": words, "kind": words}
        ),
    ]

    for page in pages:
        assert escaped(words) in page.text
        assert words not in page.text or escaped(words) == words


# ------------------------------------------------------------ taking it out


@pytest.mark.parametrize("ending", wording.FORMATS)
def test_what_is_taken_out_is_what_was_asked_for(
    editor: Browser, transaction: Transaction, opened: Opened, ending: str
) -> None:
    questions = [a_question("N1", stem="=1+1 是多少？"), a_question("N2", "judge")]
    kept(transaction, *questions)

    response = editor.post("/admin/questions/export", {"format": ending, "state": "draft"})

    found = find_questions(BytesIO(response.data).getvalue())
    assert [one.question for one in found.questions] == questions
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert f"20261205{ending}" in response.headers["Content-Disposition"]
    sealed(response)
    with opened() as session:
        trail = session.scalars(select(Audit).where(Audit.action == "question.export")).one()
    assert (trail.facts["count"], trail.facts["asked"]) == (2, {"state": "draft"})


def test_a_format_nobody_writes_is_refused(editor: Browser) -> None:
    assert editor.post("/admin/questions/export", {"format": ".exe"}).status_code == 400


# ------------------------------------------------------------ who may


def test_moderators_and_viewers_look_and_are_offered_nothing_else(
    li: Browser, viewer: Browser
) -> None:
    for browser in (li, viewer):
        pages = [browser.get(path).text for path in ("/admin/questions", "/admin/questions/1")]
        forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', "".join(pages))
        assert set(forms) == {"/admin/sign-out"}
        assert move(browser, 1, 1, "withdrawn")[0] == 403
        assert browser.get("/admin/questions/1/edit").status_code == 403


@pytest.mark.parametrize("role", [Role.OWNER, Role.ORGANISER, Role.EDITOR])
def test_owners_organisers_and_editors_keep_the_bank(
    app: Flask, transaction: Transaction, role: Role
) -> None:
    browser = signed_in(app, transaction, "某同志", role)

    assert move(browser, 1, 1, "withdrawn")[0] == 303


def test_every_state_step_and_deed_has_its_label() -> None:
    assert set(wording.STATES) == set(wording.COLOURS) == set(wording.STEPS) == set(BankState)
    deeds = [*MOVED.values(), "question.edit", "question.import"]
    assert all(wording.deed(deed) != deed for deed in deeds)
    assert set(STEPS) == set(BankState)
