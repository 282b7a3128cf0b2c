"""GIFT as people write it by hand."""

import pytest

from quiz_bank import Kind
from tests.quiz_bank.formats.files import errors, notices, questions, read, unsupported


def test_the_kinds_a_chat_can_hold_are_read() -> None:
    text = """// 注释
$CATEGORY: $course$/冬训/五中全会

::一:: 在哪里举行？{
  =北京
  ~上海
  ####在北京举行。\\n出处：公报
}

在北京举行。{TRUE}

在上海举行。{F#在北京。}

哪些是发展理念？{~%50%创新 ~%50%协调 ~%-100%封闭}

十三五从{=2016 =二〇一六}年开始。
"""
    single, judge, false, multiple, blank = questions(text)

    assert (single.options, single.answer, single.topic) == (("北京", "上海"), ("A",), "五中全会")
    assert (single.explanation, single.source) == ("在北京举行。", "公报")
    assert (judge.answer, false.answer, false.explanation) == (("T",), ("F",), "在北京。")
    assert (multiple.kind, multiple.answer) == (Kind.MULTIPLE, ("A", "B"))
    assert (blank.stem, blank.answer) == ("十三五从____年开始。", ("2016", "二〇一六"))


def test_signs_that_are_escaped_mean_themselves() -> None:
    (question,) = questions("算式 1 \\= 1 成立\\: \\{真\\}。{T}")

    assert question.stem == "算式 1 = 1 成立: {真}。"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("谈谈体会。{}", "essay"),
        ("连一连。{=山东 -> 鲁 =河南 -> 豫}", "matching"),
        ("圆周率？{#3.14:0.01}", "numerical"),
        ("看图。<img src=x>{T}", "picture"),
        ("只是说明，没有提问。", "description"),
        ("哪里？{=北京 ~%50%河北 ~上海}", "partial_credit"),
        ("填一填。{=%50%北京 =河北}", "partial_credit"),
        ("填一填。{=北*}", "wildcard"),
        ("哪个？{=1 ~2 ~3 ~4 ~5 ~6 ~7 ~8 ~9}", "too_many_options"),
    ],
)
def test_what_no_chat_can_hold_is_listed_by_its_line(text: str, kind: str) -> None:
    assert unsupported(f"::头::甲。{{T}}\n\n{text}\n") == [("第3行", kind)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("哪里？{=北京 ~上海", "大括号没有成对"),
        ("哪里？{T} {F}", "两对大括号"),
        ("哪里？{=北京 =上海 ~昆山}", "几个打“=”的正确答案"),
        ("哪里？{~北京 ~上海}", "没有标出正确答案"),
        ("哪里？{北京}", "看不出答案"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, said: str) -> None:
    ((place, message),) = errors(f"::头::甲。{{T}}\n\n{text}\n")

    assert place == "第3行"
    assert said in message


def test_feedback_of_single_options_is_said_to_be_unread() -> None:
    assert notices("::一::哪里？{=北京#对 ~上海#不对}") == [
        ("第1行", "各选项后面的反馈没有读，只读了总的解析。")
    ]


def test_a_question_of_ours_keeps_the_code_in_its_remark() -> None:
    (found,) = read("// [id:QH001] [tag:难度3]\n在北京。{T}").questions

    assert (found.question.code, found.question.difficulty, found.has_code) == ("QH001", 3, True)
