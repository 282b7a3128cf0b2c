"""A file read by a program of its own, in little memory and time: for who has others to serve.

The program gets the file on its input. On its output it tells in a line each how far it is, and
in the last what it found. A hostile file ends that program, and nothing else.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import IO, Any

import quiz_bank
from quiz_bank.formats import wording
from quiz_bank.formats.found import Note, Progress, Unreadable

MEMORY = 220 * 2**20
"""Addresses. A workbook is opened by yet another program, which ends before this one needs most."""
SECONDS = 30
MOST_NOTES = 300
"""Things to mend, or to know, that are told; nobody reads more before the next try."""
_STEPS = 50
"""Lines at most that tell how far it is."""

Report = dict[str, Any]
"""What was found, in JSON's own types."""


def ask(program: str, content: bytes, progress: Progress, *arguments: str) -> Report:
    """What the program, a module that calls `answer`, finds in the file. Raises Unreadable."""
    told: Report = {}
    with _running(program, arguments) as running:
        for line in _lines(running, content):
            told = json.loads(line)
            if "done" in told:
                progress(told["done"], told["total"])
    if "trouble" in told:
        raise Unreadable(**told["trouble"])
    if not told or "done" in told:
        raise Unreadable(wording.TOO_HEAVY)
    return told


def answer(find: Callable[[bytes, Progress], Report]) -> None:
    """Be that program: tell what the file on the input holds, or why it will not do."""
    _confine()
    content = sys.stdin.buffer.read()
    try:
        told = find(content, _tell_progress(sys.stdout))
    except Unreadable as trouble:
        told = {"trouble": {"message": trouble.message, "place": trouble.place}}
    _tell(sys.stdout, told)


def first(notes: Sequence[Note]) -> Sequence[Note]:
    """Of endless notes the first, and how many more there are."""
    if len(notes) <= MOST_NOTES:
        return notes
    rest = wording.MORE_NOTES.format(count=len(notes) - MOST_NOTES)
    return (*notes[:MOST_NOTES], Note(wording.FURTHER_ON, rest))


# ------------------------------------------------------------ who asks


@contextmanager
def _running(module: str, arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The program, until it ends or its time is up."""
    root = str(Path(quiz_bank.__file__).parent.parent)
    program = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Nothing of our environment: what opens strangers' files need not know our secrets.
        env={"PYTHONPATH": root, "PYTHONUTF8": "1"},
        start_new_session=True,
    )
    timer = Timer(SECONDS, _end, [program])
    timer.start()
    with program:
        try:
            yield program
        finally:
            timer.cancel()
            _end(program)


def _end(program: subprocess.Popen[bytes]) -> None:
    """End the program, and the one it may have begun."""
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)


def _lines(program: subprocess.Popen[bytes], content: bytes) -> Iterable[bytes]:
    assert program.stdin is not None
    assert program.stdout is not None
    # Who has ended reads no more; that it said nothing is what counts then.
    with suppress(BrokenPipeError):
        program.stdin.write(content)
    with suppress(BrokenPipeError):
        program.stdin.close()
    return program.stdout


# ------------------------------------------------------------ who answers


def _confine() -> None:
    # Windows has no such limits; there the files of one's own office must do.
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(10)


def _tell_progress(output: IO[str]) -> Progress:
    def tell(done: int, total: int) -> None:
        if done % max(1, total // _STEPS) == 0:
            _tell(output, {"done": done, "total": total})

    return tell


def _tell(output: IO[str], facts: Report) -> None:
    output.write(json.dumps(facts) + "\n")
    output.flush()
