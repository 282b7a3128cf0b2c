"""Panels: judges mark what most voted for, and their marks and the votes make one result.

The rule stands before the votes are sealed. Then each entry is given to so many judges, none of
whom belongs to a unit that had a hand in it. Nobody sees who leads before the judging is closed.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from hashlib import blake2s
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from bot.domain import audit
from bot.domain.entries import MottoCard, MottoState, id_of, number_of, read_cards
from bot.domain.families import approved, same_words
from bot.domain.kept_lists import Latest
from bot.domain.panel_scoring import Judged, Method, Rule, grade, mean, spread, standings
from bot.domain.refusals import Refusal
from bot.domain.roles import Role
from bot.domain.sealing import Sealing
from bot.storage.locks import claim
from bot.storage.tables import (
    Member,
    Motto,
    Panel,
    PanelCriterion,
    PanelJudge,
    PanelMark,
    PanelSheet,
    Round,
    Staff,
    Unit,
)

MOST_CRITERIA, MOST_PER_ENTRY, MOST_FINALISTS = 5, 20, 300
TITLE_MOST, ANCHORS_MOST = 12, 120
LEAST_TRIMMED = 3
"""Judges to an entry at least where the best and the worst mark are left out."""
TELLING = 3
"""Sheets of a judge from which on a mean says something."""


class Flaw(StrEnum):
    """What can be wrong with a panel."""

    NUMBER = "number"
    LONG = "long"
    EMPTY = "empty"
    TRIMMED = "trimmed"
    """Too few judges to an entry to leave two of them out."""


@dataclass(eq=False)
class UnfitPanel(Refusal):
    """A panel that can't be: what is wrong with which field."""

    flaws: dict[str, Flaw]


@dataclass(eq=False)
class NoSuchPanel(Refusal):
    """There is no such round, or no panel for it, or no such judge."""


@dataclass(eq=False)
class PanelFixed(Refusal):
    """It is too late for that: the rule stands once the votes are sealed, the judges once they
    have begun, the result once they have ended.
    """


@dataclass(eq=False)
class NotYet(Refusal):
    """The votes are not sealed, or there is nothing to judge."""


