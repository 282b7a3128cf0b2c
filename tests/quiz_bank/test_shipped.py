"""The questions that travel with the program can be asked of 63,400 people."""

from collections import Counter
from importlib.resources import files

import pytest

from quiz_bank import DAILY_PAPER, Kind, Slot, load_file, load_shipped, shipped_documents

BANK = load_shipped()
FILES = sorted(files("quiz_bank").joinpath("questions").iterdir(), key=lambda path: path.name)
TAP_BYTES = 100
"""What a tap on an option costs on top of its words, with its content percent-encoded."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_has_questions_of_one_topic_and_no_problem(path: object) -> None:
    loaded = load_file(path)  # type: ignore[arg-type]  # a Traversable; pytest's ids lose its type

    assert not loaded.problems
    assert len({question.topic for question in loaded.questions}) == 1


def test_there_are_enough_of_every_kind() -> None:
    kinds = Counter(question.kind for question in BANK.questions)

    assert kinds.total() >= 180
    assert 0.5 <= kinds[Kind.SINGLE] / kinds.total() <= 0.6
    assert kinds[Kind.MULTIPLE] >= 40
    assert kinds[Kind.JUDGE] >= 40
    assert kinds[Kind.BLANK] >= 10


def test_there_are_enough_of_every_topic() -> None:
    assert len(BANK.topics) == 8
    assert all(len(BANK.of_topic(topic)) >= 15 for topic in BANK.topics)


@pytest.mark.parametrize(
    "slot", DAILY_PAPER.slots, ids=lambda slot: f"{slot.kind}-{slot.difficulty}"
)
def test_each_place_of_the_daily_paper_has_many_to_choose_from(slot: Slot) -> None:
    fitting = [q for q in BANK.questions if Slot(q.kind, q.difficulty) == slot]

    assert len(fitting) >= 20
    assert {question.topic for question in fitting} == set(BANK.topics)


def test_every_question_quotes_a_listed_document_at_a_place() -> None:
    for question in BANK.questions:
        assert question.source in shipped_documents(), question.code
        assert question.place, question.code


def test_every_listed_document_is_quoted() -> None:
    assert {question.source for question in BANK.questions} == set(shipped_documents())


def test_every_question_is_short_enough_for_a_reply() -> None:
    for question in BANK.questions:
        asking = size(question.stem) + sum(size(words) + TAP_BYTES for words in question.options)
        explaining = size(question.explanation) + size(question.citation)

        assert asking <= 700, question.code
        assert explaining <= 400, question.code


def size(words: str) -> int:
    return len(words.encode())


def test_no_letter_is_a_good_guess() -> None:
    letters = Counter(q.answer[0] for q in BANK.questions if q.kind is Kind.SINGLE)

    assert max(letters.values()) <= 0.4 * letters.total()
    assert min(letters[letter] for letter in "ABCD") >= 0.15 * letters.total()


def test_right_is_no_better_a_guess_than_wrong() -> None:
    verdicts = Counter(q.answer for q in BANK.questions if q.kind is Kind.JUDGE)

    assert abs(verdicts["T",] - verdicts["F",]) <= 2


def test_the_number_of_right_options_gives_nothing_away() -> None:
    counts = Counter(len(q.answer) for q in BANK.questions if q.kind is Kind.MULTIPLE)

    assert max(counts.values()) <= 0.65 * counts.total()


def test_years_stand_in_ascending_order() -> None:
    for question in BANK.questions:
        years = [words[:4] for words in question.options if words[:4].isdigit()]

        assert years == sorted(years), question.code


def test_every_stem_ends_as_its_kind_does() -> None:
    ends = {Kind.SINGLE: "？", Kind.MULTIPLE: "？", Kind.JUDGE: "。", Kind.BLANK: "。）"}

    for question in BANK.questions:
        assert question.stem[-1] in ends[question.kind], question.code
        assert ("____" in question.stem) == (question.kind is Kind.BLANK), question.code
