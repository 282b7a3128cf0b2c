"""The files of results: what they say, to whom they name whom, and that no cell is a formula."""

import csv
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Mm
from python_calamine import CalamineWorkbook
from sqlalchemy import case, update
from sqlalchemy.orm import Session

from bot.domain.districts import follow_member
from bot.domain.results import NoSuchContest, Results, Wanted
from bot.results.building import NAMES, PEOPLE, QUESTIONS, REPORT, UNITS, WORKBOOK, build
from bot.storage.tables import Contest, Departed, Member, Score
from tests.builders import NOON, a_member, key
from tests.domain.test_item_analysis import answered

pytestmark = pytest.mark.slow

Build = Callable[..., Path]
FORMULA = '=HYPERLINK("http://x")'


@pytest.fixture
def built(session: Session, tmp_path: Path) -> Build:
    """Builds the files into a folder."""

    def built(**wanted: object) -> Path:
        asked = Wanted(**({"contest": 1} | wanted))  # type: ignore[arg-type]
        build(Results(session, NOON, asked), tmp_path, lambda *_: None)
        return tmp_path

    return built


def scored(session: Session, name: str, unit: int | None, points: int, days: int = 1) -> None:
    member = a_member(session, name, unit)
    session.add(Score(member_key=member, contest_id=1, points=points, days=days, reached_at=NOON))
    session.flush()
    follow_member(session, member)


def a_crowd(session: Session) -> None:
    """张三 and 李小四 of 城东's branch tie; 王五 of 农业局 is behind them, and a guest last."""
    for name, unit, points in (("zhang", 2, 8), ("li", 2, 8), ("wang", 3, 6), ("guest", None, 2)):
        scored(session, name, unit, points)


def sheet(folder: Path, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(folder / WORKBOOK)).get_sheet_by_name(name).to_python()


def rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


def words(folder: Path) -> str:
    document = docx.Document(str(folder / REPORT))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_people_stand_in_their_order_and_share_a_place_when_they_tie(
    session: Session, built: Build
) -> None:
    a_crowd(session)

    people = sheet(built(), "个人成绩")

    assert people[0][:6] == ["名次", "区镇、部门", "支部", "姓名", "得分", "参与天数"]
    assert sorted(tuple(row[:6]) for row in people[1:3]) == [
        (1, "城东街道", "新安社区支部", "张*", 8, 1),
        (1, "城东街道", "新安社区支部", "李**", 8, 1),
    ]
    assert [tuple(row[:5]) for row in people[3:]] == [
        (3, "农业局", "", "王*", 6), (4, "未登记", "", "未登记", 2),
    ]  # fmt: skip


def test_full_names_stand_only_where_they_were_asked_for(session: Session, built: Build) -> None:
    a_crowd(session)

    masked = "".join(file.read_text("utf-8-sig") for file in built().glob("*.csv"))
    assert "李小四" not in masked + words(built())
    folder = built(full_names=True)
    assert "李小四" in (folder / PEOPLE).read_text("utf-8-sig")
    assert "李小四" in words(folder)
    assert ["姓名", "全名，请勿外传"] in sheet(folder, "说明")


def test_only_the_people_and_units_of_a_district_are_listed_when_one_is_named(
    session: Session, built: Build
) -> None:
    a_crowd(session)

    folder = built(district=1)

    assert [row[3] for row in rows(folder / PEOPLE)[1:]] in (["张*", "李**"], ["李**", "张*"])
    assert [row[1] for row in rows(folder / UNITS)[1:]] == ["城东街道", "新安社区支部"]
    assert "关于城东街道参加“我们的十三五”知识竞赛情况的通报" in words(folder)


def test_who_wants_to_stand_on_no_board_is_named_in_the_full_list_alone(
    session: Session, built: Build
) -> None:
    a_crowd(session)
    session.get_one(Member, key("li")).unlisted = True
    session.flush()

    folder = built()
    assert "李*" not in (folder / PEOPLE).read_text("utf-8-sig") + words(folder)
    assert "不上榜" in (folder / PEOPLE).read_text("utf-8-sig")
    folder = built(full_names=True)
    assert "李小四" in (folder / PEOPLE).read_text("utf-8-sig")
    assert "李小四" not in words(folder)


def test_units_carry_what_their_branches_did(session: Session, built: Build) -> None:
    a_crowd(session)

    assert rows(built() / UNITS)[1:] == [
        ["2", "城东街道", "", "900", "2", "0.2%", "8.0"],
        ["1", "农业局", "", "120", "1", "0.8%", "6.0"],
        ["1", "新安社区支部", "城东街道", "46", "2", "4.3%", "8.0"],
    ]


