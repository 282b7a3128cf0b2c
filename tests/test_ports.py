"""No two servers of the tests are given one port, in whatever processes they are started."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ports


@pytest.mark.slow
def test_a_port_is_given_once_though_the_dice_are_set_back() -> None:
    given = []
    for _ in range(3):
        random.seed(0)
        given += [ports.free_port() for _ in range(50)]

    assert len(set(given)) == 150
    assert max(given) < 32_768


def test_another_process_is_not_given_what_we_hold() -> None:
    port = ports.free_port()
    question = f"from tests import ports; print(ports._hold({port}))"

    answer = subprocess.check_output(
        [sys.executable, "-c", question], cwd=Path(__file__).parent.parent, text=True
    )

    assert answer.strip() == "False"
