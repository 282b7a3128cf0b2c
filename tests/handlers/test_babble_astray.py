"""Words and pushes at random in every state, also in one that is left over from another day."""

import pytest

from tests.handlers.asked_for import babble

OFTEN = 0.4


@pytest.mark.slow
def test_fifty_messages_to_members_gone_astray() -> None:
    babble(seed=0, messages=50, astray=OFTEN)


@pytest.mark.long
@pytest.mark.slow
def test_twenty_five_thousand_messages_to_members_gone_astray() -> None:
    for seed in range(125):
        babble(seed, messages=200, astray=OFTEN)
