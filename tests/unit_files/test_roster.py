"""`bot import roster`: what a file of people holds, and what a shell gets to see of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.commands import main
from bot.domain.roster import Listed, Roster
from bot.storage.tables import RosterName
from bot.unit_files.roster_program import ImportRoster
from bot.unit_files.roster_reading import read_roster
from tests.builders import NOON, a_campaign, a_member, chained
from tests.unit_files.test_reading import workbook

TABLE = "单位编码,姓名\nCD-XA,李四\nNY,买买提•艾力\n"
PEOPLE = [Listed("CD-XA", "李四"), Listed("NY", "买买提·艾力")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "名册.csv"


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """The small campaign, in which 张三 belongs to a branch."""
    with chained(engine)() as session:
        a_campaign(session)
        a_member(session, unit=2)
        yield session


def brought(file: Path, session: Session, text: str) -> int:
    file.write_text(text, "utf-8")
    return ImportRoster(file).perform(Roster(session, NOON))


@pytest.mark.slow
def test_a_workbook_may_name_the_unit_once_for_its_people() -> None:
    content = workbook(
        ["序号", "支部编码", "党员姓名"], [1, "CD-XA", "张三"], [2, "", "李四"], merge="B2:B3=CD-XA"
    )

    assert read_roster(content).said == [Listed("CD-XA", "张三"), Listed("CD-XA", "李四")]


def test_names_are_kept_as_members_type_them() -> None:
    assert read_roster(TABLE.replace("李四", " 李　四 ").encode()).said == PEOPLE


@pytest.mark.slow
def test_people_come_in_and_what_is_to_be_settled_is_told(
    file: Path, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brought(file, session, TABLE) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("名册.csv：读到 2 个人。\n请留意：")
    assert "".join(shown.replace("│", "").split()).count("参加率按单位表的人数算") == 2
    assert shown.endswith(
        "✔ 已导入 2 个单位的名册：新增 2 人，去掉 0 人，没有变化 0 人。"
        "文件里没有的单位，名册不动。\n"
        "登记的姓名有 1 个要支部核对（党员自己看不到）：\n"
        "  · CD-XA 新安社区支部　张三：名册上没有\n"
    )
    names = session.scalars(select(RosterName.name).order_by(RosterName.unit_id)).all()
    assert names == ["李四", "买买提·艾力"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("CD,张三", "城东街道）下面还有单位"),
        ("农业局,张三", "请改成它的编码NY"),
        ("X-9,张三", "没有编码是“X-9”的单位"),
        (",张三", "单位编码是空的"),
        ("NY,", "姓名是空的"),
        ("NY,3", "“3”不像姓名"),
        ("NY,合计", "是合计或说明，请删掉这一行"),
    ],
)
def test_with_one_fault_nothing_comes_in(
    file: Path, session: Session, capsys: pytest.CaptureFixture[str], row: str, said: str
) -> None:
    assert brought(file, session, f"{TABLE}{row}\n") == 1

    assert said in "".join(capsys.readouterr().out.replace("│", "").split())
    assert session.scalars(select(RosterName)).all() == []


@pytest.mark.slow
def test_namesakes_are_noticed(
    file: Path, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brought(file, session, f"{TABLE}CD-XA,李四\n") == 0

    assert "这个单位有2个“李四”" in "".join(capsys.readouterr().out.replace("│", "").split())


def test_a_dry_run_needs_no_settings_and_imports_nothing(file: Path) -> None:
    file.write_text(TABLE, "utf-8")

    result = CliRunner().invoke(main, ["import", "roster", str(file), "--dry-run"])

    assert result.exit_code == 0
    assert "读到 2 个人" in result.output
    assert "没有导入" in result.output


@pytest.mark.slow
def test_a_file_that_is_no_roster_ends_it_with_two(
    file: Path, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brought(file, session, "品名,单价\n茶,9\n") == 2
    assert "没有找到名册的表头" in capsys.readouterr().err
