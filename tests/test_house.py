"""The promises of the house that nobody remembers to check."""

import ast
import re
from pathlib import Path

import pytest

import bot.domain.refusals
from bot.domain.refusals import Refusal
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


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_chinese_sentences_stand_in_wording_alone(path: Path) -> None:
    if path.name == "wording.py":
        return

    tree = ast.parse(path.read_text("utf-8"))

    strays = [
        f"line {node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHINESE.search(node.value)
        and not is_docstring(node, tree)
    ]
    assert not strays


def is_docstring(constant: ast.Constant, tree: ast.Module) -> bool:
    """Whether the constant is a statement of its own: documentation, never shown."""
    return any(isinstance(node, ast.Expr) and node.value is constant for node in ast.walk(tree))


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_in_its_first_line_what_it_is(path: Path) -> None:
    assert (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").strip()
