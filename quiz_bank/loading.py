"""Reads the bank's own files, and explains what is wrong with one and how to mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from quiz_bank import wording
from quiz_bank.bank import Bank
from quiz_bank.checks import Draft, clip
from quiz_bank.formats import toml
from quiz_bank.formats.found import Reading, Sketch, Unreadable
from quiz_bank.question import Question
from quiz_bank.repeats import Repeats

LARGEST_KB = 512
"""A file of 40 questions has about 20 KB."""


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file: where, why, and how to mend it, for people."""

    file: str
    place: str
    message: str

    def __str__(self) -> str:
        return wording.PROBLEM.format(file=self.file, place=self.place, message=self.message)


@dataclass(frozen=True)
class Loaded:
    """What files hold: their sound questions, and every problem with the others."""

    questions: tuple[Question, ...]
    problems: tuple[Problem, ...]


class BrokenBank(Exception):
    """A shipped file of questions was edited and has problems now."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def load_file(path: Path | Traversable) -> Loaded:
    """The questions of one TOML file. Whatever is wrong with it is a problem, never an error."""
    return load_files([path])


def load_content(name: str, content: bytes) -> Loaded:
    """The questions of a file that stands in memory, under the name it has for people."""
    reader = _Reader()
    reader.read(name, content)
    return reader.loaded


def load_files(paths: Iterable[Path | Traversable]) -> Loaded:
    """The questions of several files, among which codes and stems must differ."""
    reader = _Reader()
    for path in paths:
        reader.open(path)
    return reader.loaded


def load_shipped() -> Bank:
    """Every question that comes with us. Raises BrokenBank, with all problems at once."""
    folder = files("quiz_bank").joinpath("questions")
    shipped = [path for path in folder.iterdir() if path.name.endswith(".toml")]
    loaded = load_files(sorted(shipped, key=lambda path: path.name))
    if loaded.problems:
        raise BrokenBank(loaded.problems)
    return Bank(loaded.questions)


class _Reader:
    """Goes through files and keeps what it finds."""

    def __init__(self) -> None:
        self._questions: list[Question] = []
        self._problems: list[Problem] = []
        self._file = ""
        self._repeats = Repeats()

    @property
    def loaded(self) -> Loaded:
        """What was found so far."""
        return Loaded(tuple(self._questions), tuple(self._problems))

    def open(self, path: Path | Traversable) -> None:
        """Go through the file at this path."""
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_KB * 1024 + 1)
        except FileNotFoundError:
            self._give_up(path.name, wording.MISSING_FILE)
        except OSError:
            self._give_up(path.name, wording.UNREADABLE)
        else:
            self.read(path.name, content)

    def read(self, name: str, content: bytes) -> None:
        """Go through a file of this name and content."""
        self._file = clip(name)
        try:
            reading = toml.read(_decode(content))
        except Unreadable as trouble:
            self._complain(trouble.place, trouble.message)
        else:
            self._go_through(reading)

    def _give_up(self, name: str, message: str) -> None:
        self._file = clip(name)
        self._complain(wording.WHOLE_FILE, message)

    def _go_through(self, reading: Reading) -> None:
        for note in reading.errors:
            self._complain(note.place, note.message)
        for sketch in reading.sketches:
            self._question(sketch, reading)

    def _question(self, sketch: Sketch, reading: Reading) -> None:
        draft = Draft(sketch.words, reading.called)
        question = draft.question(reading.documents)
        code, stem = (_words(sketch.words.get(key)) for key in ("code", "stem"))
        here = wording.elsewhere(self._file, sketch.place)
        repeats = self._repeats.complaints(code, stem, here)
        self._complain(sketch.place, *(c.message for c in [*draft.complaints, *repeats]))
        if question and not repeats:
            self._questions.append(question)

    def _complain(self, place: str, *messages: str) -> None:
        self._problems += [Problem(self._file, place, message) for message in messages]


def _decode(content: bytes) -> str:
    if len(content) > LARGEST_KB * 1024:
        raise Unreadable(wording.TOO_BIG.format(limit=LARGEST_KB))
    try:
        # Notepad opens a file with a byte order mark, which TOML does not know.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(wording.NOT_UTF8) from error


def _words(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
