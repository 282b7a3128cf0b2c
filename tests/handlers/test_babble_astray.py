"""Words and pushes at random in every state, also in one that is left over from another day."""

import pytest

from tests.handlers.asked_for import babble

OFTEN = 0.4


@pytest.mark.slow
def test_fifty_messages_to_members_gone_astray() -> None:
    babble(seed=0, messages=50, astray=OFTEN)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("conversations", [50, pytest.param(125, marks=pytest.mark.deep)])
def test_many_messages_to_members_gone_astray(conversations: int) -> None:
    for seed in range(conversations):
        babble(seed, messages=200, astray=OFTEN)
