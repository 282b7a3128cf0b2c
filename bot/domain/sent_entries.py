"""Entries that units send in: micro lessons, and the cases of projects.

A colleague writes them in, and from then on they live as any entry does: the same review, votes
and panels. Whoever sent one in reads at the console what came of it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.entries import (
    NO_VERDICT,
    MottoCard,
    MottoState,
    change_state,
    current_round,
    decided_meanwhile,
    id_of,
    number_of,
    read_cards,
    subject_of,
)
from bot.domain.erasure import nobody
from bot.domain.refusals import NoRound, NoSuchEntry, Refusal
from bot.domain.released import Why, release_votes
from bot.domain.rounds import Kind
from bot.domain.units import Units
from bot.storage.tables import Motto, SentEntry, Vote

TITLE_MOST, SPEAKER_MOST, LINK_MOST, TEXT_MOST = 40, 15, 300, 1_000
"""Characters there may be."""
_FOLDED_MOST = 60
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_CHANGEABLE = (MottoState.WAITING, MottoState.RETURNED, MottoState.WITHDRAWN)


class Flaw(StrEnum):
    """What can be wrong with what is sent in."""

    EMPTY = "empty"
    LONG = "long"
    LINK = "link"
    """Not an https address of a host that has a name."""
    UNIT = "unit"
    """There is none of this name, or it is not theirs."""
    TWICE = "twice"
    """The same stands in the round already."""
    GROUP = "group"
    """There is none of this number."""
    SHUT = "shut"
    """Nothing is collected now."""


@dataclass(eq=False)
class UnfitEntry(Refusal):
    """What is wrong, by the field it is wrong with."""

    flaws: Mapping[str, Flaw]


@dataclass(frozen=True)
class Draft:
    """What somebody sends in. Empty is what the kind does not need."""

    title: str
    unit: str
    """Its name, full name or code."""
    speaker: str = ""
    link: str = ""
    text: str = ""
    group: str = ""
    """In which it shall stand; empty: in the one with the fewest."""


@dataclass(frozen=True)
class Collection:
    """The selection for which units send in."""

    round_id: int
    title: str
    kind: Kind
    collects_from: datetime
    collects_until: datetime
    open: bool
    """Whether anything is taken now."""
    groups: int


class SentEntries:
    """What units send in for the round in force."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        # A table has thousands of lines and few units: each is looked up once.
        units = Units(session)
        self._unit, self._below = cache(units.called), cache(units.below)

    def collection(self) -> Collection | None:
        """The selection in force, if it is of what units send in."""
        try:
            current = current_round(self._session, self._now)
        except NoRound:
            return None
        if current.kind == Kind.MOTTO:
            return None
        return Collection(
            current.id, current.title, Kind(current.kind), current.collects_from,
            current.collects_until, current.collects_from <= self._now < current.collects_until,
            current.groups,
        )  # fmt: skip

    def listed(self, root: int | None) -> list[MottoCard]:
        """What this unit and those below it have sent in; all for None."""
        if (current := self.collection()) is None:
            return []
        return self._theirs(root, Motto.round_id == current.round_id)

    def one(self, number: int, root: int | None) -> MottoCard:
        """One of them. Raises NoSuchEntry, for one of other units too."""
        found = self._theirs(root, Motto.id == id_of(number))
        if not found:
            raise NoSuchEntry(number)
        return found[0]

    def votes_at_stake(self, cards: Sequence[MottoCard]) -> dict[int, int]:
        """How many votes would be set aside with each that has any, by its number.

        Only told: nothing is locked. No other entry says the same, to which they could pass.
        """
        rows = self._session.execute(
            select(Vote.motto_id, func.count())
            .where(Vote.motto_id.in_([id_of(card.number) for card in cards]))
            .group_by(Vote.motto_id)
        )
        return {number_of(id_): votes for id_, votes in rows}

    def check(self, draft: Draft, root: int | None) -> Mapping[str, Flaw]:
        """What is wrong with it, by field; nothing where it can be sent in, unless it stands."""
        try:
            self._check(draft, self._open(), root)
        except UnfitEntry as refusal:
            return refusal.flaws
        return {}

    def send(self, draft: Draft, folded: str, staff_id: int, root: int | None) -> int:
        """Send an entry in; its number. It waits for review.

        `folded` are the words of title, speaker and unit, by which it is compared and found.
        Raises UnfitEntry.
        """
        current = self._open()
        unit = self._check(draft, current, root)
        with self._once():
            motto = Motto(
                round_id=current.round_id,
                author=nobody(),
                words=draft.title,
                folded=folded[:_FOLDED_MOST],
                signature="full" if draft.speaker else "none",
                unit_id=unit,
                state=MottoState.WAITING,
                version=1,
                submitted_at=self._now,
            )
            self._session.add(motto)
            self._session.flush()
            self._session.execute(
                insert(SentEntry).values(
                    motto_id=motto.id, round_id=current.round_id, **_columns(draft, folded),
                    group_no=self._group(draft, current), sent_by=staff_id,
                )
            )  # fmt: skip
        audit.record(
            self._session, self._now, audit.staff(staff_id), "motto.send_in",
            subject_of(number_of(motto.id)), _facts(draft) | {"words": draft.title}, version=1,
        )  # fmt: skip
        return number_of(motto.id)

    def change(
        self, number: int, version: int, draft: Draft, folded: str, staff_id: int, root: int | None
    ) -> None:
        """Put this in its place, and let it wait for review again; not what is approved.

        Raises NoSuchEntry, UnfitEntry, or DecidedMeanwhile when it has changed since.
        """
        current = self._open()
        card = self._seen(number, version, root, *_CHANGEABLE)
        unit = self._check(draft, current, root)
        change_state(
            self._session, self._now, card, audit.staff(staff_id), "motto.reword",
            _facts(draft) | {"before": card.words, "after": draft.title},
            state=MottoState.WAITING, submitted_at=self._now, words=draft.title,
            folded=folded[:_FOLDED_MOST], signature="full" if draft.speaker else "none",
            unit_id=unit, pile_id=None, **NO_VERDICT,
        )  # fmt: skip
        with self._once():
            moved = {"group_no": self._group(draft, current)} if draft.group else {}
            self._write(number, **_columns(draft, folded), **moved, sent_by=staff_id)

    def touch(
        self, number: int, version: int, facts: dict[str, str], staff_id: int, root: int | None
    ) -> None:
        """Something that belongs to it has changed: it waits for review again.

        Raises NoSuchEntry, UnfitEntry, or DecidedMeanwhile when it has changed since.
        """
        self._open()
        card = self._seen(number, version, root, MottoState.WAITING, MottoState.RETURNED)
        change_state(
            self._session, self._now, card, audit.staff(staff_id), "motto.reword",
            facts | {"before": card.words, "after": card.words},
            state=MottoState.WAITING, submitted_at=self._now, pile_id=None, **NO_VERDICT,
        )  # fmt: skip

    def withdraw(self, number: int, version: int, staff_id: int, root: int | None) -> None:
        """Take it out of the round, its votes with it.

        Raises NoSuchEntry, or DecidedMeanwhile when it has changed since.
        """
        card = self._seen(
            number, version, root, MottoState.WAITING, MottoState.RETURNED, MottoState.APPROVED
        )
        actor = audit.staff(staff_id)
        change_state(
            self._session, self._now, card, actor, "motto.withdraw", {"before": card.state},
            state=MottoState.WITHDRAWN, **NO_VERDICT,
        )  # fmt: skip
        self._write(number, live_key=None)
        release_votes(self._session, self._now, card, actor, Why.WITHDRAWN)

    # ------------------------------------------------------------ inside

    def _theirs(self, root: int | None, condition: ColumnElement[bool]) -> list[MottoCard]:
        within = self._within(root)
        sent = [card for card in read_cards(self._session, condition) if card.sent]
        if within is None:
            return sent
        return [card for card in sent if card.unit and card.unit.id in within]

    def _open(self) -> Collection:
        current = self.collection()
        if current is None or not current.open:
            raise UnfitEntry({"title": Flaw.SHUT})
        return current

    def _seen(self, number: int, version: int, root: int | None, *states: MottoState) -> MottoCard:
        card = self.one(number, root)
        if card.version != version or card.state not in states:
            raise decided_meanwhile(self._session, number)
        return card

    def _group(self, draft: Draft, current: Collection) -> int | None:
        """The group that was wished for, or the first with the fewest entries."""
        if current.groups == 1:
            return None
        if draft.group:
            return int(draft.group)
        live = (SentEntry.round_id == current.round_id, SentEntry.live_key.is_not(None))
        counted = Counter(self._session.scalars(select(SentEntry.group_no).where(*live)))
        return min(range(1, current.groups + 1), key=lambda group: (counted[group], group))

    def _check(self, draft: Draft, current: Collection, root: int | None) -> int:
        """The id of its unit. Raises UnfitEntry."""
        flaws = flaws_of(draft, current.kind)
        wished = draft.group
        if wished and not (wished.isdecimal() and 1 <= int(wished) <= current.groups):
            flaws["group"] = Flaw.GROUP
        unit = self._unit(draft.unit) if draft.unit else None
        within = self._within(root)
        if unit is None or (within is not None and unit.id not in within):
            flaws["unit"] = Flaw.UNIT
        if flaws or unit is None:
            raise UnfitEntry(flaws)
        return unit.id

    def _within(self, root: int | None) -> set[int] | None:
        """The ids of a unit and all below it; None for all there are."""
        return None if root is None else self._below(root)

    def _write(self, number: int, **values: Any) -> None:
        mine = SentEntry.motto_id == id_of(number)
        self._session.execute(update(SentEntry).where(mine).values(**values))

    @contextmanager
    def _once(self) -> Iterator[None]:
        """What is written in here is written unless the same stands in the round already."""
        try:
            with self._session.begin_nested():
                yield
        except IntegrityError:
            raise UnfitEntry({"title": Flaw.TWICE}) from None


