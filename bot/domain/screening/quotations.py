"""Quotations: the words of an entry beside the well-known ones that it quotes.

Whole or in part: who quotes a clause of a longer saying quotes it right. Marks between the words
don't count, since editions differ in them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise

from bot.domain.screening.reading import Reading, read

NEAR = 0.75
"""How much of a saying, or of its clauses, must be there in order for an entry to mean it.

Chosen on the labelled lines of the tests: with less, words of one's own that play on a saying are
taken for it (4 lines at 0.7, 9 at 0.55); with 0.9, what is misquoted by one character passes.
"""
_LEAST = 5
"""A piece of fewer characters is anybody's."""
_LONGEST = 1.4
"""How far, measured by the saying, its pieces may lie apart in an entry."""
_ENDS = frozenset("，。！？；：,.!?;:")


@dataclass(frozen=True, slots=True)
class Saying:
    """Words that are quoted, by whom and where they stand."""

    words: str
    author: str
    work: str
    leader: bool = False
    """Whether whoever quotes it is looked at by two."""


@dataclass(frozen=True)
class Part:
    """A piece of a text; whether it differs from the other text."""

    text: str
    differs: bool


@dataclass(frozen=True)
class Quoted:
    """An entry that quotes a saying, or nearly."""

    saying: Saying
    original: tuple[Part, ...]
    """The saying, or the clauses of it that are quoted."""
    entry: tuple[Part, ...]
    """The entry; what lies before and after the quotation does not differ."""

    @property
    def is_exact(self) -> bool:
        """Whether it is quoted as it stands."""
        return not any(part.differs for part in (*self.original, *self.entry))

    @property
    def is_whole(self) -> bool:
        """Whether all of the saying is quoted."""
        return "".join(part.text for part in self.original) == self.saying.words

    @property
    def doubted(self) -> tuple[str, ...]:
        """What the entry may have miswritten, as the saying has it: 记 behind its 牢 is 牢记."""
        words = "".join(part.text for part in self.original)
        found, at = [], 0
        for part in self.original:
            if part.differs:
                found.append(words[max(0, at - 1) : at + len(part.text)].lstrip("".join(_ENDS)))
            at += len(part.text)
        return tuple(found)

    @property
    def mended(self) -> str | None:
        """The entry with the saying's characters, where it has as many others in their place."""
        right = [part.text for part in self.original if part.differs]
        wrong = [part.text for part in self.entry if part.differs]
        if not right or [*map(len, right)] != [*map(len, wrong)]:
            return None
        rest = iter(right)
        return "".join(next(rest) if part.differs else part.text for part in self.entry)


_Block = tuple[int, int, int]
"""From where in the saying, from where in the entry, and how many characters are the same."""


@dataclass(frozen=True)
class _Piece:
    """Clauses that follow each other in a saying."""

    saying: Saying
    words: str
    reading: Reading


class Quotations:
    """Sayings, ready to be compared with. Threads may share one."""

    def __init__(self, sayings: Iterable[Saying]) -> None:
        self._pieces = [list(_pieces(saying)) for saying in sayings]
        self._having: dict[str, list[int]] = defaultdict(list)
        for number, pieces in enumerate(self._pieces):
            for pair in set(_pairs(pieces[0].reading.text)):
                self._having[pair].append(number)

    def compare(self, entry: str) -> Quoted | None:
        """The saying that the entry quotes or nearly quotes; the longest quotation of several."""
        reading = read(entry)
        shared = Counter(
            number for pair in set(_pairs(reading.text)) for number in self._having.get(pair, ())
        )
        found = [
            quoted
            for number, count in shared.items()
            if count > 1 and (quoted := self._quoted(number, entry, reading))
        ]
        return max(found, key=_weight, default=None)

    def _quoted(self, number: int, entry: str, reading: Reading) -> Quoted | None:
        """The piece of this saying of which most is quoted; the one quoted right, if as much."""
        best: Quoted | None = None
        for piece in self._pieces[number]:
            if best and len(piece.reading.text) < _length(best):
                break
            quoted = _beside(piece, entry, reading)
            if quoted and (best is None or _weight(quoted) > _weight(best)):
                best = quoted
        return best


def _weight(quoted: Quoted) -> tuple[int, bool]:
    return _length(quoted), quoted.is_exact


def _length(quoted: Quoted) -> int:
    """How many characters are quoted as they stand, marks apart."""
    return sum(len(read(part.text).text) for part in quoted.original if not part.differs)


def _pairs(text: str) -> Iterator[str]:
    return (one + other for one, other in pairwise(text))


def _pieces(saying: Saying) -> Iterator[_Piece]:
    """The saying, then its clauses and those that follow each other, the longest first."""
    clauses = list(_clauses(saying.words))
    spans = {
        (clauses[first][0], clauses[last][1])
        for first in range(len(clauses))
        for last in range(first, len(clauses))
    }
    yield _Piece(saying, saying.words, read(saying.words))
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        words = saying.words[start:end]
        reading = read(words)
        if len(reading.text) >= _LEAST and words != saying.words:
            yield _Piece(saying, words, reading)


def _clauses(words: str) -> Iterator[tuple[int, int]]:
    start = 0
    for place, char in enumerate(words + "，"):
        if char in _ENDS:
            if place > start:
                yield start, place
            start = place + 1


def _beside(piece: _Piece, entry: str, reading: Reading) -> Quoted | None:
    """The piece and the entry side by side, if the entry means it."""
    wanted, text = piece.reading.text, reading.text
    blocks: Sequence[_Block]
    if (at := text.find(wanted)) >= 0:
        blocks = [(0, at, len(wanted))]
    else:
        matcher = SequenceMatcher(None, wanted, text, autojunk=False)
        blocks = _dense(matcher.get_matching_blocks()[:-1], len(wanted))
    same = sum(size for _, _, size in blocks)
    if same < max(_LEAST - 1, NEAR * len(wanted)):
        return None
    first, last = _window(blocks, len(wanted), len(text))
    in_piece = {a + step for a, _, size in blocks for step in range(size)}
    in_entry = {b + step for _, b, size in blocks for step in range(size)}
    outside = set(range(len(text))) - set(range(first, last))
    return Quoted(
        piece.saying,
        tuple(_parts(piece.words, piece.reading, in_piece)),
        tuple(_parts(entry, reading, in_entry | outside)),
    )


def _dense(blocks: Sequence[_Block], length: int) -> Sequence[_Block]:
    """The blocks that lie close enough to be one quotation: those with most in them."""
    best: list[_Block] = []
    for first in range(len(blocks)):
        near = [
            block
            for block in blocks[first:]
            if block[1] + block[2] - blocks[first][1] <= length * _LONGEST
        ]
        if sum(block[2] for block in near) > sum(block[2] for block in best):
            best = near
    return best


def _window(blocks: Sequence[_Block], length: int, most: int) -> tuple[int, int]:
    """From where to before where the entry quotes, with what it has for a lost beginning or end."""
    (a, b, _), (a_last, b_last, size) = blocks[0], blocks[-1]
    return max(0, b - a), min(most, b_last + size + length - a_last - size)


def _parts(text: str, reading: Reading, same: set[int]) -> Iterator[Part]:
    """The text in pieces that are the same and pieces that differ; its marks are the same."""
    differing = {at for place, at in enumerate(reading.at) if place not in same}
    for differs, places in groupby(range(len(text)), key=differing.__contains__):
        yield Part("".join(text[place] for place in places), differs)
