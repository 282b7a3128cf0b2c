"""The screen: listed words in a text, whatever they are dressed as.

A word is found in wide and narrow, traditional and simplified form, with marks and blanks between
its characters, with look-alike characters, and with characters typed by their sound. It does not
count inside a phrase that is allowed: with the first two characters of the Party's name listed
and the whole name allowed, the name is no hit.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, chain
from operator import and_, eq, ne, sub
from typing import NamedTuple

from ahocorasick import Automaton

from bot.domain.screening.numbers import addresses, numbers
from bot.domain.screening.reading import (
    Reading,
    by_sound,
    narrow,
    read,
    simplified,
    syllables,
)

_LEAST_LETTERS = 5
"""A word of fewer letters is not looked for by its sound: too many others contain it."""
_SURE_LETTERS = 8
"""One of so many is no chance, even in the middle of other letters."""
_LONGEST_STEP = 7
"""From one character of a word to the next: six that disturb may stand between."""
_REMEMBERED = 8_192
_LETTER = re.compile("[a-z]")
_SENTENCE = frozenset("。！？；，、：,;!?")


class Category(StrEnum):
    """What a listed word is about."""

    ADVERTISING = "advertising"
    CONTACT = "contact"
    INSULT = "insult"
    OTHER = "other"
    FINE = "fine"
    """A phrase that is allowed, with whatever listed word stands in it."""


class Disguise(StrEnum):
    """In what a word was hidden."""

    WIDTH = "width"
    TRADITIONAL = "traditional"
    NOISE = "noise"
    PINYIN = "pinyin"
    LOOK_ALIKE = "look_alike"


_ORDINARY = frozenset({Disguise.NOISE, Disguise.LOOK_ALIKE})
"""What numbers and addresses have anyway: hyphens, dots, the sign of mail."""


class Pile(StrEnum):
    """Where a text belongs that waits to be looked at; all are looked at."""

    FIRST = "first"
    MARKED = "marked"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Listed:
    """A word of the list."""

    word: str
    category: Category
    first: bool = False
    """Whether a text that has it should be looked at before others."""


class Hit(NamedTuple):
    """A listed word in a text, from `start` to before `end` of the original."""

    start: int
    end: int
    word: str
    """As it is listed; a number or an address as it is read."""
    category: Category
    first: bool
    disguises: frozenset[Disguise]

    def covers(self, other: "Hit") -> bool:
        """Whether all of the other lies within this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Piece:
    """A piece of the original: what was hit, or what lies between."""

    text: str
    hit: Hit | None = None


@dataclass(frozen=True)
class Screened:
    """A text as the screen leaves it: whole, with its hits from left to right."""

    text: str
    hits: tuple[Hit, ...]

    @property
    def pile(self) -> Pile:
        """Where it belongs."""
        if any(hit.first for hit in self.hits):
            return Pile.FIRST
        return Pile.MARKED if self.hits else Pile.PLAIN

    def pieces(self) -> Iterator[Piece]:
        """The text in pieces, hits apart from the rest; together they are the text again."""
        done = 0
        for hit in self.hits:
            if hit.start > done:
                yield Piece(self.text[done : hit.start])
            yield Piece(self.text[hit.start : hit.end], hit)
            done = hit.end
        if done < len(self.text):
            yield Piece(self.text[done:])


_Found = tuple[int, int, Listed, frozenset[Disguise]]
"""From where to before where in the original, what, and hidden in what."""


