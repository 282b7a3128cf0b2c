"""A file of questions read by a program of its own."""

from dataclasses import asdict

from quiz_bank.formats import confined, wording
from quiz_bank.formats.confined import Report
from quiz_bank.formats.found import Note, Progress, Unreadable, Unsupported
from quiz_bank.formats.importing import Findings, Found, find_questions
from quiz_bank.question import Question

MOST_AT_ONCE = 1_000
"""As many as can be looked over, and taken in without keeping members waiting."""


def read_apart(content: bytes, progress: Progress) -> Report:
    """What the file holds, as `parse` reads it. Raises Unreadable."""
    return confined.ask("quiz_bank.formats.apart", content, progress)


def dump(findings: Findings) -> Report:
    """The findings in JSON's own types; of endless notes the first."""
    return {
        "questions": [
            {"question": one.question.to_dict(), "place": one.place, "has_code": one.has_code}
            for one in findings.questions
        ],
        "unsupported": [asdict(one) for one in findings.unsupported],
        "errors": [asdict(note) for note in confined.first(findings.errors)],
        "notices": [asdict(note) for note in confined.first(findings.notices)],
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


def _find(content: bytes, progress: Progress) -> Report:
    findings = find_questions(content, progress)
    if len(findings.questions) + len(findings.unsupported) > MOST_AT_ONCE:
        raise Unreadable(wording.TOO_MANY_AT_ONCE.format(limit=MOST_AT_ONCE))
    return dump(findings)


if __name__ == "__main__":
    confined.answer(_find)
