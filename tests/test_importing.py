"""`bot import questions`: what a shell and other programs get to see, and what the bank keeps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from bot.commands import main
from bot.domain.bank import BankState, Brought, QuestionBank
from bot.importing import Import
from bot.storage.database import open_engine
from bot.storage.schema import upgrade
from quiz_bank import Question
from tests.builders import NOON, a_question, chained

TABLE = "题型,题干,选项A,选项B,答案,解析,出处\n单选题,五中全会在哪里？,北京,上海,A,在北京。,公报\n"
ESSAY = TABLE + "简答题,谈谈体会。\n"
FAULTY = TABLE + "判断题,在北京。,,,大概\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "题库.csv"


def rehearsed(file: Path, text: str, *words: str) -> Result:
    """A dry run in a place that has no settings."""
    file.write_text(text, "utf-8")
    return CliRunner().invoke(main, ["import", "questions", str(file), "--dry-run", *words])


def test_a_dry_run_needs_no_settings_and_prints_what_other_programs_read(file: Path) -> None:
    result = rehearsed(file, TABLE, "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "questions": [
            {
                "kind": "single",
                "stem": "五中全会在哪里？",
                "options": ["北京", "上海"],
                "answer": ["A"],
                "explanation": "在北京。",
                "source": "公报",
                "place": "第2行",
            }
        ],
        "unsupported": [],
        "errors": [],
    }


def test_errors_end_it_with_one_and_nothing_is_taken(file: Path) -> None:
    result = rehearsed(file, FAULTY, "--json")

    report = json.loads(result.stdout)
    assert (result.exit_code, report["questions"]) == (1, [])
    assert report["errors"] == [
        {"place": "第3行E列（答案）", "message": '判断题的答案要写"对"或"错"。'}
    ]


def test_what_no_chat_can_hold_is_a_fault_until_it_is_left_out(file: Path) -> None:
    refused, left_out = (
        rehearsed(file, ESSAY, "--json"),
        rehearsed(file, ESSAY, "--json", "--leave-out"),
    )

    assert (refused.exit_code, left_out.exit_code) == (1, 0)
    assert json.loads(refused.stdout)["unsupported"] == [{"place": "第3行", "kind": "essay"}]
    assert json.loads(left_out.stdout) == json.loads(refused.stdout)


@pytest.mark.parametrize("text", ["", "%PDF-1.7"])
def test_a_file_that_can_not_be_read_ends_it_with_two(file: Path, text: str) -> None:
    result = rehearsed(file, text, "--json")

    report = json.loads(result.stdout)
    assert result.exit_code == 2
    assert [error["place"] for error in report["errors"]] == ["整个文件"]


def test_a_file_that_is_not_there_is_told_in_chinese(file: Path) -> None:
    result = CliRunner().invoke(main, ["import", "questions", str(file), "--dry-run"])

    assert result.exit_code == 2
    assert "题库.csv，整个文件：找不到这个文件" in result.output


@pytest.mark.slow
def test_people_get_a_table_of_places_and_reasons(file: Path) -> None:
    output = rehearsed(file, FAULTY + "简答题,谈谈体会。\n").output

    for said in ("读到 1 道题（单选题 1）", "第3行E列", '"对"或"错"', "第4行", "简答", "没有导入"):
        assert said in output


def test_what_is_only_good_to_know_stays_out_of_the_json_and_is_said(file: Path) -> None:
    result = rehearsed(file, "题干,答案,命题人\n在北京。,对,张三\n", "--json")

    assert json.loads(result.stdout)["errors"] == []
    assert "“命题人”这一列不认识" in result.stderr


@pytest.fixture
def bank(engine: Engine) -> Iterator[QuestionBank]:
    """A bank without any question."""
    with chained(engine)() as session:
        yield QuestionBank(session, NOON)


def brought(
    file: Path, bank: QuestionBank, text: str, revise: bool = False, publish: bool = False
) -> int:
    file.write_text(text, "utf-8")
    task = Import(file, leave_out=False, revise=revise, publish=publish, as_json=False)
    return task.perform(bank)


def published(bank: QuestionBank, *questions: Question) -> None:
    bank.bring_in([Brought(question) for question in questions], BankState.PUBLISHED, "system")


@pytest.mark.slow
def test_questions_come_into_the_bank_all_or_none(file: Path, bank: QuestionBank) -> None:
    refused = brought(file, bank, FAULTY)
    assert bank.questions() == []

    taken = brought(file, bank, TABLE)

    assert (refused, taken) == (1, 0)
    assert [question.stem for question in bank.questions()] == ["五中全会在哪里？"]


@pytest.mark.slow
def test_the_same_file_again_changes_nothing(
    file: Path, bank: QuestionBank, capsys: pytest.CaptureFixture[str]
) -> None:
    brought(file, bank, TABLE)

    assert brought(file, bank, TABLE) == 0
    assert len(bank.questions()) == 1
    assert "新题 0 道，改写 0 道，原来就有 1 道" in capsys.readouterr().out


@pytest.mark.slow
def test_every_store_knows_a_question_again(file: Path, store_url: str) -> None:
    engine = open_engine(store_url)
    upgrade(engine)
    with chained(engine)() as session:
        bank = QuestionBank(session, NOON)
        brought(file, bank, TABLE)
        session.commit()

        assert brought(file, bank, TABLE.replace("在北京。", "在京。")) == 1
        assert brought(file, bank, TABLE) == 0
        assert len(bank.questions()) == 1
    engine.dispose()


@pytest.mark.slow
def test_a_question_that_the_bank_has_in_other_words_is_told(
    file: Path, bank: QuestionBank, capsys: pytest.CaptureFixture[str]
) -> None:
    published(bank, a_question("QH001", stem="五中全会，在哪里 ?"))

    assert brought(file, bank, TABLE) == 1
    assert "编号QH001" in capsys.readouterr().out


@pytest.mark.slow
def test_a_question_is_rewritten_only_when_that_is_asked_for(
    file: Path, bank: QuestionBank
) -> None:
    published(bank, a_question("QH001", stem="五中全会在哪里？"))
    text = TABLE.replace("题型,", "题库编号,题型,").replace("\n单", "\nQH001,单")

    assert brought(file, bank, text) == 1
    assert brought(file, bank, text, revise=True) == 0
    assert [question.options for question in bank.questions()] == [("北京", "上海")]


@pytest.mark.slow
def test_a_question_without_source_is_kept_and_said_to_be_unfit_for_publishing(
    file: Path, bank: QuestionBank, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brought(file, bank, TABLE.replace("公报", "")) == 0

    output = capsys.readouterr().out
    assert "补齐之前不能发布" in output
    assert "缺出处" in output


@pytest.mark.slow
def test_what_comes_in_is_a_draft(
    file: Path, bank: QuestionBank, capsys: pytest.CaptureFixture[str]
) -> None:
    brought(file, bank, TABLE)

    assert bank.card(1).state is BankState.DRAFT
    assert bank.drawable() == []
    assert "都是草稿" in capsys.readouterr().out


@pytest.mark.slow
def test_it_is_published_at_once_when_that_is_asked_for(
    file: Path, bank: QuestionBank, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brought(file, bank, TABLE, publish=True) == 0

    assert bank.card(1).state is BankState.PUBLISHED
    assert "已经发布" in capsys.readouterr().out


@pytest.mark.slow
def test_nothing_is_published_that_lacks_its_source(
    file: Path, bank: QuestionBank, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brought(file, bank, TABLE.replace("公报", ""), publish=True) == 1

    assert bank.questions() == []
    assert "缺出处，不能发布" in capsys.readouterr().out
