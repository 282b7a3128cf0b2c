"""The promises of the house that nobody remembers to check."""

import ast
import re
from pathlib import Path

import pytest

import bot.domain.refusals
from bot.domain.refusals import Refusal
from bot.domain.retention import NOT_ABOUT_MEMBERS, PERIODS, REGISTER, Period, Purpose
from bot.h5 import wording as wording_of_pages
from bot.storage.tables import Base
from handlers import wording

ROOT = Path(__file__).parent.parent
CODE = [
    path
    for room in ("bot", "handlers", "quiz_bank")
    for path in sorted((ROOT / room).rglob("*.py"))
]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def every_refusal() -> list[type[Refusal]]:
    return [
        kind
        for kind in vars(bot.domain.refusals).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
    ]


@pytest.mark.parametrize("kind", every_refusal(), ids=lambda kind: kind.__name__)
def test_every_refusal_has_words_of_its_own(kind: type[Refusal]) -> None:
    assert wording.refuse.dispatch(kind) is not wording.refuse.dispatch(Refusal)


def test_chinese_sentences_stand_in_wording_alone() -> None:
    strays = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for path in CODE
        if path.name != "wording.py" and CHINESE.search(words := path.read_text("utf-8"))
        for node in constants(ast.parse(words))
        if isinstance(node.value, str) and CHINESE.search(node.value)
    ]

    assert not strays


def constants(tree: ast.Module) -> list[ast.Constant]:
    """The constants of a module but those that stand alone: documentation, never shown."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [node for node in found if id(node) not in alone]


def test_every_stored_field_has_its_purpose_and_its_period() -> None:
    """A new column needs a line in bot/domain/retention.py; a new purpose, its period there."""
    schema = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
    }
    register = {(table, field) for table, fields in REGISTER.items() for field in fields}

    assert register - schema == schema - register == set()
    assert set(PERIODS) == set(Purpose)
    assert set(wording_of_pages.PURPOSES) == set(Purpose) - NOT_ABOUT_MEMBERS
    assert set(wording_of_pages.PERIODS) == set(Period)


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    silent = [path for path in CODE if not path.read_text("utf-8").startswith('"""')]

    assert not silent
