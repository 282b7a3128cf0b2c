"""Campaigns at random: whatever is done in whatever order, the promises hold."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bot import turns
from tests.model.machine import Campaign
from tests.model.planted import PLANTED, Plant
from tests.model.stage import laid_out


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is away comes back at once."""
    monkeypatch.setattr(turns, "PAUSES", (0.0, 0.0))


def play(campaigns: int, steps: int, redis_url: str = "", shrink: bool = True) -> None:
    """Play so many campaigns of so many steps each, the same ones every time."""

    class Here(Campaign):
        def __init__(self) -> None:
            super().__init__(laid_out(), redis_url)

    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=campaigns,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_a_few_campaigns_keep_the_promises() -> None:
    play(campaigns=3, steps=10)


@pytest.mark.long
@pytest.mark.slow
def test_forty_campaigns_keep_the_promises(valkey: str) -> None:
    play(campaigns=40, steps=50, redis_url=valkey)


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        play(campaigns=200, steps=50, shrink=False)
