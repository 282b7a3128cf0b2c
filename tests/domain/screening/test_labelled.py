"""How well the words and quotations that come with the program sort lines as members send them."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.domain.quotation_list import starter_quotations
from bot.domain.screening.quotations import Quotations
from bot.domain.screening.screen import Category, Screen
from bot.domain.word_list import starter_words

LABELLED: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "labelled.toml").read_text("utf-8")
)
FOR_WORDS: dict[str, Sequence[str]] = {
    label: lines for label, lines in LABELLED.items() if label != "quotations"
}
MARKED = (Category.ADVERTISING, Category.CONTACT, Category.INSULT)
SCREEN = Screen(starter_words())
QUOTATIONS = Quotations(starter_quotations())


def test_there_are_lines_enough_to_measure_by() -> None:
    assert sum(map(len, FOR_WORDS.values())) >= 300
    assert all(len(set(lines)) == len(lines) for lines in FOR_WORDS.values())


@pytest.mark.parametrize("label", MARKED)
def test_of_twenty_such_lines_at_most_one_is_missed(label: Category) -> None:
    lines = FOR_WORDS[label]
    missed = [
        line for line in lines if not any(hit.category == label for hit in SCREEN.every_hit(line))
    ]

    assert 0 < len(missed) <= len(lines) * 0.06, missed


def test_of_fifty_good_lines_at_most_one_is_marked() -> None:
    lines = FOR_WORDS["none"]
    alarms = [line for line in lines if SCREEN.look(line).hits]

    assert 0 < len(alarms) <= len(lines) * 0.02, alarms


def test_what_is_quoted_right_is_found() -> None:
    found = {line: QUOTATIONS.compare(line) for line in LABELLED["quotations"]["exact"]}

    assert [line for line, quoted in found.items() if not (quoted and quoted.is_exact)] == []


def test_what_is_misquoted_is_found() -> None:
    found = {line: QUOTATIONS.compare(line) for line in LABELLED["quotations"]["near"]}

    assert [line for line, quoted in found.items() if not quoted or quoted.is_exact] == []


def test_words_of_ones_own_are_hardly_ever_taken_for_a_quotation() -> None:
    lines = [*FOR_WORDS["none"], *LABELLED["quotations"]["own"]]
    taken = [line for line in lines if (quoted := QUOTATIONS.compare(line)) and not quoted.is_exact]

    assert taken == ["任重道远，砥砺前行"]
