"""Numbers and addresses by which somebody can be reached or known: no list can hold them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.screening.reading import FIGURES, Reading

_FIGURE = re.compile(f"[0-9{''.join(map(chr, FIGURES))}]")
_LEAST = 10

_NUMBER = re.compile(
    r"(?<![0-9])(?:"
    r"1[3-9][0-9]{9}"  # a mobile telephone
    r"|0[1-9][0-9]{8,10}"  # a telephone with its area
    r"|[1-9][0-9]{16}[0-9x]"  # an identity card
    r")(?![0-9])"
)
_ADDRESS = re.compile(
    r"[a-z0-9][\w.+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
    r"|(?:https?://|www\.)[\w.:/?=&%#-]+"
    r"|(?<![a-z0-9.-])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|vip|cc|shop|link|club|site)"
    r"(?![a-z0-9])",
    re.ASCII | re.IGNORECASE,
)
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""The wide forms of ASCII made narrow, one for one: each place stays what it is."""
_MARKS = ".．@＠"
_LONGEST_GAP = 2
_SENTENCE = frozenset("。！？；，、：,;!?")


@dataclass(frozen=True)
class Found:
    """A piece of the original, from `start` to before `end`, and how it is read."""

    start: int
    end: int
    read_as: str


def numbers(original: str, reading: Reading) -> Iterator[Found]:
    """The numbers in a text, whatever figures they are written in and what stands between."""
    if len(_FIGURE.findall(reading.text)) < _LEAST:
        return
    figures = reading.text.translate(FIGURES)
    for match in _NUMBER.finditer(figures):
        places = reading.at[match.start() : match.end()]
        gaps = [original[one + 1 : other] for one, other in pairwise(places)]
        if all(len(gap) <= _LONGEST_GAP and not _SENTENCE & set(gap) for gap in gaps):
            yield Found(places[0], places[-1] + 1, match[0])


def addresses(original: str) -> Iterator[Found]:
    """The addresses of mail and web in a text."""
    if not any(mark in original for mark in _MARKS):
        return
    plain = original.translate(_NARROW)
    for match in _ADDRESS.finditer(plain):
        yield Found(match.start(), match.end(), match[0].lower())
