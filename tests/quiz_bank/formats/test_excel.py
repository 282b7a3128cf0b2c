"""Excel as offices fill it in: any header, merged cells, numbers as cells, hidden sheets."""

from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from quiz_bank import Kind
from quiz_bank.formats import excel
from tests.builders import a_question
from tests.quiz_bank.formats.files import (
    HEADER,
    JUDGE,
    SOUND,
    Book,
    book,
    errors,
    notices,
    questions,
    read,
    refusal,
    unsupported,
)

pytestmark = pytest.mark.slow
FAULTS = [
    (
        ("单选题", "三中全会在哪里举行？", "北京", "上海", "昆山", "D"),
        "F列（答案）",
        "不在选项里，选项是A到C",
    ),
    (("单选题", "四中全会在哪里举行？", "北京", "上海", "昆山", ""), "F列（答案）", "答案是空的"),
    (
        ("单选题", "六中全会在哪里举行？", "北京", "上海", "昆山", "AC"),
        "F列（答案）",
        "单选题只能有一个答案",
    ),
    (("判断题", "四中全会在北京举行。", "", "", "", "大概"), "F列（答案）", '要写"对"或"错"'),
    (("单选题", "", "甲", "乙", "", "A"), "B列（题干）", "题干是空的"),
    (("单选题", "五中全会，在哪里举行 ?", "甲", "乙", "", "A"), "B列（题干）", "题干和另一题一样"),
    (("看图题", "一在哪里？", "甲", "乙", "", "A"), "A列（题型）", "题型“看图题”不认识"),
    (("单选题", "二在哪里？", "甲", "", "丙", "A"), "D列（选项B）", "选项B是空的，后面却还有选项"),
    (("单选题", "三在哪里？", "甲", "甲", "", "A"), "D列（选项B）", "选项A和选项B一样"),
]


@pytest.mark.parametrize(("row", "column", "said"), FAULTS)
def test_a_fault_is_told_with_its_sheet_row_and_column(
    row: tuple[str, ...], column: str, said: str
) -> None:
    ((place, message),) = errors(book(HEADER, SOUND, row))

    assert place == f"工作表“题库”第3行{column}"
    assert said in message


def test_all_faults_come_in_one_report_and_nothing_is_taken() -> None:
    findings = read(book(HEADER, SOUND, *(row for row, _, _ in FAULTS)))

    assert len(findings.errors) == len(FAULTS)
    assert findings.to_dict()["questions"] == []


def test_columns_are_known_by_many_names_and_in_any_order() -> None:
    header = (
        "序号",
        "正确答案",
        "试题内容（必填）",
        "A",
        "选项 B",
        "类型",
        "来源",
        "说明",
        "难易程度",
        "知识点",
    )
    row = (
        1,
        "b",
        "长江有多长？",
        "长",
        "很长",
        "单项选择题",
        "地理",
        "六千多千米。",
        "较难",
        "自然",
    )

    (question,) = questions(book(header, row))

    assert (question.kind, question.options, question.answer) == (
        Kind.SINGLE,
        ("长", "很长"),
        ("B",),
    )
    assert (question.source, question.explanation) == ("地理", "六千多千米。")
    assert (question.difficulty, question.topic) == (3, "自然")


def test_the_header_may_stand_below_titles_and_blank_rows() -> None:
    content = book(("2016年冬训题库",), (), ("填写说明：一行一题",), HEADER, (), SOUND, (), JUDGE)

    assert len(questions(content)) == 2
    assert [found.place for found in read(content).questions] == [
        "工作表“题库”第6行",
        "工作表“题库”第8行",
    ]


def test_letters_may_stand_under_a_wide_header_of_options() -> None:
    content = book(("题干", "选项", "", "答案"), ("", "A", "B", ""), ("哪里？", "甲", "乙", "B"))

    assert questions(content)[0].options == ("甲", "乙")


@pytest.mark.parametrize("together", ["A.甲 B.乙 C.丙", "甲\n乙\n丙", "甲|乙|丙", "甲；乙；丙"])
def test_options_may_share_a_cell(together: str) -> None:
    content = book(("题目", "选项", "答案"), ("哪里？", together, "C"))

    assert questions(content)[0].options == ("甲", "乙", "丙")


def test_a_kind_merged_over_rows_holds_for_each_of_them() -> None:
    made = Book().add("题库", HEADER, SOUND, (None, "哪一年？", "2015", "2016", None, "A"))
    made.sheet.merge_range(1, 0, 2, 0, "单选题")

    assert [question.kind for question in questions(made.content)] == [Kind.SINGLE] * 2


def test_a_heading_between_the_rows_tells_the_kind() -> None:
    header = ("题干", "选项A", "选项B", "答案")
    rows = (("一、判断题",), ("地球是圆的。", "", "", "A"))

    assert errors(book(header, *rows))[0][1].startswith("判断题的答案")


@pytest.mark.parametrize(
    ("answer", "meant"),
    [("√", "T"), ("正确", "T"), ("×", "F"), ("错误", "F"), (True, "T"), ("N", "F")],
)
def test_a_statement_is_judged_in_many_words(answer: object, meant: str) -> None:
    assert questions(book(HEADER, (*JUDGE[:5], answer)))[0].answer == (meant,)


def test_a_statement_with_two_options_is_judged_by_letter() -> None:
    row = ("判断题", "地球是圆的。", "正确", "错误", "", "B")

    (question,) = questions(book(HEADER, row))

    assert (question.options, question.answer) == ((), ("F",))


