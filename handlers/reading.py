"""How a choice, a place in a list, a name are read out of what a member typed: pure functions."""

import re
import unicodedata

from bot.conversation.folding import fold_prose
from bot.domain.identity import full_name
from handlers import wording
from quiz_bank import Kind, Question

JUDGED_BY_LETTER = {"A": "T", "B": "F"}
"""True stands first below a question that asks for true or false."""
_LETTER = re.compile(wording.LETTER)
_PAIR = re.compile(wording.PAIR)
_NTH_QUESTION = re.compile(wording.NTH_QUESTION)
_TRUE, _FALSE = re.compile(wording.TRUE), re.compile(wording.FALSE)
_DONE = re.compile(wording.DONE)
_LONGEST = 4
"""Characters of most names."""
_PHONE = r"(?:(?<!\d)(?:\+?86)?)1[3-9]\d{9}(?!\d)"
_IDENTITY = r"(?<!\d)[1-9]\d{16}[\dx](?![\da-z])"
_PRIVATE = re.compile(f"{_PHONE}|{_IDENTITY}", re.IGNORECASE)
_GAPS = re.compile(r"(?<=\d)[ \-]+(?=\d)")
_MYRIAD = 10_000
_WORDED = re.compile(r"[^\W\d_].*[^\W\d_]", re.DOTALL)


def number(words: str) -> int:
    """The value of a number in figures or in words: 2, 二, 一〇〇二, 一千零二; 一千二 is 1200."""
    figures = words.translate(wording.NUMERALS)
    return int(figures) if figures.isdecimal() else _value(figures)


def _value(figures: str) -> int:
    """The value of 1千0 2, 1万2千: each figure counts what the power behind it says."""
    value = section = figure = 0
    of_last = 1
    for char in figures:
        power = wording.POWERS.get(char)
        if power is None:
            figure = int(char)
            of_last = of_last if figure else 1
            continue
        section += (figure or 1) * power if power < _MYRIAD else figure
        if power == _MYRIAD:
            value, section = section * _MYRIAD, 0
        figure, of_last = 0, power // 10
    return value + section + figure * of_last


def letters(chosen: str) -> str:
    """The letters that a choice names, in its order and as often: `c和a` is CA, 第二个 is B."""
    return "".join(_letter(token) for token in _LETTER.findall(chosen))


def _letter(token: str) -> str:
    if token.isascii() and token.isalpha():
        return token.upper()
    if token in wording.LETTER_OF:
        return wording.LETTER_OF[token]
    figures = re.findall(r"\d", token.translate(wording.NUMERALS))
    return "ABCDEFGH"[int(figures[0]) - 1]


def option(asked: Question, text: str) -> str:
    """The letter of the one option whose words these are: 2010年, or 2010; else an empty string."""
    ways = {fold_prose(text), fold_prose(re.sub(wording.OPTION_PADDING, "", text))} - {""}
    ways |= {way + wording.YEAR for way in ways if way.isdecimal()}
    if asked.kind not in (Kind.SINGLE, Kind.MULTIPLE):
        return ""
    options = zip(asked.letters, asked.options, strict=True)
    found = [letter for letter, words in options if fold_prose(words) in ways]
    return found[0] if len(found) == 1 else ""


def judgement(chosen: str) -> str:
    """T or F for a word that judges, or an empty string."""
    if _TRUE.fullmatch(chosen):
        return "T"
    return "F" if _FALSE.fullmatch(chosen) else ""


def place_named(text: str) -> int:
    """The place of the first question that the words name: 第3题; 0 when they name none."""
    found = _NTH_QUESTION.search(text)
    return number(found["place"]) if found else 0


def is_done(chosen: str) -> bool:
    """Whether the words say that all letters are chosen."""
    return bool(_DONE.fullmatch(chosen))


def pairs(text: str) -> list[tuple[int, str]]:
    """The questions and choices of `1a2b3c` or `1a 4对`: each place with the words behind it."""
    return [(number(m["place"]), m["chosen"]) for m in _PAIR.finditer(text)]


def name(raw: str) -> str | None:
    """The name in what a member typed, or None when it can't be one."""
    bare = re.sub(r"[\s。，！？、,.!?~]+$|^\s+|\s", "", unicodedata.normalize("NFKC", raw))
    return full_name(re.sub(wording.NAME_PADDING, "", bare))


def is_named(raw: str, name: str) -> bool:
    """Whether these words plainly give the name: they say so, or it begins as names do.

    What else is said while we wait for a name (等等, 第二个) must not become one.
    """
    if "·" in name or re.match(wording.NAMED, re.sub(r"\s", "", raw)):
        return True
    compound = name[:2] in wording.COMPOUND_SURNAMES
    begins = compound or name[0] in wording.SURNAMES
    fits = len(name) <= _LONGEST + compound
    return begins and fits and not re.search(wording.NOT_IN_NAMES, name)


def says_something(text: str) -> bool:
    """Whether there are words for a colleague to read: more than figures and a letter."""
    return bool(_WORDED.search(text))


def unit_words(text: str) -> str:
    """The part of the words that may stand in a unit's name: 我是新安社区的 asks for 新安社区."""
    return re.sub(wording.UNIT_PADDING, "", text).strip() or text


def first_part(text: str) -> str:
    """The words before a comma: of 新安社区,张三 the unit."""
    return unit_words(re.split(r"[,、;]", text, maxsplit=1)[0])


def holds_private_number(text: str) -> bool:
    """Whether a telephone number or one of an identity card is in the folded words."""
    return bool(_PRIVATE.search(_GAPS.sub("", text)))


def without_private_numbers(raw: str) -> str:
    """The words with such numbers starred out, as a colleague may read them."""
    return _PRIVATE.sub("*", _GAPS.sub("", "".join(map(_plain_figure, raw))))


def _plain_figure(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isascii() and plain.isalnum() else char
