"""A list of answers apart from the questions: `1-5 ABCDA`, `6.AB 7.CD`, `8、√`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quiz_bank.formats import wording
from quiz_bank.formats.found import Note

_MARK = rf"[A-Ha-hＡ-Ｈ]{{1,8}}|[{wording.MARKS}]|{'|'.join(wording.MARK_WORDS)}|[TF]"
_GAP = re.compile(r"[\s,，;；、.．。|]+")
_RANGE = re.compile(
    rf"(?P<first>\d{{1,4}})\s*(?:[-－—–~～{wording.TO}]|--|——)\s*(?P<last>\d{{1,4}})\s*[:：.．、)）]?\s*"
    rf"(?P<marks>(?:(?:{_MARK})[ \u3000,，、]*)+)"
)
_ONE = re.compile(rf"(?P<number>\d{{1,4}})\s*[.．、:：)）]?\s*(?P<mark>(?:{_MARK})(?![A-Za-z]))")


@dataclass(frozen=True)
class Entry:
    """The answer to the question of a number, and where the key has it."""

    number: int
    answer: str
    line: int


def entries(words: str, line: int) -> list[Entry | Note]:
    """The entries of a line that holds nothing else; otherwise none."""
    found: list[Entry | Note] = []
    at = 0
    while at < len(words):
        if match := _RANGE.match(words, at):
            found += _range(match, line)
        elif match := _ONE.match(words, at):
            found.append(Entry(int(match["number"]), match["mark"], line))
        elif not (match := _GAP.match(words, at)):
            return []
        at = match.end()
    return found


def _range(match: re.Match[str], line: int) -> Iterator[Entry | Note]:
    first, last = int(match["first"]), int(match["last"])
    marks = re.findall(_MARK, match["marks"])
    if len(marks) != last - first + 1:
        # Without gaps between them, every letter is an answer of its own.
        marks = [mark for run in marks for mark in (run if run.isascii() else [run])]
    if len(marks) != last - first + 1:
        place, wanted = wording.LINE.format(line=line), last - first + 1
        message = wording.KEY_TOO_LONG.format(
            first=first, last=last, wanted=max(wanted, 0), count=len(marks)
        )
        yield Note(place, message)
        return
    for number, mark in enumerate(marks, first):
        yield Entry(number, mark, line)
