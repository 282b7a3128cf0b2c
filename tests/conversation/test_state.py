"""Where a member stands survives storage, and what can't be read is nowhere in particular."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.state import (
    Answering,
    Browsing,
    Filling,
    Idle,
    Practised,
    Practising,
    PractisingWords,
    State,
    brought,
    dump,
    is_unseen,
    on_show,
    parse,
)
from tests.builders import NOON

STATES: st.SearchStrategy[State] = st.one_of(*map(st.from_type, State.__args__))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@pytest.mark.slow
@given(STATES)
def test_a_state_survives_storage(state: State) -> None:
    assert parse(dump(state)) == state


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        "nonsense",
        "[]",
        "1",
        "null",
        '"Idle"',
        '{"is": "Forgotten"}',
        '{"is": []}',
        '{"is": "Answering"}',
        '{"is": "Answering", "place": 1, "unheard of": 2}',
    ],
)
def test_what_cannot_be_read_is_nowhere_in_particular(stored: str | None) -> None:
    assert parse(stored) == Idle()


@pytest.mark.parametrize(
    "stored", ['{"is": "Answering", "place": 2, "picked": "A"}', '{"is": "Filling", "place": 2}']
)
def test_what_was_stored_without_its_second_counts_as_seen_until_it_is_known(stored: str) -> None:
    state = parse(stored)

    assert not is_unseen(state, NOON)
    assert is_unseen(brought(state, NOON), NOON)
    assert not is_unseen(brought(state, NOON), NOON + timedelta(seconds=1))


def test_a_question_keeps_the_second_in_which_it_came_on_show() -> None:
    came = brought(Answering(2), NOON)

    later = brought(parse(dump(came)), NOON + timedelta(seconds=9))

    assert is_unseen(later, NOON)
    assert not is_unseen(later, NOON + timedelta(seconds=1))


@pytest.mark.slow
@given(st.text() | JSON.map(str))
def test_nothing_stored_raises(stored: str) -> None:
    assert isinstance(parse(stored), State)


def test_a_question_and_a_list_stay_in_view_behind_an_answer_to_something_else() -> None:
    assert on_show(Answering(2, "A")) == Answering(2, "A")
    assert on_show(Practising((7, 8), 2, 1, "A")) == Practising((7, 8), 2, 1, "A")
    assert on_show(Practised((7, 8), 1)) == Practised((7, 8), 1)
    assert on_show(Browsing((1001,), choosing=True)) == Browsing((1001,))
    assert on_show(Idle()) == Idle()


def test_words_for_a_blank_are_not_awaited_behind_something_else() -> None:
    assert on_show(Filling(2)) == Idle()
    assert on_show(PractisingWords((7, 8), 2)) == Idle()
