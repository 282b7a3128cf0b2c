"""The list of words that colleagues want to see marked, kept in the console.

What an entry hits is worked out when it is looked at, never when it is submitted: a new word
counts for all that waits, and a message of a member costs nothing more.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.entries import MottoState, number_of
from bot.domain.kept_lists import KeptListHead, Latest
from bot.domain.screening import reading, screen
from bot.domain.screening.screen import Category, Listed, Pile, Screen, Screened
from bot.storage.tables import Audit, ListedWord, Motto

PAGE = 60
LONGEST = 30
"""Characters of a word."""
MOST_AT_ONCE = 50_000
EXAMPLES = 3
"""Entries that are shown for a word that is tried."""

_LIST, _SUBJECT = "words", "word-list"
_ADD, _DROP = "words.add", "words.drop"
_NAMED = 20
"""Words that a row of the audit trail names; it counts them all."""
_AT_ONCE = 500
_MOST_URGENT = 500
"""Several desks full; when these are done others take their place."""
_BETWEEN = re.compile(r"[\r\n\t,，、;；|]+")
_WORDS = select(ListedWord.word)
_ROWS = select(ListedWord.word, ListedWord.category, ListedWord.first)
_LOOKED_AT = (MottoState.WAITING, MottoState.APPROVED, MottoState.RETURNED)


class Flaw(StrEnum):
    """Why something is no word for the list."""

    SHORT = "short"
    """One character, or none but marks: it would be in every other entry."""
    LONG = "long"
    KNOWN = "known"
    """It is listed already."""


@dataclass(frozen=True)
class Example:
    """An entry on file that a word would have hit."""

    number: int
    state: MottoState
    words: Screened


@dataclass(frozen=True)
class Tried:
    """A word before it counts: what it would have hit, or why it can't be listed."""

    word: str
    flaw: Flaw | None = None
    hits: int = 0
    """Entries that it hits; of a phrase that is fine, entries in which it spares something."""
    approved: int = 0
    """How many of them were approved: what a good word hits seldom."""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Trial:
    """Words before they count, against all entries on file."""

    tried: list[Tried]
    entries: int

    @property
    def fit(self) -> list[Tried]:
        """Those that can be listed; what hits most comes first."""
        fit = [one for one in self.tried if one.flaw is None]
        return sorted(fit, key=lambda one: (-one.approved, -one.hits))

    def flawed(self, flaw: Flaw) -> list[Tried]:
        """Those that cannot, for this reason."""
        return [one for one in self.tried if one.flaw is flaw]


@dataclass(frozen=True)
class WordPage:
    """A page of the list. Pages count from 1."""

    words: list[Listed]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Change:
    """A change of the list."""

    version: int
    added: bool
    words: list[str]
    """Some of them."""
    count: int
    category: Category | None
    by: str
    """`staff:3`, as in the audit trail."""
    at: datetime


