"""The questions of a file somebody brings: what is sound, and what to mend."""

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from quiz_bank.checks import Complaint, Draft
from quiz_bank.formats import wording
from quiz_bank.formats.found import Note, Progress, Reading, Sketch, Unreadable, Unsupported
from quiz_bank.formats.recognition import read_content
from quiz_bank.question import Question, fold
from quiz_bank.repeats import Repeats


@dataclass(frozen=True)
class Found:
    """A sound question, and where it stands; one that has no code in the file got one from us."""

    question: Question
    place: str
    has_code: bool


@dataclass(frozen=True)
class Findings:
    """What a file holds. Its sound questions are of use only while there are no errors."""

    questions: tuple[Found, ...]
    unsupported: tuple[Unsupported, ...]
    errors: tuple[Note, ...]
    notices: tuple[Note, ...]
    repeated: int = 0
    """How many have the code or the stem of an earlier one in the file; each is an error too."""

    def to_dict(self) -> dict[str, Any]:
        """The report other programs read; of a file with errors nothing is taken."""
        questions = () if self.errors else self.questions
        return {
            "questions": [_told(found) for found in questions],
            "unsupported": [vars(unsupported) for unsupported in self.unsupported],
            "errors": [vars(error) for error in self.errors],
        }


def find_questions(content: bytes, progress: Progress | None = None) -> Findings:
    """What the file holds, in any format we know. Raises Unreadable."""
    reading = read_content(content)
    total = len(reading.sketches)
    if not (total or reading.unsupported or reading.errors):
        raise Unreadable(wording.NOTHING_FOUND)
    checker = _Checker(reading)
    for done, sketch in enumerate(reading.sketches, 1):
        checker.check(sketch)
        if progress:
            progress(done, total)
    return Findings(
        tuple(checker.questions),
        tuple(reading.unsupported),
        tuple(reading.errors + checker.errors),
        tuple(reading.notices),
        checker.repeated,
    )


def derived_code(stem: str) -> str:
    """A code for a question that has none: the same for the same words, wherever they come from."""
    return "Q" + blake2b(fold(stem).encode(), digest_size=6).hexdigest().upper()


class _Checker:
    """Goes through sketches, and knows which questions were there before."""

    def __init__(self, reading: Reading) -> None:
        self.questions: list[Found] = []
        self.errors: list[Note] = []
        self.repeated = 0
        self._reading = reading
        self._repeats = Repeats()

    def check(self, sketch: Sketch) -> None:
        """Keep the question, or what is wrong with it."""
        draft = Draft(sketch.words, self._reading.called)
        question = draft.question(self._reading.documents, complete=False)
        known = {complaint.item for complaint in sketch.complaints}
        repeats = self._repeated(sketch)
        self.repeated += bool(repeats)
        complaints = [
            *sketch.complaints,
            *(complaint for complaint in draft.complaints if complaint.item not in known),
            *repeats,
        ]
        for complaint in complaints:
            self.errors.append(Note(sketch.place_of(complaint.item), complaint.message))
        if question and not complaints:
            self._keep(question, sketch.place)

    def _repeated(self, sketch: Sketch) -> list[Complaint]:
        code, stem = (_words(sketch.words.get(key)) for key in ("code", "stem"))
        return self._repeats.complaints(code, stem, sketch.place)

    def _keep(self, question: Question, place: str) -> None:
        has_code = bool(question.code)
        if not has_code:
            question = replace(question, code=derived_code(question.stem))
        self.questions.append(Found(question, place, has_code))


def _told(found: Found) -> dict[str, Any]:
    question = found.question
    return {
        "kind": question.kind.value,
        "stem": question.stem,
        "options": list(question.options),
        "answer": list(question.answer),
        "explanation": question.explanation,
        "source": question.source,
        "place": found.place,
    }


def _words(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
