"""Questions as people paste them out of Word."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_bank import Kind
from quiz_bank.formats.found import Unreadable
from tests.quiz_bank.formats.files import errors, notices, questions, read, refusal, unsupported

ANSWERED = [
    "1. 五中全会在哪里举行（ B ）\nA. 上海\nB. 北京",
    "1、五中全会在哪里举行？（B）\nA、上海  B、北京",
    "1．五中全会在哪里举行？(Ｂ)\nＡ．上海\nＢ．北京",
    "（1）五中全会在哪里举行？\nA.上海\nB.北京\n答案：B",
    "（一）五中全会在哪里举行？\n(A) 上海\n(B) 北京\n【答案】B",
    "一、五中全会在哪里举行？\nA 上海\nB 北京\n正确答案: b",
    "第1题：五中全会在哪里举行？\nA）上海\nB）北京\n[答案]：B",
    "①五中全会在哪里举行？\nA: 上海\nB: 北京\n参考答案：B 解析：在北京。",
    "1 五中全会在哪里举行？ A. 上海 B. 北京 答案：B",
    "五中全会在哪里举行？\nA. 上海\nB. 北京\n（答案：B）",
    "1. 五中全会在\n哪里举行？\nA. 上\n海\nB. 北京\n答案：Ｂ。",
    "1. 五中全会在哪里举行？\nA. 上海\nB. 北京\n\n参考答案\n1. B",
    "1. 【单选题】五中全会在哪里举行？\nA. 上海\nB. 北京\n答案：B",
]


@pytest.mark.parametrize("text", ANSWERED)
def test_the_same_question_is_read_however_it_is_laid_out(text: str) -> None:
    (question,) = questions(text)

    assert question.stem.rstrip("？（ ）") == "五中全会在哪里举行"
    assert (question.options, question.answer) == (("上海", "北京"), ("B",))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1. 在北京。（√）", "T"),
        ("1. 在上海。（ × ）", "F"),
        ("1.（错）在上海。", "F"),
        ("1. 在北京。\n答案：正确", "T"),
        ("1. 在北京。(对)", "T"),
        ("1、在上海。【×】", "F"),
    ],
)
def test_a_statement_is_judged_in_many_signs(text: str, answer: str) -> None:
    (question,) = questions(f"判断题\n{text}")

    assert (question.kind, question.answer) == (Kind.JUDGE, (answer,))
    assert question.stem in ("在北京。", "在上海。")


WHOLE = """2016年冬训知识竞赛题库

一、单项选择题（每题2分，共4分）
1. 五中全会在哪里举行？
A. 上海  B. 北京  C. 昆山  D. 南京
2. 2016年是十三五的第几年？
A. 第一年
B. 第二年

二、多选题
1. 发展理念有（    ）
A. 创新 B. 协调 C. 封闭
解析：还有绿色、开放、共享。
出处：《公报》

三、判断题：
1. 五中全会在北京举行。

四、填空题
1. 五中全会在____举行。

答案
一、单项选择题
1-2 BA
二、多选题
1. AB
三、判断题
1. √
四、填空题
1. 北京
"""


def test_a_whole_paper_with_its_key_at_the_end_is_read() -> None:
    found = questions(WHOLE)

    assert [one.kind for one in found] == [
        Kind.SINGLE,
        Kind.SINGLE,
        Kind.MULTIPLE,
        Kind.JUDGE,
        Kind.BLANK,
    ]
    assert ["".join(one.answer) for one in found] == ["B", "A", "AB", "T", "北京"]
    assert (found[2].explanation, found[2].source) == ("还有绿色、开放、共享。", "《公报》")
    assert notices(WHOLE) == [("第1行", "这一行不像题目，没有读：2016年冬训知识竞赛题库")]


@pytest.mark.parametrize(
    "key",
    ["答案：1-5 ABCDA", "1-3 ABC  4-5 DA", "1～5：A B C D A", "1.A 2.B 3.C 4.D 5.A", "1A2B3C4D5A"],
)
def test_a_key_is_read_in_many_forms(key: str) -> None:
    one = "{}. 第{}个问题？\nA. 甲 B. 乙 C. 丙 D. 丁\n"
    text = "".join(one.format(n, n) for n in range(1, 6))

    found = questions(f"{text}\n参考答案：\n{key}")

    assert ["".join(one.answer) for one in found] == list("ABCDA")


def test_statements_may_stand_line_by_line_without_numbers() -> None:
    found = questions("判断题\n在北京举行。（√）\n在上海举行。（×）\n")

    assert [one.answer for one in found] == [("T",), ("F",)]


def test_a_list_within_an_explanation_begins_no_question() -> None:
    first = "3. 在哪里？\nA. 甲\nB. 乙\n答案：A\n解析：有两点。\n1. 第一点。\n2. 第二点。\n"

    one, other = questions(f"{first}4. 后来呢？（A）\nA. 丙\nB. 丁")

    assert one.explanation == "有两点。1. 第一点。2. 第二点。"
    assert other.options == ("丙", "丁")


def test_a_year_after_the_number_is_no_decimal() -> None:
    assert questions("1.2016年是闰年。（√）")[0].stem == "2016年是闰年。"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("1. 在哪里？\nA. 甲\nB. 乙", "第1行", "没有找到答案"),
        ("1. 在哪里？\nA. 甲\nB. 乙\n答案：C", "第4行", "不在选项里"),
        ("1. 在哪里？（A）\nA. 甲\nB. 乙\n答案：B", "第4行", "题干里的答案（A）和后面的答案（B）"),
        ("1. 在哪里？（A）\nA. 甲\nB. 乙\nD. 丁", "第1行", "选项D前面少了选项C"),
        ("1. 在哪里？\nA. 甲\nB. 乙\n答案\n1-3 AB", "第5行", "第1到3题应有3个答案，这里有2个"),
        ("1. 在哪里？（A）\nA. 甲\nB. 乙\n答案\n7. A 8. B", "第5行", "答案表里有第7题"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, place: str, said: str) -> None:
    assert [message for where, message in errors(text) if where == place and said in message]


def test_questions_for_an_essay_are_listed_by_line() -> None:
    text = "一、判断题\n1. 在北京。（√）\n二、简答题\n1. 谈谈体会。\n2. 谈谈打算。\n答案：略"

    assert unsupported(text) == [("第4行", "essay"), ("第5行", "essay")]


def test_a_text_without_questions_is_refused_or_told() -> None:
    assert "看不出哪里是题目" in refusal("一、单选题\n二、多选题\n")
    assert read("您好，请查收附件。").errors


PIECES = st.sampled_from(
    ["1.", "（2）", "三、", "A.", "B、", "（A）", "(√)", "答案：", "答案", "1-5 ABCDA", "解析：",
     "一、单选题", "判断题", "\n", "\n\n", " ", "甲", "2016年", "【答案】B", "①", "第3题"]
)  # fmt: skip


@pytest.mark.slow
@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=30))
def test_any_text_is_read_or_told_about(pieces: list[str]) -> None:
    with suppress(Unreadable):
        findings = read("".join(pieces))

        assert findings.questions or findings.unsupported or findings.errors