class WordList:
    """The list, as it is and as it becomes."""

    def __init__(self, session: Session, now: datetime, screens: Latest[Screen]) -> None:
        self._session, self._now, self._screens = session, now, screens
        self._head = KeptListHead(session, _LIST)

    def screen(self) -> Screen:
        """The list of this moment, ready to be looked for."""
        version = self._head.version
        return self._screens.of(version, lambda: Screen(self._listed(version)))

    def urgent(self) -> list[int]:
        """The ids of the entries that wait and should be looked at before others, the oldest."""
        screen = self.screen()
        waiting = self._session.execute(
            select(Motto.id, Motto.words)
            .where(Motto.state == MottoState.WAITING)
            .order_by(Motto.id)
        )
        first = (id_ for id_, words in waiting if screen.look(words).pile is Pile.FIRST)
        return list(islice(first, _MOST_URGENT))

    # ------------------------------------------------------------ looking at it

    def page(self, category: Category | None = None, sought: str = "", number: int = 1) -> WordPage:
        """Some of the list, of a category or with these characters; the latest come first."""
        key = reading.read(sought).text
        found = [
            one
            for one in self.all()
            if category in (None, one.category) and (not key or key in reading.read(one.word).text)
        ]
        pages = max(1, -(-len(found) // PAGE))
        number = min(max(1, number), pages)
        return WordPage(found[(number - 1) * PAGE : number * PAGE], len(found), number, pages)

    def all(self) -> Sequence[Listed]:
        """The whole list, what was added last first."""
        return self._listed(self._head.version)

    def counts(self) -> dict[Category, int]:
        """How many words each category has."""
        found = Counter(one.category for one in self.all())
        return {category: found[category] for category in Category}

    def changes(self, limit: int = 20) -> list[Change]:
        """What was added and taken away, the latest first."""
        rows = self._session.execute(
            select(Audit.version, Audit.action, Audit.facts, Audit.actor, Audit.at)
            .where(Audit.subject == _SUBJECT)
            .order_by(Audit.version.desc())
            .limit(limit)
        )
        return [_change(*row) for row in rows]

    def try_out(self, typed: str, category: Category) -> Trial:
        """What these words, one to a line or with commas between, would do to entries on file."""
        words = self._apart(typed)
        entries = self._entries()
        fit = [one.word for one in words if one.flaw is None]
        examples = self._would_hit(fit, category, entries)
        tried = [_tried(one, examples.get(one.word, ())) for one in words]
        return Trial(tried, len(entries))

    # ------------------------------------------------------------ changing it

    def add(self, typed: str, category: Category, first: bool, staff_id: int) -> int:
        """Add these words; how many were new. What cannot be listed is left out."""
        words = [one.word for one in self._apart(typed) if one.flaw is None]
        first = first and category is not Category.FINE
        return self._bring([Listed(word, category, first) for word in words], staff_id)

    def drop(self, words: Sequence[str], staff_id: int) -> int:
        """Take these words, as they are listed, away; how many there were."""
        version = self._head.change(self._lay_out)
        keys = [reading.read(word).text for word in words]
        found: list[str] = []
        for at in range(0, len(keys), _AT_ONCE):
            some = ListedWord.live_key.in_(keys[at : at + _AT_ONCE])
            found += self._session.scalars(_WORDS.where(some))
            self._session.execute(
                update(ListedWord)
                .where(some)
                .values(live_key=None, removed_at=self._now, removed_by=audit.staff(staff_id))
                .execution_options(synchronize_session=False)
            )
        self._note(_DROP, found, version, staff_id)
        return len(found)

    def undo(self, version: int, staff_id: int) -> int:
        """Take a change back, as far as nobody has done so since; how many words that are.

        What was added is taken away, what was taken away comes back.
        """
        change = next((one for one in self.changes() if one.version == version), None)
        if change is None:
            return 0
        if change.added:
            then = ListedWord.added_at == change.at, ListedWord.added_by == change.by
            left = _WORDS.where(*then, ListedWord.removed_at.is_(None))
            return self.drop(self._session.scalars(left).all(), staff_id)
        then = ListedWord.removed_at == change.at, ListedWord.removed_by == change.by
        rows = self._session.execute(_ROWS.where(*then)).all()
        return self._bring(
            [Listed(word, Category(kind), first) for word, kind, first in rows], staff_id
        )

    # ------------------------------------------------------------ inside

    def _listed(self, version: int) -> Sequence[Listed]:
        if not version:
            return starter_words()
        live = _ROWS.where(ListedWord.removed_at.is_(None)).order_by(ListedWord.id.desc())
        rows = self._session.execute(live)
        return [Listed(word, Category(category), first) for word, category, first in rows]

    def _bring(self, listed: Sequence[Listed], staff_id: int) -> int:
        """List these, but for those that are."""
        version = self._head.change(self._lay_out)
        known = {reading.read(one.word).text for one in self._listed(version)}
        new = [one for one in listed if reading.read(one.word).text not in known]
        self._write(new, audit.staff(staff_id))
        facts = {"category": new[0].category, "first": new[0].first} if new else {}
        self._note(_ADD, [one.word for one in new], version, staff_id, **facts)
        return len(new)

    def _lay_out(self) -> None:
        self._write(starter_words(), audit.SYSTEM)

    def _write(self, listed: Sequence[Listed], by: str) -> None:
        rows = [
            {
                "word": one.word,
                "live_key": reading.read(one.word).text,
                "category": one.category,
                "first": one.first,
                "added_at": self._now,
                "added_by": by,
            }
            for one in listed
        ]
        for at in range(0, len(rows), _AT_ONCE):
            self._session.execute(insert(ListedWord), rows[at : at + _AT_ONCE])

    def _note(
        self, action: str, words: Sequence[str], version: int, staff_id: int, **facts: Any
    ) -> None:
        facts |= {"count": len(words), "words": list(words[:_NAMED])}
        actor = audit.staff(staff_id)
        audit.record(self._session, self._now, actor, action, _SUBJECT, facts, version)

    def _apart(self, typed: str) -> list[Tried]:
        """The words that were typed, each once, with what is wrong with them."""
        known = {reading.read(one.word).text for one in self.all()}
        found: dict[str, Tried] = {}
        for piece in _BETWEEN.split(typed):
            if len(found) < MOST_AT_ONCE and (word := " ".join(piece.split())):
                key = reading.read(word).text
                found.setdefault(key, Tried(word, _flaw(word, key, known)))
        return list(found.values())

    def _entries(self) -> Sequence[Any]:
        return self._session.execute(
            select(Motto.id, Motto.state, Motto.words)
            .where(Motto.state.in_(_LOOKED_AT))
            .order_by(Motto.id.desc())
        ).all()

    def _would_hit(
        self, words: Iterable[str], category: Category, entries: Sequence[Any]
    ) -> dict[str, list[Example]]:
        spares = category is Category.FINE
        now = self.screen()
        allowed = [one for one in self.all() if one.category is Category.FINE]
        new = [Listed(word, Category.OTHER) for word in words]
        then = Screen(new if spares else [*new, *allowed])
        found: dict[str, list[Example]] = {}
        for id_, state, text in entries:
            hits = [hit for hit in then.every_hit(text) if hit.category is Category.OTHER]
            if spares and hits:
                struck = now.every_hit(text)
                hits = [hit for hit in hits if any(hit.covers(other) for other in struck)]
            for word, hit in {hit.word: hit for hit in hits}.items():
                example = Example(number_of(id_), MottoState(state), Screened(text, (hit,)))
                found.setdefault(word, []).append(example)
        return found


@cache
def starter_words() -> tuple[Listed, ...]:
    """The words that come with the program."""
    path = Path(screen.__file__).parent / "starter_words.toml"
    lists = tomllib.loads(path.read_text("utf-8"))["list"]
    return tuple(
        Listed(word, Category(one["category"]), one.get("first", False))
        for one in lists
        for word in one["words"]
    )


def _flaw(word: str, key: str, known: set[str]) -> Flaw | None:
    if len(key) < 2:
        return Flaw.SHORT
    if len(word) > LONGEST or len(key) > 2 * LONGEST:
        return Flaw.LONG
    return Flaw.KNOWN if key in known else None


def _tried(one: Tried, examples: Sequence[Example]) -> Tried:
    approved = [example for example in examples if example.state is MottoState.APPROVED]
    rest = [example for example in examples if example.state is not MottoState.APPROVED]
    shown = tuple([*approved, *rest][:EXAMPLES])
    return Tried(one.word, one.flaw, len(examples), len(approved), shown)


def _change(version: int, action: str, facts: dict[str, Any], by: str, at: datetime) -> Change:
    category = facts.get("category")
    return Change(
        version,
        action == _ADD,
        facts["words"],
        facts["count"],
        Category(category) if category else None,
        by,
        at,
    )