class Screen:
    """Listed words and allowed phrases, ready to be looked for. Threads may share one."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        self._as_written, self._by_sound = Automaton(), Automaton()
        self.look = lru_cache(_REMEMBERED)(self._look)
        """The text with what is listed in it; what waits is looked at over and over."""
        for one in listed:
            self._enter(one)
        self._as_written.make_automaton()
        self._by_sound.make_automaton()

    def _look(self, original: str) -> Screened:
        return Screened(original, tuple(_apart(self.every_hit(original), len(original))))

    def every_hit(self, original: str) -> list[Hit]:
        """All that is listed in a text, also where hits overlap."""
        reading, fine = read(original), Category.FINE
        allowed, hits = [], []
        found = chain(self._written(original, reading), self._spoken(original, reading))
        for start, end, listed, disguises in found:
            if listed.category is fine:
                allowed.append((start, end))
            else:
                hits.append(Hit(start, end, listed.word, listed.category, listed.first, disguises))
        hits.extend(_reachable(original, reading))
        return _not_covered(hits, allowed) if allowed else hits

    # ------------------------------------------------------------ inside

    def _enter(self, listed: Listed) -> None:
        key, sounds = _keys(listed.word)
        if key:
            self._as_written.add_word(_in_halves(key), (len(key), listed))
        if sounds:
            sound = "".join(sounds)
            _, same = self._by_sound.get(sound, (sound, ()))
            self._by_sound.add_word(sound, (sound, (*same, _Spoken(key, sounds, listed))))

    def _written(self, original: str, reading: Reading) -> Iterator[_Found]:
        """Words that stand there in their own characters, or in what looks like them."""
        if not len(self._as_written):
            return
        for end, (length, listed) in self._as_written.iter(_in_halves(reading.text)):
            last = end // 2
            first = last - length + 1
            places = reading.at[first : last + 1]
            if _is_whole(reading, first, last) and _holds_together(original, places):
                start, stop = places[0], places[-1] + 1
                yield start, stop, listed, _disguises(original[start:stop])

    def _spoken(self, original: str, reading: Reading) -> Iterator[_Found]:
        """Words that are meant by letters, wholly or with some of their own characters.

        In Latin letters nearly every syllable ends some word: what is asked of each is in lists.
        """
        text = reading.text
        if not (len(self._by_sound) and _LETTER.search(text)):
            return
        sounds = by_sound(reading)
        at, begins, goes_on = sounds.at, _NOTHING, _NOTHING
        for end, (sound, words) in self._by_sound.iter(sounds.text):
            begins = begins or [True, *map(ne, at, at[1:]), True]
            start = end - len(sound) + 1
            if not (begins[start] and begins[end + 1]):
                continue
            first, last = at[start], at[end]
            if len(sound) < _SURE_LETTERS:
                goes_on = goes_on or _goes_on(reading)
                if goes_on[first] or goes_on[last + 1]:
                    continue
            written = text[first : last + 1]
            meant = words if written == sound else _meant(written, words)
            if meant and _holds_together(original, places := reading.at[first : last + 1]):
                told = places[0], places[-1] + 1
                disguises = _disguises(original[slice(*told)], _SPELLED)
                for word in meant:
                    yield *told, word.listed, disguises


_NOTHING: Sequence[bool] = ()


class _Spoken(NamedTuple):
    """A word by its sound."""

    key: str
    sounds: tuple[str, ...]
    listed: Listed


@lru_cache(maxsize=200_000)
def _keys(word: str) -> tuple[str, tuple[str, ...]]:
    """How a word is looked for as written, and by its sounds; nothing where it is not."""
    key = read(word).text
    if sum(not char.isascii() for char in key) < 2:
        return key, ()
    sounds = syllables(key)
    sound = "".join(sounds)
    return key, sounds if len(sound) >= _LEAST_LETTERS and sound.isascii() else ()


def _in_halves(text: str) -> str:
    """Each character as two, of 256 kinds or fewer.

    The automaton goes through the ways on one by one: from its root thousands would lead on.
    """
    return "".join(map(_HALVES.__getitem__, text))


class _Halves(dict[str, str]):
    """Each character in halves. The first of two is never taken for a second."""

    def __missing__(self, char: str) -> str:
        halves = self[char] = chr(0x400 + (ord(char) >> 8)) + chr(ord(char) & 0xFF)
        return halves


_HALVES = _Halves()


def _is_whole(reading: Reading, first: int, last: int) -> bool:
    """Whether it is no piece of a longer Latin word or of a longer number."""
    return not (_is_one(reading, first) or _is_one(reading, last + 1))


def _is_one(reading: Reading, place: int) -> bool:
    """Whether what is read here goes on with what stands directly before."""
    text, at = reading.text, reading.at
    if not 0 < place < len(text) or at[place] - at[place - 1] > 1:
        return False
    one, other = text[place - 1], text[place]
    return one.isascii() and other.isascii() and one.isdigit() == other.isdigit()


def _goes_on(reading: Reading) -> list[bool]:
    """The same of each place, and of the end."""
    kinds, at = list(map(_KINDS.__getitem__, reading.text)), reading.at
    near = [step <= 1 for step in map(sub, at[1:], at)]
    return [False, *map(and_, map(eq, kinds, kinds[1:]), near), False]


class _Kinds(dict[str, float]):
    """What makes one word or number with its like: letters, figures; any other with nothing."""

    def __missing__(self, char: str) -> float:
        # What is no number equals nothing, not even itself.
        kind = self[char] = char.isdigit() if char.isascii() else math.nan
        return kind


_KINDS = _Kinds()


def _holds_together(original: str, places: Sequence[int]) -> bool:
    """Whether what stands between the characters of a word only disturbs.

    The end of a clause is the end of a word, unless such a mark is in every place.
    """
    apart = places[-1] - places[0]
    if apart < len(places):
        return True
    if apart > _LONGEST_STEP and max(map(sub, places[1:], places)) > _LONGEST_STEP:
        return False
    if _SENTENCE.isdisjoint(original[places[0] : places[-1]]):
        return True
    steps = [step for step in map(sub, places[1:], places) if step]
    return len(steps) > 1 and all(step > 1 for step in steps)


class _Disguises(dict[str, tuple[Disguise, ...]]):
    """In what each character hides what it is read as: in one way, or in none."""

    def __missing__(self, char: str) -> tuple[Disguise, ...]:
        kind = _disguise(char)
        ways = self[char] = (kind,) if kind else ()
        return ways


_DISGUISES = _Disguises()
_PLAIN: frozenset[Disguise] = frozenset()
_SPELLED = frozenset({Disguise.PINYIN})


@lru_cache(maxsize=_REMEMBERED)
def _disguises(written: str, besides: frozenset[Disguise] = _PLAIN) -> frozenset[Disguise]:
    """In what a word is hidden that is written so."""
    return besides.union(*map(_DISGUISES.__getitem__, written))


def _disguise(char: str) -> Disguise | None:
    letters = read(char).text
    if not letters:
        return Disguise.NOISE
    if letters == char.casefold():
        return None
    if letters == (plain := narrow(char)):
        return Disguise.WIDTH
    return Disguise.TRADITIONAL if letters == simplified(plain) else Disguise.LOOK_ALIKE


def _meant(written: str, words: Sequence[_Spoken]) -> Sequence[_Spoken]:
    """Which of the words of one sound are written so: not wholly in letters."""
    if not written.islower():
        # There is no letter in it: characters have no case, and of capitals nothing is left.
        return ()
    begins, ends = written[0], written[-1]
    return [
        word
        for word in words
        if (begins.isascii() or word.key[0] == begins)
        and (ends.isascii() or word.key[-1] == ends)
        and _spells(written, word)
    ]


def _spells(written: str, word: _Spoken) -> bool:
    """Whether a word is written so with some of its characters, not none, by their sound."""
    done, spelled = 0, False
    for char, sound in zip(word.key, word.sounds, strict=True):
        if written.startswith(char, done):
            done += 1
        elif written.startswith(sound, done):
            done, spelled = done + len(sound), True
        else:
            return False
    return spelled and done == len(written)


def _reachable(original: str, reading: Reading) -> Iterator[Hit]:
    for found in (*numbers(original, reading), *addresses(original)):
        hidden = _disguises(original[found.start : found.end]) - _ORDINARY
        yield Hit(
            found.start, found.end, found.read_as, Category.CONTACT, first=True, disguises=hidden
        )


def _not_covered(hits: Iterable[Hit], allowed: Iterable[tuple[int, int]]) -> list[Hit]:
    """The hits that lie in none of these spans."""
    starts, ends = zip(*sorted(allowed), strict=True)
    farthest = [0, *accumulate(ends, max)]
    return [hit for hit in hits if farthest[bisect_right(starts, hit.start)] < hit.end]


def _apart(hits: Iterable[Hit], length: int) -> list[Hit]:
    """Of hits that overlap the weightiest, then the first, then the longest."""
    taken, kept = bytearray(length), []
    for hit in sorted(hits, key=lambda hit: (not hit.first, hit.start, -hit.end)):
        if not any(taken[hit.start : hit.end]):
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)