@dataclass(eq=False)
class TooFewJudges(Refusal):
    """Some entries would have, or have, too few judges: by their numbers."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Criterion:
    """What judges mark, and what the marks mean."""

    title: str
    weight: int
    anchors: str


@dataclass(frozen=True)
class PanelPlan:
    """What an organiser decides before the votes are sealed."""

    weight: int
    method: Method
    per_entry: int
    """How many judges mark each entry."""
    finalists: int
    """The best so many entries by votes are judged; with all that share the last place."""
    criteria: tuple[Criterion, ...]

    @property
    def rule(self) -> Rule:
        """What the result is worked out by."""
        return Rule(self.weight, self.method, tuple(one.weight for one in self.criteria))


@dataclass(frozen=True)
class PanelView:
    """A round, and the panel for it."""

    round_id: int
    title: str
    sealed: bool
    plan: PanelPlan | None
    begun_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class JudgeProgress:
    """How far a judge has got, and how they mark; not whom."""

    staff_id: int
    name: str
    unit: str | None
    assigned: int
    done: int
    mean: Fraction | None
    """On the scale of the marks; None while it would say little."""
    spread: Fraction | None
    apart: Fraction | None
    """By how much their marks are above those of others for the same entries."""


@dataclass(frozen=True)
class JudgedLine:
    """An entry of a result that judges and voters made together."""

    judged: Judged
    card: MottoCard


class Panels:
    """The panels of rounds, for their organisers and for all who may see a result."""

    def __init__(
        self, session: Session, now: datetime, judged: Latest[list[Judged]] | None = None
    ) -> None:
        """Without a `judged` that is shared each table is worked out for itself."""
        self._session, self._now, self._judged = session, now, judged or Latest()

    # ------------------------------------------------------------ looking

    def of(self, round_id: int) -> PanelView:
        """The panel of this round. Raises NoSuchPanel where there is no such round."""
        round_ = self._session.get(Round, round_id, populate_existing=True)
        if round_ is None:
            raise NoSuchPanel
        sealed = round_.sealed_at is not None
        panel = self._session.get(Panel, round_id, populate_existing=True)
        if panel is None:
            return PanelView(round_id, round_.title, sealed, None, None, None)
        criteria = criteria_of(self._session, round_id)
        plan = PanelPlan(
            panel.weight, Method(panel.method), panel.per_entry, panel.finalists, criteria
        )
        return PanelView(round_id, round_.title, sealed, plan, panel.begun_at, panel.closed_at)

    def is_open(self, round_id: int) -> bool:
        """Whether the round waits for its judges."""
        view = self.of(round_id)
        return view.plan is not None and view.closed_at is None

    def judges(self, round_id: int) -> list[JudgeProgress]:
        """The judges, by name, and how far each has got."""
        rows = self._session.execute(
            select(Staff.id, Staff.name, Unit.name)
            .join(PanelJudge, PanelJudge.staff_id == Staff.id)
            .outerjoin(Unit, Unit.id == Staff.unit_id)
            .where(PanelJudge.round_id == round_id)
            .order_by(Staff.name)
        ).all()
        assigned = Counter(
            self._session.scalars(
                select(PanelSheet.staff_id).where(PanelSheet.round_id == round_id)
            )
        )
        view = self.of(round_id)
        grades = self._grades(view)
        return [
            JudgeProgress(id_, name, unit, assigned[id_], *_drift(id_, grades))
            for id_, name, unit in rows
        ]

    def free_judges(self, round_id: int) -> list[tuple[int, str]]:
        """The accounts of judges who are not on this panel."""
        taken = select(PanelJudge.staff_id).where(PanelJudge.round_id == round_id)
        rows = self._session.execute(
            select(Staff.id, Staff.name)
            .where(Staff.role == Role.JUDGE, Staff.disabled_at.is_(None), Staff.id.not_in(taken))
            .order_by(Staff.name)
        )
        return [(id_, name) for id_, name in rows]

    def table(self, round_id: int) -> list[JudgedLine] | None:
        """The result that judges and voters made; None where there is no panel, or it is open."""
        view = self.of(round_id)
        if view.plan is None or view.closed_at is None:
            return None
        votes = Sealing(self._session, self._now).result(round_id).counted
        rule, panel = view.plan.rule, self._session.get_one(Panel, round_id)
        # Exact fractions take their time, and everybody asks. The seed is this panel's alone, its
        # rule and marks are fixed; votes may still go into quarantine, or come out of it.
        lines = self._judged.of(
            (panel.seed, frozenset(votes.items())),
            lambda: standings(rule, self.marks(round_id), votes),
        )
        found = read_cards(self._session, Motto.id.in_([line.entry for line in lines]))
        cards = {id_of(card.number): card for card in found}
        return [JudgedLine(line, cards[line.entry]) for line in lines]

    def marks(self, round_id: int) -> dict[tuple[int, int], list[int]]:
        """The whole sheets, by the seat of the judge, which names nobody, and the entry."""
        rows = self._session.execute(
            select(PanelJudge.staff_id, PanelJudge.seat).where(PanelJudge.round_id == round_id)
        )
        seats = {staff: seat for staff, seat in rows}  # noqa: C416
        return {
            (seats[judge] or 0, entry): marks
            for (judge, entry), marks in self._sheets(round_id).items()
        }

    # ------------------------------------------------------------ organising

    def settle(self, round_id: int, plan: PanelPlan, by: int) -> None:
        """Lay down the rule, or another in its place. Raises UnfitPanel and PanelFixed."""
        # Nobody seals meanwhile: the rule is there before the result.
        claim(self._session, round_id)
        self._lock(round_id)
        if self.of(round_id).sealed:
            raise PanelFixed
        if flaws := _flaws(plan):
            raise UnfitPanel(flaws)
        row = {
            "weight": plan.weight, "method": plan.method, "per_entry": plan.per_entry,
            "finalists": plan.finalists,
        }  # fmt: skip
        here = Panel.round_id == round_id
        changed = self._session.execute(update(Panel).where(here).values(**row))
        if not changed.rowcount:  # type: ignore[attr-defined]
            seed = secrets.token_bytes(16)
            self._session.execute(insert(Panel).values(round_id=round_id, seed=seed, **row))
        self._session.execute(delete(PanelCriterion).where(PanelCriterion.round_id == round_id))
        criteria = [
            {
                "round_id": round_id, "place": place, "title": one.title, "weight": one.weight,
                "anchors": one.anchors,
            }
            for place, one in enumerate(plan.criteria, start=1)
        ]  # fmt: skip
        self._session.execute(insert(PanelCriterion), criteria)
        self._record(round_id, by, "panel.settle", row | {"criteria": len(criteria)})

    def appoint(self, round_id: int, staff_id: int, by: int) -> None:
        """Let a colleague judge. Raises NoSuchPanel and PanelFixed."""
        self._before_begin(round_id)
        account = self._session.get(Staff, staff_id)
        if account is None or account.role != Role.JUDGE or account.disabled_at is not None:
            raise NoSuchPanel
        have = self._session.get(PanelJudge, (round_id, staff_id))
        if have is None:
            row = {"round_id": round_id, "staff_id": staff_id}
            self._session.execute(insert(PanelJudge).values(row))
            self._record(round_id, by, "panel.appoint", {"judge": staff_id})

    def dismiss(self, round_id: int, staff_id: int, by: int) -> None:
        """Let a colleague judge no more. Raises NoSuchPanel and PanelFixed."""
        self._before_begin(round_id)
        gone = self._session.execute(
            delete(PanelJudge).where(
                PanelJudge.round_id == round_id, PanelJudge.staff_id == staff_id
            )
        )
        if gone.rowcount:  # type: ignore[attr-defined]
            self._record(round_id, by, "panel.dismiss", {"judge": staff_id})

    def begin(self, round_id: int, by: int) -> None:
        """Give each finalist to its judges. A second time changes nothing.

        Raises NoSuchPanel, NotYet and TooFewJudges.
        """
        self._lock(round_id)
        view = self._planned(round_id)
        if view.begun_at is not None:
            return
        if not view.sealed:
            raise NotYet
        sheets = self._shared_out(view)
        self._seat(round_id)
        self._session.execute(insert(PanelSheet), sheets)
        self._session.execute(
            update(Panel).where(Panel.round_id == round_id).values(begun_at=self._now)
        )
        self._record(round_id, by, "panel.begin", {"sheets": len(sheets)})

    def close(self, round_id: int, by: int) -> None:
        """End the judging: from now on the result can be seen. A second time changes nothing.

        Sheets that were not filled in count for nothing. Raises NoSuchPanel, NotYet, and
        TooFewJudges while an entry has not been judged by enough.
        """
        self._lock(round_id)
        view = self._planned(round_id)
        if view.closed_at is not None:
            return
        if view.begun_at is None:
            raise NotYet
        given = Counter(entry for _, entry in self._sheets(round_id))
        sheets = self._session.scalars(
            select(PanelSheet.motto_id).where(PanelSheet.round_id == round_id)
        ).all()
        least = _least(view)
        still = Motto.state == MottoState.APPROVED
        standing = self._session.scalars(select(Motto.id).where(Motto.id.in_(set(sheets)), still))
        if lacking := sorted(id_ for id_ in standing if given[id_] < least):
            raise TooFewJudges(tuple(map(number_of, lacking)))
        self._session.execute(
            update(Panel).where(Panel.round_id == round_id).values(closed_at=self._now)
        )
        facts = {"sheets": given.total(), "missing": len(sheets) - given.total()}
        self._record(round_id, by, "panel.close", facts)

    def cancel(self, round_id: int, by: int) -> None:
        """Have no panel: the votes alone decide. Raises NoSuchPanel and PanelFixed."""
        self._lock(round_id)
        view = self._planned(round_id)
        if view.closed_at is not None:
            raise PanelFixed
        sheets = len(self._sheets(round_id))
        for kind in (PanelMark, PanelSheet, PanelJudge, PanelCriterion, Panel):
            self._session.execute(delete(kind).where(kind.round_id == round_id))
        self._session.expire_all()
        self._record(round_id, by, "panel.cancel", {"sheets": sheets})

    # ------------------------------------------------------------ within

    def _lock(self, round_id: int) -> None:
        """Judges who save wait for us, and we for them."""
        self._session.execute(
            select(Panel.round_id).where(Panel.round_id == round_id).with_for_update()
        )

    def _planned(self, round_id: int) -> PanelView:
        view = self.of(round_id)
        if view.plan is None:
            raise NoSuchPanel
        return view

    def _before_begin(self, round_id: int) -> None:
        self._lock(round_id)
        if self._planned(round_id).begun_at is not None:
            raise PanelFixed

    def _seat(self, round_id: int) -> None:
        """Give each judge a number that tells nobody who it is."""
        seats = list(
            self._session.scalars(
                select(PanelJudge.staff_id).where(PanelJudge.round_id == round_id)
            )
        )
        secrets.SystemRandom().shuffle(seats)
        for seat, staff_id in enumerate(seats, start=1):
            self._session.execute(
                update(PanelJudge)
                .where(PanelJudge.round_id == round_id, PanelJudge.staff_id == staff_id)
                .values(seat=seat)
            )

    def _shared_out(self, view: PanelView) -> list[dict[str, Any]]:
        """Each finalist to so many judges, the work shared evenly, none for the own unit."""
        assert view.plan is not None, "it was planned"
        finalists = self._finalists(view)
        if not finalists:
            raise NotYet
        judges = self._districts_of_judges(view.round_id)
        hands = self._districts_of_entries(finalists)
        seed = self._session.scalars(
            select(Panel.seed).where(Panel.round_id == view.round_id)
        ).one()
        load: Counter[int] = Counter()
        sheets, lacking = [], []
        for entry in sorted(finalists, key=lambda id_: place_of(seed, 0, id_)):
            free = [judge for judge, own in judges.items() if own not in hands[entry]]
            free.sort(key=lambda judge: (load[judge], place_of(seed, judge, entry)))
            chosen = free[: view.plan.per_entry]
            if len(chosen) < _least(view):
                lacking.append(number_of(entry))
            load.update(chosen)
            first = min(hands[entry], default=None)
            sheets += [
                {
                    "round_id": view.round_id, "staff_id": judge, "motto_id": entry,
                    "judge_district": judges[judge], "entry_district": first,
                }
                for judge in chosen
            ]  # fmt: skip
        if lacking:
            raise TooFewJudges(tuple(sorted(lacking)))
        return sheets

    def _finalists(self, view: PanelView) -> list[int]:
        """The best entries by votes that are still there, with all that share the last place."""
        assert view.plan is not None, "it was planned"
        votes = Sealing(self._session, self._now).result(view.round_id).counted
        there = set(
            self._session.scalars(
                select(Motto.id).where(Motto.round_id == view.round_id, approved(Motto))
            )
        )
        counts = sorted((votes[id_] for id_ in votes.keys() & there), reverse=True)
        least = counts[: view.plan.finalists][-1] if counts else 0
        return sorted(id_ for id_ in votes.keys() & there if votes[id_] >= least)

    def _districts_of_judges(self, round_id: int) -> dict[int, int | None]:
        rows = self._session.execute(
            select(Staff.id, func.coalesce(Unit.parent_id, Unit.id))
            .join(PanelJudge, PanelJudge.staff_id == Staff.id)
            .outerjoin(Unit, Unit.id == Staff.unit_id)
            .where(PanelJudge.round_id == round_id, Staff.disabled_at.is_(None))
        )
        return {staff: district for staff, district in rows}  # noqa: C416

    def _districts_of_entries(self, entries: Iterable[int]) -> dict[int, set[int]]:
        """By entry, the districts of all who signed it."""
        card = aliased(Motto)
        rows = self._session.execute(
            select(card.id, func.coalesce(Unit.parent_id, Unit.id))
            .select_from(Motto)
            .join(card, same_words(Motto, card))
            .outerjoin(Member, Member.member_key == Motto.author)
            .join(Unit, Unit.id == func.coalesce(Motto.unit_id, Member.unit_id))
            .where(card.id.in_(list(entries)), approved(Motto))
        )
        hands: defaultdict[int, set[int]] = defaultdict(set)
        for entry, district in rows:
            hands[entry].add(district)
        return hands

    def _sheets(self, round_id: int) -> dict[tuple[int, int], list[int]]:
        """The marks of each whole sheet, in the order of the criteria."""
        rows = self._session.execute(
            select(PanelMark.staff_id, PanelMark.motto_id, PanelMark.mark)
            .where(PanelMark.round_id == round_id)
            .order_by(PanelMark.staff_id, PanelMark.motto_id, PanelMark.place)
        )
        sheets: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for judge, entry, mark in rows:
            sheets[judge, entry].append(mark)
        count = select(func.count()).where(PanelCriterion.round_id == round_id)
        whole = self._session.scalar(count)
        return {place: marks for place, marks in sheets.items() if len(marks) == whole}

    def _grades(self, view: PanelView) -> dict[tuple[int, int], Fraction]:
        if view.plan is None:
            return {}
        weights = view.plan.rule.criteria
        return {
            place: grade(marks, weights) for place, marks in self._sheets(view.round_id).items()
        }

    def _record(self, round_id: int, by: int, action: str, facts: Mapping[str, Any]) -> None:
        actor, subject = audit.staff(by), f"round:{round_id}"
        audit.record(self._session, self._now, actor, action, subject, dict(facts))


def criteria_of(session: Session, round_id: int) -> tuple[Criterion, ...]:
    """What is marked, in the order in which it is shown."""
    rows = session.scalars(
        select(PanelCriterion)
        .where(PanelCriterion.round_id == round_id)
        .order_by(PanelCriterion.place)
    )
    return tuple(Criterion(row.title, row.weight, row.anchors) for row in rows)


def place_of(seed: bytes, judge: int, entry: int) -> bytes:
    """Where an entry stands in a judge's own order: at random, and always there."""
    return blake2s(f"{judge}:{entry}".encode(), key=seed).digest()


