"""Conversations at random: an answer to each message, and nothing done that nobody asked for.

With test_babble_astray.py twenty thousand messages, in the long run fifty thousand; two files, so
that two workers share them.
"""

from contextlib import suppress

import pytest

from bot.domain.refusals import Refusal
from bot.domain.votes import Votes
from handlers import shown
from tests.builders import NOON
from tests.handlers.asked_for import babble


@pytest.mark.slow
def test_a_short_conversation_at_random() -> None:
    babble(seed=0, messages=60)


@pytest.mark.slow
def test_a_vote_that_nobody_asked_for_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    look = Votes.has_voted

    def look_and_vote(self: Votes, member: bytes, number: int) -> bool:
        with suppress(Refusal):
            self.cast(member, number, NOON, b"a delivery that nobody sent us..")
        return look(self, member, number)

    monkeypatch.setattr(Votes, "has_voted", look_and_vote)

    with pytest.raises(AssertionError, match="1001号"):
        ten_conversations()


@pytest.mark.deep
@pytest.mark.slow
def test_an_answer_to_a_question_that_nobody_saw_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shown, "is_unseen", lambda *_: False)

    with pytest.raises(AssertionError, match=r"in (Answering|Filling|Practising)"):
        ten_conversations()


def ten_conversations() -> None:
    for seed in range(10):
        babble(seed, messages=500)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("conversations", [50, pytest.param(125, marks=pytest.mark.deep)])
def test_many_long_conversations_at_random(conversations: int) -> None:
    for seed in range(conversations):
        babble(seed, messages=200)
