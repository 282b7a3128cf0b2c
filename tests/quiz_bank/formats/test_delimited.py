"""CSV in whichever encoding and with whichever separator a computer wrote it."""

import pytest

from tests.quiz_bank.formats.files import errors, notices, questions, read, refusal

TABLE = "题型,题干,选项A,选项B,答案\n单选题,五中全会在哪里？,北京,上海,A\n判断题,在北京。,,,对\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_table_is_read_in_any_encoding_of_an_office(encoding: str) -> None:
    one, other = questions(TABLE.encode(encoding))

    assert (one.stem, one.options, other.answer) == ("五中全会在哪里？", ("北京", "上海"), ("T",))


@pytest.mark.parametrize("sign", ["\t", ";"])
def test_cells_may_be_parted_by_tabs_or_semicolons(sign: str) -> None:
    assert len(questions(TABLE.replace(",", sign))) == 2


def test_line_ends_of_windows_and_blank_rows_are_no_matter() -> None:
    assert len(questions(TABLE.replace("\n", "\r\n\r\n"))) == 2


def test_a_fault_names_line_and_column() -> None:
    ((place, message),) = errors(TABLE.replace("A\n判", "E\n判"))

    assert place == "第2行E列（答案）"
    assert "不在选项里" in message


def test_zeros_in_front_stay() -> None:
    text = '题干,答案,题型\n编号是____,007,填空题\n代码是____,"=""008""",填空题\n'

    assert [question.answer for question in questions(text)] == [("007",), ("008",)]


def test_a_cell_may_hold_commas_and_several_lines() -> None:
    text = '题干,答案\n"第一行,\n第二行____",甲\n另一题____,乙\n'

    assert [question.stem for question in questions(text)] == ["第一行,第二行____", "另一题____"]


def test_what_excel_would_run_is_an_error() -> None:
    text = '题干,答案\n"=HYPERLINK(""http://evil"")",对\n=cmd|\' /C calc\'!A0,错\n'

    assert [message[:12] for _, message in errors(text)] == [
        "题干以“=”开头，像公式",
        "题干以“=”开头，像公式",
    ]


def test_a_quotation_mark_without_its_twin_is_told_with_its_line() -> None:
    assert "引号不成对" in refusal('题干,答案\n"没有完,对\n')


def test_a_table_without_answers_is_told() -> None:
    assert errors("题干,选项A,选项B\n哪里？,甲,乙\n")[0] == (
        "第1行",
        "没有“答案”这一列。请在表头补上。",
    )


def test_a_column_twice_is_told() -> None:
    assert ("第1行", "有两列都是“答案”。请删掉一列，或改一个名字。") in errors(
        "题干,答案,答案\n在。,对,错\n"
    )


def test_a_column_we_do_not_know_is_said() -> None:
    assert notices("题干,答案,命题人\n在。,对,张三\n") == [
        ("第1行", "“命题人”这一列不认识，没有读。")
    ]


def test_two_hundred_columns_are_too_many() -> None:
    assert "有内容的列超过200列" in refusal("题干,答案\n甲,对" + ",x" * 200)


@pytest.mark.slow
def test_more_rows_than_we_take_are_refused() -> None:
    assert "超过20000行" in refusal("题干,答案\n" + "甲乙,对\n" * 20_100)


def test_a_utf8_file_with_a_broken_character_is_not_taken_for_chinese_of_another_encoding() -> None:
    content = TABLE.encode() * 9

    assert "文字编码坏了几处" in refusal(content[:-400] + b"\xff" + content[-400:])


def test_the_place_of_a_question_is_its_line() -> None:
    assert [found.place for found in read(TABLE).questions] == ["第2行", "第3行"]
