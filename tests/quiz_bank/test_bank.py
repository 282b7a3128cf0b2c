"""A paper is the same for a seed, as hard as any other, and drawn fairly."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_bank import DAILY_PAPER, Bank, BankTooSmall, Question, draw, load_shipped
from tests.builders import a_question

SHIPPED = load_shipped().questions


def paper_of(seed: bytes, questions: tuple[Question, ...] = SHIPPED) -> list[str]:
    return [question.code for question in draw(questions, DAILY_PAPER, seed)]


def test_a_seed_means_the_same_paper_for_ever() -> None:
    bank = [a_question(f"Q{n}", difficulty=1 + n % 3, topic=str(n % 4)) for n in range(12)]

    paper = draw(bank, DAILY_PAPER, b"zhang/2026-12-05")

    assert [question.code for question in paper] == ["Q9", "Q7", "Q10", "Q0", "Q11"]


@given(seed=st.binary(min_size=1, max_size=48), rotation=st.integers(0, len(SHIPPED)))
def test_the_order_of_the_bank_does_not_matter(seed: bytes, rotation: int) -> None:
    assert paper_of(seed) == paper_of(seed, SHIPPED[rotation:] + SHIPPED[:rotation])


@given(seed=st.binary(min_size=1, max_size=48))
def test_every_paper_has_the_blueprints_kinds_and_difficulties(seed: bytes) -> None:
    paper = draw(SHIPPED, DAILY_PAPER, seed)

    shape = [(question.kind, question.difficulty) for question in paper]
    assert shape == [(slot.kind, slot.difficulty) for slot in DAILY_PAPER.slots]
    assert len({question.code for question in paper}) == len(paper)
    assert len({question.topic for question in paper}) == len(paper)


def test_ten_thousand_papers_use_every_fitting_question_about_as_often() -> None:
    slot = DAILY_PAPER.slots[0]
    fitting = [q for q in SHIPPED if (q.kind, q.difficulty) == (slot.kind, slot.difficulty)]

    first = Counter(draw(SHIPPED, DAILY_PAPER, f"{n}".encode())[0].code for n in range(2_000))

    fair = 2_000 / len(fitting)
    assert set(first) == {question.code for question in fitting}
    assert max(first.values()) < 2 * fair
    assert min(first.values()) > fair / 2


def test_neighbours_get_different_papers() -> None:
    papers = {tuple(paper_of(f"member-{n}".encode())) for n in range(100)}

    assert len(papers) == 100


def test_questions_seen_before_come_back_only_when_nothing_else_is_left() -> None:
    seen: set[str] = set()
    for day in range(20):
        paper = draw(SHIPPED, DAILY_PAPER, f"{day}".encode(), avoid=seen)
        codes = {question.code for question in paper}
        if day < 5:
            assert not codes & seen
        seen |= codes


def test_a_bank_without_a_kind_fills_the_place_with_another() -> None:
    singles = [a_question(f"Q{n}") for n in range(6)]

    assert len(draw(singles, DAILY_PAPER, b"seed")) == 5


def test_a_bank_with_too_few_questions_says_so() -> None:
    with pytest.raises(BankTooSmall) as refused:
        draw([a_question("Q1")], DAILY_PAPER, b"seed")

    assert (refused.value.questions, refused.value.places) == (1, 5)


def test_the_bank_knows_its_topics() -> None:
    one, two = a_question("Q1"), replace(a_question("Q2"), topic="小康")

    assert Bank((one, two)).topics == {"规划纲要": [one], "小康": [two]}
