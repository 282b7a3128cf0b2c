"""Moodle XML, as Moodle exports it."""

import pytest

from quiz_bank import Kind
from tests.quiz_bank.formats.files import errors, questions, refusal, unsupported


def quiz(*questions: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><quiz>{"".join(questions)}</quiz>'


def question(kind: str, inside: str, stem: str = "题干") -> str:
    text = f"<questiontext format='html'><text><![CDATA[{stem}]]></text></questiontext>"
    return f'<question type="{kind}"><name><text>名字</text></name>{text}{inside}</question>'


def answer(words: str, fraction: str) -> str:
    return f'<answer fraction="{fraction}"><text>{words}</text></answer>'


SINGLE = question("multichoice", answer("甲", "100") + answer("乙", "0"), "<p>第<b>一</b>题</p>")


def test_the_kinds_a_chat_can_hold_are_read() -> None:
    category = (
        '<question type="category"><category><text>$course$/冬训</text></category></question>'
    )
    multiple = (
        "<single>false</single>" + answer("甲", "50") + answer("乙", "50") + answer("丙", "-50")
    )
    text = quiz(
        category,
        SINGLE,
        question("multichoice", multiple, "二"),
        question("truefalse", answer("true", "0") + answer("false", "100"), "三"),
        question("shortanswer", answer("119", "100"), "四"),
    )

    found = questions(text)

    assert [one.kind for one in found] == list(Kind)
    assert [one.answer for one in found] == [("A",), ("A", "B"), ("F",), ("119",)]
    assert (found[0].stem, found[0].topic) == ("第一题", "冬训")


def test_figures_above_and_below_the_line_stay_there() -> None:
    stem = "1 m<sup>2</sup> 的 H<sub>2</sub>O&nbsp;&lt;"
    (found,) = questions(quiz(question("truefalse", answer("true", "100"), stem)))

    assert found.stem == "1 m² 的 H₂O\u00a0<"


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        (question("essay", ""), "essay"),
        (question("matching", ""), "matching"),
        (question("numerical", answer("3.14", "100")), "numerical"),
        (question("cloze", ""), "cloze"),
        (question("ordering", ""), "ordering"),
        (question("stack", ""), "stack"),
        (question("truefalse", answer("true", "100"), "<img src='x'>"), "picture"),
        (
            question("truefalse", answer("true", "100"), "<table><tr><td>1</td></tr></table>"),
            "table",
        ),
        (question("multichoice", answer("甲", "100") + answer("乙", "50")), "partial_credit"),
        (question("shortanswer", answer("北*", "100")), "wildcard"),
    ],
)
def test_what_no_chat_can_hold_is_listed_by_question(element: str, kind: str) -> None:
    assert unsupported(quiz(SINGLE, element)) == [("第2题（名字）", kind)]


def test_a_question_without_right_answer_is_told() -> None:
    text = quiz(question("multichoice", answer("甲", "0") + answer("乙", "0")))

    assert errors(text) == [("第1题（名字）", "没有标出正确答案。")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<?xml version='1.0'?><library/>", "不是Moodle题库"),
        ("<?xml version='1.0'?><quiz>", "XML写法不对"),
        (
            "<?xml version='1.0'?><!DOCTYPE q [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><quiz>&e;</quiz>",
            "DOCTYPE",
        ),
        ("<?xml version='1.0'?><quiz>" + "<a/>" * 500_001 + "</quiz>", "太多太碎"),
    ],
)
def test_other_xml_is_refused(text: str, said: str) -> None:
    assert said in refusal(text)
