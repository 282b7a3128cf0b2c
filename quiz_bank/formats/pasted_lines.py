"""What a line of pasted text is: a heading, the beginning of a question, something labelled."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from quiz_bank.formats import wording
from quiz_bank.formats.meaning import kind_of

_KIND_NAMES = sorted((name for names in wording.KINDS.values() for name in names), key=len)[::-1]
_KIND = f"(?P<kind>(?:{'|'.join(_KIND_NAMES)}){wording.KIND_END}?)"
_N = wording.NUMERALS
_HEADING = re.compile(
    rf"(?:{wording.ORDINAL}?[{_N}]{{1,3}}{wording.PART}?\s*[、.．:：]?|[（(][{_N}]{{1,3}}[）)]"
    rf"|[IVX]{{1,4}}[.、]|\d{{1,2}}[.、])?\s*[【\[]?{_KIND}[】\]]?\s*(?P<rest>[（(：:。，,\s].{{0,80}})?"
)
_TAG = re.compile(rf"[【\[（(]\s*{_KIND}\s*[】\]）)]")
_STYLES = {
    "ordinal": re.compile(wording.QUESTION_NUMBER),
    "point": re.compile(r"(?P<a>\d{1,5})\s*[.．](?!\d)"),
    "comma": re.compile(r"(?P<a>\d{1,5})\s*[、:：)）]"),
    "bracket": re.compile(r"[（(]\s*(?P<a>\d{1,5})\s*[）)]"),
    "numeral": re.compile(rf"(?P<a>[{_N}]{{1,4}})\s*[、.．]"),
    "bracketed numeral": re.compile(rf"[（(]\s*(?P<a>[{_N}]{{1,4}})\s*[）)]"),
    "circle": re.compile("(?P<a>[①-⑳])"),
    "space": re.compile(r"(?P<a>\d{1,3})[ \u3000]+(?=\S)"),
}
_POINT_AND_DIGIT = re.compile(r"(?P<a>\d{1,5})\s*[.．](?=\d)")
_SAME_STYLE = {"comma": "point", "space": "point"}
"""Slips of the same hand: 1. 2、 3 are one way to count."""
_LABELS = {label: key for key, labels in wording.LABELS.items() for label in labels}
_LABEL_NAMES = "|".join(sorted(_LABELS, key=len, reverse=True))
_LABEL = re.compile(
    rf"【\s*(?P<marked>{_LABEL_NAMES})\s*】\s*[:：]?"
    rf"|(?:^|(?<=[\s。；;（(]))[\[（(]?(?P<plain>{_LABEL_NAMES})\]?\s*[:：]"
)
_KEY_HEADING = re.compile(wording.KEY_HEADING)


@dataclass(frozen=True)
class Number:
    """How a question is numbered, and where its words begin."""

    style: str
    value: int
    end: int


def heading_kind(line: str) -> str | None:
    """The kind that a heading announces for the questions below; None if this is no heading."""
    match = _HEADING.fullmatch(line)
    if match is None or ends_in_answer(line):
        return None
    return match["kind"] if kind_of(match["kind"]) is not None else None


def is_key_heading(line: str) -> bool:
    """Whether the line says that answers follow."""
    return bool(_KEY_HEADING.fullmatch(line))


def number_of(line: str, expected: int) -> Number | None:
    """The number that a question begins with."""
    if (match := _POINT_AND_DIGIT.match(line)) and int(match["a"]) == expected:
        # 1.2016年…: the number, and then a year.
        return Number("point", expected, match.end())
    for style, pattern in _STYLES.items():
        if match := pattern.match(line):
            return Number(_SAME_STYLE.get(style, style), _value(match["a"]), match.end())
    return None


def take_tag(words: str) -> tuple[str, str]:
    """The words without a kind in brackets at either end, and that kind."""
    for match in _TAG.finditer(words):
        if match.start() == 0 or match.end() == len(words):
            return (words[: match.start()] + words[match.end() :]).strip(), match["kind"]
    return words, ""


def labelled(line: str) -> tuple[str, list[tuple[str, str]]]:
    """What stands before the first label, and each item that is labelled."""
    labels = list(_LABEL.finditer(line))
    if not labels:
        return line, []
    ends = [label.start() for label in labels[1:]] + [len(line)]
    parts = [
        (_LABELS[label["marked"] or label["plain"]], _unbracketed(line[label.end() : end]))
        for label, end in zip(labels, ends, strict=True)
    ]
    return line[: labels[0].start()].strip(), parts


def _unbracketed(words: str) -> str:
    """`（答案：B）` leaves a bracket at the end."""
    words = words.strip()
    for opening, closing in ("（）", "()"):
        if words.endswith(closing) and words.count(closing) > words.count(opening):
            return words[:-1].rstrip()
    return words


def ends_in_answer(line: str) -> bool:
    """Whether there is an answer in brackets at the end."""
    return any(match.end() == len(line) for match in bracketed_answers(line))


_LETTERS = r"[A-Za-zＡ-Ｚａ-ｚ](?:[\s,，、]*[A-Za-zＡ-Ｚａ-ｚ]){0,7}"
_ANSWER = re.compile(
    rf"[（(【\[]\s*(?P<answer>{_LETTERS}|[{wording.MARKS}]|{'|'.join(wording.MARK_WORDS)})\s*[）)】\]]"
)
_ANY = re.compile(r"[（(]\s*(?P<answer>[^（）()]{1,60}?)\s*[）)]")


def bracketed_answers(words: str) -> Iterator[re.Match[str]]:
    """Every pair of brackets that holds what may be an answer: letters, or a mark."""
    for match in _ANSWER.finditer(words):
        letters = re.sub(r"[\s,，、]", "", unicodedata.normalize("NFKC", match["answer"])).upper()
        if not letters.isascii() or set(letters) <= set("ABCDEFGH") or letters in ("T", "F"):
            yield match


def bracketed_words(words: str) -> list[re.Match[str]]:
    """Every pair of brackets with words in it."""
    return list(_ANY.finditer(words))


def _value(words: str) -> int:
    if words.isascii():
        return int(words)
    if len(words) == 1 and unicodedata.category(words) == "No":
        return int(unicodedata.numeric(words))
    return _numeral(words)


def _numeral(words: str) -> int:
    """The value of a Chinese numeral below a thousand."""
    hundreds, hundred, rest = words.rpartition(_N[11])
    tens, ten, ones = rest.rpartition(_N[10])
    value = 100 * (_N.find(hundreds[-1:]) if hundreds else 1) if hundred else 0
    value += 10 * (_N.find(tens[-1:]) if tens.strip(_N[0]) else 1) if ten else 0
    return value + (_N.find(ones[-1:]) if ones else 0)
