"""Whether two mottos are near enough to be decided together.

Compared is what is left when a lead-in (我的座右铭是), a signature and the small words that
carry no meaning are gone. Two things keep texts apart however like they are:

- a difference that turns the meaning, such as a negation or a number;
- a character in the place of another that sounds the same: one of the two is a slip, and goes
  back to its author while the other is approved.

For what is left the threshold was chosen on labelled pairs, tests/domain/alike.tsv: the most
alike of those that need different decisions (为人民服务 and 为人民币服务 with three characters
more) score 94, so that 95 joins none of them.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import Indel

from bot.domain.sounds import spoken

THRESHOLD = 0.95
"""The share of characters that two texts have in common, in their order."""

_WORDS = tomllib.loads((Path(__file__).parent / "alike.toml").read_text("utf-8"))
_LEAD_IN = re.compile(_WORDS["lead_in"])
_SIGNATURE = re.compile(
    r"(?:[\u2014\u2013\u2015\-]+|[(\uff08\u3010])([^\u2014\u2013\u2015\-()\uff08\uff09\u3010\u3011]{2,16})"
    r"[)\uff09\u3011]?\s*$"
)
"""What follows a dash or stands in brackets, at the end."""
_SIGNS = re.compile(_WORDS["signs"])
_SMALL = str.maketrans("", "", _WORDS["small"])
_TURNING = frozenset(_WORDS["turning"])
_LEAST = 4
"""Characters that must be left for anything to have been a mere addition."""
_CANDIDATES = 5


def kernel(words: str, folded: str, names: Iterable[str | None] = ()) -> str:
    """What the motto says: `folded` without lead-in, signature and small words.

    `names` are those of the author and of the unit; only they, or a word for somebody of the
    party, are taken for a signature. The one who is quoted stays.
    """
    told = folded
    if (sign := _SIGNATURE.search(words)) and _signs(sign[1].strip(), names):
        length = sum(char.isalnum() for char in sign[1])
        if len(told) - length >= _LEAST:
            told = told[:-length]
    if (lead := _LEAD_IN.match(told)) and len(told) - lead.end() >= _LEAST:
        told = told[lead.end() :]
    bare = told.translate(_SMALL)
    return bare if len(bare) >= _LEAST else told


def _signs(sign: str, names: Iterable[str | None]) -> bool:
    known = [name for name in names if name]
    return _SIGNS.search(sign) is not None or any(name in sign for name in known)


def alike(one: str, other: str) -> bool:
    """Whether entries with these kernels are decided together."""
    if one == other:
        return True
    near = Indel.normalized_similarity(one, other, score_cutoff=THRESHOLD)
    return bool(near) and _is_harmless(one, other)


class Likeness:
    """Kernels and the piles they lie on; whoever comes is put to the first that is alike."""

    def __init__(self) -> None:
        self._piles: dict[str, int] = {}
        self._kernels: list[str] = []

    def put(self, told: str, pile: int) -> None:
        """Let entries like this one find the pile; a kernel that is known stays where it is."""
        if told not in self._piles:
            self._piles[told] = pile
            self._kernels.append(told)

    def find(self, told: str) -> int | None:
        """The pile for an entry with this kernel."""
        if told in self._piles:
            return self._piles[told]
        near = process.extract(
            told,
            self._kernels,
            scorer=Indel.normalized_similarity,
            score_cutoff=THRESHOLD,
            limit=_CANDIDATES,
        )
        return next((self._piles[other] for other, *_ in near if _is_harmless(told, other)), None)


def _is_harmless(one: str, other: str) -> bool:
    for step in Indel.opcodes(one, other):
        gone, come = one[step.src_start : step.src_end], other[step.dest_start : step.dest_end]
        if step.tag != "equal" and any(_turns(char) for char in gone + come):
            return False
    return not _sound_alike(one, other)


def _turns(char: str) -> bool:
    return char in _TURNING or unicodedata.category(char).startswith("N")


def _sound_alike(one: str, other: str) -> bool:
    """Whether something was written for something else that sounds the same."""
    # How characters are read takes half a second to load: what is as it was is not asked.
    return len(one) == len(other) and all(
        char == instead or _sound(char) == _sound(instead)
        for char, instead in zip(one, other, strict=True)
    )


@cache
def _sound(char: str) -> str:
    return spoken(char)[0]