def test_without_a_column_of_kinds_the_answer_tells() -> None:
    header = ("题目", "A", "B", "C", "答案")
    rows = (
        ("一？", "甲", "乙", "丙", "A"),
        ("二？", "甲", "乙", "丙", "A、C"),
        ("三。", "", "", "", "√"),
        ("四是____。", "", "", "", "昆山"),
    )

    assert [question.kind for question in questions(book(header, *rows))] == list(Kind)


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (2016, "", "2016"),
        (2016.0, "0", "2016"),
        (6.5, "", "6.5"),
        (0.1 + 0.2, "", "0.3"),
        (7, "000", "007"),
        (1.5, "0.00", "1.50"),
        (0.5, "0%", "50%"),
        (63400, "#,##0", "63,400"),
        ("007", "@", "007"),
        (date(2016, 1, 5), 'yyyy"年"m"月"d"日";@', "2016年1月5日"),
        (date(2016, 1, 5), "yyyy-mm-dd", "2016-01-05"),
        (date(2016, 1, 5), "m/d/yyyy", "1/5/2016"),
    ],
)
def test_a_number_or_a_day_reads_as_excel_shows_it(value: object, form: str, shown: str) -> None:
    made = Book().add("题库", HEADER, SOUND).put(1, 2, value, form)

    assert questions(made.content)[0].options[0] == shown


@pytest.mark.parametrize(("value", "form"), [(7, '"第"0"号"'), (1e20, ""), (0.25, "# ?/?")])
def test_a_number_whose_looks_we_can_not_tell_is_an_error(value: float, form: str) -> None:
    made = Book().add("题库", HEADER, SOUND).put(1, 2, value, form)

    ((place, message),) = errors(made.content)

    assert place == "工作表“题库”第2行C列（选项A）"
    assert "设成“文本”格式" in message


def test_a_formula_is_an_error_and_told_how_to_mend() -> None:
    made = Book().add("题库", HEADER, SOUND)
    made.sheet.write_formula(1, 5, '=HYPERLINK("http://evil","A")', None, "A")

    assert errors(made.content) == [
        ("工作表“题库”第2行F列（答案）", "答案是公式，没有读。请复制这一格，用“粘贴为数值”粘回去。")
    ]


def test_hidden_sheets_and_sheets_without_questions_are_skipped_and_said() -> None:
    made = Book().add("题库", HEADER, SOUND).add("说明", ("请认真填写",)).add("草稿", HEADER, JUDGE)
    made.sheet.hide()
    content = made.content

    assert len(questions(content)) == 1
    assert notices(content) == [
        ("工作表“说明”", "这张工作表没有“题干”“答案”的表头，没有读。"),
        ("工作表“草稿”", "这张工作表是隐藏的，没有读。"),
    ]


def test_a_column_or_row_that_means_nothing_to_us_is_said() -> None:
    content = book((*HEADER, "命题人"), (*SOUND, "张三"), ("第二页", *[""] * 8))

    assert notices(content) == [
        ("工作表“题库”第1行", "“命题人”这一列不认识，没有读。"),
        ("工作表“题库”第3行", "这一行不像题目，没有读：第二页"),
    ]


def test_the_header_may_be_repeated_on_each_page() -> None:
    assert len(questions(book(HEADER, SOUND, HEADER, JUDGE))) == 2


def test_what_no_chat_can_hold_is_listed_by_row() -> None:
    header = ("题型", "题干", *(f"选项{letter}" for letter in "ABCDEFGHI"), "答案")
    essay, many = ("简答题", "谈谈体会。"), ("单选题", "哪个？", *"甲乙丙丁戊己庚辛壬", "A")

    assert unsupported(book(header, essay, many, ("连线题", "连一连。"))) == [
        ("工作表“题库”第2行", "essay"),
        ("工作表“题库”第3行", "too_many_options"),
        ("工作表“题库”第4行", "matching"),
    ]


def test_a_row_with_a_picture_is_listed() -> None:
    made = Book().add("题库", HEADER, SOUND, JUDGE)
    made.sheet.insert_image(2, 1, "p.png", {"image_data": BytesIO(PIXEL)})

    assert unsupported(made.content) == [("工作表“题库”第3行", "picture")]


def test_the_older_format_is_read_by_its_values_and_that_is_said() -> None:
    content = Path(__file__).with_name("old.xls").read_bytes()

    one, other = questions(content)

    assert (one.kind, one.date, other.kind) == (Kind.SINGLE, "2015年10月29日", Kind.SINGLE)
    assert other.options == ("7", "2016")
    assert "3格数字或日期按存的值读" in notices(content)[0][1]
    assert notices(content)[1] == ("工作表“草稿”", "这张工作表是隐藏的，没有读。")


def test_a_cell_at_the_far_end_of_the_older_format_costs_only_its_own_program() -> None:
    assert "太大、太复杂" in refusal(Path(__file__).with_name("far.xls").read_bytes())


def test_a_workbook_without_header_is_refused() -> None:
    assert "没有一张工作表有表头" in refusal(book(("一", "二"), ("三", "四")))


def test_no_cell_of_an_export_is_a_formula() -> None:
    content = excel.write([a_question("A1", stem="=cmd|' /C calc'!A0", options=("=1", "+1", "@a"))])

    with ZipFile(BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1][2:5] == ["=cmd|' /C calc'!A0", "=1", "+1"]


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)