def _least(view: PanelView) -> int:
    assert view.plan is not None, "it was planned"
    return LEAST_TRIMMED if view.plan.method is Method.TRIMMED else 1


def _drift(
    judge: int, grades: Mapping[tuple[int, int], Fraction]
) -> tuple[int, Fraction | None, Fraction | None, Fraction | None]:
    """How many sheets a judge has filled in, and how they differ from those of others."""
    own = {entry: given for (who, entry), given in grades.items() if who == judge}
    if len(own) < TELLING:
        return len(own), None, None, None
    others: defaultdict[int, list[Fraction]] = defaultdict(list)
    for (who, entry), given in grades.items():
        if who != judge:
            others[entry].append(given)
    gaps = [given - mean(others[entry]) for entry, given in own.items() if others[entry]]
    values = list(own.values())
    return len(own), mean(values), spread(values), mean(gaps) if gaps else None


def _flaws(plan: PanelPlan) -> dict[str, Flaw]:
    flaws: dict[str, Flaw] = {}
    bounds = {
        "weight": (1, 100), "per_entry": (1, MOST_PER_ENTRY), "finalists": (1, MOST_FINALISTS),
    }  # fmt: skip
    for name, (least, most) in bounds.items():
        if not least <= getattr(plan, name) <= most:
            flaws[name] = Flaw.NUMBER
    if plan.method is Method.TRIMMED and plan.per_entry < LEAST_TRIMMED:
        flaws.setdefault("per_entry", Flaw.TRIMMED)
    if not plan.criteria:
        flaws["title_1"] = Flaw.EMPTY
    for place, one in enumerate(plan.criteria, start=1):
        flaws |= _flaws_of(place, one)
    return flaws


def _flaws_of(place: int, one: Criterion) -> dict[str, Flaw]:
    flaws = {}
    if not one.title or len(one.title) > TITLE_MOST:
        flaws[f"title_{place}"] = Flaw.LONG if one.title else Flaw.EMPTY
    if not 1 <= one.weight <= 100:
        flaws[f"weight_{place}"] = Flaw.NUMBER
    if not one.anchors or len(one.anchors) > ANCHORS_MOST:
        flaws[f"anchors_{place}"] = Flaw.LONG if one.anchors else Flaw.EMPTY
    return flaws
