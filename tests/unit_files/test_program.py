"""`bot import units`: what a shell gets to see, and what the register keeps."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from bot.commands import main
from bot.domain.unit_import import UnitImport
from bot.unit_files.program import ImportUnits
from tests.builders import NOON, a_campaign, a_member, chained

TABLE = "编码,名称,上级编码,人数\nCD-XB,新北社区支部,CD,46\nCD,城东街道,,900\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "单位.csv"


@pytest.fixture
def register(engine: Engine) -> Iterator[UnitImport]:
    """The register of the small campaign, in which one member belongs to a branch."""
    with chained(engine)() as session:
        a_campaign(session)
        a_member(session, unit=2)
        yield UnitImport(session, NOON)


def brought(file: Path, register: UnitImport, text: str) -> int:
    file.write_text(text, "utf-8")
    return ImportUnits(file).perform(register)


@pytest.mark.slow
def test_units_come_in_and_what_happened_is_told(
    file: Path, register: UnitImport, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brought(file, register, TABLE) == 0

    assert capsys.readouterr().out == (
        "单位.csv：读到 2 个单位。\n"
        "✔ 已导入 2 个单位：新增 1 个，改动 0 个，没有变化 1 个。\n"
        "另有 2 个已有的单位不在文件里，都保留着，没有删除：\n"
        "  · CD-XA 新安社区支部（1人已登记）\n"
        "  · NY 农业局\n"
    )
    assert register.known()["CD-XB"].parent == "CD"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,甲支部,不存在,9", "都找不到"),
        ("A,甲支部,农业局,9", "请改成它的编码NY"),
        ("A,甲支部,A,9", "上级编码写成了自己"),
        ("A,甲支部,B,9\nB,乙支部,A,9", "A→B→A"),
        ("NY,农业局,N2,9\nN2,二科,NY,9", "NY→N2→NY"),
        ("A,甲支部,CD,九人", "第4行D列"),
    ],
)
def test_with_one_fault_nothing_comes_in(
    file: Path, register: UnitImport, capsys: pytest.CaptureFixture[str], row: str, said: str
) -> None:
    before = register.known()

    assert brought(file, register, f"{TABLE}{row}\n") == 1

    assert register.known() == before
    shown = "".join(capsys.readouterr().out.replace("│", "").split())
    assert "没有导入" in shown
    assert said in shown


@pytest.mark.slow
def test_a_file_that_can_not_be_read_ends_it_with_two(
    file: Path, register: UnitImport, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brought(file, register, "") == 2
    assert "单位.csv，整个文件：这是一个空文件" in capsys.readouterr().err


def rehearsed(file: Path, text: str) -> tuple[int, str]:
    """A dry run in a place that has no settings."""
    file.write_text(text, "utf-8")
    result = CliRunner().invoke(main, ["import", "units", str(file), "--dry-run"])
    return result.exit_code, "".join(result.output.replace("│", "").split())


def test_a_dry_run_needs_no_settings_and_imports_nothing(file: Path) -> None:
    code, shown = rehearsed(file, TABLE)

    assert code == 0
    assert "读到2个单位" in shown
    assert "没有导入" in shown


def test_a_dry_run_leaves_open_what_only_the_register_knows(file: Path) -> None:
    code, shown = rehearsed(file, TABLE + "N2,二科,NY,9\n")

    assert code == 0
    assert "上级编码“NY”不在文件里" in shown


def test_a_dry_run_finds_a_circle(file: Path) -> None:
    code, shown = rehearsed(file, TABLE + "A,甲,B,9\nB,乙,A,9\n")

    assert code == 1
    assert "A→B→A" in shown
