"""Units of a file beside those of the register: what is wrong with their tree, what changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from bot.domain import audit
from bot.domain.districts import follow_units
from bot.storage.tables import Member, Unit, table_of

IMPORT = "units.import"
"""The deed in the audit trail."""
_UNIT = table_of(Unit)
_CHANGE = (
    update(_UNIT)
    .where(_UNIT.c.id == bindparam("unit"))
    .values(
        name=bindparam("called"), parent_id=bindparam("above"), headcount=bindparam("people")
    )
)  # fmt: skip


@dataclass(frozen=True)
class Brought:
    """A unit of a file; `parent` and `headcount` are None where the file has no such column."""

    code: str
    name: str
    parent: str | None
    """The parent's code; empty for a unit without one."""
    headcount: int | None
    """0 where it is left open."""


@dataclass(frozen=True)
class Entry:
    """What the register says of a unit."""

    name: str
    parent: str
    """The parent's code; empty for a unit without one."""
    headcount: int
    """0 where nobody has told it."""


@dataclass(frozen=True)
class Missing:
    """A unit of the register that the file does not have, and how many members are bound to it."""

    code: str
    name: str
    members: int


@dataclass(frozen=True)
class Changes:
    """What units of a file would change in the register."""

    new: list[Brought]
    changed: dict[str, tuple[Entry, Entry]]
    """How the register has a unit, and how the file has it, by code."""
    same: int


@dataclass(frozen=True)
class Outcome:
    """What an import did. What is missing in the file is kept."""

    new: int
    changed: int
    same: int
    missing: list[Missing]


def strays(units: Sequence[Brought], known: Mapping[str, Entry]) -> list[Brought]:
    """The units whose parent is neither in the file nor in the register."""
    codes = {unit.code for unit in units} | known.keys()
    return [unit for unit in units if unit.parent and unit.parent not in codes]


def circles(units: Sequence[Brought], known: Mapping[str, Entry]) -> list[list[str]]:
    """The codes of units that would stand above themselves, a list for each such circle."""
    parents = {code: entry.parent for code, entry in known.items()}
    parents |= {unit.code: unit.parent for unit in units if unit.parent is not None}
    found: list[list[str]] = []
    settled: set[str] = set()
    for unit in units:
        # A dictionary, since it keeps the order of the way up.
        way: dict[str, None] = {}
        code = unit.code
        while code in parents and code not in settled and code not in way:
            way[code] = None
            code = parents[code]
        if code in way:
            found.append([*way][[*way].index(code) :])
        settled |= way.keys()
    return found


def compare(units: Sequence[Brought], known: Mapping[str, Entry]) -> Changes:
    """The units of a file beside those of the register."""
    pairs = {
        unit.code: (known[unit.code], _entry(unit, known[unit.code]))
        for unit in units
        if unit.code in known
    }
    changed = {code: pair for code, pair in pairs.items() if pair[0] != pair[1]}
    new = [unit for unit in units if unit.code not in known]
    return Changes(new, changed, len(pairs) - len(changed))


class RegisterChanged(Exception):
    """A colleague brought in some of these units first."""


class UnitImport:
    """Brings units into the register, and deletes none."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def known(self) -> dict[str, Entry]:
        """The register, by code."""
        parent = aliased(Unit)
        rows = self._session.execute(
            select(Unit.code, Unit.name, parent.code, Unit.headcount)
            .outerjoin(parent, Unit.parent_id == parent.id)
            .order_by(Unit.id)
        )
        return {
            code: Entry(name, above or "", headcount or 0) for code, name, above, headcount in rows
        }

    def bring_in(self, units: Sequence[Brought], actor: str, subject: str = "units") -> Outcome:
        """Enter what is new and change what differs; `subject` is that of the audit trail.

        No code may be there twice, nor a unit without its parent, nor a circle. Raises
        RegisterChanged.
        """
        try:
            with self._session.begin_nested():
                return self._bring_in(units, actor, subject)
        except IntegrityError as error:
            raise RegisterChanged from error

    def missing(self, units: Sequence[Brought]) -> list[Missing]:
        """The units of the register that a file does not have."""
        brought = {unit.code for unit in units}
        rows = self._session.execute(
            select(Unit.code, Unit.name, func.count(Member.member_key))
            .outerjoin(Member, Member.unit_id == Unit.id)
            .group_by(Unit.id, Unit.code, Unit.name)
            .order_by(Unit.code)
        )
        return [Missing(*row) for row in rows if row[0] not in brought]

    def _bring_in(self, units: Sequence[Brought], actor: str, subject: str) -> Outcome:
        changes = compare(units, self.known())
        self._enter(changes.new)
        after = {code: entry for code, (_, entry) in changes.changed.items()}
        self._change({unit.code: _entry(unit, None) for unit in changes.new} | after)
        self._move(code for code, (was, is_) in changes.changed.items() if was.parent != is_.parent)
        self._record(actor, subject, changes)
        return Outcome(len(changes.new), len(changes.changed), changes.same, self.missing(units))

    def _enter(self, units: Sequence[Brought]) -> None:
        """Enter units without their parents, who may come after them."""
        if units:
            self._session.execute(
                insert(_UNIT), [{"code": unit.code, "name": unit.name} for unit in units]
            )

    def _change(self, entries: Mapping[str, Entry]) -> None:
        if not entries:
            return
        ids = self._ids()
        changes = [
            {
                "unit": ids[code],
                "called": entry.name,
                "above": ids[entry.parent] if entry.parent else None,
                "people": entry.headcount or None,
            }
            for code, entry in entries.items()
        ]
        self._session.execute(_CHANGE, changes)

    def _move(self, codes: Iterable[str]) -> None:
        """Let the scores of those bound to these units follow them to another district."""
        ids = self._ids()
        if moved := [ids[code] for code in codes]:
            follow_units(self._session, moved)

    def _ids(self) -> dict[str, int]:
        rows = self._session.execute(select(Unit.code, Unit.id))
        return {code: unit for code, unit in rows}  # noqa: C416 - rows are not plain pairs

    def _record(self, actor: str, subject: str, changes: Changes) -> None:
        facts = {"new": len(changes.new), "changed": len(changes.changed), "same": changes.same}
        audit.record(self._session, self._now, actor, IMPORT, subject, facts)
        for code, (before, after) in changes.changed.items():
            told = {"before": asdict(before), "after": asdict(after)}
            audit.record(self._session, self._now, actor, "unit.change", f"unit:{code}", told)


def _entry(unit: Brought, before: Entry | None) -> Entry:
    """What the register says in the end: what the file has no column for stays as it was."""
    parent, headcount = unit.parent, unit.headcount
    if parent is None:
        parent = before.parent if before else ""
    if headcount is None:
        headcount = before.headcount if before else 0
    return Entry(unit.name, parent, headcount)
