"""A file of questions is taken, or explained: which question, what is wrong, how to mend it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_bank import (
    BrokenBank,
    Kind,
    Loaded,
    Problem,
    checks,
    load_content,
    load_file,
    load_files,
    load_shipped,
    loading,
)

SINGLE = """
topic = "小康"

[[question]]
code = "XK001"
kind = "single"
difficulty = 1
stem = "“小康”一词见于哪部典籍？"
options = ["《诗经》", "《论语》", "《史记》"]
answer = "A"
explanation = "“小康”一词见于《诗经·大雅》。"
source = "《诗经·大雅·民劳》"
place = "首章"
date = "先秦"
"""
MULTIPLE = SINGLE.replace('"single"', '"multiple"').replace('answer = "A"', 'answer = "AC"')
OPTIONS = 'options = ["《诗经》", "《论语》", "《史记》"]\n'
JUDGE = SINGLE.replace('"single"', '"judge"').replace(OPTIONS, "").replace('"A"', '"对"')
BLANK = JUDGE.replace('"judge"', '"blank"').replace('"对"', '["诗经", "《诗经》"]')
SECOND = SINGLE[SINGLE.index("[[") :].replace("XK001", "XK002").replace("典籍", "书")


def read(content: str | bytes) -> Loaded:
    return load_content("xk.toml", content.encode() if isinstance(content, str) else content)


def only_problem(content: str | bytes) -> Problem:
    (problem,) = read(content).problems
    return problem


@pytest.mark.parametrize(
    ("text", "kind", "answer"),
    [
        (SINGLE, Kind.SINGLE, ("A",)),
        (MULTIPLE, Kind.MULTIPLE, ("A", "C")),
        (JUDGE, Kind.JUDGE, ("T",)),
        (BLANK, Kind.BLANK, ("诗经", "《诗经》")),
    ],
)
def test_a_sound_file_gives_its_questions(text: str, kind: Kind, answer: tuple[str, ...]) -> None:
    loaded = read(text)

    assert not loaded.problems
    (question,) = loaded.questions
    assert (question.kind, question.answer, question.topic) == (kind, answer, "小康")


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        (SINGLE, '"a"', ("A",)),
        (SINGLE, '"Ｂ"', ("B",)),
        (SINGLE, '["C"]', ("C",)),
        (MULTIPLE, '["C", "A"]', ("A", "C")),
        (MULTIPLE, '"C、A"', ("A", "C")),
        (JUDGE, '"错"', ("F",)),
        (JUDGE, '["对"]', ("T",)),
        (JUDGE, '"f"', ("F",)),
        (BLANK, '"诗经"', ("诗经",)),
    ],
)
def test_an_answer_may_be_written_in_several_ways(
    text: str, written: str, meant: tuple[str, ...]
) -> None:
    (question,) = read(with_line(text, "answer", f"answer = {written}")).questions

    assert question.answer == meant


def with_line(text: str, key: str, line: str) -> str:
    """The text with the line of this key replaced."""
    lines = text.splitlines()
    (at,) = [n for n, old in enumerate(lines) if old.startswith(f"{key} =")]
    lines[at] = line
    return "\n".join(lines)


MISTAKES = [
    (SINGLE, "code", "", "缺少“code”（编号）"),
    (SINGLE, "code", 'code = "小康一"', "编号“小康一”不合规矩"),
    (SINGLE, "code", f'code = "{"X" * 41}"', "最多40个"),
    (SINGLE, "code", "code = 1", "“code”（编号）要写成文字"),
    (SINGLE, "kind", 'kind = "essay"', "题型“essay”不认识"),
    (SINGLE, "kind", "", "缺少“kind”（题型）"),
    (SINGLE, "kind", 'kind = "judge"', "判断题没有选项"),
    (SINGLE, "kind", 'kind = "blank"', "填空题没有选项"),
    (SINGLE, "kind", 'kind = "multiple"', "多选题至少要有两个答案"),
    (SINGLE, "difficulty", "difficulty = 4", "难度（difficulty）要写1"),
    (SINGLE, "difficulty", "difficulty = true", "难度（difficulty）要写1"),
    (SINGLE, "difficulty", 'difficulty = "难"', "难度（difficulty）要写1"),
    (SINGLE, "stem", "", "缺少“stem”（题干）"),
    (SINGLE, "stem", 'stem = ""', "“stem”（题干）是空的"),
    (SINGLE, "stem", f'stem = "{"长" * 91}"', "“stem”（题干）有91个字，最多90个字"),
    (SINGLE, "stem", r'stem = "上\n下"', "“stem”（题干）里有换行或看不见的字符"),
    (SINGLE, "stem", r'stem = "上\u202e下"', "“stem”（题干）里有换行或看不见的字符"),
    (SINGLE, "options", 'options = "甲"', "选项（options）要写成一串"),
    (SINGLE, "options", 'options = ["甲"]', "有1个选项，单选题要有2到8个"),
    (SINGLE, "options", f"options = {json.dumps(list('123456789'))}", "有9个选项"),
    (SINGLE, "options", 'options = ["甲", 2]', "“options”（选项B）要写成文字"),
    (SINGLE, "options", 'options = ["甲", ""]', "“options”（选项B）是空的"),
    (SINGLE, "options", 'options = ["甲", "10%", "１０％"]', "选项B和选项C一样"),
    (SINGLE, "options", f'options = ["甲", "{"长" * 41}"]', "“options”（选项B）有41个字，最多40"),
    (SINGLE, "options", "", "有0个选项"),
    (SINGLE, "answer", "", "缺少“answer”（答案）"),
    (SINGLE, "answer", 'answer = ""', "“answer”（答案）是空的"),
    (SINGLE, "answer", "answer = []", "“answer”（答案）是空的"),
    (SINGLE, "answer", "answer = 1", "“answer”（答案）要写选项的字母"),
    (SINGLE, "answer", 'answer = "甲"', "“answer”（答案）要写选项的字母"),
    (SINGLE, "answer", 'answer = ["A", 1]', "“answer”（答案）要写选项的字母"),
    (SINGLE, "answer", 'answer = "D"', "答案里的“D”不在选项里，选项是A到C"),
    (SINGLE, "answer", 'answer = "AB"', "单选题只能有一个答案，这里写了2个"),
    (MULTIPLE, "answer", 'answer = "A"', "多选题至少要有两个答案"),
    (MULTIPLE, "answer", 'answer = "AAA"', "多选题至少要有两个答案"),
    (JUDGE, "answer", 'answer = "大概"', '判断题的答案要写"对"或"错"'),
    (JUDGE, "answer", "answer = true", '判断题的答案要写"对"或"错"'),
    (JUDGE, "answer", 'answer = ["对", "错"]', '判断题的答案要写"对"或"错"'),
    (BLANK, "answer", "answer = 2016", "填空题的答案要写成文字"),
    (BLANK, "answer", 'answer = ["诗经", "。"]', "填空题的答案里没有字"),
    (BLANK, "answer", f'answer = "{"长" * 41}"', "“answer”（答案）有41个字"),
    (SINGLE, "explanation", "", "缺少“explanation”（解析）"),
    (SINGLE, "explanation", 'explanation = " "', "“explanation”（解析）是空的"),
    (SINGLE, "explanation", f'explanation = "{"长" * 121}"', "（解析）有121个字，最多120个字"),
    (SINGLE, "source", "", "缺少“source”（出处）"),
    (SINGLE, "source", 'source = "某份报告"', "文献目录里没有“某份报告”"),
    (SINGLE, "place", 'place = ""', "“place”（章节位置）是空的"),
    (SINGLE, "date", "date = 2016", "“date”（日期）要写成文字"),
    (SINGLE, "topic", "", "缺少“topic”（专题）"),
    (SINGLE, "date", 'level = "难"', "不认识“level”这一项。可以写的有：code、kind"),
    (SINGLE, "date", 'dates = "先秦"', "不认识“dates”这一项，是不是想写“date”"),
]


@pytest.mark.parametrize(("text", "key", "line", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_question(text: str, key: str, line: str, said: str) -> None:
    loaded = read(with_line(text, key, line))

    assert not loaded.questions
    assert [problem for problem in loaded.problems if said in problem.message]
    assert all(str(problem).startswith("xk.toml，第1题") for problem in loaded.problems)


def test_all_mistakes_are_told_at_once() -> None:
    first = with_line(with_line(SINGLE, "answer", 'answer = "D"'), "place", "")
    second = with_line(SECOND, "stem", 'stem = ""')

    loaded = read(f"{first}\n{second}")

    assert [(problem.place, problem.message[:8]) for problem in loaded.problems] == [
        ("第1题（XK001）", "答案里的“D”不"),
        ("第1题（XK001）", "缺少“place"),
        ("第2题（XK002）", "“stem”（题"),
    ]


def test_the_sound_questions_of_a_faulty_file_are_kept_apart() -> None:
    loaded = read(SINGLE + with_line(SECOND, "answer", ""))

    assert [question.code for question in loaded.questions] == ["XK001"]
    assert [problem.place for problem in loaded.problems] == ["第2题（XK002）"]


def test_a_date_may_be_written_without_quotation_marks() -> None:
    (question,) = read(with_line(SINGLE, "date", "date = 2016-03-17")).questions

    assert question.date == "2016-03-17"


def test_a_date_may_be_left_out() -> None:
    (question,) = read(with_line(SINGLE, "date", "")).questions

    assert question.date == ""


def test_a_question_may_have_a_topic_of_its_own() -> None:
    (question,) = read(with_line(SINGLE, "date", 'topic = "古籍"')).questions

    assert question.topic == "古籍"


def test_a_file_may_bring_a_document_of_its_own() -> None:
    text = with_line(SINGLE, "source", 'source = "《昆山年鉴》"')

    loaded = read(f'{text}\n[[document]]\ntitle = "《昆山年鉴》"\n')

    assert not loaded.problems
    assert loaded.questions[0].citation == "《昆山年鉴》首章（先秦）"


@pytest.mark.parametrize(
    ("written", "place", "said"),
    [
        ("[[document]]", "第1个[[document]]", "缺少“title”（标题）"),
        ("[[document]]\ntitel = 1", "第1个[[document]]", "是不是想写“title”"),
        ("[document]", "文件开头", "每份文献前面要写[[document]]"),
    ],
)
def test_a_document_written_wrongly_is_explained(written: str, place: str, said: str) -> None:
    problems = read(f"{SINGLE}\n{written}\n").problems

    assert [problem for problem in problems if problem.place == place and said in problem.message]


def test_a_code_used_twice_is_told_with_the_place_of_the_first() -> None:
    problem = only_problem(SINGLE + SECOND.replace("XK002", "xk001"))

    assert problem.place == "第2题（xk001）"
    assert "编号xk001已经用过了：xk.toml 第1题（XK001）" in problem.message


def test_a_stem_used_twice_is_found_whatever_its_punctuation() -> None:
    problem = only_problem(SINGLE + SECOND.replace("哪部书？", "哪部典籍"))

    assert "题干和另一题一样：xk.toml 第1题（XK001）" in problem.message


def test_a_code_used_in_another_file_is_found(tmp_path: Path) -> None:
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text(SINGLE, "utf-8")
    other.write_text(SINGLE, "utf-8")

    loaded = load_files([one, other])

    assert [question.code for question in loaded.questions] == ["XK001"]
    assert {problem.file for problem in loaded.problems} == {"other.toml"}
    assert all("one.toml 第1题" in problem.message for problem in loaded.problems)


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        ("小康".encode("gbk"), "整个文件", "不是UTF-8编码"),
        (b"PK\x03\x04\xff\xfe", "整个文件", "不是UTF-8编码"),
        (b"#" * (512 * 1024 + 1), "整个文件", "文件超过512KB"),
        ("topic = “小康”", "第1行第9个字附近", "引号、等号、方括号"),
        ("\n\n[[question]\n", "第3行第11个字附近", "引号、等号、方括号"),
        ("topic = ", "文件末尾", "引号、等号、方括号"),
        ('[[question]]\nstem = "一\n', "第2行第10个字附近", "引号、等号、方括号"),
        ("topic = 1\ntopic = 2\n", "第2行第10个字附近", "同一个项目写了两次"),
        (b"x = " + b"1" * 5000, "整个文件", "引号、等号、方括号"),
        (b"x = " + b"[" * 10_000, "整个文件", "括号套得太深"),
        (b"\nx" + b".x" * 100_000 + b" = 1", "第2行", "英文句点超过30个"),
        (b"", "整个文件", "没有题目"),
        ("question = 1", "整个文件", "每道题前面要写[[question]]"),
        ("[question]", "整个文件", "每道题前面要写[[question]]"),
    ],
)
def test_a_file_that_is_no_list_of_questions_is_one_problem(
    content: str | bytes, place: str, said: str
) -> None:
    problem = only_problem(content)

    assert problem.place == place
    assert said in problem.message


def test_a_mistake_at_the_head_of_the_file_is_told() -> None:
    problem = only_problem(with_line(SINGLE, "topic", 'topic = "小康"\ntopics = "小康"'))

    assert problem == Problem("xk.toml", "文件开头", "不认识“topics”这一项，是不是想写“topic”？")


def test_a_mark_that_notepad_puts_first_is_no_mistake() -> None:
    assert not read(b"\xef\xbb\xbf" + SINGLE.encode()).problems


def test_lines_may_end_as_windows_ends_them() -> None:
    assert not read(SINGLE.replace("\n", "\r\n")).problems


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load_file(tmp_path / "none.toml").problems

    assert (problem.file, problem.place) == ("none.toml", "整个文件")
    assert "找不到这个文件" in problem.message


def test_a_folder_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load_file(tmp_path).problems

    assert "打不开这个文件" in problem.message


def test_a_broken_shipped_file_names_every_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "a.toml").write_text("x = ", "utf-8")
    (tmp_path / "questions" / "b.toml").write_text(with_line(SINGLE, "place", ""), "utf-8")
    monkeypatch.setattr(loading, "files", lambda _: tmp_path)

    with pytest.raises(BrokenBank) as broken:
        load_shipped()

    assert [problem.file for problem in broken.value.problems] == ["a.toml", "b.toml"]
    assert "b.toml，第1题（XK001）：缺少“place”" in str(broken.value)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_questions_or_a_problem(content: bytes) -> None:
    loaded = read(content)

    assert loaded.questions or loaded.problems


LINES = SINGLE.splitlines()
PIECES = st.sampled_from(
    [*LINES, "[[question]]", "[question]", '"', "[", "]", "{", "=", "'''", "0x1", "nan", "\\u0000"]
)


@pytest.mark.slow
@given(pieces=st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=20))
def test_any_lines_are_questions_or_a_problem(pieces: list[str]) -> None:
    loaded = read("\n".join(pieces).encode(errors="replace"))

    assert loaded.questions or loaded.problems


scalars = st.one_of(
    st.text(max_size=9), st.integers(), st.booleans(), st.floats(0, 9),
    st.sampled_from([*Kind, "A", "AB", "对", "《日知录》"]),
)  # fmt: skip
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=9), max_leaves=4)


@pytest.mark.slow
@given(facts=st.dictionaries(st.sampled_from(checks.KEYS), values))
def test_any_question_is_sound_or_a_problem(facts: dict[str, object]) -> None:
    # What JSON writes is TOML too, as long as there are no tables in it.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items()]

    loaded = read("\n".join(["[[question]]", *lines]))

    assert loaded.questions or loaded.problems
