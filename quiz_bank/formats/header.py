"""The header of a table of questions: which column holds what, however it is called."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quiz_bank.formats import wording
from quiz_bank.formats.words import plain

Synonyms = Mapping[str, Sequence[str]]
"""How a column may be called, by what stands in it; the likeliest first."""

_OPTION = re.compile(wording.OPTION_HEADER)
_NUMBERED_OPTION = re.compile(wording.NUMBERED_OPTION_HEADER)
_ASIDE = re.compile(r"\(.*\)|[*:]")
"""`题干（必填）*：` is 题干."""


@dataclass(frozen=True)
class Header:
    """Where each item stands: `columns` by our keys, `options` by letter; `rows` how many rows."""

    columns: Mapping[str, int]
    options: Mapping[str, int]
    names: Sequence[str]
    rows: int = 1

    def is_repeated_by(self, row: Sequence[str]) -> bool:
        """Whether the row is the header again, as on the top of a printed page."""
        at = self.columns["stem"]
        return names_of(row[at : at + 1]) == [self.names[at]] and names_of(row) == [*self.names]

    @property
    def unknown(self) -> list[str]:
        """The columns that mean nothing to us."""
        known = {*self.columns.values(), *self.options.values()}
        return [
            name
            for at, name in enumerate(self.names)
            if name and at not in known and name not in wording.NUMBERING_HEADERS
        ]

    @property
    def twice(self) -> list[str]:
        """The columns of ours that are there twice."""
        known = [self.names[at] for at in (*self.columns.values(), *self.options.values())]
        return [name for name in dict.fromkeys(known) if name and self.names.count(name) > 1]


def as_header(row: Sequence[str], under: Sequence[str]) -> Header | None:
    """The row as a header, if it is one; `under` is the row below it."""
    names = names_of(row)
    columns, options = columns_of(names, _SYNONYMS), _option_columns(names)
    rows = 1
    if "options" in columns:
        # The letters may stand in a row of their own, under a wide 选项.
        below = [plain(cell) for cell in under]
        letters = _option_columns(below)
        if len(letters) > 1 and len(letters) == len(list(filter(None, below))):
            options, rows = letters, 2
            del columns["options"]
    if "stem" in columns and (options or len(columns) > 1):
        return Header(columns, options, names, rows)
    return None


def names_of(row: Sequence[str]) -> list[str]:
    """The cells of a header as they compare with each other and with ours."""
    return [_ASIDE.sub("", plain(cell)) for cell in row]


def folded(headers: Synonyms) -> dict[str, list[str]]:
    """The names of columns as they compare with those of a file."""
    return {key: [plain(name) for name in names] for key, names in headers.items()}


def columns_of(names: Sequence[str], synonyms: Synonyms) -> dict[str, int]:
    """Which of the columns hold something of ours, by what it is."""
    columns: dict[str, int] = {}
    for key, known in synonyms.items():
        if name := next((name for name in known if name in names), None):
            columns[key] = names.index(name)
    return columns


_SYNONYMS = folded(wording.HEADERS)


def _option_columns(names: Sequence[str]) -> dict[str, int]:
    """The columns of single options by letter, A first."""
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        if letter := _option_letter(name):
            found.setdefault(letter, at)
    return dict(sorted(found.items()))


def _option_letter(name: str) -> str | None:
    if match := _OPTION.fullmatch(name):
        return match[1].upper()
    if match := _NUMBERED_OPTION.fullmatch(name):
        number = wording.DIGITS.find(match[1]) + 1 or int(match[1])
        return chr(ord("A") + number - 1)
    return None