def flaws_of(draft: Draft, kind: Kind) -> dict[str, Flaw]:
    """What is wrong with it by itself."""
    lengths = {"title": TITLE_MOST, **_LENGTHS[kind]}
    flaws: dict[str, Flaw] = {}
    for name, most in lengths.items():
        words = getattr(draft, name)
        if not words or len(words) > most:
            flaws[name] = Flaw.LONG if words else Flaw.EMPTY
    if draft.link and not is_safe(draft.link):
        flaws["link"] = Flaw.LINK
    return flaws


_LENGTHS: Mapping[Kind, Mapping[str, int]] = {
    Kind.LESSON: {"speaker": SPEAKER_MOST, "link": LINK_MOST},
    Kind.PROJECT: {"text": TEXT_MOST},
}
"""What each kind needs beside a title and a unit."""


def is_safe(link: str) -> bool:
    """Whether a page may lead there: https, to a host that has a name of plain letters."""
    if len(link) > LINK_MOST or not link.isprintable() or set(link) & set(" \\<>\"'"):
        return False
    try:
        parts = urlsplit(link)
        plain = parts.port is None and "@" not in parts.netloc
    except ValueError:
        return False
    return plain and parts.scheme == "https" and bool(_HOST.fullmatch(parts.hostname or ""))


def _columns(draft: Draft, folded: str) -> dict[str, str | None]:
    return {
        "live_key": folded[:_FOLDED_MOST],
        "speaker": draft.speaker or None,
        "link": draft.link or None,
        "text": draft.text or None,
    }


def _facts(draft: Draft) -> dict[str, str]:
    """What the trail tells beside the title."""
    told = {"speaker": draft.speaker, "link": draft.link, "text": draft.text}
    return {name: words for name, words in told.items() if words}
