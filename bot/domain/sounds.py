"""How Chinese is spoken, in pinyin without tones.

The library's dictionaries take a seventh of the time in which the whole program is loaded, and most
programs never ask for a sound: who first does loads them.
"""


def load() -> None:
    """Have the dictionaries from now on."""
    spoken(chr(0x597D))


def spoken(words: str) -> list[str]:
    """The syllable of each character as it is read most often; other stretches as they are."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin(words)


def readings(char: str) -> list[str]:
    """Every way in which a character can be read, the usual one first; itself if in none."""
    from pypinyin import Style, pinyin

    return pinyin(char, style=Style.NORMAL, heteronym=True)[0]


def spoken_in(words: str) -> list[str]:
    """The syllable of each character as the word has it; what is no character by itself."""
    from pypinyin import Style, pinyin

    found = pinyin(words, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    return [one for [one] in found]
