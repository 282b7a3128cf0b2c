"""How names are typed without Chinese characters: in syllables, in first letters, or in both."""

from functools import cache, lru_cache

from bot.domain.sounds import readings

_Ways = tuple[str, ...]


def letters_in(part: str) -> str:
    """The letters of what may be such a spelling; nothing if it can't be one."""
    letters = part.replace("'", "").lower()
    fits = letters.isascii() and letters.isalnum() and not letters.isdigit() and len(letters) > 1
    return letters if fits else ""


def is_spelled(name: str, letters: str) -> bool:
    """Whether the letters spell a piece of the name that begins with one of its characters.

    The last syllable may be cut short. Of a character with several readings any will do.
    """
    spelled, starts = _spelling(name)
    return any(_goes_on(spelled, at, letters) for at in starts.get(letters[0], ()))


def _goes_on(spelled: tuple[_Ways, ...], at: int, letters: str) -> bool:
    if not letters or at == len(spelled):
        return not letters
    return any(
        way.startswith(letters)
        or (letters.startswith(way) and _goes_on(spelled, at + 1, letters[len(way) :]))
        for way in spelled[at]
    )


@lru_cache(maxsize=20_000)
def _spelling(name: str) -> tuple[tuple[_Ways, ...], dict[str, list[int]]]:
    """The ways to type each character, and at which of them a letter can begin."""
    spelled = tuple(map(_ways_to_type, name))
    starts: dict[str, list[int]] = {}
    for at, ways in enumerate(spelled):
        for letter in {way[0] for way in ways}:
            starts.setdefault(letter, []).append(at)
    return spelled, starts


@cache
def _ways_to_type(char: str) -> _Ways:
    """Its syllables and their first letters; the character itself where it has none."""
    return tuple(
        dict.fromkeys(way for full in readings(char) for way in (full.lower(), full[0].lower()))
    )
