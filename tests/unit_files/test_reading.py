"""Files of units: read as offices write them, and every fault told by row and column."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from xlsxwriter import Workbook

from bot.domain.unit_import import Brought
from bot.unit_files.reading import UnitFile, read_units
from quiz_bank.formats.found import Unreadable

TABLE = "编码,名称,上级编码,人数\nCD-XA,新安社区支部,CD,46\nCD,城东街道,,900\n"
UNITS = [Brought("CD-XA", "新安社区支部", "CD", 46), Brought("CD", "城东街道", "", 900)]


def read(text: str, encoding: str = "utf-8") -> UnitFile:
    return read_units(text.encode(encoding))


def faults(text: str) -> list[tuple[str, str]]:
    return [(note.place, note.message) for note in read(text).errors]


def workbook(*rows: list[str | int], hidden: bool = False, merge: str = "") -> bytes:
    """A workbook with these rows; `merge` names cells that are one, with what it says."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        if hidden:
            book.add_worksheet("封面")
        sheet = book.add_worksheet("单位")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if merge:
            cells, words = merge.split("=")
            sheet.merge_range(cells, words)
        if hidden:
            sheet.hide()
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_read_in_any_encoding_of_an_office(encoding: str) -> None:
    file = read(TABLE, encoding)

    assert (file.said, file.errors, file.notices) == (UNITS, [], [])


def test_columns_are_known_by_many_names_and_in_any_order() -> None:
    file = read(
        "某市名册\n序号,名册人数,上级,单位名称,单位编码\n1,46,CD,新安社区支部,CD-XA\n2,900,,城东街道,CD\n"
    )

    assert (file.said, file.errors, file.notices) == (UNITS, [], [])


@pytest.mark.slow
def test_a_workbook_is_read_with_its_numbers_as_they_are_shown() -> None:
    file = read_units(
        workbook(
            ["编码", "名称", "上级编码", "人数"],
            ["CD-XA", "新安社区支部", "CD", 46],
            ["CD", "城东街道", "", 900],
        )
    )

    assert (file.said, file.errors) == (UNITS, [])


@pytest.mark.slow
def test_one_cell_may_name_the_parent_of_several() -> None:
    content = workbook(
        ["编码", "名称", "上级编码"], ["A", "甲支部"], ["B", "乙支部"], ["CD", "城东街道"],
        merge="C2:C3=CD",
    )  # fmt: skip

    assert [unit.parent for unit in read_units(content).said] == ["CD", "CD", ""]


def test_columns_that_are_not_there_are_told_apart_from_empty_ones() -> None:
    assert read("编码,名称\nCD,城东街道\n").said == [Brought("CD", "城东街道", None, None)]
    assert read("编码,名称,上级,人数\nCD,城东街道,,\n").said == [Brought("CD", "城东街道", "", 0)]


def test_empty_rows_and_the_header_of_a_second_page_are_no_units() -> None:
    again = TABLE.splitlines()[0]

    assert read(TABLE.replace("CD,城东", f",,,\n{again}\nCD,城东")).said == UNITS


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        (",新安支部,CD,9", "第4行A列（编码）", "编码是空的"),
        ("合计,,,946", "第4行A列（编码）", "如果是合计"),
        ("A B,新安支部,CD,9", "第4行A列（编码）", "不能用"),
        (f"{'A' * 33},新安支部,CD,9", "第4行A列（编码）", "最多32个"),
        ("CD,城东街道,,900", "第4行A列（编码）", "和第3行A列（编码）的一样"),
        ("A,,CD,9", "第4行B列（名称）", "名称是空的"),
        (f"A,{'长' * 41},CD,9", "第4行B列（名称）", "有41个字，最多40个字"),
        ("A,甲\u202e支部,CD,9", "第4行B列（名称）", "看不见的字符"),
        ("A,甲支部,CD,很多", "第4行D列（人数）", "人数“很多”不对"),
        ("A,甲支部,CD,0", "第4行D列（人数）", "1到1000000的整数"),
        ("A,甲支部,CD,-3", "第4行D列（人数）", "不对"),
        ("A,甲支部,CD,4.5", "第4行D列（人数）", "不对"),
        ("A,甲支部,CD,1000001", "第4行D列（人数）", "不对"),
        ("A,=SUM(B1),CD,9", "第4行B列（名称）", "像公式"),
    ],
)  # fmt: skip
def test_a_fault_names_row_and_column_and_how_to_mend_it(row: str, place: str, said: str) -> None:
    found = faults(f"{TABLE}{row}\n")

    assert place in [where for where, _ in found]
    assert said in "".join(message for _, message in found)


def test_a_name_of_forty_characters_is_taken() -> None:
    assert faults(f"{TABLE}A,{'长' * 40},CD,9\n") == []


def test_a_column_that_is_missing_or_there_twice_is_told() -> None:
    assert ("第1行", "没有“编码”这一列。请在表头补上。") in faults("名称,人数\n城东街道,9\n")
    assert faults("编码,名称,名称\nA,甲,乙\n")[0][1].startswith("有两列都是“名称”")


def test_a_column_of_somebody_elses_is_said_to_be_unread() -> None:
    assert [note.message for note in read("编码,名称,书记\nA,甲支部,张三\n").notices] == [
        "“书记”这一列不认识，没有读。"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空文件"),
        (b"%PDF-1.7", "不是单位表"),
        ("甲支部\n乙支部\n".encode(), "没有找到单位表的表头"),
        ("编码,名称\n".encode(), "表头下面没有单位"),
        (b"<html><table><tr><td>A</td></tr></table>", "网页格式"),
        (workbook(["甲支部", "乙支部"]), "没有找到单位表的表头"),
        (workbook(["编码", "名称"]), "表头下面没有单位"),
    ],
)
@pytest.mark.slow
def test_what_is_no_table_of_units_is_refused_in_plain_words(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_units(content)


@pytest.mark.slow
def test_a_hidden_sheet_is_not_read() -> None:
    content = workbook(["编码", "名称"], ["A", "甲支部"], hidden=True)

    with pytest.raises(Unreadable, match="没有找到单位表的表头"):
        read_units(content)


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_a_monster_is_not_opened() -> None:
    sound, bomb = workbook(["编码", "名称"], ["A", "甲支部"]), BytesIO()
    with ZipFile(BytesIO(sound)) as old, ZipFile(bomb, "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            swollen = part.endswith("sharedStrings.xml")
            new.writestr(part, b" " * 60_000_000 if swollen else old.read(part))

    with pytest.raises(Unreadable, match="大得不正常"):
        read_units(bomb.getvalue())


@pytest.mark.slow
def test_a_formula_is_told_and_not_computed() -> None:
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("单位")
        sheet.write_row(0, 0, ["编码", "名称", "人数"])
        sheet.write_row(1, 0, ["A", "甲支部"])
        sheet.write_formula(1, 2, "=SUM(C3:C9)", value=40)

    [fault] = read_units(file.getvalue()).errors

    assert fault.place == "工作表“单位”第2行C列（人数）"
    assert "公式" in fault.message
