"""The rule by which judges and voters make one result, as an organiser lays it down."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from json import dumps

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.panel_scoring import Method, Rule
from bot.domain.refusals import Refusal
from bot.storage.tables import Panel, PanelCriterion

MOST_CRITERIA, MOST_PER_ENTRY, MOST_FINALISTS = 5, 20, 300
TITLE_MOST, ANCHORS_MOST = 12, 120
LEAST_TRIMMED = 3
"""Judges to an entry at least where the best and the worst mark are left out."""
LEAST_PAIRED = 2
"""Comparisons of an entry at least: it stands between two others in a ring."""


class Flaw(StrEnum):
    """What can be wrong with a panel."""

    NUMBER = "number"
    LONG = "long"
    EMPTY = "empty"
    TRIMMED = "trimmed"
    """Too few judges to an entry to leave two of them out."""
    PAIRED = "paired"
    """Too few comparisons of an entry for all to hang together."""


@dataclass(eq=False)
class UnfitPanel(Refusal):
    """A panel that can't be: what is wrong with which field."""

    flaws: dict[str, Flaw]


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
    """How many judges mark each entry; how often it is compared, where two are compared."""
    finalists: int
    """The best so many entries by votes are judged; with all that share the last place."""
    criteria: tuple[Criterion, ...]

    @property
    def least(self) -> int:
        """Judges to an entry without whom it has no mark."""
        return LEAST_TRIMMED if self.method is Method.TRIMMED else 1

    @property
    def rule(self) -> Rule:
        """What the result is worked out by."""
        return Rule(self.weight, self.method, tuple(one.weight for one in self.criteria))


def criteria_of(session: Session, round_id: int) -> tuple[Criterion, ...]:
    """What is marked, in the order in which it is shown."""
    rows = session.scalars(
        select(PanelCriterion)
        .where(PanelCriterion.round_id == round_id)
        .order_by(PanelCriterion.place)
    )
    return tuple(Criterion(row.title, row.weight, row.anchors) for row in rows)


def plan_of(session: Session, panel: Panel) -> PanelPlan:
    """The rule that was laid down."""
    criteria = criteria_of(session, panel.round_id)
    return PanelPlan(panel.weight, Method(panel.method), panel.per_entry, panel.finalists, criteria)


def digest_of(plan: PanelPlan) -> str:
    """One hash of all the rule says, by which the trail knows it again."""
    criteria = [[one.title, one.weight, one.anchors] for one in plan.criteria]
    said = [plan.weight, plan.method, plan.per_entry, plan.finalists, criteria]
    return sha256(dumps(said, ensure_ascii=False).encode()).hexdigest()


def flaws_of(plan: PanelPlan) -> dict[str, Flaw]:
    """What is wrong with which field, if anything."""
    flaws: dict[str, Flaw] = {}
    bounds = {
        "weight": (1, 100), "per_entry": (1, MOST_PER_ENTRY), "finalists": (1, MOST_FINALISTS),
    }  # fmt: skip
    for name, (least, most) in bounds.items():
        if not least <= getattr(plan, name) <= most:
            flaws[name] = Flaw.NUMBER
    if plan.method is Method.TRIMMED and plan.per_entry < LEAST_TRIMMED:
        flaws.setdefault("per_entry", Flaw.TRIMMED)
    if plan.method is Method.PAIRWISE and plan.per_entry < LEAST_PAIRED:
        flaws.setdefault("per_entry", Flaw.PAIRED)
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
