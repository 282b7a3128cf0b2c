"""Alike: on labelled pairs none is decided with another that needs a decision of its own."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from bot.conversation.folding import fold_prose
from bot.domain.alike import THRESHOLD, Likeness, alike, kernel

LINES = (Path(__file__).parent / "alike.tsv").read_text("utf-8").splitlines()
PAIRS = [(label, one, other) for label, one, other in (line.split("\t") for line in LINES)]
SAME = [pair[1:] for pair in PAIRS if pair[0] == "same"]
APART = [pair[1:] for pair in PAIRS if pair[0] == "apart"]
TEXTS = st.text(alphabet="不忘初心牢记计使命人民服务一二我的", max_size=14)


def told(words: str) -> str:
    return kernel(words, fold_prose(words), ["王建国", "新安社区支部"])


def test_none_is_joined_that_needs_a_decision_of_its_own() -> None:
    assert [(one, other) for one, other in APART if alike(told(one), told(other))] == []


def test_nearly_all_that_say_the_same_are_joined() -> None:
    missed = [(one, other) for one, other in SAME if not alike(told(one), told(other))]

    assert len(missed) <= len(SAME) // 10, missed


def test_the_threshold_lies_just_above_what_must_stay_apart_by_it() -> None:
    """A lower one would join money with the people; that is what it was chosen by."""
    money = [pair for pair in APART if "人民币" in pair[1]]
    scores = [Indel.normalized_similarity(told(one), told(other)) for one, other in money]

    assert THRESHOLD - 0.02 < max(scores) < THRESHOLD


@pytest.mark.slow
@given(TEXTS, TEXTS)
def test_it_does_not_matter_who_is_compared_with_whom(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("我的座右铭是：一心为民不打折", "一心为民不打折"),
        ("一心为民不打折——王建国", "一心为民不打折"),
        ("一心为民不打折——鲁迅", "一心为民不打折鲁迅"),
        ("座右铭是什么", "座右铭是什么"),
    ],
)
def test_only_what_is_added_is_taken_away(words: str, left: str) -> None:
    assert told(words) == left


def many(count: int) -> list[str]:
    """So many kernels of fourteen characters; a third of them are like another."""
    signs = "愿做一块砖哪里需要搬清白人干净事群众刻等台账可以晚点老学习党员初心使命走进百家门知晓情"
    base = [
        "".join(
            signs[(n * 7 + place * (n % 11 + 3) + n // 13 * place) % len(signs)]
            for place in range(14)
        )
        for n in range(count)
    ]
    return [base[n - 1] if n % 3 == 2 else base[n] for n in range(count)]


@pytest.mark.slow
def test_five_thousand_are_sorted_in_three_seconds_and_one_joins_in_ten_milliseconds() -> None:
    likeness, began = Likeness(), time.process_time()
    for number, text in enumerate(many(5_000)):
        if likeness.find(text) is None:
            likeness.put(text, number)
    built = time.process_time() - began
    began = time.process_time()
    for text in many(20):
        likeness.find(text + "新")
    joined = (time.process_time() - began) / 20

    assert built < 3
    assert joined < 0.010
