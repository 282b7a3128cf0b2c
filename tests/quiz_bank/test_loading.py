"""A file of questions is taken whole or explained: which question, what is wrong, how to mend it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz_bank import load_file
from quiz_bank.loading import Loaded, _load

GOOD = """
topic = "小康"

[[question]]
code = "XK001"
kind = "single"
stem = "“小康”一词见于哪部古籍？"
options = ["《诗经》", "《论语》", "《史记》"]
answer = ["A"]
explanation = "“小康”一词见于《诗经·大雅》。"
source = "党的十六大报告"
place = "奋斗目标"
date = "2002-11"
difficulty = 1
"""


def read(text: str) -> Loaded:
    return _load("xiaokang.toml", text.encode())


def complaints(text: str) -> list[str]:
    return [problem.message for problem in read(text).problems]


def test_a_good_file_gives_its_questions() -> None:
    loaded = read(GOOD)

    assert loaded.problems == ()
    assert [question.code for question in loaded.questions] == ["XK001"]
    assert loaded.questions[0].topic == "小康"


MISTAKES = {
    'kind = "single"': [
        ('kind = "essay"', "essay"),
        ("kind = 3", "应当是文字"),
        ('kind = "multiple"', "至少两个答案"),
        ('kind = "judge"', "不用写选项"),
        ('kind = "single"\nlevel = 3', "不认识“level”"),
    ],
    'code = "XK001"': [('code = "小康一"', "只能用英文字母"), ("", "缺少“code”")],
    'answer = ["A"]': [
        ('answer = ["D"]', "不在选项里"),
        ('answer = ["A", "B"]', "只有一个答案"),
        ('answer = "A"', "方括号"),
        ("answer = []", "是空的"),
    ],
    "difficulty = 1": [("difficulty = 9", "difficulty"), ('difficulty = "难"', "difficulty")],
    'source = "党的十六大报告"': [
        ('source = "某报告"', "文件清单"),
        ('source = ""', "“source”是空的"),
    ],
    'explanation = "“小康”一词见于《诗经·大雅》。"': [
        ("", "缺少“explanation”"),
        ('explanation = " "', "“explanation”是空的"),
        (f'explanation = "{"长" * 121}"', "有121个字，最多120个"),
    ],
    'stem = "“小康”一词见于哪部古籍？"': [(f'stem = "{"长" * 91}"', "最多90个")],
    'options = ["《诗经》", "《论语》", "《史记》"]': [
        ('options = ["《诗经》"]', "2到8个选项"),
        ('options = ["《诗经》", "《诗经》"]', "写了两次"),
        ('options = ["《诗经》", ""]', "“options”是空的"),
        (f'options = ["《诗经》", "{"长" * 41}"]', "最多40个"),
    ],
}


@pytest.mark.parametrize(
    ("line", "mistake", "said"),
    [(line, mistake, said) for line, pairs in MISTAKES.items() for mistake, said in pairs],
)
def test_a_mistake_is_named_with_its_question(line: str, mistake: str, said: str) -> None:
    assert line in GOOD

    problems = read(GOOD.replace(line, mistake)).problems

    assert any(said in problem.message for problem in problems)
    assert all(str(problem).startswith("xiaokang.toml 第1题") for problem in problems)


def test_all_mistakes_are_told_at_once() -> None:
    wrong = GOOD.replace('answer = ["A"]', 'answer = ["D"]') + GOOD.partition("[[")[1]
    wrong += 'question]]\ncode = "XK002"\n'

    places = {problem.place for problem in read(wrong).problems}

    assert places == {"第1题（XK001）", "第2题（XK002）"}


def test_a_code_used_twice_and_a_stem_used_twice_are_found() -> None:
    again = GOOD[GOOD.index("[[") :]

    assert any("用了两次" in message for message in complaints(GOOD + again))
    assert any(
        "题目和“XK001”一样" in message
        for message in complaints(GOOD + again.replace("XK001", "XK002"))
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xa1\xbf\xb5 = 1", "UTF-8"),
        (b"PK\x03\x04\xff\xfe", "UTF-8"),
        (b"[[question]", "格式不对"),
        (b"", "没有题目"),
        (b'question = "one"', "没有题目"),
        (b"x = " + b"[" * 10_000, "格式不对"),
    ],
)
def test_a_file_that_is_no_list_of_questions_says_why(content: bytes, said: str) -> None:
    (problem,) = _load("bad.toml", content).problems

    assert problem.place == "整个文件"
    assert said in problem.message


def test_a_mark_that_notepad_puts_first_is_no_mistake() -> None:
    assert _load("a.toml", b"\xef\xbb\xbf" + GOOD.encode()).problems == ()


def test_a_file_that_is_not_there_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (problem,) = load_file(tmp_path / "none.toml").problems

    assert problem.place == "整个文件"


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_explained(content: bytes) -> None:
    loaded = _load("any.toml", content)

    assert loaded.questions or loaded.problems


VALUES = st.recursive(
    st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.floats(allow_nan=False)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
KEYS = st.sampled_from(
    ["code", "kind", "stem", "options", "answer", "explanation", "source", "place", "date", "x"]
)


@settings(max_examples=300)
@given(facts=st.dictionaries(KEYS, VALUES, max_size=11))
def test_any_shape_of_a_question_is_read_or_explained(facts: dict[str, object]) -> None:
    lines = [f"{key} = {toml(value)}" for key, value in facts.items()]

    loaded = read('topic = "小康"\n[[question]]\n' + "\n".join(lines))

    assert loaded.questions or loaded.problems


def toml(value: object) -> str:
    """The value in TOML, whose strings and lists are those of JSON."""
    import json

    return json.dumps(value, ensure_ascii=True).replace("\\ud", "\\u0d")
