"""What we export we import again, equal: any questions, through any format."""

from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import Phase, given, settings

from quiz_bank import Question, load_content, load_shipped
from quiz_bank.formats import excel, gift, moodle, toml
from quiz_bank.formats.importing import find_questions
from tests.builders import a_question
from tests.quiz_bank.formats.any_questions import any_questions


def found(content: bytes | str) -> list[Question]:
    findings = find_questions(content.encode() if isinstance(content, str) else content)
    assert not findings.errors
    assert not findings.unsupported
    return [found.question for found in findings.questions]


@pytest.mark.slow
@given(any_questions())
def test_any_questions_come_back_out_of_toml(questions: list[Question]) -> None:
    assert found(toml.write(questions)) == questions


@pytest.mark.slow
@given(any_questions())
def test_any_questions_come_back_out_of_gift(questions: list[Question]) -> None:
    assert found(gift.write(questions)) == questions


@pytest.mark.slow
@given(any_questions())
def test_any_questions_come_back_out_of_moodle_xml(questions: list[Question]) -> None:
    assert found(moodle.write(questions)) == questions


@pytest.mark.slow
# Each example starts a program; to make a failing one smaller would take minutes.
@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(any_questions(most=20))
def test_any_questions_come_back_out_of_excel(questions: list[Question]) -> None:
    assert found(excel.write(questions)) == questions


@pytest.mark.slow
@pytest.mark.parametrize("kind", [toml, gift, moodle, excel])
def test_the_shipped_questions_come_back_out_of_every_format(kind: ModuleType) -> None:
    shipped = list(load_shipped().questions)

    assert found(kind.write(shipped)) == shipped


SIGNS = (
    "*号",
    "=a~b",
    "a->b",
    "c->d",
    "%50%甲",
    "[html]x",
    "//注",
    "{T}",
    "::a::",
    "\\n#\\*",
    "<b>&lt;",
)
"""What means something in one of the formats, and is only words here."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", [toml, gift, moodle, excel])
def test_signs_of_the_formats_are_words_in_a_question(kind: ModuleType) -> None:
    told = a_question("A1", explanation="解析：出处：a", source="//x", place="=1", topic="/a//b/")
    tricky = [
        replace(told, code="B1", stem="//{=a} 一", options=SIGNS[:8]),
        replace(told, code="B2", stem="[html]<i>二", options=SIGNS[3:]),
        replace(a_question("B3", "blank"), stem="三*", answer=SIGNS),
        replace(a_question("B4", "blank"), stem="四", answer=("a->b", "c->d")),
        replace(a_question("B5", "judge"), stem="五。", topic="", explanation=""),
    ]

    assert found(kind.write(tricky)) == tricky


@pytest.mark.slow
def test_words_that_excel_itself_escapes_come_back() -> None:
    odd = replace(a_question("A1"), stem="_x0041_ 与 _x005F_", explanation="=1+1")

    assert found(excel.write([odd])) == [odd]


def test_what_toml_writes_the_bank_itself_can_load() -> None:
    question = a_question("A1", source="《昆山年鉴》")

    loaded = load_content("out.toml", toml.write([question]).encode())

    assert loaded.questions == (question,)
