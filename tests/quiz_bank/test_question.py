"""An answer is right when it is all of the answer and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_bank import Kind, Question
from quiz_bank.question import fold
from tests.builders import a_question

KINDS = [kind.value for kind in Kind]


@pytest.mark.parametrize(
    ("kind", "choice", "right"),
    [
        ("single", "B", True),
        ("single", "A", False),
        ("single", "AB", False),
        ("multiple", "AC", True),
        ("multiple", "CA", True),
        ("multiple", "A", False),
        ("multiple", "ACD", False),
        ("judge", "T", True),
        ("judge", "F", False),
    ],
)
def test_a_choice_is_judged_as_a_whole(kind: str, choice: str, right: bool) -> None:
    assert a_question("Q1", kind).is_correct(tuple(choice)) is right


@pytest.mark.parametrize("kind", KINDS)
def test_no_choice_is_never_right(kind: str) -> None:
    assert not a_question("Q1", kind).is_correct(())


@pytest.mark.parametrize("words", ["2016", "２０１６", " 2016 ", "2016。", "“2016”", "2 016"])
def test_words_filled_in_may_differ_in_width_spaces_and_punctuation(words: str) -> None:
    assert a_question("Q1", "blank").is_correct((words,))


@pytest.mark.parametrize("words", ["", "。", "2017", "20160", "201.6"])
def test_other_words_are_wrong(words: str) -> None:
    assert not a_question("Q1", "blank").is_correct((words,))


def test_case_does_not_count_in_words_filled_in() -> None:
    assert a_question("Q1", "blank", answer=("PM2.5",)).is_correct(("pm2.5",))


def test_a_point_between_digits_counts() -> None:
    assert not a_question("Q1", "blank", answer=("6.5%",)).is_correct(("65%",))


def test_every_accepted_wording_is_right_but_a_guess_beside_it_is_not() -> None:
    question = a_question("Q1", "blank", answer=("决胜", "决胜阶段"))

    assert question.is_correct(("决胜阶段",))
    assert question.is_correct(question.answer)
    assert not question.is_correct(("决胜", "起步"))


@given(words=st.text(max_size=8))
def test_folding_twice_is_folding_once(words: str) -> None:
    assert fold(fold(words)) == fold(words)


@pytest.mark.slow
@given(choice=st.lists(st.text(max_size=3), max_size=6), kind=st.sampled_from(KINDS))
def test_judging_does_not_depend_on_the_order_of_the_choice(choice: list[str], kind: str) -> None:
    question = a_question("Q1", kind)

    assert question.is_correct(choice) == question.is_correct(choice[::-1])


@pytest.mark.parametrize(
    ("kind", "letters"),
    [("single", "ABC"), ("multiple", "ABCD"), ("judge", ""), ("blank", "")],
)
def test_options_are_lettered_by_position(kind: str, letters: str) -> None:
    assert a_question("Q1", kind).letters == tuple(letters)


@pytest.mark.parametrize(
    ("source", "date", "cited"),
    [
        ("人民日报", "1988-07-22", "《人民日报》第一章（1988-07-22）"),
        ("《日知录》", "清初", "《日知录》第一章（清初）"),
        ("昆山市行政区划资料", "", "昆山市行政区划资料 第一章"),
        ("别处的文件", "2016", "别处的文件 第一章（2016）"),
    ],
)  # fmt: skip
def test_a_citation_names_title_place_and_date(source: str, date: str, cited: str) -> None:
    question = a_question("Q1", source=source, place="第一章", date=date)

    assert question.citation == cited


words = st.text(max_size=12)
many = st.lists(words, max_size=4).map(tuple)
any_question = st.builds(
    Question,
    code=words, kind=st.sampled_from(Kind), stem=words, options=many, answer=many,
    explanation=words, source=words, place=words, date=words, topic=words,
    difficulty=st.integers(1, 3),
)  # fmt: skip


@pytest.mark.slow
@given(question=any_question)
def test_a_question_survives_storage(question: Question) -> None:
    stored = json.dumps(question.to_dict())

    assert Question.from_dict(json.loads(stored)) == question
