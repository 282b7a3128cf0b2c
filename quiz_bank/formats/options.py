"""Options that stand in running text: `A. 甲  B、乙`, on one line or several."""

import re
import unicodedata

_LETTER = "([A-Za-zＡ-Ｚａ-ｚ])"
_STYLES = (
    re.compile(rf"(?<![(（\[【]){_LETTER}\s?[.．、:：)）]"),
    re.compile(rf"[(（\[【]\s?{_LETTER}\s?[)）\]】]"),
)
_BARE = re.compile(rf"{_LETTER}[ \u3000]+(?=\S)")
_MAY_PRECEDE = "。；;，,）)？?！!"
_SURE = 3
"""So many marks in a row are options even if nothing stands between them and the words before."""


def split_options(words: str, first: str = "A") -> tuple[str, list[str]]:
    """What stands before the options, and the options, whose letters follow one another."""
    marks = _marks(words, first)
    if not marks:
        return words, []
    ends = [begin for begin, _ in marks[1:]] + [len(words)]
    options = [words[after:end] for (_, after), end in zip(marks, ends, strict=True)]
    return words[: marks[0][0]], [option.strip().rstrip(";；").rstrip() for option in options]


def _marks(words: str, first: str) -> list[tuple[int, int]]:
    """Where each option's mark begins and ends. One alone counts at the beginning only."""
    for style in _STYLES:
        found = list(style.finditer(words))
        apart = _in_turn([mark for mark in found if _stands_apart(words, mark)], first)
        anyhow = _in_turn(found, first)
        if len(anyhow) >= _SURE and len(anyhow) > len(apart):
            return anyhow
        if len(apart) > 1 or (apart and apart[0][0] == 0):
            return apart
    bare = _BARE.match(words)
    return [bare.span()] if bare and _letter(bare) == first else []


def _in_turn(marks: list[re.Match[str]], first: str) -> list[tuple[int, int]]:
    wanted, spans = ord(first), []
    for mark in marks:
        if ord(_letter(mark)) == wanted:
            spans.append(mark.span())
            wanted += 1
    return spans


def _letter(mark: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", mark[1]).upper()


def _stands_apart(words: str, mark: re.Match[str]) -> bool:
    """Not in the middle of words: 维生素B、C names no option."""
    before = words[max(mark.start() - 1, 0) : mark.start()]
    return not before or before.isspace() or before in _MAY_PRECEDE
