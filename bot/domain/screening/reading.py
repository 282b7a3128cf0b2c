"""A text as it is read: width, case, script and look-alikes undone, what only disturbs left out."""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress
from pathlib import Path

from opencc import OpenCC

from bot.domain.sounds import readings, spoken, spoken_in

_TABLES = tomllib.loads((Path(__file__).parent / "look_alikes.toml").read_text("utf-8"))


def _turned(table: Mapping[str, str]) -> dict[str, str]:
    return {char: letter for letter, chars in table.items() for char in chars}


_LOOK_ALIKES = _turned(_TABLES["letters"])
FIGURES = str.maketrans(_turned(_TABLES["figures"]))
"""Makes figures of the characters that stand for them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The letters of a text, and for each the place of its character in the original."""

    text: str
    at: Sequence[int]


def read(original: str) -> Reading:
    """The letters, digits and characters of a text in the one form in which words are compared.

    For comparing only: what is shown is the original.
    """
    letters = list(map(_LETTERS.__getitem__, original))
    text = "".join(letters)
    at: Sequence[int] = list(compress(range(len(letters)), letters))
    if len(at) != len(text):
        at = [place for place, letter in enumerate(letters) for _ in letter]
    return Reading(text, at)


def by_sound(reading: Reading) -> Reading:
    """The same in Latin letters: each Chinese character by the reading that is most common."""
    sounds = list(map(_SYLLABLES.__getitem__, reading.text))
    text = "".join(sounds)
    if len(text) == len(sounds):
        return Reading(text, range(len(sounds)))
    return Reading(text, [place for place, sound in enumerate(sounds) for _ in sound])


def syllables(words: str) -> tuple[str, ...]:
    """How each character of a word is typed, in the reading that the word gives it."""
    usual = tuple(map(_SYLLABLES.__getitem__, words))
    if not any(map(_has_other_readings, words)):
        return usual
    found = spoken_in(words)
    return tuple(one.lower() for one in found) if len(found) == len(words) else usual


@cache
def _has_other_readings(char: str) -> bool:
    return len(readings(char)) > 1


def narrow(char: str) -> str:
    """A character without what its width, its ring or its case adds to it."""
    return unicodedata.normalize("NFKC", char).casefold()


@cache
def simplified(words: str) -> str:
    """The same in simplified characters."""
    # Once is not always the end: 么麼 becomes 幺麽, and only that becomes 幺么.
    convert = _to_simplified().convert
    return str(convert(convert(words)))


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


class _Letters(dict[str, str]):
    """What each character is read as; nothing for marks, blanks, pictures and the invisible."""

    def __missing__(self, char: str) -> str:
        letter = self[char] = "".join(map(_letter, narrow(char)))
        return letter


def _letter(char: str) -> str:
    if char in _LOOK_ALIKES:
        return _LOOK_ALIKES[char]
    if not char.isalnum():
        return ""
    plain = simplified(char)
    return _LOOK_ALIKES.get(plain, plain)


_LETTERS = _Letters()


class _Syllables(dict[str, str]):
    """How each character is typed without its tone, most of the time; itself if it is none."""

    def __missing__(self, char: str) -> str:
        sound = self[char] = spoken(char)[0].lower()
        return sound


_SYLLABLES = _Syllables()
