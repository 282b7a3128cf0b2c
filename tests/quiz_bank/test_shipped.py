"""The questions that travel with the program can be asked of 63,400 people."""

from collections import Counter

import pytest

from quiz_bank import DAILY_PAPER, Kind, Question, documents, load_shipped

BANK = load_shipped().questions


def test_there_are_enough_for_every_kind_and_topic() -> None:
    kinds = Counter(question.kind for question in BANK)

    assert len(BANK) >= 150
    assert kinds[Kind.MULTIPLE] >= 25
    assert kinds[Kind.JUDGE] >= 35
    assert len(load_shipped().topics) == 8


def test_each_place_of_the_daily_paper_has_many_to_choose_from() -> None:
    supply = Counter((question.kind, question.difficulty) for question in BANK)

    assert all(supply[slot.kind, slot.difficulty] >= 20 for slot in DAILY_PAPER.slots if slot.kind)  # type: ignore[index]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.code)
def test_every_question_refers_to_a_listed_document(question: Question) -> None:
    assert question.source in documents()
    assert question.place
    assert question.explanation


def test_every_listed_document_is_quoted() -> None:
    assert {question.source for question in BANK} == set(documents())


def test_no_letter_is_a_good_guess() -> None:
    letters = Counter(question.answer[0] for question in BANK if question.kind is Kind.SINGLE)

    assert max(letters.values()) <= 0.4 * letters.total()


def test_true_is_no_better_a_guess_than_false() -> None:
    verdicts = Counter(question.answer[0] for question in BANK if question.kind is Kind.JUDGE)

    assert 0.4 <= verdicts["T"] / verdicts.total() <= 0.6
