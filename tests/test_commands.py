"""What an operator types, and what comes back: Chinese, with the next step."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands import main
from tests.builders import SECRET

pytestmark = pytest.mark.slow


@pytest.fixture
def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Bot":
    monkeypatch.chdir(tmp_path)
    return Bot(tmp_path)


class Bot:
    """The `bot` program in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "BOT_ENV": "development",
            "BOT_SECRET_KEY": SECRET,
            "BOT_DATABASE_URL": f"sqlite:///{folder / 'sibian.db'}",
            "BOT_DATA_DIR": str(folder / "var"),
            "BOT_WECHAT_TOKEN": "a-token-of-the-tests",
            "BOT_WECHAT_APP_ID": "wx0123456789abcdef",
            "BOT_WECHAT_AES_KEY": "Qm7xVd2RtYkB9pLw0ZsHn4JcEu6Fa1GiTy5NcWq8XrP",
        }

    def run(self, *words: str, **changes: str) -> Result:
        return CliRunner().invoke(main, words, env=self.environment | changes)


def test_wrong_settings_are_listed_and_nothing_starts(bot: Bot) -> None:
    result = bot.run("db", "upgrade", BOT_PORT="x", BOT_WORKERS="y")

    assert result.exit_code == 1
    assert "BOT_PORT" in result.output
    assert "BOT_WORKERS" in result.output
    assert not (bot.folder / "sibian.db").exists()


def test_the_sample_campaign_is_loaded_once_and_then_refused(bot: Bot) -> None:
    bot.run("db", "upgrade")

    first, again, if_empty = (
        bot.run("demo"),
        bot.run("demo"),
        bot.run("demo", "--if-empty"),
    )

    assert (first.exit_code, again.exit_code, if_empty.exit_code) == (0, 1, 0)
    assert "已载入" in first.output
    assert "已有党员或单位的记录" in again.output


def test_a_set_up_code_is_given_until_there_is_an_account(bot: Bot) -> None:
    bot.run("db", "upgrade")
    code = bot.run("admin", "setup-code")

    bot.run("admin", "add", "李审核")

    assert "设置码" in code.output
    assert "已有账号" in bot.run("admin", "setup-code").output


def test_accounts_are_made_changed_and_closed_from_the_shell(bot: Bot) -> None:
    bot.run("db", "upgrade")

    assert "口令" in bot.run("admin", "add", "李审核").output
    assert bot.run("admin", "add", "李审核").exit_code == 1
    assert "新口令" in bot.run("admin", "password", "李审核").output
    assert "已停用" in bot.run("admin", "disable", "李审核").output
    assert bot.run("admin", "password", "没有这个人").exit_code == 1


def test_a_sample_campaign_keeps_all_invariants_and_its_chain_can_be_written_down(
    bot: Bot,
) -> None:
    bot.run("db", "upgrade")
    bot.run("demo")

    said, told = bot.run("verify"), json.loads(bot.run("verify", "--json").output)
    again = bot.run("verify", "--anchor", told["head"])

    assert (said.exit_code, again.exit_code) == (0, 0)
    assert "全部符合" in said.output
    assert told["head"] in said.output
    assert told["clean"]


def test_a_broken_invariant_is_told_with_its_table_and_its_number(bot: Bot) -> None:
    bot.run("db", "upgrade")
    bot.run("demo")
    with closing(sqlite3.connect(bot.folder / "sibian.db")) as connection, connection:
        connection.execute("UPDATE score SET points = points + 1")

    said, told = bot.run("verify"), bot.run("verify", "--json")

    assert (said.exit_code, told.exit_code) == (1, 1)
    assert "I11" in said.output
    (violation,) = json.loads(told.output)["violations"]
    assert (violation["table"], violation["count"]) == ("score", 20)


def test_an_anchor_that_is_not_in_the_chain_or_makes_no_sense_is_told(bot: Bot) -> None:
    bot.run("db", "upgrade")

    lost = bot.run("verify", "--anchor", "12:00112233445566ff")
    odd = bot.run("verify", "--anchor", "yesterday")

    assert (lost.exit_code, odd.exit_code) == (1, 2)
    assert "I16" in lost.output
    assert "--anchor" in odd.output


