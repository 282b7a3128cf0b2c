"""Aiken: a question, its options, its answer."""

from quiz_bank import Kind
from tests.quiz_bank.formats.files import errors, questions

TEXT = (
    "五中全会在哪里？\nA. 上海\nB) 北京\nANSWER: B\n\n哪些？\nA. 甲\nB. 乙\nC. 丙\nANSWER: A, C\n"
)


def test_questions_are_read() -> None:
    single, multiple = questions(TEXT)

    assert (single.options, single.answer) == (("上海", "北京"), ("B",))
    assert (multiple.kind, multiple.answer) == (Kind.MULTIPLE, ("A", "C"))


def test_a_question_without_answer_is_told_with_its_line() -> None:
    assert errors(TEXT + "\n后来呢？\nA. 甲\nB. 乙\n") == [("第12行", "这一题没有“ANSWER:”一行。")]


def test_an_answer_without_question_is_told() -> None:
    assert errors("ANSWER: A\n" + TEXT)[0] == ("第1行", "“ANSWER:”前面没有题目和选项。")


def test_an_answer_that_is_no_option_is_told() -> None:
    assert "不在选项里" in errors(TEXT.replace("ANSWER: B", "ANSWER: D"))[0][1]
