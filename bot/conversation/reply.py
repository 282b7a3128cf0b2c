"""What we say back, as data; how it becomes the text that WeChat shows."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.conversation.wording import OPENS, SENDS

BUDGET = 1_400
"""Bytes of UTF-8 a compiled reply may have. WeChat drops texts over 2,048 (measured by
several integrators, not documented); the rest is room for a notice that rides on top."""


@dataclass(frozen=True)
class Tap:
    """Words that, when tapped, send `sends` in the member's name."""

    label: str
    sends: str


@dataclass(frozen=True)
class Page:
    """Words that open one of our pages; `path` is below the public address."""

    label: str
    path: str


@dataclass(frozen=True)
class Prose:
    """Words that may be cut short when a reply grows too long: an explanation, not a choice."""

    words: str


Part = str | Prose | Tap | Page


@dataclass(frozen=True)
class Text:
    """A text reply: plain words, taps and page links in their order."""

    parts: tuple[Part, ...]

    def __add__(self, other: "Text") -> "Text":
        return Text(self.parts + other.parts)


@dataclass(frozen=True)
class Silence:
    """Nothing to say: WeChat gets `success` and the member sees nothing."""


Reply = Text | Silence

_UNFIT = re.compile(r'["<>\s]')
"""What stands in no target of a link."""
_FIELD = re.compile(r"(\{\w+\})")
_MARK = re.compile(rf"\[(?P<label>[^\]]+)\]\((?P<verb>{SENDS}|{OPENS}):(?P<target>[^)]+)\)")


@dataclass(frozen=True)
class _Words:
    """A stretch of a template without a link: its text, or the name of one field alone."""

    template: str
    field: str = ""


@dataclass(frozen=True)
class _Link:
    """A tap or a page of a template."""

    kind: type[Tap] | type[Page]
    label: str
    target: str


@cache
def _pieces(template: str) -> tuple[_Words | _Link, ...]:
    """The template taken apart: there are some hundred, and each is said thousands of times."""
    pieces: list[_Words | _Link] = []
    end = 0
    for mark in _MARK.finditer(template):
        pieces += _stretches(template[end : mark.start()])
        kind = Tap if mark["verb"] == SENDS else Page
        pieces.append(_Link(kind, mark["label"], mark["target"]))
        end = mark.end()
    return (*pieces, *_stretches(template[end:]))


def _stretches(words: str) -> list[_Words]:
    """The words cut around each field: one may turn out to be a Prose."""
    pieces = [piece for piece in _FIELD.split(words) if piece]
    return [_Words(p, p[1:-1] if _FIELD.fullmatch(p) else "") for p in pieces]


def say(template: str, **fields: object) -> Text:
    """The reply that `template` describes.

    A template is written as in the journeys: plain words with `[label](发:words)` for a tap and
    `[label](网:/path)` for a page. Fields fill `{names}` after the template has been
    taken apart, so what a member wrote can never become a tap. A field may be a `Prose`.
    """
    return _filled(template, fields) if fields else _said(template)


@cache
def _said(template: str) -> Text:
    """A template without fields, which is always the same reply."""
    return _filled(template, {})


def _filled(template: str, fields: Mapping[str, object]) -> Text:
    parts: list[Part] = []
    plain = ""
    for piece in _pieces(template):
        if isinstance(piece, _Words):
            value = fields.get(piece.field)
            if not isinstance(value, Prose):
                plain += piece.template.format(**fields)
                continue
            part: Part = value
        else:
            part = piece.kind(piece.label.format(**fields), piece.target.format(**fields))
        parts += [plain, part] if plain else [part]
        plain = ""
    return Text((*parts, plain) if plain else tuple(parts))


def enlarged(reply: Reply) -> Reply:
    """The reply, whose links ask our pages for larger letters unless they ask for a size."""
    return Text(tuple(map(_enlarged, reply.parts))) if isinstance(reply, Text) else reply


def _enlarged(part: Part) -> Part:
    if not isinstance(part, Page) or "size=" in part.path:
        return part
    return Page(part.label, f"{part.path}{'&' if '?' in part.path else '?'}size=larger")


def join(texts: Iterable[Text], between: str = "\n") -> Text:
    """The texts one after the other, `between` standing between two of them."""
    parts: list[Part] = []
    for text in texts:
        if parts and text.parts:
            parts.append(between)
        parts += text.parts
    return Text(tuple(parts))


def fits(text: Text) -> bool:
    """Whether a reply without pages is shown whole: nothing cut, no link lost."""
    return _size(text.parts, str) <= BUDGET


def compile_text(text: Text, page_address: Callable[[str], str], budget: int = BUDGET) -> str:
    """The text as WeChat shows it, never over `budget` bytes.

    Too long a text first loses the ends of its prose, then its links from the last one up
    (the label stays: each tap can be typed), and at last its tail. A link is never cut.
    """
    words = _rendered(text.parts, page_address)
    if _weight(words) <= budget:
        return words
    parts = _squeezed_prose(text.parts, page_address, budget)
    for place in reversed(range(len(parts))):
        if _size(parts, page_address) <= budget:
            break
        if isinstance(part := parts[place], Tap | Page):
            parts = (*parts[:place], part.label, *parts[place + 1 :])
    return _cut(_rendered(parts, page_address), budget)


def _squeezed_prose(
    parts: tuple[Part, ...], page_address: Callable[[str], str], budget: int
) -> tuple[Part, ...]:
    excess = _size(parts, page_address) - budget
    squeezed: list[Part] = []
    for part in parts:
        if excess > 0 and isinstance(part, Prose):
            size = _weight(part.words)
            shorter = Prose(_cut(part.words, max(0, size - excess)))
            excess -= size - _weight(shorter.words)
            squeezed.append(shorter)
        else:
            squeezed.append(part)
    return tuple(squeezed)


def _rendered(parts: tuple[Part, ...], page_address: Callable[[str], str]) -> str:
    return "".join(_render(part, page_address) for part in parts)


def _size(parts: tuple[Part, ...], page_address: Callable[[str], str]) -> int:
    return _weight(_rendered(parts, page_address))


def _render(part: Part, page_address: Callable[[str], str]) -> str:
    match part:
        case str():
            return _inert(part)
        case Prose(words):
            return _inert(words)
        case Tap(label, sends):
            return _tap(label, sends)
        case Page(label, path):
            return f'<a href="{_bare(page_address(path))}">{_inert(label)}</a>'


@lru_cache(maxsize=1_000)
def _tap(label: str, sends: str) -> str:
    # The content stands unencoded: clients of both systems show and send it as it is.
    href = f"weixin://bizmsgmenu?msgmenucontent={_bare(sends)}&msgmenuid=1"
    return f'<a href="{href}">{_inert(label)}</a>'


def _inert(words: str) -> str:
    """Words in which no stranger's link can hide: WeChat would draw `<a href=...>` as one."""
    return words.replace("<", "＜")


def _bare(target: str) -> str:
    return _UNFIT.sub("", target)


def _weight(words: str) -> int:
    """Bytes that the words take; what has no bytes of its own counts as one."""
    return len(words.encode(errors="replace"))


def _cut(words: str, budget: int) -> str:
    """`words` in at most `budget` bytes, cut between two characters."""
    if _weight(words) <= budget:
        return words
    kept = words.encode(errors="replace")[: max(0, budget - 3)].decode(errors="ignore")
    return kept + "…" if budget >= 3 else kept
