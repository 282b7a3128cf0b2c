"""What Moodle shows after a question: our explanation, and beneath it where that stands."""

from collections.abc import Iterable

from quiz_bank.formats import wording
from quiz_bank.formats.words import tidy
from quiz_bank.question import Question

TOLD = ("explanation", "source", "place", "date")
"""What stands in it, each on a line of its own after its label."""


def compose(question: Question) -> str:
    """The lines of a question."""
    told = {key: getattr(question, key) for key in TOLD}
    return "\n".join(
        f"{wording.FEEDBACK_LABELS[key]}：{words}" for key, words in told.items() if words
    )


def take_apart(text: str) -> dict[str, str]:
    """What the lines tell; lines without a label are explanation."""
    told: dict[str, list[str]] = {}
    for line in text.split("\n"):
        key, words = _labelled(line.strip(), TOLD)
        told.setdefault(key, []).append(words)
    return {key: tidy("\n".join(lines)) for key, lines in told.items()}


def _labelled(line: str, keys: Iterable[str]) -> tuple[str, str]:
    for key in keys:
        for label in wording.LABELS[key]:
            words = line.removeprefix(label)
            if words != line and words[:1] in ("：", ":"):
                return key, words[1:]
    return "explanation", line