def test_a_database_that_can_not_be_read_is_not_called_clean(bot: Bot) -> None:
    result = bot.run("verify")

    assert result.exit_code == 2
    assert "bot doctor" in result.output


def test_a_backup_is_restored_into_another_database_and_checked_there(bot: Bot) -> None:
    bot.run("db", "upgrade")
    bot.run("demo")
    elsewhere = {"BOT_DATABASE_URL": f"sqlite:///{bot.folder / 'new.db'}"}

    made = bot.run("backup")
    (file,) = (bot.folder / "var" / "backups").iterdir()
    unsure = bot.run("restore", str(file), **elsewhere)
    put_back = bot.run("restore", str(file), "--to-empty", **elsewhere)
    again = bot.run("restore", str(file), "--to-empty", **elsewhere)

    assert (made.exit_code, unsure.exit_code) == (0, 1)
    assert str(file) in made.output
    assert "--to-empty" in unsure.output
    assert put_back.exit_code == 0
    assert "全部符合" in put_back.output
    assert again.exit_code == 1
    assert "已有数据" in again.output


def test_what_keeps_a_backup_from_being_made_or_put_back_is_told(bot: Bot) -> None:
    bot.run("db", "upgrade")
    file = bot.folder / "mine.zip"
    file.write_text("not a backup")

    taken = bot.run("backup", str(file))
    damaged = bot.run("restore", str(file), "--to-empty")
    no_room = bot.run("backup", "/proc/no-such-place/b.zip")

    assert (taken.exit_code, damaged.exit_code, no_room.exit_code) == (1, 1, 1)
    assert "已存在" in taken.output
    assert "已损坏" in damaged.output
    assert "磁盘" in no_room.output


def test_a_restore_under_another_secret_says_which_key_is_missing(bot: Bot) -> None:
    bot.run("db", "upgrade")
    bot.run("demo")
    bot.run("backup", str(bot.folder / "b.zip"))

    result = bot.run(
        "restore",
        str(bot.folder / "b.zip"),
        "--to-empty",
        BOT_DATABASE_URL=f"sqlite:///{bot.folder / 'new.db'}",
        BOT_SECRET_KEY="another secret of at least thirty-two letters",
    )

    assert result.exit_code == 1
    assert "BOT_SECRET_KEY" in result.output


def test_a_file_of_questions_is_imported_whole_or_not_at_all(bot: Bot) -> None:
    bot.run("db", "upgrade")
    bad = bot.folder / "bad.toml"
    bad.write_text('topic = "小康"\n[[question]]\ncode = "A1"\n', "utf-8")

    result = bot.run("import", "questions", str(bad))

    assert result.exit_code == 1
    assert "没有导入" in result.output
    assert "bad.toml" in result.output


def test_an_import_without_settings_says_what_is_missing(bot: Bot) -> None:
    result = bot.run("import", "questions", "any.csv", BOT_PORT="x")

    assert result.exit_code == 1
    assert "BOT_PORT" in result.output


def test_the_whole_bank_goes_out_and_comes_in_again(bot: Bot) -> None:
    bot.run("db", "upgrade")
    bot.run("demo")

    for ending in (".xlsx", ".gift", ".xml", ".toml"):
        file = bot.folder / f"bank{ending}"
        assert bot.run("export", "questions", str(file)).exit_code == 0
        taken_in = bot.run("import", "questions", str(file))

        assert taken_in.exit_code == 0
        assert "新题 0 道，改写 0 道" in taken_in.output


def test_an_export_of_an_unknown_ending_names_those_we_know(bot: Bot) -> None:
    result = bot.run("export", "questions", "bank.docx")

    assert result.exit_code == 1
    assert ".xlsx" in result.output


def test_units_of_a_file_are_kept_when_the_program_ends(bot: Bot) -> None:
    bot.run("db", "upgrade")
    file = bot.folder / "units.csv"
    file.write_text("编码,名称,上级编码,人数\nA,甲支部,Z,9\nZ,城东街道,,90\n", "gb18030")

    first, again = bot.run("import", "units", str(file)), bot.run("import", "units", str(file))

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "新增 2 个" in first.output
    assert "没有变化 2 个" in again.output
    assert bot.run("verify").exit_code == 0
