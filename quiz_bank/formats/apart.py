"""A file read by a program of its own, in little memory and time: for who has others to serve.

The program gets the file on its input. On its output it tells in a line each how far it is, and
in the last what it found. A hostile file ends that program, and nothing else.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from threading import Timer
from typing import IO, Any

import quiz_bank
from quiz_bank.formats import wording
from quiz_bank.formats.found import Note, Unreadable, Unsupported
from quiz_bank.formats.importing import Findings, Found, Progress, find_questions
from quiz_bank.question import Question

MEMORY = 220 * 2**20
"""Addresses. A workbook is opened by yet another program, which ends before this one needs most."""
SECONDS = 30
MOST_AT_ONCE = 1_000
"""As many as can be looked over, and taken in without keeping members waiting."""
MOST_NOTES = 300
"""Things to mend, or to know, that are told; nobody reads more before the next try."""
_STEPS = 50
"""Lines at most that tell how far it is."""

Report = dict[str, Any]
"""Findings in JSON's own types."""


def read_apart(content: bytes, progress: Progress) -> Report:
    """What the file holds, as `parse` reads it. Raises Unreadable."""
    told: Report = {}
    with _program() as program:
        for line in _lines(program, content):
            told = json.loads(line)
            if "done" in told:
                progress(told["done"], told["total"])
    if "trouble" in told:
        raise Unreadable(**told["trouble"])
    if "questions" not in told:
        raise Unreadable(wording.TOO_HEAVY)
    return told


def dump(findings: Findings) -> Report:
    """The findings in JSON's own types; of endless notes the first."""
    return {
        "questions": [
            {"question": one.question.to_dict(), "place": one.place, "has_code": one.has_code}
            for one in findings.questions
        ],
        "unsupported": [asdict(one) for one in findings.unsupported],
        "errors": [asdict(note) for note in findings.errors],
        "notices": [asdict(note) for note in findings.notices],
        "repeated": findings.repeated,
    }


def parse(told: Report) -> Findings:
    """The findings that `read_apart` told of."""
    return Findings(
        tuple(
            Found(Question.from_dict(one["question"]), one["place"], one["has_code"])
            for one in told["questions"]
        ),
        tuple(Unsupported(**one) for one in told["unsupported"]),
        tuple(Note(**note) for note in told["errors"]),
        tuple(Note(**note) for note in told["notices"]),
        told["repeated"],
    )


@contextmanager
def _program() -> Iterator[subprocess.Popen[bytes]]:
    """The program, until it ends or its time is up."""
    root = str(Path(quiz_bank.__file__).parent.parent)
    program = subprocess.Popen(
        [sys.executable, "-P", "-m", "quiz_bank.formats.apart"],
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


# ------------------------------------------------------------ the program


def main() -> None:
    """Tell what the file holds, or why it will not do."""
    _confine()
    content = sys.stdin.buffer.read()
    try:
        answer = dump(_few(find_questions(content, _tell_progress(sys.stdout))))
    except Unreadable as trouble:
        answer = {"trouble": {"message": trouble.message, "place": trouble.place}}
    _tell(sys.stdout, answer)


def _confine() -> None:
    # Windows has no such limits; there the files of one's own office must do.
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(10)


def _few(findings: Findings) -> Findings:
    """The findings, if they are no more than can be looked over before they are taken in."""
    if len(findings.questions) + len(findings.unsupported) > MOST_AT_ONCE:
        raise Unreadable(wording.TOO_MANY_AT_ONCE.format(limit=MOST_AT_ONCE))
    return replace(findings, errors=_first(findings.errors), notices=_first(findings.notices))


def _first(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    if len(notes) <= MOST_NOTES:
        return notes
    rest = wording.MORE_NOTES.format(count=len(notes) - MOST_NOTES)
    return (*notes[:MOST_NOTES], Note(wording.FURTHER_ON, rest))


def _tell_progress(output: IO[str]) -> Progress:
    def tell(done: int, total: int) -> None:
        if done % max(1, total // _STEPS) == 0:
            _tell(output, {"done": done, "total": total})

    return tell


def _tell(output: IO[str], facts: dict[str, Any]) -> None:
    output.write(json.dumps(facts) + "\n")
    output.flush()


if __name__ == "__main__":
    main()
