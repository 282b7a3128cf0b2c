"""An answer is right when it is all of the answer and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_bank import Question, load_shipped
from tests.builders import a_question

SHIPPED = load_shipped().questions


@pytest.mark.parametrize(
    ("kind", "choice", "right"),
    [
        ("single", "B", True),
        ("single", "A", False),
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


@pytest.mark.parametrize("words", ["2016", "２０１６", " 2016 ", "2016。"])
def test_a_blank_does_not_mind_width_blanks_or_punctuation(words: str) -> None:
    assert a_question("Q1", "blank").is_correct((words,))


def test_a_blank_takes_every_accepted_wording_and_no_other() -> None:
    question = a_question("Q1", "blank", answer=("决胜", "决胜期"))

    assert question.is_correct(("决胜期",))
    assert not question.is_correct(("起步",))
    assert not question.is_correct(("",))


def test_the_citation_names_document_place_and_date() -> None:
    question = a_question("Q1", source="“十三五”规划纲要", place="第三章", date="2016-03")

    assert question.citation == "“十三五”规划纲要 第三章（2016-03）"
    assert a_question("Q1", date="").citation == "文件 第一章"


@pytest.mark.parametrize("question", SHIPPED[::20], ids=lambda question: question.code)
def test_a_question_survives_storage(question: Question) -> None:
    assert Question.from_dict(json.loads(json.dumps(question.to_dict()))) == question


@given(choice=st.lists(st.text(max_size=3), max_size=6))
def test_judging_never_fails_whatever_was_chosen(choice: list[str]) -> None:
    for kind in ("single", "multiple", "judge", "blank"):
        assert a_question("Q1", kind).is_correct(choice) in (True, False)
