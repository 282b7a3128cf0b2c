"""Rosters: the names each unit has sent in, beside those under which members joined.

A member never learns what a roster has: the chat says the same to whoever joins. What does not
fit is for the unit's secretary to settle, and accounts under one name are one person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from bot.domain import audit
from bot.storage.tables import Member, RosterName, Score, Unit, table_of

IMPORT = "roster.import"
"""The deed in the audit trail."""

_Name = tuple[int, str]
"""A unit's id, and a name on its roster."""


@dataclass(frozen=True)
class Listed:
    """A person of a file: the code of the unit, and the name."""

    code: str
    name: str


@dataclass(frozen=True)
class Branch:
    """A unit as a roster names it."""

    id: int
    name: str
    headcount: int | None
    has_branches: bool
    """Then nobody joins it by itself."""


@dataclass(frozen=True)
class Changes:
    """What the people of a file would change on the rosters of their units."""

    units: int
    new: list[Listed]
    gone: list[Listed]
    same: int


@dataclass(frozen=True)
class Outcome:
    """What an import did, in people. Rosters of units that the file does not have stay."""

    units: int
    new: int
    gone: int
    same: int


class Doubt(StrEnum):
    """What a secretary has to settle; bot/unit_files/wording.py has words for each."""

    NOT_LISTED = auto()
    """Nobody of this name is on the roster."""
    TWICE = auto()
    """More accounts have joined under the name than the roster has people: they count as so
    many people as the roster has."""
    NAMESAKES = auto()
    """Several people have the name, and one account may be any of them."""


@dataclass(frozen=True)
class Unsettled:
    """A name under which somebody joined, and what is doubtful about it."""

    code: str
    unit: str
    name: str
    accounts: int
    people: int
    """On the roster; 0 for none."""

    @property
    def doubt(self) -> Doubt:
        """What to settle first."""
        if not self.people:
            return Doubt.NOT_LISTED
        return Doubt.TWICE if self.accounts > self.people else Doubt.NAMESAKES


_ANY_NAME = aliased(RosterName)
_JOINED = (
    select(
        Unit.code, Unit.name, Member.name, func.count(Member.member_key),
        func.coalesce(func.max(RosterName.people), 0),
    )
    .join(Member, Member.unit_id == Unit.id)
    .outerjoin(RosterName, and_(RosterName.unit_id == Unit.id, RosterName.name == Member.name))
    .where(Member.name.is_not(None), exists().where(_ANY_NAME.unit_id == Unit.id))
    .group_by(Unit.code, Unit.name, Member.name)
    .order_by(Unit.code, Member.name)
)  # fmt: skip
"""The names under which members joined the units that have a roster."""


_NAME = table_of(RosterName)
_IS_NAME = and_(_NAME.c.unit_id == bindparam("unit"), _NAME.c.name == bindparam("called"))
_KEEP = (
    update(_NAME).where(_IS_NAME).values(people=bindparam("count"), imported_at=bindparam("now"))
)
_DROP = delete(_NAME).where(_IS_NAME)


class RosterChanged(Exception):
    """A colleague brought in some of these names first."""


class Roster:
    """The rosters of all units."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def branches(self) -> dict[str, Branch]:
        """The units, by code."""
        child = aliased(Unit)
        below = exists().where(child.parent_id == Unit.id)
        rows = self._session.execute(
            select(Unit.code, Unit.id, Unit.name, Unit.headcount, below.label("below"))
        )
        return {row.code: Branch(row.id, row.name, row.headcount, bool(row.below)) for row in rows}

    def changes(self, people: Sequence[Listed]) -> Changes:
        """What these names would change. Every unit must be there."""
        branches = self.branches()
        after = _counted(people, branches)
        before = self._names({unit for unit, _ in after})
        codes = {branch.id: code for code, branch in branches.items()}
        new, gone = (
            [Listed(codes[unit], name) for unit, name in sorted(names.elements())]
            for names in (after - before, before - after)
        )
        units = {unit for unit, _ in after}
        return Changes(len(units), new, gone, after.total() - len(new))

    def bring_in(self, people: Sequence[Listed], actor: str, subject: str = "rosters") -> Outcome:
        """Put these names in place of those that their units had. Every unit must be there.

        `subject` is that of the audit trail. Raises RosterChanged.
        """
        try:
            with self._session.begin_nested():
                return self._bring_in(people, actor, subject)
        except IntegrityError as error:
            raise RosterChanged from error

    def unsettled(self) -> list[Unsettled]:
        """What is to be settled in the units that have a roster, unit by unit."""
        rows = self._session.execute(_JOINED)
        found = [Unsettled(row[0], row[1], row[2] or "", row[3], row[4]) for row in rows]
        return [one for one in found if one.people != 1 or one.accounts > 1]

    def _bring_in(self, people: Sequence[Listed], actor: str, subject: str) -> Outcome:
        after = _counted(people, self.branches())
        units = {unit for unit, _ in after}
        before = self._names(units)
        self._enter(after, before)
        self._leave_out(before.keys() - after.keys())
        new, gone = (after - before).total(), (before - after).total()
        outcome = Outcome(len(units), new, gone, after.total() - new)
        audit.record(self._session, self._now, actor, IMPORT, subject, asdict(outcome))
        return outcome

    def _names(self, units: Iterable[int]) -> Counter[_Name]:
        rows = self._session.execute(
            select(RosterName.unit_id, RosterName.name, RosterName.people).where(
                RosterName.unit_id.in_(units)
            )
        )
        return Counter({(unit, name): people for unit, name, people in rows})

    def _enter(self, after: Mapping[_Name, int], before: Mapping[_Name, int]) -> None:
        rows = [
            {"unit_id": unit, "name": name, "people": people, "imported_at": self._now}
            for (unit, name), people in after.items()
            if (unit, name) not in before
        ]
        if rows:
            self._session.execute(insert(RosterName), rows)
        if kept := after.keys() & before.keys():
            values = [
                {"unit": unit, "called": name, "count": after[unit, name], "now": self._now}
                for unit, name in kept
            ]
            self._session.connection().execute(_KEEP, values)

    def _leave_out(self, names: Iterable[_Name]) -> None:
        if values := [{"unit": unit, "called": name} for unit, name in names]:
            self._session.connection().execute(_DROP, values)


def _counted(people: Sequence[Listed], branches: Mapping[str, Branch]) -> Counter[_Name]:
    return Counter((branches[person.code].id, person.name) for person in people)


def is_counted_all_the_same(session: Session, member: bytes, contest: int) -> bool:
    """Whether the contest has as many people without this account: another stands for them."""
    unit, name = session.execute(
        select(Member.unit_id, Member.name).where(Member.member_key == member)
    ).one()
    people = session.scalar(select(RosterName.people).where(_is(unit, name)))
    accounts = session.scalar(
        select(func.count())
        .select_from(Member)
        .join(Score, Score.member_key == Member.member_key)
        .where(Member.unit_id == unit, Member.name == name, Score.contest_id == contest)
    )
    return people is not None and (accounts or 0) > people


def strike(session: Session, unit: int, name: str) -> None:
    """Take the name of somebody who is gone off the roster, unless others have joined under it."""
    others = exists().where(Member.unit_id == unit, Member.name == name)
    session.execute(delete(RosterName).where(_is(unit, name), ~others))


def _is(unit: int | None, name: str | None) -> ColumnElement[bool]:
    return and_(RosterName.unit_id == unit, RosterName.name == name)
