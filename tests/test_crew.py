"""The master keeps his posts filled, and knows a hopeless case from a run of bad luck."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import alive, eventually

pytestmark = pytest.mark.slow

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from bot import crew

crew.PAUSE, crew.PATIENCE, crew.TRIES = 0.001, 0.5, 4
begun = Path(sys.argv[1])

def note(): begun.open("a").write(f"{os.getpid()}\\n")
def steady(signs): note(); signs.begun = True; time.sleep(60)
def unlucky(signs): note(); signs.begun = True; os.kill(os.getpid(), signal.SIGSEGV)
def hopeless(signs): note(); raise ValueError("张三")
def stubborn(signs): signal.signal(signal.SIGTERM, signal.SIG_IGN); steady(signs)

keeper = crew.Crew()
for name in sys.argv[2:]:
    keeper.post(name, globals()[name])
keeper.keep()
"""


class Crew:
    """A running crew, and the list of the processes that have held its posts."""

    def __init__(self, folder: Path, *posts: str) -> None:
        self._begun = folder / "begun"
        self._begun.touch()
        self.master = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(self._begun), *posts],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    @property
    def processes(self) -> list[int]:
        return [int(line) for line in self._begun.read_text().split()]


def test_who_can_never_begin_is_given_up_and_takes_the_others_along(tmp_path: Path) -> None:
    crew = Crew(tmp_path, "steady", "hopeless")

    complaint, _ = crew.master.communicate(timeout=30)

    assert crew.master.returncode == 1
    assert "CannotBegin" in complaint
    assert len(crew.processes) == 1 + 4
    assert not any(alive(process) for process in crew.processes)


def test_what_an_error_quotes_is_not_logged(tmp_path: Path) -> None:
    complaint, _ = Crew(tmp_path, "hopeless").master.communicate(timeout=30)

    assert "ValueError" in complaint
    assert "张三" not in complaint


def test_who_had_begun_is_replaced_however_often_he_dies(tmp_path: Path) -> None:
    crew = Crew(tmp_path, "unlucky")

    eventually(lambda: len(crew.processes) > 20)

    assert crew.master.poll() is None
    crew.master.terminate()
    crew.master.communicate(timeout=10)


def test_who_does_not_finish_in_time_is_ended(tmp_path: Path) -> None:
    crew = Crew(tmp_path, "stubborn")
    eventually(lambda: len(crew.processes) == 1)

    crew.master.terminate()
    crew.master.communicate(timeout=10)

    assert crew.master.returncode == 0
    assert not alive(crew.processes[0])


def test_a_signal_to_the_group_reaches_the_master_alone(tmp_path: Path) -> None:
    crew = Crew(tmp_path, "steady")
    eventually(lambda: len(crew.processes) == 1)

    assert os.getpgid(crew.processes[0]) == crew.processes[0]

    crew.master.send_signal(signal.SIGINT)
    crew.master.communicate(timeout=10)
    assert crew.master.returncode == 0