def test_no_cell_is_a_formula(session: Session, built: Build) -> None:
    scored(session, "mallory", 2, 4)
    session.get_one(Member, key("mallory")).name = FORMULA
    session.flush()

    folder = built(full_names=True)

    with zipfile.ZipFile(folder / WORKBOOK) as package:
        cells = "".join(package.read(name).decode() for name in package.namelist())
    assert "<f>" not in cells
    assert sheet(folder, "个人成绩")[1][3] == FORMULA
    assert rows(folder / PEOPLE)[1][3] == f"'{FORMULA}"


def test_questions_come_with_their_figures(session: Session, built: Build) -> None:
    for n, choices in enumerate(("BBB", "ABB", "CBB", "BAA", "BAA", "AAA")):
        answered(session, f"m{n}", *choices)

    folder = built()

    assert rows(folder / QUESTIONS)[1][:6] == ["Q000", "题目Q000？", "B", "6", "50.0%", "−0.33"]
    assert "共有3道题有人作答" in words(folder)


def test_the_report_says_who_took_part_and_what_is_not_counted(
    session: Session, built: Build
) -> None:
    a_crowd(session)
    session.add(Departed(unit_id=3, activity="contest:1", people=2))
    session.flush()

    told = words(built())

    assert "关于“我们的十三五”知识竞赛情况的通报" in told
    assert "于2026年12月1日至2026年12月31日举行，目前仍在进行" in told
    assert "在册党员1020人，已登记单位并答题的3人，参与率0.2%。" in told
    assert "另有2人参加后删除了自己的资料，不在其内。" in told
    assert "另有1人答题时没有登记单位，不计入参与率。" in told
    assert "参与者人均得分6.0分，人均参与1.0天。" in told
    assert told.index("一、参与情况") < told.index("四、题目分析") < told.index("2026年12月5日\n")


def test_where_brackets_are_ranked_apart_the_report_has_a_table_for_each(
    session: Session, built: Build
) -> None:
    a_crowd(session)
    session.execute(update(Contest).values(brackets=["甲组", "乙组", "丙组"]))
    in_second = Score.member_key == key("wang")
    session.execute(update(Score).values(bracket=case((in_second, 2), else_=1)))

    folder = built()

    told = words(folder)
    assert "分3组排名，各组前10名如下" in told
    assert told.index("甲组：") < told.index("乙组：") < told.index("丙组：还没有人上榜。")
    _, first, second, *_ = docx.Document(str(folder / REPORT)).tables
    assert [[row.cells[n].text for n in (0, 2)] for row in second.rows[1:]] == [["1", "王*"]]
    assert [row.cells[0].text for row in first.rows[1:]] == ["1", "1", "3"]


def test_the_report_lists_no_question_that_few_have_answered(
    session: Session, built: Build
) -> None:
    answered(session, "zhang", "A")
    assert "答满30人次的题还没有" in words(built())
    for n in range(30):
        answered(session, f"m{n}", "B" if n % 3 else "A", *"BB"[: n % 2])

    told = words(built())

    assert "答满30人次的题里，答对率最低的1道如下" in told
    *_, hard = docx.Document(str(built() / REPORT)).tables
    assert [[cell.text for cell in row.cells[1:3]] for row in hard.rows[1:]] == [["31", "64.5%"]]


def test_a_contest_nobody_has_begun_has_its_files_too(built: Build) -> None:
    assert "还没有人答题。" in words(built())
    assert rows(built() / PEOPLE)[1:] == []


def test_the_report_keeps_to_the_standard_of_official_documents(built: Build) -> None:
    document: Any = docx.Document(str(built() / REPORT))
    section = document.sections[0]
    xml = document.element.xml
    title = document.paragraphs[0]

    margins = (
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin
    )  # fmt: skip
    assert [round(each / Mm(1)) for each in margins] == [37, 35, 28, 26]
    assert (title.runs[0].font.name, title.runs[0].font.size.pt) == ("方正小标宋简体", 22)
    assert 'w:eastAsia="方正小标宋简体"' in xml
    assert {run.font.size.pt for run in document.paragraphs[2].runs} == {16}
    assert 'w:eastAsia="仿宋_GB2312"' in xml
    assert 'w:linePitch="579"' in xml


def test_all_files_of_one_moment_carry_one_code_and_the_tables_prove_it(
    session: Session, built: Build
) -> None:
    a_crowd(session)

    folder = built()

    (code,) = [told for name, told in sheet(folder, "说明") if name == "校验码"]
    assert re.fullmatch(r"[0-9A-F]{8}", str(code))
    assert f"校验码{code}" in words(folder)
    assert sorted(file.name for file in folder.iterdir()) == sorted(NAMES)


def test_a_contest_or_a_district_that_is_none_is_refused(built: Build) -> None:
    for wanted in ({"contest": 9}, {"district": 9}, {"district": 2}):
        with pytest.raises(NoSuchContest):
            built(**wanted)
